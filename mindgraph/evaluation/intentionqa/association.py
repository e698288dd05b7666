"""Which words of a graph's products go with which words of its intentions, or of other products.

Church and Hanks (1990), counted anew for every question without its masked statements.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.words import Bags, Places, Words

_SMOOTHING = 0.02
"""Of PMI, which says nothing where two words were never together."""
_PRIOR = 1.0
"""Of the log-odds: statements that are expected by chance before any is counted."""

VIEWS = ("pmi", "odds best", "odds mean")
"""The three columns that every word association gives."""


class Association:
    """Counts over a graph's statements of the words of one side with those of the other."""

    def __init__(self, words: Words, left: Bags, right: Bags) -> None:
        """Bags of both sides, one of each per statement."""
        self._idf = words.idf
        self._left, self._right = (words.matrix(bags) for bags in (left, right))

    def features(self, source: Places, targets: Bags, mask: Places) -> NDArray[np.float64]:
        """Targets x 3: positive PMI of its best sources, and smoothed log-odds, best and mean."""
        told = np.zeros((len(targets), 3))
        words = np.unique(np.concatenate([*targets, np.empty(0, np.int64)]))
        if not len(source) or not len(words):
            return told
        positive, best, mean = self._scores(source, words, mask)
        for row, bag in enumerate(targets):
            if len(bag):
                at, weight = np.searchsorted(words, bag), self._idf[bag] / self._idf[bag].sum()
                told[row] = positive[at].mean(), weight @ best[at], weight @ mean[at]
        return told

    def _scores(
        self, source: Places, words: Places, mask: Places
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Per word its positive PMI, best log-odds and mean log-odds with the source's words."""
        kept = np.ones(self._left.shape[1], np.float32)
        kept[mask] = 0
        left, right = self._left[source] * kept, self._right[words]
        together, alone, other = left @ right.T, left.sum(axis=1), right @ kept
        chance = np.outer(alone, other) / max(kept.sum(), 1)
        pmi = np.log((together + _SMOOTHING) / (chance + _SMOOTHING)) * (together > 0)
        odds = np.log((together + _PRIOR) / (chance + _PRIOR))
        weight = self._idf[source] / self._idf[source].sum()
        return np.maximum(pmi, 0).max(axis=0), odds.max(axis=0), weight @ odds
