"""What answers without reading the question score: printed beside every result.

A released distractor is some other question's gold, drawn unevenly. So counting options in the
file finds many golds, and any arm below such a control has shown nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.layout import Features, Scores
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.statements import Graph

CONTROLS = ("chance", "rarest option", "most used option", "absent from the graph")


def controls(questions: Sequence[Question], graph: Graph, masks: Masks) -> Features:
    """The scores of every option under each control, by its name."""
    options = [option for question in questions for option in question.options]
    used = Counter(options)
    counts = np.array([used[option] for option in options], float)
    return {
        "chance": np.zeros(len(options)),
        "rarest option": -counts,
        "most used option": counts,
        "absent from the graph": _absent(questions, graph, masks),
    }


def _absent(questions: Sequence[Question], graph: Graph, masks: Masks) -> Scores:
    """1 where the graph that the question may see does not hold the option's text.

    The trap: about chance where gold and distractors are held out alike, 72 where only the gold is.
    """
    held: dict[str, set[int]] = {}
    for place, stated in enumerate(graph.statements):
        for text in (stated.text, stated.a.title, stated.b.title):
            held.setdefault(text, set()).add(place)
    told: list[float] = []
    for question, mask in zip(questions, masks, strict=True):
        hidden = set(mask.tolist())
        told += (held.get(option, set()) <= hidden for option in question.options)
    return np.array(told, float)
