"""How features become an answer: conditional logistic regression, ten-fold by component.

The model is McFadden's (1974) choice model: a softmax over the options of one question. How
strongly its weights are held, and which features it has, is chosen by cross-validation inside the
training folds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.layout import Layout, Scores

FOLDS = 10
INNER = 3
PENALTIES = (1000.0, 300.0, 100.0, 30.0, 10.0, 3.0)
"""Penalties on the squared weights that the inner folds choose from."""
_FLATNESS = 8.0
"""How much less the likelihood curves than squares do; it decides the speed alone."""

_Matrix = NDArray[np.float64]


def cross_validated(layout: Layout, candidates: Sequence[_Matrix]) -> Scores:
    """Scores of every option by a model that saw no question of its component.

    Each candidate is a set of features, options x features; the training folds choose one.
    """
    centred = [layout.centred(features) for features in candidates]
    scores = np.zeros(len(layout.question))
    folds = folds_of(layout.groups, FOLDS)
    for fold in range(FOLDS):
        train, rows = folds != fold, (folds == fold)[layout.question]
        features, penalty = _chosen(layout, centred, train, folds)
        scores[rows] = features[rows] @ fitted(*layout.part(train, features), penalty)
    return scores


def folds_of(groups: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The fold of every question: whole components, the largest first into the emptiest fold."""
    sizes = np.bincount(groups)
    fold_of, filled = np.zeros(len(sizes), np.int64), np.zeros(count)
    for group in np.argsort(-sizes, kind="stable"):
        fold_of[group] = filled.argmin()
        filled[fold_of[group]] += sizes[group]
    return fold_of[groups]


def _chosen(
    layout: Layout, centred: Sequence[_Matrix], train: NDArray[np.bool_], folds: NDArray[np.int64]
) -> tuple[_Matrix, float]:
    """The features and the penalty with which thirds of the training folds predict each other."""
    losses = np.array([_losses(layout, features, train, folds) for features in centred])
    features, penalty = np.unravel_index(losses.argmin(), losses.shape)
    return centred[int(features)], PENALTIES[int(penalty)]


def _losses(
    layout: Layout, centred: _Matrix, train: NDArray[np.bool_], folds: NDArray[np.int64]
) -> _Matrix:
    """Per penalty the loss on each third of the training folds, fitted on the two others."""
    losses = np.zeros(len(PENALTIES))
    thirds = np.unique(folds[train], return_inverse=True)[1] % INNER
    for third in range(INNER):
        held = np.zeros(len(folds), bool)
        held[train] = thirds == third
        fit, test = layout.part(train & ~held, centred), layout.part(held, centred)
        weights = None
        for place, penalty in enumerate(PENALTIES):
            weights = fitted(*fit, penalty, weights)
            losses[place] += _loss(*test, weights)
    return losses


def fitted(
    layout: Layout, centred: _Matrix, penalty: float, start: _Matrix | None = None
) -> _Matrix:
    """The weights of the choice model, in the features' own units.

    Sought in coordinates in which the loss is nearly round, so that few steps are needed.
    """
    from scipy.linalg import solve_triangular
    from scipy.optimize import minimize

    scale = centred.std(axis=0) + 1e-9
    scaled, gold = centred / scale, layout.gold.astype(float)
    bound = scaled.T @ scaled / _FLATNESS + penalty * np.eye(len(scale))
    turn = solve_triangular(np.linalg.cholesky(bound), np.eye(len(scale)), lower=True).T

    def objective(turned: _Matrix) -> tuple[float, _Matrix]:
        weights = turn @ turned
        chances = layout.softmax(scaled @ weights)
        loss = _surprise(chances, layout) + 0.5 * penalty * (weights @ weights)
        slope = scaled.T @ (chances - gold) + penalty * weights
        return float(loss), np.asarray(turn.T @ slope)

    first = np.zeros(len(scale)) if start is None else np.linalg.solve(turn, start * scale)
    found = minimize(objective, first, jac=True, method="L-BFGS-B", options={"ftol": 1e-8})
    return np.asarray(turn @ found.x / scale)


def _loss(layout: Layout, centred: _Matrix, weights: _Matrix) -> float:
    return _surprise(layout.softmax(centred @ weights), layout)


def _surprise(chances: _Matrix, layout: Layout) -> float:
    """Minus the log-likelihood of the golds."""
    return -float(np.log(np.maximum(chances[layout.gold], 1e-300)).sum())
