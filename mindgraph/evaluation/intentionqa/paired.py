"""Two arms over the same questions: which is better, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mindgraph.evaluation.intentionqa.answers import Answers
from mindgraph.evaluation.intentionqa.bootstrap import interval
from mindgraph.evaluation.intentionqa.questions import Question

COMPARED = {
    "real - shuffled graph": ("zero-shot+graph", "zero-shot+shuffled"),
    "graph and its products": ("zero-shot+graph", "zero-shot"),
    "intentions over products": ("zero-shot+graph", "zero-shot+neighbours"),
    "products without intentions": ("zero-shot+neighbours", "zero-shot"),
    "concepts over graph": ("zero-shot+graph+concepts", "zero-shot+graph"),
    "examples": ("few-shot", "zero-shot"),
    "question over options": ("zero-shot", "options-only"),
}
"""What the difference of two arms is the effect of; the first is the graph's own.

In task 2 a shuffled graph shows unlike products together, which can mislead by itself: there the
second says what intentions add to the names of similar products.
"""


@dataclass(frozen=True)
class Effect:
    """The first arm minus the second, in points, over the questions that both answered.

    `low` and `high` bound 95 % of a bootstrap over components. `better` and `worse` are the
    questions on which the first arm did better or worse (of several orders: was right in more or
    fewer), `p` is McNemar's exact two-sided test of the two counts.
    """

    draw: str
    of: str
    questions: int
    points: float
    low: float
    high: float
    better: int
    worse: int
    p: float


def effects(draw: str, questions: Sequence[Question], answers: Sequence[Answers]) -> list[Effect]:
    """Every effect of which both arms were asked; none of arms that share no answered question."""
    known = {one.arm: one for one in answers}
    asked = {of: (arm, than) for of, (arm, than) in COMPARED.items() if {arm, than} <= {*known}}
    gains = {of: _gains(known[arm], known[than]) for of, (arm, than) in asked.items()}
    return [_effect(draw, of, questions, gained) for of, gained in gains.items() if gained]


def _gains(one: Answers, other: Answers) -> dict[int, float]:
    """What one arm gained over the other, by the places of the questions that both answered."""
    both = enumerate(zip(one.credit, other.credit, strict=True))
    return {
        place: first - second
        for place, (first, second) in both
        if first is not None and second is not None
    }


def _effect(
    draw: str, of: str, questions: Sequence[Question], gained: Mapping[int, float]
) -> Effect:
    gains = list(gained.values())
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    points = percent([questions[place] for place in gained], gains)
    return Effect(draw, of, len(gains), *points, better, worse, mcnemar(better, worse))


def percent(questions: Sequence[Question], values: Sequence[float]) -> tuple[float, float, float]:
    """The mean of one value a question and its interval over components, times 100."""
    import numpy as np

    groups = np.unique([one.component for one in questions], return_inverse=True)[1]
    found = interval(np.array(values, float), groups)
    return round(100 * found.mean, 2), round(100 * found.low, 2), round(100 * found.high, 2)


def mcnemar(better: int, worse: int) -> float:
    """The p of so uneven a disagreement if neither arm were better; 1 where they never disagree.

    McNemar (1947), exactly: the two tails of a fair coin.
    """
    from scipy.stats import binomtest

    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0
