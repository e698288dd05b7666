"""`eval intentionqa` from end to end: what it finds, what it keeps, and what it refuses."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import mindgraph
from mindgraph.errors import DiskError, InputError, RunError, UsageError
from mindgraph.evaluating import intentionqa
from mindgraph.evaluation.intentionqa.measuring import Plan
from mindgraph.evaluation.intentionqa.run_statements import run_statements
from mindgraph.runs import Built
from tests.evaluation.intentionqa import small_benchmark as small

Command = Callable[..., subprocess.CompletedProcess[str]]

QUICK = Plan(draws=("official",), arms=("text", "graph", "text+graph", "text+shuffled"), shuffles=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    small.write(folder, 1)
    return small.write(folder, 2)


def build(folder: Path, run: Path, rename: str = "") -> Path:
    """A run of the same questions; `rename` is put before product ids and titles."""
    rows = small.rows()
    for row in rows:
        for side in ("a", "b"):
            row[f"item_{side}_id"] = rename + row[f"item_{side}_id"]
            row[f"item_{side}_name"] = rename + row[f"item_{side}_name"]
    small.write(folder, 1, rows)
    source = {"path": str(folder / "QA_fullInfo_task1.jsonl"), "format": "folkscope"}
    config = folder / "config.yaml"
    config.write_text(json.dumps({"name": "same", "intentions": {"ready": [source]}}))
    mindgraph.build(config, run)
    return run


def accuracy(told: dict[str, dict[str, dict[str, float]]], arm: str, kit: str) -> float:
    return told["accuracy"][kit][arm]["accuracy"]


@pytest.mark.parametrize("task", [1, 2])
def test_the_graph_helps_where_pairs_of_a_theme_share_intentions(folder: Path, task: int) -> None:
    found = intentionqa(folder, tasks=(task,), plan=QUICK).as_dict()
    told = found["tasks"][f"task {task}"]["official"]
    assert accuracy(told, "graph", "weight-free") > 60
    assert accuracy(told, "graph, leak on purpose", "control") > 95
    assert accuracy(told, "chance", "control") == 25
    assert 15 <= accuracy(told, "absent from the graph", "control") <= 35
    assert not found["leaky"]


def test_the_result_is_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    written = [tmp_path / name for name in ("one.json", "two.json")]
    for path in written:
        intentionqa(folder, tasks=(1,), plan=QUICK, to=path)
    assert written[0].read_bytes() == written[1].read_bytes()


def test_a_run_of_the_same_questions_is_held_out_and_told(folder: Path, tmp_path: Path) -> None:
    run = build(tmp_path / "data", tmp_path / "run")
    found = intentionqa(folder, run, tasks=(1,), plan=QUICK)
    assert found.overlap is not None
    assert found.overlap.of_its_pairs == found.overlap.statements > 70
    told = found.as_dict()["tasks"]["task 1"]["official"]
    assert 15 <= accuracy(told, "absent from the graph", "control") <= 35
    kept = json.loads((run / "evaluation/intentionqa.json").read_text())
    assert kept == json.loads(json.dumps(found.as_dict()))


def test_of_a_large_run_the_statements_nearest_to_the_questions_are_read(
    folder: Path, tmp_path: Path
) -> None:
    run = build(tmp_path / "data", tmp_path / "run")
    benchmark, _ = small.read(folder)
    every = run_statements(run, benchmark, small.tail)
    some = run_statements(run, benchmark, small.tail, most=7)
    assert len(some) == 7
    assert [one for one in every if one in some] == some


def test_a_run_whose_golds_cannot_be_held_out_is_refused(folder: Path, tmp_path: Path) -> None:
    run = build(tmp_path / "data", tmp_path / "run", rename="other")
    with pytest.raises(InputError, match=r"cannot be held out; build the run with the shop's own"):
        intentionqa(folder, run, tasks=(1,), plan=QUICK)
    leaky = Plan(draws=("official",), arms=("graph",), holdout="none")
    found = intentionqa(folder, run, tasks=(1,), plan=leaky)
    assert found.leaky
    assert found.as_dict()["leaky"]


def test_a_run_of_another_shop_shares_nothing(folder: Path, demo: Built) -> None:
    plan = Plan(draws=("official",), arms=("text", "text+graph"))
    found = intentionqa(folder, demo.folder, tasks=(1,), plan=plan, to=None)
    assert found.overlap is not None
    assert found.overlap.about_its_products == 0
    (demo.folder / "evaluation/intentionqa.json").unlink()


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan(draws=("offical",)), "offical: no draw; choose of official, balanced, hard"),
        (Plan(arms=("grah",)), "grah: no arm; choose of cosine"),
        (Plan(holdout="half"), "half: no hold-out"),
    ],
)
def test_a_misprint_is_one_clear_line(folder: Path, plan: Plan, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        intentionqa(folder, plan=plan)


def test_folders_that_are_not_what_is_asked_for(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run here"):
        intentionqa(folder, tmp_path, plan=QUICK)
    with pytest.raises(InputError, match="neither a sentence-transformers folder"):
        intentionqa(folder, plan=QUICK, vectors=str(tmp_path))
    for table in (folder / "QA_fullInfo_task1.jsonl", empty(tmp_path / "empty.tsv")):
        with pytest.raises(InputError, match="no is-a table"):
            intentionqa(folder, plan=QUICK, isa=table)
    cut = tmp_path / "cut.tsv.gz"
    cut.write_bytes(gzip.compress(b"shelter\ttent\t9\n" * 99)[:30])
    with pytest.raises(InputError, match=r"cut.tsv.gz: .*; give an is-a table"):
        intentionqa(folder, plan=QUICK, isa=cut)


def empty(path: Path) -> Path:
    path.write_text("")
    return path


def test_too_few_components_are_one_clear_line(tmp_path: Path) -> None:
    few = small.write(tmp_path, changed=small.rows()[:3])
    with pytest.raises(InputError, match="official: questions of 3 components or fewer"):
        intentionqa(few, tasks=(1,), plan=QUICK)


def test_a_run_without_statements_is_one_clear_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = build(tmp_path / "data", tmp_path / "run")
    module = "mindgraph.evaluation.intentionqa.run_statements.run_statements"
    monkeypatch.setattr(module, lambda run, benchmark, tail_of: [])
    with pytest.raises(InputError, match="no statement in this run"):
        intentionqa(folder, run, tasks=(1,), plan=QUICK)


def test_where_a_result_cannot_go_is_told_before_anything_is_measured(
    folder: Path, tmp_path: Path
) -> None:
    lines: list[str] = []
    with pytest.raises(DiskError, match=r"cannot be written: .*; choose another --to"):
        intentionqa(folder, plan=QUICK, to=empty(tmp_path / "file") / "to.json", told=lines.append)
    assert lines == []


def test_concepts_are_arms_of_their_own(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "isa.tsv"
    table.write_text("shelter\ttent\t9\ninstrument\tguitar\t9\nplace\twoods\t3\n")
    plan = Plan(draws=("official",), arms=("text", "text+concepts"))
    told = intentionqa(folder, tasks=(1,), plan=plan, isa=table).as_dict()
    of_draw = told["tasks"]["task 1"]["official"]
    assert "concepts over text" in of_draw["effect"]["weight-free"]


def test_the_command_prints_the_table_and_ends_in_clear_lines(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    words = ["--task", "2", "--draws", "official", "--arms", "text,graph", "--shuffles", "0"]
    done = command("eval", "intentionqa", folder, *words, "--holdout", "own")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("LEAKY: hold-out own")
    assert "absent from the graph" in done.stdout
    assert "without --isa" not in done.stderr
    wrong = command("eval", "intentionqa", tmp_path)
    assert "without --isa left out: text+concepts, text+graph+concepts" in wrong.stderr
    assert wrong.returncode == 2
    assert wrong.stderr.splitlines()[-1].endswith("QA_fullInfo_*.jsonl files")
