"""A file that a thread of its own compresses, hashes and writes, while the next text is made.

All three let go of the interpreter, so that two processors share the work; and the disk begins
long before the end. Memory is bounded: whoever makes text waits where the thread falls behind.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import BinaryIO, cast

import pyarrow as pa

_PART = 1 << 20
"""Bytes that are handed over at once."""

_WAITING = 1
"""Parts that may wait for the thread; with more, memory is touched that no cache has seen."""

_CACHED = 1 << 18
"""Bytes that are hashed and written in turn, so that the processor's cache has them still."""

_UNSETTLED = 1 << 25
"""Bytes that are written before the disk is to have them."""


@contextmanager
def write_behind(path: Path, suffix: str) -> Iterator[WriteBehind]:
    """A new file to write into, compressed where the suffix is `.gz` or `.zst`.

    What went wrong behind is raised by a later `write`, or when the file ends.
    """
    file = WriteBehind(path, suffix)
    try:
        yield file
        file.hand_over()
    finally:
        file.end()
    file.check()


class WriteBehind:
    """What is written here goes to a thread; a memoryview given to it must not change any more."""

    def __init__(self, path: Path, suffix: str) -> None:
        self._disk = _Hashed(path)
        self._into = _COMPRESSED.get(suffix, _as_it_is)(cast("BinaryIO", self._disk))
        self._waiting: Queue[list[bytes | memoryview] | None] = Queue(_WAITING)
        self._part: list[bytes | memoryview] = []
        self._size = 0
        self._failed: Exception | None = None
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    @property
    def sha256(self) -> str:
        """The checksum of the file as it lies there, once it ended."""
        return self._disk.hashed.hexdigest()

    def write(self, text: bytes | memoryview) -> int:
        """Take some more bytes of text."""
        self._part.append(text)
        self._size += len(text)
        if self._size >= _PART:
            self.check()
            self.hand_over()
        return len(text)

    def hand_over(self) -> None:
        """Give the thread what was taken since."""
        self._waiting.put(self._part)
        self._part, self._size = [], 0

    def end(self) -> None:
        """Wait until all that was handed over is written."""
        self._waiting.put(None)
        self._thread.join()

    def check(self) -> None:
        """Raise what went wrong behind."""
        if self._failed:
            raise self._failed

    def _work(self) -> None:
        parts = iter(self._waiting.get, None)
        try:
            with self._disk, self._into:
                for text in chain.from_iterable(parts):
                    self._into.write(text)
        except Exception as error:
            self._failed = error
            for _ in parts:  # whoever hands over must not wait for a thread that gave up
                pass


class _Hashed(io.RawIOBase):
    """The file itself; now and then it waits for the disk, which else would idle until the end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.hashed = hashlib.sha256()
        self._unsettled = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: bytes | memoryview) -> int:  # type: ignore[override]
        """Hash and write all of it."""
        whole = memoryview(text)
        for start in range(0, len(whole), _CACHED):
            self._take(whole[start : start + _CACHED])
        return len(whole)

    def _take(self, some: memoryview) -> None:
        self.hashed.update(some)
        self._file.write(some)
        self._unsettled += len(some)
        if self._unsettled >= _UNSETTLED:
            self._file.flush()
            _settle(self._file.fileno())
            self._unsettled = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def _settle(handle: int) -> None:
    """Wait for the disk, then give the memory back that held a copy for readers.

    What is written next takes that memory, which the kernel need not look for; and a large export
    does not push out what other programs read.
    """
    os.fsync(handle)
    if hasattr(os, "posix_fadvise"):  # not on macOS
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


def _as_it_is(disk: BinaryIO) -> BinaryIO:
    return disk


def _gzip(disk: BinaryIO) -> BinaryIO:
    """Without a name and a time, so that equal texts are equal bytes."""
    squeezed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=disk, mtime=0)
    return cast("BinaryIO", squeezed)


def _zstd(disk: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", pa.CompressedOutputStream(disk, "zstd"))


_COMPRESSED: dict[str, Callable[[BinaryIO], BinaryIO]] = {".gz": _gzip, ".zst": _zstd}
