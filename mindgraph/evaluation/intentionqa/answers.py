"""What a model answered to a set of questions, every one accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

UNPARSED, FAILED = -1, -2
"""In the place of a chosen option: a reply that names none, and a question that got no reply."""


@dataclass(frozen=True)
class Counts:
    """Askings by what came of them; `asked` is the sum of the other four."""

    asked: int
    right: int
    wrong: int
    unparsed: int
    failed: int


@dataclass(frozen=True)
class Answers:
    """Per question the option that was chosen under each order of its options, or why none was."""

    arm: str
    chosen: tuple[tuple[int, ...], ...]
    gold: tuple[int, ...]

    @property
    def counts(self) -> Counts:
        """Askings, a question under each order being one."""
        told = [
            (place, gold)
            for places, gold in zip(self.chosen, self.gold, strict=True)
            for place in places
        ]
        right = sum(place == gold for place, gold in told)
        unparsed = sum(place == UNPARSED for place, _ in told)
        failed = sum(place == FAILED for place, _ in told)
        return Counts(len(told), right, len(told) - right - unparsed - failed, unparsed, failed)

    @property
    def credit(self) -> tuple[float | None, ...]:
        """Per question the share of its replies that are right; unparsed is not right.

        None for a question of which no asking got a reply: nobody answered it.
        """
        return tuple(map(_credit, self.chosen, self.gold))

    @property
    def accuracy(self) -> float | None:
        """The mean credit of the questions that got a reply."""
        return _mean(one for one in self.credit if one is not None)

    @property
    def consistency(self) -> float | None:
        """The share of questions answered under all orders where every order chose one option."""
        whole = [places for places in self.chosen if len(places) > 1 and min(places) >= 0]
        return _mean(len(set(places)) == 1 for places in whole)

    def told(self) -> dict[str, Any]:
        """The figures by name, for a table or a result."""
        told = {"arm": self.arm, "questions": len(self.gold), **asdict(self.counts)}
        return {**told, "accuracy": self.accuracy, "consistency": self.consistency}


def _credit(places: tuple[int, ...], gold: int) -> float | None:
    return _mean(place == gold for place in places if place != FAILED)


def _mean(values: Iterable[float]) -> float | None:
    told = list(values)
    return sum(told) / len(told) if told else None
