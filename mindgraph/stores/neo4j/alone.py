"""One load at a time: a lock on the server that nobody has to take away.

It is a node that is made in a transaction which never commits. Nobody sees it; the index entry of
its key is locked as long as the transaction is open, and a loader that dies closes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mindgraph.errors import StoreError
from mindgraph.stores.neo4j.connection import LOADING, Connection

_LOCK = "MERGE (r:Run {id: '~ a load is at work ~'}) RETURN count(r) AS taken"

_PATIENCE = 10.0
"""Seconds for the transactions of a loader that was killed to end."""


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Keep other loads out; StoreError where another is at work."""
    _wait(connection)
    with connection.session() as session, connection.faults_told():
        transaction = session.begin_transaction(metadata=LOADING)
        try:
            transaction.run(_LOCK).consume()
            yield
        finally:
            transaction.close()


def _wait(connection: Connection) -> None:
    """Until no transaction of a load is open: a killed loader's last one may still commit."""
    until, pause = time.monotonic() + _PATIENCE, threading.Event()
    while _others(connection):
        if time.monotonic() > until:
            raise StoreError(
                f"{connection.where}: another load is at work on this database; wait for its end"
            )
        pause.wait(0.2)


def _others(connection: Connection) -> int:
    ((name,),) = (row.values() for row in connection.read("CALL db.info() YIELD name"))
    rows = connection.read("SHOW TRANSACTIONS YIELD metaData, database")
    return sum(row["metaData"] == LOADING and row["database"] == name for row in rows)
