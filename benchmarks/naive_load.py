"""The plain way into Neo4j, for comparison: UNWIND of 1,000 rows, MERGE by key, one session.

    python benchmarks/naive_load.py RUN URI [rust]

`rust` lets the driver use neo4j-rust-ext where it is installed; `pip install neo4j` has it not. It
ends with the same graph, keys and indexes as `mindgraph load RUN URI`.
"""

from __future__ import annotations

import sys
from pathlib import Path

if "rust" not in sys.argv[3:]:
    sys.modules["neo4j._rust"] = None  # type: ignore[assignment]

import pyarrow.parquet as pq
from neo4j import GraphDatabase, Session

from mindgraph.graph.schema import EDGES, NODES, Edge, Node, neo4j_schema

ROWS = 1000


def load_rows(session: Session, text: str, file: Path) -> None:
    """Send a table's rows as maps, a thousand at a time."""
    for batch in pq.ParquetFile(file).iter_batches(ROWS):
        rows = batch.to_pylist()
        session.execute_write(
            lambda transaction, rows=rows: transaction.run(text, rows=rows).consume()
        )


def node_text(node: Node) -> str:
    """The MERGE of a label."""
    sets = ", ".join(f"n.{name} = row.{name}" for name in node.properties)
    return f"UNWIND $rows AS row MERGE (n:{node.label} {{id: row.id}}) SET {sets}"


def edge_text(edge: Edge) -> str:
    """The MERGE of a relationship type."""
    sets = ", ".join(f"r.{name} = row.{name}" for name in edge.properties)
    return (
        f"UNWIND $rows AS row MATCH (a:{edge.start} {{id: row.start}}) "
        f"MATCH (b:{edge.end} {{id: row.end}}) MERGE (a)-[r:{edge.type}]->(b)"
        + (f" SET {sets}" if sets else "")
    )


def make(session: Session, kind: str) -> None:
    """Run the schema's statements of one kind."""
    for line in neo4j_schema().splitlines():
        if line.startswith("CREATE") and ("CONSTRAINT" in line) == (kind == "keys"):
            session.run(line.rstrip(";")).consume()
    session.run("CALL db.awaitIndexes(3600)").consume()


def main() -> None:
    """Load a run's tables."""
    run, uri = Path(sys.argv[1]), sys.argv[2]
    driver = GraphDatabase.driver(uri, notifications_min_severity="OFF")
    with driver, driver.session() as session:
        make(session, "keys")
        for node in NODES:
            load_rows(session, node_text(node), run / "nodes" / f"{node.label}.parquet")
        for edge in EDGES:
            load_rows(session, edge_text(edge), run / "edges" / f"{edge.type}.parquet")
        make(session, "indexes")


if __name__ == "__main__":
    main()
