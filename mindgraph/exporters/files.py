"""Files that appear all at once: written under a draft's name, synced, then renamed.

A draft that a killed export left gives way to the next one. What ends in `.gz` or `.zst` is
compressed; neither kind carries a time, so equal exports are equal bytes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mindgraph.errors import DiskError, UsageError
from mindgraph.exporters.behind import WriteBehind, write_behind


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """The draft of a file, which takes its place when all went well.

    UsageError where the path is a folder, DiskError where the file cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    draft = path.with_name(f".{path.name}.draft")
    with writing(path):
        draft.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            _sync(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """The draft of a folder, which takes the place of nothing or of an empty folder.

    UsageError where the path holds something, DiskError where the folder cannot be written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path}: holds something already; name a new or an empty folder")
    draft = path.with_name(f".{path.name}.draft")
    with writing(path):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            yield draft
            for place in [*sorted(draft.rglob("*")), draft]:
                _sync(place)
            draft.replace(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _sync(path.parent)


@contextmanager
def new_text(path: Path) -> Iterator[WriteBehind]:
    """A new file to write bytes of text into, compressed where its name says so."""
    with new_file(path) as draft, write_behind(draft, path.suffix) as file:
        yield file


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Tell in one line that the disk refused, whoever it was that wrote."""
    try:
        yield
    except OSError as error:
        raise DiskError(_refused(path, error.strerror or error)) from error
    except Exception as error:
        if not _of_disk(error):
            raise
        raise DiskError(_refused(path, str(error).splitlines()[0])) from error


def _of_disk(error: Exception) -> bool:
    """Whether an error of DuckDB is about a disk; its classes are not loaded for this."""
    full = type(error).__name__ in {"IOException", "OutOfMemoryException"}
    return full and type(error).__module__.partition(".")[0] in {"duckdb", "_duckdb"}


def _refused(path: Path, told: Any) -> str:
    return f"{path}: cannot be written ({told}); free some space, or name another place"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
