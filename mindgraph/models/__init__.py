"""Who is asked why two products are bought together.

The unit of work is one prefix with many suffixes: all relations of a pair share its two
products. A `Generator` takes a stream of jobs and yields one `Reply` per suffix, in any order.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Literal, Protocol

from mindgraph.errors import UsageError


@dataclass(frozen=True)
class Part:
    """A piece of a prefix: text, or a picture named by the SHA-256 of its bytes."""

    kind: Literal["text", "image"]
    value: str


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn; every knob is part of the request key."""

    max_tokens: int = 120
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None


@dataclass(frozen=True)
class Job:
    """One prefix and the suffixes asked about it; `keys` are the request keys, one a suffix."""

    prefix: tuple[Part, ...]
    suffixes: tuple[str, ...]
    keys: tuple[str, ...]
    sampling: Sampling = Sampling()


@dataclass(frozen=True)
class ModelInfo:
    """Who answered: enough to ask the same again."""

    backend: str
    model: str
    revision: str


@dataclass(frozen=True)
class Reply:
    """One answer: its request key and its text, or the error that stood in its place."""

    key: str
    text: str
    finish_reason: str = "stop"
    error: str | None = None


class Generator(Protocol):
    """Anything that answers jobs."""

    info: ModelInfo

    def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix of every job, in any order; errors are replies, not exceptions."""
        ...


def prefix_digest(prefix: tuple[Part, ...]) -> str:
    """SHA-256 of a prefix, so that its suffixes need not hash it again."""
    told = json.dumps([[part.kind, part.value] for part in prefix], ensure_ascii=False)
    return sha256(told.encode()).hexdigest()


def request_key(
    prefix_sha256: str, suffix: str, info: ModelInfo, sampling: Sampling = Sampling()
) -> str:
    """The id of one question to one model: everything that decides the answer, and nothing else.

    SHA-256 over canonical JSON. Where and how fast the model runs is not in it.
    """
    asked = {
        "prefix": prefix_sha256,
        "suffix": suffix,
        "model": [info.model, info.revision],
        "sampling": asdict(sampling),
    }
    return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def open_model(kind: str, options: Mapping[str, Any]) -> Generator:
    """The model a config names: `metadata` or `recorded`."""
    if kind == "metadata":
        from mindgraph.models.metadata import MetadataModel

        return MetadataModel(**options)
    if kind == "recorded":
        from mindgraph.models.recorded import RecordedModel

        return RecordedModel(**options)
    raise UsageError(f"no model is called {kind!r}; use metadata or recorded")
