"""Task 2, which product was bought with A for an intention: what a graph says of every option."""

from __future__ import annotations

import numpy as np

from mindgraph.evaluation.intentionqa.association import VIEWS, Association
from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.layout import Features
from mindgraph.evaluation.intentionqa.neighbours import dots, nearest
from mindgraph.evaluation.intentionqa.product_choice import ProductQuestions
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus, Places, Vectors
from mindgraph.evaluation.intentionqa.words import Words

SHARE = 0.5
"""How much of a statement's likeness is the intention's, beside the product's."""


class ProductNeighbours:
    """What a graph has bought with the products most similar to A (kNN), in one encoding.

    Every statement is two rows, A with B and B with A, as a co-buy has no order.
    """

    def __init__(self, graph: Graph, corpus: Corpus, name: str) -> None:
        self._name, self._vectors = name, corpus.vectors[name]
        self._one, self._other = both_ways(graph, corpus)
        self._full = np.tile(corpus.texts.at(one.text for one in graph.statements), 2)

    def features(self, asked: ProductQuestions, masks: Masks) -> Features:
        """The options' likeness to what was bought with similar products."""
        twice = both_rows(masks, len(self._one) // 2)
        products = self._vectors[asked.a] @ self._vectors[self._one].T
        told = self._vectors[asked.full] @ self._vectors[self._full].T
        views = {
            "partner": self._likeness(asked, *nearest(products, twice)),
            "partner for I": self._likeness(asked, *nearest(products + SHARE * told, twice)),
            "for I": self._likeness(asked, *nearest(told, twice)),
        }
        return {f"knn {self._name} {view}": column for view, column in views.items()}

    def _likeness(self, asked: ProductQuestions, found: Places, weights: Vectors) -> Vectors:
        """Options with the weighted partners that were found for their question."""
        partners = np.einsum("qk,qkd->qd", weights, self._vectors[self._other[found]])
        return dots(self._vectors[asked.option], partners[asked.layout.question])


def both_ways(graph: Graph, corpus: Corpus) -> tuple[Places, Places]:
    """The products of every statement, A before B and then B before A, with their partners."""
    a = corpus.texts.at(one.a.title for one in graph.statements)
    b = corpus.texts.at(one.b.title for one in graph.statements)
    return np.concatenate([a, b]), np.concatenate([b, a])


def both_rows(masks: Masks, size: int) -> Masks:
    """Masks over statements as masks over both their rows."""
    return [np.concatenate([mask, mask + size]) for mask in masks]


def association_features(
    asked: ProductQuestions, masks: Masks, graph: Graph, words: Words
) -> Features:
    """Which words go with which in the graph: intention with product, product with product."""
    bags, stated = words.bags, graph.statements
    a, b = [bags[one.a.title] for one in stated], [bags[one.b.title] for one in stated]
    pairs = [words.bag(one.a.title, one.b.title) for one in stated]
    of_told = Association(words, [bags[one.tail] for one in stated], pairs)
    of_products = Association(words, a + b, b + a)
    options = asked.layout.split([bags[option] for option in asked.options])
    told, bought = [], []
    rows = zip(
        asked.titles, asked.tails, options, masks, both_rows(masks, len(stated)), strict=True
    )
    for title, tail, found, mask, twice in rows:
        told.append(of_told.features(bags[tail], found, mask))
        bought.append(of_products.features(bags[title], found, twice))
    return {
        f"{side} {view}": column
        for side, columns in (("I", told), ("A", bought))
        for view, column in zip(VIEWS, np.concatenate(columns).T, strict=True)
    }
