"""Runs side by side: the demo with and without its generic rule, and runs that are no ablation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import mindgraph
from mindgraph.config import load_config
from mindgraph.errors import InputError, RunError, UsageError
from mindgraph.evaluation.comparison import Comparison
from mindgraph.resources import config_path
from mindgraph.runs import Built


@pytest.fixture(scope="module")
def unfiltered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, built without the rule against generic tails."""
    config = load_config(config_path("demo"))
    rules = config.rules.model_copy(update={"generic_score": 9.0})
    changed = config.model_copy(update={"rules": rules})
    return mindgraph.build(changed, tmp_path_factory.mktemp("unfiltered") / "run").folder


@pytest.fixture(scope="module")
def compared(demo: Built, unfiltered: Path) -> Comparison:
    return mindgraph.compare([demo.folder, unfiltered])


def test_an_ablation_names_the_one_key_that_differs(compared: Comparison) -> None:
    assert [(found.key, found.values) for found in compared.differences] == [
        ("rules.generic_score", (0.1, 9.0))
    ]
    assert compared.things == ["rules.generic_score"]
    assert compared.warning == ""


def test_counts_and_kept_rates_stand_side_by_side(compared: Comparison) -> None:
    filtered, unfiltered = compared.runs
    tables = compared.tables()
    assert tables["counts"]["statements"] == {filtered: 213, unfiltered: 225}
    assert tables["kept rate"]["all"] == {filtered: 0.9467, unfiltered: 1.0}
    assert tables["kept rate"]["relatedTo"] == {filtered: 0.8636, unfiltered: 1.0}
    assert tables["audit"]["generic tails"] == {filtered: 0.0, unfiltered: 0.053333}


def test_every_statement_of_the_filtered_run_is_shared(compared: Comparison) -> None:
    filtered, unfiltered = compared.runs
    tables = compared.tables()
    assert tables["shared statements"][unfiltered] == {filtered: 213, unfiltered: None}
    assert tables["shared of either"][filtered][unfiltered] == pytest.approx(213 / 225, abs=1e-6)


def test_relation_shares_sum_to_one(compared: Comparison) -> None:
    for run in compared.runs:
        shares = (values[run] or 0 for values in compared.tables()["relation share"].values())
        assert sum(shares) == pytest.approx(1, abs=1e-5)


def test_the_rows_are_tidy(compared: Comparison) -> None:
    told = [(row.run, row.table, row.key) for row in compared.rows]
    assert len(set(told)) == len(told)
    assert {row.run for row in compared.rows} == set(compared.runs)


def test_a_result_kept_with_a_run_is_compared(
    demo: Built, unfiltered: Path, tmp_path: Path
) -> None:
    kept = shutil.copytree(demo.folder, tmp_path / "kept")
    (kept / "evaluation").mkdir()
    effects = [{"of": "graph", "value": 0.125}, {"of": "shuffled", "value": 0.0}]
    result = {"task1": {"interval": [0.25, 0.75], "arm": "text", "done": True}, "effects": effects}
    (kept / "evaluation/intentionqa.json").write_text(json.dumps(result))
    numbers = mindgraph.compare([kept, unfiltered]).tables()["evaluation"]
    assert {key: values[str(kept)] for key, values in numbers.items()} == {
        "intentionqa.task1.interval.1": 0.25,
        "intentionqa.task1.interval.2": 0.75,
        "intentionqa.effects.graph.value": 0.125,
        "intentionqa.effects.shuffled.value": 0.0,
    }
    assert all(values[str(unfiltered)] is None for values in numbers.values())
    (kept / "evaluation/intentionqa.json").write_text("{")
    with pytest.raises(InputError, match=r"intentionqa\.json: no JSON"):
        mindgraph.compare([kept, unfiltered])
    (kept / "evaluation/intentionqa.json").unlink()
    (kept / "evaluation/folder.json").mkdir()
    with pytest.raises(InputError, match=r"folder\.json: no JSON"):
        mindgraph.compare([kept, unfiltered])


def test_the_same_build_twice_is_no_ablation(demo: Built, tmp_path: Path) -> None:
    again = shutil.copytree(demo.folder, tmp_path / "again")
    assert mindgraph.compare([demo.folder, again]).warning == (
        "no ablation: nothing that the runs tell differs"
    )


def test_runs_that_differ_in_more_than_one_thing_are_warned_of(
    demo: Built, shop: Callable[..., Path], tmp_path: Path
) -> None:
    other = mindgraph.build(shop(), tmp_path / "other").folder
    warning = mindgraph.compare([demo.folder, other]).warning
    assert warning.startswith("no ablation: the runs differ in ")
    assert "pairs.min_lift" in warning


@pytest.mark.parametrize("times", [1, 2])
def test_one_run_is_not_compared_with_itself(demo: Built, times: int) -> None:
    with pytest.raises(UsageError, match="two runs or more, each of them once"):
        mindgraph.compare([demo.folder] * times)


def test_a_folder_that_is_no_run_is_named(demo: Built, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run here"):
        mindgraph.compare([demo.folder, tmp_path / "nothing"])
