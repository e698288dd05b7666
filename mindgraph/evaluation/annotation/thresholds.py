"""Precision and recall of a score against people, and the threshold for a wanted precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.annotation.agreement import Figure

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """What is kept from a threshold on: how many claims, and how well."""

    threshold: float
    kept: int
    precision: float
    recall: float


@dataclass(frozen=True)
class Thresholds:
    """A score held against people's majority.

    `plausible` and `implausible` count the claims with a score and a majority; `split` had no
    majority, `unscored` no score. `chosen` is None where `told` says why. The intervals are of
    Wilson (1927), of a threshold that was fixed beforehand: it was chosen on these very claims, so
    expect a little less of new ones.
    """

    wanted: float
    plausible: int
    implausible: int
    split: int
    unscored: int
    points: tuple[Point, ...]
    chosen: Point | None
    precision: Figure | None
    recall: Figure | None
    told: str


def majority(counts: NDArray[np.int64]) -> Reals:
    """Of each claim (row of noes and yeses) 1 or 0, and NaN where as many said yes as said no."""
    lead = counts[:, 1] - counts[:, 0]
    return np.where(lead == 0, np.nan, (lead > 0).astype(float))


def thresholds(
    scores: Sequence[float | None], judged: Reals, voted: NDArray[np.bool_], wanted: float
) -> Thresholds:
    """Precision and recall at every score, and the threshold that meets `wanted` with most recall.

    `judged` is people's majority, `voted` whether anybody voted; all three are by claim. Claims
    with equal scores are kept or left together.
    """
    score = np.array([np.nan if one is None else one for one in scores], dtype=np.float64)
    usable = np.isfinite(score) & np.isfinite(judged)
    points = _curve(score[usable], judged[usable])
    plausible = int(judged[usable].sum())
    implausible = int(usable.sum()) - plausible
    told = _undecided(plausible, implausible) or _unmet(points, wanted)
    chosen = None if told else _best(points, wanted)
    return Thresholds(
        wanted=wanted,
        plausible=plausible,
        implausible=implausible,
        split=int((voted & np.isnan(judged)).sum()),
        unscored=int((np.isfinite(judged) & np.isnan(score)).sum()),
        points=points,
        chosen=chosen,
        precision=_wilson(chosen.precision, chosen.kept) if chosen else None,
        recall=_wilson(chosen.recall, plausible) if chosen else None,
        told=told,
    )


def _curve(score: Reals, judged: Reals) -> tuple[Point, ...]:
    """A point per distinct score, lowest first; nothing without a plausible claim."""
    from sklearn.metrics import precision_recall_curve

    if not judged.any():
        return ()
    precision, recall, steps = precision_recall_curve(judged, score)
    kept = len(score) - np.searchsorted(np.sort(score), steps)
    columns = (steps, kept, precision[:-1], recall[:-1])  # the last pair is of nothing kept
    return tuple(
        Point(float(step), int(count), float(right), float(found))
        for step, count, right, found in zip(*columns, strict=True)
    )


def _undecided(plausible: int, implausible: int) -> str:
    if not plausible + implausible:
        return "no claim has both a score and a majority, so there is nothing to measure"
    if not plausible:
        return "people found no claim plausible, so no threshold has any precision"
    if not implausible:
        return (
            "people found no claim implausible, so every threshold has precision 1 and none can "
            "be chosen; sample claims that were judged no as well"
        )
    return ""


def _unmet(points: Sequence[Point], wanted: float) -> str:
    best = max(points, key=lambda point: (point.precision, point.recall))
    if best.precision >= wanted:
        return ""
    return (
        f"no threshold has precision {wanted:g}; "
        f"the best is {best.precision:.3f}, from {best.threshold:g} on"
    )


def _best(points: Sequence[Point], wanted: float) -> Point:
    meeting = (point for point in points if point.precision >= wanted)
    return max(meeting, key=lambda point: (point.recall, point.precision))


def _wilson(share: float, of: int) -> Figure:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(round(share * of), of, method="wilson")
    return Figure(share, float(low), float(high))
