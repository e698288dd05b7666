"""Killed at any moment and started again, a build ends with the same bytes.

The model is the recorded one, which notes each question before it answers: no question whose
answer was published, or kept in the shard in hand, before a kill is asked again after it.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.runs import Built
from tests.test_runs import tables

ROOT = Path(__file__).parent.parent
MOMENTS = 20


@pytest.fixture(scope="module")
def config(demo: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with the recorded model, its questions noted, in small batches."""
    folder = tmp_path_factory.mktemp("survival")
    record = shutil.copy(demo.folder / "replies/record.parquet", folder / "record.parquet")
    recorded = f"model: recorded\n    record: {record}\n    log: {folder}/asked\n    batch: 40\n"
    text = (ROOT / "configs/demo.yaml").read_text()
    path = folder / "demo.yaml"
    path.write_text(text.replace("model: metadata", recorded))
    return path


@pytest.fixture(scope="module")
def undisturbed(
    config: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], float]:
    """The digests of a build that nobody disturbs, and how long it takes as a process."""
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    began = time.monotonic()
    start(config, run).wait()
    return tables(run), time.monotonic() - began


def start(config: Path, run: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mindgraph", "build", str(config), "--run", str(run), "--quiet"]
    )


def published(run: Path) -> set[str]:
    files = run.glob("stages/replies-*/[0-9]*/replies.parquet")
    return {key for file in files for key in pq.read_table(file)["key"].to_pylist()}


def kept(run: Path) -> set[str]:
    """The questions whose answers a kill cannot take: published, or noted in whole lines."""
    lines = [
        line
        for notes in run.glob("stages/replies-*/notes.jsonl")
        for line in notes.read_text(encoding="utf-8").split("\n")[:-1]
    ]
    return published(run) | {json.loads(line)[1]["key"] for line in lines}


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_build_killed_at_a_random_moment_ends_with_the_same_bytes(
    moment: int, config: Path, undisturbed: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    expected, seconds = undisturbed
    log = config.parent / "asked"
    # One moment in each twentieth of the build, so that every stage has its turn.
    share = (moment + random.Random(moment).random()) / MOMENTS
    build = start(config, tmp_path / "run")
    time.sleep(share * seconds)
    build.send_signal(signal.SIGKILL)
    build.wait()
    durable, noted = kept(tmp_path / "run"), log.stat().st_size
    mindgraph.build(config, tmp_path / "run")
    assert tables(tmp_path / "run") == expected
    with log.open("rb") as asked:
        asked.seek(noted)
        again = set(asked.read().decode().split())
    assert not durable & again
    assert published(tmp_path / "run") == durable | again


@pytest.mark.slow
def test_a_build_killed_while_its_child_loads_the_store_leaves_no_one_in_the_way(
    config: Path, undisturbed: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    for _ in range(3):
        build = start(config, run)
        while not list(run.glob(".store-*")) and build.poll() is None:
            time.sleep(0.01)
        build.send_signal(signal.SIGKILL)
        build.wait()
    built = mindgraph.build(config, run)
    assert tables(run) == undisturbed[0]
    assert mindgraph.query(run, "MATCH (c:CoBuy) RETURN count(c) AS n") == [
        {"n": built.manifest["nodes"]["CoBuy"]}
    ]
    assert not list(run.glob(".store-*"))
