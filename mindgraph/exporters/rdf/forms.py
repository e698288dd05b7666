"""What a format is to the writer: SQL that makes a row's text, and what stands around all rows."""

from __future__ import annotations

from itertools import groupby
from typing import Protocol

from mindgraph.exporters.rdf.terms import quoted
from mindgraph.exporters.rdf.triples import Block


class Form(Protocol):
    """A serialisation; its rows are made by the engine, so that no row passes through Python."""

    media_type: str
    between: str

    def head(self) -> str:
        """What stands before the first row."""
        ...

    def row(self, block: Block) -> str:
        """SQL for the text of one row, which begins with `between`."""
        ...

    def tail(self) -> str:
        """What stands after the last row."""
        ...


class Fixed(str):
    """A piece of text that is the same in every row; any other piece is SQL."""

    __slots__ = ()


def joined(*pieces: str) -> str:
    """SQL for pieces in a row: fixed ones that meet become one, one that is NULL is left out.

    One `concat` copies each piece once; a chain of `||` copies the first as often as it is long.
    """
    told: list[str] = []
    for fixed, met in groupby(pieces, lambda piece: isinstance(piece, Fixed)):
        several = list(met)
        told += [quoted("".join(several))] if fixed else several
    return f"concat({', '.join(told)})"


def where_known(columns: list[str], *pieces: str) -> str:
    """SQL for pieces in a row; NULL where one of the columns is."""
    known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"CASE WHEN {known} THEN {joined(*pieces)} END"
