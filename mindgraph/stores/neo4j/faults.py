"""What a server or its driver says went wrong, as one line with a repair.

The server's codes are stable, its texts are not: a code decides, the text is only quoted. The
values of a broken constraint stand in the second line of the server's message alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mindgraph.errors import MindgraphError, StoreError, UsageError

if TYPE_CHECKING:
    from neo4j.exceptions import DriverError, Neo4jError


class TooBigError(StoreError):
    """The server has no memory for so much at once; less may do."""


_FAULTS: dict[str, tuple[type[MindgraphError], str]] = {
    "Security.Unauthorized": (
        UsageError,
        "the server refuses the credentials; set NEO4J_USERNAME and NEO4J_PASSWORD",
    ),
    "Security.AuthenticationRateLimit": (
        UsageError,
        "too many wrong passwords in a row; wait ten seconds, then set the right NEO4J_PASSWORD",
    ),
    "Security.CredentialsExpired": (
        UsageError,
        "the password has expired; give the user a new one, then set NEO4J_PASSWORD",
    ),
    "Security.Forbidden": (UsageError, "this user may not do that ({line}); ask as another one"),
    "Database.DatabaseNotFound": (
        UsageError,
        "the server has no database {database}; name one that it has with --database",
    ),
    "General.WriteOnReadOnlyAccessDatabase": (
        UsageError,
        "the database is read-only; make it writable, or load into another one",
    ),
    "General.ForbiddenOnReadOnlyDatabase": (
        UsageError,
        "the database is read-only; make it writable, or load into another one",
    ),
    "Schema.ConstraintWithNameAlreadyExists": (
        UsageError,
        "another constraint has a name that the graph's needs ({line}); drop or rename it",
    ),
    "Schema.IndexAlreadyExists": (
        UsageError,
        "an index stands where the graph needs a constraint ({line}); drop it",
    ),
    "Schema.ConstraintValidationFailed": (
        StoreError,
        "somebody else wrote to the database meanwhile ({line}); load the same run again",
    ),
}

_UNREACHED = "no Neo4j server answers there ({line}); start it, or check the address"

_DOUBLE = re.compile(
    r"Both Node\(\d+\) and Node\(\d+\) have the label `(.+?)` and property `(.+?)` = "
    r"(.*?)(?:\. Note that|$)",
    re.DOTALL,
)


def told_of(error: Neo4jError | DriverError, where: str, database: str | None) -> MindgraphError:
    """The error of this tool that an error of the driver stands for."""
    from neo4j.exceptions import ServiceUnavailable, SessionExpired

    code, line = code_of(error), first_line(error)
    if isinstance(error, (ServiceUnavailable, SessionExpired)):
        return StoreError(f"{where}: {_UNREACHED.format(line=line)}")
    if code.endswith("ConstraintCreationFailed"):
        return UsageError(f"{where}: {_broken_constraint(str(error), line)}")
    if code.endswith("OutOfMemoryError"):
        return TooBigError(f"{where}: the server has too little memory for it: {line}")
    for known, (kind, text) in _FAULTS.items():
        if code.endswith(known):
            return kind(f"{where}: {text.format(line=line, database=database or 'by default')}")
    return StoreError(f"{where}: the server cannot do it: {line}")


def passes(error: Neo4jError | DriverError) -> bool:
    """Whether the same may go well a moment later."""
    return error.is_retryable() and not code_of(error).endswith("OutOfMemoryError")


def code_of(error: Exception) -> str:
    """The server's code, such as `Neo.ClientError.Database.DatabaseNotFound`; else empty."""
    return str(getattr(error, "code", None) or "")


def first_line(error: Exception) -> str:
    """The first line of what went wrong, cut where it rambles."""
    message = str(getattr(error, "message", None) or error)
    line = (message.strip().splitlines() or [type(error).__name__])[0].rstrip(". :(")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


_LONGEST = 200


def _broken_constraint(message: str, line: str) -> str:
    found = _DOUBLE.search(message)
    if not found:
        return f"a constraint that the graph needs cannot be made: {line}"
    label, name, value = (" ".join(part.split()) for part in found.groups())
    return (
        f"the database holds two {label} nodes whose {name} is {value[:100]}; "
        "remove one of them, then load again"
    )
