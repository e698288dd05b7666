"""Stages as data: their order, and the identity that says whether a result may be used again.

- A plan holds every stage once, after all that it reads.
- What decides a result is in a stage's identity; names of files and orders of keys are not.
- A question to a model has the same identity wherever it was read from.
"""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph import engines
from mindgraph.engines import BatchMap, File, Rel, Stage, Table, nothing, plan, worker
from mindgraph.engines.local import LocalEngine
from mindgraph.records import PRODUCT, REJECTED, Outcome

ONE = pa.schema([("x", pa.string())])
FILE = File("p.csv", "c0ffee")


def rel(name: str, *above: Stage, **more: Any) -> Rel:
    reads = {f"v{place}": (Table(stage, "out"),) for place, stage in enumerate(above)}
    return Rel(**{
        "name": name,
        "reads": reads,
        "outputs": {"out": "SELECT 1 AS x"},
        "main": "out",
        "seen": "SELECT 1",
    } | more)  # fmt: skip


def told(**more: Any) -> BatchMap:
    return BatchMap(**{
        "name": "told",
        "make": worker(Outcome),
        "outputs": {"out": ONE},
        "main": "out",
        "file": FILE,
    } | more)  # fmt: skip


# ---- the order


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12), st.randoms())
def test_every_stage_comes_once_and_after_all_it_reads(
    reads: list[set[int]], chance: random.Random
) -> None:
    stages: list[Stage] = []
    for place, above in enumerate(reads):
        tables = [Table(stages[other], "out") for other in sorted(above) if other < place]
        chance.shuffle(tables)
        if place % 2:
            stages.append(rel(f"s{place}", reads={"v": tuple(tables)}))
        else:
            stages.append(
                told(
                    name=f"s{place}", reads={"v": tuple(tables[1:])}, sides={"w": tuple(tables[:1])}
                )
            )
    targets = chance.sample(stages, chance.randint(1, len(stages)))
    ordered = plan(targets)
    names = [stage.name for stage in ordered]
    assert len(set(names)) == len(names)
    assert {stage.name for stage in targets} <= set(names)
    for stage in ordered:
        above_it = (*stage.reads.values(), *getattr(stage, "sides", {}).values())
        for table in (table for tables in above_it for table in tables):
            assert names.index(table.stage.name) < names.index(stage.name)


def test_a_plan_leaves_out_what_no_target_needs() -> None:
    first, unused = rel("first"), rel("unused")
    last = rel("last", first, first)
    assert plan([last]) == [first, last]
    assert unused not in plan([last, last])


def test_fifty_stages_that_all_read_twice_are_planned_and_named_at_once() -> None:
    stage = rel("s0")
    for place in range(1, 51):
        stage = rel(f"s{place}", stage, stage)
    assert len(plan([stage])) == 51
    assert len(stage.identity) == 12


# ---- the identity


def test_the_same_stage_described_twice_has_one_identity() -> None:
    assert rel("a", rel("b")).identity == rel("a", rel("b")).identity
    assert told().identity == told().identity


@pytest.mark.parametrize(
    "other",
    [
        rel("b", rel("up")),
        rel("a", rel("up"), version=2),
        rel("a", rel("up"), settings={"n": 1}),
        rel("a", rel("up"), seen="SELECT 2"),
        rel("a", rel("up"), outputs={"out": "SELECT 2 AS x"}),
        rel("a", rel("up"), outputs={"out": "SELECT 1 AS x", "more": "SELECT 1"}),
        rel("a", rel("up", version=2)),
        rel("a", rel("up", settings={"n": 1})),
        rel("a", rel("up", rel("upper"))),
        rel("a", rel("up"), rel("up")),
        rel("a", rel("up"), reads={"w": (Table(rel("up"), "out"),)}),
        rel("a", rel("up"), reads={"v0": (Table(rel("up"), "rejected"),)}),
        rel("a"),
    ],
)
def test_whatever_decides_the_result_of_sql_is_in_its_identity(other: Rel) -> None:
    assert other.identity != rel("a", rel("up")).identity


@pytest.mark.parametrize(
    "more",
    [
        {"name": "else"},
        {"version": 2},
        {"settings": {"n": 2}},
        {"settings": {"n": "1"}},
        {"settings": {}},
        {"file": File("p.csv", "other")},
        {"file": None},
        {"select": "SELECT 1"},
        {"batch": 7},
        {"reads": {"v": (Table(rel("up"), "out"),)}},
        {"sides": {"v": (Table(rel("up"), "out"),)}},
    ],
)
def test_whatever_decides_the_result_of_a_callable_is_in_its_identity(more: dict[str, Any]) -> None:
    one = told(settings={"n": 1})
    assert replace(one, **more).identity != one.identity


def test_the_order_in_which_two_tables_are_read_is_in_the_identity() -> None:
    one, two = Table(rel("one"), "out"), Table(rel("two"), "out")
    assert told(reads={"v": (one, two)}).identity != told(reads={"v": (two, one)}).identity


def test_a_file_under_another_path_is_read_again() -> None:
    assert told().identity != told(file=File("elsewhere/q.csv", FILE.content)).identity


def test_keys_in_another_order_are_the_same() -> None:
    one, two = Table(rel("one"), "out"), Table(rel("two"), "out")
    as_told = told(settings={"a": 1, "b": {"c": 1, "d": 2}}, sides={"v": (one,), "w": (two,)})
    again = told(
        settings={"b": {"d": 2, "c": 1}, "a": 1},
        sides={"w": (two,), "v": (one,)},
    )
    assert as_told.identity == again.identity
    outputs = {"out": "SELECT 1 AS x", "rejected": "SELECT 2 AS y"}
    turned = dict(reversed(outputs.items()))
    assert rel("a", outputs=outputs).identity == rel("a", outputs=turned).identity


def test_a_keyed_stage_is_known_by_what_decides_one_answer() -> None:
    asked = told(key="x", settings={"model": "m"})
    assert replace(asked, file=None, batch=3, select="SELECT 1").identity == asked.identity
    assert replace(asked, reads={"v": (Table(rel("up"), "out"),)}).identity == asked.identity
    assert replace(asked, settings={"model": "n"}).identity != asked.identity
    assert replace(asked, version=2).identity != asked.identity


def test_answers_of_a_model_outlive_a_release_and_other_tables_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = [stage.identity for stage in (rel("a"), told(), told(key="x"))]
    monkeypatch.setattr(engines, "__version__", "99.0")
    after = [stage.identity for stage in (rel("a"), told(), told(key="x"))]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True]


def test_an_identity_is_the_same_in_every_process() -> None:
    code = (
        "from mindgraph.engines import *\n"
        "up = Rel('up', {}, {'out': 'SELECT 1 AS x'}, 'out', 'SELECT 1', {'b': 2, 'a': ['é']})\n"
        "print(Rel('a', {'v': (Table(up, 'out'),)}, {'out': 'FROM v'}, 'out', 'SELECT 1').identity)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    assert len(seen.pop().strip()) == 12


# ---- tables without rows, workers without sides


@pytest.mark.parametrize("schema", [PRODUCT, REJECTED], ids=["product", "rejected"])
def test_a_table_of_nothing_has_the_columns_it_stands_for(
    schema: pa.Schema, tmp_path: Path
) -> None:
    engine, table = LocalEngine(tmp_path), nothing(schema)
    assert engine.run(table.stage)["rows"] == {"none": 0}
    found = pq.read_schema(engine.files(table)[0])
    assert found.names == schema.names
    assert [str(kind) for kind in found.types if not pa.types.is_list(kind)] == [
        str(kind) for kind in schema.types if not pa.types.is_list(kind)
    ]


def test_a_worker_of_plain_values_needs_no_sides() -> None:
    made = worker(lambda batch, word: Outcome(len(batch), {"out": word}), word="tea")({})
    assert made(pa.record_batch({"x": ["a", "b"]})) == Outcome(2, {"out": "tea"})
