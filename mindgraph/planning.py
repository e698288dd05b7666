"""What a build would do, before it does it: items, calls, tokens, time and money, per stage.

Asks no model. The inputs are read in a scratch folder; of the run only its replies are looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from mindgraph.config import Config, Cost
from mindgraph.engines import Stage, Table
from mindgraph.engines import plan as ordered
from mindgraph.engines.local import LocalEngine
from mindgraph.intentions.replies import parts_of
from mindgraph.models import Generator, Job
from mindgraph.pipeline import Plan
from mindgraph.pipeline.generation import Step
from mindgraph.runs import answered_plan, run_all, settings_of

_SAMPLE = 20
"""Prefixes whose tokens are counted, evenly spread; the others are taken to be like them."""


def plan(config: str | Path, run: str | Path | None = None) -> list[dict[str, Any]]:
    """Per stage its items, and per thing a model is asked its calls, tokens, seconds and money.

    What depends on replies that are not there yet is counted as if every reply led to the next
    question, but for verdicts that will have to be spoken for want of mass. Pictures not fetched
    yet are not counted, and calls are questions, also where one reply answers several. Seconds are
    estimated from the rate the config states, else from the rate measured in this run; money from
    the config's prices. Both are null where nothing is known.
    """
    settings = settings_of(config)
    folder = Path(run) if run else Path("runs") / settings.name
    with tempfile.TemporaryDirectory(prefix="mindgraph-plan-") as scratch:
        engine = LocalEngine(
            Path(scratch), settings.engine.memory, settings.engine.threads, asks=False
        )
        _lend(folder / "stages", engine.stages)
        wanted = answered_plan(engine, settings)
        last = [wanted.pairs, wanted.pictures]
        rows = [
            {"stage": told["name"], "items": told["in"]} for told in run_all(engine, ordered(last))
        ]
        return [*rows, *_asked(engine, settings, wanted)]


def _lend(stages: Path, scratch: Path) -> None:
    """Show the scratch engine the replies that a run has, without touching them."""
    for mark in stages.glob("*/keyed"):
        (scratch / mark.parent.name).mkdir(parents=True)
        for shard in mark.parent.glob("[0-9]*"):
            (scratch / mark.parent.name / shard.name).symlink_to(shard.resolve())


def _asked(engine: LocalEngine, config: Config, wanted: Plan) -> list[dict[str, Any]]:
    if wanted.generated is None:
        return []
    run_all(engine, ordered([step.requests for step in wanted.steps]))
    told = wanted.generated.asking.told
    counted = _foreseen(engine, wanted)
    calls = _calls(engine, config, wanted)
    rate = told.cost.tokens_per_second or _measured(engine, wanted.steps)
    return [
        {
            "stage": step.replies.name,
            **counts,
            **_estimate(calls, step.name, counts, told.cost, rate),
        }
        for step, counts in zip(wanted.steps, counted, strict=True)
    ]


def _foreseen(engine: LocalEngine, wanted: Plan) -> list[dict[str, int]]:
    """Items, calls and cached calls of each step, with those that follow from missing replies."""
    assert wanted.generated is not None  # noqa: S101 - asked for where somebody is asked
    told = wanted.generated.asking.told
    counts = [_counted(engine, step, wanted.steps) for step in wanted.steps]
    more = _waiting(engine, wanted.generated.prefixes) * len(told.relations)
    for step, counted in zip(wanted.steps, counts, strict=True):
        spoken = told.filter.way == "paper" or told.filter.reasons
        if step.name == "feature" or (step.name == "spoken" and not spoken):
            continue
        counted["items"] += more
        counted["calls"] += more
        more = counts[wanted.steps.index(step)]["calls"]
    return counts


def _waiting(engine: LocalEngine, prefixes: Stage) -> int:
    """Pairs whose prefix waits for a feature."""
    counts = engine.ledger(prefixes).counts() or {"dropped": {}}
    return int(sum(counts["dropped"].values()))


_COUNTED = """
SELECT (SELECT count(DISTINCT key) FROM requests),
    (SELECT count(DISTINCT r.key) FROM requests r SEMI JOIN
        (SELECT key FROM replies WHERE error IS NULL) y ON y.key = r.key)
"""


def _counted(engine: LocalEngine, step: Step, steps: Sequence[Step]) -> dict[str, int]:
    """Questions known by now, and how many have an answer, also one from ahead of its step."""
    with duckdb.connect() as con:
        con.read_parquet(engine.files(Table(step.requests, "requests"))).create_view("requests")
        _view(con, engine, steps)
        items, cached = con.sql(_COUNTED).fetchall()[0]
    return {"items": items, "calls": items - cached, "cached": cached}


def _view(con: duckdb.DuckDBPyConnection, engine: LocalEngine, steps: Sequence[Step]) -> None:
    files = [file for step in steps for table in step.told for file in engine.files(table)]
    con.read_parquet(files).create_view("replies")


# ---- tokens, seconds, money


@dataclass(frozen=True)
class _Call:
    """Tokens of one call of a step, on average: read once, read again, written at most."""

    read: float = 0.0
    again: float = 0.0
    out: float = 0.0


def _calls(engine: LocalEngine, config: Config, wanted: Plan) -> dict[str, _Call]:
    """What a call of each step costs, from a sample of prefixes."""
    assert wanted.generated is not None  # noqa: S101 - asked for where somebody is asked
    model, told = wanted.generated.asking.model, wanted.generated.asking.told
    steps = {step.name: step for step in wanted.steps}
    calls = {}
    if "feature" in steps:
        calls["feature"] = _average(engine, model, steps["feature"])
    asked, unread = steps["intention"], 0
    if not _rows(engine, Table(asked.prefixes, "prefixes")):
        asked, unread = _without_features(engine, config), 2 * told.sampling.feature_tokens
    one = _average(engine, model, asked, unread)
    # A verdict is asked with the intention in it, of a prefix that is still at hand.
    verdict = replace(one, read=one.read + told.sampling.intention_tokens, out=1)
    spoken = replace(verdict, out=told.sampling.verdict_tokens)
    return {**calls, "intention": one, "verdict": verdict, "spoken": spoken}


def _without_features(engine: LocalEngine, config: Config) -> Step:
    """The step that asks for intentions as it would be without features: its prefixes are known."""
    told = config.intentions.generate
    assert told is not None  # noqa: S101 - asked for where somebody is asked
    bare = told.model_copy(update={"features": False})
    intentions = config.intentions.model_copy(update={"generate": bare})
    step = answered_plan(engine, config.model_copy(update={"intentions": intentions})).steps[0]
    run_all(engine, ordered([step.requests]))
    return step


def _average(engine: LocalEngine, model: Generator, step: Step, unread: int = 0) -> _Call:
    jobs = [_job(engine, step, row) for row in _rows(engine, Table(step.prefixes, "prefixes"))]
    counted = [model.tokens(job) for job in jobs]
    suffixes = sum(len(job.suffixes) for job in jobs) or 1
    return _Call(
        read=sum(told.shared + unread + told.suffixes for told in counted) / suffixes,
        again=sum(told.again for told in counted) / suffixes,
        out=sum(told.out for told in counted) / suffixes,
    )


def _job(engine: LocalEngine, step: Step, row: dict[str, Any]) -> Job:
    """All questions of a step about one item."""
    with duckdb.connect() as con:
        requests = con.read_parquet(engine.files(Table(step.requests, "requests")))  # noqa: F841
        sql = "SELECT suffix, key FROM requests WHERE prefix = $item ORDER BY place"
        found = con.execute(sql, {"item": row["item"]}).fetchall()
    suffixes, keys = zip(*found, strict=True)
    return Job(parts_of(row), suffixes, keys, step.sampling)


def _rows(engine: LocalEngine, table: Table) -> list[dict[str, Any]]:
    """A sample of a table's rows, evenly spread."""
    with duckdb.connect() as con:
        found = con.read_parquet(engine.files(table))
        every = max(1, found.count("*").fetchall()[0][0] // _SAMPLE)
        numbered = found.project("*, row_number() OVER (ORDER BY item) AS place")
        rows: list[dict[str, Any]] = (
            numbered.filter(f"place % {every} = 0").to_arrow_table().to_pylist()
        )
        return rows[:_SAMPLE]


def _measured(engine: LocalEngine, steps: Sequence[Step]) -> float | None:
    """Tokens a second, read and written, as the replies at hand were made; None without any."""
    with duckdb.connect() as con:
        _view(con, engine, steps)
        sql = """
            SELECT sum(tokens_in - coalesce(tokens_cached, 0) + coalesce(tokens_out, 0))
                / nullif(sum(seconds), 0)
            FROM replies WHERE error IS NULL AND tokens_in IS NOT NULL"""
        rate = con.sql(sql).fetchall()[0][0]
    return float(rate) if rate else None


def _estimate(
    calls: Mapping[str, _Call], step: str, counts: Mapping[str, int], cost: Cost, rate: float | None
) -> dict[str, Any]:
    call, number = calls[step], counts["calls"]
    tokens = number * (call.read + call.again + call.out)
    seconds = tokens / rate if rate else None if tokens else 0.0
    return {
        "tokens": round(tokens),
        "seconds": seconds if seconds is None else round(seconds, 1),
        "money": _money(call, number, cost),
    }


def _money(call: _Call, number: int, cost: Cost) -> str | None:
    """The price of so many calls; prefixes read again cost the cached price, where there is one."""
    if cost.input_price is None or cost.output_price is None:
        return None
    again = cost.input_price if cost.cached_price is None else cost.cached_price
    each = call.read * cost.input_price + call.again * again + call.out * cost.output_price
    return f"{number * each / 1e6:.2f} {cost.currency}"
