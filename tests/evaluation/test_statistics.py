"""Counts of a run whose tables are not what they were."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from mindgraph.runs import Built

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_a_damaged_table_is_one_line(demo: Built, tmp_path: Path, command: Command) -> None:
    run = tmp_path / "run [1]*"
    shutil.copytree(demo.folder, run, symlinks=True)
    table = run / "nodes/CoBuy.parquet"
    raw = table.read_bytes()
    assert command("stats", run).returncode == 0
    table.unlink()
    table.write_bytes(raw[: len(raw) // 2])
    done = command("stats", run)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert str(table) in line and line.endswith("run the build again")
