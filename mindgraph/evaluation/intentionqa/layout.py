"""Questions as flat rows, one per option: the shape in which features and scores are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.questions import Question

Row = TypeVar("Row")

Features = dict[str, NDArray[np.floating]]
"""Columns by name; each has one number per option of every question."""

Scores = NDArray[np.float64]
"""One number per row: the higher, the likelier the option."""

_EQUAL = 9
"""Decimals to which scores must agree to be a tie."""


@dataclass(frozen=True)
class Layout:
    """Which question every row belongs to, where questions start, which rows are gold, and folds.

    `groups` names the product-connected component of every question by a number.
    """

    question: NDArray[np.int64]
    starts: NDArray[np.int64]
    gold: NDArray[np.bool_]
    groups: NDArray[np.int64]

    @classmethod
    def of(cls, questions: Sequence[Question]) -> Layout:
        """The rows of questions, option by option in their order."""
        sizes = np.array([len(one.options) for one in questions])
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        gold = np.zeros(sizes.sum(), bool)
        gold[starts + [one.gold for one in questions]] = True
        groups = np.unique([one.component for one in questions], return_inverse=True)[1]
        return cls(np.repeat(np.arange(len(sizes)), sizes), starts, gold, groups)

    def split(self, rows: Sequence[Row]) -> list[Sequence[Row]]:
        """One item per row as one list per question."""
        ends = [*self.starts[1:].tolist(), len(self.question)]
        return [rows[start:end] for start, end in zip(self.starts.tolist(), ends, strict=True)]

    def centred(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values minus their question's mean: only differences between options count."""
        sizes = np.diff([*self.starts, len(self.question)])
        means = np.add.reduceat(values, self.starts, axis=0).T / sizes
        return np.asarray(values - means.T[self.question])

    def correct(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """Per question the chance that the gold is picked among the best; ties share it."""
        told = np.round(scores, _EQUAL)
        best = told == np.maximum.reduceat(told, self.starts)[self.question]
        ties = np.add.reduceat(best.astype(float), self.starts)
        return np.add.reduceat((best & self.gold).astype(float), self.starts) / ties

    def softmax(self, scores: Scores) -> Scores:
        """The scores as chances that sum to one in every question."""
        raised = np.exp(scores - np.maximum.reduceat(scores, self.starts)[self.question])
        return np.asarray(raised / np.add.reduceat(raised, self.starts)[self.question])

    def part(
        self, chosen: NDArray[np.bool_], values: NDArray[np.float64]
    ) -> tuple[Layout, NDArray[np.float64]]:
        """Only the chosen questions, and their rows of `values`."""
        rows = chosen[self.question]
        sizes = np.diff([*self.starts, len(self.question)])[chosen]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        question = np.repeat(np.arange(len(sizes)), sizes)
        return Layout(question, starts, self.gold[rows], self.groups[chosen]), values[rows]
