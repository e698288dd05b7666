"""Working on a stream with several hands, without taking all of it in first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")


async def each(
    given: AsyncIterable[_Given], work: Callable[[_Given], Awaitable[_Made]], most: int
) -> AsyncIterator[_Made]:
    """What becomes of each, as it is done; at most `most` are in hand at once.

    The first exception ends it, and what is still in hand is cancelled.
    """

    async def one(item: _Given) -> _Made:
        return await work(item)

    in_hand: set[asyncio.Task[_Made]] = set()
    try:
        async for item in given:
            in_hand.add(asyncio.create_task(one(item)))
            while len(in_hand) >= most:
                for task in await _some(in_hand):
                    yield task.result()
        while in_hand:
            for task in await _some(in_hand):
                yield task.result()
    finally:
        for task in in_hand:
            task.cancel()
        await asyncio.gather(*in_hand, return_exceptions=True)


async def _some(in_hand: set[asyncio.Task[_Made]]) -> list[asyncio.Task[_Made]]:
    """Tasks that are done, taken out of hand; if any failed, one that failed and no other."""
    done, _ = await asyncio.wait(in_hand, return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task.exception()]
    taken = failed[:1] or list(done)
    in_hand.difference_update(taken)
    return taken


class SharedTime:
    """Time by the clock, shared at every moment among those in hand, so that the shares sum to it.

    `clock` (seconds) can be replaced.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at = clock()
        self._in_hand = 0
        self._passed = 0.0  # what one who was always in hand would have had

    @contextmanager
    def share(self) -> Iterator[Callable[[], float]]:
        """Be in hand; gives a function that tells the seconds had so far."""
        began = self._now()
        self._in_hand += 1
        try:
            yield lambda: self._now() - began
        finally:
            self._now()
            self._in_hand -= 1

    def _now(self) -> float:
        before, self._at = self._at, self._clock()
        self._passed += (self._at - before) / max(self._in_hand, 1)
        return self._passed
