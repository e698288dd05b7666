"""Sheets as Excel workbooks: choices to pick from, links to click, the same bytes every time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from mindgraph.errors import InputError
from mindgraph.evaluation.annotation.sheets import Column, Row, guarded

_NO_TIME = datetime(1980, 1, 1)  # the earliest a ZIP file can name
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDE, _NARROW = 38, 16


def write_workbook(
    path: Path, columns: Sequence[Column], rows: Iterable[Row], guide: Sequence[str]
) -> None:
    """Write the rows on a first page with a frozen heading, and the guide on a second."""
    book = Workbook()
    book.properties.creator = "mindgraph"
    book.properties.created = book.properties.modified = _NO_TIME
    _fill(book.active, columns, rows)
    about = book.create_sheet("how to vote")
    about.column_dimensions["A"].width = 100
    for place, line in enumerate(guide, start=1):
        _put(about, place, 1, line)
    _save(book, path)


def _fill(page: Any, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    page.title = "claims"
    page.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        _put(page, 1, place, column.heading).font = Font(bold=True)
        wide = column.name.startswith(("title", "sentence"))
        page.column_dimensions[get_column_letter(place)].width = _WIDE if wide else _NARROW
    last = 1
    for last, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            cell = _put(page, last, place, row[column.name])
            if column.linked and row[column.name]:
                cell.hyperlink = row[column.name]
                cell.style = "Hyperlink"
    _offer(page, columns, last)


def _put(page: Any, row: int, column: int, text: str) -> Any:
    """Write a text as a text, whatever it looks like."""
    cell = page.cell(row, column)
    if text:
        cell.value = _escaped(guarded(text))
        cell.data_type = "s"  # of "=…" and "#N/A" openpyxl makes formulas and errors
    cell.alignment = _WRAPPED
    return cell


def _offer(page: Any, columns: Sequence[Column], last: int) -> None:
    for place, column in enumerate(columns, start=1):
        if column.choices and last > 1:
            letter = get_column_letter(place)
            choice = DataValidation("list", formula1=f'"{",".join(column.choices)}"')
            choice.error = f"choose one of: {', '.join(column.choices)}"
            choice.showErrorMessage = True
            choice.add(f"{letter}2:{letter}{last}")
            page.add_data_validation(choice)


class _Undated(ZipFile):
    """A ZIP file whose entries tell no time, so that equal workbooks are equal bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        """Add an entry from memory."""
        entry = ZipInfo(zinfo_or_arcname, _NO_TIME.timetuple()[:6])
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        """Add an entry from a file: what openpyxl does with its pages."""
        self.writestr(arcname, Path(filename).read_bytes())


def _save(book: Workbook, path: Path) -> None:
    # Not Workbook.save, which notes when it was called.
    with _Undated(path, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()


def read_workbook(path: Path, most: int) -> list[list[str]]:
    """The first `most` rows of a workbook's first page as texts; InputError where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that other programs add
            return list(_rows(path, most))
    except OSError:
        raise
    except Exception as error:  # openpyxl and zipfile fail in many ways on a damaged file
        told = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path}: no Excel workbook ({told}); save it anew as .xlsx") from None


def _rows(path: Path, most: int) -> Iterator[list[str]]:
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for row in islice(book.worksheets[0].iter_rows(values_only=True), most):
            yield [_text(value) for value in row]
    finally:
        book.close()


def _text(value: Any) -> str:
    """A cell's value as it was written; a spreadsheet makes numbers of texts such as 4."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _unescaped(value) if isinstance(value, str) else str(value)


# ---- characters that a workbook's XML cannot hold (ECMA-376, ST_Xstring)

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def _escaped(text: str) -> str:
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
