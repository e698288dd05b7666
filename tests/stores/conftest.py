"""A small graph of hostile texts, as Parquet tables and in each store.

Seven products, eight co-buys, six intentions. Every edge type has its table, also the empty ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mindgraph.graph.schema import EDGES, NODES, STATED
from mindgraph.records import pair_id, statement_id
from mindgraph.relations import RELATIONS
from mindgraph.stores import STORE_FILE, Store, open_store
from mindgraph.stores.ladybug import build
from mindgraph.stores.neo4j.connection import connect
from mindgraph.stores.neo4j.online import load_tables
from tests.stores.neo4j.server import empty, shared_server

Tables = dict[str, list[dict[str, Any]]]

HOSTILE = "'); MATCH (n) DETACH DELETE n // `\"\\ {x} $id\r\n/* \u202etfel\u202c 👩\u200d🍳 \u2028"

PRODUCTS = [
    ("A1", "Steel travel mug", "Kitchen > Mugs", "mug.png", "Keeps hot", "a handle"),
    ("B~2", 'Filters "No. 2", `fine`', "Kitchen > Coffee", None, "it's paper", None),
    ("C%203", "Gas stove\nwith 'two' burners 👩\u200d🍳", "Outdoor", None, None, None),
    ("D4", HOSTILE, "Outdoor", None, "; DROP TABLE Product", "\u200b"),
    ("E5", None, None, None, None, None),
    ("F'6`\"", "\u202eMUG\u202c, Äpfel ÄÖÜ", "Kitchen > Mugs", "", "", ""),
    ("G/7 é$x", "CREATE (n) SET n.x = 1", "Garden", None, None, None),
]

PAIRS: list[tuple[str, str, int | None, float | None, str]] = [
    ("A1", "B~2", 7, 2.5, "co-buy"),
    ("A1", "C%203", 3, 1.25, "co-buy"),
    ("A1", "D4", 1, 0.1, "merchant cross-sell"),
    ("B~2", "D4", 4, 1e-300, "co-buy"),
    ("C%203", "D4", 2, 3.0, "co-buy"),
    ("C%203", "F'6`\"", 9007199254740993, 1.5, "it's\n`new`"),
    ("E5", "F'6`\"", None, None, "co-buy"),
    ("D4", "G/7 é$x", None, 2.0, "co-buy"),
]

INTENTIONS = [
    ("i1", "brewing coffee outdoors", 4),
    ("i2", "Camping in the RAIN", 3),
    ("i3", "brewing coffee at home", 1),
    ("i4", HOSTILE, 2),
    ("i5", "keeping drinks hot", 2),
    ("i6", "stated by nobody", 0),
]

STATEMENTS: list[tuple[str, str, str, str, float | None, float | None, float | None]] = [
    ("A1", "B~2", "usedFor", "i1", 1.0, 0.8, None),
    ("A1", "B~2", "usedFor", "i3", 1.0, 0.9, None),
    ("A1", "B~2", "isA", "i5", 0.5, None, None),
    ("A1", "C%203", "usedFor", "i1", 1.0, None, 0.7),
    ("A1", "C%203", "capableOf", "i1", 0.25, None, None),
    ("A1", "C%203", "usedFor", "i2", None, None, None),
    ("A1", "D4", "createdBy", "i4", 0.0, 0.1, 0.2),
    ("A1", "D4", "usedFor", "i1", 1.0, 0.4, None),
    ("B~2", "D4", "similarTo", "i5", 1.0, 0.3, None),
    ("B~2", "D4", "usedFor", "i2", 1.0, 0.2, None),
    ("C%203", "D4", "can", "i1", 1.0, 0.5, None),
    ("C%203", "D4", "usedFor", "i2", 1.0, 0.6, None),
    ("C%203", "F'6`\"", "other", "i4", None, None, 1.0),
]

CONCEPTS = [("coffee", "coffee"), ("hot%20drink", "hot drink"), ("thing", "thing"), ("q", "it's")]

LINKS = [
    ("i1", "coffee", "coffee", 0.9),
    ("i1", "thing", "outdoors", 0.6),
    ("i2", "thing", "rain", 0.5),
    ("i2", "q", "Camping", 0.3),
    ("i3", "coffee", "coffee", 0.7),
    ("i4", "q", HOSTILE, 1.0),
    ("i5", "hot%20drink", "drinks", 0.8),
    ("i5", "thing", "drinks", 0.2),
]

CATEGORIES = ["Garden", "Kitchen", "Kitchen/Coffee", "Kitchen/Mugs", "Outdoor"]


def _tables() -> Tables:
    product = ("id", "title", "category", "image", "description", "feature")
    in_pairs = [(pair_id(a, b), product) for a, b, *_ in PAIRS for product in (a, b)]
    return {
        "Product": _rows(product, PRODUCTS),
        "CoBuy": _rows(
            ("id", "support", "lift", "source"), [(pair_id(a, b), *told) for a, b, *told in PAIRS]
        ),
        "Intention": _rows(("id", "text", "support"), INTENTIONS),
        "Concept": _rows(("id", "name"), CONCEPTS),
        "Category": _rows(("id", "name"), [(path, path.split("/")[-1]) for path in CATEGORIES]),
        "Run": _rows(
            ("id", "model", "revision", "prompt", "sampling", "version"),
            [("run-1", "a 'model'", "r1", HOSTILE, '{"temperature": 0}', "0.1.0")],
        ),
        "HAS_PRODUCT": _rows(("start", "end"), in_pairs),
        "IN_CATEGORY": _rows(
            ("start", "end"),
            [(id_, path.replace(" > ", "/")) for id_, _, path, *_ in PRODUCTS if path],
        ),
        "SUBCATEGORY_OF": _rows(
            ("start", "end"), [("Kitchen/Coffee", "Kitchen"), ("Kitchen/Mugs", "Kitchen")]
        ),
        "HAS_CONCEPT": _rows(("start", "end", "mention", "probability"), LINKS),
        "SUBCONCEPT_OF": _rows(
            ("start", "end", "probability"),
            [("coffee", "hot%20drink", 0.9), ("coffee", "thing", 0.4), ("hot%20drink", "q", 0.1)],
        ),
        **_stated(),
    }


def _rows(names: tuple[str, ...], values: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(names, row, strict=True)) for row in values]


def _stated() -> Tables:
    tables: Tables = {relation.edge_type: [] for relation in RELATIONS.values()}
    for a, b, relation, intention, *scores in STATEMENTS:
        pair = pair_id(a, b)
        key, surface = statement_id(pair, relation, intention), f"{relation}: {HOSTILE}"
        values = (pair, intention, key, relation, surface, *scores, "run-1")
        tables[RELATIONS[relation].edge_type] += _rows(("start", "end", *STATED), [values])
    return tables


def _write(folder: Path, tables: Mapping[str, list[dict[str, Any]]]) -> None:
    parts = [("nodes", n.label, n.arrow) for n in NODES] + [
        ("edges", e.type, e.arrow) for e in EDGES
    ]
    for kind, name, columns in parts:
        (folder / kind).mkdir(exist_ok=True)
        pq.write_table(
            pa.Table.from_pylist(tables[name], columns), folder / kind / f"{name}.parquet"
        )


@pytest.fixture(scope="session")
def tables() -> Tables:
    """Every row of the small graph, by label and edge type."""
    return _tables()


@pytest.fixture(scope="session")
def run(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with the small graph's Parquet tables, and no store yet."""
    folder = tmp_path_factory.mktemp("run [it's] *")
    _write(folder, tables)
    return folder


@pytest.fixture(scope="session")
def neo4j_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Neo4j; skipped, or failed where one is required, if there is none.

    It has one database: who fills it empties it before, and tests of one module share it.
    """
    with shared_server(tmp_path_factory.mktemp("neo4j")) as uri:
        yield uri


def _ladybug(run: Path, _: pytest.FixtureRequest) -> Store:
    if not (run / STORE_FILE).exists():
        build(run, run / STORE_FILE)
    return open_store(run)


def _neo4j(run: Path, request: pytest.FixtureRequest) -> Store:
    uri = request.getfixturevalue("neo4j_uri")
    empty(uri)
    connection = connect(uri)
    load_tables(run, connection)
    connection.close()
    return open_store(uri)


STORES: dict[str, Callable[[Path, pytest.FixtureRequest], Store]] = {
    "ladybug": _ladybug,
    "neo4j": _neo4j,
}
"""Every store, and how a run's tables come to stand in it."""


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, run: Path) -> Iterator[Store]:
    """Each store in turn, holding the small graph."""
    with STORES[request.param](run, request) as opened:
        yield opened
