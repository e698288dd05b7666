"""IntentionQA put to a model, with and without what a graph states of similar pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.errors import ConfigError
from mindgraph.evaluating.sources import (
    beside,
    check,
    graph_of,
    is_a,
    keep,
    need,
    prepare,
    read_of,
    tail,
)
from mindgraph.intentions.prompts import as_data
from mindgraph.intentions.tails import relation_of
from mindgraph.pipeline import model_of
from mindgraph.records import digest
from mindgraph.runs import settings_of

if TYPE_CHECKING:
    from mindgraph.config import Config
    from mindgraph.evaluation.intentionqa.asked_measuring import AskedEvaluation, AskedPlan
    from mindgraph.evaluation.intentionqa.kept import Progress
    from mindgraph.models import Generator


def _unwatched(name: str, replies: int) -> None:
    """Replies that nobody counts."""


def intentionqa_asked(
    data: str | Path,
    model: str | Path | Config,
    graph: str | Path | None = None,
    tasks: Sequence[int] = (1, 2),
    plan: AskedPlan | None = None,
    isa: str | Path | None = None,
    replies: str | Path | None = None,
    to: str | Path | None = None,
    progress: Progress = _unwatched,
) -> AskedEvaluation:
    """Ask a model IntentionQA, with and without what a graph states of similar pairs.

    `model` is the config whose `intentions.generate` names it; `data`, `graph` and `isa` are those
    of `intentionqa`. Replies are kept in the file `replies` as they come, by default one for each
    model, and what it holds is not asked again. The result is written to `to`, or to
    RUN/evaluation/intentionqa-asked.json.

    Raises what `intentionqa` does, ConfigError where the config names no model, and ModelError
    where it answers nothing at all. Questions that got no reply are counted.
    """
    need("numpy", "scipy", "sklearn")
    from mindgraph.evaluation.intentionqa.asked import ARMS, Asked
    from mindgraph.evaluation.intentionqa.asked_measuring import (
        AskedEvaluation,
        AskedPlan,
        measure_asked,
    )
    from mindgraph.evaluation.intentionqa.contexts import Contexts
    from mindgraph.evaluation.intentionqa.kept import Kept
    from mindgraph.evaluation.intentionqa.questions import read_benchmark
    from mindgraph.evaluation.intentionqa.wording import read_wording

    plan = plan or AskedPlan()
    check(plan, ARMS, graph)
    path = Path(to) if to else beside(graph, "intentionqa-asked.json")
    prepare(path)
    asking, concepts = _asking(model), _hypernyms(Path(isa)) if isa else None
    kept = Kept(asking, Path(replies) if replies else _answers_file(asking, graph))
    benchmarks = [read_benchmark(Path(data), task, relation_of) for task in tasks]
    measured, shared = [], None
    for benchmark in benchmarks:
        seen, shared = graph_of(benchmark, graph, plan.holdout)
        contexts = Contexts(seen, tail, concepts_of=concepts, holdout=plan.holdout, seed=plan.seed)
        asked = Asked(asking, read_wording(as_data), contexts, kept, plan.way)
        measured.append(measure_asked(benchmark, asked, plan, progress))
    found = AskedEvaluation(read_of(benchmarks), shared, asking.info, plan, tuple(measured))
    keep(found, path)
    return found


def _asking(config: str | Path | Config) -> Generator:
    """The model a config names; each question is asked by itself."""
    settings = settings_of(config)
    told = settings.intentions.generate
    if told is None:
        raise ConfigError(f"{config}: no model to ask; name one under intentions.generate")
    alone = {"generate": told.model_copy(update={"structured": False})}
    intentions = settings.intentions.model_copy(update=alone)
    return model_of(settings.model_copy(update={"intentions": intentions}))


def _answers_file(model: Generator, graph: str | Path | None) -> Path:
    """Where a model's replies are kept, by who it is."""
    name = f"intentionqa-answers-{digest(*asdict(model.info).values())}.jsonl"
    return beside(graph, name) or Path(name)


def _hypernyms(path: Path) -> Callable[[str], list[str]]:
    """A function from a text to the likeliest concept of each of its mentions."""
    from mindgraph.concepts.linking import mentions

    isa = is_a(path)
    return lambda text: [concepts[0][0] for _, concepts in mentions(text, isa)]
