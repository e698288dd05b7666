"""What a question may not see of the graph.

Every released distractor is some other pair's gold. If only the question's own statements were
taken away, the gold would be the one option whose text the graph does not hold: that rule alone
scores 72 of 100. So the distractors' statements go as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.statements import Graph

HOLDOUTS = ("symmetric", "own", "none")
"""`symmetric` is honest; `own` and `none` leak, and a result that used them says so."""

Masks = list[NDArray[np.int64]]
"""Per question the places of the statements it may not see, sorted."""


def hold_out(questions: Sequence[Question], graph: Graph, holdout: str = "symmetric") -> Masks:
    """The masked statements of every question: all that touch a component that is held out."""
    return [_mask(held_out(question, holdout), graph) for question in questions]


def held_out(question: Question, holdout: str) -> frozenset[str]:
    """The components that a question may not see."""
    if holdout == "none":
        return frozenset()
    own = frozenset({question.component})
    return own if holdout == "own" else own | question.sources


def _mask(components: frozenset[str], graph: Graph) -> NDArray[np.int64]:
    rows = {row for component in components for row in graph.rows_of.get(component, ())}
    return np.array(sorted(rows), np.int64)
