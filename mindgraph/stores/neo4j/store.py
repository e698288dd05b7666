"""The graph of a Neo4j server, opened for reading.

A query runs in read access mode, which the server enforces, and is read by us before: a read
session lets `LOAD CSV` and some procedures through. Names that the server does not know are an
error here as in the embedded store, where it would answer with no rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mindgraph.errors import MindgraphError, QueryError
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.stores import Rows
from mindgraph.stores.neo4j.connection import Connection, connect
from mindgraph.stores.neo4j.faults import code_of, first_line, told_of
from mindgraph.stores.reading import check_given, check_reads_only

_KNOWN = {
    *(name for node in NODES for name in ("id", node.label, *node.properties)),
    *(name for edge in EDGES for name in (edge.type, *edge.properties)),
}
"""Names of the schema: a graph without one relation is no reason to refuse its name."""

_ASKING: dict[str, Any] = {
    "default_access_mode": "READ",
    "notifications_min_severity": "WARNING",
    "notifications_disabled_classifications": (
        "HINT DEPRECATION PERFORMANCE SECURITY TOPOLOGY SCHEMA GENERIC".split()
    ),
}
"""Of what the server has to remark, only names that it does not know."""

_STOPPED = ("TransactionTimedOut", "LockClientStopped", "Terminated", "ClientConfiguration")

_QUERYS_FAULT = ("Neo.ClientError.Statement", "Neo.ClientError.Procedure")


class Neo4jStore:
    """A server's database, asked in read sessions of their own."""

    engine = "neo4j"

    def __init__(self, uri: str, database: str | None = None) -> None:
        self._connection: Connection = connect(uri, database)
        self._closed = False

    def ask(
        self, text: str, parameters: Mapping[str, Any] | None = None, seconds: float = 60
    ) -> Rows:
        """Rows of one read-only query; QueryError where it is refused, wrong or too slow."""
        values = dict(parameters or {})
        check_reads_only(text)
        check_given(text, values)
        for name, value in values.items():
            if not _holds(value):
                raise QueryError(f"${name}: a store holds no such value: {type(value).__name__}")
        if self._closed:
            raise QueryError("the store is closed; open it again")
        rows = self._answer(text, values, seconds)
        next(rows)  # the query starts here, so that what is wrong with it is told at once
        return rows

    def _answer(self, text: str, values: dict[str, Any], seconds: float) -> Rows:
        """An empty row once the server takes the query, then the rows as they come."""
        import neo4j

        # Zero would be no limit at all.
        query = neo4j.Query(text, timeout=max(0.001, seconds))
        try:
            with self._connection.session(**_ASKING) as session:
                result = session.run(query, values)
                yield {}
                for record in result:
                    yield dict(zip(record.keys(), map(_plain, record.values()), strict=True))
                _check_names(result.consume())
        except (neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError) as error:
            raise self._told(error, seconds) from None
        except (TypeError, ValueError, OverflowError) as error:
            raise QueryError(f"the query cannot be sent: {first_line(error)}") from None

    def _told(self, error: Any, seconds: float) -> MindgraphError:
        code, line = code_of(error), first_line(error)
        if self._closed:
            return QueryError("the rows end here: the store is closed")
        if any(stopped in code for stopped in _STOPPED):
            return QueryError(f"stopped after {seconds:g} s; ask for less, or allow more time")
        if code.startswith(_QUERYS_FAULT):
            return QueryError(f"the store refuses the query: {line}")
        return told_of(error, self._connection.where, self._connection.database)

    def close(self) -> None:
        """Let go of the connection."""
        self._closed = True
        self._connection.close()

    def __enter__(self) -> Neo4jStore:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


_NAMED = re.compile(r"`(.+?)`")


def _check_names(summary: Any) -> None:
    """Refuse a label, type or property that neither the database nor the schema knows."""
    for status in summary.gql_status_objects:
        if status.raw_classification == "UNRECOGNIZED":
            found = _NAMED.search(status.status_description)
            if found and found[1] not in _KNOWN:
                raise QueryError(f"the graph knows no {found[1]}; check how it is written")


def _holds(value: Any) -> bool:
    """Whether every store holds a value: plain ones, lists of one kind, maps of them."""
    if isinstance(value, (list, tuple)):
        return len({type(part) for part in value}) <= 1 and all(map(_holds, value))
    if isinstance(value, dict):
        return all(isinstance(name, str) and _holds(part) for name, part in value.items())
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or isinstance(value, (str, float))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; a node or an edge as its properties beside its `_label`."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (str, int, float)) or value is None:
        return value
    return _plain_object(value)


def _plain_object(value: Any) -> Any:
    from neo4j.graph import Node, Path, Relationship

    if isinstance(value, Node):
        return {"_label": ":".join(sorted(value.labels)), **_plain(dict(value))}
    if isinstance(value, Relationship):
        return {"_label": value.type, **_plain(dict(value))}
    if isinstance(value, Path):
        return {name: _plain(list(getattr(value, name))) for name in ("nodes", "relationships")}
    if hasattr(value, "iso_format"):
        return value.iso_format()
    return list(value) if isinstance(value, tuple) else str(value)
