"""Who is asked why two products are bought together.

The unit of work is one prefix with many suffixes: all relations of a pair share its two
products. A `Generator` takes a stream of jobs and yields one `Reply` per suffix, in any order.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from mindgraph.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

Answer = TypeVar("Answer")

PictureDoor = Callable[[Path], "Image.Image"]
"""Opens a picture's file as every model may use it: still, RGB, upright, bounded in size."""


@dataclass(frozen=True)
class Part:
    """A piece of a prefix: text, or a picture named by the SHA-256 of its bytes.

    `at` is the file a picture lies in; a picture that moved is the same picture. `side` is the
    longest side, in pixels, at which it is shown.
    """

    kind: Literal["text", "image"]
    value: str
    at: str | None = field(default=None, compare=False)
    side: int | None = None


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn; every knob is part of the request key.

    Temperature 0 takes the likeliest token. Otherwise each reply is drawn with a seed of its own,
    made of `seed` and its request key, so that no sample depends on what is asked beside it.
    """

    max_tokens: int = 120
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


@dataclass(frozen=True)
class Job:
    """One prefix and the suffixes asked about it; `keys` are the request keys, one a suffix.

    `generate` asks for a text; `judge` for P(yes) of a question that is answered by yes or no,
    read off the distribution of the next token.
    """

    prefix: tuple[Part, ...]
    suffixes: tuple[str, ...]
    keys: tuple[str, ...]
    sampling: Sampling = Sampling()
    op: Literal["generate", "judge"] = "generate"


@dataclass(frozen=True)
class ModelInfo:
    """Who answered: enough to ask the same again."""

    backend: str
    model: str
    revision: str


@dataclass(frozen=True)
class Trace:
    """How a reply came about: what it cost, and which way was taken. Decides nothing.

    Tokens are counted as the model counts them; `tokens_cached` and `tokens_image` are among
    `tokens_in`. `way` is how the prefix was shared, `difference` the largest deviation of logits
    from asking alone that was measured for it.
    """

    started: str | None = None  # UTC, ISO 8601
    seconds: float | None = None  # its share of the time that passed; the shares sum to it
    attempts: int = 1
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_image: int | None = None
    tokens_out: int | None = None
    seed: int | None = None
    way: str | None = None
    difference: float | None = None
    returned_model: str | None = None
    fingerprint: str | None = None
    engine: str | None = None  # name and version of the software that ran the model


@dataclass(frozen=True)
class Reply:
    """One answer: its request key and its text or P(yes), or the error that stood in its place.

    Of a `judge` job, `mass` is P(yes) + P(no) before the two were made to sum to one; both are
    null where the model gives no probabilities.
    """

    key: str
    text: str
    finish_reason: str = "stop"  # stop, length, nothing, judged, error
    error: str | None = None
    p_yes: float | None = None
    mass: float | None = None
    trace: Trace = Trace()


@dataclass(frozen=True)
class Tokens:
    """How many tokens a job reads, and writes at most."""

    shared: int = 0  # the prefix, read once
    image: int = 0  # among `shared`
    again: int = 0  # the prefix once more for every further suffix, where it is not kept
    suffixes: int = 0
    out: int = 0


class Generator(Protocol):
    """Anything that answers jobs.

    `reads` is what its prefixes are made of: product cards, or prompts with pictures.
    """

    info: ModelInfo
    reads: Literal["cards", "prompts"]

    @property
    def together(self) -> int:
        """How many jobs are best asked at once, so that what they share is still at hand."""
        ...

    def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix of every job, in any order; errors are replies, not exceptions."""
        ...

    def tokens(self, job: Job) -> Tokens:
        """What a job would cost, without asking."""
        ...

    def check(self) -> None:
        """Raises UsageError or ModelError where it could not answer, as far as can be seen."""
        ...


def prefix_digest(prefix: tuple[Part, ...]) -> str:
    """SHA-256 of a prefix, so that its suffixes need not hash it again."""
    parts = [[part.kind, part.value, part.side] for part in prefix]
    told = json.dumps(parts, ensure_ascii=False)
    return sha256(told.encode()).hexdigest()


def request_key(
    prefix_sha256: str,
    suffix: str,
    info: ModelInfo,
    sampling: Sampling = Sampling(),
    op: str = "generate",
) -> str:
    """The id of one question to one model: everything that decides the answer, and nothing else.

    SHA-256 over canonical JSON. Where and how fast the model runs is not in it.
    """
    asked = {
        "prefix": prefix_sha256,
        "suffix": suffix,
        "op": op,
        "model": [info.model, info.revision],
        "sampling": asdict(sampling),
    }
    return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def waited_for(asked: Coroutine[Any, Any, Answer]) -> Answer:
    """What a coroutine returns, also where a loop is running already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(asked)
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, asked).result()


def row_seed(key: str) -> int:
    """The seed of one reply (below 2**63), made of its request key alone."""
    return int(key[:15], 16)


def open_model(kind: str, options: Mapping[str, Any], open_picture: PictureDoor) -> Generator:
    """The model a config names; heavy libraries are imported by the model's own room alone."""
    if kind == "metadata":
        from mindgraph.models.metadata import MetadataModel

        return MetadataModel(**options)
    if kind == "recorded":
        from mindgraph.models.recorded import RecordedModel

        return RecordedModel(**options)
    if kind == "transformers":
        from mindgraph.models.local import TransformersModel

        return TransformersModel(**options, open_picture=open_picture)
    if kind == "endpoint":
        from mindgraph.models.endpoint import EndpointModel

        return EndpointModel(**options, open_picture=open_picture)
    if kind == "vllm":
        from mindgraph.models.vllm import VLLMModel

        return VLLMModel(**options, open_picture=open_picture)
    raise UsageError(
        f"no model is called {kind!r}; use metadata, recorded, transformers, endpoint or vllm"
    )
