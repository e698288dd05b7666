"""What a database holds beside what a run's tables say: compared on disk, in bounded memory.

A scratch database of DuckDB, which moves to disk what its memory cannot hold, keeps the keys and
internal ids of all nodes, and of one label or type at a time the values too. The differences come
out in batches, ready to be written.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from mindgraph.graph.schema import REAL, TEXT, WHOLE, Edge, Node

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH = 5_000
"""Rows of one transaction; more were no faster, measured."""

AT_ONCE = 500_000
"""Rows that are compared at once; more are compared in slices, so that memory stays bounded."""

PLACE = pa.int64()
"""The type of a server's internal ids."""

_PYTHON: dict[pa.DataType, tuple[type, ...]] = {TEXT: (str,), WHOLE: (int,), REAL: (float, int)}


@contextmanager
def open_scratch() -> Iterator[Scratch]:
    """A scratch database that is gone afterwards."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mindgraph-load-") as folder:
        settings: dict[str, Any] = {
            "memory_limit": "1GB",
            "threads": 2,
            "temp_directory": folder,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=settings) as con:
            yield Scratch(con)


class Scratch:
    """Tables `wanted`, `there` and their differences, of one label or type at a time."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self._con = con
        # Rows go in while others stream out, and one connection cannot do both.
        self._inward = con.cursor()

    # ---- nodes

    def begin_nodes(self, node: Node, table: Path) -> None:
        """Take a label's own table as what is wanted; nothing is there yet."""
        self._want(table)
        self._make("there", pa.schema([("place", PLACE), *node.arrow, ("odd", pa.bool_())]))
        self._make(f"ids_{node.label}", pa.schema([("place", PLACE), ("id", TEXT)]))

    def found_nodes(self, node: Node, columns: Sequence[list[Any]]) -> None:
        """Note nodes that are there: columns of internal ids, keys and values."""
        self._add("there", pa.schema([("place", PLACE), *node.arrow]), columns)

    def compare_nodes(self, node: Node) -> None:
        """Tell what is there from what is wanted, by key."""
        self._run(f"INSERT INTO ids_{node.label} SELECT place, id FROM there")
        self._differ("SELECT * FROM wanted", ["id"], node.properties)

    def made_nodes(self, label: str, places: pa.Array, keys: pa.Array) -> None:
        """Note the internal ids of nodes that were created."""
        self._insert(f"ids_{label}", pa.table({"place": places, "id": keys}))

    def places(self, label: str, rows: int) -> Iterator[list[int]]:
        """The internal ids of all nodes of a label, some at a time, as they lie in the store."""
        for batch in self._stream(f"SELECT place FROM ids_{label} ORDER BY place", rows):
            yield batch["place"].to_pylist()

    # ---- edges

    def begin_edges(self, properties: dict[str, pa.DataType]) -> None:
        """Make room for the relationships that leave one label."""
        self._make("leaving", _leaving(properties, odd=True))

    def found_edges(self, properties: dict[str, pa.DataType], columns: Sequence[list[Any]]) -> None:
        """Note relationships that are there: columns of types, ids and values."""
        self._add("leaving", _leaving(properties), columns)

    def compare_edges(self, edge: Edge, table: Path) -> None:
        """Tell what is there from what is wanted, by the ends; copies are to be removed.

        A relationship that ends at another label is somebody else's.
        """
        self._want(table)
        self._run(
            f"CREATE OR REPLACE TABLE there AS SELECT l.* FROM leaving l "
            f"SEMI JOIN ids_{edge.end} e ON e.place = l.b WHERE l.type = '{edge.type}'"
        )
        placed = (
            f"SELECT s.place AS a, e.place AS b, w.* FROM wanted w LEFT JOIN "
            f'ids_{edge.start} s ON s.id = w.start LEFT JOIN ids_{edge.end} e ON e.id = w."end"'
        )
        self._differ(placed, ["a", "b"], edge.properties)

    # ---- what a comparison gives

    def created(self) -> Iterator[pa.RecordBatch]:
        """Rows that are wanted and not there."""
        return self._batches(
            "SELECT * EXCLUDE (kind, place) FROM differences WHERE kind = 'created' ORDER BY 1"
        )

    def changed(self) -> Iterator[pa.RecordBatch]:
        """Rows that are there with other values, with their internal id as `place`."""
        return self._batches("SELECT * EXCLUDE (kind) FROM differences WHERE kind = 'changed'")

    def gone(self, name: str) -> Iterator[pa.RecordBatch]:
        """Internal ids, as `place`, of what is there and not wanted."""
        return self._batches(f"SELECT place FROM gone_{name}")

    def copies(self) -> Iterator[pa.RecordBatch]:
        """Internal ids of what is there more than once; one of each stays."""
        return self._batches("SELECT place FROM copies")

    def keep_gone(self, name: str) -> None:
        """Remember what is not wanted until everything else is written."""
        self._run(
            f"CREATE OR REPLACE TABLE gone_{name} AS SELECT place FROM differences "
            "WHERE kind = 'gone'"
        )

    def counts(self) -> Counter[str]:
        """Rows of each kind: created, changed, gone, copies, and unplaced, which lack an end."""
        kinds = "SELECT kind, count(*) FROM differences GROUP BY kind"
        copies = "SELECT 'copies', count(*) FROM copies"
        return Counter(dict(self._con.sql(f"{kinds} UNION ALL {copies}").fetchall()))

    # ---- how

    def _differ(self, placed: str, keys: list[str], properties: Iterable[str]) -> None:
        """Make `copies`, and `differences` with what is to be done of each row that differs."""
        by = ", ".join(keys)
        nowhere = " OR ".join(f"w.{key} IS NULL" for key in keys)
        self._set_copies_aside(keys)
        there = self._rows("there")
        self._run(
            f"CREATE OR REPLACE TABLE differences AS SELECT if({nowhere}, 'unplaced', 'created') "
            f"AS kind, NULL::BIGINT AS place, w.* FROM ({placed}) w WHERE {there} = 0"
        )
        if there:
            self._run(f"CREATE OR REPLACE TABLE placed AS SELECT *, true AS wanted FROM ({placed})")
            for slice_ in range(slices := 1 + there // AT_ONCE):
                these = f"WHERE hash({by}) % {slices} = {slice_}"
                self._differ_in(these, keys, properties, nowhere)

    def _set_copies_aside(self, keys: list[str]) -> None:
        by, same_key = ", ".join(keys), _same(keys)
        for text in (
            f"CREATE OR REPLACE TABLE doubled AS SELECT {by}, min(place) AS kept FROM there "
            f"GROUP BY {by} HAVING count(*) > 1",
            "CREATE OR REPLACE TABLE copies AS SELECT t.place FROM there t JOIN doubled w "
            f"ON {same_key} WHERE t.place <> w.kept",
            "DELETE FROM there WHERE place IN (SELECT place FROM copies)",
        ):
            self._run(text)

    def _differ_in(
        self, these: str, keys: list[str], properties: Iterable[str], nowhere: str
    ) -> None:
        differs = " OR ".join(
            ["t.odd", *(f"w.{name} IS DISTINCT FROM t.{name}" for name in properties)]
        )
        self._run(
            "INSERT INTO differences SELECT CASE WHEN w.wanted IS NULL THEN 'gone' "
            f"WHEN {nowhere} THEN 'unplaced' WHEN t.place IS NULL THEN 'created' "
            "ELSE 'changed' END, t.place, w.* EXCLUDE (wanted) "
            f"FROM (SELECT * FROM placed {these}) w FULL JOIN (SELECT * FROM there {these}) t "
            f"ON {_same(keys)} WHERE w.wanted IS NULL OR t.place IS NULL OR {differs}"
        )

    def _rows(self, table: str) -> int:
        return int(self._con.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])

    def _want(self, table: Path) -> None:
        self._con.register("wanted", ds.dataset(str(table), format="parquet"))

    def _make(self, name: str, fields: pa.Schema) -> None:
        self._con.register("fields", fields.empty_table())
        self._run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM fields")

    def _add(self, name: str, fields: pa.Schema, columns: Sequence[list[Any]]) -> None:
        if columns[0]:
            self._insert(name, _table(fields, columns))

    def _insert(self, name: str, rows: pa.Table) -> None:
        self._inward.register("rows_in", rows)
        self._inward.execute(f"INSERT INTO {name} SELECT * FROM rows_in")
        self._inward.unregister("rows_in")

    def _run(self, text: str) -> None:
        self._con.execute(text)

    def _batches(self, text: str) -> Iterator[pa.RecordBatch]:
        return self._stream(text, BATCH)

    def _stream(self, text: str, rows: int) -> Iterator[pa.RecordBatch]:
        return iter(self._con.cursor().sql(text).to_arrow_reader(rows))


def _same(keys: Iterable[str]) -> str:
    return " AND ".join(f"w.{key} = t.{key}" for key in keys)


def _leaving(properties: dict[str, pa.DataType], odd: bool = False) -> pa.Schema:
    fields = [("type", TEXT), ("place", PLACE), ("a", PLACE), ("b", PLACE), *properties.items()]
    return pa.schema([*fields, ("odd", pa.bool_())] if odd else fields)


def _table(fields: pa.Schema, columns: Sequence[list[Any]]) -> pa.Table:
    """Columns as a table; a row with a value of another type than the schema's is marked odd."""
    odd = [False] * len(columns[0])
    arrays = [
        _column(values, kind, odd) for values, kind in zip(columns, fields.types, strict=True)
    ]
    return pa.table([*arrays, pa.array(odd)], [*fields.names, "odd"])


def _column(values: list[Any], kind: pa.DataType, odd: list[bool]) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        for row, value in enumerate(values):
            if value is not None and not isinstance(value, _PYTHON[kind]):
                odd[row], values[row] = True, None
        return pa.array(values, kind)
