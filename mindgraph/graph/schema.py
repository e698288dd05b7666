"""The one schema of the graph: labels, edge types, properties. Every store's schema comes from it.

`python -m mindgraph.graph.schema` prints the Ladybug and Neo4j schema files of `cypher/`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from mindgraph.relations import RELATIONS

TEXT, WHOLE, REAL = pa.string(), pa.int64(), pa.float64()


@dataclass(frozen=True)
class Node:
    """A label and its properties; `id` comes first and is the key."""

    label: str
    properties: dict[str, pa.DataType]

    @property
    def arrow(self) -> pa.Schema:
        """The columns of `nodes/<label>.parquet`."""
        return pa.schema({"id": TEXT, **self.properties})


@dataclass(frozen=True)
class Edge:
    """An edge type between two labels, and its properties."""

    type: str
    start: str
    end: str
    properties: dict[str, pa.DataType]

    @property
    def arrow(self) -> pa.Schema:
        """The columns of `edges/<type>.parquet`: the ids of both ends, then the properties."""
        return pa.schema({"start": TEXT, "end": TEXT, **self.properties})


NODES = (
    Node(
        "Product",
        {"title": TEXT, "category": TEXT, "image": TEXT, "description": TEXT, "feature": TEXT},
    ),
    Node("CoBuy", {"support": WHOLE, "lift": REAL, "source": TEXT}),
    Node("Intention", {"text": TEXT, "support": WHOLE}),
    Node("Concept", {"name": TEXT}),
    Node("Category", {"name": TEXT}),
    Node(
        "Run", {"model": TEXT, "revision": TEXT, "prompt": TEXT, "sampling": TEXT, "version": TEXT}
    ),
)

STATED = {
    "id": TEXT,
    "relation": TEXT,
    "surface": TEXT,
    "agreement": REAL,
    "typicality": REAL,
    "plausibility": REAL,
    "run": TEXT,
}
"""What every typed edge from a co-buy to an intention carries."""

EDGES = (
    Edge("HAS_PRODUCT", "CoBuy", "Product", {}),
    Edge("IN_CATEGORY", "Product", "Category", {}),
    Edge("SUBCATEGORY_OF", "Category", "Category", {}),
    Edge("HAS_CONCEPT", "Intention", "Concept", {"mention": TEXT, "probability": REAL}),
    Edge("SUBCONCEPT_OF", "Concept", "Concept", {"probability": REAL}),
    *(Edge(relation.edge_type, "CoBuy", "Intention", STATED) for relation in RELATIONS.values()),
)

_SOUGHT = (("Concept", "name"), ("Category", "name"), ("Intention", "support"))
"""Properties that questions find nodes by, or put them in order by."""

_SEARCHED = (("Intention", "text"), ("Product", "title"))
"""Properties whose words are searched."""

_LADYBUG = {TEXT: "STRING", WHOLE: "INT64", REAL: "DOUBLE"}


def ladybug_schema() -> str:
    """The statements that make the embedded store's tables."""
    nodes = (
        f"CREATE NODE TABLE {node.label}(id STRING, {_columns(node.properties)}, PRIMARY KEY(id));"
        for node in NODES
    )
    edges = (
        f"CREATE REL TABLE {edge.type}({', '.join(filter(None, _rel_parts(edge)))});"
        for edge in EDGES
    )
    return "\n".join([_HEAD, *nodes, *edges]) + "\n"


def _rel_parts(edge: Edge) -> tuple[str, str]:
    return f"FROM {edge.start} TO {edge.end}", _columns(edge.properties)


def _columns(properties: dict[str, pa.DataType]) -> str:
    return ", ".join(f"{name} {_LADYBUG[kind]}" for name, kind in properties.items())


def neo4j_schema() -> str:
    """The statements that make a Neo4j server's constraints and indexes: a key per label first."""
    keys = (
        f"CREATE CONSTRAINT {node.label.lower()}_id IF NOT EXISTS "
        f"FOR (n:{node.label}) REQUIRE n.id IS UNIQUE;"
        for node in NODES
    )
    sorted_ = (
        f"CREATE INDEX {label.lower()}_{name} IF NOT EXISTS FOR (n:{label}) ON (n.{name});"
        for label, name in _SOUGHT
    )
    words = (
        f"CREATE FULLTEXT INDEX {label.lower()}_{name} IF NOT EXISTS "
        f"FOR (n:{label}) ON EACH [n.{name}];"
        for label, name in _SEARCHED
    )
    return "\n".join([_HEAD, *keys, *sorted_, *words]) + "\n"


_HEAD = "// Written from mindgraph/graph/schema.py by `make golden`; a test fails when it is stale."


def main() -> None:
    """Write both schema files into `cypher/`."""
    from mindgraph.resources import resource

    folder = resource("cypher")
    (folder / "schema.ladybug.cypher").write_text(ladybug_schema(), encoding="utf-8")
    (folder / "schema.neo4j.cypher").write_text(neo4j_schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
