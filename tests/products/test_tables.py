"""Product tables.

- The config names the columns; a name that the file lacks ends the reading, with the right names.
- A cell may hold HTML, a list, or several paths; a record holds clean text and nothing else.
- Every row is a product or is rejected with its reason, field and row number.
- Equal rows have equal digests, whatever the file around them looks like.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.errors import InputError
from mindgraph.products.tables import check_columns, named_columns, read_products, table_reader
from mindgraph.reasons import REASONS
from mindgraph.records import LINK, MAX_ID, PRODUCT, REJECTED, Outcome
from mindgraph.text import iri_safe, plain

COLUMNS: Mapping[str, Any] = {
    "id": "sku",
    "title": "name",
    "description": "about",
    "categories": "path",
    "brand": "maker",
    "variant_of": "model",
    "image": "photo",
    "attributes": ["color", "Size"],
    "packed_attributes": "more",
}
MUG = {"sku": "M1", "name": "Steel mug", "about": "Keeps tea hot.", "path": "Kitchen > Mugs"}


def cells(*rows: Mapping[str, str | None]) -> pa.RecordBatch:
    """Rows of a delimited file: every cell is text."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    numbers = pa.array(range(1, len(rows) + 1), pa.int64())
    errors = pa.nulls(len(rows), pa.string())
    return pa.RecordBatch.from_pydict({"_row": numbers, "_error": errors, **columns})


def lines(*rows: Mapping[str, Any] | str) -> pa.RecordBatch:
    """Rows of a JSON-lines file; a text stands as it is."""
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    numbers = pa.array(range(1, len(rows) + 1), pa.int64())
    columns = {"_row": numbers, "_line": texts, "_error": pa.nulls(len(rows), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def read(batch: pa.RecordBatch, separator: str = ">", place: int = 0, **columns: Any) -> Outcome:
    reader = table_reader({**COLUMNS, **columns}, separator)
    outcome = read_products(batch, reader, "shop.csv", place)
    products, left = outcome.tables["products"], outcome.tables["rejected"]
    assert (products.schema, left.schema) == (PRODUCT, REJECTED)
    assert outcome.tables["links"].schema == LINK and not outcome.tables["links"].num_rows
    assert outcome.seen == len(batch) == products.num_rows + left.num_rows
    assert set(left["reason"].to_pylist()) <= set(REASONS)
    return outcome


def product(row: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    (found,) = read(lines(row), **options).tables["products"].to_pylist()
    return found


def rejection(row: Mapping[str, Any] | str) -> dict[str, Any]:
    (found,) = read(lines(row)).tables["rejected"].to_pylist()
    return found


# ---- Columns


def test_every_field_comes_from_the_column_the_config_names() -> None:
    row = {**MUG, "maker": "Alder", "model": "Mug", "photo": "mug.jpg", "color": "red"}
    (found,) = read(cells(row)).tables["products"].to_pylist()
    assert found.pop("digest")
    assert found == {
        "id": "M1",
        "title": "Steel mug",
        "description": "Keeps tea hot.",
        "category": "Kitchen > Mugs",
        "categories": ["Kitchen > Mugs"],
        "brand": "Alder",
        "variant_of": "Mug",
        "attributes": '{"color": ["red"]}',
        "image": "mug.jpg",
        "rank": 1,
        "file": "shop.csv",
        "row": 1,
    }


def test_a_column_the_config_does_not_name_is_left_alone() -> None:
    nothing = {"description": None, "brand": None, "categories": None, "packed_attributes": None}
    found = product({**MUG, "maker": "Alder", "more": "a=b"}, **nothing)
    assert (found["description"], found["brand"], found["category"]) == (None, None, None)
    assert (found["categories"], found["attributes"]) == ([], None)


def test_a_wrong_column_is_told_with_the_columns_of_the_file() -> None:
    with pytest.raises(InputError) as told:
        check_columns(cells(MUG), {**COLUMNS, "title": "titel"}, "shop.csv")
    message = str(told.value)
    assert "shop.csv" in message and "'titel'" in message
    assert "sku, name, about, path" in message and "_row" not in message


@pytest.mark.parametrize("field", ["attributes", "categories"])
def test_a_wrong_column_inside_a_list_of_columns_is_told_too(field: str) -> None:
    columns = {"id": "sku", "title": "name", field: ["about", "colour"]}
    with pytest.raises(InputError, match="'colour'"):
        check_columns(cells(MUG), columns, "shop.csv")
    check_columns(cells({**MUG, "colour": "red"}), columns, "shop.csv")


def test_all_columns_of_a_mapping_are_asked_for() -> None:
    named = named_columns({**COLUMNS, "categories": ["one", "two"], "brand": None})
    assert sorted(named) == sorted(
        ["sku", "name", "about", "one", "two", "model", "photo", "color", "Size", "more"]
    )


def test_json_lines_may_leave_a_column_out() -> None:
    check_columns(lines({"sku": "M1"}), COLUMNS, "shop.jsonl")
    assert product({"sku": "M1", "name": "Mug"})["description"] is None


# ---- Categories


def test_a_list_of_columns_is_one_path() -> None:
    found = product({**MUG, "one": "Bikes", "two": "Road"}, categories=["one", "two"])
    assert found["categories"] == ["Bikes > Road"]


def test_an_empty_column_of_a_path_leaves_no_gap() -> None:
    found = product(
        {**MUG, "one": "Bikes", "two": " ", "three": "Tires"}, categories=["one", "two", "three"]
    )
    assert found["categories"] == ["Bikes > Tires"]


def test_a_list_cell_holds_several_paths_and_the_first_is_the_category() -> None:
    paths = ["Women > Tops", "Sale > Tops", "Women > Tops"]
    found = product({**MUG, "path": paths})
    assert found["categories"] == ["Women > Tops", "Sale > Tops"]
    assert found["category"] == "Women > Tops"


@pytest.mark.parametrize("separator", [">", "/", "|", " > ", "->", "\t"])
def test_the_separator_is_the_configs(separator: str) -> None:
    found = product(
        {**MUG, "path": separator.join(["Kitchen", "Tea", "Pots"])}, separator=separator
    )
    assert found["categories"] == ["Kitchen > Tea > Pots"]


def test_another_separator_leaves_arrows_in_a_name() -> None:
    found = product({**MUG, "path": "Cables/USB A > USB C"}, separator="/")
    assert found["categories"] == ["Cables > USB A / USB C"]


@pytest.mark.parametrize("path", ["", " > ", ">", None, [], [""], [None], "<br>"])
def test_a_path_without_names_is_no_path(path: Any) -> None:
    found = product({**MUG, "path": path})
    assert (found["category"], found["categories"]) == (None, [])


def test_a_name_that_comes_twice_in_a_path_stands_once() -> None:
    assert product({**MUG, "path": "Kitchen > Kitchen >> Mugs"})["category"] == "Kitchen > Mugs"


@pytest.mark.parametrize(
    "path",
    ["Kitchen &gt; Tea &amp; Coffee", "<b>Kitchen</b> > Tea & Coffee", "Kitchen>Tea &amp; Coffee"],
)
def test_html_in_a_path_is_undone_before_the_path_is_cut(path: str) -> None:
    assert product({**MUG, "path": path})["categories"] == ["Kitchen > Tea & Coffee"]


# ---- Attributes


def attributes(**row: Any) -> Any:
    told = product({**MUG, **row})["attributes"]
    return told and json.loads(told)


def test_attributes_are_lists_of_values_under_folded_names() -> None:
    assert attributes(color="Red|Blue|Red", Size=" L ") == {"color": ["Red", "Blue"], "size": ["L"]}


def test_a_list_cell_is_a_list_of_values() -> None:
    assert attributes(color=["Red", "", None, "Blue | Green"], Size=[]) == {
        "color": ["Red", "Blue | Green"]
    }


def test_packed_attributes_are_unpacked() -> None:
    more = "fit=Loose,material=Cotton|Wool,care=,broken,<b>collar</b>=V&amp;Neck"
    assert attributes(more=more, color="Red") == {
        "color": ["Red"],
        "fit": ["Loose"],
        "material": ["Cotton", "Wool"],
        "collar": ["V&Neck"],
    }


def test_a_packed_value_may_hold_a_comma_and_a_name_may_come_twice() -> None:
    told = attributes(more="size=1,5 l,tone=red,tone=blue", color="Red")
    assert (told["size"], told["tone"]) == (["1,5 l"], ["red", "blue"])


def test_a_product_without_attributes_has_none() -> None:
    assert attributes(color="", Size=None, more="") is None


def test_attributes_read_the_same_in_any_order() -> None:
    one = product({**MUG, "more": "b=2,a=1"})
    other = product({**MUG, "more": "a=1,b=2"})
    assert one["attributes"] == other["attributes"] == '{"a": ["1"], "b": ["2"]}'


# ---- Text


def test_html_is_undone_in_every_field() -> None:
    row = {
        "sku": "T&amp;C",
        "name": "<b>Tea</b>&nbsp;pot &quot;L&quot;",
        "about": "<p>Holds<br/>six&#160;cups</p><script>alert(1)</script>",
        "maker": "J&ouml;rg",
        "model": "<i>Pot</i>",
        "photo": "pot.jpg?a=1&amp;b=2",
    }
    found = product(row)
    assert (found["id"], found["title"]) == ("T%26C", 'Tea pot "L"')
    assert (found["description"], found["brand"]) == ("Holds six cups", "Jörg")
    assert (found["variant_of"], found["image"]) == ("Pot", "pot.jpg?a=1&b=2")


def test_a_list_of_texts_is_one_text() -> None:
    found = product({**MUG, "about": ["Holds tea.", None, ["Steel.", ["Red."]], 3]})
    assert found["description"] == "Holds tea. Steel. Red. 3"


def test_a_lone_surrogate_and_control_characters_do_not_pass() -> None:
    row = '{"sku": "M\\ud8001", "name": "Mug\\u0000 \\udfff", "about": "e\\u0301"}'
    (found,) = read(lines(row)).tables["products"].to_pylist()
    assert found["id"] == iri_safe("M\ufffd1")
    assert (found["title"], found["description"]) == ("Mug \ufffd", "é")


@pytest.mark.parametrize("depth", [3, 400, 900])
def test_a_cell_nested_deeper_than_a_stack_is_read_or_told(depth: int) -> None:
    deep = "[" * depth + '"tea"' + "]" * depth
    outcome = read(lines(f'{{"sku": "M1", "name": "Mug", "about": {deep}}}', MUG))
    assert outcome.seen == 2
    assert outcome.tables["products"].num_rows + outcome.tables["rejected"].num_rows == 2


# ---- Ids


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("A 1", "A%201"),
        ("A~1", "A~1"),
        ("A/1?b#c", "A%2F1%3Fb%23c"),
        ("Größe", "Gr%C3%B6%C3%9Fe"),
        ("茶", "%E8%8C%B6"),
        ("100%", "100%25"),
        ("  M1\t", "M1"),
        ('"<>"', "%22%3C%3E%22"),
        (680, "680"),
    ],
)
def test_an_id_is_made_safe_for_an_iri(written: Any, known: str) -> None:
    assert product({**MUG, "sku": written})["id"] == known


@given(st.text(max_size=40))
def test_an_id_can_be_read_back(written: str) -> None:
    outcome = read(cells({"sku": written.encode("utf-8", "replace").decode(), "name": "Mug"}))
    for found in outcome.tables["products"]["id"].to_pylist():
        assert found.isascii() and not set(found) & set(' <>"{}|\\^`/?#[]@')
        assert unquote(found) == plain(written.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("sku", [None, "", "  ", "<br>", "&nbsp;", [], "\u0000"])
def test_a_row_without_an_id_is_rejected(sku: Any) -> None:
    told = rejection({**MUG, "sku": sku})
    assert (told["reason"], told["field"], told["row"]) == ("missing value", "id", 1)
    assert (told["file"], told["item"]) == ("shop.csv", None)


@pytest.mark.parametrize("name", [None, "", "<b></b>"])
def test_a_row_without_a_title_is_rejected_under_its_id(name: Any) -> None:
    told = rejection({**MUG, "sku": "M 1", "name": name})
    assert (told["reason"], told["field"], told["item"]) == ("missing value", "title", "M%201")


def test_the_longest_id_is_kept_and_a_longer_one_is_not() -> None:
    assert len(product({**MUG, "sku": "x" * MAX_ID})["id"]) == MAX_ID
    told = rejection({**MUG, "sku": "x" * (MAX_ID + 1)})
    assert (told["reason"], told["field"]) == ("id too long", "id")
    assert told["detail"] == "x" * 80 + "…"


def test_an_id_is_measured_as_it_will_stand_in_the_graph() -> None:
    assert rejection({**MUG, "sku": "é" * (MAX_ID // 6 + 1)})["reason"] == "id too long"
    assert product({**MUG, "sku": "é" * (MAX_ID // 6)})["title"] == "Steel mug"


# ---- Rows


def test_a_malformed_line_is_told_and_the_others_go_on() -> None:
    outcome = read(lines(MUG, '{"sku": "M2", ', "[1, 2]", "null", {**MUG, "sku": "M5"}))
    assert outcome.tables["products"]["id"].to_pylist() == ["M1", "M5"]
    assert outcome.tables["products"]["row"].to_pylist() == [1, 5]
    told = outcome.tables["rejected"].to_pylist()
    assert [row["reason"] for row in told] == ["malformed row"] * 3
    assert [row["row"] for row in told] == [2, 3, 4]
    assert told[0]["detail"].startswith("not JSON")
    assert "list" in told[1]["detail"] and "NoneType" in told[2]["detail"]


def test_a_row_that_could_not_be_cut_into_cells_is_told() -> None:
    batch = cells(MUG, {**MUG, "sku": "M2"}).to_pydict()
    batch["_error"] = [None, "too many columns"]
    outcome = read(pa.RecordBatch.from_pydict(batch))
    (told,) = outcome.tables["rejected"].to_pylist()
    assert (told["reason"], told["detail"], told["row"]) == ("malformed row", "too many columns", 2)


def test_rows_of_an_earlier_file_rank_before_those_of_a_later_one() -> None:
    first = read(cells(*[MUG] * 3), place=0).tables["products"]["rank"].to_pylist()
    second = read(cells(*[MUG] * 3), place=1).tables["products"]["rank"].to_pylist()
    assert first == sorted(first) and second == sorted(second)
    assert max(first) < min(second)


def test_no_rows_are_no_products() -> None:
    batch = cells(MUG).slice(0, 0)
    assert read(batch).seen == 0


# ---- Digests


def test_equal_rows_have_equal_digests_wherever_they_stand() -> None:
    row = {**MUG, "color": "red", "more": "a=1,b=2"}
    turned = dict(reversed(row.items())) | {"more": "b=2,a=1", "name": " Steel  mug "}
    outcome = read(lines(row, {"sku": "X", "name": "Other"}, turned), place=3)
    digests = outcome.tables["products"]["digest"].to_pylist()
    assert digests[0] == digests[2] != digests[1]
    assert read(cells(row)).tables["products"]["digest"].to_pylist() == digests[:1]


@pytest.mark.parametrize(
    "change",
    [
        {"sku": "M2"},
        {"name": "Steel Mug"},
        {"about": "Keeps tea cold."},
        {"path": "Kitchen"},
        {"path": ["Kitchen > Mugs", "Sale"]},
        {"maker": "Alder"},
        {"model": "Mug"},
        {"color": "red"},
        {"photo": "mug.jpg"},
    ],
)
def test_a_row_that_differs_in_any_field_has_another_digest(change: dict[str, Any]) -> None:
    assert product({**MUG, **change})["digest"] != product(MUG)["digest"]


def test_the_same_text_in_another_field_is_another_digest() -> None:
    bare = {"sku": "M1", "name": "Mug"}
    assert (
        product({**bare, "maker": "Alder"})["digest"]
        != product({**bare, "model": "Alder"})["digest"]
    )


# ---- Whatever comes

CELL = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ["sku", "name", "about", "path", "maker", "model", "photo", "color", "Size", "more"]
ROW = st.dictionaries(st.sampled_from(NAMES), CELL, max_size=10)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ROW.map(json.dumps) | st.text(st.characters(exclude_categories=["Cs"])), max_size=4)
)
def test_every_row_is_a_product_or_is_told(rows: list[str]) -> None:
    outcome = read(lines(*rows))
    for found in outcome.tables["products"].to_pylist():
        assert found["id"] and found["title"] and found["digest"]
        assert found["category"] == (found["categories"] or [None])[0]
        texts = [text for text in found.values() if isinstance(text, str)]
        assert all(text == text.strip() and "\x00" not in text for text in texts)
