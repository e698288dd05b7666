"""What goes wrong is one clear line with its exit code, and leaves nothing that looks whole."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mindgraph
from mindgraph.errors import DiskError, RunError, UsageError
from mindgraph.exporting import ALL_FORMATS
from mindgraph.runs import Built
from tests.exporters.conftest import graph_of, write_tables

Command = Callable[..., subprocess.CompletedProcess[str]]

SUFFIXES = {"rdf": ".ttl", "cskg": ".tsv", "conceptnet": ".csv"}


def place(folder: Path, format_: str) -> Path:
    return folder / f"out{SUFFIXES.get(format_, '')}"


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["csgk", "x"], "csgk: no format; choose one of rdf, cskg,"),
        (["cskg", "x", "--seed", "1"], "--seed: no option of cskg; it is one of kge, atomic"),
        (["cskg", "x", "--relations", "wordnet"], "--relations: 'wordnet' is none of mindgraph,"),
        (["kge", "x", "--split", "half"], "--split: 'half' is none of statement, pair"),
        (["kge", "x", "--test", "0.6", "--valid", "0.4"], "give parts of 1 that leave some"),
        (["cskg", "x", "--relation", "usedfor"], "usedfor: no relation; did you mean usedFor"),
        (["cskg", "x", "--min-agreement", "0.5"], "no statement is left of this choice"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    demo: Built, command: Command, tmp_path: Path, words: list[str], told: str
) -> None:
    done = command("export", demo.folder, words[0], tmp_path / words[1], *words[2:])
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert left(tmp_path) == []


def test_a_run_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no run here"):
        mindgraph.export(tmp_path, "cskg", tmp_path / "x.tsv")
    with pytest.raises(RunError, match="no run here"):
        mindgraph.to_networkx(tmp_path)


@pytest.mark.parametrize("format_", ALL_FORMATS)
class TestEveryFormat:
    """What holds of files and folders alike."""

    def test_a_place_below_a_file_is_one_line_and_exit_code_1(
        self, demo: Built, command: Command, tmp_path: Path, format_: str
    ) -> None:
        (tmp_path / "taken").write_text("mine")
        done = command("export", demo.folder, format_, place(tmp_path / "taken", format_))
        assert done.returncode == 1, done.stderr
        assert "cannot be written" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert (tmp_path / "taken").read_text() == "mine"

    def test_a_folder_that_holds_something_is_left_alone(
        self, demo: Built, tmp_path: Path, format_: str
    ) -> None:
        target = place(tmp_path, format_)
        target.mkdir()
        (target / "mine.txt").write_text("mine")
        with pytest.raises(UsageError, match=r"is a folder; name a file|holds something already"):
            mindgraph.export(demo.folder, format_, target)
        assert left(target) == ["mine.txt"]
        assert left(tmp_path) == [target.name]

    def test_a_disk_that_is_full_leaves_no_file(self, tmp_path: Path, format_: str) -> None:
        rows = graph_of([f"{number} {os.urandom(400).hex()}" for number in range(300)])
        run = write_tables(tmp_path / "run", rows)
        out = tmp_path / "out"
        out.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "mindgraph", "export", run, format_, place(out, format_)],
            capture_output=True, text=True, preexec_fn=_small_files,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert "cannot be written" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert left(out) == []


def _small_files() -> None:
    """No file of this process may pass 60 kB: to a program that is a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


@pytest.mark.parametrize("format_", ["cskg", "kgx"])
def test_a_killed_export_leaves_a_draft_at_most_and_the_next_one_is_whole(
    tmp_path: Path, format_: str
) -> None:
    run = write_tables(tmp_path / "run", graph_of([f"text {n} " * 20 for n in range(3000)]))
    whole = place(tmp_path / "whole", format_)
    mindgraph.export(run, format_, whole)
    target = place(tmp_path / "cut", format_)
    line = [sys.executable, "-m", "mindgraph", "export", run, format_, target]
    target.parent.mkdir()
    for files in (1, 2):
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and len(list(target.parent.rglob(".*"))) < files:
            pass
        process.kill()
        process.wait()
        assert not target.exists() or _content(target) == _content(whole)
    shutil.rmtree(target, ignore_errors=True)
    mindgraph.export(run, format_, target)
    assert _content(target) == _content(whole)
    assert not [name for name in left(target.parent) if name.endswith(".draft")]


def _content(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else sorted(path.glob("*.tsv"))
    return {file.name: file.read_bytes() for file in files}


def test_a_file_is_replaced_in_one_step_with_what_describes_it(demo: Built, tmp_path: Path) -> None:
    file = tmp_path / "c.tsv"
    mindgraph.export(demo.folder, "cskg", file)
    before = file.read_bytes()
    usage = mindgraph.Selection(relations=("usage",))
    mindgraph.export(demo.folder, "cskg", file, usage, license="CC-BY-4.0")
    assert len(file.read_bytes()) < len(before)
    told = json.loads((tmp_path / "c.tsv.croissant.json").read_text(encoding="utf-8"))
    assert told["license"] == "CC-BY-4.0"
    assert left(tmp_path) == [
        "c.qualifiers.tsv", "c.tsv", "c.tsv.croissant.json", "c.tsv.void.ttl"
    ]  # fmt: skip


def test_too_large_a_graph_for_networkx_is_refused(demo: Built) -> None:
    with pytest.raises(UsageError, match="799 nodes and edges, more than 700: too many"):
        mindgraph.to_networkx(demo.folder, most=700)
    part: Any = mindgraph.to_networkx(
        demo.folder, mindgraph.Selection(around=("COF-101",)), most=700
    )
    assert "product/COF-101" in part


def test_tables_that_are_none_are_told(demo: Built, tmp_path: Path) -> None:
    run = tmp_path / "run"
    for kind in ("nodes", "edges"):
        shutil.copytree(demo.folder / kind, run / kind)
    shutil.copyfile(demo.folder / "manifest.json", run / "manifest.json")
    (run / "edges/USED_FOR.parquet").write_bytes(b"no table")
    with pytest.raises((RunError, DiskError), match=r"USED_FOR\.parquet") as raised:
        mindgraph.export(run, "cskg", tmp_path / "x.tsv")
    assert "\n" not in str(raised.value)
    assert left(tmp_path) == ["run"]
