"""One task measured with a language model: every arm on every draw, and what the graph adds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Literal

from mindgraph.errors import UsageError
from mindgraph.evaluation.intentionqa.answers import FAILED, UNPARSED, Answers
from mindgraph.evaluation.intentionqa.asked import ARMS, Asked
from mindgraph.evaluation.intentionqa.draws import draw
from mindgraph.evaluation.intentionqa.holdout import hold_out
from mindgraph.evaluation.intentionqa.kept import Progress, unwatched
from mindgraph.evaluation.intentionqa.letters import letter_of
from mindgraph.evaluation.intentionqa.paired import Effect, effects, percent
from mindgraph.evaluation.intentionqa.questions import Benchmark, Question
from mindgraph.evaluation.intentionqa.reach import Reach
from mindgraph.evaluation.intentionqa.run_statements import Overlap
from mindgraph.evaluation.intentionqa.ways import Judgements, Letters, Way
from mindgraph.models import ModelInfo


@dataclass(frozen=True)
class AskedPlan:
    """What is asked: arms on draws, of all questions or of so many drawn by the seed, and how.

    `answers` is `letter` or `p_yes`; letters are asked for under `orders` orders of the options.
    """

    draws: tuple[str, ...] = ("official",)
    arms: tuple[str, ...] = tuple(ARMS)
    seed: int = 0
    questions: int | None = None
    answers: Literal["letter", "p_yes"] = "letter"
    orders: int = 1
    holdout: str = "symmetric"

    @property
    def way(self) -> Way:
        """How an answer is given; UsageError for orders that there are not."""
        if self.answers == "letter":
            return Letters(self.orders)
        if self.orders != 1:
            raise UsageError("options that are judged one by one have no orders; drop one of both")
        return Judgements()


@dataclass(frozen=True)
class AskedAccuracy:
    """One arm on one draw: every asking accounted for, and percent right of what was answered.

    Null where nothing was answered.
    """

    draw: str
    arm: str
    questions: int
    asked: int
    right: int
    wrong: int
    unparsed: int
    failed: int
    accuracy: float | None
    low: float | None
    high: float | None
    consistency: float | None


@dataclass(frozen=True)
class AskedMeasured:
    """What came of one task: accuracies, effects, and every answer by draw, arm and question."""

    task: int
    accuracies: tuple[AskedAccuracy, ...]
    effects: tuple[Effect, ...]
    answers: dict[str, dict[str, dict[str, str]]]

    @property
    def failed(self) -> int:
        """Askings that got no reply."""
        return sum(one.failed for one in self.accuracies)

    def as_dict(self) -> dict[str, Any]:
        """The figures as rows; an answer is a letter of the official order, `?` or `!`."""
        return {
            "accuracies": [asdict(one) for one in self.accuracies],
            "effects": [asdict(one) for one in self.effects],
            "answers": self.answers,
        }


@dataclass(frozen=True)
class AskedEvaluation:
    """What a model was measured at: what was read, who answered, and a result per task."""

    read: dict[str, Any]
    overlap: Overlap | None
    model: ModelInfo
    plan: AskedPlan
    tasks: tuple[AskedMeasured, ...]

    @property
    def leaky(self) -> bool:
        """Whether prompts could show what answers them; then no figure may be quoted."""
        return self.plan.holdout != "symmetric"

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "benchmark": "intentionqa",
            "leaky": self.leaky,
            "read": self.read,
            "overlap": asdict(self.overlap) if self.overlap else None,
            "model": asdict(self.model),
            "plan": asdict(self.plan),
            "tasks": {f"task {one.task}": one.as_dict() for one in self.tasks},
        }


def measure_asked(
    benchmark: Benchmark, asked: Asked, plan: AskedPlan, progress: Progress = unwatched
) -> AskedMeasured:
    """Every arm of the plan on every draw; without concepts the arm that shows them is left out.

    LeakError before anything is asked where the mask test finds what a question must not see.
    """
    sheets = {name: _questions(benchmark, name, plan) for name in plan.draws}
    reach = Reach(asked.graph, benchmark.assertions)
    for sheet in sheets.values():
        reach.check(sheet, hold_out(sheet, asked.graph, plan.holdout), plan.holdout)
    arms = [name for name in plan.arms if asked.can(name)]
    answers = {
        name: [asked.arm(arm, sheet, plan.seed, progress) for arm in arms]
        for name, sheet in sheets.items()
    }
    return AskedMeasured(
        benchmark.task,
        tuple(_accuracy(name, sheets[name], one) for name, arms in answers.items() for one in arms),
        tuple(one for name, arms in answers.items() for one in effects(name, sheets[name], arms)),
        {name: dict(_written(sheets[name], arms)) for name, arms in answers.items()},
    )


def _questions(benchmark: Benchmark, name: str, plan: AskedPlan) -> tuple[Question, ...]:
    """A draw's questions in its order, or some of them."""
    found = draw(benchmark, name, plan.seed)
    if plan.questions is None or plan.questions >= len(found):
        return found
    places = Random(plan.seed).sample(range(len(found)), plan.questions)  # noqa: S311 - no secret
    return tuple(found[place] for place in sorted(places))


def _accuracy(name: str, questions: Sequence[Question], one: Answers) -> AskedAccuracy:
    pairs = [
        (question, credit)
        for question, credit in zip(questions, one.credit, strict=True)
        if credit is not None
    ]
    accuracy, low, high = percent(*zip(*pairs, strict=True)) if pairs else (None, None, None)
    counts = asdict(one.counts)
    return AskedAccuracy(
        name,
        one.arm,
        len(questions),
        **counts,
        accuracy=accuracy,
        low=low,
        high=high,
        consistency=one.consistency,
    )


def _written(
    questions: Sequence[Question], answers: Sequence[Answers]
) -> Iterator[tuple[str, dict[str, str]]]:
    for one in answers:
        letters = ("".join(map(_mark, places)) for places in one.chosen)
        ids = (question.id for question in questions)
        yield one.arm, dict(zip(ids, letters, strict=True))


def _mark(place: int) -> str:
    return {UNPARSED: "?", FAILED: "!"}.get(place) or letter_of(place)
