"""A real shop, end to end: Magento Luma's products and photographs, asked about by a model.

- Every pair and relation ends as a statement, as left out with its reason, or as an error row.
- Against a server that fails in every way, builds that are repeated end where a sound server's
  does, and ask nothing twice that was answered.
- Killed at any moment and started again, the tables are the same bytes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

import mindgraph
from mindgraph.resources import resource
from mindgraph.runs import Built
from tests.models.endpoint.faulty_server import FAULTS, FaultyServer, digest, seeded

pytestmark = [pytest.mark.data, pytest.mark.slow]

RELATIONS = ["usedFor", "isA"]
STAGES = ["prefixes", "answers", "claims", "sifted_intentions", "intentions", "judged"]


@pytest.fixture
def luma(
    tmp_path: Path, data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Writes Luma's config with a model; keywords replace keys of `generate`."""
    monkeypatch.setenv("MINDGRAPH_DATA", str(data("magento_luma").parent))

    def write(pairs: int, **generate: Any) -> Path:
        text = (resource("configs") / "magento_luma.yaml").read_text(encoding="utf-8")
        told = yaml.safe_load(text)
        told["pairs"]["max_per_product"] = pairs
        told["intentions"] = {"generate": {"relations": RELATIONS, **generate}}
        told["concepts"] = {}
        path = tmp_path / "luma.yaml"
        path.write_text(yaml.safe_dump(told), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def sound() -> Iterator[FaultyServer]:
    """A server that never fails."""
    with FaultyServer() as server:
        yield server


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint with random weights, as a folder on disk."""
    pytest.importorskip("torch", reason="needs the extra lvlm")
    from tests.models.local.tiny import save

    return save("qwen3_vl", tmp_path_factory.mktemp("weights") / "tiny")


class Played:
    """Faults by chance, and a note of which request met which."""

    def __init__(self, seed: int, share: float, names: tuple[str, ...]) -> None:
        self._faults = seeded(seed, share, names)
        self.told: list[tuple[str, str | None]] = []

    def __call__(self, number: int, body: Mapping[str, Any]) -> str | None:
        fault = self._faults(number, body)
        self.told.append((digest(body), fault))
        return fault


def endpoint(server: FaultyServer, **more: Any) -> dict[str, Any]:
    at = {"url": server.url, "model": "tiny", "concurrency": 4, "timeout": 5.0, **more}
    # The server gives yes and no a mass of 0.9 in all.
    return {"model": "endpoint", "endpoint": at, "batch": 40, "filter": {"min_mass": 0.8}}


def rows(built: Built, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(built.folder / f"{table}.parquet").to_pylist()
    return found


def tables(folder: Path) -> dict[str, str]:
    files = [*folder.glob("nodes/*.parquet"), *folder.glob("edges/*.parquet")]
    return {f.name: sha256(f.read_bytes()).hexdigest() for f in files if f.stem != "Run"}


def fates(built: Built) -> set[tuple[str, str]]:
    """The pairs and relations of which the run says what became of them."""
    told = {
        (row["item"], row["field"])
        for stage in STAGES
        if (built.folder / f"rejected/{stage}.parquet").exists()
        for row in rows(built, f"rejected/{stage}")
    }
    waiting = {(pair, relation) for pair, field in told if field is None for relation in RELATIONS}
    edges = {
        (row["start"], row["relation"])
        for name in ("USED_FOR", "IS_A")
        for row in rows(built, f"edges/{name}")
    }
    return {fate for fate in told if fate[1]} | waiting | edges


def everything(built: Built) -> set[tuple[str, str]]:
    pairs = [row["id"] for row in rows(built, "nodes/CoBuy")]
    return {(pair, relation) for pair in pairs for relation in RELATIONS}


class TestThroughAnEndpoint:
    """A server on this machine that speaks the API, and fails."""

    def test_a_sound_server_leaves_no_error(
        self, luma: Callable[..., Path], sound: FaultyServer, tmp_path: Path
    ) -> None:
        built = mindgraph.build(luma(6, **endpoint(sound)), tmp_path / "run")
        assert {left.reason for left in built.left_out} <= {"picture missing", "unknown product"}
        assert fates(built) == everything(built)
        assert len(everything(built)) > 50
        judged = rows(built, "replies/verdicts")
        assert {row["verdict"] for row in judged} == {"yes", "no"}
        assert all(row["mass"] == pytest.approx(0.9, abs=1e-6) for row in judged)
        pictures = [
            part
            for body in sound.requests
            for part in body["messages"][0]["content"]
            if part["type"] == "image_url"
        ]
        assert pictures
        assert all(p["image_url"]["url"].startswith("data:image/jpeg;base64,") for p in pictures)

    def test_every_fault_ends_as_an_error_row_that_the_next_build_retries(
        self, luma: Callable[..., Path], tmp_path: Path, sound: FaultyServer
    ) -> None:
        whole = mindgraph.build(luma(6, **endpoint(sound)), tmp_path / "whole")
        faults = tuple(name for name in FAULTS if name not in _OTHER_ANSWERS)
        played = Played(1, 0.25, faults)
        with FaultyServer(played, patience=0.05, retry_after="0") as server:
            config = luma(6, **endpoint(server, attempts=1, timeout=2.0))
            runs = 0
            while True:
                built = mindgraph.build(config, tmp_path / "run")
                assert fates(built) == everything(built)
                runs += 1
                if not any(left.reason == "model failed" for left in built.left_out):
                    break
                assert runs < 20
            assert runs > 2
            answered = [told for told, fault in played.told if fault is None]
            assert len(answered) == len(set(answered))
        assert tables(built.folder) == tables(whole.folder)

    def test_a_build_that_is_killed_loses_nothing(
        self, luma: Callable[..., Path], tmp_path: Path
    ) -> None:
        with FaultyServer(seconds=0.01) as server:
            config = luma(6, **endpoint(server))
            whole = mindgraph.build(config, tmp_path / "whole")
            first = len(server.requests)
            words = [sys.executable, "-m", "mindgraph", "build", str(config), "--quiet"]
            for after in (0.3, 0.6, 0.8):
                _killed([*words, "--run", str(tmp_path / "run")], server, first, after)
            built = mindgraph.build(config, tmp_path / "run")
            again = len(server.requests) - 2 * first
        assert tables(built.folder) == tables(whole.folder)
        assert again <= 3 * 16  # of three kills: what was on its way, and had no reply yet


_OTHER_ANSWERS = ("no logprobs", "null content", "refusal", "huge body")
"""What is an answer of another kind, and not mended by asking again."""


def _killed(words: list[str], server: FaultyServer, whole: int, share: float) -> None:
    """Start a build and kill it once this share of all its requests has come in."""
    start = len(server.requests)
    process = subprocess.Popen(words, env=dict(os.environ), stderr=subprocess.DEVNULL)
    while len(server.requests) - start < share * whole / 2 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()


class TestOnThisMachine:
    """A tiny model with random weights, through transformers: it sees, and talks nonsense."""

    def test_every_pair_is_asked_seen_and_judged(
        self, luma: Callable[..., Path], weights: Path, tmp_path: Path
    ) -> None:
        drawn = {"feature_tokens": 8, "intention_tokens": 12, "verdict_tokens": 4}
        local = {"weights": str(weights), "threads": 1}
        told = luma(6, model="transformers", local=local, sampling=drawn)
        built = mindgraph.build(told, tmp_path / "run")
        assert not any(left.reason == "model failed" for left in built.left_out)
        assert fates(built) == everything(built)
        model = built.manifest["model"]
        assert {way["way"] for way in model["ways"]} == {"cascade"}
        assert all(way["difference"] < 1e-4 for way in model["ways"])
        record = rows(built, "replies/record")
        judged = [row for row in record if row["step"] == "verdict"]
        assert judged and all(row["tokens_cached"] for row in judged)
        seen = [row for row in record if row["step"] == "intention"]
        assert all(row["tokens_image"] for row in seen)
