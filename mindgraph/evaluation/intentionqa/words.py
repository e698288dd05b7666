"""Texts as sets of content lemmas: what two of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mindgraph.text import content_lemmas, words

Matrix = NDArray[np.float32]
Places = NDArray[np.int64]
Named = Callable[[str], Iterable[str]]
Bags = Sequence[Places]
"""Per text the places of its distinct words, sorted."""


class Words:
    """The words of texts, and how telling every word is (IDF over the distinct texts)."""

    def __init__(self, texts: Iterable[str], named: Named | None = None) -> None:
        """The content lemmas of every text, or what `named` finds in it, such as its concepts."""
        found = {text: set((named or content_words)(text)) for text in texts}
        known = {word: place for place, word in enumerate(sorted(set().union(*found.values())))}
        self.bags = {
            text: np.array(sorted(known[word] for word in named), np.int64)
            for text, named in found.items()
        }
        counts = np.bincount(
            np.concatenate([*self.bags.values(), np.empty(0, np.int64)]), minlength=len(known)
        )
        self.idf = np.log((1 + len(found)) / (1 + counts)) + 1

    def bag(self, *texts: str) -> Places:
        """The words of known texts together."""
        return np.unique(np.concatenate([self.bags[text] for text in texts]))

    def matrix(self, bags: Bags) -> Matrix:
        """Words x texts: 1 where the text has the word."""
        told = np.zeros((len(self.idf), len(bags)), np.float32)
        for column, bag in enumerate(bags):
            told[bag, column] = 1
        return told

    def cosine(self, one: Places, other: Places) -> float:
        """The cosine of two bags weighted by IDF."""
        shared = (self.idf[np.intersect1d(one, other, assume_unique=True)] ** 2).sum()
        lengths = (self.idf[one] ** 2).sum() * (self.idf[other] ** 2).sum()
        return float(shared / np.sqrt(lengths)) if lengths else 0.0

    def cover(self, one: Places, other: Places) -> float:
        """The share of the first bag's IDF that the second bag holds."""
        whole = self.idf[one].sum()
        shared = self.idf[np.intersect1d(one, other, assume_unique=True)].sum()
        return float(shared / whole) if whole else 0.0


def content_words(text: str) -> set[str]:
    """The content lemmas of a text; numbers are left out, as they rarely mean the same."""
    return {word for word in content_lemmas(words(text)) if len(word) > 1 and word.isalpha()}
