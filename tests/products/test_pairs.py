"""Pairs of products.

- A pair says truthfully where it comes from, and (a, b) and (b, a) are one pair.
- Mined support and lift are those of a count by hand over the orders that remain.
- Each step keeps a row or tells why it did not: in = out + dropped.
- Two sizes of one thing are no pair; two things are, however alike their names.
- The result is the same for rows in any order.
"""

from __future__ import annotations

import csv
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.engines.files import open_file, read_rows
from mindgraph.errors import InputError
from mindgraph.products import pairs
from mindgraph.reasons import REASONS
from mindgraph.records import COBUY, LINK, ORDER_LINE, PRODUCT, Outcome, pair_id

CON = duckdb.connect(config={"threads": 1})

BASKET = pa.schema([("order", pa.string()), ("product", pa.string())])
CANDIDATE = pa.schema(
    [
        *(LINK.field(name) for name in ("a", "b", "support", "lift", "source")),
        *((name, pa.string()) for name in ("title_a", "title_b", "variant_a", "variant_b")),
    ]
)


def answer(sql: str, setting: Mapping[str, Any] | None = None, **tables: pa.Table) -> pa.Table:
    """What a SQL text says over small tables, registered under the names it reads."""
    if setting is not None:
        tables["settings"] = pa.Table.from_pylist([dict(setting)])
    for name, table in tables.items():
        CON.register(name, table)
    found = CON.sql(sql).to_arrow_table()
    for name in tables:
        CON.unregister(name)
    return found


def rows(sql: str, setting: Mapping[str, Any] | None = None, **tables: pa.Table) -> list[Any]:
    return answer(sql, setting, **tables).to_pylist()


def cells(*told: Mapping[str, Any]) -> pa.RecordBatch:
    """Rows of a delimited file: every cell is text."""
    names = list(dict.fromkeys(name for row in told for name in row))
    columns = {name: pa.array([row.get(name) for row in told], pa.string()) for name in names}
    numbers = pa.array(range(1, len(told) + 1), pa.int64())
    errors = columns.pop("_error", pa.nulls(len(told), pa.string()))
    return pa.RecordBatch.from_pydict({"_row": numbers, "_error": errors, **columns})


def reasons(table: pa.Table) -> Counter[str]:
    told = Counter(table["reason"].to_pylist())
    assert set(told) <= set(REASONS)
    return told


# ---- Link tables

COLUMNS = {"a": "one", "b": "other", "source": "kind", "support": "n", "lift": "lift"}
NAMES = {"crosssell": "merchant cross-sell"}


def read_links(*told: Mapping[str, Any], place: int = 1, **columns: Any) -> Outcome:
    outcome = pairs.read_links(
        cells(*told), {**COLUMNS, **columns}, "merchant link", NAMES, "links.csv", place
    )
    links, left = outcome.tables["links"], outcome.tables["rejected"]
    assert links.schema == LINK and outcome.seen == links.num_rows + left.num_rows == len(told)
    reasons(left)
    return outcome


LINKED = {"one": "A 1", "other": "B~2", "kind": "crosssell", "n": "12", "lift": "1.5"}


def test_a_row_of_a_link_table_is_a_claim() -> None:
    (link,) = read_links(LINKED).tables["links"].to_pylist()
    rank = link.pop("rank")
    assert link == {
        "a": "A%201",
        "b": "B~2",
        "support": 12,
        "lift": 1.5,
        "source": "merchant cross-sell",
        "open": False,
        "file": "links.csv",
        "row": 1,
    }
    assert rank < read_links(LINKED, place=2).tables["links"]["rank"].to_pylist()[0]


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("crosssell", "merchant cross-sell"),
        ("upsell", "upsell"),
        ("", "merchant link"),
        (None, "merchant link"),
    ],
)
def test_the_source_is_named_by_the_rows_own_value(kind: str | None, source: str) -> None:
    (link,) = read_links({**LINKED, "kind": kind}).tables["links"].to_pylist()
    assert link["source"] == source


def test_a_table_without_those_columns_has_one_source_and_no_numbers() -> None:
    outcome = read_links({"one": "A", "other": "B"}, source=None, support=None, lift=None)
    (link,) = outcome.tables["links"].to_pylist()
    assert (link["source"], link["support"], link["lift"]) == ("merchant link", None, None)


def test_empty_numbers_are_no_numbers() -> None:
    (link,) = read_links({**LINKED, "n": " ", "lift": None}).tables["links"].to_pylist()
    assert (link["support"], link["lift"]) == (None, None)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("n", "many"),
        ("n", "3.5"),
        ("n", "99999999999999999999"),
        ("n", "9" * 5000),
        ("lift", "1,5"),
        ("lift", "nan"),
        ("lift", "inf"),
        ("lift", "1e400"),
    ],
)
def test_a_bad_number_is_told_with_its_cell(column: str, cell: str) -> None:
    outcome = read_links({**LINKED, column: cell}, LINKED)
    (told,) = outcome.tables["rejected"].to_pylist()
    assert (told["reason"], told["field"], told["detail"]) == ("bad number", column, cell)
    assert (told["file"], told["row"]) == ("links.csv", 1)


@pytest.mark.parametrize("column", ["one", "other"])
@pytest.mark.parametrize("cell", [None, "", " ", "<br>"])
def test_a_missing_end_is_told_with_its_column(column: str, cell: str | None) -> None:
    (told,) = read_links({**LINKED, column: cell}).tables["rejected"].to_pylist()
    assert (told["reason"], told["field"]) == ("missing value", column)


def test_a_row_that_could_not_be_cut_is_told_as_that() -> None:
    outcome = read_links({**LINKED, "n": "many", "_error": "too many columns"})
    (told,) = outcome.tables["rejected"].to_pylist()
    assert (told["reason"], told["detail"]) == ("malformed row", "too many columns")


@pytest.mark.parametrize("field", ["a", "b", "source", "support", "lift"])
def test_a_wrong_column_of_a_link_table_ends_the_reading(field: str) -> None:
    with pytest.raises(InputError, match=r"links\.csv: no column 'typo'; it has one, other, kind"):
        read_links(LINKED, **{field: "typo"})


def test_links_may_be_json_lines() -> None:
    line = json.dumps({"one": 7, "other": "B", "n": 3, "lift": 0.5})
    columns = {"_row": [1], "_line": [line], "_error": pa.nulls(1, pa.string())}
    batch = pa.RecordBatch.from_pydict(columns)
    outcome = pairs.read_links(batch, COLUMNS, "merchant link", NAMES, "links.jsonl", 1)
    (link,) = outcome.tables["links"].to_pylist()
    assert (link["a"], link["b"], link["support"], link["lift"]) == ("7", "B", 3, 0.5)


# ---- Order lines


def read_orders(*told: Mapping[str, Any]) -> Outcome:
    columns = {"order": "order no", "product": "sku"}
    outcome = pairs.read_orders(cells(*told), columns, "orders.csv")
    lines, left = outcome.tables["lines"], outcome.tables["rejected"]
    assert lines.schema == ORDER_LINE
    assert outcome.seen == lines.num_rows + left.num_rows == len(told)
    reasons(left)
    return outcome


def test_order_lines_are_orders_and_products() -> None:
    outcome = read_orders({"order no": " 7 ", "sku": "T&amp;C"}, {"order no": "7", "sku": "B 2"})
    assert outcome.tables["lines"].to_pylist() == [
        {"order": "7", "product": "T%26C", "file": "orders.csv", "row": 1},
        {"order": "7", "product": "B%202", "file": "orders.csv", "row": 2},
    ]


def test_an_order_line_needs_both() -> None:
    lines = [{"order no": "", "sku": "B"}, {"order no": "1", "sku": None}, {}]
    told = read_orders(*lines).tables["rejected"].to_pylist()
    assert [(row["reason"], row["field"], row["row"]) for row in told] == [
        ("missing value", "order no", 1),
        ("missing value", "sku", 2),
        ("missing value", "order no", 3),
    ]


def test_a_broken_order_line_is_told_as_that() -> None:
    lines = [{"order no": "1", "sku": "B", "_error": "unquoted value"}]
    (told,) = read_orders(*lines).tables["rejected"].to_pylist()
    assert (told["reason"], told["detail"]) == ("malformed row", "unquoted value")


def test_a_wrong_column_of_an_order_file_ends_the_reading() -> None:
    with pytest.raises(InputError, match=r"orders\.csv: no column 'sku'; it has order no"):
        pairs.read_orders(
            cells({"order no": "1"}), {"order": "order no", "product": "sku"}, "orders.csv"
        )


# ---- Mining


def lines_of(*ordered: tuple[str, str]) -> pa.Table:
    told = [
        {"order": order, "product": product, "file": "f", "row": number}
        for number, (order, product) in enumerate(ordered, start=1)
    ]
    return pa.Table.from_pylist(told, ORDER_LINE)


def products_of(*ids: str, **fields: Mapping[str, str]) -> pa.Table:
    """Products by id; a field maps ids to its values."""
    told = [
        {"id": name, "title": f"Title of {name}"}
        | {field: values[name] for field, values in fields.items() if name in values}
        for name in ids
    ]
    return pa.Table.from_pylist(told, PRODUCT)


def mined(lines: pa.Table, products: pa.Table, **setting: Any) -> tuple[pa.Table, Counter[str]]:
    """Order lines through all three steps, each of which must account for every row."""
    chosen = {
        "max_order_size": 50,
        "min_support": 1,
        "min_lift": 0.0,
        "source": "co-buy",
        "place": 0,
    }
    chosen |= setting
    baskets, no_baskets = (
        answer(sql, lines=lines, products=products)
        for sql in (pairs.BASKET_LINES, pairs.BASKET_REJECTED)
    )
    assert lines.num_rows == baskets.num_rows + no_baskets.num_rows
    small, large = (
        answer(sql, chosen, baskets=baskets) for sql in (pairs.SMALL_BASKETS, pairs.LARGE_BASKETS)
    )
    assert baskets.num_rows == small.num_rows + large.num_rows
    strong, weak = (answer(sql, chosen, baskets=small) for sql in (pairs.STRONG, pairs.WEAK))
    ((seen,),) = (row.values() for row in rows(pairs.MINED_SEEN, chosen, baskets=small))
    assert seen == strong.num_rows + weak.num_rows
    dropped = sum((reasons(table) for table in (no_baskets, large, weak)), Counter())
    return strong, dropped


def by_pair(links: pa.Table) -> dict[tuple[str, str], tuple[int, float]]:
    return {(row["a"], row["b"]): (row["support"], row["lift"]) for row in links.to_pylist()}


def test_support_and_lift_of_a_small_shop() -> None:
    lines = lines_of(
        ("1", "tent"), ("1", "stove"), ("2", "tent"), ("2", "stove"), ("3", "tent"), ("4", "mug")
    )  # fmt: skip
    strong, dropped = mined(lines, products_of("tent", "stove", "mug"))
    assert by_pair(strong) == {("stove", "tent"): (2, 2 * 4 / (2 * 3))}
    assert not dropped
    assert strong.cast(LINK).to_pylist()[0]["source"] == "co-buy"
    assert strong["open"].to_pylist() == [False]


def test_an_order_too_large_counts_neither_as_sold_nor_as_an_order() -> None:
    lines = lines_of(
        *(("1", name) for name in "abc"), ("2", "a"), ("2", "b"), ("3", "a"), ("3", "b")
    )
    strong, dropped = mined(lines, products_of(*"abc"), max_order_size=2)
    assert by_pair(strong) == {("a", "b"): (2, 1.0)}
    assert dropped == {"order too large": 3}


def test_an_order_is_as_large_as_the_products_that_are_known() -> None:
    lines = lines_of(("1", "a"), ("1", "b"), ("1", "a"), ("1", "?"))
    strong, dropped = mined(lines, products_of(*"ab"), max_order_size=2)
    assert by_pair(strong) == {("a", "b"): (1, 1.0)}
    assert dropped == {"unknown product": 1, "order line again": 1}


def test_lines_of_unknown_products_and_lines_again_are_told() -> None:
    lines = lines_of(("1", "a"), ("1", "ghost"), ("1", "a"), ("1", "a"), ("2", "a"))
    told = rows(pairs.BASKET_REJECTED, lines=lines, products=products_of("a"))
    assert sorted((row["reason"], row["row"], row["item"]) for row in told) == [
        ("order line again", 3, "a"),
        ("order line again", 4, "a"),
        ("unknown product", 2, "ghost"),
    ]


def test_a_weak_pair_is_told_by_its_first_weakness() -> None:
    lines = lines_of(
        *((order, name) for order in "123" for name in "ab"), ("3", "c"), ("4", "a"), ("5", "b")
    )
    strong, dropped = mined(lines, products_of(*"abc"), min_support=2, min_lift=1.0)
    # a and b: 3 * 5 / (4 * 4) < 1; each with c: one order
    assert strong.num_rows == 0
    assert dropped == {"lift too small": 1, "support too small": 2}


def test_bounds_are_met_by_what_equals_them() -> None:
    lines = lines_of(*((order, name) for order in "12" for name in "ab"))
    strong, dropped = mined(lines, products_of(*"ab"), min_support=2, min_lift=1.0)
    assert by_pair(strong) == {("a", "b"): (2, 1.0)} and not dropped


def test_no_orders_are_no_pairs() -> None:
    strong, dropped = mined(lines_of(), products_of("a"))
    assert strong.num_rows == 0 and not dropped


def counted(
    ordered: list[tuple[str, str]], known: set[str], largest: int
) -> dict[tuple[str, str], tuple[int, float]]:
    """Support and lift as one counts them by hand."""
    orders: dict[str, set[str]] = {}
    for order, product in ordered:
        if product in known:
            orders.setdefault(order, set()).add(product)
    left = [basket for basket in orders.values() if len(basket) <= largest]
    sold = Counter(product for basket in left for product in basket)
    both = Counter(pair for basket in left for pair in itertools.combinations(sorted(basket), 2))
    return {(a, b): (n, n * len(left) / (sold[a] * sold[b])) for (a, b), n in both.items()}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("123456"), st.sampled_from("abcdefg")), max_size=40),
    st.sets(st.sampled_from("abcdefg")),
    st.integers(1, 6),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.8, 1.0, 1.5]),
)
def test_mining_agrees_with_a_count_by_hand(
    ordered: list[tuple[str, str]], known: set[str], largest: int, support: int, lift: float
) -> None:
    strong, dropped = mined(
        lines_of(*ordered),
        products_of(*sorted(known)),
        max_order_size=largest,
        min_support=support,
        min_lift=lift,
    )
    expected = counted(ordered, known, largest)
    kept = {pair: told for pair, told in expected.items() if told[0] >= support}
    few = len(expected) - len(kept)
    found = by_pair(strong)
    assert found.keys() == {pair for pair, told in kept.items() if told[1] >= lift}
    assert all(found[pair] == pytest.approx(kept[pair]) for pair in found)
    assert dropped["support too small"] == few
    assert dropped["lift too small"] == len(kept) - len(found)
    assert dropped["unknown product"] == sum(product not in known for _, product in ordered)


# ---- Candidates


def links_of(*told: tuple[str, str] | Mapping[str, Any]) -> pa.Table:
    made = []
    for number, link in enumerate(told, start=1):
        part = link if isinstance(link, Mapping) else {"a": link[0], "b": link[1]}
        made.append(
            {"source": "s", "open": False, "rank": number, "file": "f", "row": number, **part}
        )
    return pa.Table.from_pylist(made, LINK)


def candidates(links: pa.Table, products: pa.Table) -> tuple[list[Any], list[Any]]:
    kept = answer(pairs.CANDIDATES, links=links, products=products)
    left = answer(pairs.CANDIDATES_REJECTED, links=links, products=products)
    assert links.num_rows == kept.num_rows + left.num_rows
    assert kept.schema == CANDIDATE
    reasons(left)
    return kept.to_pylist(), left.to_pylist()


def test_the_same_pair_in_both_orders_is_one_co_buy_and_the_first_claim_wins() -> None:
    links = links_of(
        {"a": "B", "b": "A", "source": "later", "rank": 9, "support": 9},
        {"a": "A", "b": "B", "source": "first", "rank": 2, "support": 2},
        {"a": "B", "b": "A", "source": "last", "rank": 11},
    )
    (kept,), left = candidates(links, products_of("A", "B"))
    assert (kept["a"], kept["b"], kept["source"], kept["support"]) == ("A", "B", "first", 2)
    assert [row["reason"] for row in left] == ["same pair again"] * 2
    assert sorted(row["row"] for row in left) == [1, 3]


def test_two_lists_of_one_row_that_name_one_partner_are_one_pair() -> None:
    links = links_of(
        {"a": "A", "b": "B", "source": "co-buy (also-view list)", "rank": 1},
        {"a": "A", "b": "B", "source": "co-buy (also-buy list)", "rank": 1},
    )
    (kept,), _ = candidates(links, products_of("A", "B"))
    assert kept["source"] == "co-buy (also-buy list)"


def test_a_product_is_no_partner_of_its_own() -> None:
    kept, (left,) = candidates(links_of(("A", "A")), products_of("A"))
    assert not kept
    assert (left["reason"], left["item"], left["row"]) == ("paired with itself", "A", 1)


@pytest.mark.parametrize("link", [("A", "Z"), ("Z", "A"), ("0", "A"), ("A", "0")])
def test_an_unknown_end_is_told_by_its_id(link: tuple[str, str]) -> None:
    kept, (left,) = candidates(links_of(link), products_of("A"))
    assert not kept
    assert (left["reason"], left["item"]) == ("unknown product", next(x for x in link if x != "A"))


def test_a_partner_that_nobody_promised_is_no_error() -> None:
    kept, (left,) = candidates(links_of({"a": "A", "b": "Z", "open": True}), products_of("A"))
    assert not kept
    assert (left["reason"], left["item"]) == ("partner outside the catalogue", "Z")
    assert not REASONS[left["reason"]].is_error and REASONS["unknown product"].is_error


def test_a_wrong_claim_does_not_stand_in_the_way_of_a_right_one() -> None:
    links = links_of(("A", "A"), ("A", "Z"), ("A", "B"))
    (kept,), left = candidates(links, products_of("A", "B"))
    assert (kept["a"], kept["b"]) == ("A", "B") and len(left) == 2


def test_candidates_know_titles_and_variants() -> None:
    products = products_of("A", "B", title={"B": "Mug"}, variant_of={"A": "Pots"})
    (kept,), _ = candidates(links_of(("B", "A")), products)
    assert (kept["title_a"], kept["title_b"]) == ("Title of A", "Mug")
    assert (kept["variant_a"], kept["variant_b"]) == ("Pots", None)


def test_candidates_do_not_depend_on_the_order_of_rows() -> None:
    told = [
        {"a": a, "b": b, "rank": n} for n, (a, b) in enumerate(itertools.permutations("ABCDZ", 2))
    ]
    expected = candidates(links_of(*told), products_of(*"ABCD"))[0]
    shuffled = random.Random(1).sample(told, len(told))
    assert candidates(links_of(*shuffled), products_of(*"ABCD"))[0] == expected
    assert len(expected) == 6


def test_pairs_that_intentions_imply_may_be_implied_again() -> None:
    links = links_of(("A", "B"), ("B", "A"), ("A", "B"), ("A", "Z"), ("A", "A"))
    tables = {"links": links, "products": products_of("A", "B")}
    left = rows(pairs.IMPLIED_REJECTED, **tables)
    ((seen,),) = (row.values() for row in rows(pairs.IMPLIED_SEEN, **tables))
    assert sorted(row["reason"] for row in left) == ["paired with itself", "unknown product"]
    assert seen == 3 == len(rows(pairs.CANDIDATES, **tables)) + len(left)


# ---- Near-identical titles and variants


def sift(
    title_a: str,
    title_b: str,
    variants: tuple[str | None, str | None] = (None, None),
    same_title: float = 0.95,
    keep_variants: bool = False,
) -> str | None:
    """Why a pair with these titles is dropped; None where it is kept."""
    row = {"a": "A~1", "b": "B", "support": 3, "lift": 1.5, "source": "co-buy"}
    row |= {"title_a": title_a, "title_b": title_b}
    row |= {"variant_a": variants[0], "variant_b": variants[1]}
    batch = pa.RecordBatch.from_pylist([row], CANDIDATE)
    outcome = pairs.sift_pairs(batch, pair_id, same_title, keep_variants)
    kept, left = outcome.tables["pairs"], outcome.tables["rejected"]
    assert kept.schema == COBUY and outcome.seen == 1 == kept.num_rows + left.num_rows
    reasons(left)
    if left.num_rows:
        assert (left["item"].to_pylist(), left["detail"].to_pylist()) == (["A~1"], ["B"])
        return str(left["reason"].to_pylist()[0])
    (found,) = kept.to_pylist()
    assert found == {name: row.get(name) for name in COBUY.names} | {"id": "A%7E1~B"}
    return None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HL Road Frame - Black, 58", "HL Road Frame - Red, 58"),
        ("HL Road Frame - Black, 58", "HL Road Frame - Black, 62"),
        ("Sport-100 Helmet, Red", "Sport-100 Helmet, Black"),
        ("Half-Finger Gloves, S", "Half-Finger Gloves, XL"),
        ("Water Bottle - 20 oz.", "Water Bottle - 30 oz."),
        ("USB Cable (3 ft)", "USB Cable (10 ft)"),
    ],
)
def test_sizes_and_colours_of_one_thing_are_no_pair(one: str, other: str) -> None:
    assert sift(one, other) == sift(other, one) == "variants of one product"
    # where variants are kept, titles that are too alike still are not
    assert sift(one, other, keep_variants=True, same_title=1.0) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Road Tire Tube", "Mountain Tire Tube"),
        ("HL Road Front Wheel", "HL Road Rear Wheel"),
        ("HL Road Frame - Black, 58", "HL Road Handlebars - Black, 58"),
        ("Mountain Bottle Cage", "Water Bottle - 30 oz."),
        ("Red Mug", "Blue Mug"),
        ("Black, 58", "Red, 62"),
        ("Kitchen Scale", "Scale of a Model Train"),
    ],
)
def test_two_things_are_a_pair_however_alike_their_names(one: str, other: str) -> None:
    assert sift(one, other) is sift(other, one) is None


def test_the_catalogue_may_say_that_two_are_variants() -> None:
    assert sift("Mug", "Cup", ("Crockery 7", "Crockery 7")) == "variants of one product"
    assert sift("Mug", "Cup", ("Crockery 7", "Crockery 8")) is None
    assert sift("Mug", "Cup", ("Crockery 7", None)) is None
    assert sift("Mug", "Cup", ("", "")) is None
    assert sift("Mug", "Cup", ("Crockery 7", "Crockery 7"), keep_variants=True) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Steel travel mug", "Steel travel mug"),
        ("Steel Travel Mug", "steel travel mug"),
        ("Steel travel mug with lid", "Travel mug with lid steel"),
        ("Steel travel mug with a lid", "Steel travel mugs with a lid"),
    ],
)
def test_near_identical_titles_are_no_pair(one: str, other: str) -> None:
    assert sift(one, other) == sift(other, one) == "near-identical titles"


def test_how_alike_is_too_alike_is_a_setting() -> None:
    titles = ("Road Tire Tube", "Mountain Tire Tube")
    assert sift(*titles, same_title=0.6) == "near-identical titles"
    assert sift("Mug", "Mug", same_title=2.0) is None


# ---- The cap per product


def cobuys(*told: tuple[str, str, int | None, float | None]) -> pa.Table:
    rows = [
        {"id": pair_id(a, b), "a": a, "b": b, "support": n, "lift": lift, "source": "co-buy"}
        for a, b, n, lift in told
    ]
    return pa.Table.from_pylist(rows, COBUY)


def capped(told: pa.Table, cap: int) -> list[str]:
    setting = {"max_per_product": cap}
    kept = answer(pairs.CAPPED, setting, pairs=told)
    left = answer(pairs.CAPPED_REJECTED, setting, pairs=told)
    assert kept.schema == COBUY and told.num_rows == kept.num_rows + left.num_rows
    assert set(reasons(left)) <= {"over the cap per product"}
    return list(kept["id"].to_pylist())


def test_a_product_keeps_its_strongest_pairs() -> None:
    told = cobuys(("A", "B", 5, 1.0), ("A", "C", 9, 1.0), ("A", "D", 5, 2.0), ("A", "E", None, 9.0))
    assert capped(told, 3) == ["A~B", "A~C", "A~D"]
    assert capped(told, 2) == ["A~C", "A~D"]
    assert capped(told, 1) == ["A~C"]


def test_a_pair_must_be_strong_for_both_its_products() -> None:
    told = cobuys(("A", "B", 1, 1.0), ("B", "C", 9, 1.0))
    assert capped(told, 1) == ["B~C"]


def test_ties_are_broken_by_the_other_products_id() -> None:
    told = cobuys(*(("X", other, None, None) for other in ("D", "B", "C", "A")))
    assert capped(told, 2) == ["A~X", "B~X"]


ENDS = st.sampled_from(list(itertools.combinations("ABCDEFG", 2)))
STRENGTH = st.tuples(st.none() | st.integers(1, 4), st.none() | st.sampled_from([0.5, 1.0, 2.0]))


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(ENDS, STRENGTH), st.integers(1, 4), st.randoms(use_true_random=False))
def test_no_product_keeps_more_pairs_than_the_cap(
    told: dict[tuple[str, str], tuple[int | None, float | None]], cap: int, turn: random.Random
) -> None:
    made = [(a, b, support, lift) for (a, b), (support, lift) in told.items()]
    kept = capped(cobuys(*made), cap)
    ends = Counter(end for name in kept for end in name.split("~"))
    assert max(ends.values(), default=0) <= cap
    assert kept == sorted(kept)

    def top(product: str) -> set[str]:
        ranked = sorted(
            (-(support or 0), -(lift or 0), b if a == product else a, pair_id(a, b))
            for a, b, support, lift in made
            if product in (a, b)
        )
        return {name for *_, name in ranked[:cap]}

    assert set(kept) == {name for a, b, *_ in made if (name := pair_id(a, b)) in top(a) & top(b)}
    turn.shuffle(made)
    assert capped(cobuys(*made), cap) == kept


# ---- Real orders


def real_rows(path: Path) -> Iterator[pa.RecordBatch]:
    with duckdb.connect() as con:
        yield from read_rows(con, open_file(path), 50_000)


@pytest.mark.data
def test_pairs_of_adventureworks_are_those_counted_from_its_orders(
    data: Callable[[str], Path],
) -> None:
    """2,040 pairs; orders together, and lift to three digits, of every one of them."""
    folder = data("adventureworks")
    columns = {"order": "order_number", "product": "sku"}
    read = [
        pairs.read_orders(batch, columns, "f") for batch in real_rows(folder / "order_lines.csv")
    ]
    lines = pa.concat_tables([outcome.tables["lines"] for outcome in read])
    assert lines.num_rows == 56_046 == sum(outcome.seen for outcome in read)
    texts = (folder / "products.jsonl").read_text(encoding="utf-8").splitlines()
    strong, dropped = mined(
        lines, products_of(*(json.loads(text)["sku"] for text in texts)), max_order_size=1000
    )
    assert not dropped
    with (folder / "cobuy_pairs.csv").open(encoding="utf-8", newline="") as file:
        expected = {
            (*sorted((row["sku_a"], row["sku_b"])),): (int(row["orders_together"]), row["lift"])
            for row in csv.DictReader(file)
        }
    found = by_pair(strong)
    assert len(expected) == 2040 and found.keys() == expected.keys()
    for pair, (together, lift) in expected.items():
        assert found[pair][0] == together
        assert found[pair][1] == pytest.approx(float(lift), abs=0.000501)
