"""Pictures behind addresses: each fetched once, bounded in every way, and kept in a cache.

Asking is bounded in time, bytes, redirects and in how much is asked at once; every address on the
way, redirects too, is checked by `addresses`. What fails is not kept, so the next build tries it
again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import urljoin

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.products.addresses import Place, place_of, refused
from mindgraph.products.cache import PictureCache
from mindgraph.products.connections import Answer, Clock, Passing, asked, failed, passing
from mindgraph.products.pictures import ADDRESS, PictureRefused, kind_of
from mindgraph.records import Outcome, digest

FETCHED = pa.schema(
    [
        ("address", pa.string()),  # as the catalogue writes it
        ("sha256", pa.string()),  # of its bytes in the cache; null where it failed
        ("reason", pa.string()),  # why it failed, and the cause
        ("detail", pa.string()),
        ("time", pa.string()),  # of this answer, UTC: the latest of an address counts
    ]
)


@dataclass(frozen=True)
class Limits:
    """How much one picture may take, and how much is asked at once."""

    max_bytes: int = 20_000_000
    seconds: float = 20.0  # for all of it: name, redirects, body, tries
    redirects: int = 3
    at_once: int = 8
    per_host: int = 4
    allow_private: bool = False
    pauses: tuple[float, ...] = (0.5, 2.0)  # seconds before each further try


def fetch_pictures(batch: pa.RecordBatch | pa.Table, cache: Path, limits: Limits) -> Outcome:
    """Fetch every `address` of a batch that the cache does not hold; gives `fetched` (FETCHED)."""
    addresses = batch.column("address").to_pylist()
    rows = fetch(addresses, PictureCache(cache), limits)
    return Outcome(len(addresses), {"fetched": pa.Table.from_pylist(rows, FETCHED)})


def fetch(addresses: Sequence[str], cache: PictureCache, limits: Limits) -> list[dict[str, Any]]:
    """What each address holds, or why not, as rows of FETCHED in the order of the addresses."""
    fetcher = Fetcher(cache, limits)
    pool = ThreadPoolExecutor(limits.at_once, thread_name_prefix="fetch")
    try:
        return list(pool.map(fetcher.row, addresses))
    finally:
        pool.shutdown(cancel_futures=True)


class Fetcher:
    """Fetches into a cache; several threads may share one."""

    def __init__(self, cache: PictureCache, limits: Limits) -> None:
        self._cache, self._limits = cache, limits
        self._turns = _Turns(limits.per_host)

    def row(self, address: str) -> dict[str, Any]:
        """What an address holds, or why not, as a row of FETCHED."""
        told: dict[str, Any] = {"address": address}
        try:
            told["sha256"] = self.fetch(address)
        except PictureRefused as error:
            told |= {"reason": error.reason, "detail": error.detail}
        return {**told, "time": datetime.now(timezone.utc).isoformat(timespec="microseconds")}

    def fetch(self, address: str) -> str:
        """The SHA-256 of the picture at an address, out of the cache where it is there.

        Raises PictureRefused: "address refused", "fetch failed", "picture too large" or "not a
        picture".
        """
        place = place_of(address, self._limits.allow_private)
        return self._cache.find(place.address) or self._tried(place)

    def _tried(self, place: Place) -> str:
        clock = Clock(self._limits.seconds)
        for pause in self._limits.pauses:
            try:
                return self._followed(place, clock)
            except Passing:
                if not _slept(pause, clock):
                    raise
        return self._followed(place, clock)

    def _followed(self, first: Place, clock: Clock) -> str:
        place = first
        for _ in range(self._limits.redirects + 1):
            with self._answer(place, clock) as answer:
                if answer.status not in _REDIRECTS:
                    return self._kept(first, answer)
                place = self._next(place, answer)
        raise failed(f"over {self._limits.redirects} redirects")

    @contextmanager
    def _answer(self, place: Place, clock: Clock) -> Iterator[Answer]:
        with (
            self._turns.at(place.host, clock),
            asked(place, clock, self._limits.allow_private) as answer,
        ):
            yield answer

    def _next(self, place: Place, answer: Answer) -> Place:
        following = place_of(_led_to(place, answer), self._limits.allow_private)
        if (place.scheme, following.scheme) == ("https", "http"):
            raise refused("it leads from https to http")
        return following

    def _kept(self, first: Place, answer: Answer) -> str:
        _check(answer)
        blocks = _of_a_picture(answer.blocks(self._limits.max_bytes))
        return self._cache.keep(first.address, blocks)


_REDIRECTS = {301, 302, 303, 307, 308}
_SOON = {408, 425, 429}


def _led_to(place: Place, answer: Answer) -> str:
    try:
        return urljoin(place.address, answer.header("Location"))
    except ValueError:
        raise refused("it leads to no address") from None


def _check(answer: Answer) -> None:
    if answer.status >= 500 or answer.status in _SOON:
        raise passing(f"status {answer.status}")
    if answer.status != 200:
        raise failed(f"status {answer.status}")
    encoding = answer.header("Content-Encoding").lower()
    if encoding not in ("", "identity"):
        raise failed(f"it comes packed as {encoding[:20]!r}")


def _of_a_picture(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, unless the first of them begins no picture: such an answer is not kept."""
    # The bytes decide: what a server calls them is often wrong.
    begun = False
    for block in blocks:
        begun = begun or bool(kind_of(block))
        yield block
    if not begun:
        kind_of(b"")


def _slept(seconds: float, clock: Clock) -> bool:
    """Wait, if there is time for it."""
    try:
        if clock.left() <= seconds:
            return False
    except TimeoutError:
        return False
    time.sleep(seconds)
    return True


class _Turns:
    """How many may ask one host at once."""

    def __init__(self, per_host: int) -> None:
        self._lock, self._hosts = Lock(), dict[str, BoundedSemaphore]()
        self._new: Callable[[], BoundedSemaphore] = lambda: BoundedSemaphore(per_host)

    @contextmanager
    def at(self, host: str, clock: Clock) -> Iterator[None]:
        """Wait for a turn, while the clock stands, and hold it."""
        with self._lock:
            turn = self._hosts.setdefault(host, self._new())
        with clock.stopped():
            turn.acquire()
        try:
            yield
        finally:
            turn.release()


# ---- the stage

# The addresses of a catalogue whose latest answer is no picture that still lies in the cache.
# `published` are the answers that the ledger holds; a blob's name ends with its SHA-256.
_PENDING = """
WITH latest AS (
    SELECT address, sha256, row_number() OVER (PARTITION BY address ORDER BY time DESC) AS place
    FROM published
),
lying AS (SELECT right(file, 64) AS sha256 FROM glob({blobs})),
held AS (SELECT l.address FROM latest l SEMI JOIN lying y ON y.sha256 = l.sha256 WHERE place = 1),
asking AS (
    SELECT DISTINCT image AS address FROM products WHERE regexp_matches(image, {address}, 'i')
)
SELECT a.address FROM asking a ANTI JOIN held h ON h.address = a.address ORDER BY a.address
"""


def pending(cache: Path) -> str:
    """SQL for the addresses still to be asked for; a cache's name may hold no `* ? [`."""
    blobs = str(cache / "blobs" / "*" / "*").replace("'", "''")
    return _PENDING.format(blobs=f"'{blobs}'", address=f"'{ADDRESS}'")


def latest_answers(files: Iterable[str]) -> str:
    """A digest of what all addresses are now known to hold, out of the stage's published files.

    It changes when a picture comes, goes or is fetched again, not when a fault merely repeats.
    """
    latest: dict[str, dict[str, Any]] = {}
    for file in files:
        for row in pq.ParquetFile(file).read().to_pylist():
            known = latest.setdefault(row["address"], row)
            latest[row["address"]] = max(known, row, key=lambda answer: str(answer["time"]))
    return digest(*(part for address in sorted(latest) for part in _told(latest[address])))


def _told(row: dict[str, Any]) -> tuple[str, str, str]:
    if row["sha256"]:
        return row["address"], row["sha256"], row["time"]
    return row["address"], row["reason"], row["detail"]
