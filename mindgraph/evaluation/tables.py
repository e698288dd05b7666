"""A run's tables as DuckDB views, in bounded memory.

`products pairs intentions concepts runs` are the nodes, `has_product has_concept` the edges,
`stated` the statements under all relations, `rejected` the rows that were left out at any stage.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mindgraph.errors import RunError
from mindgraph.records import REJECTED
from mindgraph.relations import RELATIONS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "640MB"
"""What DuckDB may hold at once; more than that goes to the disk."""

_VIEWS = {
    "products": "nodes/Product",
    "pairs": "nodes/CoBuy",
    "intentions": "nodes/Intention",
    "concepts": "nodes/Concept",
    "runs": "nodes/Run",
    "has_product": "edges/HAS_PRODUCT",
    "has_concept": "edges/HAS_CONCEPT",
}


@contextmanager
def open_tables(run: Path) -> Iterator[DuckDBPyConnection]:
    """A connection with the views of a run; RunError where a table cannot be read, now or later."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mindgraph-tables-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": min(4, os.cpu_count() or 1),
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
        with _readable(run), duckdb.connect(config=config) as con:
            for view, file in _VIEWS.items():
                _show(con, view, [run / f"{file}.parquet"])
            show_statements(con, "stated", run)
            _show_rejected(con, sorted(run.glob("rejected/*.parquet")))
            yield con


@contextmanager
def _readable(run: Path) -> Iterator[None]:
    """Tell in one line that a table is damaged, or lacks a column that it has today."""
    import duckdb

    damaged = (duckdb.IOException, duckdb.InvalidInputException, duckdb.BinderException)
    try:
        yield
    except duckdb.Error as error:
        if not (isinstance(error, damaged) or type(error) is duckdb.Error):
            raise
        told = str(error).splitlines()[0]
        raise RunError(
            f"{run}: a table cannot be read ({told}); it is damaged, or another version of "
            "mindgraph wrote it: run the build again"
        ) from error


def show_statements(con: DuckDBPyConnection, view: str, run: Path) -> None:
    """Make a view of the statements of a run under all relations."""
    types = (relation.edge_type for relation in RELATIONS.values())
    _show(con, view, [run / f"edges/{name}.parquet" for name in types])


def show_replies(con: DuckDBPyConnection, view: str, file: Path) -> bool:
    """Make a view of what a model said; whether the run asked one."""
    if file.exists():
        _show(con, view, [file])
    return file.exists()


def _show(con: DuckDBPyConnection, view: str, files: Sequence[Path]) -> None:
    import duckdb

    try:
        con.read_parquet([glob.escape(str(file)) for file in files]).create_view(view)
    except duckdb.Error as error:
        told = str(error).splitlines()[0]
        raise RunError(f"{files[0]}: cannot be read ({told}); run the build again") from None


def _show_rejected(con: DuckDBPyConnection, files: Sequence[Path]) -> None:
    if files:
        _show(con, "left_out", files)
        con.execute("CREATE VIEW rejected AS FROM left_out")
    else:
        con.register("rejected", REJECTED.empty_table())


def rows(con: DuckDBPyConnection, sql: str, *given: Any) -> list[dict[str, Any]]:
    """The rows of a query as dicts; meant for few."""
    found = con.execute(sql, given)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def one(con: DuckDBPyConnection, sql: str, *given: Any) -> dict[str, Any]:
    """The only row of a query."""
    (row,) = rows(con, sql, *given)
    return row


def fill(
    con: DuckDBPyConnection,
    table: str,
    query: str,
    change: Callable[[Any], Any],
    kind: pa.DataType,
) -> None:
    """Make a table (id, words) of a query's rows (id, x), with `change` applied to every x.

    Rows go through Python a batch at a time.
    """
    columns = pa.schema([("id", pa.string()), ("words", kind)])
    con.register("batch", columns.empty_table())
    con.execute(f"CREATE TABLE {table} AS FROM batch")
    with con.cursor() as reading:
        for batch in reading.sql(query).to_arrow_reader(_BATCH):
            changed = pa.array(map(change, batch.column(1).to_pylist()), kind)
            con.register("batch", pa.Table.from_arrays([batch.column(0), changed], schema=columns))
            con.execute(f"INSERT INTO {table} FROM batch")
    con.unregister("batch")


_BATCH = 50_000
