"""What a model's answers say.

- A description of a product is its feature; a reply is one claim about its pair, or a claim a line.
- An answer that says nothing, was cut off or refuses is counted under that reason, with its text.
- Every answer is a feature, a claim, or left out.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.intentions.generation import FEATURE, claims, features
from mindgraph.intentions.prefixes import cards, intention_requests, of_cards
from mindgraph.intentions.replies import REPLY, answer, clean_lines
from mindgraph.models import Sampling
from mindgraph.models.metadata import MetadataModel
from mindgraph.reasons import REASONS
from mindgraph.records import CLAIM, REJECTED

Rows = list[dict[str, Any]]

ANSWER: dict[str, Any] = {"item": "A~B", "relation": "isA", "finish_reason": "stop"}

# What models say in place of an answer, how it ended, and what that is counted as.
UNSAID = [
    ("", "stop", "nothing said"),
    ("", "nothing", "nothing said"),
    ("N/A", "stop", "nothing said"),
    ("<think>They are both", "stop", "nothing said"),
    ("<think>They are both", "length", "incomplete"),
    ("they both are a type of", "length", "incomplete"),
    ("I'm sorry, but I cannot see the products.", "stop", "refused"),
]


# ---- Features


def seen(*answers: tuple[str, str]) -> tuple[Rows, Rows]:
    """Features and what was left out, of answers and how they ended; the first is about P0."""
    rows = [
        {**ANSWER, "item": f"P{place}", "relation": "", "text": text, "finish_reason": ended}
        for place, (text, ended) in enumerate(answers)
    ]
    outcome = features(pa.RecordBatch.from_pylist(rows))
    found, left = outcome.tables["features"], outcome.tables["rejected"]
    assert (found.schema, left.schema) == (FEATURE, REJECTED)
    assert outcome.seen == len(rows) == found.num_rows + left.num_rows
    return found.to_pylist(), left.to_pylist()


def test_a_description_is_the_feature_of_its_product() -> None:
    told = "Sure! Here is the description:\nA steel mug.\nIt keeps tea hot."
    found, left = seen(("A paper filter.", "stop"), (told, "stop"))
    assert found == [
        {"product": "P0", "feature": "A paper filter."},
        {"product": "P1", "feature": "A steel mug. It keeps tea hot."},
    ]
    assert left == []


def test_a_description_that_was_cut_off_ends_at_its_last_sentence() -> None:
    found, _ = seen(("A steel mug. It keeps te", "length"))
    assert [row["feature"] for row in found] == ["A steel mug."]


@pytest.mark.parametrize(("text", "ended", "reason"), UNSAID)
def test_a_description_that_says_nothing_is_counted_as_that(
    text: str, ended: str, reason: str
) -> None:
    found, (left,) = seen(("A steel mug.", "stop"), (text, ended))
    assert [row["product"] for row in found] == ["P0"]
    assert (left["reason"], left["item"], left["detail"]) == (reason, "P1", text)


# ---- Claims


def said(*texts: str, by_line: bool = True, **change: Any) -> tuple[Rows, Rows]:
    rows = [{**ANSWER, "a": "A", "b": "B", "text": text, **change} for text in texts]
    outcome = claims(pa.RecordBatch.from_pylist(rows), by_line)
    found, left = outcome.tables["claims"], outcome.tables["rejected"]
    assert (found.schema, left.schema) == (CLAIM, REJECTED)
    assert outcome.seen == found.num_rows + left.num_rows
    if not by_line:
        assert outcome.seen == len(rows)
    return found.to_pylist(), left.to_pylist()


def test_every_line_of_the_weight_free_models_answer_is_a_claim() -> None:
    found, left = said("a mug\na gift", "tea")
    assert [row["text"] for row in found] == ["a mug", "a gift", "tea"]
    assert left == []


@pytest.mark.parametrize("by_line", [True, False])
def test_a_claim_is_about_its_pair_and_relation_and_nobody_judged_it(by_line: bool) -> None:
    (row,), _ = said("they both are a type of mug.", by_line=by_line)
    about = {"a": "A", "b": "B", "pair": "A~B", "relation": "isA"}
    assert {name: row[name] for name in about} == about
    assert {row[name] for name in CLAIM.names[5:]} == {None}
    assert row["text"] == "they both are a type of mug."


def test_a_reply_in_prose_is_one_claim_whatever_its_lines() -> None:
    told = "Sure! Here is the answer:\n**they both are a type of mug.**\nLet me know!"
    found, left = said(told, by_line=False)
    assert [row["text"] for row in found] == ["they both are a type of mug."]
    assert left == []


def test_the_paragraph_under_the_relation_is_the_claim() -> None:
    told = "Both are sturdy.\nthey both are a type of mug."
    assert said(told, by_line=False)[0][0]["text"] == "they both are a type of mug."
    other = said(told, by_line=False, relation="madeOf")
    assert other[0][0]["text"] == "Both are sturdy."


def test_a_paragraph_without_a_stop_does_not_run_into_the_next_one() -> None:
    told = clean_lines("they both are a type of mug\n\nLet me know if you need more.")
    assert said(told, by_line=False)[0][0]["text"] == "they both are a type of mug"
    told = clean_lines("It is a steel mug\n\nWould you like more?")
    assert seen((told, "stop"))[0][0]["feature"] == "It is a steel mug"


def test_an_empty_answer_is_told_as_nothing_said() -> None:
    found, (left,) = said("", "tea")
    assert len(found) == 1
    assert (left["reason"], left["field"], left["item"]) == ("nothing said", "isA", "A~B")
    assert left["detail"] is None
    assert not REASONS["nothing said"].is_error


@pytest.mark.parametrize(("text", "ended", "reason"), UNSAID)
def test_a_reply_that_claims_nothing_is_counted_as_that(text: str, ended: str, reason: str) -> None:
    found, (left,) = said(text, by_line=False, finish_reason=ended)
    assert found == []
    assert (left["reason"], left["field"], left["item"]) == (reason, "isA", "A~B")
    assert left["detail"] == (text or None)
    assert not REASONS[reason].is_error


_REPLIES = st.lists(
    st.tuples(
        st.text(max_size=60) | st.sampled_from([text for text, _, _ in UNSAID]),
        st.sampled_from(["stop", "length", "nothing"]),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(_REPLIES)
def test_every_reply_is_said_or_left_out_under_a_known_reason(
    replies: list[tuple[str, str]],
) -> None:
    known = {"nothing said", "incomplete", "refused"}
    assert {row["reason"] for row in seen(*replies)[1]} <= known <= set(REASONS)
    for text, ended in replies:
        found, left = said(text, by_line=False, finish_reason=ended)
        assert len(found) + len(left) == 1
        assert {row["reason"] for row in left} <= known
        assert all(row["text"] for row in found)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="tea \n", max_size=12), max_size=6))
def test_every_line_counts_once_and_every_answer_without_one_too(texts: list[str]) -> None:
    found, left = said(*texts)
    lines = [line for text in texts for line in text.split("\n") if line]
    assert [row["text"] for row in found] == lines
    assert len(left) == sum(not text.strip("\n") for text in texts)


# ---- From card to claim


def test_a_whole_question_from_card_to_claim() -> None:
    shared = {
        "description": "For brewing coffee outdoors.",
        "categories": None,
        "brand": None,
        "attributes": None,
        "colors": None,
    }
    products = [
        {**shared, "id": "A1", "title": "Steel travel mug"},
        {**shared, "id": "B2", "title": "Camping stove"},
    ]
    made = cards(pa.RecordBatch.from_pylist(products)).tables["cards"]["card"].to_pylist()
    shown = {"item": "A1~B2", "card_a": made[0], "card_b": made[1], "title_a": "", "title_b": ""}
    (prefix,) = of_cards(pa.RecordBatch.from_pylist([shown])).tables["prefixes"].to_batches()
    model = MetadataModel(per_relation=3)
    asked = intention_requests(prefix, ["usedFor", "isA"], None, model, Sampling())
    questions = asked.tables["requests"].to_pylist()
    waiting = [{**prefix.to_pylist()[0], "asked": questions}]
    replies = answer(pa.RecordBatch.from_pylist(waiting), model, Sampling()).tables["replies"]
    assert replies.schema == REPLY
    assert replies["key"].to_pylist() == [row["key"] for row in questions]
    assert set(replies["error"].to_pylist()) == {None}
    found, _ = said(*replies["text"].to_pylist())
    assert found
    assert all(row["text"] for row in found)
