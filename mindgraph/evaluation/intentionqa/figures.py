"""Answers as figures: accuracies with intervals, paired differences, and parts of the questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.arms import CONTROL, KITS
from mindgraph.evaluation.intentionqa.bootstrap import Interval, interval
from mindgraph.evaluation.intentionqa.questions import Question

Correct = NDArray[np.float64]
"""Per question the chance that it is answered right."""

Answered = Mapping[tuple[str, str], Correct]
"""Answers by kit and arm."""

Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Accuracy:
    """One arm, or one control, on one draw: percent with a 95 % interval."""

    draw: str
    kit: str
    arm: str
    questions: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """A paired difference of two arms on one draw, in points with a 95 % interval."""

    draw: str
    kit: str
    of: str
    points: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """What came of one task: accuracies and controls, effects, and one arm in parts."""

    task: int
    accuracies: tuple[Accuracy, ...]
    effects: tuple[Effect, ...]
    parts: tuple[Accuracy, ...]

    def as_dict(self) -> dict[str, Any]:
        """Figures by draw: accuracies and parts by kit and arm, effects by kit and name."""
        told: dict[str, Any] = {}
        for kind, rows in (("accuracy", self.accuracies), ("part", self.parts)):
            for row in rows:
                of_draw = told.setdefault(row.draw, {}).setdefault(kind, {})
                of_draw.setdefault(row.kit, {})[row.arm] = _figures(row)
        for effect in self.effects:
            of_draw = told.setdefault(effect.draw, {}).setdefault("effect", {})
            of_draw.setdefault(effect.kit, {})[effect.of] = _figures(effect)
        return told


def _figures(row: Accuracy | Effect) -> dict[str, float]:
    return {name: value for name, value in asdict(row).items() if not isinstance(value, str)}


def accuracies(draw: str, answered: Answered, groups: Groups) -> Iterator[Accuracy]:
    """Every arm and control of a draw."""
    for (kit, arm), correct in answered.items():
        yield _accuracy(draw, kit, arm, correct, groups)


def _accuracy(draw: str, kit: str, arm: str, correct: Correct, groups: Groups) -> Accuracy:
    return Accuracy(draw, kit, arm, len(correct), *_percent(interval(correct, groups)))


def _percent(found: Interval) -> tuple[float, float, float]:
    return round(100 * found.mean, 2), round(100 * found.low, 2), round(100 * found.high, 2)


_COMPARED = (
    ("text+graph", "text+shuffled", "real - shuffled graph"),
    ("text+concepts", "text", "concepts over text"),
    ("text+graph+concepts", "text+graph", "concepts over text and graph"),
)


def effects(draw: str, answered: Answered, groups: Groups) -> Iterator[Effect]:
    """What the graph adds over a shuffled one, and what concepts add."""
    for kit in KITS:
        for one, other, named in _COMPARED:
            if (kit, one) in answered and (kit, other) in answered:
                points = answered[kit, one] - answered[kit, other]
                yield Effect(draw, kit, named, *_percent(interval(points, groups)))


def parts(
    draw: str, answered: Answered, groups: Groups, questions: Sequence[Question]
) -> Iterator[Accuracy]:
    """Text with graph on parts of the questions: by relation, and where counting does not help."""
    if "text+graph" not in {arm for _, arm in answered}:
        return
    kit = [kit for kit, arm in answered if arm == "text+graph"][-1]
    correct = answered[kit, "text+graph"]
    relations = np.array([one.relation for one in questions])
    chosen_by = {f"relation {name}": relations == name for name in sorted(set(relations.tolist()))}
    chosen_by["rarest option wrong or tied"] = answered[CONTROL, "rarest option"] <= 0.5
    chosen_by["no option repeated"] = np.array(
        [
            len({option.casefold() for option in one.options}) == len(one.options)
            for one in questions
        ]
    )
    for name, chosen in chosen_by.items():
        if chosen.any():
            yield _accuracy(draw, kit, name, correct[chosen], _renumbered(groups[chosen]))


def _renumbered(groups: Groups) -> Groups:
    return np.asarray(np.unique(groups, return_inverse=True)[1])
