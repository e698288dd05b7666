"""Asking a model.

- A card says all the model may know of a product, and reads the same for equal products.
- A question's key is made of all that decides its answer, and of nothing else.
- What is answered is never asked again; what failed is; equal questions are asked once.
- A run's record answers the same build again, word for word.
- Every question is answered or told as failed; an empty answer is counted as that.
"""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mindgraph.intentions.generation import (
    ANSWERS,
    CARD,
    FAILED,
    PENDING,
    RECORD,
    REPLY,
    REQUEST,
    answer,
    cards,
    claims,
    clean_lines,
    requests,
)
from mindgraph.models import Job, ModelInfo, Reply
from mindgraph.models.metadata import MetadataModel
from mindgraph.models.recorded import RecordedModel
from mindgraph.reasons import REASONS
from mindgraph.records import CLAIM, COBUY, REJECTED

CON = duckdb.connect(config={"threads": 1})

MUG: Mapping[str, Any] = {
    "id": "A1",
    "title": "Bol à thé",
    "description": "Keeps tea hot.",
    "categories": ["Kitchen > Mugs", "Gifts"],
    "brand": "Alder",
    "attributes": '{"size": ["L"], "color": ["red", "blue"]}',
    "colors": ["#112233"],
}
RELATIONS = ["usedFor", "isA"]
TESTER = ModelInfo("test", "m", "1")


class Talker:
    """A model that says what a function of relation and card says; None is a failure."""

    def __init__(self, say: Callable[[str, str], str | None], info: ModelInfo = TESTER) -> None:
        self.info = info
        self.say = say
        self.asked: list[str] = []

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        async for job in jobs:
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                self.asked.append(key)
                said = self.say(suffix, job.prefix[0].value)
                error = "it is asleep" if said is None else None
                yield Reply(key, said or "", "error" if error else "stop", error)


def batch_of(rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema)


def answered(sql: str, **tables: pa.Table) -> pa.Table:
    """What a SQL text says over small tables, registered under the names it reads."""
    for name, table in tables.items():
        CON.register(name, table)
    return CON.sql(sql).to_arrow_table()


# ---- Cards


def card(**change: Any) -> str:
    outcome = cards(batch_of([{**MUG, **change}]))
    assert outcome.seen == 1 and outcome.tables["cards"].schema == CARD
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


# ---- Requests

SHOWN = [
    {"pair": "A~B", "card_a": "{a}", "card_b": "{b}"},
    {"pair": "A~C", "card_a": "{a}", "card_b": "{c}"},
]


def asked(
    rows: list[dict[str, Any]], relations: list[str] = RELATIONS, revision: str = "1", **info: str
) -> list[dict[str, Any]]:
    told = ModelInfo(info.get("backend", "test"), info.get("model", "m"), revision)
    outcome = requests(batch_of(rows), relations, Talker(lambda *_: "", told))
    table = outcome.tables["requests"]
    assert table.schema == REQUEST and outcome.seen == table.num_rows == len(rows) * len(relations)
    return list(table.to_pylist())


def keys(*args: Any, **options: Any) -> dict[tuple[str, str], str]:
    return {(row["pair"], row["relation"]): row["key"] for row in asked(*args, **options)}


def test_every_pair_is_asked_about_every_relation() -> None:
    found = asked(SHOWN)
    assert [(row["pair"], row["relation"], row["place"]) for row in found] == [
        ("A~B", "usedFor", 0),
        ("A~B", "isA", 1),
        ("A~C", "usedFor", 0),
        ("A~C", "isA", 1),
    ]
    assert len({row["key"] for row in found}) == 4


def test_a_key_does_not_depend_on_the_order_of_pairs_or_relations() -> None:
    assert keys(SHOWN[::-1], RELATIONS[::-1]) == keys(SHOWN)


@pytest.mark.parametrize("info", [{"revision": "2"}, {"model": "other"}])
def test_another_model_or_revision_is_another_question(info: dict[str, str]) -> None:
    assert not set(keys(SHOWN, **info).values()) & set(keys(SHOWN).values())


def test_where_a_model_runs_does_not_change_the_question() -> None:
    assert keys(SHOWN, backend="elsewhere") == keys(SHOWN)


@pytest.mark.parametrize("side", ["card_a", "card_b"])
def test_another_card_is_another_question(side: str) -> None:
    changed = [{**SHOWN[0], side: "{changed}"}]
    assert not set(keys(changed).values()) & set(keys(SHOWN).values())


def test_the_two_cards_of_a_pair_cannot_run_into_each_other() -> None:
    one = keys([{"pair": "p", "card_a": "ab", "card_b": "c"}])
    assert one != keys([{"pair": "p", "card_a": "a", "card_b": "bc"}])
    assert one != keys([{"pair": "p", "card_a": "c", "card_b": "ab"}])


def test_the_pairs_own_id_is_no_part_of_the_question() -> None:
    assert keys([{**SHOWN[0], "pair": "X~Y"}])["X~Y", "isA"] == keys(SHOWN)["A~B", "isA"]


# ---- Asking


class Shop:
    """Three products, their pairs and questions, and the replies that have been published."""

    def __init__(self, *pairs: str, same_card: str = "", revision: str = "1") -> None:
        ends = [name.split("~") for name in pairs]
        products = sorted({end for pair in ends for end in pair})
        shown = [[name, "{same}" if name in same_card else f"{{{name}}}"] for name in products]
        card_of = dict(shown)
        self.cards = pa.table(dict(zip(CARD.names, zip(*shown, strict=True), strict=True)))
        self.pairs = pa.Table.from_pylist(
            [{"id": "~".join(pair), "a": pair[0], "b": pair[1]} for pair in ends], COBUY
        )
        self.revision = revision
        rows = [
            {"pair": "~".join(pair), "card_a": card_of[pair[0]], "card_b": card_of[pair[1]]}
            for pair in ends
        ]
        self.requests = pa.Table.from_pylist(asked(rows, revision=revision), REQUEST)
        self.replies = REPLY.empty_table()
        self.failed: list[dict[str, Any]] = []

    def pending(self) -> pa.Table:
        return answered(
            PENDING,
            requests=self.requests,
            published=self.replies,
            pairs=self.pairs,
            cards=self.cards,
        )

    def ask(self, model: Any) -> list[str]:
        """Ask what is pending, and publish the replies; which questions were asked."""
        pending = self.pending()
        for batch in pending.to_batches():
            outcome = answer(batch, model)
            assert outcome.tables["replies"].schema == REPLY
            assert outcome.seen == outcome.tables["replies"].num_rows == len(batch)
            self.replies = pa.concat_tables([self.replies, outcome.tables["replies"]])
        return [f"{row['pair']} {row['relation']}" for row in pending.to_pylist()]

    def answers(self) -> list[tuple[str, str, str]]:
        """Answers by pair and relation, after answered and failed have been counted."""
        tables = {"requests": self.requests, "replies": self.replies, "pairs": self.pairs}
        found, failed = answered(ANSWERS, **tables), answered(FAILED, **tables)
        assert found.num_rows + failed.num_rows == self.requests.num_rows
        assert failed.schema.names == REJECTED.names
        assert set(failed["reason"].to_pylist()) <= {"model failed"} <= set(REASONS)
        self.failed = failed.to_pylist()
        return [(row["pair"], row["relation"], row["text"]) for row in found.to_pylist()]

    def record(self) -> pa.Table:
        return answered(RECORD, requests=self.requests, replies=self.replies)


ALWAYS = Talker(lambda relation, card: f"{relation} of {card}")


def test_all_relations_of_a_pair_are_asked_side_by_side_and_in_order() -> None:
    shop = Shop("B~C", "A~B")
    assert shop.ask(ALWAYS) == ["A~B usedFor", "A~B isA", "B~C usedFor", "B~C isA"]
    assert shop.answers() == [
        ("A~B", "usedFor", "usedFor of {A}"),
        ("A~B", "isA", "isA of {A}"),
        ("B~C", "usedFor", "usedFor of {B}"),
        ("B~C", "isA", "isA of {B}"),
    ]


def test_a_pair_is_one_job_with_both_cards() -> None:
    seen: list[tuple[str, ...]] = []

    class Listener(Talker):
        async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
            async def noted() -> AsyncIterator[Job]:
                async for job in jobs:
                    seen.append((*(part.value for part in job.prefix), *job.suffixes))
                    yield job

            async for reply in super().run(noted()):
                yield reply

    Shop("A~B", "B~C").ask(Listener(lambda *_: "tea"))
    assert seen == [("{A}", "{B}", "usedFor", "isA"), ("{B}", "{C}", "usedFor", "isA")]


def test_what_is_answered_is_not_asked_again() -> None:
    shop = Shop("A~B", "B~C")
    assert len(shop.ask(ALWAYS)) == 4
    assert shop.ask(ALWAYS) == []


def test_only_what_is_new_is_asked_when_a_catalogue_grew() -> None:
    shop, grown = Shop("A~B"), Shop("A~B", "A~C")
    shop.ask(ALWAYS)
    grown.replies = shop.replies
    assert grown.ask(ALWAYS) == ["A~C usedFor", "A~C isA"]
    assert len(grown.answers()) == 4


def test_an_answer_of_another_revision_answers_nothing() -> None:
    old, new = Shop("A~B"), Shop("A~B", revision="2")
    old.ask(ALWAYS)
    new.replies = old.replies
    assert len(new.ask(Talker(ALWAYS.say, ModelInfo("test", "m", "2")))) == 2


def test_what_failed_is_told_and_asked_again() -> None:
    shop = Shop("A~B", "B~C")
    shop.ask(Talker(lambda relation, card: None if relation == "isA" else "tea"))
    assert shop.answers() == [("A~B", "usedFor", "tea"), ("B~C", "usedFor", "tea")]
    assert sorted((row["item"], row["field"], row["detail"]) for row in shop.failed) == [
        ("A~B", "isA", "it is asleep"),
        ("B~C", "isA", "it is asleep"),
    ]
    assert shop.ask(Talker(lambda *_: "cups")) == ["A~B isA", "B~C isA"]
    assert ("A~B", "isA", "cups") in shop.answers()
    assert shop.failed == [] and shop.ask(ALWAYS) == []


def test_what_fails_twice_is_told_once() -> None:
    shop = Shop("A~B")
    for _ in range(2):
        assert len(shop.ask(Talker(lambda *_: None))) == 2
    assert shop.answers() == [] and len(shop.failed) == 2


def test_a_question_nobody_was_asked_is_told_too() -> None:
    shop = Shop("A~B")
    assert shop.answers() == []
    assert [row["detail"] for row in shop.failed] == [None, None]


def test_pairs_that_show_the_same_cards_are_asked_once_and_both_answered() -> None:
    shop = Shop("A~X", "B~X", same_card="AB")
    talker = Talker(lambda relation, card: f"{relation} no. {len(talker.asked)}")
    assert shop.ask(talker) == ["A~X usedFor", "A~X isA"]
    assert shop.answers() == [
        ("A~X", "usedFor", "usedFor no. 1"),
        ("A~X", "isA", "isA no. 2"),
        ("B~X", "usedFor", "usedFor no. 1"),
        ("B~X", "isA", "isA no. 2"),
    ]
    assert shop.ask(talker) == [] and len(talker.asked) == 2 == shop.record().num_rows


def test_replies_say_who_answered_and_are_clean() -> None:
    shop = Shop("A~B")
    shop.ask(Talker(lambda *_: " tea\x00 \r\n\n  for  two \n", ModelInfo("here", "m", "1")))
    reply = shop.replies.to_pylist()[0]
    assert (reply["text"], reply["finish_reason"], reply["error"]) == ("tea\nfor two", "stop", None)
    assert (reply["backend"], reply["model"], reply["revision"]) == ("here", "m", "1")


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", ""), ("\n \n", ""), ("tea", "tea"), ("a\u2028b\vc", "a\nb\nc"), ("a\n\x00\nb", "a\nb")],
)
def test_a_reply_is_lines_without_empty_ones(text: str, lines: str) -> None:
    assert clean_lines(text) == lines


# ---- Records


def test_a_record_answers_the_same_build_again(tmp_path: Path) -> None:
    shop, again = Shop("A~B", "B~C"), Shop("A~B", "B~C")
    shop.ask(Talker(lambda relation, card: None if relation == "isA" else f"tea\n{card}"))
    shop.ask(Talker(lambda *_: ""))
    pq.write_table(shop.record(), tmp_path / "record.parquet")
    model = RecordedModel(tmp_path / "record.parquet")
    assert model.info == TESTER
    assert again.ask(model) == ["A~B usedFor", "A~B isA", "B~C usedFor", "B~C isA"]
    assert again.answers() == shop.answers()
    assert again.record().equals(shop.record())


def test_a_record_holds_this_runs_answers_and_no_errors_in_one_order() -> None:
    shop = Shop("A~C", "A~D", "A~E", "A~F", "A~G", "B~C")
    shop.ask(Talker(lambda relation, card: None if card == "{B}" else relation))
    smaller = Shop("A~C")
    smaller.replies = shop.replies
    assert (shop.record().num_rows, smaller.record().num_rows) == (10, 2)
    turned = shop.replies.take(random.Random(3).sample(range(12), 12))
    kept = shop.record()
    shop.replies = turned
    assert shop.record().equals(kept)
    assert kept["key"].to_pylist() == sorted(kept["key"].to_pylist())
    assert set(kept["text"].to_pylist()) == {"usedFor", "isA"}


# ---- Claims


def said(*texts: str) -> tuple[list[Any], list[Any]]:
    rows = [{"pair": "A~B", "a": "A", "b": "B", "relation": "isA", "text": text} for text in texts]
    outcome = claims(batch_of(rows))
    found, left = outcome.tables["claims"], outcome.tables["rejected"]
    assert found.schema == CLAIM and outcome.seen == found.num_rows + left.num_rows
    return found.to_pylist(), left.to_pylist()


def test_every_line_of_an_answer_is_a_claim() -> None:
    found, left = said("a mug\na gift", "tea")
    assert [row["text"] for row in found] == ["a mug", "a gift", "tea"] and not left
    assert {(row["pair"], row["a"], row["b"], row["relation"]) for row in found} == {
        ("A~B", "A", "B", "isA")
    }
    assert {row["verdict"] for row in found} == {None}


def test_an_empty_answer_is_told_as_nothing_said() -> None:
    found, (left,) = said("", "tea")
    assert len(found) == 1
    assert (left["reason"], left["field"], left["item"]) == ("nothing said", "isA", "A~B")
    assert not REASONS["nothing said"].is_error


def test_a_whole_question_from_card_to_claim() -> None:
    rows = [
        {**MUG, "title": "Steel travel mug", "description": "For brewing coffee outdoors."},
        {
            **MUG,
            "id": "B2",
            "title": "Camping stove",
            "description": "For brewing coffee outdoors.",
        },
    ]
    one, other = cards(batch_of(rows)).tables["cards"]["card"].to_pylist()
    model = MetadataModel(per_relation=3)
    shown = batch_of([{"pair": "A1~B2", "card_a": one, "card_b": other}])
    questions = requests(shown, RELATIONS, model).tables["requests"].to_pylist()
    pending = batch_of([{**row, "card_a": one, "card_b": other} for row in questions])
    replies = answer(pending, model).tables["replies"].to_pylist()
    assert [reply["key"] for reply in replies] == [row["key"] for row in questions]
    assert not any(reply["error"] for reply in replies)
    found, _ = said(*(reply["text"] for reply in replies))
    assert found and all(row["text"] for row in found)
