"""What a model is told before it is asked.

- A card says all the model may know of a product, and reads the same for equal products.
- A pair has one prefix, of its cards or of a prompt with pictures; where a picture lies is no part.
- A pair whose feature failed waits, and is counted as waiting.
- A question's key is made of all that decides its answer, and of nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.intentions.prefixes import (
    CARD,
    Showing,
    cards,
    feature_requests,
    intention_requests,
    of_cards,
    of_pairs,
    of_products,
)
from mindgraph.intentions.prompts import (
    Shown,
    feature_prefix,
    feature_suffix,
    intention_suffix,
    load_prompts,
    pair_prefix,
)
from mindgraph.intentions.replies import PREFIX, REQUEST, parts_of
from mindgraph.models import ModelInfo, Part, Sampling, prefix_digest, request_key
from mindgraph.products.pictures import picture_file
from mindgraph.reasons import REASONS
from mindgraph.records import REJECTED, Outcome
from tests.speaker import Speaker

PROMPTS, PAPERS = load_prompts("mindgraph"), load_prompts("mind")
HERE = Showing(partial(picture_file, Path("pictures")), 2048)

Rows = list[dict[str, Any]]


def batch_of(rows: Rows, schema: pa.Schema | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema)


# ---- Cards

MUG: Mapping[str, Any] = {
    "id": "A1",
    "title": "Bol à thé",
    "description": "Keeps tea hot.",
    "categories": ["Kitchen > Mugs", "Gifts"],
    "brand": "Alder",
    "attributes": '{"size": ["L"], "color": ["red", "blue"]}',
    "colors": ["#112233"],
}


def card(**change: Any) -> str:
    outcome = cards(batch_of([{**MUG, **change}]))
    assert outcome.seen == 1
    assert outcome.tables["cards"].schema == CARD
    (found,) = outcome.tables["cards"].to_pylist()
    assert found["product"] == {**MUG, **change}["id"]
    return str(found["card"])


def test_a_card_is_canonical_json_of_what_is_known() -> None:
    assert json.loads(card()) == {
        "title": "Bol à thé",
        "description": "Keeps tea hot.",
        "categories": ["Kitchen > Mugs", "Gifts"],
        "brand": "Alder",
        "attributes": {"size": ["L"], "color": ["red", "blue"]},
        "colors": ["#112233"],
    }
    assert card() == json.dumps(json.loads(card()), ensure_ascii=False, sort_keys=True)
    assert "Bol à thé" in card()


@pytest.mark.parametrize("name", ["description", "categories", "brand", "attributes", "colors"])
def test_what_is_not_known_is_not_on_the_card(name: str) -> None:
    assert name not in json.loads(card(**{name: None}))
    empty = "{}" if name == "attributes" else [] if name in ("categories", "colors") else ""
    assert name not in json.loads(card(**{name: empty}))


def test_equal_products_have_equal_cards() -> None:
    turned = '{"color": ["red", "blue"], "size": ["L"]}'
    assert card(id="B2", attributes=turned) == card()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Bowl"},
        {"description": None},
        {"categories": ["Gifts"]},
        {"brand": "Birch"},
        {"attributes": None},
        {"colors": ["#332211"]},
    ],
)
def test_a_product_that_differs_has_another_card(change: dict[str, Any]) -> None:
    assert card(**change) != card()


# ---- Prefixes of cards

CARDS: Mapping[str, Any] = {
    "item": "A~B",
    "card_a": "{a}",
    "card_b": "{b}",
    "title_a": "Mug",
    "title_b": "Tea",
}


def prefixes_in(outcome: Outcome) -> Rows:
    """The prefixes of an outcome, after its rows and their digests have been checked."""
    table = outcome.tables["prefixes"]
    left = outcome.tables.get("rejected", REJECTED.empty_table())
    assert table.schema == PREFIX
    assert left.schema == REJECTED
    assert outcome.seen == table.num_rows + left.num_rows
    found: Rows = table.to_pylist()
    assert all(row["digest"] == prefix_digest(parts_of(row)) for row in found)
    return found


def carded(*changes: dict[str, Any]) -> Rows:
    return prefixes_in(of_cards(batch_of([{**CARDS, **change} for change in changes])))


def test_a_pair_of_cards_is_told_in_two_parts_with_its_titles() -> None:
    (row,) = carded({})
    assert parts_of(row) == (Part("text", "{a}"), Part("text", "{b}"))
    assert (row["item"], row["title_a"], row["title_b"]) == ("A~B", "Mug", "Tea")


@pytest.mark.parametrize("side", ["card_a", "card_b"])
def test_another_card_is_another_prefix(side: str) -> None:
    one, other = carded({}, {side: "{changed}"})
    assert one["digest"] != other["digest"]


def test_the_two_cards_of_a_pair_cannot_run_into_each_other() -> None:
    found = carded(
        {"card_a": "ab", "card_b": "c"},
        {"card_a": "a", "card_b": "bc"},
        {"card_a": "c", "card_b": "ab"},
    )
    assert len({row["digest"] for row in found}) == 3


def test_the_pairs_own_id_is_no_part_of_the_prefix() -> None:
    one, other = carded({}, {"item": "X~Y"})
    assert one["digest"] == other["digest"]


# ---- Prefixes with pictures

MUG_PICTURE = {"sha256": "aa", "path": "mug.jpg", "at": None}
TEA_PICTURE = {"sha256": "bb", "path": "https://tea.example/1", "at": "fetched/bb"}
PICTURE = pa.struct([(name, pa.string()) for name in MUG_PICTURE])

PAIR: Mapping[str, Any] = {
    "item": "A1~B2",
    "failed": None,
    "title_a": "Camp Mug",
    "feature_a": "A steel mug.",
    "picture_a": MUG_PICTURE,
    "title_b": "Green Tea",
    "feature_b": "Forty bags.",
    "picture_b": TEA_PICTURE,
}
PAIR_COLUMNS = pa.schema(
    [(name, PICTURE if name.startswith("picture") else pa.string()) for name in PAIR]
)
PRODUCT = ("item", "title_a", "picture_a")
PRODUCT_COLUMNS = pa.schema([PAIR_COLUMNS.field(name) for name in PRODUCT])


def product(showing: Any = HERE, prompts: Any = PROMPTS, **change: Any) -> dict[str, Any]:
    told = {name: PAIR[name] for name in PRODUCT} | {"item": "A1"} | change
    batch = batch_of([told], PRODUCT_COLUMNS)
    (row,) = prefixes_in(of_products(batch, prompts, showing))
    return row


def pair(showing: Any = HERE, prompts: Any = PROMPTS, **change: Any) -> dict[str, Any]:
    (row,) = prefixes_in(of_pairs(batch_of([{**PAIR, **change}], PAIR_COLUMNS), prompts, showing))
    return row


def pictures(row: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(part.value, part.at) for part in parts_of(row) if part.kind == "image"]


def test_a_product_is_told_by_its_picture_and_its_title() -> None:
    row = product()
    shown = Shown("Camp Mug", picture=("aa", "", 2048))
    assert parts_of(row) == feature_prefix(PROMPTS, shown)
    assert pictures(row) == [("aa", str(Path("pictures/mug.jpg")))]
    assert (row["item"], row["title_a"], row["title_b"]) == ("A1", "Camp Mug", None)


def test_a_pair_is_told_by_both_pictures_titles_and_features() -> None:
    row = pair()
    mug = Shown("Camp Mug", "A steel mug.", ("aa", "", 2048))
    tea = Shown("Green Tea", "Forty bags.", ("bb", "", 2048))
    assert parts_of(row) == pair_prefix(PROMPTS, mug, tea)
    assert pictures(row) == [
        ("aa", str(Path("pictures/mug.jpg"))),
        ("bb", str(Path("fetched/bb"))),
    ]
    assert (row["title_a"], row["title_b"]) == ("Camp Mug", "Green Tea")


@pytest.mark.parametrize("made", [product, pair])
def test_where_pictures_are_not_wanted_none_is_shown_or_spoken_of(made: Any) -> None:
    row = made(showing=None)
    assert pictures(row) == []
    assert "picture" not in row["parts"][-1]["value"]
    assert row["digest"] != made()["digest"]


def test_a_product_without_a_picture_is_told_without_one() -> None:
    assert product(picture_a=None) == product(showing=None)
    assert [seen for seen, _ in pictures(pair(picture_a=None))] == ["bb"]
    assert [seen for seen, _ in pictures(pair(picture_b=None))] == ["aa"]
    assert pair(picture_a=None, picture_b=None) == pair(showing=None)


@pytest.mark.parametrize("made", [product, pair])
def test_where_a_picture_lies_is_no_part_of_what_is_told(made: Any) -> None:
    renamed = {**MUG_PICTURE, "path": "renamed.png"}
    moved = made(showing=Showing(partial(picture_file, Path("elsewhere")), 2048), picture_a=renamed)
    assert pictures(moved) != pictures(made())
    assert moved["digest"] == made()["digest"]
    assert parts_of(moved) == parts_of(made())


@pytest.mark.parametrize(
    "change",
    [
        {"picture_a": {**MUG_PICTURE, "sha256": "cc"}},
        {"picture_b": {**TEA_PICTURE, "sha256": "cc"}},
        {"picture_a": TEA_PICTURE, "picture_b": MUG_PICTURE},
        {"picture_a": None},
        {"title_a": "Bowl"},
        {"title_b": "Bowl"},
        {"feature_a": "A bowl."},
        {"feature_b": None},
        {"prompts": PAPERS},
    ],
)
def test_whatever_a_model_gets_to_see_decides_the_prefix(change: dict[str, Any]) -> None:
    assert pair(**change)["digest"] != pair()["digest"]


def test_a_product_without_title_or_feature_is_told_all_the_same() -> None:
    row = pair(title_a=None, feature_a=None, feature_b=None)
    assert "features" not in row["parts"][-1]["value"]
    assert row["title_a"] is None


def waiting(*failed: str | None) -> tuple[list[str], Rows]:
    """Pairs by whose feature failed: those that are told, and the rows of those that wait."""
    rows = [{**PAIR, "item": f"pair {at}", "failed": name} for at, name in enumerate(failed)]
    outcome = of_pairs(batch_of(rows, PAIR_COLUMNS), PROMPTS, HERE)
    told = [row["item"] for row in prefixes_in(outcome)]
    return told, outcome.tables["rejected"].to_pylist()


def test_a_pair_whose_feature_failed_waits_for_it() -> None:
    told, left = waiting(None, "B2", None)
    assert told == ["pair 0", "pair 2"]
    assert [(row["reason"], row["item"]) for row in left] == [("model failed", "pair 1")]
    assert "B2" in left[0]["detail"]
    assert REASONS["model failed"].is_error


@pytest.mark.parametrize("failed", [(), ("A1", "B2")])
def test_a_batch_may_hold_no_pair_that_can_be_told(failed: tuple[str, ...]) -> None:
    told, left = waiting(*failed)
    assert told == []
    assert len(left) == len(failed)


_TEXT = st.none() | st.text(max_size=20)
_PAIRS = st.fixed_dictionaries(
    {
        name: st.sampled_from([None, MUG_PICTURE, TEA_PICTURE]) if "picture" in name else _TEXT
        for name in PAIR
    }
)


@settings(deadline=None)
@given(st.lists(_PAIRS, max_size=6), st.booleans())
def test_every_pair_is_told_or_waits_whatever_is_in_it(rows: Rows, pictured: bool) -> None:
    outcome = of_pairs(batch_of(rows, PAIR_COLUMNS), PROMPTS, HERE if pictured else None)
    assert outcome.seen == len(rows)
    told = [row["item"] for row in prefixes_in(outcome)]
    assert told == [row["item"] for row in rows if not row["failed"]]


# ---- Questions

RELATIONS = ["usedFor", "isA"]
SHOWN: Rows = [{"item": "A~B", "digest": "d1"}, {"item": "A~C", "digest": "d2"}]
SAMPLING = Sampling(80, 0.2, 0.9, 7)


def model(**change: str) -> Speaker:
    speaker = Speaker()
    speaker.info = ModelInfo(**{"backend": "test", "model": "m", "revision": "1", **change})
    return speaker


def requests_in(outcome: Outcome) -> Rows:
    table = outcome.tables["requests"]
    assert table.schema == REQUEST
    assert outcome.seen == table.num_rows
    found: Rows = table.to_pylist()
    return found


def asked(
    rows: Rows = SHOWN,
    relations: list[str] = RELATIONS,
    sampling: Sampling = SAMPLING,
    prompts: Any = PROMPTS,
    **info: str,
) -> Rows:
    batch = batch_of(rows)
    return requests_in(intention_requests(batch, relations, prompts, model(**info), sampling))


def features_asked(
    rows: Rows = SHOWN, sampling: Sampling = SAMPLING, prompts: Any = PROMPTS, **info: str
) -> Rows:
    return requests_in(feature_requests(batch_of(rows), prompts, model(**info), sampling))


def keys(found: Rows) -> dict[tuple[str, str], str]:
    return {(row["item"], row["relation"]): row["key"] for row in found}


def test_every_pair_is_asked_about_every_relation() -> None:
    found = asked()
    assert [(row["item"], row["relation"], row["place"]) for row in found] == [
        ("A~B", "usedFor", 0),
        ("A~B", "isA", 1),
        ("A~C", "usedFor", 0),
        ("A~C", "isA", 1),
    ]
    assert [row["suffix"] for row in found[:2]] == [
        intention_suffix(PROMPTS, name) for name in RELATIONS
    ]
    assert len({row["key"] for row in found}) == 4
    assert {row["step"] for row in found} == {"intention"}


def test_every_product_is_asked_once_for_its_features() -> None:
    found = features_asked([{"item": "A", "digest": "d1"}, {"item": "B", "digest": "d2"}])
    assert [(row["item"], row["relation"], row["place"]) for row in found] == [
        ("A", "", 0),
        ("B", "", 0),
    ]
    assert {(row["step"], row["suffix"]) for row in found} == {("feature", feature_suffix(PROMPTS))}


@pytest.mark.parametrize("ask", [asked, features_asked])
def test_a_question_names_its_prefix_and_is_known_by_its_request_key(ask: Any) -> None:
    for row in ask():
        assert (row["prefix"], row["digest"]) in {("A~B", "d1"), ("A~C", "d2")}
        assert row["item"] == row["prefix"]
        told = (row["digest"], row["suffix"], model().info, SAMPLING)
        assert row["key"] == request_key(*told)
        assert row["key"] != request_key(*told, "judge")


def test_a_model_that_reads_cards_is_asked_by_the_bare_name() -> None:
    assert [row["suffix"] for row in asked(prompts=None)] == RELATIONS * 2


def test_a_key_does_not_depend_on_the_order_of_pairs_or_relations() -> None:
    assert keys(asked(SHOWN[::-1], RELATIONS[::-1])) == keys(asked())


@pytest.mark.parametrize("ask", [asked, features_asked])
@pytest.mark.parametrize(
    "change",
    [
        {"revision": "2"},
        {"model": "other"},
        {"prompts": PAPERS},
        {"rows": [{**row, "digest": f"{row['digest']} changed"} for row in SHOWN]},
        *(
            {"sampling": replace(SAMPLING, **{name: value})}
            for name, value in {"max_tokens": 81, "temperature": 0, "top_p": 1, "seed": 8}.items()
        ),
    ],
    ids=str,
)
def test_what_may_change_the_answer_is_another_question(ask: Any, change: dict[str, Any]) -> None:
    assert not set(keys(ask(**change)).values()) & set(keys(ask()).values())


@pytest.mark.parametrize("ask", [asked, features_asked])
def test_where_a_model_runs_does_not_change_the_question(ask: Any) -> None:
    assert keys(ask(backend="elsewhere")) == keys(ask())


def test_the_pairs_own_id_is_no_part_of_the_question() -> None:
    renamed = keys(asked([{**SHOWN[0], "item": "X~Y"}]))
    assert renamed["X~Y", "isA"] == keys(asked())["A~B", "isA"]


def test_without_prefixes_nothing_is_asked() -> None:
    batch = batch_of([], pa.schema([("item", pa.string()), ("digest", pa.string())]))
    assert requests_in(feature_requests(batch, PROMPTS, model(), SAMPLING)) == []
    assert requests_in(intention_requests(batch, RELATIONS, PROMPTS, model(), SAMPLING)) == []


def test_a_picture_shown_smaller_is_another_question() -> None:
    smaller = Showing(HERE.locate, 64)
    assert product(showing=smaller)["digest"] != product()["digest"]
    assert pair(showing=smaller)["digest"] != pair()["digest"]
