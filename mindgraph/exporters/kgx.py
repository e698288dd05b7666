"""KGX-shaped node and edge files: the whole graph in two tables.

Columns are KGX's; categories and predicates are the graph's own, so Biolink's validator would
not call the files valid.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.exporters.files import new_folder, new_text
from mindgraph.exporters.tables import (
    END,
    LINKS,
    PREFIX,
    START,
    link_of,
    name_of,
    open_tables,
    spoken,
)
from mindgraph.exporters.tsv import header, line, text, value, write_lines
from mindgraph.exporters.written import Written, columns
from mindgraph.graph.schema import EDGES, NODES, Edge

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NODE_COLUMNS = ("id", "category", "name", "description")
EDGE_COLUMNS = (
    "id", "subject", "predicate", "object", "relation", "category",
    "agreement", "typicality", "plausibility", "probability", "knowledge_source",
)  # fmt: skip

_NAMED = {"Product": "title", "Intention": "text", "Concept": "name", "Category": "name"}
_DESCRIBED = {"Product": "description", "CoBuy": "source", "Run": "model"}


def write_kgx(tables: Path, path: Path) -> list[Written]:
    """Write all nodes and edges into `nodes.tsv` and `edges.tsv` of a new folder."""
    with new_folder(path) as folder, open_tables(tables) as con:
        nodes = [_nodes(node.label) for node in NODES]
        edges = [_links(edge) for edge in EDGES if edge.type in LINKS]
        return [
            _write(con, folder / "nodes.tsv", NODE_COLUMNS, nodes),
            _write(con, folder / "edges.tsv", EDGE_COLUMNS, [_stated(), *edges]),
        ]


def _write(
    con: DuckDBPyConnection, path: Path, names: tuple[str, ...], queries: list[str]
) -> Written:
    with new_text(path) as file:
        file.write(header(*names))
        rows = sum(write_lines(con, query, file) for query in queries)
    return Written(path.name, rows, columns(names), file.sha256)


def _nodes(label: str) -> str:
    named = "t.titles" if label == "CoBuy" else _NAMED.get(label, "n.id")
    told = line(
        name_of(label, "n.id", PREFIX),
        f"'{PREFIX}ns#{label}'",
        text(named),
        text(_DESCRIBED.get(label, "NULL")),
    )
    titled = "LEFT JOIN pair_titles t ON t.id = n.id" if label == "CoBuy" else ""
    return f'SELECT {told} FROM "{label}" n {titled} ORDER BY n.id'


_SOURCE = f"'{PREFIX}'"


def _stated() -> str:
    told = line(
        f"'{PREFIX}statement/' || e.id",
        name_of("CoBuy", START, PREFIX),
        f"'{PREFIX}rel/' || relation",
        name_of("Intention", END, PREFIX),
        "spoken",
        f"'{PREFIX}ns#IntentionStatement'",
        value("agreement"),
        value("typicality"),
        value("plausibility"),
        "''",
        name_of("Run", value("run"), PREFIX),
    )
    return f"""SELECT {told} FROM stated e JOIN relations r ON r.name = relation
        ORDER BY place, {START}, {END}"""


def _links(edge: Edge) -> str:
    told = line(
        link_of(edge.type, PREFIX),
        name_of(edge.start, START, PREFIX),
        f"'{PREFIX}ns#{LINKS[edge.type]}'",
        name_of(edge.end, END, PREFIX),
        f"'{spoken(LINKS[edge.type])}'",
        f"'{PREFIX}ns#Link'",
        *["''"] * 3,
        value("probability" if "probability" in edge.properties else "NULL"),
        _SOURCE,
    )
    return f'SELECT {told} FROM "{edge.type}" e ORDER BY {START}, {END}'
