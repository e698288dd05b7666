"""A graph's Parquet tables as DuckDB views, within bounded memory, and the names of its nodes.

Each label and edge type is a view of its own name, `stated` is all statements, `relations` what
the relations are called elsewhere, `pair_titles` both products' titles of each co-buy.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.errors import RunError
from mindgraph.graph.schema import EDGES, NODES, STATED
from mindgraph.relations import CONCEPTNET, RELATIONS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "640MB"
"""What DuckDB may hold at once; more than that goes to the disk."""

PLACES = {
    "Product": "product",
    "CoBuy": "cobuy",
    "Intention": "intention",
    "Concept": "concept",
    "Category": "category",
    "Run": "run",
}
"""What stands before an id, so that no two labels share a name: `intention/9f2c`; as in RDF."""

PREFIX = "mindgraph:"
"""Stands for the base IRI, so that a name is that of the same thing in RDF."""

START, END = "e.start", 'e."end"'
"""The ends of an edge table that a query calls `e`."""

STATING = tuple(relation.edge_type for relation in RELATIONS.values())
"""Edge types that state an intention, in the relations' order."""

LINKS = {
    "HAS_PRODUCT": "hasProduct",
    "IN_CATEGORY": "inCategory",
    "SUBCATEGORY_OF": "subcategoryOf",
    "HAS_CONCEPT": "hasConcept",
    "SUBCONCEPT_OF": "subconceptOf",
}
"""Edge types that state nothing, and what they are called outside."""


def name_of(label: str, column: str, prefix: str = "") -> str:
    """The SQL of a node's name outside: its label's place and its id."""
    return f"'{prefix}{PLACES[label]}/' || {column}"


def link_of(kind: str, prefix: str = "") -> str:
    """The SQL of the name of an edge `e` that states nothing: what RDF calls it too, if it does."""
    if kind == "HAS_CONCEPT":
        return f"'{prefix}link/' || {START} || '~' || {END}"
    if kind == "SUBCONCEPT_OF":
        return f"'{prefix}sublink/' || {_untied(START)} || '~' || {_untied(END)}"
    return f"'{prefix}{LINKS[kind]}/' || {_untied(START)} || '~' || {_untied(END)}"


def _untied(column: str) -> str:
    return f"replace({column}, '~', '%7E')"


@contextmanager
def open_tables(folder: Path) -> Iterator[DuckDBPyConnection]:
    """The tables of a folder as views; RunError where one is missing or is no Parquet file."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mindgraph-export-") as spill:
        con = duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "threads": min(4, os.cpu_count() or 1),
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "allow_community_extensions": False,
            }
        )
        try:
            _show(con, folder)
            yield con
        finally:
            con.close()


def _show(con: DuckDBPyConnection, folder: Path) -> None:
    import duckdb

    named = [("nodes", node.label) for node in NODES] + [("edges", edge.type) for edge in EDGES]
    for kind, name in named:
        file = folder / kind / f"{name}.parquet"
        try:
            con.read_parquet(glob.escape(str(file))).create_view(name)
        except duckdb.Error as error:
            told = str(error).splitlines()[0]
            raise RunError(f"{file}: cannot be read ({told}); run the build again") from None
    con.execute(f"CREATE VIEW stated AS {_stated()}")
    con.execute(f"CREATE VIEW relations AS {_relations()}")
    con.execute(_TITLED)


def _stated() -> str:
    columns = ", ".join(f'"{name}"' for name in ("start", "end", *STATED))
    return " UNION ALL ".join(
        f'SELECT {place} AS place, {columns} FROM "{relation.edge_type}"'
        for place, relation in enumerate(RELATIONS.values())
    )


def _relations() -> str:
    rows = ", ".join(
        f"('{name}', '{match.name}', '{match.dimension}', '{spoken(name)}')"
        for name, match in CONCEPTNET.items()
    )
    return f"SELECT * FROM (VALUES {rows}) r(name, conceptnet, dimension, spoken)"


def spoken(name: str) -> str:
    """A relation's name in words.

    >>> spoken("usedFor")
    'used for'
    """
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)


# No list of titles: the engine cannot put lists it is still making on the disk.
_TITLED = """
CREATE VIEW pair_titles AS
SELECT h.start AS id, arg_min(coalesce(p.title, h."end"), h."end")
    || if(count(*) > 1, ' + ' || arg_max(coalesce(p.title, h."end"), h."end"), '') AS titles
FROM "HAS_PRODUCT" h LEFT JOIN "Product" p ON p.id = h."end" GROUP BY h.start
"""

SLICE = 250_000
"""Edges that a query joins at once."""

SAID = """(
    WITH titled AS (
        SELECT h.start AS id, arg_min(coalesce(p.title, h."end"), h."end") AS first,
            if(count(*) > 1, arg_max(coalesce(p.title, h."end"), h."end"), NULL) AS last
        FROM "HAS_PRODUCT" h SEMI JOIN slice ON slice.start = h.start
        LEFT JOIN "Product" p ON p.id = h."end" GROUP BY h.start
    )
    SELECT s.*, coalesce(t.first, s.start) AS first, t.last,
        coalesce(t.first || coalesce(' + ' || t.last, ''), s.start) AS titles,
        coalesce(i.text, s."end") AS text, r.conceptnet, r.dimension, r.spoken
    FROM slice s JOIN relations r ON r.name = s.relation
    LEFT JOIN titled t ON t.id = s.start LEFT JOIN "Intention" i ON i.id = s."end"
)"""
"""The SQL of a slice of statements with what a reader of one row wants to know: both products'
titles, the intention's text, and what the relation is called elsewhere."""


def slices(con: DuckDBPyConnection, tables: Path, types: Iterable[str]) -> Iterator[None]:
    """Show edges as the table `slice`, some at a time, type by type in the order of their rows.

    Joined and sorted all at once, they would outgrow any bound of memory. `place` says which
    type a row is of.
    """
    waiting: list[pa.Table] = []
    for place, kind in enumerate(types):
        with pq.ParquetFile(tables / f"edges/{kind}.parquet") as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                waiting.append(rows.append_column("place", _repeated(place, rows.num_rows)))
                if sum(part.num_rows for part in waiting) >= SLICE:
                    yield from _shown(con, waiting)
    yield from _shown(con, waiting)


def _repeated(place: int, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(place, pa.int32()), rows)


def _shown(con: DuckDBPyConnection, waiting: list[pa.Table]) -> Iterator[None]:
    if waiting:
        con.register("slice", pa.concat_tables(waiting))
        waiting.clear()
        yield
        con.unregister("slice")


def write_table(con: DuckDBPyConnection, query: str, columns: pa.Schema, path: Path) -> int:
    """Write a query's rows as a Parquet file with exactly these columns; how many rows."""
    rows = 0
    with pq.ParquetWriter(path, columns, compression="zstd") as file:
        for batch in con.sql(query).to_arrow_reader(_ROWS):
            file.write_table(pa.Table.from_batches([batch]).select(columns.names).cast(columns))
            rows += batch.num_rows
    return rows


_ROWS = 50_000
