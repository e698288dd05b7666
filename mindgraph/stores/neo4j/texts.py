"""The Cypher of a load, written from the one schema.

Rows travel as columns (`$title[i]`), which halves the work of the client, and relationships find
their ends by internal ids, which spares the server two look-ups in an index each. Both measured.
"""

from __future__ import annotations

from collections.abc import Iterable

from mindgraph.graph.schema import EDGES, NODES, Edge, Node

# Newer servers may speak another Cypher by default, without `id()`.
_EACH = "CYPHER 5 UNWIND range(0, size($%s) - 1) AS i "


def create_nodes(node: Node) -> str:
    """Make nodes; answers with the places in the batch and the internal ids they got."""
    made = _values(node.arrow.names)
    return f"{_EACH % 'id'}CREATE (n:{node.label} {{{made}}}) RETURN collect([i, id(n)]) AS rows"


def create_edges(edge: Edge) -> str:
    """Make relationships between nodes that are known by internal ids."""
    made = f" {{{_values(edge.properties)}}}" if edge.properties else ""
    return (
        f"{_EACH % 'a'}MATCH (a) WHERE id(a) = $a[i] MATCH (b) WHERE id(b) = $b[i] "
        f"CREATE (a)-[:{edge.type}{made}]->(b) RETURN count(*) AS rows"
    )


def change_nodes(node: Node) -> str:
    """Set all properties of nodes that are known by internal ids."""
    return (
        f"{_EACH % 'place'}MATCH (n) WHERE id(n) = $place[i] "
        f"SET {_sets('n', node.properties)} RETURN count(*) AS rows"
    )


def change_edges(edge: Edge) -> str:
    """Set all properties of relationships that are known by internal ids."""
    return (
        f"{_EACH % 'place'}MATCH ()-[r]->() WHERE id(r) = $place[i] "
        f"SET {_sets('r', edge.properties)} RETURN count(*) AS rows"
    )


REMOVE_NODES = f"{_EACH % 'place'}MATCH (n) WHERE id(n) = $place[i] DETACH DELETE n"

REMOVE_EDGES = f"{_EACH % 'place'}MATCH ()-[r]->() WHERE id(r) = $place[i] DELETE r"


def page_of_nodes(node: Node) -> str:
    """Nodes of a label in the order of their keys, from one key on; a column of each property."""
    return (
        f"CYPHER 5 MATCH (n:{node.label}) WHERE n.id >= $start "
        f"WITH n ORDER BY n.id LIMIT $limit WITH collect(n) AS found "
        f"RETURN {_columns(['id(x)', *(f'x.{name}' for name in node.arrow.names)])}"
    )


def edges_of_nodes(edges: Iterable[Edge], properties: Iterable[str]) -> str:
    """The outgoing relationships of some nodes; columns of types, ids and each property."""
    types = "|".join(edge.type for edge in edges)
    ids = ["type(x)", "id(x)", "id(startNode(x))", "id(endNode(x))"]
    return (
        f"CYPHER 5 UNWIND $nodes AS node MATCH (a) WHERE id(a) = node MATCH (a)-[r:{types}]->() "
        f"WITH collect(r) AS found RETURN {_columns([*ids, *(f'x.{name}' for name in properties)])}"
    )


def counts() -> str:
    """How many nodes of each label and relationships of each type there are, one row each."""
    found = [
        *((f"(x:{node.label})", node.label) for node in NODES),
        *((f"()-[x:{edge.type}]->()", edge.type) for edge in EDGES),
    ]
    return " UNION ALL ".join(
        f"MATCH {pattern} WITH count(x) AS rows RETURN '{name}' AS name, rows"
        for pattern, name in found
    )


def _values(names: Iterable[str]) -> str:
    return ", ".join(f"{name}: ${name}[i]" for name in names)


def _sets(variable: str, names: Iterable[str]) -> str:
    return ", ".join(f"{variable}.{name} = ${name}[i]" for name in names)


def _columns(told: Iterable[str]) -> str:
    # Columns are read by the client in half the time of rows, measured.
    return "[" + ", ".join(f"[x IN found | {text}]" for text in told) + "] AS columns"
