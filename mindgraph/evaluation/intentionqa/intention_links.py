"""Links between pairs and intentions, predicted by ridge regression on a graph's statements."""

from __future__ import annotations

import numpy as np

from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.intention_choice import PairQuestions
from mindgraph.evaluation.intentionqa.layout import Features
from mindgraph.evaluation.intentionqa.neighbours import cosines, hubness
from mindgraph.evaluation.intentionqa.ridge import Ridge
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus, Places, Vectors, unit

PENALTY = 1.0
"""Of the ridges on vectors of length one; set once by hand, not searched."""


class IntentionLinks:
    """Both ridges of one graph in the vectors of one encoding.

    Forth predicts an intention's vector from a pair; back predicts the pair's from an option.
    """

    def __init__(self, graph: Graph, corpus: Corpus, name: str) -> None:
        self._name, self._vectors, at = name, corpus.vectors[name], corpus.texts.at
        stated = graph.statements
        self._pairs = self._pair_vectors(
            at(one.a.title for one in stated),
            at(one.b.title for one in stated),
        )
        self._told = self._told_vectors(
            at(one.tail for one in stated), at(one.text for one in stated)
        )
        self._forth = Ridge.of(self._pairs, PENALTY)
        self._back = Ridge.of(self._told, PENALTY)
        self._crowd = self._vectors[corpus.titles]

    def features(self, asked: PairQuestions, masks: Masks) -> Features:
        """How near an option is to what the ridges predict, by view."""
        at = asked.layout.question
        pairs = self._pair_vectors(asked.a, asked.b)
        told = self._told_vectors(asked.tail, asked.full)
        said = self._forth.predict(pairs, masks, self._told)[at]
        bought = self._back.predict(told, [masks[place] for place in at], self._pairs)
        views = _compared(said, told, bought, pairs[at], self._crowd)
        return {f"link {self._name} {view}": column for view, column in views.items()}

    def _pair_vectors(self, a: Places, b: Places) -> Vectors:
        return unit(self._vectors[a] + self._vectors[b])

    def _told_vectors(self, tail: Places, full: Places) -> Vectors:
        return np.hstack([self._vectors[tail], self._vectors[full]])


def _compared(
    said: Vectors, told: Vectors, bought: Vectors, pairs: Vectors, crowd: Vectors
) -> Features:
    """Cosines of predicted with real vectors; `crowd` corrects for hubs."""
    half = told.shape[1] // 2
    back = cosines(bought, pairs)
    return {
        "forth tail": cosines(said[:, :half], told[:, :half]),
        "forth": cosines(said[:, half:], told[:, half:]),
        "back": back,
        "back, hubs": back - hubness(unit(bought), crowd),
    }
