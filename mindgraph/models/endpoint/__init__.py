"""A model behind any server that speaks OpenAI's API: vLLM, SGLang, Ollama, llama.cpp, hosted.

What such a server answers may depend on what else it is doing: engines batch, and in 16 bits the
batch bends a logit. Greedy replies of two runs are alike, not promised to be equal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from typing import Literal

from mindgraph.errors import ModelError, UsageError
from mindgraph.models import Job, ModelInfo, PictureDoor, Reply, Tokens
from mindgraph.models.endpoint.abreast import SharedTime, each
from mindgraph.models.endpoint.asking import Pictures, Question
from mindgraph.models.endpoint.estimate import estimated
from mindgraph.models.endpoint.exchange import REPAIRS, Exchange, Known
from mindgraph.models.endpoint.limits import Pace
from mindgraph.models.endpoint.sending import FailedError, Place, opened
from mindgraph.models.endpoint.servers import server_called


class EndpointModel:
    """Answers jobs over HTTP: `concurrency` requests at once, `attempts` for each that fails.

    The key is read from the environment when the first job is asked. Where and how fast it runs
    decides no request key. The kind of `server` does, as each is sent knobs of its own: it is part
    of `info.revision`, behind the weights' `revision`, which you should name if you know it. Raises
    UsageError for settings that cannot be, ModelError if the server was never any use: it is not
    to be reached, or refuses the key or the model whatever is asked. Other failures are replies
    with an error. A trace's seconds are a reply's share of the time it was in hand with others, so
    that they sum to the time that passed.
    """

    reads: Literal["cards", "prompts"] = "prompts"
    together = 64

    def __init__(
        self,
        *,
        url: str,
        model: str,
        open_picture: PictureDoor,
        server: str = "openai",
        key_variable: str = "OPENAI_API_KEY",
        concurrency: int = 8,
        timeout: float = 120,
        attempts: int = 3,
        requests_per_minute: int | None = None,
        revision: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        rate = 1 if requests_per_minute is None else requests_per_minute
        if min(concurrency, attempts, rate) < 1 or timeout <= 0:
            raise UsageError(
                "an endpoint's concurrency, attempts, timeout and requests_per_minute are above 0"
            )
        self.info = ModelInfo("endpoint", model, f"{revision or 'unpinned'} {server}")
        self._known = Known(server_called(server))
        self._place = Place(url, key_variable, timeout)
        self._concurrency = concurrency
        self._attempts = attempts
        self._pace = pace or Pace(requests_per_minute)
        self._pictures = Pictures(open_picture)

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix, in the order they come; few requests are in hand at any time."""
        free = asyncio.Semaphore(self._concurrency)
        time = SharedTime()
        async with opened(self._place) as wire:

            async def reply_to(question: Question) -> Reply:
                return await Exchange(
                    question,
                    self.info.model,
                    wire,
                    self._known,
                    self._pace,
                    self._pictures,
                    free,
                    time,
                    self._attempts,
                ).reply()

            async for reply in each(_questions(jobs), reply_to, 2 * self._concurrency):
                yield reply

    def check(self) -> None:
        """Raises UsageError without a key, ModelError where the server cannot be asked."""
        asyncio.run(self._reach())

    async def _reach(self) -> None:
        async with opened(self._place) as wire:
            try:
                await wire.reach()
            except FailedError as error:
                if error.status in REPAIRS or error.status is None:
                    repair = REPAIRS.get(error.status or 0, "start it, or correct `url`")
                    raise ModelError(f"{wire.host}: {error}; {repair}") from None

    def tokens(self, job: Job) -> Tokens:
        """An estimate out of characters and pictures; the server alone could count."""
        return estimated(job)


async def _questions(jobs: AsyncIterable[Job]) -> AsyncIterator[Question]:
    async for job in jobs:
        for suffix, key in zip(job.suffixes, job.keys, strict=True):
            yield Question(job, suffix, key)
