"""What a format is to the writer: SQL that makes a row's text, and what stands around all rows."""

from __future__ import annotations

from typing import Protocol

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


def joined(*pieces: str) -> str:
    """SQL for pieces of text in a row; a piece that is NULL is left out."""
    return f"concat({', '.join(pieces)})"
