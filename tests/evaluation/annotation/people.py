"""People who fill in sheets, for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mindgraph.evaluation.annotation import ballot
from mindgraph.evaluation.annotation.sheets import Column, read_sheet, write_sheet

Row = dict[str, str]


def rows_of(sheet: Path) -> list[Row]:
    """The rows of a sheet by the names of its columns."""
    first, *rows = read_sheet(sheet)
    names = [ballot.name_of(heading) for heading in first]
    return [dict(zip(names, row, strict=True)) for row in rows]


def fill(sheet: Path, vote: Callable[[Row], Mapping[str, str]]) -> Path:
    """Vote in every row of a sheet, or edit it."""
    rows = [{**row, **vote(row)} for row in rows_of(sheet)]
    columns = [Column(name, heading) for name, heading in ballot.HEADINGS.items()]
    write_sheet(sheet, sheet.suffix, columns, rows, ())
    return sheet


def new_sheet(path: Path, *rows: Mapping[str, str]) -> Path:
    """A sheet of rows that give what they want to; the rest is made up and checks."""
    told = [_whole(number, row) for number, row in enumerate(rows)]
    columns = [Column(name, heading) for name, heading in ballot.HEADINGS.items()]
    write_sheet(path, path.suffix, columns, told, ())
    return path


def _whole(number: int, given: Mapping[str, str]) -> Row:
    row = {
        **dict.fromkeys(ballot.HEADINGS, ""),
        "id": f"A~B-usedFor-{number:024x}",
        "relation": "usedFor",
        "sentence": f"they are both used for tea {number}",
        **given,
    }
    return {**row, "check": given.get("check") or ballot.check_of(row)}
