"""One question until it is answered or given up: attempts, waits, and what they teach."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version

from mindgraph.errors import ModelError
from mindgraph.models import Reply, Trace, row_seed
from mindgraph.models.endpoint.answers import Answer, UnusableError, judged, read, written
from mindgraph.models.endpoint.asking import (
    Pictures,
    Question,
    UnreadablePictureError,
    body_of,
)
from mindgraph.models.endpoint.limits import Pace, backoff
from mindgraph.models.endpoint.sending import FailedError, Wire
from mindgraph.models.endpoint.servers import Server, stepped_down

_TOO_MANY = 429

REPAIRS = {
    401: "the server refuses the key; set the variable that key_variable names",
    403: "the key may not use this model; use another key or another model",
    404: "the server knows no such model or path; mend `model`, or let `url` end in /v1",
}
"""What repairs a refusal, by its HTTP status."""


@dataclass
class Known:
    """What was learned of a server so far, for all that is asked of it."""

    server: Server
    answered: bool = False


@dataclass
class Exchange:
    """A question on its way; `free` is how many more may be on their way."""

    question: Question
    model: str
    wire: Wire
    known: Known
    pace: Pace
    pictures: Pictures
    free: asyncio.Semaphore
    attempts: int
    trace: Trace = field(init=False)

    async def reply(self) -> Reply:
        """The reply, of whatever kind; raises ModelError if the server was never any use."""
        async with self.free:
            return await self._reply()

    async def _reply(self) -> Reply:
        began = time.monotonic()
        self.trace = Trace(
            started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            attempts=0,
            seed=self.question.seed,
            engine=_engine(),
        )
        try:
            told = await self._until_answered()
        except (FailedError, UnusableError, UnreadablePictureError) as error:
            told = Reply(self.question.key, "", "error", self._one_line(error))
        seconds = round(time.monotonic() - began, 4)
        return replace(told, trace=replace(self.trace, seconds=seconds))

    def _one_line(self, error: Exception) -> str:
        return self.wire.excerpt(str(error)) or type(error).__name__

    async def _until_answered(self) -> Reply:
        failures = 0
        while True:
            server = self.known.server
            try:
                return await self._attempt(server)
            except (FailedError, UnusableError) as error:
                if self._learned(server, error):
                    continue
                failures += 1
                last = failures >= self.attempts or not error.again
                self._check_use(error, last)
                await self._wait(error, failures, last)
                if last:
                    raise

    async def _attempt(self, server: Server) -> Reply:
        body = body_of(self.question, self.model, server, self.pictures)
        await self.pace.turn()
        self.trace = replace(self.trace, attempts=self.trace.attempts + 1)
        raw = await self.wire.send(body)
        self.known.answered = True
        return self._reply_of(read(raw))

    def _reply_of(self, answer: Answer) -> Reply:
        self.trace = self._traced(answer)
        if self.question.job.op == "judge":
            token, p_yes, mass = judged(answer)
            return Reply(self.question.key, token, "judged", p_yes=p_yes, mass=mass)
        return Reply(self.question.key, *written(answer))

    def _traced(self, answer: Answer) -> Trace:
        return replace(
            self.trace,
            tokens_in=answer.tokens_in,
            tokens_cached=answer.tokens_cached,
            tokens_out=answer.tokens_out,
            returned_model=answer.model and self.wire.excerpt(answer.model),
            fingerprint=answer.fingerprint and self.wire.excerpt(answer.fingerprint),
        )

    def _learned(self, server: Server, error: Exception) -> bool:
        """Whether it is worth asking anew, as the server is now known better."""
        if not isinstance(error, FailedError) or error.status != 400:
            return False
        if self.known.server != server:
            return True  # another question met the same complaint
        better = stepped_down(server, str(error))
        self.known.server = better or server
        return better is not None

    def _check_use(self, error: Exception, last: bool) -> None:
        """Raises ModelError for a failure that every question would meet."""
        if self.known.answered or not isinstance(error, FailedError):
            return
        where, told = self.wire.host, self._one_line(error)
        if repair := REPAIRS.get(error.status or 0):
            raise ModelError(f"{where} does not answer as {self.model!r} ({told}); {repair}")
        if error.unreachable and last:
            raise ModelError(f"nothing answers at {where} ({told}); start it, or mend `url`")

    async def _wait(self, error: Exception, failures: int, last: bool) -> None:
        asked = error.wait if isinstance(error, FailedError) else None
        chance = random.Random(row_seed(self.question.key) + failures)  # noqa: S311 - no secret
        seconds = backoff(failures, chance) if asked is None else asked
        if isinstance(error, FailedError) and error.status == _TOO_MANY:
            self.pace.pause(seconds)  # for all of them, and also if this one gives up
        elif not last:
            await self.pace.rest(seconds)


@cache
def _engine() -> str:
    return f"openai {version('openai')}"
