"""A run's graph in a server, read back as it stands there, to be held against the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from mindgraph.graph.schema import EDGES, NODES
from mindgraph.stores.neo4j.connection import connect
from tests.stores.neo4j.server import MARK, empty

Graph = dict[str, list[tuple[Any, ...]]]


def in_tables(run: Path) -> Graph:
    """Every label's and type's rows of a run's Parquet tables, in order."""
    parts = [("nodes", n.label) for n in NODES] + [("edges", e.type) for e in EDGES]
    found = {name: pq.ParquetFile(run / kind / f"{name}.parquet").read() for kind, name in parts}
    return {
        name: in_order([tuple(row.values()) for row in table.to_pylist()])
        for name, table in found.items()
    }


def in_server(uri: str) -> Graph:
    """Every label's and type's rows as a server has them, with all properties, in order.

    A property that is not the schema's, and a node or an edge that is nobody's, are rows too.
    """
    connection = connect(uri)
    try:
        graph: Graph = {
            shape: [] for shape in (*(n.label for n in NODES), *(e.type for e in EDGES))
        }
        for row in connection.read(
            f"MATCH (n) WHERE NOT n:{MARK} RETURN labels(n) AS labels, properties(n) AS told"
        ):
            name = ":".join(row["labels"])
            graph.setdefault(name, []).append(_values(_NODES.get(name, []), row["told"]))
        for row in connection.read(
            "MATCH (a)-[r]->(b) RETURN type(r) AS type, a.id AS start, b.id AS end, "
            "labels(a) + labels(b) AS labels, properties(r) AS told"
        ):
            names, labels = _EDGES.get(row["type"], ([], []))
            assert row["labels"] == labels, row["type"]
            values = _values(names, row["told"])
            graph.setdefault(row["type"], []).append((row["start"], row["end"], *values))
    finally:
        connection.close()
    return {name: in_order(rows) for name, rows in graph.items()}


_NODES = {node.label: node.arrow.names for node in NODES}
_EDGES = {edge.type: (list(edge.properties), [edge.start, edge.end]) for edge in EDGES}


def _values(names: list[str], told: dict[str, Any]) -> tuple[Any, ...]:
    foreign = sorted(set(told) - set(names))
    return (*(told.get(name) for name in names), *((name, told[name]) for name in foreign))


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row])


@pytest.fixture
def server(neo4j_uri: str) -> Iterator[str]:
    """The address of a server with an empty database."""
    empty(neo4j_uri)
    yield neo4j_uri


@pytest.fixture
def ask(neo4j_uri: str) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Runs any Cypher on the server, also what mindgraph would refuse."""
    connection = connect(neo4j_uri)

    def run(text: str, **parameters: Any) -> list[dict[str, Any]]:
        with connection.session() as session:
            return session.run(text, parameters).data()

    yield run
    connection.close()
