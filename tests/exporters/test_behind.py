"""What is written behind is what was given, and what goes wrong there is told, not waited for."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.exporters.behind import _Hashed, write_behind

SUFFIXES = ["", ".gz", ".zst"]

LARGE = os.urandom(1000) * 3000


def written(path: Path, suffix: str, pieces: list[bytes]) -> str:
    """Writes all pieces; the checksum that is told."""
    with write_behind(path, suffix) as file:
        for piece in pieces:
            assert file.write(memoryview(piece)) == len(piece)
    return file.sha256


def plain(path: Path, suffix: str) -> bytes:
    raw = path.read_bytes()
    if suffix == ".gz":
        return gzip.decompress(raw)
    if suffix == ".zst":
        with pa.input_stream(path, compression="zstd") as file:
            return bytes(file.read())
    return raw


@pytest.mark.parametrize("suffix", SUFFIXES)
class TestWritten:
    """What lies there afterwards."""

    @pytest.mark.parametrize(
        "pieces", [[], [b""], [b"one"], [b"a"] * 5000, [LARGE] * 3, [b"a", LARGE, b"", b"z"]]
    )
    def test_it_is_what_was_given_with_its_checksum(
        self, tmp_path: Path, suffix: str, pieces: list[bytes]
    ) -> None:
        file = tmp_path / "out"
        told = written(file, suffix, pieces)
        assert plain(file, suffix) == b"".join(pieces)
        assert told == hashlib.sha256(file.read_bytes()).hexdigest()

    def test_equal_texts_are_equal_bytes(self, tmp_path: Path, suffix: str) -> None:
        told = {written(tmp_path / name, suffix, [LARGE, b"end"]) for name in "ab"}
        assert len(told) == 1


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=50)))
def test_pieces_keep_their_order(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    file = tmp_path_factory.mktemp("behind") / "out"
    written(file, "", pieces)
    assert file.read_bytes() == b"".join(pieces)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("given", "room"), [(1, 0), (30, 0), (30, 9_000_000), (1, 999_000)])
def test_a_disk_that_refuses_is_told_to_the_writer(
    tmp_path: Path, suffix: str, given: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(disk: _Hashed, text: bytes) -> int:
        disk.hashed.update(text)
        taken.append(len(text))
        if sum(taken) > room:
            raise OSError(28, "No space left on device")
        return len(text)

    taken: list[int] = []
    monkeypatch.setattr(_Hashed, "write", refuse)
    before = threading.active_count()
    with pytest.raises(OSError, match="No space left"):
        written(tmp_path / "out", suffix, [os.urandom(1_000_000) for _ in range(given)])
    assert threading.active_count() == before


def test_what_the_writer_raises_goes_on_and_ends_the_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="mine"), write_behind(tmp_path / "out", ".gz") as file:
        file.write(LARGE)
        raise ValueError("mine")
    assert threading.active_count() == before
