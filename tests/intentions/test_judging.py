"""The role-aware filter.

- A statement is judged once, by its first wording, unless it was judged where it was read.
- A verdict is spoken where P(yes) says too little, where its reason is wanted, or in the paper's
  way.
- What is foreseen is what the stage of the verdicts will ask, so that it finds it answered.
- Every statement passes or is left out under a reason, with what was said against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import mindgraph
from mindgraph.intentions.generation import claims
from mindgraph.intentions.judging import (
    ANSWER,
    ANSWERED,
    JUDGING,
    UNCLEAR,
    UNJUDGED,
    VERDICT,
    Foreseen,
    Rule,
    judged,
    verdict_requests,
)
from mindgraph.intentions.prefixes import intention_requests, of_pairs
from mindgraph.intentions.prompts import filter_suffix, load_prompts
from mindgraph.intentions.replies import JUDGED, REPLY, REQUEST, clean_lines, parts_of
from mindgraph.intentions.sifting import Claim, sift
from mindgraph.models import ModelInfo, Reply, Sampling
from mindgraph.reasons import REASONS
from mindgraph.records import REJECTED, STATEMENT
from tests.speaker import Speaker

CON = duckdb.connect(config={"threads": 1})
PROMPTS, PAPERS = load_prompts("mindgraph"), load_prompts("mind")

Rows = list[dict[str, Any]]


def answered(sql: str, **tables: pa.Table) -> pa.Table:
    """What a SQL text says over small tables, copied into DuckDB under the names it reads."""
    for name, table in tables.items():
        CON.register("told", table)
        CON.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM told')
    return CON.sql(sql).to_arrow_table()


def batch_of(rows: Rows, schema: pa.Schema | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema)


def statement(key: str = "s1", **change: Any) -> dict[str, Any]:
    told = {
        "id": key,
        "pair": "A~B",
        "relation": "isA",
        "intention": f"of {key}",
        "tail": "gift",
        "surface": "they both are a type of gift",
        "agreement": None,
        "typicality": None,
        "plausibility": 0.5,
    }
    return {**told, **change}


def verdict(
    p_yes: float | None = None, mass: float | None = None, error: str | None = None, key: str = "s1"
) -> dict[str, Any]:
    """What was answered to the question for P(yes) of a statement."""
    return {"id": key, "p_yes": p_yes, "mass": mass, "text": "", "error": error}


def speech(text: str | None, error: str | None = None, key: str = "s1") -> dict[str, Any]:
    """What was answered to the question for a spoken verdict."""
    return {"id": key, "p_yes": None, "mass": None, "text": text, "error": error}


# ---- Which statements are asked about

PREFIXES = pa.table({"item": ["A~B", "A~C"], "digest": ["d1", "d2"]})


def unjudged(*statements: dict[str, Any]) -> Rows:
    table = pa.Table.from_pylist(list(statements), STATEMENT)
    found: Rows = answered(UNJUDGED, statements=table, prefixes=PREFIXES).to_pylist()
    return found


def test_a_statement_is_asked_about_on_the_prefix_of_its_pair() -> None:
    found = unjudged(statement("s2", pair="A~C"), statement("s1"))
    assert found == [
        {
            "id": key,
            "pair": pair,
            "relation": "isA",
            "digest": digest,
            "surface": "they both are a type of gift",
        }
        for key, pair, digest in [("s1", "A~B", "d1"), ("s2", "A~C", "d2")]
    ]


def test_a_statement_of_two_wordings_is_judged_once_by_the_first() -> None:
    found = unjudged(statement(surface="gifts"), statement(surface="a gift"), statement("s2"))
    assert [(row["id"], row["surface"]) for row in found] == [
        ("s1", "a gift"),
        ("s2", "they both are a type of gift"),
    ]


def test_what_was_judged_where_it_was_read_is_not_asked_about() -> None:
    assert unjudged(statement(agreement=0.0), statement("s2", agreement=1.0)) == []


def test_a_statement_of_a_pair_that_waits_for_a_feature_waits_too() -> None:
    assert unjudged(statement(pair="A~Z")) == []
    assert ruling([statement(pair="A~Z")])[2] == [("model failed", "not answered yet")]


# ---- Which verdicts are spoken

SETTINGS = {"way": "p_yes", "threshold": 0.5, "min_mass": 0.9, "reasons": False}


def unclear(given: Sequence[dict[str, Any]], *statements: dict[str, Any], **change: Any) -> Rows:
    tables = {
        "statements": pa.Table.from_pylist(list(statements or [statement()]), STATEMENT),
        "verdicts": pa.Table.from_pylist(list(given), ANSWER),
        "settings": pa.Table.from_pylist([{**SETTINGS, **change}]),
    }
    found: Rows = answered(UNCLEAR, prefixes=PREFIXES, **tables).to_pylist()
    return found


@pytest.mark.parametrize(
    ("given", "change", "spoken"),
    [
        (verdict(0.75, 0.99), {}, False),
        (verdict(0.2, 0.99), {}, False),
        (verdict(0.75, 0.9), {}, False),
        (verdict(0.75, 0.8999), {}, True),
        (verdict(0.2, 0.0), {}, True),
        (verdict(None, None), {}, True),
        (verdict(0.75, 0.8), {"min_mass": 0.7}, False),
        (verdict(None, None, "too tired"), {}, False),
        (None, {}, False),
        (verdict(0.75, 0.99), {"reasons": True}, True),
        (verdict(0.5, 0.99), {"reasons": True}, True),
        (verdict(0.49, 0.99), {"reasons": True}, False),
        (verdict(0.75, 0.99), {"reasons": True, "threshold": 0.8}, False),
        (verdict(0.2, 0.1), {"reasons": True}, True),
        (verdict(None, None, "too tired"), {"reasons": True}, False),
        (None, {"way": "paper"}, True),
        (None, {"way": "paper", "reasons": True}, True),
    ],
)
def test_a_verdict_is_spoken_where_it_is_unclear_or_wanted(
    given: dict[str, Any] | None, change: dict[str, Any], spoken: bool
) -> None:
    found = unclear([given] if given else [], **change)
    assert [row["id"] for row in found] == (["s1"] if spoken else [])


@pytest.mark.parametrize("way", ["p_yes", "paper"])
def test_what_was_judged_where_it_was_read_is_never_spoken_about(way: str) -> None:
    low = [verdict(0.75, 0.1)]
    assert unclear(low, statement(agreement=0.8), way=way, reasons=True) == []


def test_an_unclear_statement_of_two_wordings_is_asked_about_once() -> None:
    twice = (statement(surface="gifts"), statement(surface="a gift"))
    for change, told in (({}, [verdict(0.7, 0.1)]), ({"way": "paper"}, [])):
        (row,) = unclear(told, *twice, **change)
        assert row == {
            "id": "s1",
            "pair": "A~B",
            "relation": "isA",
            "digest": "d1",
            "surface": "a gift",
        }


# ---- The questions

SPEAKING = Sampling(120, 0.2, 0.9, 3)


def asked(
    *rows: dict[str, Any], op: str = "judge", sampling: Sampling = JUDGING, **change: Any
) -> Rows:
    told = list(rows) or unjudged(statement("s1"), statement("s2", pair="A~C", surface="tea"))
    speaker = Speaker()
    speaker.info = change.get("info", speaker.info)
    prompts = change.get("prompts", PROMPTS)
    outcome = verdict_requests(batch_of(told), prompts, speaker, sampling, op)
    table = outcome.tables["requests"]
    assert table.schema == REQUEST
    assert outcome.seen == table.num_rows == len(told)
    found: Rows = table.to_pylist()
    return found


def keys(found: Rows) -> dict[str, str]:
    return {row["item"]: row["key"] for row in found}


@pytest.mark.parametrize(("op", "step"), [("judge", "verdict"), ("generate", "spoken verdict")])
def test_a_question_for_a_verdict_is_about_its_statement_on_its_pairs_prefix(
    op: str, step: str
) -> None:
    one, other = asked(op=op)
    assert (one["item"], one["prefix"], one["digest"], one["step"]) == ("s1", "A~B", "d1", step)
    assert one["suffix"] == filter_suffix(PROMPTS, "isA", "they both are a type of gift")
    assert one["relation"] == "isA"
    assert (other["item"], other["prefix"], other["digest"]) == ("s2", "A~C", "d2")


@pytest.mark.parametrize(
    "change",
    [
        {"op": "generate"},
        {"prompts": PAPERS},
        {"info": ModelInfo("speaker", "speaker", "2")},
        {"info": ModelInfo("speaker", "other", "1")},
        {"sampling": replace(JUDGING, max_tokens=2)},
        {"sampling": replace(JUDGING, temperature=0.2)},
        {"sampling": replace(JUDGING, top_p=0.9)},
        {"sampling": replace(JUDGING, seed=1)},
    ],
    ids=str,
)
def test_what_may_change_a_verdict_is_another_question(change: dict[str, Any]) -> None:
    assert not set(keys(asked(**change)).values()) & set(keys(asked()).values())


@pytest.mark.parametrize("change", [{"digest": "d9"}, {"surface": "they both are a type of toy"}])
def test_another_prefix_or_wording_is_another_question(change: dict[str, str]) -> None:
    (row,) = unjudged(statement())
    assert keys(asked({**row, **change})) != keys(asked(row))


def test_neither_order_nor_ids_nor_where_a_model_runs_are_part_of_a_question() -> None:
    rows = unjudged(statement("s1"), statement("s2", pair="A~C", surface="tea"))
    assert keys(asked(*rows[::-1])) == keys(asked(*rows))
    renamed = [{**rows[0], "id": "s9", "pair": "X~Y"}]
    assert keys(asked(*renamed))["s9"] == keys(asked(*rows))["s1"]
    assert keys(asked(info=ModelInfo("elsewhere", "speaker", "1"))) == keys(asked())


# ---- What is foreseen

RELATIONS = ["usedFor", "isA", "madeOf"]
TITLES = {"title_a": "Steel travel mug with a lid", "title_b": "Paper coffee filters"}
FORESEEN = Foreseen(PROMPTS, max_words=20, title_share=0.8)


def waiting() -> dict[str, Any]:
    """A pair that was asked about every relation, as a row of PENDING."""
    told = {"item": "A~B", "failed": None, "picture_a": None, "picture_b": None, **TITLES}
    prefix = of_pairs(batch_of([told]), PROMPTS, None).tables["prefixes"]
    (batch,) = prefix.to_batches()
    requests = intention_requests(batch, RELATIONS, PROMPTS, Speaker(), Sampling())
    return {**prefix.to_pylist()[0], "asked": requests.tables["requests"].to_pylist()}


ROW = waiting()


def replied(**texts: str | Reply) -> list[Reply]:
    """Replies by relation; a text is one that ended by itself."""
    keys = {question["relation"]: question["key"] for question in ROW["asked"]}
    return [
        replace(said, key=keys[relation])
        if isinstance(said, Reply)
        else Reply(keys[relation], said)
        for relation, said in texts.items()
    ]


def foreseen(*replies: Reply) -> list[str]:
    """What is asked ahead, after the job has been looked at."""
    job = FORESEEN(Speaker(), ROW, replies)
    if job is None:
        return []
    assert (job.op, job.sampling, job.prefix) == ("judge", JUDGING, parts_of(ROW))
    assert len(job.keys) == len(job.suffixes) == len(set(job.keys)) > 0
    return list(job.suffixes)


BREWING = "they are both used for brewing coffee outdoors."
GEAR = "they both are a type of kitchen gear."


def test_each_claim_is_judged_on_the_prefix_that_is_still_at_hand() -> None:
    assert foreseen(*replied(usedFor=BREWING, isA=GEAR)) == [
        filter_suffix(PROMPTS, "usedFor", BREWING),
        filter_suffix(PROMPTS, "isA", GEAR),
    ]


def test_replies_may_come_in_any_order() -> None:
    replies = replied(usedFor=BREWING, isA=GEAR)
    assert sorted(foreseen(*replies[::-1])) == sorted(foreseen(*replies))


@pytest.mark.parametrize(
    "said",
    [
        Reply("", "", "error", "too tired"),
        Reply("", "they both are a type of mug", "error", "cut by the server"),
        "",
        "I'm sorry, but I cannot see the products.",
        Reply("", "<think>they both are a type of", "length"),
        "they both are a type of [product type].",
        "they both are a type of the",
        f"they both are a type of {'very ' * 21}good thing.",
        "they both are a type of steel travel mug with a lid.",
    ],
    ids=str,
)
def test_what_will_not_be_judged_is_not_asked_ahead(said: Any) -> None:
    assert foreseen(*replied(isA=said)) == []
    assert len(foreseen(*replied(isA=said, usedFor=BREWING))) == 1


def test_equal_questions_of_one_pair_are_asked_ahead_once() -> None:
    said = "they belong together at camp."
    asked_apart = {filter_suffix(PROMPTS, name, said) for name in RELATIONS}
    found = foreseen(*replied(usedFor=said, isA=said, madeOf=said))
    assert len(found) == len(asked_apart)


def test_without_replies_nothing_is_asked_ahead() -> None:
    assert foreseen() == []


def judged_later(replies: Sequence[Reply]) -> set[str]:
    """The request keys that later stages come to: claims, the cheap rules, questions."""
    relations = {question["key"]: question["relation"] for question in ROW["asked"]}
    rows = [
        {
            "item": "A~B",
            "a": "A",
            "b": "B",
            "relation": relations[reply.key],
            "text": clean_lines(reply.text),
            "finish_reason": reply.finish_reason,
        }
        for reply in replies
        if reply.error is None
    ]
    if not rows:
        return set()
    stated = claims(batch_of(rows), by_line=False).tables["claims"].to_pylist()
    told = [
        Claim("A~B", row["relation"], row["text"], **TITLES)._asdict()  # type: ignore[arg-type]
        for row in stated
    ]
    types = {"row": pa.int64(), "kept": pa.bool_()}
    scores = ("agreement", "typicality", "plausibility")
    columns = pa.schema(
        (name, pa.float64() if name in scores else types.get(name, pa.string()))
        for name in Claim._fields
    )
    sifted = sift(batch_of(told, columns), FORESEEN.max_words, FORESEEN.title_share)
    prefixes = pa.Table.from_pylist([{"item": "A~B", "digest": ROW["digest"]}])
    left = answered(UNJUDGED, statements=sifted.tables["statements"], prefixes=prefixes)
    return {row["key"] for row in asked(*left.to_pylist())} if left.num_rows else set()


_SAID = st.one_of(
    st.text(max_size=40),
    st.sampled_from([BREWING, GEAR, "Sure!\n**they both are\x00 a type of mug**.\n\nBye.", "None"]),
    st.text(alphabet="a gift for\n.<>\"'*“”…", max_size=40),
)
_REPLIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.builds(
            Reply,
            st.just(""),
            _SAID,
            st.sampled_from(["stop", "length"]),
            st.sampled_from([None, None, "too tired"]),
        )
        for name in RELATIONS
    },
)


@settings(max_examples=60, deadline=None)  # the first example loads the dictionary
@given(_REPLIES)
@example({"isA": Reply("", "they both are a type of\n\nkitchen gear.")})
@example({"usedFor": Reply("", BREWING), "isA": Reply("", f"<think>…</think> {GEAR}")})
def test_what_is_foreseen_is_what_will_be_asked(told: dict[str, Reply]) -> None:
    replies = replied(**told)
    job = FORESEEN(Speaker(), ROW, replies)
    assert set(job.keys if job else ()) == judged_later(replies)


def test_a_verdict_that_was_answered_before_is_not_asked_ahead_again(
    shop: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = Speaker()
    monkeypatch.setattr("mindgraph.pipeline.open_model", lambda *told: speaker)
    endpoint = {"url": "http://127.0.0.1:9/v1", "model": "none"}
    generate = {"model": "endpoint", "endpoint": endpoint, "relations": ["isA"], "features": False}
    for most in (80, 81):  # other questions, the same intentions
        told = {**generate, "sampling": {"intention_tokens": most}}
        mindgraph.build(shop(intentions={"generate": told}), tmp_path / "run")
    asked_for = [job for job in speaker.jobs if job.op == "generate"]
    assert len({key for job in asked_for for key in job.keys}) == 4
    assert set(speaker.asked.values()) == {1}


# ---- What a verdict decides

RULE = Rule("p_yes", threshold=0.5, min_mass=0.9)
PAPER = replace(RULE, way="paper")

Ruling = tuple[list[tuple[str, float | None]], Rows, list[tuple[str, str]]]


def ruling(
    statements: Sequence[dict[str, Any]],
    verdicts: Sequence[dict[str, Any]] = (),
    spoken: Sequence[dict[str, Any]] = (),
    rule: Rule = RULE,
) -> Ruling:
    """What passes, with its agreement; the verdicts; and the reason and detail of what does not."""
    rows = answered(
        ANSWERED,
        statements=pa.Table.from_pylist(list(statements), STATEMENT),
        verdicts=pa.Table.from_pylist(list(verdicts), ANSWER),
        spoken=pa.Table.from_pylist(list(spoken), ANSWER),
    )
    outcome = judged(rows.combine_chunks().to_batches()[0], rule)
    kept, told, left = (outcome.tables[name] for name in ("statements", "verdicts", "rejected"))
    assert (kept.schema, told.schema, left.schema) == (STATEMENT, VERDICT, REJECTED)
    assert outcome.seen == len(statements) == kept.num_rows + left.num_rows
    assert set(left["reason"].to_pylist()) <= set(REASONS)
    surfaces = {row["surface"] for row in statements}
    rejected = [row["detail"].partition(" | ") for row in left.to_pylist()]
    assert {surface for surface, _, _ in rejected} <= surfaces
    return (
        [(row["id"], row["agreement"]) for row in kept.to_pylist()],
        told.to_pylist(),
        [(row["reason"], said[2]) for row, said in zip(left.to_pylist(), rejected, strict=True)],
    )


CLEAR = {
    "a yes": (verdict(0.75, 0.99), "yes", 0.75),
    "a sure yes": (verdict(1.0, 1.0), "yes", 1.0),
    "a yes at the threshold": (verdict(0.5, 0.99), "yes", 0.5),
    "just enough mass": (verdict(0.6, 0.9), "yes", 0.6),
    "a no below the threshold": (verdict(0.4999, 0.99), "no", "P(yes) 0.4999"),
    "a sure no": (verdict(0.0, 1.0), "no", "P(yes) 0.0000"),
}


@pytest.mark.parametrize("case", CLEAR)
def test_where_yes_and_no_weigh_enough_p_yes_decides(case: str) -> None:
    given, said, told = CLEAR[case]
    kept, (row,), left = ruling([statement()], [given])
    assert kept == ([("s1", told)] if said == "yes" else [])
    assert left == ([] if said == "yes" else [("judged no", told)])
    assert (row["verdict"], row["kept"]) == (said, said == "yes")
    assert (row["p_yes"], row["mass"]) == (given["p_yes"], given["mass"])
    assert (row["spoken"], row["reason"]) == (None, None)


@pytest.mark.parametrize(
    ("rule", "said"), [(replace(RULE, threshold=0.8), "no"), (replace(RULE, threshold=0.75), "yes")]
)
def test_the_threshold_is_the_configs(rule: Rule, said: str) -> None:
    _, (row,), _ = ruling([statement()], [verdict(0.75, 0.99)], rule=rule)
    assert row["verdict"] == said


SPOKEN: dict[str, tuple[str, str, float | None, str]] = {
    "a yes": ("Yes, both are wanted.", "yes", 1.0, "both are wanted."),
    "a yes after thought": ("<think>No?</think> **Yes**, it fits.", "yes", 1.0, "it fits."),
    "a share": ("0.8", "yes", 0.8, ""),
    "a no": ("No. They do not fit.", "no", 0.0, "They do not fit."),
    "a low share": ("0.3", "no", 0.3, ""),
    "neither": ("Perhaps.", "unparsed", None, ""),
    "both": ("Yes and no.", "unparsed", None, ""),
    "thought alone": ("<think>Yes, they", "unparsed", None, ""),
}
WAYS = {
    "little mass": (RULE, [verdict(0.75, 0.8999)]),
    "little mass on a no": (RULE, [verdict(0.1, 0.0)]),
    "no probabilities": (RULE, [verdict(None, None)]),
    "the paper's way": (PAPER, []),
    "the paper's way and P(yes)": (PAPER, [verdict(0.01, 1.0)]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", SPOKEN)
def test_where_a_verdict_must_be_spoken_its_words_decide(case: str, way: str) -> None:
    text, said, agreement, reason = SPOKEN[case]
    rule, given = WAYS[way]
    kept, (row,), left = ruling([statement()], given, [speech(text)], rule)
    assert kept == ([("s1", agreement)] if said == "yes" else [])
    name = {"no": "judged no", "unparsed": "verdict unparsed"}
    assert left == ([] if said == "yes" else [(name[said], text)])
    assert (row["verdict"], row["kept"]) == (said, said == "yes")
    assert (row["spoken"], row["reason"]) == (text, reason)
    assert row["p_yes"] == (given[0]["p_yes"] if given else None)


def test_a_spoken_verdict_of_no_words_is_unparsed() -> None:
    kept, (row,), left = ruling([statement()], [verdict()], [speech("")])
    assert (kept, left) == ([], [("verdict unparsed", "")])
    assert (row["verdict"], row["spoken"], row["reason"]) == ("unparsed", "", None)


@pytest.mark.parametrize("way", WAYS)
def test_an_unparsed_verdict_passes_without_agreement_where_the_config_keeps_it(way: str) -> None:
    rule, given = WAYS[way]
    keeping = replace(rule, keep_unparsed=True)
    kept, (row,), left = ruling([statement()], given, [speech("Perhaps.")], keeping)
    assert (kept, left) == ([("s1", None)], [])
    assert (row["verdict"], row["kept"]) == ("unparsed", True)
    _, (row,), left = ruling([statement()], given, [speech("No.")], keeping)
    assert (row["kept"], left) == (False, [("judged no", "No.")])


FAILING = {
    "P(yes) failed": (RULE, [verdict(error="too tired")], [], "too tired"),
    "P(yes) failed and somebody spoke": (
        RULE,
        [verdict(error="too tired")],
        [speech("Yes.")],
        "too tired",
    ),
    "nobody was asked": (RULE, [], [], "not answered yet"),
    "P(yes) was not answered yet": (
        RULE,
        [verdict(error="not answered yet")],
        [],
        "not answered yet",
    ),
    "little mass and nobody spoke": (RULE, [verdict(0.75, 0.1)], [], "not answered yet"),
    "nobody spoke yet": (PAPER, [], [speech(None, "not answered yet")], "not answered yet"),
}


@pytest.mark.parametrize("keep_unparsed", [True, False])
@pytest.mark.parametrize("case", FAILING)
def test_a_verdict_that_failed_is_an_error_and_no_verdict(case: str, keep_unparsed: bool) -> None:
    rule, given, spoken, told = FAILING[case]
    rule = replace(rule, keep_unparsed=keep_unparsed)
    kept, verdicts, left = ruling([statement()], given, spoken, rule)
    assert (kept, verdicts, left) == ([], [], [("model failed", told)])
    assert REASONS["model failed"].is_error


@pytest.mark.parametrize("keep_unparsed", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_a_spoken_verdict_that_failed_is_an_error_and_no_verdict(
    way: str, keep_unparsed: bool
) -> None:
    rule, given = WAYS[way]
    (request,) = asked(*unjudged(statement()), op="generate", sampling=SPEAKING)
    failed = {"key": request["key"], "text": "", "finish_reason": "error", "error": "too tired"}
    spoken = answered(
        JUDGED,
        requests=pa.Table.from_pylist([request], REQUEST),
        replies=pa.Table.from_pylist([failed], REPLY),
    )
    rule = replace(rule, keep_unparsed=keep_unparsed)
    kept, verdicts, left = ruling([statement()], given, spoken.to_pylist(), rule)
    assert (kept, verdicts, left) == ([], [], [("model failed", "too tired")])


def test_p_yes_whose_mass_nobody_knows_is_spoken() -> None:
    assert [row["id"] for row in unclear([verdict(0.75, None)])] == ["s1"]
    kept, _, _ = ruling([statement()], [verdict(0.75, None)], [speech("Yes.")])
    assert kept == [("s1", 1.0)]


@pytest.mark.parametrize("rule", [RULE, PAPER])
@pytest.mark.parametrize("agreement", [0.0, 0.2, 1.0])
def test_what_was_judged_where_it_was_read_passes_as_it_is(rule: Rule, agreement: float) -> None:
    given = [verdict(0.01, 1.0)], [speech("No.")]
    kept, verdicts, left = ruling([statement(agreement=agreement)], *given, rule)
    assert (kept, verdicts, left) == ([("s1", agreement)], [], [])


def test_a_reason_that_was_asked_for_changes_no_verdict() -> None:
    for said in ("No, they do not fit.", "Yes, they do not fit."):
        kept, (row,), _ = ruling([statement()], [verdict(0.75, 0.99)], [speech(said)])
        assert kept == [("s1", 0.75)]
        assert (row["verdict"], row["spoken"]) == ("yes", said)
        assert row["reason"] == "they do not fit."


def test_a_statement_passes_with_all_its_columns() -> None:
    rows = answered(
        ANSWERED,
        statements=pa.Table.from_pylist([statement()], STATEMENT),
        verdicts=pa.Table.from_pylist([verdict(0.75, 0.99)], ANSWER),
        spoken=ANSWER.empty_table(),
    )
    outcome = judged(rows.to_batches()[0], RULE)
    assert outcome.tables["statements"].to_pylist() == [statement(agreement=0.75)]


def test_what_is_left_out_names_its_pair_its_relation_and_its_words() -> None:
    rows = answered(
        ANSWERED,
        statements=pa.Table.from_pylist([statement(surface="a gift")], STATEMENT),
        verdicts=pa.Table.from_pylist([verdict(0.25, 0.99)], ANSWER),
        spoken=ANSWER.empty_table(),
    )
    (row,) = judged(rows.to_batches()[0], RULE).tables["rejected"].to_pylist()
    assert row == {
        "reason": "judged no",
        "file": None,
        "row": None,
        "field": "isA",
        "item": "A~B",
        "detail": "a gift | P(yes) 0.2500",
    }


def test_every_statement_gets_its_own_verdict() -> None:
    told = [statement(f"s{place}") for place in range(4)]
    given = [
        verdict(0.9, 1.0, key="s0"),
        verdict(0.1, 1.0, key="s1"),
        verdict(0.9, 0.1, key="s2"),
        verdict(error="too tired", key="s3"),
    ]
    kept, verdicts, left = ruling(told, given, [speech("Perhaps", key="s2")])
    assert kept == [("s0", 0.9)]
    assert [(row["id"], row["verdict"]) for row in verdicts] == [
        ("s0", "yes"),
        ("s1", "no"),
        ("s2", "unparsed"),
    ]
    assert [reason for reason, _ in left] == ["judged no", "verdict unparsed", "model failed"]


def test_all_wordings_of_a_statement_share_its_verdict() -> None:
    twice = [statement(surface="gifts"), statement(surface="a gift")]
    assert ruling(twice, [verdict(0.75, 0.99)])[0] == [("s1", 0.75)] * 2
    assert [reason for reason, _ in ruling(twice, [verdict(0.1, 0.99)])[2]] == ["judged no"] * 2


def test_a_statement_of_two_wordings_is_told_as_one_verdict() -> None:
    twice = [statement(surface="gifts"), statement(surface="a gift")]
    _, verdicts, _ = ruling(twice, [verdict(0.75, 0.99)])
    assert [(row["id"], row["surface"]) for row in verdicts] == [("s1", "a gift")]


_SHARE = st.floats(0, 1)
_ROWS = st.lists(
    st.builds(
        lambda told, scores, verdict_error, spoken, spoken_error: {
            **told,
            "p_yes": scores[0],
            "mass": scores[1],
            "verdict_error": verdict_error,
            "spoken": spoken,
            "spoken_error": spoken_error,
            "wording": 1,
        },
        st.builds(
            lambda key, surface, agreement: statement(key, surface=surface, agreement=agreement),
            st.text(max_size=3),
            st.text(max_size=20),
            st.none() | _SHARE,
        ),
        st.tuples(_SHARE, _SHARE) | st.just((None, None)),
        st.none() | st.sampled_from(["too tired", "ill"]),
        st.none() | st.text(max_size=20) | st.sampled_from(["Yes.", "No.", "0.7", "<think>"]),
        st.none() | st.just("too tired"),
    ),
    max_size=6,
)
_RULES = st.builds(Rule, st.sampled_from(["p_yes", "paper"]), _SHARE, _SHARE, st.booleans())
_ANSWERED_COLUMNS = pa.schema(
    [
        *STATEMENT,
        ("p_yes", pa.float64()),
        ("mass", pa.float64()),
        *((name, pa.string()) for name in ("verdict_error", "spoken", "spoken_error")),
        ("wording", pa.int64()),
    ]
)


@settings(deadline=None)
@given(_ROWS, _RULES)
def test_every_statement_passes_or_is_left_out_whatever_was_answered(
    rows: Rows, rule: Rule
) -> None:
    outcome = judged(batch_of(rows, _ANSWERED_COLUMNS), rule)
    kept, told, left = (
        outcome.tables[name].to_pylist() for name in ("statements", "verdicts", "rejected")
    )
    assert outcome.seen == len(rows) == len(kept) + len(left)
    reasons = [row["reason"] for row in left]
    assert set(reasons) <= {"judged no", "verdict unparsed", "model failed"}
    read = sum(row["agreement"] is not None for row in rows)
    assert len(told) == len(rows) - read - reasons.count("model failed")
    assert sum(row["kept"] for row in told) == len(kept) - read
    assert [row["verdict"] for row in told].count("no") == reasons.count("judged no")
    assert "verdict unparsed" not in reasons or not rule.keep_unparsed
