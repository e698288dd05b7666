"""The schema of the graph.

- Every store's schema file says what the one schema says; a stale file fails here.
- Every relation has its edge type, from a co-buy to an intention, with all a statement carries.
- An edge joins two labels that exist, and ids stand first in every table.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from mindgraph.graph.schema import EDGES, NODES, STATED, ladybug_schema, neo4j_schema
from mindgraph.records import STATEMENT
from mindgraph.relations import RELATIONS
from mindgraph.resources import resource

LABELS = {node.label for node in NODES}


@pytest.mark.parametrize(
    ("name", "text"),
    [("schema.ladybug.cypher", ladybug_schema()), ("schema.neo4j.cypher", neo4j_schema())],
)
def test_a_schema_file_is_the_one_that_make_golden_writes(name: str, text: str) -> None:
    assert (resource("cypher") / name).read_text(encoding="utf-8") == text


def test_labels_and_edge_types_have_names_of_their_own() -> None:
    types = [edge.type for edge in EDGES]
    assert len(set(types)) == len(types) and len(LABELS) == len(NODES)
    assert not {name.casefold() for name in types} & {label.casefold() for label in LABELS}
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", name) for name in types)
    assert all(re.fullmatch(r"([A-Z][a-z]+)+", label) for label in LABELS)


def test_an_edge_joins_labels_that_exist() -> None:
    assert {end for edge in EDGES for end in (edge.start, edge.end)} <= LABELS


def test_every_relation_is_an_edge_from_a_co_buy_to_an_intention() -> None:
    typed = {edge.type: edge for edge in EDGES if edge.end == "Intention"}
    assert list(typed) == [relation.edge_type for relation in RELATIONS.values()]
    assert len(typed) == 22
    for edge in typed.values():
        assert (edge.start, edge.properties) == ("CoBuy", STATED)
    assert RELATIONS["usedFor"].edge_type == "USED_FOR"
    assert RELATIONS["isA"].edge_type == "IS_A"
    assert RELATIONS["open"].edge_type == "OPEN"


def test_ids_stand_first_in_every_table() -> None:
    assert all(node.arrow.names[0] == "id" for node in NODES)
    assert all(edge.arrow.names[:2] == ["start", "end"] for edge in EDGES)
    assert {node.arrow.field("id").type for node in NODES} == {pa.string()}


def test_an_edge_keeps_the_types_of_its_statement() -> None:
    shared = [name for name in STATED if name in STATEMENT.names]
    assert shared == ["id", "relation", "surface", "agreement", "typicality", "plausibility"]
    assert all(STATED[name] == STATEMENT.field(name).type for name in shared)


@pytest.mark.parametrize("label", sorted(LABELS))
def test_both_stores_know_every_label_by_its_id(label: str) -> None:
    assert (
        len(re.findall(rf"\bTABLE {label}\(id STRING, .*PRIMARY KEY\(id\)\);", ladybug_schema()))
        == 1
    )
    assert len(re.findall(rf"FOR \(n:{label}\) REQUIRE n\.id IS UNIQUE;", neo4j_schema())) == 1


def test_the_embedded_store_has_a_column_for_every_property() -> None:
    statements = [line for line in ladybug_schema().splitlines() if not line.startswith("//")]
    assert len(statements) == len(NODES) + len(EDGES)
    known = {"STRING": pa.string(), "INT64": pa.int64(), "DOUBLE": pa.float64()}
    for table, statement in zip((*NODES, *EDGES), statements, strict=True):
        told = re.findall(r"[(,] ?(\w+) (STRING|INT64|DOUBLE)(?=[,)])", statement)
        expected = {**table.properties, **({"id": pa.string()} if table in NODES else {})}
        assert {name: known[kind] for name, kind in told} == expected
