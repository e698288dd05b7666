"""A sheet as a file: CSV here, Excel in `workbooks.py`, both behind `write_sheet` and `read_sheet`.

Texts that a spreadsheet would take for a formula get an apostrophe before them, and lose it when
they are read (the rule of OWASP's page on CSV injection, made reversible).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mindgraph.errors import InputError, UsageError

KINDS = (".csv", ".xlsx")

MOST_ROWS = 10_000
"""Rows of a sheet: more than people judge, and fewer links than Excel allows on one page."""

_LOOKED_AT = MOST_ROWS + 2  # its headings, and one more than it may have

Row = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column to write: its key in the rows, its heading, and what may be chosen in it."""

    name: str
    heading: str
    choices: tuple[str, ...] = ()
    linked: bool = False


def kind_of(path: Path) -> str:
    """The kind of sheet that a name asks for; UsageError where it is neither."""
    if (kind := path.suffix.lower()) not in KINDS:
        raise UsageError(f"{path}: neither .csv nor .xlsx; name the sheet one of them")
    return kind


def write_sheet(
    path: Path, kind: str, columns: Sequence[Column], rows: Iterable[Row], guide: Sequence[str]
) -> None:
    """Write rows as a sheet of a kind; equal rows are equal bytes. `guide` goes where it can."""
    if kind == ".xlsx":
        from mindgraph.evaluation.annotation.workbooks import write_workbook

        write_workbook(path, columns, rows, guide)
    else:
        _write_csv(path, columns, rows)


def read_sheet(path: Path) -> list[list[str]]:
    """All rows of a sheet, its headings first, as the texts that were written.

    InputError where the file is no sheet, or has more rows than `MOST_ROWS`.
    """
    kind = kind_of(path)
    try:
        rows = _read_workbook(path) if kind == ".xlsx" else _read_csv(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not rows:
        raise InputError(f"{path}: empty; give a sheet that `mindgraph sample` wrote")
    if len(rows) > MOST_ROWS + 1:
        raise InputError(f"{path}: more than {MOST_ROWS:,} rows; split it into several sheets")
    return rows


# ---- the guard

_ACTIVE = tuple("=+-@＝＋－＠\t\r\n'")
"""First characters that a spreadsheet acts on; the apostrophe among them, to make it reversible."""


def guarded(text: str) -> str:
    """A text as it stands in a cell.

    >>> guarded("=1+1"), guarded("tea")
    ("'=1+1", 'tea')
    """
    return f"'{text}" if text.startswith(_ACTIVE) else text


def unguarded(cell: str) -> str:
    """The text of a cell: what `guarded` was given."""
    return cell.removeprefix("'")


# ---- CSV


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    # With its mark, because Excel takes UTF-8 without one for the machine's old code page.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(column.heading for column in columns)
        for row in rows:
            writer.writerow(guarded(row[column.name]) for column in columns)


def _read_csv(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            separator = _separator(file.readline())
            file.seek(0)
            rows = csv.reader(file, delimiter=separator, strict=True)
            return [[unguarded(cell) for cell in row] for row in islice(rows, _LOOKED_AT)]
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8; save it as CSV UTF-8, or as .xlsx") from None
    except csv.Error as error:
        raise InputError(f"{path}: no CSV ({error}); save it anew as CSV or .xlsx") from None


_FIRST = re.compile(r'(?:"(?:[^"]|"")*"|[^",;\t]*)([,;\t])')


def _separator(headings: str) -> str:
    """What follows the first heading: in some countries spreadsheets save with semicolons."""
    found = _FIRST.match(headings)
    return found[1] if found else ","


# ---- Excel


def _read_workbook(path: Path) -> list[list[str]]:
    from mindgraph.evaluation.annotation.workbooks import read_workbook

    return [[unguarded(cell) for cell in row] for row in read_workbook(path, _LOOKED_AT)]
