"""Asking a model.

- All that is asked of one prefix is one job; equal questions are asked once.
- What is answered is never asked again, in its own stage or ahead of it; what failed is.
- What is asked ahead follows its prefixes at once.
- A reply's row tells who answered, how it was drawn and what it took.
- Every question is answered or told as failed.
- A run's record holds all its steps, and answers the same build again, word for word.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.intentions.prefixes import intention_requests, of_cards
from mindgraph.intentions.replies import (
    ANSWERS,
    FAILED,
    JUDGED,
    PENDING,
    PENDING_BUT_AHEAD,
    PREFIX,
    RECORD,
    REPLY,
    REQUEST,
    TRACE,
    answer,
    clean_lines,
    parts_of,
)
from mindgraph.models import (
    Generator,
    Job,
    ModelInfo,
    Part,
    Reply,
    Sampling,
    Tokens,
    Trace,
    request_key,
)
from mindgraph.models.recorded import RecordedModel
from mindgraph.reasons import REASONS
from mindgraph.records import REJECTED
from tests.speaker import Speaker

CON = duckdb.connect(config={"threads": 1})

RELATIONS = ["usedFor", "isA"]
TESTER = ModelInfo("test", "m", "1")

Rows = list[dict[str, Any]]


def answered(sql: str, **tables: pa.Table) -> pa.Table:
    """What a SQL text says over small tables, under the names it reads.

    They are copied into tables of DuckDB: its 2.0 loses `error IS NULL` in an anti-join where
    that is a filter on an Arrow table. The engine reads files.
    """
    for name, table in tables.items():
        CON.register("told", table)
        CON.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM told')
    return CON.sql(sql).to_arrow_table()


class Talker:
    """A model that says what a function of relation and card says; None is a failure."""

    reads: Literal["cards", "prompts"] = "cards"
    together = 3

    def __init__(self, say: Callable[[str, str], str | None], info: ModelInfo = TESTER) -> None:
        self.info = info
        self.say = say
        self.asked: list[str] = []
        self.jobs: list[Job] = []

    def tokens(self, job: Job) -> Tokens:
        return Tokens()

    def check(self) -> None:
        """It can always answer."""

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        async for job in jobs:
            self.jobs.append(job)
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                self.asked.append(key)
                said = self.say(suffix, job.prefix[0].value)
                error = "it is asleep" if said is None else None
                yield Reply(key, said or "", "error" if error else "stop", error)


class Shop:
    """Pairs of products, what is asked of them, and the replies that have been published."""

    def __init__(self, *pairs: str, same_card: str = "", revision: str = "1") -> None:
        def card(name: str) -> str:
            return "{same}" if name in same_card else f"{{{name}}}"

        shown = [
            {"item": pair, "card_a": card(pair[0]), "card_b": card(pair[-1])} for pair in pairs
        ]
        titles = {"title_a": "Mug", "title_b": "Tea"}
        told = of_cards(pa.RecordBatch.from_pylist([{**row, **titles} for row in shown]))
        self.prefixes = told.tables["prefixes"]
        self.sampling = Sampling()
        model = Talker(lambda *_: "", replace(TESTER, revision=revision))
        (batch,) = self.prefixes.to_batches()
        self.requests = intention_requests(batch, RELATIONS, None, model, self.sampling).tables[
            "requests"
        ]
        self.replies = REPLY.empty_table()
        self.failed: Rows = []

    def pending(self) -> pa.Table:
        return answered(
            PENDING, requests=self.requests, published=self.replies, prefixes=self.prefixes
        )

    def ask(self, model: Generator) -> list[str]:
        """Ask what is pending, and publish the replies; which questions were asked."""
        pending = self.pending()
        for batch in pending.to_batches():
            outcome = answer(batch, model, self.sampling)
            assert set(outcome.tables) == {"replies"}
            assert outcome.tables["replies"].schema == REPLY
            assert outcome.seen == outcome.tables["replies"].num_rows
            self.replies = pa.concat_tables([self.replies, outcome.tables["replies"]])
        return [
            f"{row['item']} {question['relation']}"
            for row in pending.to_pylist()
            for question in row["asked"]
        ]

    def answers(self) -> list[tuple[str, str, str]]:
        """Answers by pair and relation, after answered and failed have been counted."""
        tables = {"requests": self.requests, "replies": self.replies}
        found, failed = answered(ANSWERS, **tables), answered(FAILED, **tables)
        assert found.num_rows + failed.num_rows == self.requests.num_rows
        assert failed.schema.names == REJECTED.names
        assert set(failed["reason"].to_pylist()) <= {"model failed"} <= set(REASONS)
        self.failed = failed.to_pylist()
        return [(row["item"], row["relation"], row["text"]) for row in found.to_pylist()]

    def record(self) -> pa.Table:
        return answered(RECORD, requests=self.requests, replies=self.replies)


ALWAYS = Talker(lambda relation, card: f"{relation} of {card}")


# ---- What waits for an answer


def test_all_relations_of_a_pair_are_asked_side_by_side_and_in_order() -> None:
    shop = Shop("B~C", "A~B")
    assert shop.ask(ALWAYS) == ["A~B usedFor", "A~B isA", "B~C usedFor", "B~C isA"]
    assert shop.answers() == [
        ("A~B", "usedFor", "usedFor of {A}"),
        ("A~B", "isA", "isA of {A}"),
        ("B~C", "usedFor", "usedFor of {B}"),
        ("B~C", "isA", "isA of {B}"),
    ]


def test_a_pair_is_one_job_with_its_whole_prefix() -> None:
    shop, talker = Shop("A~B", "B~C"), Talker(lambda *_: "tea")
    shop.ask(talker)
    assert [job.prefix for job in talker.jobs] == [
        (Part("text", "{A}"), Part("text", "{B}")),
        (Part("text", "{B}"), Part("text", "{C}")),
    ]
    assert {job.suffixes for job in talker.jobs} == {("usedFor", "isA")}
    assert {job.op for job in talker.jobs} == {"generate"}
    assert [key for job in talker.jobs for key in job.keys] == shop.requests["key"].to_pylist()


def test_a_row_that_waits_is_its_prefix_with_all_it_is_asked() -> None:
    shop = Shop("B~C", "A~B")
    rows = shop.pending()
    assert rows.schema.names == [*PREFIX.names, "asked", "known"]
    assert rows["item"].to_pylist() == ["A~B", "B~C"]
    prefixes = {row["item"]: row for row in shop.prefixes.to_pylist()}
    for row in rows.to_pylist():
        asked = row.pop("asked")
        assert row == {**prefixes[row["item"]], "known": None}
        assert [(question["suffix"], question["relation"]) for question in asked] == [
            ("usedFor", "usedFor"),
            ("isA", "isA"),
        ]


def test_a_job_whose_prefix_is_not_there_yet_waits_unasked_and_is_told() -> None:
    shop = Shop("A~B", "B~C")
    shop.prefixes = shop.prefixes.slice(0, 1)
    assert shop.ask(ALWAYS) == ["A~B usedFor", "A~B isA"]
    assert len(shop.answers()) == 2
    assert [row["item"] for row in shop.failed] == ["B~C", "B~C"]


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
    assert len(new.ask(Talker(ALWAYS.say, replace(TESTER, revision="2")))) == 2


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
    assert shop.failed == []
    assert shop.ask(ALWAYS) == []


def test_what_fails_twice_is_told_once() -> None:
    shop = Shop("A~B")
    for _ in range(2):
        assert len(shop.ask(Talker(lambda *_: None))) == 2
    assert shop.answers() == []
    assert len(shop.failed) == 2


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
    assert shop.ask(talker) == []
    assert len(talker.asked) == 2 == shop.record().num_rows


# ---- What is asked ahead

JUDGING = Sampling(max_tokens=1)


def many(count: int) -> Shop:
    return Shop(*(f"{chr(65 + place)}~Z" for place in range(count)))


def asks_why(model: Generator, row: Any, replies: Sequence[Reply]) -> Job | None:
    """One more question of every prefix, about all that was said of it."""
    suffix = f"{row['item']}: {', '.join(sorted(reply.text for reply in replies))}?"
    key = request_key(row["digest"], suffix, model.info, JUDGING, "judge")
    return Job(parts_of(row), (suffix,), (key,), JUDGING, "judge")


def both_asked(shop: Shop, model: Generator, ahead: Any = asks_why) -> tuple[pa.Table, pa.Table]:
    """The replies and the answers given ahead, of one batch."""
    (batch,) = shop.pending().to_batches()
    outcome = answer(batch, model, shop.sampling, ahead=ahead)
    replies, foreseen = outcome.tables["replies"], outcome.tables["ahead"]
    assert set(outcome.tables) == {"replies", "ahead"}
    assert foreseen.schema == REPLY == replies.schema
    assert outcome.seen == replies.num_rows  # what is asked ahead is counted where it belongs
    return replies, foreseen


def test_what_is_asked_ahead_follows_its_prefixes_at_once() -> None:
    shop, speaker = many(7), Speaker()
    assert speaker.together == 3
    replies, foreseen = both_asked(shop, speaker)
    assert [(job.prefix[0].value, job.op) for job in speaker.jobs] == [
        *(("{A}", "generate"), ("{B}", "generate"), ("{C}", "generate")),
        *(("{A}", "judge"), ("{B}", "judge"), ("{C}", "judge")),
        *(("{D}", "generate"), ("{E}", "generate"), ("{F}", "generate")),
        *(("{D}", "judge"), ("{E}", "judge"), ("{F}", "judge")),
        *(("{G}", "generate"), ("{G}", "judge")),
    ]
    assert (replies.num_rows, foreseen.num_rows) == (14, 7)
    assert set(replies["op"].to_pylist()) == {"generate"}
    assert {(row["op"], row["p_yes"], row["mass"]) for row in foreseen.to_pylist()} == {
        ("judge", 0.75, 0.99)
    }


@pytest.mark.parametrize("together", [1, 2, 100])
def test_how_many_are_asked_together_changes_no_reply(together: int) -> None:
    one, other = Speaker(), Speaker()
    other.together = together
    told = both_asked(many(5), one)
    assert both_asked(many(5), other) == told
    assert other.asked == one.asked


def test_a_look_ahead_gets_the_replies_of_its_own_prefix_alone() -> None:
    talker = Talker(lambda relation, card: f"{relation} of {card}")
    both_asked(many(4), talker)
    asked = [job.suffixes[0] for job in talker.jobs if job.op == "judge"]
    assert asked == [f"{name}~Z: isA of {{{name}}}, usedFor of {{{name}}}?" for name in "ABCD"]


def test_a_look_ahead_may_have_nothing_to_ask() -> None:
    speaker = Speaker()

    def only_b(model: Generator, row: Any, replies: Sequence[Reply]) -> Job | None:
        return asks_why(model, row, replies) if row["item"] == "B~Z" else None

    _, foreseen = both_asked(many(3), speaker, only_b)
    assert foreseen.num_rows == 1
    _, none = both_asked(many(3), speaker, lambda *_: None)
    assert none.num_rows == 0


def verdicts_of(speaker: Speaker) -> pa.Table:
    """What the stage of the verdicts asks: what was asked ahead, one question a pair."""
    rows = [
        question("verdict", job.suffixes[0][:3], job.suffixes[0], JUDGING)
        | {"prefix": job.suffixes[0][:3], "key": job.keys[0]}
        for job in speaker.jobs
        if job.op == "judge"
    ]
    return pa.Table.from_pylist(rows, REQUEST)


def test_what_was_answered_ahead_is_not_asked_again_and_what_failed_is() -> None:
    shop, speaker = many(4), Speaker()
    speaker.fails = lambda job, suffix: job.op == "judge" and suffix.startswith(("B", "C"))
    _, foreseen = both_asked(shop, speaker)
    assert [row["error"] for row in foreseen.to_pylist()] == [None, "too tired", "too tired", None]
    tables = {"requests": verdicts_of(speaker), "prefixes": shop.prefixes, "ahead": foreseen}
    waiting = answered(PENDING_BUT_AHEAD, published=REPLY.empty_table(), **tables)
    assert waiting["item"].to_pylist() == ["B~Z", "C~Z"]
    assert all(len(row["asked"]) == 1 for row in waiting.to_pylist())

    speaker.jobs.clear()
    speaker.fails = lambda job, suffix: suffix.startswith("C")
    outcome = answer(waiting.to_batches()[0], speaker, JUDGING, "judge")
    assert {job.op for job in speaker.jobs} == {"judge"}
    again = outcome.tables["replies"]
    waiting = answered(PENDING_BUT_AHEAD, published=again, **tables)
    assert waiting["item"].to_pylist() == ["C~Z"]

    replies = pa.concat_tables([foreseen, again])
    judged = answered(JUDGED, requests=tables["requests"], replies=replies).to_pylist()
    assert [(row["id"], row["p_yes"], row["error"]) for row in judged] == [
        ("A~Z", 0.75, None),
        ("B~Z", 0.75, None),
        ("C~Z", None, "too tired"),
        ("D~Z", 0.75, None),
    ]


def test_a_verdict_that_nobody_foresaw_waits() -> None:
    shop, speaker = many(2), Speaker()
    both_asked(shop, speaker)
    tables = {
        "requests": verdicts_of(speaker),
        "prefixes": shop.prefixes,
        "published": REPLY.empty_table(),
    }
    waiting = answered(PENDING_BUT_AHEAD, ahead=REPLY.empty_table(), **tables)
    assert waiting["item"].to_pylist() == ["A~Z", "B~Z"]


def test_a_question_without_any_reply_has_not_been_answered_yet() -> None:
    asked = pa.Table.from_pylist([question("verdict", "s1", "why?", JUDGING)], REQUEST)
    (row,) = answered(JUDGED, requests=asked, replies=REPLY.empty_table()).to_pylist()
    assert row == {
        "id": "s1",
        "p_yes": None,
        "mass": None,
        "text": None,
        "error": "not answered yet",
    }


# ---- What a reply's row holds


def test_a_reply_has_a_column_for_all_there_is_to_tell() -> None:
    told = {field.name for kind in (Reply, Trace, ModelInfo, Sampling) for field in fields(kind)}
    assert set(REPLY.names) == {*told, "op", "prefix"} - {"trace"}
    assert [name for name, _ in TRACE] == [field.name for field in fields(Trace)]


FULL = Trace(
    started="2026-01-01T00:00:00Z",
    seconds=0.25,
    attempts=3,
    tokens_in=1100,
    tokens_cached=1000,
    tokens_image=576,
    tokens_out=12,
    seed=(1 << 60) - 1,
    way="cascade",
    difference=1e-6,
    returned_model="m-0109",
    fingerprint="fp",
    engine="test 1.0",
)


class Traced(Talker):
    """A model whose replies all have the trace it is given."""

    def __init__(self, trace: Trace) -> None:
        super().__init__(lambda *_: "tea")
        self.trace = trace

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        async for reply in super().run(jobs):
            yield replace(reply, trace=self.trace)


@pytest.mark.parametrize("trace", [FULL, Trace()], ids=["all of it", "nothing"])
def test_a_trace_is_kept_as_it_was_told(trace: Trace) -> None:
    shop = Shop("A~B")
    shop.ask(Traced(trace))
    for row in shop.replies.to_pylist():
        assert {name: row[name] for name in asdict(trace)} == asdict(trace)


def test_a_reply_tells_how_it_was_drawn_and_its_own_seed() -> None:
    shop = Shop("A~B")
    shop.sampling = Sampling(77, 0.5, 0.9, seed=8)
    shop.ask(Traced(replace(FULL, seed=99)))
    row = shop.replies.to_pylist()[0]
    assert (row["max_tokens"], row["temperature"], row["top_p"]) == (77, 0.5, 0.9)
    assert (row["seed"], row["op"]) == (99, "generate")


def test_replies_say_who_answered_and_are_clean() -> None:
    shop = Shop("A~B")
    shop.ask(Talker(lambda *_: " tea\x00 \r\n\n  for  two \n", ModelInfo("here", "m", "1")))
    reply = shop.replies.to_pylist()[0]
    assert (reply["text"], reply["finish_reason"], reply["error"]) == (
        "tea\n\nfor two",
        "stop",
        None,
    )
    assert (reply["backend"], reply["model"], reply["revision"]) == ("here", "m", "1")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ""),
        ("\n \n", ""),
        ("tea", "tea"),
        ("a\u2028b\vc", "a\nb\nc"),
        ("a\n\x00\n\nb", "a\n\nb"),
    ],
)
def test_a_reply_is_clean_lines_and_at_most_one_empty_line_between_them(
    text: str, lines: str
) -> None:
    assert clean_lines(text) == lines


@settings(deadline=None)
@given(st.text())
def test_cleaning_a_reply_twice_changes_nothing(text: str) -> None:
    assert clean_lines(clean_lines(text)) == clean_lines(text)


# ---- Answered or failed

_SAID = st.tuples(
    st.integers(0, 4),
    st.sampled_from(["", "tea", "cups"]),
    st.sampled_from([None, "asleep", "ill"]),
)


def rows_of(said: Sequence[tuple[int, str, str | None]], keys: Sequence[str]) -> pa.Table:
    rows = [
        {"key": keys[place], "text": text, "error": error, "finish_reason": "stop"}
        for place, text, error in said
    ]
    return pa.Table.from_pylist(rows, REPLY)


@settings(max_examples=30, deadline=None)
@given(st.lists(_SAID, max_size=8), st.randoms())
def test_every_question_is_answered_or_failed_whatever_was_replied(
    said: list[tuple[int, str, str | None]], turn: random.Random
) -> None:
    shop = Shop("A~X", "B~X", "C~X", same_card="AB")
    keys = sorted(set(shop.requests["key"].to_pylist()))
    shop.replies = rows_of(said, [*keys, "of no question"])
    found = shop.answers()
    good = {shop.replies["key"][at].as_py() for at, reply in enumerate(said) if reply[2] is None}
    assert len(found) == sum(key in good for key in shop.requests["key"].to_pylist())
    waiting = [question["key"] for row in shop.pending().to_pylist() for question in row["asked"]]
    assert sorted(waiting) == [key for key in keys if key not in good]
    turned = turn.sample(said, len(said))
    shop.replies = rows_of(turned, [*keys, "of no question"])
    assert shop.answers() == found


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


def question(
    step: str, item: str, suffix: str, sampling: Sampling, op: str = "judge"
) -> dict[str, Any]:
    """A row of REQUEST about the prefix that is called like its digest."""
    return {
        "step": step,
        "key": request_key("d1", suffix, Speaker().info, sampling, op),
        "item": item,
        "prefix": "d1",
        "digest": "d1",
        "relation": "" if step == "feature" else "isA",
        "suffix": suffix,
        "place": 0,
    }


STEPS: dict[str, tuple[str, Sampling, Literal["generate", "judge"]]] = {
    "feature": ("Describe this product.", Sampling(256), "generate"),
    "intention": ("they both are a type of", Sampling(80), "generate"),
    "verdict": ("Yes or No?", JUDGING, "judge"),
    "spoken verdict": ("Yes or No?", Sampling(120), "generate"),
}


def distilled(speaker: Speaker) -> pa.Table:
    """The record of a run that asks one question in each step."""
    parts = [{"kind": "text", "value": "both", "at": None}]
    prefix = {"item": "d1", "digest": "d1", "parts": parts, "title_a": "Mug", "title_b": "Tea"}
    prefixes = pa.Table.from_pylist([prefix], PREFIX)
    asked, told = [], []
    for step, (suffix, sampling, op) in STEPS.items():
        row = question(step, f"the {step}'s", suffix, sampling, op)
        requests = pa.Table.from_pylist([row], REQUEST)
        nothing = REPLY.empty_table()
        pending = answered(PENDING, requests=requests, published=nothing, prefixes=prefixes)
        outcome = answer(pending.to_batches()[0], speaker, sampling, op)
        asked.append(requests)
        told.append(outcome.tables["replies"])
    return answered(RECORD, requests=pa.concat_tables(asked), replies=pa.concat_tables(told))


def test_a_record_holds_every_step_and_what_each_reply_took() -> None:
    record = distilled(Speaker())
    assert record.schema.names == [
        *("step", "item", "relation"),
        *(name for name in REPLY.names if name != "error"),
    ]
    found = {row["step"]: row for row in record.to_pylist()}
    assert set(found) == set(STEPS)
    for step, (_, sampling, op) in STEPS.items():
        row = found[step]
        assert row["item"] == f"the {step}'s"
        assert len(row["prefix"]) == 64
        assert (row["op"], row["max_tokens"]) == (op, sampling.max_tokens)
        assert (row["tokens_in"], row["tokens_cached"], row["seconds"]) == (12, 2, 0.5)
        assert (row["p_yes"], row["mass"]) == ((0.75, 0.99) if op == "judge" else (None, None))
    assert found["feature"]["text"] == "A sturdy thing of steel."
    assert (found["feature"]["relation"], found["verdict"]["relation"]) == ("", "isA")


def test_a_record_of_every_step_answers_every_step_again(tmp_path: Path) -> None:
    record = distilled(Speaker())
    pq.write_table(record, tmp_path / "record.parquet")
    again: Any = RecordedModel(tmp_path / "record.parquet")
    assert again.reads == "prompts"
    same = ["step", "item", "key", "op", "text", "finish_reason", "p_yes", "mass", "model"]
    assert distilled(again).select(same) == record.select(same)


def test_a_step_that_failed_is_not_in_the_record() -> None:
    speaker = Speaker()
    speaker.fails = lambda job, suffix: job.op == "judge"
    steps = Counter(distilled(speaker)["step"].to_pylist())
    assert steps == {"feature": 1, "intention": 1, "spoken verdict": 1}
