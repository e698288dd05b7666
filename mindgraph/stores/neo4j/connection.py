"""The way to a server: its address, the credentials of the environment, a driver that answers.

Credentials come from NEO4J_USERNAME and NEO4J_PASSWORD alone. An address that holds some is
refused without being repeated, so that no log keeps them.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from mindgraph.errors import UsageError
from mindgraph.stores.neo4j.faults import passes, told_of

if TYPE_CHECKING:
    from neo4j import Driver, Session, Transaction

T = TypeVar("T")

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")

RETRY = {"seconds": 15.0}
"""How long a fault that may pass is borne."""

_SETTINGS: dict[str, Any] = {
    "connection_timeout": 5.0,
    "connection_acquisition_timeout": 30.0,
    "notifications_min_severity": "OFF",
    "user_agent": "mindgraph",
}


@dataclass(frozen=True)
class Connection:
    """A server that answered, and the database that is meant there (None: the server's own)."""

    driver: Driver
    where: str
    database: str | None

    def session(self, **settings: Any) -> Session:
        """A session; what one writes, the next one reads, also in a cluster."""
        return self.driver.session(
            database=self.database, bookmark_manager=self._bookmarks, **settings
        )

    @cached_property
    def _bookmarks(self) -> Any:
        from neo4j import GraphDatabase

        return GraphDatabase.bookmark_manager()

    def read(self, text: str, **parameters: Any) -> list[dict[str, Any]]:
        """All rows of a query that only reads, tried again where a fault passes."""

        def work(transaction: Transaction) -> list[dict[str, Any]]:
            found = transaction.run(text, parameters)
            return [dict(zip(record.keys(), record.values(), strict=True)) for record in found]

        return self._tried(work, {}, default_access_mode="READ")

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What the work of one transaction gives, done again where a fault passes."""
        return self._tried(work, LOADING)

    def _tried(self, work: Callable[[Transaction], T], told: dict[str, str], **settings: Any) -> T:
        """The driver's own loop would try again, in vain, what takes more memory than there is."""
        from neo4j.exceptions import DriverError, Neo4jError

        until, pause = time.monotonic() + RETRY["seconds"], 0.1
        while True:
            try:
                with self.session(**settings) as session:
                    with session.begin_transaction(metadata=told) as transaction:
                        result = work(transaction)
                        transaction.commit()
                    return result
            except (DriverError, Neo4jError) as error:
                if not passes(error) or time.monotonic() > until:
                    raise told_of(error, self.where, self.database) from error
            time.sleep(pause)
            pause *= 2

    @contextmanager
    def faults_told(self) -> Iterator[None]:
        """Turn the driver's errors into mindgraph's."""
        from neo4j.exceptions import DriverError, Neo4jError

        try:
            yield
        except (DriverError, Neo4jError) as error:
            raise told_of(error, self.where, self.database) from error

    def close(self) -> None:
        """Let go of the server."""
        self.driver.close()


LOADING = {"app": "mindgraph load"}
"""What the server's list of transactions shows of a load."""


def connect(uri: str, database: str | None = None) -> Connection:
    """A connection that has answered; UsageError and StoreError of one line where none does."""
    where = checked_address(uri)
    try:
        import neo4j
    except ModuleNotFoundError:
        raise UsageError(
            f"{where}: the neo4j driver is not installed; run: pip install 'mindgraph[neo4j]'"
        ) from None
    # Without a handler of its own the driver prints each retry and each notification to stderr.
    logging.getLogger("neo4j").addHandler(logging.NullHandler())
    driver = _driver(neo4j, uri, where)
    connection = Connection(driver, where, database)
    try:
        with connection.faults_told():
            # Told at once where nobody answers; a query would be tried again for long.
            driver.verify_connectivity()
            connection.read("RETURN 1 AS answered")
    except BaseException:
        driver.close()
        raise
    return connection


def _driver(neo4j: Any, uri: str, where: str) -> Driver:
    try:
        driver: Driver = neo4j.GraphDatabase.driver(uri, auth=_credentials(), **_SETTINGS)
    except (neo4j.exceptions.DriverError, ValueError) as error:
        raise UsageError(f"{where}: no address of a server: {error}") from None
    return driver


def _credentials() -> tuple[str, str] | None:
    name, password = os.environ.get("NEO4J_USERNAME"), os.environ.get("NEO4J_PASSWORD")
    return (name or "neo4j", password or "") if name or password else None


def checked_address(uri: str) -> str:
    """An address as it may be shown: scheme, host, port; UsageError where it cannot be one."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(f"no address of a server; write {_EXAMPLE}") from None
    if "@" in uri:
        raise UsageError(
            "the address holds credentials; set NEO4J_USERNAME and NEO4J_PASSWORD instead, "
            f"and write {_EXAMPLE}"
        )
    if parts.scheme not in SCHEMES or not host:
        raise UsageError(f"{uri}: no address of a Neo4j server; write {_EXAMPLE}")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}"


_EXAMPLE = "neo4j://HOST:7687, bolt://HOST:7687, or with +s where the server has a certificate"
