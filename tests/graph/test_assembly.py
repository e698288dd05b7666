"""How statements become nodes and edges.

- Every label and edge type has one query, and its columns are those of the schema.
- An intention's text is its most frequent tail; its support counts pairs, not statements.
- The same statement again is one edge with the best scores, and is told as that.
- All paths above a category are categories.
- Equal graphs are equal tables: sorted, whatever the order of rows.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.concepts import linking
from mindgraph.graph.assembly import (
    CATEGORY,
    EDGE_QUERIES,
    INTENTIONS,
    NODE_QUERIES,
    STATEMENTS,
    STATEMENTS_AGAIN,
    categories,
)
from mindgraph.graph.schema import EDGES, NODES, Edge
from mindgraph.intentions.generation import FEATURE
from mindgraph.reasons import REASONS
from mindgraph.records import COBUY, PICTURE, PRODUCT, REJECTED, STATEMENT
from mindgraph.relations import RELATIONS

CON = duckdb.connect(config={"threads": 1})

QUERIES = {**NODE_QUERIES, **EDGE_QUERIES}
SCHEMAS = {node.label: node.arrow for node in NODES} | {edge.type: edge.arrow for edge in EDGES}
KEYS = {node.label: ["id"] for node in NODES} | {edge.type: ["start", "end"] for edge in EDGES}
RUN = {
    "id": "shop-1",
    "model": "metadata",
    "revision": None,
    "prompt": None,
    "sampling": None,
    "version": "0",
}


def answer(sql: str, **tables: pa.Table) -> pa.Table:
    """What a SQL text says over small tables, registered under the names it reads."""
    for name, table in tables.items():
        CON.register(name, table)
    return CON.sql(sql).to_arrow_table()


# ---- Statements and intentions


def statement(intention: str, pair: str, **fields: Any) -> dict[str, Any]:
    relation = fields.get("relation", "usedFor")
    told = {"id": f"{pair}-{relation}-{intention}", "pair": pair, "relation": relation}
    told |= {"intention": intention, "tail": intention, "surface": f"used for {intention}"}
    return {**told, **fields}


def statements_of(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), STATEMENT)


def intentions(*rows: dict[str, Any]) -> dict[str, tuple[str, int]]:
    found = answer(INTENTIONS, statements=statements_of(*rows))
    assert found.schema == pa.schema(
        [("id", pa.string()), ("text", pa.string()), ("support", pa.int64())]
    )
    assert found["id"].to_pylist() == sorted({row["intention"] for row in rows})
    return {row["id"]: (row["text"], row["support"]) for row in found.to_pylist()}


def test_the_most_frequent_tail_is_the_text_of_an_intention() -> None:
    rows = [
        statement("i", "A~B", tail="camping trips"),
        statement("i", "A~C", tail="a camping trip"),
        statement("i", "A~D", tail="camping trips"),
        statement("j", "A~B", tail="tea"),
    ]
    assert intentions(*rows) == {"i": ("camping trips", 3), "j": ("tea", 1)}


def test_ties_between_tails_go_by_the_text() -> None:
    rows = [statement("i", f"A~{n}", tail=tail) for n, tail in enumerate(["b", "a", "c", "c", "a"])]
    assert intentions(*rows)["i"] == ("a", 5)


def test_support_counts_the_pairs_that_state_an_intention() -> None:
    rows = [
        statement("i", "A~B"),
        statement("i", "A~B", relation="isA"),
        statement("i", "A~B", surface="used for it again"),
        statement("i", "A~C"),
    ]
    assert intentions(*rows)["i"] == ("i", 2)


def merged(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Statements as edges, after those again have been counted."""
    kept = answer(STATEMENTS, statements=statements_of(*rows))
    again = answer(STATEMENTS_AGAIN, statements=statements_of(*rows))
    assert kept.num_rows + again.num_rows == len(rows)
    assert kept.num_rows == len({row["id"] for row in rows}) == len(set(kept["id"].to_pylist()))
    assert again.schema.names == REJECTED.names
    assert set(again["reason"].to_pylist()) <= {"same statement again"} <= set(REASONS)
    assert all(
        kept.schema.field(name).type == STATEMENT.field(name).type for name in kept.schema.names
    )
    return sorted(kept.to_pylist(), key=lambda row: str(row["id"]))


def test_the_same_statement_again_is_one_edge_with_the_best_scores() -> None:
    (kept,) = merged(
        statement("i", "A~B", surface="used for i", agreement=0.0, typicality=0.9),
        statement("i", "A~B", surface="both used for i", agreement=1.0, typicality=0.2),
        statement("i", "A~B", surface="used for the i", plausibility=0.4),
    )
    assert kept == {
        "id": "A~B-usedFor-i",
        "pair": "A~B",
        "intention": "i",
        "relation": "usedFor",
        "surface": "both used for i",
        "agreement": 1.0,
        "typicality": 0.9,
        "plausibility": 0.4,
    }


def test_a_statement_again_is_told_with_its_pair_relation_and_words() -> None:
    rows = [statement("i", "A~B", surface=text) for text in ("b", "a", "c")]
    told = answer(STATEMENTS_AGAIN, statements=statements_of(*rows)).to_pylist()
    assert sorted((row["field"], row["item"], row["detail"]) for row in told) == [
        ("usedFor", "A~B", "b"),
        ("usedFor", "A~B", "c"),
    ]
    assert not REASONS["same statement again"].is_error


def test_what_differs_in_pair_relation_or_intention_is_another_statement() -> None:
    rows = [
        statement("i", "A~B"),
        statement("i", "A~C"),
        statement("j", "A~B"),
        statement("i", "A~B", relation="isA"),
    ]
    assert len(merged(*rows)) == 4


SCORE = st.none() | st.sampled_from([0.0, 0.5, 1.0])
STATED = st.builds(
    lambda intention, pair, relation, tail, *scores: statement(
        intention,
        pair,
        relation=relation,
        tail=tail,
        surface=f"surface {tail}",
        **dict(zip(("agreement", "typicality", "plausibility"), scores, strict=True)),
    ),
    st.sampled_from("ij"),
    st.sampled_from(["A~B", "A~C", "B~C"]),
    st.sampled_from(["usedFor", "isA"]),
    st.sampled_from("xyz"),
    SCORE,
    SCORE,
    SCORE,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STATED, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(
    rows: list[dict[str, Any]], turn: random.Random
) -> None:
    kept, named = merged(*rows), intentions(*rows)
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        said[row["intention"]].append(row)
    for intention, of_intention in said.items():
        tails = Counter(row["tail"] for row in of_intention)
        text = min(tails, key=lambda tail: (-tails[tail], tail))
        assert named[intention] == (text, len({row["pair"] for row in of_intention}))
    for edge in kept:
        same = [row for row in rows if row["id"] == edge["id"]]
        assert edge["surface"] == min(row["surface"] for row in same)
        for score in ("agreement", "typicality", "plausibility"):
            told = [row[score] for row in same if row[score] is not None]
            assert edge[score] == max(told, default=None)
    turn.shuffle(rows)
    assert (merged(*rows), intentions(*rows)) == (kept, named)


# ---- Categories


def paths(*told: tuple[str, list[str]]) -> list[dict[str, Any]]:
    batch = pa.RecordBatch.from_pydict(
        {
            "id": pa.array([product for product, _ in told], pa.string()),
            "categories": pa.array([list(of) for _, of in told], pa.list_(pa.string())),
        }
    )
    outcome = categories(batch)
    table = outcome.tables["categories"]
    assert table.schema == CATEGORY and outcome.seen == table.num_rows
    return list(table.to_pylist())


def test_all_paths_above_a_category_are_categories() -> None:
    assert paths(("A", ["Home > Tea & Coffee > Pots"])) == [
        {
            "id": "Home/Tea%20%26%20Coffee/Pots",
            "name": "Pots",
            "parent": "Home/Tea%20%26%20Coffee",
            "product": "A",
        },
        {
            "id": "Home/Tea%20%26%20Coffee",
            "name": "Tea & Coffee",
            "parent": "Home",
            "product": None,
        },
        {"id": "Home", "name": "Home", "parent": None, "product": None},
    ]


def test_a_product_is_in_all_its_categories_and_only_those() -> None:
    found = paths(("A", ["Home > Pots", "Gifts"]), ("B", []), ("C", ["Home"]))
    assert [(row["id"], row["product"]) for row in found if row["product"]] == [
        ("Home/Pots", "A"),
        ("Gifts", "A"),
        ("Home", "C"),
    ]


def test_the_same_name_in_two_places_is_two_categories() -> None:
    found = paths(("A", ["Women > Tops"]), ("B", ["Men > Tops"]), ("C", ["Tops"]))
    assert {row["id"] for row in found if row["name"] == "Tops"} == {
        "Women/Tops",
        "Men/Tops",
        "Tops",
    }


@pytest.mark.parametrize(("one", "other"), [("a/b", "a > b"), ("a%2Fb", "a/b")])
def test_a_slash_in_a_name_is_no_path(one: str, other: str) -> None:
    (first, *_), (second, *_) = paths(("A", [one])), paths(("A", [other]))
    assert first["id"] != second["id"]


# ---- Nodes and edges

PRODUCTS = [
    {"id": "C", "title": "Stove", "category": "Outdoor", "image": "stove.jpg"},
    {
        "id": "A",
        "title": "Mug",
        "category": "Home > Mugs",
        "image": "mug.jpg",
        "description": "Red.",
    },
    {"id": "B", "title": "Filter"},
]
PICTURES = [{"product": "A", "path": "pictures/mug.jpg"}]
SEEN = [{"product": "C", "feature": "A small stove of brass."}]
PAIRS = [
    {"id": "B~C", "a": "B", "b": "C", "source": "co-buy"},
    {"id": "A~C", "a": "A", "b": "C", "support": 3, "lift": 1.5, "source": "co-buy"},
    {"id": "A~B", "a": "A", "b": "B", "source": "merchant cross-sell"},
]
SAID = [
    statement("tea", "A~C", agreement=1.0),
    statement("tea", "A~B", typicality=0.5),
    statement("tea", "A~B", typicality=0.7, surface="both used for tea"),
    statement("mug", "A~B", relation="isA"),
    *(statement("gift", "B~C", relation=name) for name in RELATIONS),
]
LINKS = [
    {"intention": "tea", "concept": "drink", "name": "drink", "mention": "tea", "probability": 0.6},
    {"intention": "mug", "concept": "cup", "name": "cup", "mention": "mug", "probability": 1.0},
    {"intention": "tea", "concept": "cup", "name": "cup", "mention": "tea", "probability": 0.1},
]
PARENTS = [
    {"concept": "cup", "name": "cup", "parent": "dish", "parent_name": "dish", "probability": 0.9},
    {
        "concept": "drink",
        "name": "drink",
        "parent": "hot%20thing",
        "parent_name": "hot thing",
        "probability": 0.4,
    },
]


def views(small: bool, turn: random.Random | None = None) -> dict[str, pa.Table]:
    """What the queries read, over a small shop or over nothing at all."""

    def table(rows: list[Any], schema: pa.Schema) -> pa.Table:
        told = list(rows) if small else []
        if turn:
            turn.shuffle(told)
        return pa.Table.from_pylist(told, schema)

    paths_of = paths(("A", ["Home > Mugs", "Gifts"]), ("C", ["Outdoor"]), ("B", ["Home"]))
    said = table(SAID, STATEMENT)
    return {
        "products": table(PRODUCTS, PRODUCT),
        "pictures": table(PICTURES, PICTURE),
        "features": table(SEEN, FEATURE),
        "pairs": table(PAIRS, COBUY),
        "intentions": answer(INTENTIONS, statements=said),
        "stated": answer(STATEMENTS, statements=said),
        "links": table(LINKS, linking.LINK),
        "parents": table(PARENTS, linking.PARENT),
        "categories": table(paths_of, CATEGORY),
        "settings": pa.Table.from_pylist([RUN]),
    }


def assembled(views: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    return {name: answer(sql, **views) for name, sql in QUERIES.items()}


def test_every_label_and_edge_type_has_its_query() -> None:
    assert set(NODE_QUERIES) == {node.label for node in NODES}
    assert set(EDGE_QUERIES) == {edge.type for edge in EDGES}


@pytest.mark.parametrize("small", [True, False], ids=["small", "empty"])
def test_the_columns_of_every_table_are_those_of_the_schema(small: bool) -> None:
    tables = assembled(views(small))
    assert {name: table.schema for name, table in tables.items()} == SCHEMAS
    filled = {name for name, table in tables.items() if table.num_rows}
    assert filled == (set(QUERIES) if small else {"Run"})


def test_a_run_that_knows_its_model_has_the_same_columns() -> None:
    told = {**RUN, "revision": "1", "prompt": "p", "sampling": "greedy"}
    run = answer(NODE_QUERIES["Run"], settings=pa.Table.from_pylist([told]))
    assert run.schema == SCHEMAS["Run"] and run.to_pylist() == [told]


def test_every_table_is_sorted_and_no_key_comes_twice() -> None:
    for name, table in assembled(views(small=True)).items():
        keys = [tuple(row.values()) for row in table.select(KEYS[name]).to_pylist()]
        assert keys == sorted(set(keys)), name


def test_equal_graphs_are_equal_tables() -> None:
    expected = assembled(views(small=True))
    for seed in range(5):
        shuffled = assembled(views(True, random.Random(seed)))
        assert all(shuffled[name].equals(table) for name, table in expected.items())


def rows(name: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in answer(QUERIES[name], **views(True)).to_pylist()]


def test_a_product_shows_the_picture_that_was_opened_and_what_was_seen_in_it() -> None:
    assert rows("Product") == [
        ("A", "Mug", "Home > Mugs", "pictures/mug.jpg", "Red.", None),
        ("B", "Filter", None, None, None, None),
        ("C", "Stove", "Outdoor", "stove.jpg", None, "A small stove of brass."),
    ]


def test_a_co_buy_has_both_its_products() -> None:
    assert rows("CoBuy")[1] == ("A~C", 3, 1.5, "co-buy")
    assert rows("HAS_PRODUCT") == [
        (pair["id"], end) for pair in reversed(PAIRS) for end in (pair["a"], pair["b"])
    ]


def test_a_statement_is_an_edge_of_its_relations_type() -> None:
    told = answer(EDGE_QUERIES["USED_FOR"], **views(True)).to_pylist()
    assert [(row["start"], row["end"]) for row in told] == [
        ("A~B", "tea"),
        ("A~C", "tea"),
        ("B~C", "gift"),
    ]
    assert told[0] == {
        "start": "A~B",
        "end": "tea",
        "id": "A~B-usedFor-tea",
        "relation": "usedFor",
        "surface": "both used for tea",
        "agreement": None,
        "typicality": 0.7,
        "plausibility": None,
        "run": "shop-1",
    }
    for relation in RELATIONS.values():
        assert ("B~C", "gift") in [row[:2] for row in rows(relation.edge_type)]


def test_all_statements_are_edges() -> None:
    edges = sum(len(rows(relation.edge_type)) for relation in RELATIONS.values())
    assert edges == len(SAID) - 1  # one is said twice


def test_concepts_are_those_linked_and_those_above_them() -> None:
    assert rows("Concept") == [
        ("cup", "cup"),
        ("dish", "dish"),
        ("drink", "drink"),
        ("hot%20thing", "hot thing"),
    ]
    assert rows("HAS_CONCEPT") == [
        ("mug", "cup", "mug", 1.0),
        ("tea", "cup", "tea", 0.1),
        ("tea", "drink", "tea", 0.6),
    ]
    assert rows("SUBCONCEPT_OF") == [("cup", "dish", 0.9), ("drink", "hot%20thing", 0.4)]


def test_categories_are_joined_to_products_and_to_each_other() -> None:
    assert rows("Category") == [
        ("Gifts", "Gifts"),
        ("Home", "Home"),
        ("Home/Mugs", "Mugs"),
        ("Outdoor", "Outdoor"),
    ]
    assert rows("IN_CATEGORY") == [
        ("A", "Gifts"),
        ("A", "Home/Mugs"),
        ("B", "Home"),
        ("C", "Outdoor"),
    ]
    assert rows("SUBCATEGORY_OF") == [("Home/Mugs", "Home")]


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.type)
def test_both_ends_of_every_edge_are_nodes(edge: Edge) -> None:
    tables = views(small=True)
    found = answer(EDGE_QUERIES[edge.type], **tables)
    for side, label in (("start", edge.start), ("end", edge.end)):
        known = answer(NODE_QUERIES[label], **tables)["id"].to_pylist()
        assert set(found[side].to_pylist()) <= set(known)
