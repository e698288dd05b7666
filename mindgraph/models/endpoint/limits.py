"""When a request may leave: requests a minute, pauses a server asks for, waits after failure."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime

LONGEST = 60.0
"""Seconds that a server may make the run wait at once, whatever it asks for."""

PATIENCE = 120.0
"""Seconds that one question waits for a server with too much to do, before that is a failure."""

_FIRST = 0.5  # seconds; doubled with every failure


class Pace:
    """One beat for all requests of a model, so that a pause asked of one is kept by all.

    `sleep` and `clock` (seconds) can be replaced, so that a test need not wait.
    """

    def __init__(
        self,
        requests_per_minute: int | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap = 60 / requests_per_minute if requests_per_minute else 0.0
        self._sleep = sleep
        self._clock = clock
        self._next = self._closed_until = clock()

    async def turn(self) -> None:
        """Wait until a request may leave."""
        mine = max(self._clock(), self._next)
        self._next = mine + self._gap
        while (left := max(mine, self._closed_until) - self._clock()) > 0:
            await self._sleep(left)

    def pause(self, seconds: float) -> None:
        """Let nothing leave for some seconds; the longest pause counts."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    async def rest(self, seconds: float) -> None:
        """Hold back one request alone."""
        await self._sleep(seconds)


def backoff(failures: int, chance: random.Random) -> float:
    """Seconds before the next attempt: half of a bound that doubles, or more ("equal jitter").

    >>> 1.0 <= backoff(3, random.Random(1)) <= 2.0
    True
    """
    bound = min(LONGEST, _FIRST * 2.0 ** min(failures - 1, 10))
    return chance.uniform(bound / 2, bound)


def told_to_wait(header: str | None) -> float | None:
    """Seconds that a Retry-After asks for, at most `LONGEST`; None where it asks for nothing.

    >>> told_to_wait("2"), told_to_wait("86400"), told_to_wait("soon")
    (2.0, 60.0, None)
    """
    try:
        asked = _seconds(header or "")
    except (ValueError, OverflowError):
        return None
    return min(max(asked, 0.0), LONGEST) if asked == asked else None  # not a number is no time


def _seconds(header: str) -> float:
    try:
        return float(header)
    except ValueError:
        return parsedate_to_datetime(header).timestamp() - time.time()
