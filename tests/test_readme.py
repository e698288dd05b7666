"""The README is true: its commands run as written, its Python too, and its files exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def commands() -> list[str]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    ours = [line for line in lines if line.startswith("mindgraph ")]
    # Real data and a server are elsewhere: test_real_data.py, stores/neo4j.
    return [line for line in ours if "intentionqa" not in line and "neo4j://" not in line]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run in, with the configs where a checkout has them."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "configs").symlink_to(ROOT / "configs")
    return folder


def test_every_command_runs_as_written(workplace: Path) -> None:
    assert len(commands()) >= 10
    for line in commands():
        words = [sys.executable, "-m", *shlex.split(line)]
        done = subprocess.run(words, cwd=workplace, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_the_python_runs_as_written(workplace: Path) -> None:
    (code,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=workplace, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "brewing filter coffee" in done.stdout


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)`?", TEXT):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_file_named_exists() -> None:
    for name in re.findall(r"`((?:configs|docs|exports)/[\w./]+)`|\b([A-Z]+\.md)\b", TEXT):
        assert (ROOT / (name[0] or name[1])).exists(), name


def test_the_counts_of_the_demo_are_told_truly() -> None:
    for file, words in (("products.csv", "43 products"), ("orders.csv", "289 order lines")):
        rows = (ROOT / "mindgraph/demo" / file).read_text(encoding="utf-8").count("\n") - 1
        assert words in TEXT and str(rows) in words


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)
