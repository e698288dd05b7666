"""One question until it is answered or given up: attempts, waits, and what they teach."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version

from mindgraph.errors import ModelError
from mindgraph.models import Reply, Trace, row_seed
from mindgraph.models.endpoint.abreast import SharedTime
from mindgraph.models.endpoint.answers import Answer, UnusableError, judged, read, written
from mindgraph.models.endpoint.asking import (
    Pictures,
    Question,
    UnreadablePictureError,
    body_of,
)
from mindgraph.models.endpoint.limits import PATIENCE, Pace, backoff
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
    of_use: bool = False  # it answered, or refused one question alone


@dataclass
class Exchange:
    """A question on its way; `free` is how many more may be on their way.

    A server that has too much to do costs `patience` (seconds), and attempts only when that is
    used up.
    """

    question: Question
    model: str
    wire: Wire
    known: Known
    pace: Pace
    pictures: Pictures
    free: asyncio.Semaphore
    time: SharedTime
    attempts: int
    patience: float = PATIENCE
    refusals: int = 0
    failures: int = 0
    trace: Trace = field(init=False)

    async def reply(self) -> Reply:
        """The reply, of whatever kind; raises ModelError if the server was never any use."""
        async with self.free:
            with self.time.share() as seconds:
                told = await self._reply()
                return replace(told, trace=replace(self.trace, seconds=round(seconds(), 6)))

    async def _reply(self) -> Reply:
        self.trace = Trace(
            started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            attempts=0,
            seed=self.question.seed,
            engine=_engine(),
        )
        try:
            return await self._until_answered()
        except (FailedError, UnusableError, UnreadablePictureError) as error:
            return Reply(self.question.key, "", "error", self._one_line(error))

    def _one_line(self, error: Exception) -> str:
        return self.wire.excerpt(str(error)) or type(error).__name__

    async def _until_answered(self) -> Reply:
        while True:
            server = self.known.server
            try:
                return await self._attempt(server)
            except (FailedError, UnusableError) as error:
                if not self._learned(server, error):
                    await self._bear(error)

    async def _bear(self, error: FailedError | UnusableError) -> None:
        """Wait before the next attempt; raises the error itself after the last."""
        if _too_many(error) and self.patience > 0:
            self.refusals += 1
        else:
            self.failures += 1
        last = self.failures >= self.attempts or not error.again
        await self._check_use(error, last)
        await self._wait(error, last)
        if last:
            raise error

    async def _attempt(self, server: Server) -> Reply:
        body = body_of(self.question, self.model, server, self.pictures)
        await self.pace.turn()
        self.trace = replace(self.trace, attempts=self.trace.attempts + 1)
        raw = await self.wire.send(body)
        self.known.of_use = True
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
        judging = self.question.job.op == "judge"
        better = stepped_down(server, str(error), self.question.text, judging)
        self.known.server = better or server
        return better is not None

    async def _check_use(self, error: Exception, last: bool) -> None:
        """Raises ModelError for a failure that every question would meet."""
        if self.known.of_use or not isinstance(error, FailedError):
            return
        where, told = self.wire.host, self._one_line(error)
        if (repair := REPAIRS.get(error.status or 0)) and await self._refuses_all(error.status):
            raise ModelError(f"{where} does not answer as {self.model!r} ({told}); {repair}")
        if error.unreachable and last:
            raise ModelError(f"nothing answers at {where} ({told}); start it, or mend `url`")

    async def _refuses_all(self, status: int | None) -> bool:
        """Whether not the question alone is refused, as far as the list of models tells."""
        if status == 401:
            return True
        try:
            await self.pace.turn()
            models = await self.wire.reach()
        except FailedError as error:
            return error.status in (401, 403) and not self.known.of_use
        if status == 404 and self.model not in (models or ()):
            return not self.known.of_use  # unless another question was answered meanwhile
        self.known.of_use = True
        return False

    async def _wait(self, error: Exception, last: bool) -> None:
        times = self.refusals + self.failures
        asked = error.wait if isinstance(error, FailedError) else None
        chance = random.Random(row_seed(self.question.key) + times)  # noqa: S311 - no secret
        seconds = max(asked or 0.0, backoff(times, chance))
        if _too_many(error):
            self.patience -= seconds
            self.pace.pause(seconds)  # for all of them, and also if this one gives up
        elif not last:
            await self.pace.rest(seconds)


def _too_many(error: Exception) -> bool:
    return isinstance(error, FailedError) and error.status == _TOO_MANY


@cache
def _engine() -> str:
    return f"openai {version('openai')}"
