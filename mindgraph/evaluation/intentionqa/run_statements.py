"""A run's statements as the graph to look into, and what they share with a benchmark.

Of a large run only the statements nearest to the questions' products are read into memory.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mindgraph.evaluation.intentionqa.questions import Benchmark, Product, cause_of
from mindgraph.evaluation.intentionqa.statements import Graph, Statement
from mindgraph.evaluation.tables import open_tables
from mindgraph.text import merge_key, words

MOST = 5_000
"""Statements of a run that are looked into at once."""

_STATED = """
SELECT a.id AS a, a.title AS title_a, b.id AS b, b.title AS title_b, s.relation, s.surface
FROM stated s
JOIN (SELECT start, min("end") AS one, max("end") AS other FROM has_product GROUP BY start) h
    ON h.start = s.start
JOIN products a ON a.id = h.one JOIN products b ON b.id = h.other
ORDER BY s.id
"""

_BATCH = 10_000


def run_statements(
    run: Path, benchmark: Benchmark, tail_of: Callable[[str], str], most: int = MOST
) -> list[Statement]:
    """A run's statements, at most `most`: those whose titles share most with the questions'."""
    rows = (_statement(row, tail_of) for row in _rows(run))
    with open_tables(run) as con:
        found = con.execute("SELECT count(*) FROM stated").fetchone()
    if found and found[0] <= most:
        return list(rows)
    return _nearest(rows, benchmark, most)


def _rows(run: Path) -> Iterator[dict[str, Any]]:
    with open_tables(run) as con:
        for batch in con.sql(_STATED).to_arrow_reader(_BATCH):
            yield from batch.to_pylist()


def _statement(row: dict[str, Any], tail_of: Callable[[str], str]) -> Statement:
    text = cause_of(row["surface"])
    a = Product(unquote(row["a"]), row["title_a"] or "")
    b = Product(unquote(row["b"]), row["title_b"] or "")
    return Statement(a, b, row["relation"], text, tail_of(text))


def _nearest(rows: Iterable[Statement], benchmark: Benchmark, most: int) -> list[Statement]:
    """The statements whose titles hold most of the words that few of the questions' titles hold."""
    titles = {side.title for one in benchmark.questions for side in (one.a, one.b)}
    held: dict[str, int] = {}
    for title in titles:
        for word in set(words(title)):
            held[word] = held.get(word, 0) + 1
    order = count()
    scored = ((_share(row, held), -next(order), row) for row in rows)
    kept = heapq.nlargest(most, scored, key=lambda one: one[:2])
    return [row for _, _, row in sorted(kept, key=lambda one: -one[1])]


def _share(row: Statement, held: dict[str, int]) -> float:
    found = set(words(f"{row.a.title} {row.b.title}"))
    return sum(1 / held[word] for word in found if word in held) / (1 + len(found))


@dataclass(frozen=True)
class Overlap:
    """What a run shares with a benchmark: counts of statements, and of telling gold texts."""

    statements: int
    about_its_products: int
    of_its_pairs: int
    golds: int
    golds_said_of_others: int

    @property
    def cannot_be_held_out(self) -> bool:
        """Whether the benchmark's own texts seem to be here under other products' names."""
        return self.golds_said_of_others > _SUSPECT * self.golds


_SUSPECT = 0.1
_TELLING = 4
"""Blanks in a gold's merge key that make it unlikely to be said twice by chance."""


def overlap(graph: Graph, golds: Sequence[Statement]) -> Overlap:
    """How much of a benchmark's golds a graph holds, by product id, title and text."""
    pairs = {frozenset((one.a.id, one.b.id)) for one in golds}
    said = {
        merge_key(row.tail)
        for row, touched in zip(graph.statements, graph.touched, strict=True)
        if not touched
    }
    keys = {key for key in (merge_key(one.tail) for one in golds) if key.count(" ") >= _TELLING}
    return Overlap(
        statements=len(graph.statements),
        about_its_products=sum(map(bool, graph.touched)),
        of_its_pairs=sum(frozenset((row.a.id, row.b.id)) in pairs for row in graph.statements),
        golds=len(keys),
        golds_said_of_others=len(keys & said),
    )
