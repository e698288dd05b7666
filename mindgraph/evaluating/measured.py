"""IntentionQA answered without a language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from mindgraph.intentions.tails import relation_of

if TYPE_CHECKING:
    from mindgraph.evaluation.intentionqa.figures import Measured
    from mindgraph.evaluation.intentionqa.measuring import Plan
    from mindgraph.evaluation.intentionqa.questions import Benchmark
    from mindgraph.evaluation.intentionqa.run_statements import Overlap
    from mindgraph.evaluation.intentionqa.texts import Encoder

Told = Callable[[str], None]


def _quiet(line: str) -> None:
    """Progress that nobody watches."""


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
    need("numpy", "scipy", "sklearn")
    from threadpoolctl import threadpool_limits

    from mindgraph.evaluation.intentionqa.arms import ARMS
    from mindgraph.evaluation.intentionqa.measuring import Plan
    from mindgraph.evaluation.intentionqa.questions import read_benchmark

    plan = plan or Plan()
    check(plan, ARMS, graph)
    path = Path(to) if to else beside(graph, "intentionqa.json")
    prepare(path)
    encoders = _encoders(vectors)
    concepts = _concepts(Path(isa)) if isa else None
    benchmarks = [read_benchmark(Path(data), task, relation_of) for task in tasks]
    measured, shared = [], None
    # On matrices as small as these a second thread mostly waits: thrice the time, measured.
    with threadpool_limits(1, "blas"):
        for benchmark in benchmarks:
            told(f"task {benchmark.task}")
            result, shared = _measured(benchmark, graph, plan, encoders, concepts, told)
            measured.append(result)
    found = Evaluation(read_of(benchmarks), shared, plan, tuple(measured))
    keep(found, path)
    return found


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

    isa = is_a(path)

    def named(text: str) -> set[str]:
        found = list(mentions(text, isa))
        return {mention for mention, _ in found}.union(
            concept for _, concepts in found for concept, _ in concepts
        )

    return named


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

    seen, shared = graph_of(benchmark, run, plan.holdout)
    told("vectors of all texts")
    corpus = read_corpus(benchmark.questions, seen.statements, tail, encoders, concepts)
    return measure(benchmark, seen, corpus, plan, told), shared
