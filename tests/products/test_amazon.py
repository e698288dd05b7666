"""Amazon review metadata.

- A product reads the same from its 2014, 2018 and 2023 shape; files may mix the shapes.
- Also-buy lists are links that say which list they come from, to partners nobody promised.
- No shape of a value raises; what cannot be understood is left out of the field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.engines.files import open_file, read_rows
from mindgraph.products.amazon import also_links, read_amazon
from mindgraph.products.tables import read_products
from mindgraph.records import Outcome

OF_2014 = {
    "asin": "B01",
    "title": "Tea Pot",
    "description": "Holds six cups.",
    "brand": "Alder",
    "price": 9.5,
    "salesRank": {"Kitchen": 7},
    "imUrl": "http://shop.example/pot.jpg",
    "categories": [["Kitchen", "Tea"], ["Gifts"]],
    "related": {"also_bought": ["B02", "B03"], "also_viewed": ["B04"], "bought_together": ["B05"]},
}
OF_2018 = {
    "asin": "B01",
    "title": "<span>Tea&nbsp;Pot</span>",
    "description": ["<p>Holds six cups.</p>", ""],
    "brand": "Alder",
    "category": ["Kitchen", "Tea"],
    "main_cat": "Home &amp; Kitchen",
    "image": ["http://shop.example/pot.jpg", "http://shop.example/lid.jpg"],
    "also_buy": ["B02", "B03"],
    "also_view": ["B04"],
    "feature": [],
    "tech1": "",
    "rank": ["#7 in Kitchen"],
    "details": {"\n    Item Weight: \n    ": "1 pound", "ASIN: ": "B01", "UPC:": "123"},
}
OF_2023 = {
    "parent_asin": "B01",
    "title": "Tea Pot",
    "description": ["Holds six cups."],
    "store": "Alder",
    "main_category": "Home & Kitchen",
    "categories": ["Kitchen", "Tea"],
    "images": [
        {"thumb": "http://t/1.jpg", "large": "http://shop.example/pot.jpg", "hi_res": None},
        {"thumb": "http://t/2.jpg", "large": "http://l/2.jpg", "hi_res": "http://h/2.jpg"},
    ],
    "videos": [],
    "features": [],
    "details": {"Item Weight": "1 pound", "Best Sellers Rank": {"Kitchen": 7}},
    "bought_together": None,
}
KINDS = ["also_buy", "also_bought"]


def read(*rows: Mapping[Any, Any] | str, kinds: list[str] = KINDS) -> Outcome:
    """Reads rows as lines of one file; a mapping is written the way its year wrote it."""
    texts = [row if isinstance(row, str) else _line(row) for row in rows]
    columns = {
        "_row": pa.array(range(1, len(rows) + 1), pa.int64()),
        "_line": pa.array(texts, pa.string()),
        "_error": pa.nulls(len(rows), pa.string()),
    }
    batch = pa.RecordBatch.from_pydict(columns)
    outcome = read_products(batch, read_amazon, "meta.json", 2, also_links(kinds))
    tables = outcome.tables
    assert outcome.seen == len(rows) == tables["products"].num_rows + tables["rejected"].num_rows
    return outcome


def _line(row: Mapping[Any, Any]) -> str:
    return repr(dict(row)) if "imUrl" in row or "related" in row else json.dumps(row)


def product(row: Mapping[Any, Any]) -> dict[str, Any]:
    (found,) = read(row).tables["products"].to_pylist()
    return found


def links(*rows: Mapping[Any, Any], kinds: list[str] = KINDS) -> list[tuple[str, str, str]]:
    told = read(*rows, kinds=kinds).tables["links"].to_pylist()
    return [(link["a"], link["b"], link["source"]) for link in told]


# ---- Three shapes


@pytest.mark.parametrize("row", [OF_2014, OF_2018, OF_2023], ids=["2014", "2018", "2023"])
def test_a_product_reads_the_same_from_every_shape(row: dict[str, Any]) -> None:
    found = product(row)
    assert (found["id"], found["title"], found["brand"]) == ("B01", "Tea Pot", "Alder")
    assert found["description"] == "Holds six cups."
    assert found["category"] == "Kitchen > Tea"
    assert found["image"] == "http://shop.example/pot.jpg"


def test_a_file_may_mix_the_shapes() -> None:
    outcome = read(OF_2014, OF_2018, OF_2023)
    assert outcome.tables["products"]["id"].to_pylist() == ["B01"] * 3
    assert outcome.tables["products"]["row"].to_pylist() == [1, 2, 3]


def test_all_category_paths_of_2014_are_kept() -> None:
    assert product(OF_2014)["categories"] == ["Kitchen > Tea", "Gifts"]


def test_features_stand_behind_the_description() -> None:
    row = {**OF_2018, "feature": ["Dishwasher safe", "<b>Red</b>"]}
    assert product(row)["description"] == "Holds six cups. Dishwasher safe Red"
    row = {**OF_2023, "features": ["Dishwasher safe"]}
    assert product(row)["description"] == "Holds six cups. Dishwasher safe"


def test_details_are_attributes_but_for_numbers_of_the_trade() -> None:
    assert json.loads(product(OF_2018)["attributes"]) == {"item weight": ["1 pound"]}
    assert json.loads(product(OF_2023)["attributes"]) == {"item weight": ["1 pound"]}
    assert product(OF_2014)["attributes"] is None


def test_the_variants_of_2023_share_their_parent() -> None:
    found = product({**OF_2023, "asin": "B07", "parent_asin": "B01"})
    assert (found["id"], found["variant_of"]) == ("B07", "B01")


@pytest.mark.parametrize("key", ["main_cat", "main_category"])
@pytest.mark.parametrize("category", [[], None, "", [[]]])
def test_a_row_without_a_path_has_its_main_category(key: str, category: Any) -> None:
    row = {"asin": "B01", "title": "Card", key: "Gift &amp; Cards", "category": category}
    assert product(row)["categories"] == ["Gift & Cards"]


# ---- Pictures


def picture(**row: Any) -> str | None:
    return product({"asin": "B01", "title": "Pot", **row})["image"]


def test_the_best_size_of_2018_is_taken() -> None:
    assert picture(imageURL=["small.jpg"], imageURLHighRes=["large.jpg"]) == "large.jpg"
    assert picture(imageURL=["small.jpg"], imageURLHighRes=[]) == "small.jpg"
    assert picture(image=["old.jpg"]) == "old.jpg"
    assert picture(image="one.jpg") == "one.jpg"


def test_the_best_size_of_2023_is_taken() -> None:
    sizes = {"thumb": "t.jpg", "large": "l.jpg", "hi_res": "h.jpg"}
    assert picture(images=[sizes]) == "h.jpg"
    assert picture(images=[{**sizes, "hi_res": None}]) == "l.jpg"
    assert picture(images=[{"thumb": "t.jpg"}]) == "t.jpg"


def test_an_object_of_lists_is_read_too() -> None:
    lists = {"hi_res": [None, "h2.jpg"], "large": ["l1.jpg", "l2.jpg"], "variant": ["MAIN", "PT01"]}
    assert picture(images=lists) == "h2.jpg"


@pytest.mark.parametrize(
    "told", ["", [], [""], [None], {}, [{}], 5, [5], [[]], {"hi_res": {"a": 1}}]
)
@pytest.mark.parametrize("key", ["image", "images", "imageURL", "imageURLHighRes"])
def test_what_is_no_address_is_no_picture(key: str, told: Any) -> None:
    assert picture(**{key: told}) is None


# ---- Links


def test_also_buy_lists_are_links_that_say_so() -> None:
    told = read(OF_2018).tables["links"].to_pylist()
    assert [(link["a"], link["b"]) for link in told] == [("B01", "B02"), ("B01", "B03")]
    assert {link["source"] for link in told} == {"co-buy (also-buy list)"}
    assert all(link["open"] for link in told)
    assert {(link["file"], link["row"], link["support"]) for link in told} == {
        ("meta.json", 1, None)
    }
    assert {link["rank"] for link in told} == {product(OF_2018)["rank"]}


def test_the_lists_of_2014_stand_under_related() -> None:
    assert links(OF_2014) == [
        ("B01", "B02", "co-buy (also-bought list)"),
        ("B01", "B03", "co-buy (also-bought list)"),
    ]


def test_the_config_says_which_lists_count() -> None:
    assert links(OF_2014, OF_2018, kinds=["bought_together", "also_view"]) == [
        ("B01", "B05", "co-buy (bought-together list)"),
        ("B01", "B04", "co-buy (also-view list)"),
    ]
    assert links(OF_2014, OF_2018, kinds=[]) == []


def test_bought_together_of_2023_may_be_nothing_or_a_list() -> None:
    kinds = ["bought_together"]
    assert links(OF_2023, kinds=kinds) == []
    assert links({**OF_2023, "bought_together": ["B02"]}, kinds=kinds) == [
        ("B01", "B02", "co-buy (bought-together list)")
    ]


def test_ids_of_links_are_made_as_ids_of_products_are() -> None:
    row = {"asin": "T&amp;C", "title": "Pot", "also_buy": [" <b>B 2</b> ", "B~3"]}
    assert [link[:2] for link in links(row)] == [("T%26C", "B%202"), ("T%26C", "B~3")]


@pytest.mark.parametrize("told", ["B02", "", None, 5, {}, [None, "", "<br>", 5, ["B02"]]])
def test_a_list_that_names_nobody_is_no_link(told: Any) -> None:
    assert links({"asin": "B01", "title": "Pot", "also_buy": told}) == []


def test_a_rejected_row_gives_no_links() -> None:
    assert links({**OF_2018, "title": ""}) == []


# ---- Hostile shapes


@pytest.mark.parametrize(
    "part",
    [
        {"description": None, "image": "", "also_buy": "B02"},
        {"category": {"a": 1}},
        {"category": 5},
        {"category": [["Kitchen"], "Tea"]},
        {"related": ["B02"]},
        {"related": "B02"},
        {"details": {1: "one", None: "two", "Fit": "Loose"}},
        {"details": "Fit: Loose"},
        {"details": [1]},
        {"brand": ["Alder", None]},
        {"feature": {"a": ["b"]}},
    ],
    ids=str,
)
def test_a_strange_value_costs_its_field_and_not_the_row(part: dict[str, Any]) -> None:
    row = {"asin": "B01", "title": "Pot", "imUrl": None, **part}
    assert product(row)["title"] == "Pot"


def test_paths_and_names_side_by_side_are_all_paths() -> None:
    row = {"asin": "B01", "title": "Pot", "category": [["Kitchen", "Tea"], "Gifts"]}
    assert product(row)["categories"] == ["Kitchen > Tea", "Gifts"]


@pytest.mark.parametrize("line", ["{'asin': ", "{'asin': open('x')}", "{'a'", "{'asin': 'B01'} x"])
def test_a_broken_literal_is_told_and_never_run(line: str) -> None:
    (told,) = read(line).tables["rejected"].to_pylist()
    assert (told["reason"], told["detail"]) == (
        "malformed row",
        "neither JSON nor a Python literal",
    )


KEYS = sorted({*OF_2014, *OF_2018, *OF_2023, "imageURL", "imageURLHighRes"})
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hi_res", "large", "also_buy", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUE, max_size=8))
def test_no_shape_raises(row: dict[str, Any]) -> None:
    outcome = read(json.dumps({"asin": "B01", "title": "Pot", **row}))
    for link in outcome.tables["links"].to_pylist():
        assert link["a"] and link["b"] and link["open"]


# ---- The real file


@pytest.mark.data
def test_gift_cards_are_all_read(data: Callable[[str], Path]) -> None:
    """1,547 products, and 5,286 unordered pairs with both ends in the file."""
    file = open_file(data("amazon_2018_meta") / "meta_Gift_Cards.json.gz")
    known: list[str] = []
    named: set[frozenset[str]] = set()
    with duckdb.connect() as con:
        for batch in read_rows(con, file, 1000):
            outcome = read_products(batch, read_amazon, file.path, 0, also_links(KINDS))
            assert outcome.tables["rejected"].num_rows == 0
            known += outcome.tables["products"]["id"].to_pylist()
            ends = outcome.tables["links"].select(["a", "b"]).to_pylist()
            named |= {frozenset(link.values()) for link in ends}
    assert len(known) == len(set(known)) == 1547
    assert sum(1 for pair in named if len(pair) == 2 and pair <= set(known)) == 5286
