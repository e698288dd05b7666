"""What an export wrote: a file by its name, its rows, and its columns where it has a header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

_REAL = {"agreement", "typicality", "plausibility", "probability", "lift"}
_WHOLE = {"support"}


@dataclass(frozen=True)
class Written:
    """One file of an export; `columns` are its header's, each with schema.org's data type.

    Where no checksum is known, whoever describes the file reads it.
    """

    name: str
    rows: int
    columns: dict[str, str] = field(default_factory=dict)
    sha256: str | None = None


def columns(names: Iterable[str]) -> dict[str, str]:
    """The columns of a table, with the data type of each by its name."""
    return {name: f"sc:{_kind(name)}" for name in names}


def _kind(name: str) -> str:
    return "Float" if name in _REAL else "Integer" if name in _WHOLE else "Text"
