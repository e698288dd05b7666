"""Links between products that are bought together, predicted by ridge regression on a graph."""

from __future__ import annotations

import numpy as np

from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.layout import Features
from mindgraph.evaluation.intentionqa.neighbours import cosines
from mindgraph.evaluation.intentionqa.product_choice import ProductQuestions
from mindgraph.evaluation.intentionqa.product_evidence import SHARE, both_rows, both_ways
from mindgraph.evaluation.intentionqa.ridge import Ridge
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus, Vectors

PENALTY = 2.0
"""Of the ridges, which see every statement twice; set once by hand, not searched."""


class ProductLinks:
    """Ridges of one graph in one encoding: B from A, B from A and intention, and so on.

    Vectors stand around their texts' mean: what all have in common says nothing of a partner.
    """

    def __init__(self, graph: Graph, corpus: Corpus, name: str) -> None:
        self._name = name
        vectors = corpus.vectors[name]
        self._products = vectors - vectors[corpus.titles].mean(axis=0)
        self._told = vectors - vectors[corpus.tails].mean(axis=0)
        one, other = both_ways(graph, corpus)
        self._one, self._other = self._products[one], self._products[other]
        self._stated = self._told[np.tile(corpus.texts.at(s.tail for s in graph.statements), 2)]
        self._of_product = Ridge.of(self._one, PENALTY)
        self._of_both = Ridge.of(_joined(self._one, self._stated), PENALTY)
        self._of_told = Ridge.of(self._stated, PENALTY)

    def features(self, asked: ProductQuestions, masks: Masks) -> Features:
        """How near options are to the B predicted, and what is predicted of them to A and I."""
        at, twice = asked.layout.question, both_rows(masks, len(self._one) // 2)
        a, told = self._products[asked.a], self._told[asked.tail]
        option = self._products[asked.option]
        back, intention = self._of_option(option, [twice[place] for place in at])
        forth = self._of_product.predict(a, twice, self._other)[at]
        for_both = self._of_both.predict(_joined(a, told), twice, self._other)[at]
        for_told = self._of_told.predict(told, twice, self._other)[at]
        views = {
            "B of A": cosines(option, forth),
            "B of A and I": cosines(option, for_both),
            "B of I": cosines(option, for_told),
            "A of B": cosines(back, a[at]),
            "I of B": cosines(intention, told[at]),
        }
        return {f"link {self._name} {view}": column for view, column in views.items()}

    def _of_option(self, option: Vectors, masks: Masks) -> tuple[Vectors, Vectors]:
        """The partner and the intention predicted of every option, by one fit."""
        values = np.hstack([self._other, self._stated])
        told = self._of_product.predict(option, masks, values)
        half = told.shape[1] // 2
        return told[:, :half], told[:, half:]


def _joined(product: Vectors, intention: Vectors) -> Vectors:
    return np.hstack([product, SHARE * intention])
