r"""The one rule for TSV: no quoting, no escapes, one row a line, ended by LF, in UTF-8.

What would need either is replaced in texts: control characters, tabs and every kind of line break
by a blank, `"` by `″`, `|` by `/`. So each line splits at its tabs, whatever the reader takes
quotes, backslashes or bars for. Ids hold none of these. An empty field is no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from mindgraph.exporters.behind import WriteBehind

_BREAKING = r"[\x00-\x1f\x7f-\x9f\x{2028}\x{2029}]"
_ROWS = 4_096


def told(text: str) -> str:
    """A text as it stands in a TSV file.

    >>> told('6"\tpot|pan')
    '6″ pot/pan'
    """
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)
    return text.replace('"', "″").replace("|", "/")


def text(column: str) -> str:
    """The SQL of a text by the same rule; no value is an empty field."""
    unbroken = f"regexp_replace(coalesce({column}, ''), '{_BREAKING}', ' ', 'g')"
    return f"replace(replace({unbroken}, '\"', '″'), '|', '/')"


def value(column: str) -> str:
    """The SQL of a number or an id; no value is an empty field."""
    return f"coalesce(CAST({column} AS VARCHAR), '')"


def line(*columns: str) -> str:
    """The SQL of one line."""
    return f"concat({', chr(9), '.join(columns)}, chr(10))"


def header(*names: str) -> bytes:
    """The first line."""
    return ("\t".join(names) + "\n").encode()


def write_slices(
    con: DuckDBPyConnection, slices: Iterable[None], query: str, file: WriteBehind
) -> int:
    """Write the lines of a query over each slice in turn; how many rows."""
    return sum(write_lines(con, query, file) for _ in slices)


def write_lines(con: DuckDBPyConnection, query: str, file: WriteBehind) -> int:
    """Write the one text column of a query as it comes, in bounded memory; how many rows."""
    rows = 0
    for batch in con.sql(query).to_arrow_reader(_ROWS):
        column = batch.column(0)
        _, ends, letters = column.buffers()
        if letters is not None and len(column):
            places = memoryview(ends).cast("i")
            first, last = places[column.offset], places[column.offset + len(column)]
            file.write(memoryview(letters)[first:last])
        rows += len(column)
    return rows
