"""What an evaluation reads and writes: the benchmark's graph, an is-a table, the result."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import DiskError, InputError, UsageError
from mindgraph.intentions.tails import relation_of, tail_of
from mindgraph.runs import read_manifest

if TYPE_CHECKING:
    from mindgraph.concepts.probase import IsA
    from mindgraph.evaluating.measured import Evaluation
    from mindgraph.evaluation.intentionqa.asked_measuring import AskedEvaluation, AskedPlan
    from mindgraph.evaluation.intentionqa.measuring import Plan
    from mindgraph.evaluation.intentionqa.questions import Benchmark
    from mindgraph.evaluation.intentionqa.run_statements import Overlap
    from mindgraph.evaluation.intentionqa.statements import Graph

_TOP_CONCEPTS = 3


def read_of(benchmarks: Sequence[Benchmark]) -> dict[str, Any]:
    """Which bytes were read of each task, and what they hold."""
    return {f"task {one.task}": {"sha256": one.sha256, **one.counts} for one in benchmarks}


def need(*modules: str) -> None:
    """UsageError where a library of the extra is not installed."""
    from importlib.util import find_spec

    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise UsageError(f"eval needs {', '.join(missing)}: pip install 'mindgraph[eval]'")


def check(plan: Plan | AskedPlan, arms: Collection[str], graph: str | Path | None) -> None:
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


def is_a(path: Path) -> IsA:
    """The is-a table of a file, also a gzipped one; InputError where it is none."""
    import gzip
    import zlib

    import pyarrow as pa

    from mindgraph.concepts.probase import IsA, read_isa

    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as lines:
            rows = [read_isa(line) for line in lines]
    except (EOFError, OSError, zlib.error) as error:
        told = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: {told}; give an is-a table") from None
    except ValueError:
        rows = []
    if not rows:
        raise InputError(f"{path}: no is-a table; a line is concept TAB instance TAB frequency")
    names = ("concept", "instance", "frequency")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return IsA([pa.record_batch(columns)], _TOP_CONCEPTS)


def tail(text: str) -> str:
    """A text without the lead of its relation."""
    return tail_of(relation_of(text), text)


def graph_of(
    benchmark: Benchmark, run: str | Path | None, holdout: str
) -> tuple[Graph, Overlap | None]:
    """The benchmark's own golds as a graph, or a run's statements and what they share with it."""
    from mindgraph.evaluation.intentionqa.run_statements import overlap, run_statements
    from mindgraph.evaluation.intentionqa.statements import Graph, gold_statements

    golds = gold_statements(benchmark.assertions, tail)
    stated = run_statements(Path(run), benchmark, tail) if run else golds
    if not stated:
        raise InputError(f"{run}: no statement in this run; evaluate one that has a graph")
    graph = Graph.of(stated, benchmark.components)
    shared = overlap(graph, golds) if run else None
    if shared and shared.cannot_be_held_out and holdout == "symmetric":
        raise InputError(
            f"{run}: holds {shared.golds_said_of_others} of {shared.golds} telling gold texts of "
            "the benchmark, but of products it does not know by id or title, so they cannot be "
            "held out; build the run with the shop's own product ids, or say --holdout none"
        )
    return graph, shared


def beside(graph: str | Path | None, name: str) -> Path | None:
    """Where a run keeps a result of this name, which `compare` reads."""
    return Path(graph) / "evaluation" / name if graph else None


def prepare(path: Path | None) -> None:
    """Make sure that a result can be written before it is measured; DiskError where it cannot."""
    if path is None:
        return
    with _written(path):
        new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        if new:
            path.unlink()


def keep(found: Evaluation | AskedEvaluation, path: Path | None) -> None:
    """Write a result where it is wanted; DiskError where it cannot be."""
    if path is None:
        return
    with _written(path):
        path.write_text(json.dumps(found.as_dict(), indent=1) + "\n", encoding="utf-8")


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(
            f"{path}: cannot be written: {error.strerror}; choose another --to"
        ) from None
