"""Task 1, which intention two products were bought for: what a graph says of every option."""

from __future__ import annotations

import numpy as np

from mindgraph.evaluation.intentionqa.association import VIEWS, Association
from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.intention_choice import PairQuestions
from mindgraph.evaluation.intentionqa.layout import Features
from mindgraph.evaluation.intentionqa.neighbours import nearest
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus, Places, Vectors
from mindgraph.evaluation.intentionqa.words import Words


class IntentionNeighbours:
    """What a graph states of the pairs most similar to a question's (kNN), in one encoding."""

    def __init__(self, graph: Graph, corpus: Corpus, name: str) -> None:
        self._name, self._vectors = name, corpus.vectors[name]
        stated, texts = graph.statements, corpus.texts
        self._a = texts.at(one.a.title for one in stated)
        self._b = texts.at(one.b.title for one in stated)
        self._full = texts.at(one.text for one in stated)
        self._tail = texts.at(one.tail for one in stated)

    def features(self, asked: PairQuestions, masks: Masks) -> Features:
        """The options' likeness to what is stated of the most similar pairs."""
        similarity = self._similarity(asked.a, asked.b)
        found, weights = nearest(similarity, masks)
        sharp, sharply = nearest(similarity, masks, 8, 0.03)
        at = asked.layout.question
        full = self._likeness(asked.full, self._full, found[at])
        tail = self._likeness(asked.tail, self._tail, found[at])
        told = {
            "near": (full * weights[at]).sum(axis=1),
            "near tail": (tail * weights[at]).sum(axis=1),
            "nearest": (full * (weights / weights.max(axis=1, keepdims=True))[at]).max(axis=1),
            "sharp": (self._likeness(asked.tail, self._tail, sharp[at]) * sharply[at]).sum(axis=1),
        }
        return {f"knn {self._name} {feature}": column for feature, column in told.items()}

    def _likeness(self, options: Places, stated: Places, found: Places) -> Vectors:
        """The cosines of every option with the statements found for its question."""
        texts, option = np.unique(options, return_inverse=True)
        cosines = self._vectors[texts] @ self._vectors[stated].T
        return np.asarray(cosines[option[:, None], found])

    def _similarity(self, a: Places, b: Places) -> Vectors:
        """Pairs x statements: the mean cosine of their titles, in the better of both orders."""
        left, right = self._vectors[a], self._vectors[b]
        first, second = self._vectors[self._a].T, self._vectors[self._b].T
        straight = left @ first + right @ second
        return np.asarray(np.maximum(straight, left @ second + right @ first) / 2)


def association_features(
    asked: PairQuestions, masks: Masks, graph: Graph, words: Words
) -> Features:
    """Which words of titles go with which words of intentions, over the graph."""
    pairs = [words.bag(one.a.title, one.b.title) for one in graph.statements]
    counts = Association(words, pairs, [words.bags[one.tail] for one in graph.statements])
    options = asked.layout.split([words.bags[tail] for tail in asked.tails])
    told = [
        counts.features(words.bag(*titles), bags, mask)
        for titles, bags, mask in zip(asked.titles, options, masks, strict=True)
    ]
    return dict(zip(VIEWS, np.concatenate(told).T, strict=True))
