"""What is sent: one user message with pictures and one text, and every knob by its name."""

from __future__ import annotations

import base64
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from mindgraph.errors import MindgraphError
from mindgraph.models import Job, Part, PictureDoor, row_seed
from mindgraph.models.endpoint.servers import Server

_KEPT = 64  # pictures at hand: those of all pairs that are asked at once
_QUALITY = 90
_SEEDS = 1 << 31  # what every server takes for a seed


class UnreadablePictureError(Exception):
    """A picture of a prompt that cannot be sent."""


@dataclass(frozen=True)
class Question:
    """One suffix of a job, and the key it is answered under."""

    job: Job
    suffix: str
    key: str

    @property
    def seed(self) -> int | None:
        """The seed it is drawn with; None where nothing is drawn."""
        drawn = self.job.op == "judge" or self.job.sampling.temperature > 0
        return row_seed(self.key) % _SEEDS if drawn else None

    @property
    def text(self) -> str:
        """All that is said in words."""
        told = [part.value for part in self.job.prefix if part.kind == "text"]
        return "".join([*told, self.suffix])


def body_of(question: Question, model: str, server: Server, pictures: Pictures) -> dict[str, Any]:
    """The request as JSON; raises UnreadablePictureError.

    A product's title stands inside the one text, so that nothing in it can become a message.
    """
    knobs = _judging(server) if question.job.op == "judge" else _writing(question.job, server)
    seed = {} if question.seed is None else {"seed": question.seed}
    content = [*_shown(question.job.prefix, pictures), {"type": "text", "text": question.text}]
    message = {"role": "user", "content": content}
    return {"model": model, "messages": [message], **knobs, **seed, **_penalties(server)}


def _writing(job: Job, server: Server) -> dict[str, Any]:
    drawn = job.sampling
    return {
        server.limit: drawn.max_tokens,
        "temperature": drawn.temperature,
        "top_p": drawn.top_p,
    }


def _judging(server: Server) -> dict[str, Any]:
    # At temperature 1 without filters, probabilities before and after sampling are the same.
    knobs: dict[str, Any] = {server.limit: 1, "temperature": 1.0, "top_p": 1.0}
    if server.alternatives:
        knobs |= {"logprobs": True, "top_logprobs": server.alternatives}
    return knobs


def _penalties(server: Server) -> dict[str, Any]:
    return {"frequency_penalty": 0.0, "presence_penalty": 0.0, **server.extras}


def _shown(prefix: tuple[Part, ...], pictures: Pictures) -> list[dict[str, Any]]:
    return [
        {"type": "image_url", "image_url": {"url": pictures.url(part)}}
        for part in prefix
        if part.kind == "image"
    ]


class Pictures:
    """Pictures as data URLs: JPEG as the door bounds them, the last ones kept at hand."""

    def __init__(self, open_picture: PictureDoor) -> None:
        self._open = open_picture
        self._urls: OrderedDict[str, str] = OrderedDict()

    def url(self, part: Part) -> str:
        """The data URL of a picture; raises UnreadablePictureError."""
        if part.value not in self._urls:
            self._urls[part.value] = self._encoded(part)
        self._urls.move_to_end(part.value)
        while len(self._urls) > _KEPT:
            self._urls.popitem(last=False)
        return self._urls[part.value]

    def _encoded(self, part: Part) -> str:
        if part.at is None:
            raise UnreadablePictureError(f"no file holds the picture {part.value[:12]}")
        written = BytesIO()
        try:
            self._open(Path(part.at)).save(written, "JPEG", quality=_QUALITY)
        except MindgraphError:
            raise
        except Exception as error:  # a door refuses in its own words
            raise UnreadablePictureError(str(error)) from error
        return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()
