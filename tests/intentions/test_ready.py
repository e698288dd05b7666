"""Intentions that already exist.

- A format is names of columns: MIND's release, FolkScope's and IntentionQA's rows, our own.
- A judge said yes, no, or something else, and what it said is kept word for word.
- A relation goes by its name, an alias, or the words of the text; another name is no guess.
- A row describes its products once a batch, and implies its pair once.
- Every row is a claim or is rejected with its reason, field and row number.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.config import FORMATS
from mindgraph.engines.files import open_file, read_rows
from mindgraph.errors import InputError
from mindgraph.intentions.ready import OUTPUTS, read_intentions
from mindgraph.intentions.tails import relation_of
from mindgraph.products.tables import read_products, table_reader
from mindgraph.reasons import REASONS
from mindgraph.records import MAX_ID, REJECTED, Outcome
from mindgraph.relations import PROFILES

MIND = {
    "id_a": "B01",
    "id_b": "B02",
    "Product_a": "Phone case",
    "Product_b": "USB adapter",
    "Cate": "elec",
    "Relation": "capableOf",
    "product_a_desc": "A case with a battery.",
    "product_b_desc": "An adapter.",
    "Intention": "they both are capable of charging a phone.",
    "Agreement": "Yes, I would buy both.",
    "item_a_img1_url": "http://shop.example/a.jpg",
    "item_b_img1_url": "http://shop.example/b.jpg",
}
FOLKSCOPE = {
    "item_a_id": "B01",
    "item_b_id": "B02",
    "item_a_name": "Phone case",
    "item_b_name": "USB adapter",
    "relation": "isA",
    "assertion": "PersonX bought a product of Item A and a product of Item B because they both are "
    "a type of phone accessory.",
    "typicality": "0.6",
    "plausibility": "0.9",
}
PLAIN = {
    "product_a": "A1",
    "product_b": "B2",
    "title_a": "Mug",
    "title_b": "Filter",
    "intention": "they are both used for brewing coffee",
    "relation": "usedFor",
    "category": "Kitchen",
    "agreement": "yes",
    "typicality": "0.5",
    "plausibility": "1",
}


def cells(*told: Mapping[str, Any]) -> pa.RecordBatch:
    """Rows of a delimited file: every cell is text."""
    names = list(dict.fromkeys(name for row in told for name in row))
    columns = {name: pa.array([row.get(name) for row in told], pa.string()) for name in names}
    numbers = pa.array(range(1, len(told) + 1), pa.int64())
    errors = columns.pop("_error", pa.nulls(len(told), pa.string()))
    return pa.RecordBatch.from_pydict({"_row": numbers, "_error": errors, **columns})


def lines(*told: Mapping[str, Any] | str) -> pa.RecordBatch:
    """Rows of a JSON-lines file; a text stands as it is."""
    texts = [row if isinstance(row, str) else json.dumps(row) for row in told]
    numbers = pa.array(range(1, len(told) + 1), pa.int64())
    columns = {"_row": numbers, "_line": texts, "_error": pa.nulls(len(told), pa.string())}
    return pa.RecordBatch.from_pydict(columns)


def read(
    batch: pa.RecordBatch,
    kind: str = "plain",
    profile: str = "all",
    place: int = 0,
    keep_unparsed: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """The rows of all outputs, after the outcome has been held against its schemas and counts."""
    names = FORMATS[kind].model_dump()
    relations = PROFILES[profile]
    outcome = read_intentions(
        batch, names, relations, "co-buy (test)", "in.csv", place, keep_unparsed
    )
    return checked(outcome, len(batch))


def checked(outcome: Outcome, count: int) -> dict[str, list[dict[str, Any]]]:
    schemas = {**OUTPUTS, "rejected": REJECTED}
    assert {name: table.schema for name, table in outcome.tables.items()} == schemas
    found = {name: table.to_pylist() for name, table in outcome.tables.items()}
    assert outcome.seen == count == len(found["claims"]) + len(found["rejected"])
    assert {row["reason"] for row in found["rejected"]} <= set(REASONS)
    return found


def claim(row: Mapping[str, Any], kind: str = "plain") -> dict[str, Any]:
    (found,) = read(cells(row), kind)["claims"]
    return found


def rejection(row: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    (found,) = read(cells(row), **options)["rejected"]
    return found


# ---- Formats


def test_a_row_of_minds_release() -> None:
    found = read(cells(MIND), "mind")
    assert found["claims"] == [
        {
            "a": "B01",
            "b": "B02",
            "pair": "B01~B02",
            "relation": "capableOf",
            "text": "they both are capable of charging a phone.",
            "verdict": "yes",
            "verdict_text": "Yes, I would buy both.",
            "agreement": 1.0,
            "typicality": None,
            "plausibility": None,
            "file": "in.csv",
            "row": 1,
        }
    ]
    assert [row["description"] for row in found["described"]] == [
        "A case with a battery.",
        "An adapter.",
    ]
    assert {row["category"] for row in found["described"]} == {"elec"}
    assert found["described"][1]["image"] == "http://shop.example/b.jpg"


def test_a_row_of_folkscope() -> None:
    found = claim(FOLKSCOPE, "folkscope")
    assert (found["relation"], found["typicality"], found["plausibility"]) == ("isA", 0.6, 0.9)
    assert (found["verdict"], found["verdict_text"], found["agreement"]) == (None, None, None)


def test_a_row_of_intentionqa_takes_its_relation_from_the_text() -> None:
    row = {**FOLKSCOPE, "relation": "all", "typicality": 0.6, "options": {"A": "…"}, "id": "FS_1"}
    (found,) = read(lines(row), "folkscope")["claims"]
    assert (found["relation"], found["typicality"], found["plausibility"]) == ("isA", 0.6, 0.9)


def test_a_row_of_our_own() -> None:
    found = claim(PLAIN)
    assert (found["pair"], found["relation"], found["agreement"]) == ("A1~B2", "usedFor", 1.0)
    assert (found["typicality"], found["plausibility"]) == (0.5, 1.0)


def test_a_plain_row_needs_nothing_but_two_products_and_a_text() -> None:
    row = {name: PLAIN[name] for name in ("product_a", "product_b", "intention")}
    found = read(cells(row))
    assert found["claims"][0]["relation"] == "usedFor"
    assert found["described"] == []
    assert len(found["links"]) == 1


@pytest.mark.parametrize("field", ["product_a", "product_b", "intention"])
def test_a_file_without_a_needed_column_is_told_with_its_columns(field: str) -> None:
    row = {name: cell for name, cell in PLAIN.items() if name != field}
    with pytest.raises(InputError, match=rf"in\.csv: no column '{field}'; it has "):
        read(cells(row))


# ---- Verdicts


def test_what_its_judge_refuses_is_left_out_with_the_judges_words() -> None:
    found = rejection({**PLAIN, "agreement": "No, they do not fit."})
    assert (found["reason"], found["field"]) == ("judged no", "usedFor")
    assert found["item"] == "A1~B2" and found["file"] == "in.csv"
    assert found["detail"].endswith(" | No, they do not fit.")


def test_an_unparsed_verdict_is_left_out_or_kept_as_the_config_says() -> None:
    row = {**PLAIN, "agreement": " it\tbroke "}
    assert rejection(row)["reason"] == "verdict unparsed"
    assert rejection(row)["detail"].endswith(" |  it\tbroke ")
    (kept,) = read(cells(row), keep_unparsed=True)["claims"]
    assert (kept["verdict"], kept["agreement"]) == ("unparsed", None)
    assert kept["verdict_text"] == " it\tbroke "


@pytest.mark.parametrize(
    ("said", "agreement"), [("Yes, both.", 1.0), ("0.75", 0.75), ("", None), (None, None)]
)
def test_what_a_judge_allows_or_nobody_judged_goes_on(
    said: str | None, agreement: float | None
) -> None:
    assert claim({**PLAIN, "agreement": said})["agreement"] == agreement


# ---- Relations


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ("usedFor", "usedFor"),
        (" usedFor ", "usedFor"),
        ("propertOf", "propertyOf"),
        ("causeEffect", "causeDesire"),
        ("open", "open"),
    ],
)
def test_a_relation_is_known_by_its_name_or_an_alias(named: str, known: str) -> None:
    assert claim({**PLAIN, "relation": named})["relation"] == known


@pytest.mark.parametrize("named", ["all", "", " ", None])
@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("because they both are a type of mug.", "isA"),
        ("they could both be used to brew coffee", "can"),
        ("a present", "other"),
    ],
)
def test_a_relation_nobody_names_is_taken_from_the_text(
    named: str | None, text: str, relation: str
) -> None:
    assert claim({**PLAIN, "relation": named, "intention": text})["relation"] == relation


def test_named_and_unnamed_relations_may_stand_side_by_side() -> None:
    rows = [{**PLAIN, "relation": "isA"}, {**PLAIN, "relation": "all"}, {**PLAIN, "relation": ""}]
    found = read(cells(*rows))["claims"]
    assert [row["relation"] for row in found] == ["isA", "usedFor", "usedFor"]


@pytest.mark.parametrize(
    ("named", "meant"), [("usdFor", "usedFor"), ("CAPABLEOF", "capableOf"), ("is_a", "isA")]
)
def test_an_unknown_relation_is_told_with_the_nearest_known(named: str, meant: str) -> None:
    told = rejection({**PLAIN, "relation": named})
    assert told["reason"] == "unknown relation"
    assert named in told["detail"] and told["detail"].endswith(f" {meant}")


def test_a_relation_that_the_config_does_not_want_is_left_out() -> None:
    told = rejection({**PLAIN, "relation": "isA"}, profile="usage")
    assert (told["reason"], told["detail"]) == ("relation not in the profile", "isA")
    assert not REASONS[told["reason"]].is_error


def test_what_the_text_says_must_be_wanted_too() -> None:
    row = {**PLAIN, "relation": "all", "intention": "they both are a type of mug"}
    assert rejection(row, profile="usage")["detail"] == "isA"


# ---- Rows


@pytest.mark.parametrize("field", ["product_a", "product_b", "intention"])
@pytest.mark.parametrize("cell", [None, "", "  ", "<br/>", "&nbsp;"])
def test_a_missing_cell_is_told_with_its_column(field: str, cell: str | None) -> None:
    told = rejection({**PLAIN, field: cell})
    assert (told["reason"], told["field"]) == ("missing value", field)
    assert (told["file"], told["row"]) == ("in.csv", 1)
    assert told["item"] == ("A1~B2" if field == "intention" else None)


@pytest.mark.parametrize("other", ["A1", " A1 ", "<b>A1</b>"])
def test_a_product_paired_with_itself_is_told(other: str) -> None:
    told = rejection({**PLAIN, "product_b": other})
    assert (told["reason"], told["field"], told["item"]) == (
        "paired with itself",
        "product_b",
        "A1~A1",
    )


@pytest.mark.parametrize("side", ["product_a", "product_b"])
def test_an_id_may_be_as_long_as_a_products(side: str) -> None:
    assert claim({**PLAIN, side: "x" * MAX_ID})["row"] == 1
    told = rejection({**PLAIN, side: "x" * (MAX_ID + 1)})
    assert (told["reason"], told["field"]) == ("id too long", side)


@pytest.mark.parametrize("field", ["typicality", "plausibility"])
@pytest.mark.parametrize("cell", ["high", "nan", "inf", "-Infinity", "1e999", "0,5", "0.5.1"])
def test_a_score_that_is_no_number_is_told(field: str, cell: str) -> None:
    told = rejection({**PLAIN, field: cell})
    assert (told["reason"], told["field"]) == ("bad number", field)


@pytest.mark.parametrize("cell", [None, "", " "])
def test_an_empty_score_is_no_score(cell: str | None) -> None:
    assert claim({**PLAIN, "typicality": cell})["typicality"] is None


def test_the_first_problem_of_a_row_is_the_one_told() -> None:
    row = {**PLAIN, "product_a": "", "intention": "", "typicality": "?", "relation": "?"}
    assert rejection(row)["field"] == "product_a"
    row |= {"product_a": "B2"}
    assert rejection(row)["field"] == "intention"
    row |= {"intention": "tea"}
    assert rejection(row)["reason"] == "paired with itself"
    row |= {"product_a": "A1"}
    assert rejection(row)["reason"] == "bad number"
    row |= {"typicality": "1"}
    assert rejection(row)["reason"] == "unknown relation"


def test_a_malformed_line_is_told_and_the_others_go_on() -> None:
    found = read(lines(PLAIN, "{", "[]", {**PLAIN, "intention": "for tea"}))
    assert [row["row"] for row in found["claims"]] == [1, 4]
    assert [(row["reason"], row["row"]) for row in found["rejected"]] == [
        ("malformed row", 2),
        ("malformed row", 3),
    ]
    assert found["rejected"][0]["detail"].startswith("not JSON")


def test_a_row_that_could_not_be_cut_is_told_as_that() -> None:
    told = rejection({"_error": "too many columns", **dict.fromkeys(PLAIN)})
    assert (told["reason"], told["detail"]) == ("malformed row", "too many columns")


def test_html_is_undone_in_ids_and_texts() -> None:
    row = {**PLAIN, "product_a": "T&amp;C ", "intention": "<p>for tea &amp; coffee</p>"}
    found = claim(row)
    assert (found["a"], found["pair"]) == ("T%26C", "B2~T%26C")
    assert found["text"] == "for tea & coffee"


def test_no_rows_are_no_claims() -> None:
    found = read(cells(PLAIN).slice(0, 0))
    assert not any(found.values())


def test_rejected_rows_describe_no_product_and_imply_no_pair() -> None:
    found = read(cells({**PLAIN, "typicality": "?"}, {**PLAIN, "relation": "?"}))
    assert found["described"] == found["links"] == []


# ---- Products and pairs


def test_a_product_is_described_once_a_batch_by_the_first_row_that_names_it() -> None:
    rows = [
        PLAIN,
        {**PLAIN, "title_a": "Mug, again", "intention": "for tea"},
        {**PLAIN, "product_a": "B2", "product_b": "C3", "title_a": "Filter, again"},
    ]
    found = read(cells(*rows))["described"]
    assert [(row["id"], row["title"], row["_row"]) for row in found] == [
        ("A1", "Mug", 1),
        ("B2", "Filter, again", 3),
        ("C3", "Filter", 3),
    ]


def test_a_row_without_a_title_describes_nothing() -> None:
    rows = [{**PLAIN, "title_a": None}, {**PLAIN, "title_a": ""}, {**PLAIN, "title_a": "Cup"}]
    found = read(cells(*rows))["described"]
    assert {row["id"]: (row["title"], row["_row"]) for row in found} == {
        "A1": ("Cup", 3),
        "B2": ("Filter", 1),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [("A1", " A1 "), ("A1", "<i>A1</i>"), ("R&D", "R&amp;D"), ("e\u0301", "é"), ("A<1", "A&lt;1")],
)
def test_an_id_written_in_two_ways_is_one_product(one: str, other: str) -> None:
    found = read(cells({**PLAIN, "product_a": one}, {**PLAIN, "product_a": other}))
    first, _ = found["described"]
    assert len({row["pair"] for row in found["claims"]}) == 1 == len(found["links"])
    assert first["title"] == "Mug"


@pytest.mark.parametrize(
    "name", ["A1", "R&amp;D", "&amp;amp;", "50%", "%25", "A&lt;b&gt;1", "a/b~c é"]
)
def test_what_is_described_is_read_as_the_product_that_was_claimed(name: str) -> None:
    outcome = read_intentions(
        cells({**PLAIN, "product_a": name}),
        FORMATS["plain"].model_dump(),
        ["usedFor"],
        "s",
        "f",
        0,
        keep_unparsed=False,
    )
    columns = {name: name for name in ("id", "title", "description", "image")}
    columns |= {"categories": "category", "brand": "", "variant_of": "", "packed_attributes": ""}
    reader = table_reader({**columns, "attributes": []}, ">")
    (described,) = outcome.tables["described"].to_batches()
    products = read_products(described, reader, "f", 0).tables["products"].to_pylist()
    (found,) = outcome.tables["claims"].to_pylist()
    assert [product["id"] for product in products] == [found["a"], found["b"]]
    assert [product["title"] for product in products] == ["Mug", "Filter"]


def test_a_pair_is_implied_once_and_says_where_it_comes_from() -> None:
    rows = [PLAIN, {**PLAIN, "intention": "for tea"}, {**PLAIN, "product_b": "C3"}]
    found = read(cells(*rows), place=2)["links"]
    assert [(link["a"], link["b"], link["row"]) for link in found] == [
        ("A1", "B2", 1),
        ("A1", "C3", 3),
    ]
    assert {(link["source"], link["open"], link["file"]) for link in found} == {
        ("co-buy (test)", False, "in.csv")
    }
    assert found[0]["rank"] < found[1]["rank"]
    assert read(cells(PLAIN), place=1)["links"][0]["rank"] < found[0]["rank"]


def test_both_directions_are_claims_about_one_pair() -> None:
    turned = {**PLAIN, "product_a": "B2", "product_b": "A1"}
    assert {row["pair"] for row in read(cells(PLAIN, turned))["claims"]} == {"A1~B2"}


def test_a_tilde_in_an_id_joins_no_other_pair() -> None:
    one = {**PLAIN, "product_a": "A~B", "product_b": "C"}
    other = {**PLAIN, "product_a": "A", "product_b": "B~C"}
    found = read(cells(one, other))["claims"]
    assert [row["pair"] for row in found] == ["A%7EB~C", "A~B%7EC"]


CELL = (
    st.none()
    | st.sampled_from(["", "A1", "B2", "usedFor", "isA", "yes", "0.5", "nan"])
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(PLAIN, CELL)), min_size=1, max_size=6))
def test_every_row_is_a_claim_or_is_told(rows: list[dict[str, str | None]]) -> None:
    for batch in (cells(*rows), lines(*rows)):
        found = read(batch, profile="usage")
        assert all(row["a"] and row["b"] and row["a"] != row["b"] for row in found["claims"])
        numbers = [row["row"] for name in ("claims", "rejected") for row in found[name]]
        assert sorted(numbers) == list(range(1, len(rows) + 1))
        described = [row["id"] for row in found["described"]]
        named = {row[side] for row in found["claims"] for side in ("a", "b")}
        assert len(described) == len(set(described)) <= len(named)


# ---- Real rows


@pytest.mark.data
def test_all_of_intentionqa_is_read(data: Callable[[str], Path]) -> None:
    """2,315 claims about 1,393 pairs of 2,507 products."""
    file = open_file(data("intentionqa") / "QA_fullInfo_task1.jsonl")
    with duckdb.connect() as con:
        (batch,) = read_rows(con, file, 5000)
    found = read(batch, "folkscope")
    assert len(found["claims"]) == 2315
    assert len({row["pair"] for row in found["claims"]}) == 1393
    assert len(found["described"]) == len({row["id"] for row in found["described"]}) == 2507
    assert min(row["typicality"] for row in found["claims"]) >= 0.6


@pytest.mark.data
def test_relations_of_intentionqa_are_told_from_the_words(data: Callable[[str], Path]) -> None:
    """All 2,205 agree, but for 138 "the person wants his …" that the file calls `other`."""
    path = data("intentionqa") / "QA_fullInfo_task1_byRelation.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = Counter((row["relation"], relation_of(row["assertion"])) for row in rows)
    assert found.total() == 2205
    assert {pair: n for pair, n in found.items() if pair[0] != pair[1]} == {
        ("other", "causeDesire"): 138
    }
    other = [row["assertion"] for row in rows if relation_of(row["assertion"]) == "causeDesire"]
    assert len(other) == 138 and all("the person wants his" in text for text in other)
