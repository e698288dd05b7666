"""The schema on a server: each statement of the one schema that is not there yet.

Keys come before the rows, since they find them; the other indexes after, since a server fills one
in a fraction of the time that it needs to keep one up to date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mindgraph.errors import UsageError
from mindgraph.graph.schema import neo4j_schema
from mindgraph.stores.neo4j.connection import Connection

if TYPE_CHECKING:
    from neo4j import Transaction

_STATEMENT = re.compile(
    r"CREATE (?P<kind>CONSTRAINT|(?:\w+ )?INDEX) (?P<name>\w+) IF NOT EXISTS "
    r"FOR \(n:(?P<label>\w+)\) .*?n\.(?P<property>\w+).*?(?=;)"
)


@dataclass(frozen=True)
class _Wanted:
    name: str
    what: tuple[str, list[str], list[str]]
    text: str


def make_keys(connection: Connection) -> None:
    """Make the constraints that are missing; nothing is written where all are there."""
    _make(connection, [wanted for wanted in _wanted() if wanted.what[0] == "CONSTRAINT"])


def make_indexes(connection: Connection) -> None:
    """Make the other indexes that are missing, and wait until all of them can be asked."""
    _make(connection, [wanted for wanted in _wanted() if wanted.what[0] != "CONSTRAINT"])


def _make(connection: Connection, wanted: list[_Wanted]) -> None:
    there = _there(connection)
    missing = [one for one in wanted if there.get(one.name) != one.what]
    for one in missing:
        if one.name in there:
            kind, labels, properties = there[one.name]
            raise UsageError(
                f"{connection.where}: the graph needs the name {one.name}, which a "
                f"{kind.lower()} on {labels[0]}.{properties[0]} has; drop or rename that one"
            )
        connection.write(partial(_run, one.text))
    if missing:
        connection.read(f"CALL db.awaitIndexes({_PATIENCE})")


_PATIENCE = 3600
"""Seconds for a server to fill its indexes: millions of texts take minutes."""


def _run(text: str, transaction: Transaction) -> None:
    transaction.run(text).consume()


def _there(connection: Connection) -> dict[str, tuple[str, list[str], list[str]]]:
    """Constraints and indexes by name: the kind, the labels, the properties."""
    shape = "YIELD name, labelsOrTypes AS labels, properties"
    return {
        row["name"]: (kind, row["labels"] or [""], row["properties"] or [""])
        for kind in ("INDEX", "CONSTRAINT")
        for row in connection.read(f"SHOW {kind}{'ES' if kind == 'INDEX' else 'S'} {shape}")
    }


def _wanted() -> list[_Wanted]:
    return [
        _Wanted(
            found["name"],
            (found["kind"].split()[-1], [found["label"]], [found["property"]]),
            found[0],
        )
        for found in _STATEMENT.finditer(neo4j_schema())
    ]
