"""All that filled sheets say: agreement, what holds by relation, and where people disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.annotation.agreement import (
    Agreement,
    Figure,
    Statistic,
    agree,
    figure,
    krippendorff_alpha,
    percent,
)
from mindgraph.evaluation.annotation.ballot import PLAUSIBILITY, QUESTIONS, TYPICALITY
from mindgraph.evaluation.annotation.thresholds import Thresholds, majority, thresholds
from mindgraph.evaluation.annotation.votes import Votes


@dataclass(frozen=True)
class OfRelation:
    """What people say of one relation's claims; None where nobody voted, or no two did."""

    relation: str
    claims: int
    plausible: float | None
    typicality: float | None
    percent: float | None
    alpha: float | None


@dataclass(frozen=True)
class Disagreement:
    """A claim that people judge differently, and who said what."""

    id: str
    relation: str
    sentence: str
    plausibility: str
    typicality: str


@dataclass(frozen=True)
class Findings:
    """What filled sheets say; `plausible` is the share of claims plausible to a majority."""

    annotators: tuple[str, ...]
    claims: int
    voted: int
    unsure: int
    plausible: Figure
    agreement: tuple[Agreement, ...]
    relations: tuple[OfRelation, ...]
    disagreements: tuple[Disagreement, ...]
    thresholds: Thresholds | None


def findings(votes: Votes, scores: Mapping[str, float | None] | None, precision: float) -> Findings:
    """All figures of some votes; thresholds where the claims' scores are known."""
    counts = {question.name: votes.counts(question) for question in QUESTIONS}
    judged = majority(counts[PLAUSIBILITY.name])
    voted = counts[PLAUSIBILITY.name].sum(axis=1) > 0
    return Findings(
        annotators=votes.annotators,
        claims=len(votes.claims),
        voted=int(voted.sum()),
        unsure=votes.unsure,
        plausible=_plausible(judged),
        agreement=tuple(
            agree(question.name, question.level, counts[question.name]) for question in QUESTIONS
        ),
        relations=_relations(votes, counts, judged),
        disagreements=_disagreements(votes, counts),
        thresholds=_thresholds(votes, scores, judged, voted, precision),
    )


Counts = Mapping[str, NDArray[np.int64]]
Reals = NDArray[np.float64]


def _plausible(judged: Reals) -> Figure:
    said = judged[np.isfinite(judged), None]
    mean = Statistic(_mean, lambda values, weights: weights @ values[:, 0] / len(values))
    return figure(said, mean)


def _mean(values: NDArray[np.generic]) -> float | None:
    """The mean of what is there; None of nothing."""
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else None


def _thresholds(
    votes: Votes,
    scores: Mapping[str, float | None] | None,
    judged: Reals,
    voted: NDArray[np.bool_],
    precision: float,
) -> Thresholds | None:
    if scores is None:
        return None
    return thresholds([scores.get(claim.id) for claim in votes.claims], judged, voted, precision)


def _relations(votes: Votes, counts: Counts, judged: Reals) -> tuple[OfRelation, ...]:
    of = np.array([claim.relation for claim in votes.claims])
    typicality = votes.cast[TYPICALITY.name]
    return tuple(
        _relation(
            str(name),
            counts[PLAUSIBILITY.name][of == name],
            judged[of == name],
            typicality[of == name],
        )
        for name in np.unique(of)
    )


def _relation(name: str, counts: NDArray[np.int64], judged: Reals, typicality: Reals) -> OfRelation:
    paired = counts[counts.sum(axis=1) >= 2]
    return OfRelation(
        relation=name,
        claims=len(counts),
        plausible=_mean(judged),
        typicality=_mean(typicality),
        percent=percent(paired),
        alpha=krippendorff_alpha(paired, PLAUSIBILITY.level),
    )


def _disagreements(votes: Votes, counts: Counts) -> tuple[Disagreement, ...]:
    """Claims on which not all agree, those most split on plausibility first, then on typicality."""
    split = _split(counts[PLAUSIBILITY.name])
    spread = _spread(votes.cast[TYPICALITY.name])
    unequal = np.flatnonzero((split > 0) | (spread > 0))
    order = sorted(unequal, key=lambda n: (-split[n], -spread[n], votes.claims[n].id))
    return tuple(_disagreement(votes, counts, int(place)) for place in order)


def _split(counts: NDArray[np.int64]) -> Reals:
    """The share of the smaller side: 0.5 is half against half."""
    total = np.maximum(counts.sum(axis=1), 1)
    found: Reals = counts.min(axis=1) / total
    return found


def _spread(grades: Reals) -> Reals:
    """How far the highest and the lowest grade of each claim are apart; 0 without two."""
    known = np.isfinite(grades)
    high = np.where(known, grades, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(known, grades, np.inf).min(axis=1, initial=np.inf)
    return np.where(known.any(axis=1), high - low, 0)


def _disagreement(votes: Votes, counts: Counts, place: int) -> Disagreement:
    claim = votes.claims[place]
    noes, yeses = counts[PLAUSIBILITY.name][place]
    grades = votes.cast[TYPICALITY.name][place]
    return Disagreement(
        claim.id,
        claim.relation,
        claim.sentence,
        plausibility=f"{yeses} yes, {noes} no",
        typicality=_tally(sorted(grades[np.isfinite(grades)])),
    )


def _tally(grades: Sequence[float]) -> str:
    """Grades as they were given: 1 1 4 is `1 ×2, 4`."""
    return ", ".join(
        f"{grade:g} ×{often}" if often > 1 else f"{grade:g}"
        for grade, often in Counter(grades).items()
    )
