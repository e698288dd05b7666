"""All questions about a prefix in one, answered by one JSON object: an ablation for hosted models.

It reads the prefix once, so it is cheap where input is paid for and prefixes are not kept. Later
answers read earlier ones, a cut tail loses several, and no answer has a seed of its own: compare
with the others, and do not mix with them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from mindgraph.errors import UsageError
from mindgraph.models import (
    Generator,
    Job,
    ModelInfo,
    Reply,
    Sampling,
    Tokens,
    Trace,
    prefix_digest,
    request_key,
)

_TOKENS_A_NAME = 12  # quotes, name, colon, comma, and the quotes around the answer


class Structured:
    """Wraps a model: several suffixes become one question, in an order that `seed` shuffles.

    Every complete name and answer counts, also of a reply that was cut; what is lost is a reply
    with an error, so that only this is asked again. Jobs of one suffix and judges pass through.
    Raises UsageError for a model that reads cards, whose suffixes are no questions.
    """

    reads: Literal["cards", "prompts"]
    together: int

    def __init__(self, inner: Generator, seed: int = 0) -> None:
        if inner.reads != "prompts":
            raise UsageError(
                f"the {inner.info.backend} model answers relations, not questions; "
                "leave out its structured replies"
            )
        self._inner = inner
        self._seed = seed
        self.info: ModelInfo = replace(inner.info, revision=f"{inner.info.revision} structured")
        self.reads = inner.reads
        self.together = inner.together

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix; those of one job share the cost of their one question."""
        open_sheets: dict[str, list[_Sheet]] = defaultdict(list)

        async def asked() -> AsyncIterator[Job]:
            async for job in jobs:
                if sheet := self._sheet(job):
                    open_sheets[sheet.asked.keys[0]].append(sheet)
                    yield sheet.asked
                else:
                    yield job

        async for reply in self._inner.run(asked()):
            if sheets := open_sheets.get(reply.key):
                for answer in sheets.pop().replies(reply):
                    yield answer
                if not sheets:
                    del open_sheets[reply.key]
            else:
                yield reply

    def check(self) -> None:
        """Whatever the wrapped model checks."""
        self._inner.check()

    def tokens(self, job: Job) -> Tokens:
        """What the one question would cost, as the wrapped model counts."""
        sheet = self._sheet(job)
        return self._inner.tokens(sheet.asked if sheet else job)

    def _sheet(self, job: Job) -> _Sheet | None:
        if job.op == "judge" or len(job.suffixes) < 2:
            return None
        return _Sheet.of(job, self._inner.info, self._seed)


@dataclass(frozen=True)
class _Sheet:
    """One question made of many; `keys` are theirs, by the short names it gives them."""

    asked: Job
    keys: dict[str, str]

    @classmethod
    def of(cls, job: Job, info: ModelInfo, seed: int) -> _Sheet:
        questions = dict(zip(job.keys, job.suffixes, strict=True))
        order = sorted(questions, key=lambda key: _shuffled(key, seed))
        names = {f"q{number}": key for number, key in enumerate(order, 1)}
        question = _question({name: questions[key] for name, key in names.items()})
        sampling = _enough(job.sampling, len(names))
        key = request_key(prefix_digest(job.prefix), question, info, sampling)
        return cls(Job(job.prefix, (question,), (key,), sampling), names)

    def replies(self, reply: Reply) -> Iterator[Reply]:
        """The reply to each question out of the reply to all."""
        found = {} if reply.error else answers(reply.text, self.keys)
        for place, (name, key) in enumerate(self.keys.items()):
            trace = _share(reply.trace, place, len(self.keys))
            if text := found.get(name, "").strip():
                yield Reply(key, text, trace=trace)
            else:
                lost = reply.error or _lost(name, reply.finish_reason)
                yield Reply(key, "", "error", lost, trace=trace)


def _shuffled(key: str, seed: int) -> bytes:
    """A place in an order that neither the caller's order nor the other questions decide."""
    return sha256(f"{seed} {key}".encode()).digest()


def _enough(sampling: Sampling, questions: int) -> Sampling:
    return replace(sampling, max_tokens=questions * (sampling.max_tokens + _TOKENS_A_NAME))


def _question(questions: dict[str, str]) -> str:
    listed = "\n".join(f"{name}: {' '.join(told.split())}" for name, told in questions.items())
    return (
        f"\nAnswer each of these {len(questions)} questions on its own:\n{listed}\n"
        "Reply with one JSON object and nothing else. Its names are the names above, "
        f'its values are the answers as text: {{"q1": "...", "q2": "..."}}\n'
    )


def _lost(name: str, finish_reason: str) -> str:
    cut = "; the reply was cut" if finish_reason == "length" else ""
    return f"the structured reply has no answer under {name}{cut}"


def _share(trace: Trace, place: int, of: int) -> Trace:
    """One answer's part of the cost; the parts sum to the whole."""

    def part(count: int | None) -> int | None:
        return None if count is None else count // of + (place < count % of)

    return replace(
        trace,
        seconds=None if trace.seconds is None else trace.seconds / of,
        tokens_in=part(trace.tokens_in),
        tokens_cached=part(trace.tokens_cached),
        tokens_image=part(trace.tokens_image),
        tokens_out=part(trace.tokens_out),
    )


# ---- reading the object

_THOUGHT = re.compile(r"\s*<think(?:ing)?>.*?</think(?:ing)?>", re.IGNORECASE | re.DOTALL)
_OBJECT = re.compile(r'\{\s*(?=")')
_BETWEEN = re.compile(r"\s*,?\s*")
_COLON = re.compile(r"\s*:\s*")
_TRIES = 50  # objects that may stand before the one that was asked for
_JSON = json.JSONDecoder(strict=False)  # a line break inside an answer is no fault of the answer


def answers(text: str, names: dict[str, str]) -> dict[str, str]:
    """The answers by name out of a reply: of the first object that has any, the complete pairs.

    What stands before it (a thought, a fence, some words) and behind it is passed over, and an
    object may end anywhere. A name counts once.
    """
    text = _THOUGHT.sub("", text, count=1)
    for _, opened in zip(range(_TRIES), _OBJECT.finditer(text), strict=False):
        found: dict[str, str] = {}
        for name, value in _pairs(text, opened.end()):
            if name in names and isinstance(value, str):
                found.setdefault(name, value)
        if found:
            return found
    return {}


def _pairs(text: str, place: int) -> Iterator[tuple[object, object]]:
    """The pairs of an object from inside its brace, up to where it ends or is broken."""
    while place < len(text) and text[place] == '"':
        try:
            name, place = _JSON.raw_decode(text, place)
            colon = _COLON.match(text, place)
            if colon is None:
                return
            value, place = _JSON.raw_decode(text, colon.end())
        except (ValueError, RecursionError):
            return
        yield name, value
        place = _past(_BETWEEN, text, place)


def _past(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
