"""Write the RDF and CSKG of a made-up graph of MIND's size, beside what RDF libraries take for it.

    python benchmarks/export.py [--scale 0.05] [--work DIR] [--rounds N] [--sample 200000]

It writes the graph's Parquet tables into DIR once per scale (default: mindgraph-export-bench in the
system's temporary folder), exports them, lets rdflib and pyoxigraph serialise triples of the same
graph, each in a process of its own, and prints for each: triples (or rows) per second, seconds,
processor seconds, peak memory of the process, the size of the file, and how many times as fast we
are, by the clock and by processor time.

Ours are timed from the tables to the synced file, with its checksum and descriptions.
`pyoxigraph.*` is timed from the tables to the synced file too, and is fed row by row
(`naive_rdf.py`). `ready.*` and `rdflib.*` have a sample of `--sample` triples (rdflib: a tenth of
them) ready in memory and are timed for serialising alone: a bound that nobody reaches who has to
come from tables.

Scale 1.0 needs about 14 GB of disk. With `--rounds 3` all take turns three times, and the least
times of each stand in the table. It returns 1 where a part failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from export_graph import make
from measure import load_average, run

STRETCHES = 100
"""A sample is of so many parts, each with all triples of its subjects."""

TARGETS = {"rdflib.ttl": 40, "pyoxigraph.ttl": 5, "pyoxigraph.nt": 5}
"""How many times a peer's triples per second ours should write."""


def about() -> Any:
    """Return what an export says of this graph."""
    from mindgraph.exporters.about import About

    return About("bench-1", "bench", "0", "made up", ("made up",), {})


Took = tuple[int, float, float]
"""How many, and what they took: seconds and processor seconds."""


def took(count: int, start: tuple[float, float]) -> Took:
    """Return what was done since a start that `clock` told."""
    seconds, cpu = (now - then for now, then in zip(clock(), start, strict=True))
    return count, seconds, cpu


def clock() -> tuple[float, float]:
    """Return the time, and the processor time of this process and all its threads."""
    return time.perf_counter(), time.process_time()


def ours(tables: Path, out: Path, suffix: str, _: int) -> Took:
    """Export as RDF; triples and their cost."""
    from mindgraph.exporters.rdf import write_rdf

    start = clock()
    done = write_rdf(tables, out / f"ours.{suffix}", about=about())
    return took(done.triples, start)


def cskg(tables: Path, out: Path, suffix: str, _: int) -> Took:
    """Export as CSKG; rows and their cost."""
    from mindgraph.exporters.cskg import write_cskg

    start = clock()
    written = write_cskg(tables, out / f"cskg.{suffix}")
    return took(written[0].rows, start)


def triples(out: Path, limit: int) -> list[Any]:
    """Return triples of the graph as pyoxigraph's: stretches evenly out of the N-Triples file."""
    import pyoxigraph

    file, kept = out / "ours.nt", []
    with file.open("rb") as lines:
        for place in range(STRETCHES):
            lines.seek(file.stat().st_size * place // STRETCHES)
            lines.readline()
            kept += islice(lines, limit // STRETCHES)
    return [
        quad.triple for quad in pyoxigraph.parse(b"".join(kept), pyoxigraph.RdfFormat.N_TRIPLES)
    ]


def pyoxigraph_(tables: Path, out: Path, suffix: str, _: int) -> Took:
    """Let pyoxigraph serialise rows as they come; triples and their cost."""
    import naive_rdf

    counted = Counted(naive_rdf.triples(tables))
    start = clock()
    _serialise(counted, out / f"pyoxigraph.{suffix}", suffix)
    return took(counted.count, start)


def ready(_: Path, out: Path, suffix: str, limit: int) -> Took:
    """Let pyoxigraph serialise what it has in memory; triples and their cost."""
    found = triples(out, limit)
    start = clock()
    _serialise(found, out / f"ready.{suffix}", suffix)
    return took(len(found), start)


def _serialise(found: Any, path: Path, suffix: str) -> None:
    import pyoxigraph as ox

    form = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES}[suffix]
    ox.serialize(found, str(path), form, prefixes=_prefixes() if suffix == "ttl" else None)
    with path.open("rb") as file:
        os.fsync(file.fileno())


class Counted:
    """An iterator that knows how many it gave."""

    def __init__(self, found: Any) -> None:
        """Begin at none."""
        self.found, self.count = found, 0

    def __iter__(self) -> Any:
        """Give all, counting."""
        for each in self.found:
            self.count += 1
            yield each


def _prefixes() -> dict[str, str]:
    from mindgraph.exporters.rdf.terms import prefixes

    return prefixes()


def rdflib_(_: Path, out: Path, suffix: str, limit: int) -> Took:
    """Let rdflib serialise a tenth of the sample; triples and their cost."""
    import pyoxigraph as ox
    import rdflib

    found = ox.serialize(triples(out, limit // 10), format=ox.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph()
    graph.parse(data=found, format="nt")
    for prefix, iri in _prefixes().items():
        graph.bind(prefix, iri)
    start = clock()
    graph.serialize(
        out / f"rdflib.{suffix}", {"ttl": "turtle", "nt": "nt"}[suffix], encoding="utf-8"
    )
    return took(len(graph), start)


Part = Callable[[Path, Path, str, int], Took]

PARTS: dict[str, Part] = {
    "ours.nt": ours, "ours.ttl": ours, "ours.ttl.zst": ours, "cskg.tsv": cskg,
    "pyoxigraph.nt": pyoxigraph_, "pyoxigraph.ttl": pyoxigraph_,
    "ready.nt": ready, "ready.ttl": ready,
    "rdflib.nt": rdflib_, "rdflib.ttl": rdflib_,
}  # fmt: skip


def one(name: str, tables: Path, out: Path, sample: int) -> None:
    """Run one part in this process and note what it took."""
    count, seconds, cpu = PARTS[name](tables, out, name.partition(".")[2], sample)
    told = {"count": count, "seconds": seconds, "cpu": cpu}
    (out / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")


def measured(name: str, tables: Path, out: Path, sample: int) -> dict[str, float] | None:
    """Run one part in a process of its own; what it took, or None where it failed."""
    here = [sys.executable, __file__, "--part", name, "--tables", str(tables), "--out", str(out)]
    cost = run([*here, "--sample", str(sample)])
    if cost.exit_code:
        return None
    told = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
    size = (out / name).stat().st_size / 1e6
    return {**told, "peak": cost.peak_mb, "megabytes": size}


def least(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Return the least times of two rounds, with the larger peak of memory."""
    times = {name: min(one[name], other[name]) for name in ("seconds", "cpu")}
    return {**one, **times, "peak": max(one["peak"], other["peak"])}


def table(best: dict[str, dict[str, float]]) -> None:
    """Print all parts, and how they compare with ours of the same format."""
    names = ("per second", "count", "seconds", "CPU s", "peak MB", "MB")
    print(f"{'':16}" + "".join(f"{name:>12}" for name in names) + "  ours is, by CPU")
    for name, told in best.items():
        cells = [told["count"] / told["seconds"], told["count"], told["seconds"], told["cpu"]]
        row = "".join(f"{cell:12,.1f}" for cell in (*cells, told["peak"], told["megabytes"]))
        print(f"{name:16}{row}  {compared(name, best)}")


def compared(name: str, best: dict[str, dict[str, float]]) -> str:
    """Return how many times as fast ours is as a peer, by the clock and by processor time."""
    if not name.startswith(("pyoxigraph", "ready", "rdflib")):
        return ""
    peer, mine = best[name], best[f"ours.{name.partition('.')[2]}"]
    clocked, computed = (
        mine["count"] / mine[kind] * peer[kind] / peer["count"] for kind in ("seconds", "cpu")
    )
    wanted = f" (at least {TARGETS[name]})" if name in TARGETS else ""
    return f"{clocked:.1f} times as fast{wanted}, {computed:.1f}"


def compare(args: argparse.Namespace) -> int:
    """Make the tables, run all parts in turns, print the best of each."""
    work = args.work or Path(tempfile.gettempdir()) / "mindgraph-export-bench"
    tables, out = work / f"tables-{args.scale}", work / f"out-{args.scale}"
    out.mkdir(parents=True, exist_ok=True)
    if not (tables / "made").exists():
        make(args.scale, tables)
        (tables / "made").touch()
    print(f"load average {load_average()}")
    best: dict[str, dict[str, float]] = {}
    for _ in range(args.rounds):
        for name in PARTS:
            told = measured(name, tables, out, args.sample)
            if told is None:
                return 1
            best[name] = least(told, best.get(name, told))
    table(best)
    print(f"load average {load_average()}")
    return 0


def main() -> int:
    """Read the options and run one part or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sample", type=int, default=200_000)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--tables", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part:
        one(args.part, args.tables, args.out, args.sample)
        return 0
    return compare(args)


if __name__ == "__main__":
    sys.exit(main())
