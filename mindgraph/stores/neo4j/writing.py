"""Batches into a server: two sessions at once, halved where one is too big, tried again.

Relationships are only ever created or found by internal id: two sessions that MERGE fight over
busy nodes, those that CREATE do not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from mindgraph.errors import InputError, StoreError
from mindgraph.stores.neo4j.connection import Connection
from mindgraph.stores.neo4j.faults import TooBigError

if TYPE_CHECKING:
    from neo4j import Transaction

T = TypeVar("T")
R = TypeVar("R")

SESSIONS = 2

_WAITING = 2 * SESSIONS


def in_sessions(batches: Iterable[T], work: Callable[[T], R]) -> Iterator[R]:
    """What the work gives for each batch, in order, with few batches in memory at once."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(SESSIONS, "mindgraph-load") as pool:
        try:
            for batch in batches:
                waiting.append(pool.submit(work, batch))
                if len(waiting) > _WAITING:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def send(connection: Connection, text: str, batch: pa.RecordBatch) -> list[tuple[Any, int]]:
    """Write a batch, or its halves; what the query gives for each, and from which row on."""
    return list(_send(connection, text, batch, 0))


def _send(
    connection: Connection, text: str, batch: pa.RecordBatch, start: int
) -> Iterator[tuple[Any, int]]:
    try:
        yield _write(connection, text, batch), start
    except TooBigError as error:
        if batch.num_rows == 1:
            raise StoreError(
                f"{_told(batch)}: larger than a transaction of the server may be ({error}); "
                "raise dbms.memory.transaction.total.max there, or its heap"
            ) from None
        half = batch.num_rows // 2
        yield from _send(connection, text, batch.slice(0, half), start)
        yield from _send(connection, text, batch.slice(half), start + half)


def _write(connection: Connection, text: str, batch: pa.RecordBatch) -> Any:
    from neo4j.exceptions import Neo4jError

    asked = [name for name in batch.schema.names if f"${name}[" in text]
    columns = {name: _Column(batch[name].to_pylist()) for name in asked}

    def work(transaction: Transaction) -> Any:
        try:
            record = transaction.run(text, columns).single()
        except Neo4jError as error:
            if "too large to index" in str(error):
                raise InputError(_too_long(batch)) from None
            raise
        return record["rows"] if record else None

    return connection.write(work)


class _Column(list[Any]):
    """Values that are sent, but not told: the driver words each message for its debug log."""

    def __repr__(self) -> str:
        return f"<{len(self)} values>"


def _too_long(batch: pa.RecordBatch) -> str:
    key = max(batch["id"].to_pylist(), key=lambda text: len(text.encode()))
    return (
        f"id {key[:40]}… has {len(key.encode()):,} bytes, more than the server's index takes; "
        "give it an id of less than 8,000"
    )


def _told(batch: pa.RecordBatch) -> str:
    """A row as far as it can be named."""
    (row,) = batch.to_pylist()
    return " ".join(str(row[name])[:80] for name in ("start", "end", "id") if row.get(name))
