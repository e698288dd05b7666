"""What the nearest statements of a graph say: evidence without any fitting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.texts import unit

Matrix = NDArray[np.float32]
Places = NDArray[np.int64]

NEAREST = 30
WARMTH = 0.08
_MASKED = -9.0


def nearest(
    similarity: Matrix, masks: Sequence[Places], count: int = NEAREST, warmth: float = WARMTH
) -> tuple[Places, Matrix]:
    """Per question (row) its nearest unmasked statements, and their softmax weights."""
    seen = similarity.copy()
    for row, mask in enumerate(masks):
        seen[row, mask] = _MASKED
    count = min(count, seen.shape[1])
    found = np.argpartition(-seen, count - 1, axis=1)[:, :count]
    near = np.take_along_axis(seen, found, axis=1)
    weights = np.exp((near - near.max(axis=1, keepdims=True)) / warmth)
    weights *= near > _MASKED / 2
    return found, weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)


def hubness(vectors: Matrix, crowd: Matrix, count: int = 50) -> Matrix:
    """How near a text is to whatever it is compared with: its mean cosine to its nearest crowd.

    Taken away from a cosine it corrects for hubs (CSLS; Conneau et al., 2018). No label is read.
    """
    count = min(count, len(crowd))
    told = [
        np.partition(vectors[start : start + 1024] @ crowd.T, -count, axis=1)[:, -count:].mean(1)
        for start in range(0, len(vectors), 1024)
    ]
    return np.concatenate(told)


def hubness_of(places: Places, vectors: Matrix, crowd: Matrix) -> Matrix:
    """The hubness of texts by their places, each distinct one looked at once."""
    distinct, again = np.unique(places, return_inverse=True)
    return hubness(vectors[distinct], crowd)[again]


def dots(left: Matrix, right: Matrix) -> Matrix:
    """The products of two lists of vectors, row by row."""
    return np.asarray(np.einsum("ij,ij->i", left, right))


def cosines(left: Matrix, right: Matrix) -> Matrix:
    """The cosines of two lists of vectors, row by row."""
    return dots(unit(left), unit(right))
