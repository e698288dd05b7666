"""A run's tables into a database: what is there is compared, what is missing or other is written.

By key, so that the counts are true ones and a load that was cut short goes on where it stood:
nodes before relationships, removals last, since a server gives an internal id of a removed node
to the next new one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.errors import RunError, StoreError, UsageError
from mindgraph.graph.schema import EDGES, NODES, Edge, Node
from mindgraph.stores.neo4j import texts
from mindgraph.stores.neo4j.alone import alone
from mindgraph.stores.neo4j.connection import Connection
from mindgraph.stores.neo4j.faults import TooBigError
from mindgraph.stores.neo4j.schema import make_indexes, make_keys
from mindgraph.stores.neo4j.scratch import Scratch, open_scratch
from mindgraph.stores.neo4j.writing import in_sessions, send

Progress = Callable[[str, int], None]

_PAGE = 10_000
"""Nodes whose values, or whose relationships, are read at once."""


@dataclass(frozen=True)
class Loaded:
    """What a load did with one label or type, in rows; `left` are there and not of this run."""

    name: str
    created: int
    changed: int
    unchanged: int
    removed: int = 0
    left: int = 0

    @property
    def rows(self) -> int:
        """All rows that it is about."""
        return self.created + self.changed + self.unchanged + self.removed + self.left


def unwatched(name: str, rows: int) -> None:
    """Progress that nobody watches."""


def load_tables(
    run: Path,
    connection: Connection,
    prune: bool = False,
    force: bool = False,
    progress: Progress = unwatched,
) -> tuple[Loaded, ...]:
    """Load `nodes/` and `edges/` of a run folder; what was done with each label and type.

    StoreError and UsageError in one line; what was written until then stays, and the next load
    goes on from there.
    """
    make_keys(connection)
    with alone(connection), open_scratch() as scratch:
        if not force:
            _check_older(run, connection)
        load = _Load(run, connection, scratch, _counts(connection), progress)
        done = [*load.nodes(), *load.edges()]
        if prune:
            done = [*load.pruned(done)]
        _check_counts(connection, load.before, done)
    make_indexes(connection)
    return tuple(done)


class _Write(NamedTuple):
    """Rows for one label or type, and the query that takes them."""

    name: str
    text: str
    rows: pa.RecordBatch


@dataclass(frozen=True)
class _Load:
    run: Path
    connection: Connection
    scratch: Scratch
    before: dict[str, int]
    progress: Progress

    def nodes(self) -> list[Loaded]:
        """Bring all nodes up to date."""
        done: list[Loaded] = []
        writes = (write for node in NODES for write in self._node_writes(node, done))
        for write, made in in_sessions(writes, self._write_nodes):
            if made:
                self.scratch.made_nodes(write.name, *made)
            self.progress(write.name, write.rows.num_rows)
        return done

    def _node_writes(self, node: Node, done: list[Loaded]) -> Iterator[_Write]:
        table = self.run / "nodes" / f"{node.label}.parquet"
        self.scratch.begin_nodes(node, table)
        if self.before[node.label]:
            self._read_nodes(node)
        self.scratch.compare_nodes(node)
        done.append(self._counted(node.label, table))
        yield from _writes(node.label, texts.create_nodes(node), self.scratch.created())
        yield from _writes(node.label, texts.change_nodes(node), self.scratch.changed())

    def _read_nodes(self, node: Node) -> None:
        text, start, limit = texts.page_of_nodes(node), "", _PAGE
        while True:
            try:
                (page,) = self.connection.read(text, start=start, limit=limit)
            except TooBigError:
                if limit == 1:
                    raise
                limit //= 2
                continue
            columns = page["columns"]
            self.scratch.found_nodes(node, columns)
            keys = columns[1]
            if len(keys) < limit:
                return
            start = keys[-1] + "\0"  # the very next key

    def _write_nodes(self, write: _Write) -> tuple[_Write, tuple[pa.Array, pa.Array] | None]:
        if "place" in write.rows.schema.names:
            self._write_rows(write)
            return write, None
        made = [
            (start + row, place)
            for rows, start in send(self.connection, write.text, write.rows)
            for row, place in rows
        ]
        rows, places = zip(*made, strict=True)
        return write, (pa.array(places), write.rows["id"].take(pa.array(rows)))

    def edges(self) -> Iterator[Loaded]:
        """Bring all relationships up to date, those that leave one label after the other."""
        for node in NODES:
            leaving = [edge for edge in EDGES if edge.start == node.label]
            if leaving:
                self._read_edges(node.label, leaving)
                yield from self._written_edges(leaving)

    def _read_edges(self, label: str, leaving: list[Edge]) -> None:
        properties = {name: kind for edge in leaving for name, kind in edge.properties.items()}
        self.scratch.begin_edges(properties)
        if any(self.before[edge.type] for edge in leaving):
            read = partial(self._pages_of_edges, texts.edges_of_nodes(leaving, properties))
            for pages in in_sessions(self.scratch.places(label, _PAGE), read):
                for columns in pages:
                    self.scratch.found_edges(properties, columns)

    def _pages_of_edges(self, text: str, nodes: list[int]) -> list[list[list[Any]]]:
        try:
            (page,) = self.connection.read(text, nodes=nodes)
        except TooBigError:
            if len(nodes) == 1:
                raise
            half = len(nodes) // 2
            return [
                *self._pages_of_edges(text, nodes[:half]),
                *self._pages_of_edges(text, nodes[half:]),
            ]
        return [page["columns"]]

    def _written_edges(self, leaving: list[Edge]) -> list[Loaded]:
        done: list[Loaded] = []
        self._write(write for edge in leaving for write in self._edge_writes(edge, done))
        return done

    def _edge_writes(self, edge: Edge, done: list[Loaded]) -> Iterator[_Write]:
        table = self.run / "edges" / f"{edge.type}.parquet"
        if not (self.before[edge.type] or pq.read_metadata(table).num_rows):
            done.append(Loaded(edge.type, 0, 0, 0))
            return
        self.scratch.compare_edges(edge, table)
        done.append(self._counted(edge.type, table))
        yield from _writes(edge.type, texts.create_edges(edge), self.scratch.created())
        if edge.properties:
            yield from _writes(edge.type, texts.change_edges(edge), self.scratch.changed())
        yield from _writes(edge.type, texts.REMOVE_EDGES, self.scratch.copies())

    def _write(self, writes: Iterable[_Write]) -> None:
        for write in in_sessions(writes, self._write_rows):
            self.progress(write.name, write.rows.num_rows)

    def _write_rows(self, write: _Write) -> _Write:
        sent = send(self.connection, write.text, write.rows)
        written = sum(int(rows or 0) for rows, _ in sent)
        if "RETURN" in write.text and written != write.rows.num_rows:
            raise StoreError(_CROSSED.format(where=self.connection.where, name=write.name))
        return write

    def _counted(self, name: str, table: Path) -> Loaded:
        """What is to be done; RunError where rows of a table name nodes that are nowhere."""
        counts = self.scratch.counts()
        if counts["unplaced"]:
            raise RunError(f"{table}: names nodes that the run has not; build it again")
        self.scratch.keep_gone(name)
        created, changed = counts["created"], counts["changed"]
        unchanged = pq.read_metadata(table).num_rows - created - changed
        return Loaded(name, created, changed, unchanged, counts["copies"], counts["gone"])

    def pruned(self, done: list[Loaded]) -> Iterator[Loaded]:
        """Remove what is not of this run, relationships before the nodes they hold on to."""
        labels = {node.label for node in NODES}
        left = [told.name for told in done if told.left]
        for name in sorted(left, key=lambda name: name in labels):
            text = texts.REMOVE_NODES if name in labels else texts.REMOVE_EDGES
            self._write(_writes(name, text, self.scratch.gone(name)))
        for told in done:
            yield replace(told, removed=told.removed + told.left, left=0)


def _writes(name: str, text: str, batches: Iterable[pa.RecordBatch]) -> Iterator[_Write]:
    for rows in batches:
        yield _Write(name, text, rows)


_CROSSED = (
    "{where}: somebody else changed the {name} rows of the database meanwhile; "
    "load the same run again"
)


def _counts(connection: Connection) -> dict[str, int]:
    return {row["name"]: row["rows"] for row in connection.read(texts.counts())}


def _check_counts(connection: Connection, before: dict[str, int], done: list[Loaded]) -> None:
    """Hold what the server counts now against what was done."""
    after = _counts(connection)
    for told in done:
        if after[told.name] != before[told.name] + told.created - told.removed:
            raise StoreError(_CROSSED.format(where=connection.where, name=told.name))


def _check_older(run: Path, connection: Connection) -> None:
    """Refuse a run of an older mindgraph than the runs that the database holds."""
    own = pq.read_table(run / "nodes/Run.parquet")["version"].to_pylist()
    rows = connection.read("MATCH (r:Run) RETURN r.id AS id, r.version AS version")
    for row in rows:
        if own and _numbers(row["version"]) > max(map(_numbers, own)):
            raise UsageError(
                f"{run}: built by mindgraph {max(own, key=_numbers)}, but the database holds the "
                f"run {row['id']} of {row['version']}; build it anew, or load it with --force"
            )


def _numbers(version: object) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", str(version))]
