"""Replies that are kept the moment they come, so that nothing is asked twice.

The file has a line a reply and is a record that the recorded model reads. Errors are not kept: what
failed is asked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from mindgraph.errors import DiskError, InputError
from mindgraph.models import Generator, Job, Reply, waited_for
from mindgraph.models.recorded import RecordedModel

Progress = Callable[[str, int], None]
"""Is told the name of what is asked, and how many replies just came."""


def unwatched(name: str, replies: int) -> None:
    """Progress that nobody watches."""


class Kept:
    """The replies of one model, by request key, in a file or (without a path) in memory alone.

    InputError where the file is no record, or another model's.
    """

    def __init__(self, model: Generator, path: Path | None = None) -> None:
        self._model, self._path = model, path
        self._replies = {} if path is None else _read(path, model)

    def asked(self, jobs: Iterable[Job], came: Callable[[], None]) -> dict[str, Reply]:
        """The reply to every key of the jobs; what was answered before is not asked.

        `came` is called at every reply that comes.

        Raises ModelError where the model answers nothing at all, DiskError where the file ends.
        """
        wanted: dict[str, None] = {}
        failed = waited_for(self._ask(_noting(jobs, wanted), came))
        return {key: self._replies.get(key) or failed[key] for key in wanted}

    async def _ask(self, jobs: Iterable[Job], came: Callable[[], None]) -> dict[str, Reply]:
        failed: dict[str, Reply] = {}
        async for reply in self._model.run(_stream(self._unanswered(jobs))):
            came()
            if reply.error is None:
                self._keep(reply)
            else:
                failed[reply.key] = reply
        return failed

    def _unanswered(self, jobs: Iterable[Job]) -> Iterator[Job]:
        """Jobs without the suffixes that were answered, or are on their way already."""
        on_their_way: set[str] = set()
        for job in jobs:
            left = {
                key: suffix
                for key, suffix in zip(job.keys, job.suffixes, strict=True)
                if key not in self._replies and key not in on_their_way
            }
            on_their_way |= left.keys()
            if left:
                yield Job(job.prefix, tuple(left.values()), tuple(left), job.sampling, job.op)

    def _keep(self, reply: Reply) -> None:
        self._replies[reply.key] = reply
        if self._path is not None:
            _append(self._path, {**_told(reply), **asdict(self._model.info)})


def _noting(jobs: Iterable[Job], wanted: dict[str, None]) -> Iterator[Job]:
    for job in jobs:
        wanted.update(dict.fromkeys(job.keys))
        yield job


async def _stream(jobs: Iterable[Job]) -> AsyncIterator[Job]:
    for job in jobs:
        yield job


# ---- the file


def _told(reply: Reply) -> dict[str, object]:
    told = asdict(reply)
    trace = told.pop("trace")
    del told["error"]
    return {**told, "tokens_in": trace["tokens_in"], "tokens_out": trace["tokens_out"]}


def _append(path: Path, row: dict[str, object]) -> None:
    """One write for one line: a killed process leaves whole lines."""
    line = f"{json.dumps(row, ensure_ascii=False)}\n".encode(errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            if file.write(line) < len(line):
                raise OSError("the disk is full")
    except OSError as error:
        raise DiskError(f"{path} cannot be written ({error}); free its disk, ask again") from error


def _read(path: Path, model: Generator) -> dict[str, Reply]:
    if not path.exists() or not _mended(path):
        return {}
    recorded = RecordedModel(path)
    if recorded.info != model.info:
        raise InputError(
            f"{path} holds answers of {recorded.info.model}, not of {model.info.model}; "
            "name another file, one for each model"
        )
    with path.open(encoding="utf-8") as lines:
        keys = tuple(json.loads(line)["key"] for line in lines)
    job = Job((), ("",) * len(keys), keys)
    return {reply.key: reply for reply in waited_for(_collected(recorded, job))}


async def _collected(model: Generator, job: Job) -> list[Reply]:
    return [reply async for reply in model.run(_stream([job]))]


def _mended(path: Path) -> int:
    """The file's bytes once a last line is cut off that a full disk left in halves."""
    told = path.read_bytes()
    whole = told.rfind(b"\n") + 1
    if whole < len(told):
        os.truncate(path, whole)
    return whole
