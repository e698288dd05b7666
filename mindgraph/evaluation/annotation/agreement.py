"""How far people agree: percent, Fleiss' kappa and Krippendorff's alpha, with their intervals.

Fleiss, Psychological Bulletin 76 (1971); Krippendorff, Computing Krippendorff's
Alpha-Reliability (2011). The figures are those of statsmodels and of the package krippendorff;
the intervals are percentile bootstraps over claims (Efron 1979), for which both are computed for
many draws at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"""Claims × values: how many annotators gave a claim a value."""

Reals = NDArray[np.float64]

DRAWS = 2000
"""Bootstrap draws of an interval."""

_AT_ONCE = 1_000_000
"""Numbers held at once while drawing."""


@dataclass(frozen=True)
class Figure:
    """A figure with its 95 % interval; None where it is not defined, such as alpha of one value."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """How far people agree on one question.

    `claims` have at least two votes; `percent` is the share of pairs of votes on a claim that are
    equal. Kappa needs equally many votes on each claim, so it is of the `even` claims, which have
    the most common number of votes.
    """

    question: str
    claims: int
    votes: int
    percent: Figure
    alpha: Figure
    even: int
    kappa: Figure


def agree(question: str, level: str, counts: Counts, seed: int = 0) -> Agreement:
    """The agreement on one question; `level` is alpha's: nominal or ordinal."""
    paired = counts[counts.sum(axis=1) >= 2]
    even = _even(paired)
    alpha = Statistic(lambda found: krippendorff_alpha(found, level), _alphas(level))
    return Agreement(
        question=question,
        claims=len(paired),
        votes=int(counts.sum()),
        percent=figure(paired, Statistic(percent, _percents), seed),
        alpha=figure(paired, alpha, seed),
        even=len(even),
        kappa=figure(even, Statistic(fleiss_kappa, _kappas), seed),
    )


def _even(counts: Counts) -> Counts:
    votes = counts.sum(axis=1)
    return counts[votes == np.bincount(votes).argmax()] if len(counts) else counts


# ---- the figures themselves


def percent(counts: Counts) -> float | None:
    """The share of pairs of votes on a claim that are equal, averaged over claims."""
    return float(_equal_pairs(counts).mean()) if len(counts) else None


def fleiss_kappa(counts: Counts) -> float | None:
    """Fleiss' kappa of claims with equally many votes each; None where all votes are equal."""
    from statsmodels.stats.inter_rater import fleiss_kappa as kappa

    return float(kappa(counts)) if _varied(counts) else None


def krippendorff_alpha(counts: Counts, level: str) -> float | None:
    """Krippendorff's alpha; claims with fewer than two votes do not count."""
    from krippendorff import alpha

    paired = counts[counts.sum(axis=1) >= 2]
    if not _varied(paired):
        return None
    return float(alpha(value_counts=paired, level_of_measurement=level))


def _varied(counts: Counts) -> bool:
    return bool((counts.sum(axis=0) > 0).sum() >= 2)


def _equal_pairs(counts: Counts) -> Reals:
    votes = counts.sum(axis=1)
    found: Reals = (counts * (counts - 1)).sum(axis=1) / (votes * (votes - 1))
    return found


# ---- intervals

Many = Callable[[Any, Reals], Reals]
"""A figure of many draws at once: claims' counts, and how often each draw (row) has each claim."""


@dataclass(frozen=True)
class Statistic:
    """A figure, and the same figure of many draws at once."""

    of: Callable[[Any], float | None]
    many: Many


def figure(counts: NDArray[Any], statistic: Statistic, seed: int = 0, draws: int = DRAWS) -> Figure:
    """A figure and its interval: the middle 95 % of draws of as many claims.

    Draws in which the figure is not defined, because all votes are equal, do not count.
    """
    value = statistic.of(counts)
    if value is None:
        return Figure(None)
    found = np.concatenate([statistic.many(counts, w) for w in _weights(len(counts), draws, seed)])
    found = found[np.isfinite(found)]
    if not len(found):
        return Figure(value)
    low, high = np.quantile(found, (0.025, 0.975))
    return Figure(value, float(low), float(high))


def _weights(claims: int, draws: int, seed: int) -> Iterator[Reals]:
    """How often each claim is in each draw, some draws at a time."""
    random, chances = np.random.default_rng(seed), np.full(claims, 1 / claims)
    step = max(1, _AT_ONCE // claims)
    for done in range(0, draws, step):
        size = min(step, draws - done)
        yield random.multinomial(claims, chances, size=size).astype(np.float64)


def _percents(counts: Counts, weights: Reals) -> Reals:
    found: Reals = weights @ _equal_pairs(counts) / weights.sum(axis=1)
    return found


def _kappas(counts: Counts, weights: Reals) -> Reals:
    shares = weights @ counts
    shares /= shares.sum(axis=1, keepdims=True)
    expected = (shares**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Reals = (_percents(counts, weights) - expected) / (1 - expected)
    return found


def _alphas(level: str) -> Many:
    distance = _DISTANCES[level]

    def many(counts: Counts, weights: Reals) -> Reals:
        # A claim's coincidences are additive, so a draw's are its claims' by their weights.
        observed = np.tensordot(weights, _coincidences(counts), axes=1)
        totals = observed.sum(axis=2)
        far = distance(totals)
        each = totals[:, :, None] * totals[:, None, :]
        expected = (each * far).sum(axis=(1, 2)) / (totals.sum(axis=1) - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Reals = 1 - (observed * far).sum(axis=(1, 2)) / expected
        return found

    return many


def _coincidences(counts: Counts) -> Reals:
    """Claims × values × values: the pairs of votes on a claim, each by 1 / (votes - 1)."""
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    found: Reals = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    return found


def _nominal(totals: Reals) -> Reals:
    return np.broadcast_to(1 - np.eye(totals.shape[1]), (*totals.shape, totals.shape[1]))


def _ordinal(totals: Reals) -> Reals:
    """Squared numbers of votes between two values, half of those on either."""
    ranks = totals.cumsum(axis=1) - totals / 2
    found: Reals = (ranks[:, :, None] - ranks[:, None, :]) ** 2
    return found


_DISTANCES: dict[str, Callable[[Reals], Reals]] = {"nominal": _nominal, "ordinal": _ordinal}
