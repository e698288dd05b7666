"""The paper's three steps as one build: features, intentions, the role-aware filter.

- Every pair and relation ends as a statement, as left out with a reason, or as an error that the
  next build asks again.
- Verdicts are asked while the prefix is at hand, and asked once.
- What a verdict says decides what is in the graph, and nothing is lost of what was said.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.models import Job
from mindgraph.runs import Built
from tests.speaker import Speaker

ENDPOINT = {"url": "http://127.0.0.1:9/v1", "model": "none"}
RELATIONS = ["usedFor", "isA"]

Build = Callable[..., Built]


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    """The model that every config of a test asks."""
    model = Speaker()
    monkeypatch.setattr("mindgraph.pipeline.open_model", lambda *told: model)
    return model


@pytest.fixture
def build(shop: Callable[..., Path], speaker: Speaker, tmp_path: Path) -> Build:
    """Builds the small shop with a model that reads prompts; keywords go into `generate`."""

    def run(folder: str = "run", **told: Any) -> Built:
        generate = {"model": "endpoint", "endpoint": ENDPOINT, "relations": RELATIONS, **told}
        return mindgraph.build(shop(intentions={"generate": generate}), tmp_path / folder)

    return run


def rows(built: Built, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(built.folder / f"{table}.parquet").to_pylist()
    return found


def ops(speaker: Speaker) -> list[str]:
    return [job.op for job in speaker.jobs]


def test_features_intentions_and_verdicts_become_a_graph(build: Build, speaker: Speaker) -> None:
    built = build()
    assert built.left_out == ()
    assert {row["feature"] for row in rows(built, "nodes/Product")} == {"A sturdy thing of steel."}
    edges = rows(built, "edges/USED_FOR")
    assert len(edges) == 2
    assert {edge["agreement"] for edge in edges} == {0.75}
    assert {edge["surface"] for edge in edges} == {
        "they are both used for brewing coffee outdoors."
    }
    (run,) = rows(built, "nodes/Run")
    assert run["model"] == "speaker"
    assert run["prompt"].startswith("mindgraph ")
    assert json.loads(run["sampling"])["temperature"] == 0


def test_verdicts_are_asked_right_after_the_intentions_of_their_pairs(
    build: Build, speaker: Speaker
) -> None:
    build()
    assert ops(speaker) == ["generate"] * 3 + ["generate"] * 2 + ["judge"] * 2
    intentions, verdicts = speaker.jobs[3:5], speaker.jobs[5:]
    assert [job.prefix for job in intentions] == [job.prefix for job in verdicts]
    assert set(speaker.asked.values()) == {1}


def test_a_finished_build_asks_nothing_again(build: Build, speaker: Speaker) -> None:
    build()
    asked = len(speaker.jobs)
    build()
    assert len(speaker.jobs) == asked


def test_an_intention_judged_no_is_left_out_with_its_score(build: Build, speaker: Speaker) -> None:
    speaker.scores = lambda suffix: (0.2 if "type of" in suffix else 0.9, 1.0)
    built = build()
    assert rows(built, "edges/IS_A") == []
    left = rows(built, "rejected/judged")
    assert [row["reason"] for row in left] == ["judged no", "judged no"]
    assert "P(yes) 0.2000" in left[0]["detail"]
    verdicts = rows(built, "replies/verdicts")
    assert [(row["verdict"], row["kept"]) for row in verdicts].count(("no", False)) == 2


def test_a_moved_threshold_judges_anew_without_asking(build: Build, speaker: Speaker) -> None:
    assert len(rows(build(), "edges/IS_A")) == 2
    asked = len(speaker.jobs)
    stricter = build(filter={"threshold": 0.8})
    assert rows(stricter, "edges/IS_A") == []
    assert len(speaker.jobs) == asked


@pytest.mark.parametrize(
    ("spoken", "reason", "edges"),
    [
        ("Yes, both are wanted.", None, 2),
        ("<think>No?</think> **No.** They are not.", "judged no", 0),
        ("Perhaps.", "verdict unparsed", 0),
    ],
)
@pytest.mark.parametrize("score", [(0.9, 0.3), (None, None)])
def test_where_yes_and_no_weigh_little_the_verdict_is_spoken(
    build: Build, speaker: Speaker, score: Any, spoken: str, reason: str | None, edges: int
) -> None:
    told = speaker.says
    speaker.scores = lambda suffix: score
    speaker.says = lambda job, suffix: spoken if "Yes or No" in suffix else told(job, suffix)
    built = build()
    assert len(rows(built, "edges/IS_A")) == edges
    left = rows(built, "rejected/judged")
    assert {row["reason"] for row in left} == ({reason} if reason else set())
    assert all(spoken[-5:] in row["detail"] for row in left)
    assert {row["spoken"] for row in rows(built, "replies/verdicts")} == {spoken}


def test_the_papers_way_asks_for_a_spoken_verdict_alone(build: Build, speaker: Speaker) -> None:
    built = build(filter={"way": "paper"})
    assert "judge" not in ops(speaker)
    assert {edge["agreement"] for edge in rows(built, "edges/IS_A")} == {1.0}
    reasons = {row["reason"] for row in rows(built, "replies/verdicts")}
    assert reasons == {"because they belong together."}


def test_without_a_filter_nobody_judges(build: Build, speaker: Speaker) -> None:
    built = build(filter={"way": "none"})
    assert ops(speaker) == ["generate"] * 5
    assert {edge["agreement"] for edge in rows(built, "edges/IS_A")} == {None}
    again = build(filter={"way": "p_yes"})
    assert ops(speaker)[5:] == ["judge", "judge"]
    assert {edge["agreement"] for edge in rows(again, "edges/IS_A")} == {0.75}


def test_reasons_are_asked_for_what_was_kept(build: Build, speaker: Speaker) -> None:
    speaker.scores = lambda suffix: (0.2 if "type of" in suffix else 0.9, 1.0)
    built = build(filter={"reasons": True})
    told = {(row["relation"], row["reason"]) for row in rows(built, "replies/verdicts")}
    assert told == {("usedFor", "because they belong together."), ("isA", None)}
    assert {edge["agreement"] for edge in rows(built, "edges/USED_FOR")} == {0.9}


def test_without_features_none_are_asked(build: Build, speaker: Speaker) -> None:
    built = build(features=False)
    assert len(speaker.jobs) == 4
    assert "sturdy" not in speaker.jobs[0].prefix[-1].value
    assert {row["feature"] for row in rows(built, "nodes/Product")} == {None}


def _is_feature(job: Job, suffix: str) -> bool:
    return "Describe this product" in suffix


@pytest.mark.parametrize(
    "failing",
    [
        _is_feature,
        lambda job, suffix: "used for" in suffix and job.op == "generate",
        lambda job, suffix: job.op == "judge",
    ],
    ids=["a feature", "an intention", "a verdict"],
)
def test_what_failed_is_an_error_row_and_asked_again_alone(
    build: Build, speaker: Speaker, failing: Any
) -> None:
    whole = build("whole")
    asked = speaker.asked
    speaker.jobs.clear()
    speaker.fails = failing
    first = build()
    assert {left.reason for left in first.left_out} == {"model failed"}
    speaker.fails = lambda job, suffix: False
    second = build()
    assert second.left_out == ()
    assert set(speaker.asked) == set(asked)
    for table in ("nodes/Product", "nodes/CoBuy", "edges/USED_FOR", "edges/IS_A"):
        assert rows(second, table) == rows(whole, table), table


def test_a_record_replays_all_three_steps(
    build: Build, speaker: Speaker, shop: Callable[..., Path], tmp_path: Path, monkeypatch: Any
) -> None:
    first = build()
    monkeypatch.undo()
    record = str(first.folder / "replies/record.parquet")
    told = {"model": "recorded", "record": record, "relations": RELATIONS}
    config = shop(intentions={"generate": told})
    again = mindgraph.build(config, tmp_path / "replayed")
    for table in ("edges/USED_FOR", "edges/IS_A"):
        kept = [{**row, "run": None} for row in rows(first, table)]
        assert [{**row, "run": None} for row in rows(again, table)] == kept


def test_a_record_tells_how_each_reply_came_about(build: Build) -> None:
    record = rows(build(), "replies/record")
    assert {row["step"] for row in record} == {"feature", "intention", "verdict"}
    one = next(row for row in record if row["step"] == "intention")
    assert (one["tokens_in"], one["tokens_cached"], one["seconds"]) == (12, 2, 0.5)
    assert one["max_tokens"] == 80
    assert one["item"] in ("A1~B2", "A1~C3")
    assert len(one["prefix"]) == 64


class TestThePlan:
    """Before a build: how many calls, tokens, seconds, and what they cost."""

    @pytest.fixture
    def plan(self, shop: Callable[..., Path], speaker: Speaker, tmp_path: Path) -> Any:
        def run(**told: Any) -> dict[str, dict[str, Any]]:
            generate = {"model": "endpoint", "endpoint": ENDPOINT, "relations": RELATIONS, **told}
            planned = mindgraph.plan(shop(intentions={"generate": generate}), tmp_path / "run")
            return {row["stage"]: row for row in planned}

        return run

    def test_it_counts_what_will_be_asked_and_asks_nobody(
        self, plan: Any, speaker: Speaker
    ) -> None:
        told = plan()
        assert speaker.jobs == []
        assert told["feature_replies"]["calls"] == 3
        assert told["replies"]["calls"] == 4
        assert told["verdict_replies"]["calls"] == 4
        assert told["feature_replies"]["tokens"] == 3 * (10 + 2 + 256)
        assert told["replies"]["tokens"] == 2 * (10 + 2 * 256) + 4 * (2 + 80)

    def test_what_is_answered_is_cached(self, plan: Any, build: Build) -> None:
        build()
        told = plan()
        cached = {name: row.get("cached") for name, row in told.items() if "cached" in row}
        calls = {row["calls"] for row in told.values() if "calls" in row}
        assert cached == {
            "feature_replies": 3, "replies": 4, "verdict_replies": 4, "spoken_replies": 0
        }  # fmt: skip
        assert calls == {0}

    def test_time_and_money_follow_the_rate_and_the_prices(self, plan: Any) -> None:
        cost = {"tokens_per_second": 100.0, "input_price": 1000.0, "output_price": 2000.0}
        told = plan(cost=cost)["feature_replies"]
        assert told["seconds"] == pytest.approx(3 * 268 / 100, abs=0.05)
        assert told["money"] == "1.57 USD"

    def test_without_a_stated_rate_the_measured_one_counts(self, plan: Any, build: Build) -> None:
        assert plan()["replies"]["seconds"] is None
        build()
        told = plan(relations=["usedFor", "isA", "madeOf"])["replies"]
        assert told["calls"] == 2
        assert told["seconds"] == pytest.approx(told["tokens"] / 30, abs=0.1)


def test_stats_tell_how_many_were_kept_by_relation_and_category(
    build: Build, speaker: Speaker
) -> None:
    speaker.scores = lambda suffix: (0.2 if "type of" in suffix else 0.9, 0.95)
    told = mindgraph.stats(build().folder)
    kept = {row["relation"]: (row["judged"], row["kept"]) for row in told["verdicts"]}
    assert kept == {"usedFor": (2, 2), "isA": (2, 0)}
    assert {row["kept_rate"] for row in told["verdicts"]} == {0.0, 1.0}
    rates = {row["category"]: row["kept_rate"] for row in told["verdicts_by_category"]}
    assert rates == {"Kitchen > Mugs": 0.5, "Kitchen > Coffee": 0.5, "Outdoor > Camping": 0.5}
    asked = {row["step"]: row["replies"] for row in told["replies"]}
    assert asked == {"feature": 3, "intention": 4, "verdict": 4}


def test_a_record_replays_where_generic_statements_were_left_out(
    build: Build, shop: Callable[..., Path], tmp_path: Path, monkeypatch: Any, speaker: Speaker
) -> None:
    rules = {"generic_min_pairs": 1, "generic_score": 0.0}
    asked = {"model": "endpoint", "endpoint": ENDPOINT, "relations": RELATIONS}
    first = mindgraph.build(shop(intentions={"generate": asked}, rules=rules), tmp_path / "run")
    assert len(rows(first, "rejected/intentions")) == 4
    monkeypatch.undo()
    record = str(first.folder / "replies/record.parquet")
    told = {"model": "recorded", "record": record, "relations": RELATIONS}
    config = shop(intentions={"generate": told}, rules=rules)
    again = mindgraph.build(config, tmp_path / "replayed")
    assert again.left_out == ()
    assert len(rows(again, "rejected/intentions")) == 4


def test_a_plan_after_another_filter_counts_what_is_left(
    build: Build, shop: Callable[..., Path], tmp_path: Path
) -> None:
    build(filter={"way": "none"})
    generate = {"model": "endpoint", "endpoint": ENDPOINT, "relations": RELATIONS}
    planned = mindgraph.plan(shop(intentions={"generate": generate}), tmp_path / "run")
    calls = {row["stage"]: row["calls"] for row in planned if "calls" in row}
    assert (calls["replies"], calls["verdict_replies"]) == (0, 4)


class StoppedError(BaseException):
    """What ends a build in its middle, like a key pressed."""


def test_a_reply_that_came_before_the_end_is_not_asked_again(
    build: Build, speaker: Speaker
) -> None:
    whole = build("whole")
    speaker.jobs.clear()
    said = speaker.says

    def stop(job: Job, suffix: str) -> str:
        if "type of" in suffix and len(speaker.jobs) == 5:
            raise StoppedError
        return said(job, suffix)

    speaker.says = stop
    with pytest.raises(StoppedError):
        build()
    speaker.says = said
    built = build()
    # The question that was in hand came twice; its job was the fifth, and its first had a reply.
    assert sorted(speaker.asked.values(), reverse=True)[:2] == [2, 1]
    assert rows(built, "edges/USED_FOR") == rows(whole, "edges/USED_FOR")


def test_what_decides_no_reply_asks_nothing_again(build: Build, speaker: Speaker) -> None:
    build()
    asked = len(speaker.jobs)
    build(sampling={"seed": 7, "top_p": 0.5}, batch=3)
    assert len(speaker.jobs) == asked


async def _built_inside_a_loop(build: Build) -> Built:
    return build()


def test_a_build_runs_where_a_loop_runs_already(build: Build) -> None:
    assert asyncio.run(_built_inside_a_loop(build)).left_out == ()


def test_no_mass_at_all_asks_for_a_spoken_verdict(build: Build, speaker: Speaker) -> None:
    speaker.scores = lambda suffix: (None, 0.0)
    built = build(filter={"min_mass": 0.0})
    assert built.left_out == ()
    assert {row["verdict"] for row in rows(built, "replies/verdicts")} == {"yes"}
