"""Cheap rules.

- A claim becomes a statement, or is left out under the first reason that fits.
- Each rule has its example and its near miss: a product's kind is no copied title.
- Two wordings of one intention have one id; the statement key joins pair, relation, intention.
- What is said of everything says nothing: generic = share of co-buys x entropy of categories.
- in = out + dropped, whatever the order of rows.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mindgraph.intentions.sifting import GENERIC, SPECIFIC, sift
from mindgraph.reasons import REASONS
from mindgraph.records import CLAIM, COBUY, PRODUCT, REJECTED, STATEMENT, intention_id
from mindgraph.text import merge_key

CON = duckdb.connect(config={"threads": 1})

SIFTED = pa.schema(
    [*CLAIM, ("title_a", pa.string()), ("title_b", pa.string()), ("kept", pa.bool_())]
)
CLAIMED: Mapping[str, Any] = {
    "a": "A1",
    "b": "B2",
    "pair": "A1~B2",
    "relation": "usedFor",
    "text": "they are both used for brewing coffee.",
    "typicality": 0.5,
    "file": "in.csv",
    "row": 7,
    "title_a": "Steel travel mug with a lid",
    "title_b": "Tripp Lite USB 2.0 Hi-Speed Active Extension Repeater Cable",
    "kept": True,
}


def sifted(*claims: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """Statements and rejected rows of some claims, each given by what is special about it."""
    batch = pa.RecordBatch.from_pylist([{**CLAIMED, **claim} for claim in claims], SIFTED)
    outcome = sift(batch, max_words=40, title_share=0.8)
    said, left = outcome.tables["statements"], outcome.tables["rejected"]
    assert (said.schema, left.schema) == (STATEMENT, REJECTED)
    assert outcome.seen == len(claims) == said.num_rows + left.num_rows
    assert set(left["reason"].to_pylist()) <= set(REASONS)
    return said.to_pylist(), left.to_pylist()


def statement(text: str, relation: str = "usedFor", **claim: Any) -> dict[str, Any]:
    (found,), _ = sifted({"text": text, "relation": relation, **claim})
    return found


def reason(text: str, relation: str = "usedFor", **claim: Any) -> str | None:
    """Why a claim of that text is left out; None where it is not."""
    _, left = sifted({"text": text, "relation": relation, **claim})
    return left[0]["reason"] if left else None


# ---- Statements


def test_a_claim_that_passes_is_a_statement() -> None:
    intention = intention_id(merge_key("brewing coffee"))
    found = statement(CLAIMED["text"], agreement=1.0, plausibility=0.25)
    assert found == {
        "id": f"A1~B2-usedFor-{intention}",
        "pair": "A1~B2",
        "relation": "usedFor",
        "intention": intention,
        "tail": "brewing coffee",
        "surface": "they are both used for brewing coffee.",
        "agreement": 1.0,
        "typicality": 0.5,
        "plausibility": 0.25,
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("used for brewing coffee", "They are both used for Coffee Brewing."),
        ("used for keeping his jewellery", "used for keeping their jewelry"),
        ("used for charging a phone", '"used for charging phones"'),
    ],
)
def test_two_wordings_of_one_intention_have_one_id(one: str, other: str) -> None:
    assert statement(one)["id"] == statement(other)["id"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("used for tea with milk", "used for tea without milk"),
        ("used for 2 people", "used for 4 people"),
        ("used for his wife", "used for his son"),
        ("used for it", "used for them"),
    ],
)
def test_two_intentions_have_two_ids(one: str, other: str) -> None:
    assert statement(one)["intention"] != statement(other)["intention"]


def test_one_intention_under_two_relations_is_two_statements() -> None:
    one, other = statement("camping", "usedFor"), statement("camping", "relatedTo")
    assert one["intention"] == other["intention"]
    assert one["id"] != other["id"]


def test_no_claims_are_no_statements() -> None:
    assert sifted() == ([], [])


# ---- Pair


def test_a_claim_about_a_pair_that_was_not_kept_is_left_out() -> None:
    assert reason(CLAIMED["text"], kept=False, title_a=None, title_b=None) == "pair not kept"


def test_the_first_reason_that_fits_is_the_one_told() -> None:
    title = "tea " * 50
    claim: dict[str, Any] = {"kept": False, "title_a": title}
    told = []
    for change in (
        {"text": f"PersonX {title} and"},
        {"kept": True},
        {"text": f"PersonX {title}"},
        {"text": title},
        {"text": "tea " * 20},
    ):
        claim |= change
        told.append(reason(**claim))
    assert told == [
        "pair not kept",
        "incomplete",
        "template left over",
        "too long",
        "copied from the title",
    ]


# ---- Incomplete


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "they are both used for",
        "used for camping and",
        "used for the",
        "used for keeping tea...",
        '"used for keeping tea..."',
        "used for keeping tea…",
        "used for camping,",
        "used for camping (",
        "used for camping -",
        "used for the following: ",
        "used for camping because",
    ],
)
def test_a_text_that_breaks_off_is_incomplete(text: str) -> None:
    assert reason(text) == "incomplete"


@pytest.mark.parametrize(
    "text",
    [
        "used for camping.",
        "used for a gift for her",
        "used for camping (in winter)",
        "used for tea, coffee, etc.",
        "used for the end",
        "used for forays",
        "used for A-ha",
        "used for C++",
        "used for 7",
    ],
)
def test_a_whole_thought_is_complete(text: str) -> None:
    assert reason(text) is None


# ---- Template left over


@pytest.mark.parametrize(
    "text",
    [
        "used for <image>",
        "used for [relation] at home",
        "used for [] at home",
        "used for {product_name}",
        "PersonX likes tea",
        "used for what person x likes",
        "used for Item A and tea",
        "used for tea with product B",
        "used for item b",
        "As an AI model I like tea",
        "I'm sorry, tea is unknown",
        "I’m sorry, tea is unknown",
        "I am sorry to say so",
        "I cannot tell",
        "I can't tell",
        "I can’t tell",
        "assistant: tea",
        "USER: tea",
    ],
)
def test_words_of_a_template_are_left_over(text: str) -> None:
    assert reason(text) == "template left over"


@pytest.mark.parametrize(
    "text",
    [
        "used for a product a child can use",
        "used for an item a day",
        "used for a person who camps",
        "used for a kitchen assistant",
        "used for the user: young or old",
        "used for boxes [12 oz]",
        "used for a <3 note",
        "used for what he is sorry about losing",
        "used for a trip as an aid",
        "used for cans I can open",
        "used for cats that cannot see",
        "used for product bundles",
    ],
)
def test_such_words_in_a_sentence_of_their_own_are_not(text: str) -> None:
    assert reason(text) is None


# ---- Too long


def test_a_text_may_be_as_long_as_the_config_says() -> None:
    assert reason("used for" + " tea" * 40) is None
    assert reason("used for" + " tea" * 41) == "too long"


# ---- Copied from the title


@pytest.mark.parametrize(
    "text",
    [
        "used for Steel travel mug with a lid",
        "used for TRAVEL MUG WITH A LID.",
        "used for a lid with a travel mug of steel",
        "used for Active Extension Repeater Cable",
        "used for USB 2.0 Hi-Speed",
    ],
)
def test_a_long_run_or_most_words_of_a_title_are_a_copy(text: str) -> None:
    assert reason(text) == "copied from the title"


@pytest.mark.parametrize(
    "text",
    [
        "used for travel mug",
        "used for extension repeater cable",  # the product's kind in three words
        "used for a travel mug of any steel",  # four words of six
        "used for USB cables that extend",
        "used for keeping a mug hot with lid",
    ],
)
def test_a_kind_of_product_and_its_own_words_are_no_copy(text: str) -> None:
    assert reason(text) is None


def test_the_title_of_either_product_counts_and_a_missing_one_does_not() -> None:
    text = "used for USB 2.0 Hi-Speed Active"
    assert reason(text) == "copied from the title"
    swapped = {"title_a": CLAIMED["title_b"], "title_b": CLAIMED["title_a"]}
    assert reason(text, **swapped) == "copied from the title"
    assert reason(text, title_b=None) is None
    assert reason(text, title_a="", title_b="") is None


def test_how_much_of_a_title_is_a_copy_is_a_setting() -> None:
    claim = {
        **CLAIMED,
        "text": "lid of travel mug of any steel",
        "title_a": "Steel mug travel lid set",
    }
    batch = pa.RecordBatch.from_pylist([claim], SIFTED)
    left = [sift(batch, 40, share).tables["rejected"].num_rows for share in (0.8, 0.9)]
    assert left == [1, 0]


# ---- Any claim

PIECE = st.sampled_from(
    [
        "used for",
        "they both are",
        "tea",
        "the",
        "PersonX",
        "<image>",
        "...",
        "steel travel mug",
        "12",
    ]
)
ANY = st.fixed_dictionaries(
    {
        "text": st.lists(PIECE, max_size=6).map(" ".join) | st.text(max_size=20),
        "relation": st.sampled_from(["usedFor", "other", "open", "can"]),
        "kept": st.booleans(),
        "title_a": st.sampled_from([None, "", "Steel travel mug with 12 cups of tea"]),
        "row": st.integers(1, 99) | st.none(),
    }
)


@settings(max_examples=80, deadline=None)
@given(st.lists(ANY, max_size=6))
def test_every_claim_is_a_statement_or_is_told(claims: list[dict[str, Any]]) -> None:
    said, left = sifted(*claims)
    assert all(row["tail"] in row["surface"] and row["tail"] for row in said)
    passing = Counter(row["text"] for row in claims)
    assert Counter([row["surface"] for row in said]) <= passing
    told = [row for row in left if row["reason"] == "pair not kept"]
    assert len(told) == sum(not row["kept"] for row in claims)
    alone = [sifted(claim)[0] for claim in claims]
    assert said == [row for rows in alone for row in rows]


# ---- Generic intentions

CATEGORIES = {"k1": "Kitchen", "k2": "Kitchen", "o1": "Outdoor", "o2": "Outdoor", "g1": "Garden"}
BARE = {"n1": None, "n2": None}
PAIRS = {"P1": ("k1", "k2"), "P2": ("k1", "o1"), "P3": ("o1", "o2"), "P4": ("g1", "n1")}
BY_HAND = {
    # Kitchen and Outdoor once each: one bit; in two of four pairs
    "gift": ({"P1", "P3"}, 0.5 * 1),
    # Kitchen twice, Outdoor twice: one bit; in three of four pairs
    "warm": ({"P1", "P2", "P3"}, 0.75 * 1),
    # Kitchen 2, Outdoor 2, Garden 1 of five: 2 * 0.4 ld 2.5 + 0.2 ld 5 bits; in every pair
    "good": ({"P1", "P2", "P3", "P4"}, 2 * 0.4 * math.log2(2.5) + 0.2 * math.log2(5)),
    # one category: no bit
    "tea": ({"P1"}, 0.0),
}


def stated(told: Mapping[str, set[str]], relations: tuple[str, ...] = ("usedFor",)) -> list[Any]:
    return [
        {
            "id": f"{pair}-{relation}-{intention}",
            "pair": pair,
            "relation": relation,
            "intention": intention,
            "tail": intention,
            "surface": f"used for {intention}",
        }
        for intention, pairs in told.items()
        for pair in sorted(pairs)
        for relation in relations
    ]


def generic(
    statements: list[Any],
    score: float,
    min_pairs: int = 1,
    pairs: Mapping[str, tuple[str, str]] = PAIRS,
    categories: Mapping[str, str | None] = {**CATEGORIES, **BARE},
) -> set[str]:
    """The intentions left out as generic, after all rows have been accounted for."""
    ends = [{"id": name, "a": a, "b": b} for name, (a, b) in pairs.items()]
    products = [{"id": name, "category": category} for name, category in categories.items()]
    tables = {
        "statements": pa.Table.from_pylist(statements, STATEMENT),
        "pairs": pa.Table.from_pylist(ends, COBUY),
        "products": pa.Table.from_pylist(products, PRODUCT),
        "settings": pa.table({"generic_score": [score], "generic_min_pairs": [min_pairs]}),
    }
    for name, table in tables.items():
        CON.register(name, table)
    kept, left = (CON.sql(sql).to_arrow_table() for sql in (SPECIFIC, GENERIC))
    assert kept.schema == STATEMENT and left.schema.names == REJECTED.names
    assert set(left["reason"].to_pylist()) <= {"generic"} <= set(REASONS)
    assert kept.num_rows + left.num_rows == len(statements)
    gone = {text.removeprefix("used for ") for text in left["detail"].to_pylist()}
    assert not gone & set(kept["intention"].to_pylist())
    return gone


@pytest.mark.parametrize("name", BY_HAND)
def test_the_score_is_that_reckoned_by_hand(name: str) -> None:
    statements = stated({name: BY_HAND[name][0]})
    score = BY_HAND[name][1]
    assert generic(statements, score - 1e-5) == {name}
    assert generic(statements, score + 1e-5) == set()


def test_only_what_is_said_of_everything_is_generic() -> None:
    statements = stated({name: pairs for name, (pairs, _) in BY_HAND.items()})
    assert generic(statements, 0.9) == {"good"}
    assert generic(statements, 0.6) == {"good", "warm"}
    assert generic(statements, 0.1) == {"good", "warm", "gift"}


def test_few_pairs_are_never_generic() -> None:
    statements = stated({name: pairs for name, (pairs, _) in BY_HAND.items()})
    assert generic(statements, 0.1, min_pairs=3) == {"good", "warm"}
    assert generic(statements, 0.1, min_pairs=5) == set()


def test_a_pair_counts_once_however_often_it_says_so() -> None:
    told = {"gift": BY_HAND["gift"][0]}
    statements = stated(told, ("usedFor", "isA", "can")) * 2
    assert generic(statements, 0.5 - 1e-5, min_pairs=2) == {"gift"}
    assert generic(statements, 0.5 + 1e-5) == set()
    assert generic(statements, 0.1, min_pairs=3) == set()


def test_without_categories_nothing_is_generic() -> None:
    bare = dict.fromkeys({**CATEGORIES, **BARE})
    statements = stated({"good": set(PAIRS)})
    assert generic(statements, 0.0, categories=bare) == set()


def test_a_product_without_a_category_is_left_out_of_the_reckoning() -> None:
    pairs = {"P1": ("k1", "n1"), "P2": ("n2", "o1"), "P3": ("n1", "n2")}
    statements = stated({"gift": set(pairs)})
    assert generic(statements, 1 - 1e-5, pairs=pairs) == {"gift"}
    assert generic(statements, 1 + 1e-5, pairs=pairs) == set()


def test_no_statements_are_none_left_out() -> None:
    assert generic([], 0.0) == set()


def reckoned(told: Mapping[str, set[str]]) -> dict[str, float]:
    """Share of co-buys times entropy in bits, as the words say it."""
    scores = {}
    for name, pairs in told.items():
        spread: dict[str, int] = defaultdict(int)
        for pair in pairs:
            for category in {CATEGORIES[end] for end in PAIRS[pair] if end in CATEGORIES}:
                spread[category] += 1
        shares = [n / sum(spread.values()) for n in spread.values()]
        scores[name] = len(pairs) / len(PAIRS) * -sum(p * math.log2(p) for p in shares)
    return scores


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.sets(st.sampled_from(sorted(PAIRS)), min_size=1), max_size=6
    ),
    st.floats(0.01, 1.6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rows_does_not_matter(
    told: dict[str, set[str]], bound: float, turn: random.Random
) -> None:
    scores = reckoned(told)
    assume(all(abs(score - bound) > 1e-5 for score in scores.values()))
    statements = stated(told)
    expected = {name for name, score in scores.items() if score >= bound}
    assert generic(statements, bound) == expected
    turn.shuffle(statements)
    assert generic(statements, bound) == expected
