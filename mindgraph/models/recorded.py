"""Replaying answers that were recorded: what was asked before is answered again, word for word."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mindgraph.errors import DiskError, InputError, NotRecorded
from mindgraph.models import Job, ModelInfo, Reply, Tokens

FIELDS = ("key", "text", "finish_reason", "backend", "model", "revision")
"""What a row of a record holds, all of it text; other columns are passed over."""

SCORES = ("p_yes", "mass")
"""What a row holds besides, where P(yes) was asked: numbers or nothing."""


class _Said(NamedTuple):
    text: str
    finish_reason: str
    p_yes: float | None
    mass: float | None


_REPAIR = "write it again with the model that made it"


class RecordedModel:
    """Answers by request key from a record, and refuses what is not in it.

    The record is Parquet, JSON Lines, or JSON Lines under gzip, with the fields in `FIELDS`.
    Whoever answered first is the model's `info`, so that the same questions have the same keys.
    Each key asked is added to the file `log`, if one is named, before its reply is given.
    """

    together = 1000

    def __init__(self, path: str | Path, log: str | Path | None = None) -> None:
        self._path = Path(path)
        self._log = None if log is None else Path(log)
        self.info, self._replies = _read(self._path)
        metadata = self.info.backend == "metadata"
        self.reads: Literal["cards", "prompts"] = "cards" if metadata else "prompts"

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix, in the jobs' order; raises NotRecorded for a key it lacks."""
        with _appending(self._log) as note:
            async for job in jobs:
                for suffix, key in zip(job.suffixes, job.keys, strict=True):
                    _write_line(note, key, self._log)
                    yield self._reply(suffix, key)

    def check(self) -> None:
        """Nothing: the record was read when the model was made."""

    def tokens(self, job: Job) -> Tokens:
        """None: what was paid for once costs nothing again."""
        return Tokens()

    def _reply(self, suffix: str, key: str) -> Reply:
        if key not in self._replies:
            raise NotRecorded(
                f"{self._path} has no reply to {suffix[:200]!r} under the key {key[:12]}; "
                "record it with the model that made the file"
            )
        said = self._replies[key]
        return Reply(key, said.text, said.finish_reason, p_yes=said.p_yes, mass=said.mass)


# ---- Reading a record


def _read(path: Path) -> tuple[ModelInfo, dict[str, _Said]]:
    info: ModelInfo | None = None
    replies: dict[str, _Said] = {}
    for place, row in _rows(path):
        key, said, owner = _checked(f"{path} {place}", row)
        info = info or owner
        if info != owner:
            raise InputError(f"{path} holds replies of two models; split it, one file per model")
        if replies.setdefault(key, said) != said:
            raise InputError(f"{path} answers the key {key[:12]} in two ways; {_REPAIR}")
    if info is None:
        raise InputError(f"{path} holds no reply; {_REPAIR}")
    return info, replies


def _checked(place: str, row: dict[str, Any]) -> tuple[str, _Said, ModelInfo]:
    lacking = [field for field in FIELDS if not isinstance(row.get(field), str)]
    if lacking:
        raise InputError(f"{place} has no text under {', '.join(lacking)}; {_REPAIR}")
    wrong = [name for name in SCORES if not isinstance(row.get(name), float | int | None)]
    if wrong:
        raise InputError(f"{place} has no number under {', '.join(wrong)}; {_REPAIR}")
    key, text, finish_reason, *identity = (row[field] for field in FIELDS)
    return key, _Said(text, finish_reason, row.get("p_yes"), row.get("mass")), ModelInfo(*identity)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        yield from _parquet(path) if path.suffix == ".parquet" else _json_lines(path)
    except FileNotFoundError:
        raise InputError(f"{path} is not there; name the record in the model's `path`") from None
    except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{path} cannot be read as a record ({reason}); {_REPAIR}") from error


def _parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if name in (*FIELDS, *SCORES)]
            batches = (batch.to_pylist() for batch in file.iter_batches(columns=columns))
            for number, row in enumerate(chain.from_iterable(batches), 1):
                yield f"row {number}", row
    except pa.ArrowException as error:
        raise ValueError(str(error)) from error


def _json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                row = json.loads(line)
                yield f"line {number}", row if isinstance(row, dict) else {}


# ---- Counting what was asked


@contextmanager
def _appending(log: Path | None) -> Iterator[int | None]:
    if log is None:
        yield None
        return
    try:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    except OSError as error:
        raise DiskError(f"{log} cannot be written ({error.strerror}); name another log") from error
    try:
        yield file
    finally:
        os.close(file)


def _write_line(file: int | None, key: str, log: Path | None) -> None:
    """One write for one line, so that a killed process leaves whole lines."""
    if file is None:
        return
    line = f"{key}\n".encode()
    try:
        written = os.write(file, line)
    except OSError as error:
        raise DiskError(f"{log} cannot be written ({error.strerror}); free its disk") from error
    if written < len(line):
        raise DiskError(f"{log} ends in half a line, as the disk is full; free it and start again")
