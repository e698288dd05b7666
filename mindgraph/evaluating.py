"""Does a graph help? Benchmarks answered with and without what a graph states."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import ConfigError, DiskError, InputError, UsageError
from mindgraph.intentions.prompts import as_data
from mindgraph.intentions.tails import relation_of, tail_of
from mindgraph.pipeline import model_of
from mindgraph.records import digest
from mindgraph.runs import read_manifest, settings_of

if TYPE_CHECKING:
    from mindgraph.concepts.probase import IsA
    from mindgraph.config import Config
    from mindgraph.evaluation.intentionqa.asked_measuring import AskedEvaluation, AskedPlan
    from mindgraph.evaluation.intentionqa.figures import Measured
    from mindgraph.evaluation.intentionqa.kept import Progress
    from mindgraph.evaluation.intentionqa.measuring import Plan
    from mindgraph.evaluation.intentionqa.questions import Benchmark
    from mindgraph.evaluation.intentionqa.run_statements import Overlap
    from mindgraph.evaluation.intentionqa.statements import Graph
    from mindgraph.evaluation.intentionqa.texts import Encoder
    from mindgraph.models import Generator

Told = Callable[[str], None]


def _quiet(line: str) -> None:
    """Progress that nobody watches."""


def _unwatched(name: str, replies: int) -> None:
    """Replies that nobody counts."""


@dataclass(frozen=True)
class Evaluation:
    """What `intentionqa` measured: what it read, how it was held out, and a result per task."""

    read: dict[str, Any]
    overlap: Overlap | None
    plan: Plan
    tasks: tuple[Measured, ...]

    @property
    def leaky(self) -> bool:
        """Whether questions could see what answers them; then no figure may be quoted."""
        return self.plan.holdout != "symmetric"

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data, figures by task, draw, kit and arm."""
        return {
            "benchmark": "intentionqa",
            "leaky": self.leaky,
            "read": self.read,
            "overlap": asdict(self.overlap) if self.overlap else None,
            "plan": asdict(self.plan),
            "tasks": {f"task {one.task}": one.as_dict() for one in self.tasks},
        }


def intentionqa(
    data: str | Path,
    graph: str | Path | None = None,
    tasks: Sequence[int] = (1, 2),
    plan: Plan | None = None,
    vectors: str | None = None,
    isa: str | Path | None = None,
    to: str | Path | None = None,
    told: Told = _quiet,
) -> Evaluation:
    """Answer IntentionQA without a language model, with what text says and what a graph states.

    `data` is the folder with QA_fullInfo_*.jsonl; `graph` a run's folder, else the graph is the
    benchmark's own assertions. `vectors` is a sentence-transformers folder or a package that
    carries one, `isa` an is-a table as the config's `concepts.isa`; without them the arms that need
    them are left out. The result is written to `to`, or to RUN/evaluation/intentionqa.json.

    InputError for files of another benchmark, and for a run that holds the benchmark's golds under
    names that cannot be held out; UsageError without the extra `eval`; LeakError where the mask
    test finds a leak.
    """
    _need("numpy", "scipy", "sklearn")
    from mindgraph.evaluation.intentionqa.arms import ARMS
    from mindgraph.evaluation.intentionqa.measuring import Plan
    from mindgraph.evaluation.intentionqa.questions import read_benchmark

    plan = plan or Plan()
    _check(plan, ARMS, graph)
    encoders = _encoders(vectors)
    concepts = _concepts(Path(isa)) if isa else None
    benchmarks = [read_benchmark(Path(data), task, relation_of) for task in tasks]
    measured, shared = [], None
    for benchmark in benchmarks:
        told(f"task {benchmark.task}")
        result, shared = _measured(benchmark, graph, plan, encoders, concepts, told)
        measured.append(result)
    found = Evaluation(_read(benchmarks), shared, plan, tuple(measured))
    _keep(found, Path(to) if to else _beside(graph, "intentionqa.json"))
    return found


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
    _need("numpy", "scipy", "sklearn")
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
    _check(plan, ARMS, graph)
    asking, concepts = _asking(model), _hypernyms(Path(isa)) if isa else None
    kept = Kept(asking, Path(replies) if replies else _answers_file(asking, graph))
    benchmarks = [read_benchmark(Path(data), task, relation_of) for task in tasks]
    measured, shared = [], None
    for benchmark in benchmarks:
        seen, shared = _graph(benchmark, graph, plan.holdout)
        contexts = Contexts(seen, _tail, concepts_of=concepts, holdout=plan.holdout, seed=plan.seed)
        asked = Asked(asking, read_wording(as_data), contexts, kept, plan.way)
        measured.append(measure_asked(benchmark, asked, plan, progress))
    found = AskedEvaluation(_read(benchmarks), shared, asking.info, plan, tuple(measured))
    _keep(found, Path(to) if to else _beside(graph, "intentionqa-asked.json"))
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
    return _beside(graph, name) or Path(name)


def _read(benchmarks: Sequence[Benchmark]) -> dict[str, Any]:
    """Which bytes were read of each task, and what they hold."""
    return {f"task {one.task}": {"sha256": one.sha256, **one.counts} for one in benchmarks}


def _need(*modules: str) -> None:
    from importlib.util import find_spec

    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise UsageError(f"eval needs {', '.join(missing)}: pip install 'mindgraph[eval]'")


def _check(plan: Plan | AskedPlan, arms: Collection[str], graph: str | Path | None) -> None:
    """UsageError where a plan names what there is not."""
    from mindgraph.evaluation.intentionqa.draws import DRAWS
    from mindgraph.evaluation.intentionqa.holdout import HOLDOUTS

    for kind, given, known in (
        ("draw", plan.draws, DRAWS),
        ("arm", plan.arms, arms),
        ("hold-out", [plan.holdout], HOLDOUTS),
    ):
        for name in given:
            if name not in known:
                raise UsageError(f"{name}: no {kind}; choose of {', '.join(known)}")
    if graph is not None:
        read_manifest(graph)


def _encoders(vectors: str | None) -> dict[str, Encoder]:
    """How texts become vectors: by their characters, and by a sentence model where one is given."""
    from mindgraph.evaluation.intentionqa.arms import CHARACTERS, SENTENCES
    from mindgraph.evaluation.intentionqa.texts import characters

    encoders: dict[str, Encoder] = {CHARACTERS: characters}
    if vectors:
        from mindgraph.models.sentences import sentence_encoder

        encoders[SENTENCES] = _once(sentence_encoder(vectors))
    return encoders


def _once(encode: Encoder) -> Encoder:
    """An encoder that is asked for each distinct text once, over all tasks."""
    import numpy as np

    known: dict[str, Any] = {}

    def encoded(texts: Sequence[str]) -> Any:
        new = [text for text in texts if text not in known]
        known.update(zip(new, encode(new), strict=True) if new else ())
        return np.stack([known[text] for text in texts])

    return encoded


def _concepts(path: Path) -> Callable[[str], set[str]]:
    """A function from a text to its mentions and their concepts, by an is-a table's file."""
    from mindgraph.concepts.linking import mentions

    isa = _isa(path)

    def named(text: str) -> set[str]:
        found = list(mentions(text, isa))
        return {mention for mention, _ in found}.union(
            concept for _, concepts in found for concept, _ in concepts
        )

    return named


def _hypernyms(path: Path) -> Callable[[str], list[str]]:
    """A function from a text to the likeliest concept of each of its mentions."""
    from mindgraph.concepts.linking import mentions

    isa = _isa(path)
    return lambda text: [concepts[0][0] for _, concepts in mentions(text, isa)]


def _isa(path: Path) -> IsA:
    import gzip

    import pyarrow as pa

    from mindgraph.concepts.probase import IsA, read_isa

    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            rows = [read_isa(line) for line in lines]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; give an is-a table") from None
    except ValueError:
        raise InputError(
            f"{path}: no is-a table; a line is concept TAB instance TAB frequency"
        ) from None
    names = ("concept", "instance", "frequency")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return IsA([pa.record_batch(columns)], _TOP_CONCEPTS)


_TOP_CONCEPTS = 3


def _tail(text: str) -> str:
    return tail_of(relation_of(text), text)


def _measured(
    benchmark: Benchmark,
    run: str | Path | None,
    plan: Plan,
    encoders: Mapping[str, Encoder],
    concepts: Callable[[str], set[str]] | None,
    told: Told,
) -> tuple[Measured, Overlap | None]:
    """One task with its own golds as the graph, or with a run's statements."""
    from mindgraph.evaluation.intentionqa.measuring import measure
    from mindgraph.evaluation.intentionqa.texts import read_corpus

    seen, shared = _graph(benchmark, run, plan.holdout)
    told("vectors of all texts")
    corpus = read_corpus(benchmark.questions, seen.statements, _tail, encoders, concepts)
    return measure(benchmark, seen, corpus, plan, told), shared


def _graph(
    benchmark: Benchmark, run: str | Path | None, holdout: str
) -> tuple[Graph, Overlap | None]:
    """The benchmark's own golds as a graph, or a run's statements and what they share with it."""
    from mindgraph.evaluation.intentionqa.run_statements import overlap, run_statements
    from mindgraph.evaluation.intentionqa.statements import Graph, gold_statements

    golds = gold_statements(benchmark.assertions, _tail)
    stated = run_statements(Path(run), benchmark, _tail) if run else golds
    graph = Graph.of(stated, benchmark.components)
    shared = overlap(graph, golds) if run else None
    if shared and shared.cannot_be_held_out and holdout == "symmetric":
        raise InputError(
            f"{run}: holds {shared.golds_said_of_others} of {shared.golds} telling gold texts of "
            "the benchmark, but of products it does not know by id or title, so they cannot be "
            "held out; build the run with the shop's own product ids, or say --holdout none"
        )
    return graph, shared


def _beside(graph: str | Path | None, name: str) -> Path | None:
    return Path(graph) / "evaluation" / name if graph else None


def _keep(found: Evaluation | AskedEvaluation, path: Path | None) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found.as_dict(), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DiskError(
            f"{path}: cannot be written: {error.strerror}; choose another --to"
        ) from None
