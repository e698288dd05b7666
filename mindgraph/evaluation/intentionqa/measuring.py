"""One task measured: every arm on every draw, controls beside it, and what the graph adds.

The graph's effect is the real graph's accuracy minus a shuffled graph's, question by question: a
shuffled graph has the same pairs and the same intentions, so it corrects for hubs as well as the
real one does, and "with minus without" would count that as knowledge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.arms import ARMS, CONTROL, KITS, Arm
from mindgraph.evaluation.intentionqa.columns import AskedColumns, Columns, GraphColumns, matrix
from mindgraph.evaluation.intentionqa.controls import controls
from mindgraph.evaluation.intentionqa.draws import draw
from mindgraph.evaluation.intentionqa.figures import (
    Answered,
    Correct,
    Groups,
    Measured,
    accuracies,
    effects,
    parts,
)
from mindgraph.evaluation.intentionqa.holdout import hold_out
from mindgraph.evaluation.intentionqa.questions import Benchmark
from mindgraph.evaluation.intentionqa.ranker import INNER, cross_validated
from mindgraph.evaluation.intentionqa.reach import Reach
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus


@dataclass(frozen=True)
class Plan:
    """What is measured: draws (balanced ones `repeats` times), arms, shuffled graphs, hold-out."""

    draws: tuple[str, ...] = ("official", "balanced", "hard")
    arms: tuple[str, ...] = tuple(ARMS)
    seed: int = 0
    repeats: int = 5
    shuffles: int = 4
    holdout: str = "symmetric"


@dataclass
class _Sheet:
    """The answers of one draw: per question and arm, the mean over the draw's repeats."""

    asked: list[AskedColumns]
    columns: list[Columns]
    correct: dict[tuple[str, str], Correct] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[AskedColumns, Columns]]:
        """The questions of every repeat, and what is known of their options."""
        return list(zip(self.asked, self.columns, strict=True))

    @property
    def told(self) -> tuple[Answered, Groups]:
        """The answers, and the components of the questions they are to."""
        return self.correct, self.asked[0].layout.groups


def measure(
    benchmark: Benchmark,
    graph: Graph,
    corpus: Corpus,
    plan: Plan,
    told: Callable[[str], None] = lambda line: None,
) -> Measured:
    """Every arm of the plan on every draw, by ten-fold cross-validation over components.

    LeakError where the mask test finds a statement that a question can see and must not.
    """
    sheets = {name: _sheet(benchmark, corpus, name, plan) for name in plan.draws}
    kits = [name for name, encodings in KITS.items() if set(encodings) <= set(corpus.vectors)]
    look = _Look(benchmark, corpus, plan.holdout)
    look.into(graph, [row for sheet in sheets.values() for row in sheet.rows])
    for name, sheet in sheets.items():
        told(f"{name} questions")
        _control(sheet, graph, plan)
        _answer(sheet, kits, plan)
    if "official" in sheets and "graph" in plan.arms:
        _leak(sheets["official"], graph, look)
    if SHUFFLED in plan.arms and plan.shuffles:
        told("shuffled graphs")
        without = replace(look, corpus=replace(corpus, concepts=None))
        _shuffled(sheets, kits, graph, without, plan)
    return _measured(benchmark.task, sheets)


def _measured(task: int, sheets: Mapping[str, _Sheet]) -> Measured:
    told = [(name, *sheet.told) for name, sheet in sheets.items()]
    asked = [sheet.asked[0].questions for sheet in sheets.values()]
    return Measured(
        task,
        tuple(row for of_draw in told for row in accuracies(*of_draw)),
        tuple(row for of_draw in told for row in effects(*of_draw)),
        tuple(
            row
            for of_draw, questions in zip(told, asked, strict=True)
            for row in parts(*of_draw, questions)
        ),
    )


def _sheet(benchmark: Benchmark, corpus: Corpus, name: str, plan: Plan) -> _Sheet:
    seeds = range(plan.seed, plan.seed + (plan.repeats if name == "balanced" else 1))
    drawn = [draw(benchmark, name, seed) for seed in seeds]
    if len({one.component for one in drawn[0]}) <= INNER:
        raise InputError(f"{name}: questions of {INNER} components or fewer; too few to rank")
    asked = [AskedColumns(questions, corpus) for questions in drawn]
    return _Sheet(asked, [one.text() for one in asked])


@dataclass(frozen=True)
class _Look:
    """How questions look into a graph: after the mask test, and without what is held out."""

    benchmark: Benchmark
    corpus: Corpus
    holdout: str

    def into(self, graph: Graph, looking: Iterable[tuple[AskedColumns, Columns]]) -> None:
        """Add to the columns of questions what the graph says of them."""
        reach = Reach(graph, self.benchmark.assertions)
        seen = GraphColumns(graph, self.corpus, self.benchmark.task)
        for asked, columns in looking:
            masks = hold_out(asked.questions, graph, self.holdout)
            reach.check(asked.questions, masks, self.holdout)
            columns |= seen.of(asked, masks)


def _can(arm: Arm, sheet: _Sheet) -> bool:
    """Whether the features an arm uses are there: concepts are so only with an is-a table."""
    return arm.families <= {family for family, _ in sheet.columns[0]}


def _answer(sheet: _Sheet, kits: Sequence[str], plan: Plan) -> None:
    """Every arm of the plan that can be run on this draw without a shuffled graph."""
    for kit in kits:
        for name in plan.arms:
            if not ARMS[name].shuffled and _can(ARMS[name], sheet):
                sheet.correct[kit, name] = _answered(sheet, ARMS[name], kit)


def _answered(sheet: _Sheet, arm: Arm, kit: str) -> Correct:
    return np.asarray(np.mean([_right(*row, arm, kit) for row in sheet.rows], axis=0))


def _right(asked: AskedColumns, columns: Columns, arm: Arm, kit: str) -> Correct:
    """Which questions an arm answers right: by one feature, or by what it learns in ten folds."""
    encodings = KITS[kit]
    if arm.single:
        name = arm.single[asked.questions[0].task - 1]
        return asked.layout.correct(columns["text", encodings[-1]][f"{encodings[-1]} {name}"])
    candidates = [matrix(columns, each, encodings) for each in (*arm.lesser, arm.families)]
    return asked.layout.correct(cross_validated(asked.layout, candidates))


LEAKED = "graph, leak on purpose"
SHUFFLED = "text+shuffled"


def _control(sheet: _Sheet, graph: Graph, plan: Plan) -> None:
    told: dict[str, list[Correct]] = {}
    for asked in sheet.asked:
        masks = hold_out(asked.questions, graph, plan.holdout)
        for name, scores in controls(asked.questions, graph, masks).items():
            told.setdefault(name, []).append(asked.layout.correct(scores))
    for name, correct in told.items():
        sheet.correct[CONTROL, name] = np.asarray(np.mean(correct, axis=0))


def _leak(sheet: _Sheet, graph: Graph, look: _Look) -> None:
    """What the graph arm scores without any hold-out: near 100 where the measuring works."""
    columns: Columns = {}
    replace(look, holdout="none").into(graph, [(sheet.asked[0], columns)])
    right = _right(sheet.asked[0], columns, ARMS["graph"], "weight-free")
    sheet.correct[CONTROL, LEAKED] = right


def _shuffled(
    sheets: Mapping[str, _Sheet], kits: Sequence[str], graph: Graph, look: _Look, plan: Plan
) -> None:
    """The arm with shuffled graphs, each seen through its own masks; the mean over all."""
    told: dict[tuple[str, str, int], list[Correct]] = {}
    for shuffle in range(plan.shuffles):
        mixed = graph.shuffled(plan.seed + shuffle, look.benchmark.task)
        places = [place for place in _places(sheets) if _looks(shuffle, place, plan, sheets)]
        rows = [(sheets[name].asked[at], sheets[name].columns[at]) for name, at in places]
        look.into(mixed, rows)
        for (name, at), row in zip(places, rows, strict=True):
            for kit in kits:
                right = _right(*row, ARMS[SHUFFLED], kit)
                told.setdefault((name, kit, at), []).append(right)
    for name, sheet in sheets.items():
        for kit in kits:
            means = [np.mean(told[name, kit, at], axis=0) for at in range(len(sheet.asked))]
            sheet.correct[kit, SHUFFLED] = np.asarray(np.mean(means, axis=0))


def _places(sheets: Mapping[str, _Sheet]) -> list[tuple[str, int]]:
    return [(name, at) for name, sheet in sheets.items() for at in range(len(sheet.asked))]


def _looks(shuffle: int, place: tuple[str, int], plan: Plan, sheets: Mapping[str, _Sheet]) -> bool:
    """Whether a draw looks into a shuffled graph: the draws of one name share the graphs out."""
    name, at = place
    return shuffle % len(sheets[name].asked) == at or at % plan.shuffles == shuffle
