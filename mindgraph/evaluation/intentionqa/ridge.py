"""Ridge regression on a graph's statements, refitted exactly without any question's masked rows.

With S = inv(X'X + penalty I), W = S X'V and P = X S X', what a fit without the rows m predicts for
a new item x is x W + x S X[m]' inv(I - P[m, m]) (X W - V)[m]: the block inverse (Woodbury), so that
leaving out a dozen of thousands of rows costs a solve of a dozen unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Places = NDArray[np.int64]

_AT_ONCE = 256
"""Rows whose systems are solved together."""


@dataclass(frozen=True)
class Ridge:
    """A linear fit on `rows`; `leaned` is rows times the inverse of their penalised covariance."""

    rows: Matrix
    leaned: Matrix

    @classmethod
    def of(cls, rows: Matrix, penalty: float) -> Ridge:
        """The fit on rows (statements x dimensions)."""
        exact = rows.astype(np.float64)
        inner = np.linalg.inv(exact.T @ exact + penalty * np.eye(rows.shape[1]))
        return cls(rows, (exact @ inner).astype(np.float32))

    def predict(self, new: Matrix, masks: Sequence[Places], values: Matrix) -> Matrix:
        """What the fit without the rows `masks[i]` predicts for `new[i]`.

        `values` has a row per row of the fit.
        """
        weights = self.leaned.T @ values
        predicted, misses = new @ weights, self.rows @ weights - values
        for places, masked in _alike(masks):
            rows, leaned = self.rows[masked], self.leaned[masked]
            rest = np.eye(masked.shape[1], dtype=np.float32) - leaned @ rows.transpose(0, 2, 1)
            reach = leaned @ new[places][:, :, None]
            change = np.linalg.solve(rest.transpose(0, 2, 1), reach)
            predicted[places] += (change.transpose(0, 2, 1) @ misses[masked])[:, 0]
        return predicted


def _alike(masks: Sequence[Places]) -> Iterator[tuple[Places, NDArray[np.int64]]]:
    """Rows with masks of one size, some at a time: their places, and rows x masked."""
    sizes = np.array([len(mask) for mask in masks])
    for size in np.unique(sizes[sizes > 0]):
        rows = np.flatnonzero(sizes == size)
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            yield part, np.stack([masks[row] for row in part])
