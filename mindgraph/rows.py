"""Rows of a file as they arrive: raw cells, before any of them is a record.

A batch of raw rows always has `_row` (1 is the first row after a header, or the first line) and
`_error` (what is wrong with the row as a row, else null). Delimited files and Parquet add one
column per column of the file; JSON lines add `_line`, the line itself.
"""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mindgraph.errors import InputError

Row = Mapping[str, Any]

SYSTEM_COLUMNS = ("_row", "_error", "_line")
"""Names that a batch of raw rows needs for itself."""

MAX_LITERAL = 100_000
"""Longest Python literal in characters: a nested one of several times that ends Python 3.10."""


class RowError(ValueError):
    """A row that cannot be read as a row; the message says why."""


def parse_line(line: str) -> Row:
    """One line of a JSON-lines file; Amazon's 2014 files hold Python literals, read as well."""
    if line.startswith("{'"):
        return _mapping(_literal(line))
    return _mapping(_json(line))


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:  # a number of 4,301 digits is a ValueError
        raise RowError(f"not JSON: {error}") from None


def _literal(line: str) -> Any:
    if len(line) > MAX_LITERAL:
        raise RowError(f"a Python literal of more than {MAX_LITERAL} characters; write it as JSON")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an odd backslash, which is read as it stands
            return ast.literal_eval(line)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise RowError("neither JSON nor a Python literal") from None


def _mapping(value: Any) -> Row:
    if not isinstance(value, dict):
        raise RowError(f"not an object but a {type(value).__name__}")
    return value


def rows_of(batch: pa.RecordBatch) -> Iterator[tuple[int, Row | RowError]]:
    """Every row of a raw batch with its number, as a mapping or as what is wrong with it."""
    if "_line" in batch.schema.names:
        yield from _lines(batch)
        return
    for row in batch.to_pylist():
        error = row.pop("_error")
        yield row.pop("_row"), RowError(error) if error else row


def _lines(batch: pa.RecordBatch) -> Iterator[tuple[int, Row | RowError]]:
    columns = (batch.column(name).to_pylist() for name in ("_row", "_line", "_error"))
    for number, line, error in zip(*columns, strict=True):
        try:
            if error:
                raise RowError(error)
            yield number, parse_line(line)
        except RowError as wrong:
            yield number, wrong


def columns_of(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Table:
    """`_row`, `_error` and the named columns as text, whatever the file's format was.

    A name the batch does not have is a column of nulls; nested values become JSON text.
    """
    if "_line" in batch.schema.names:
        return _columns_of_lines(batch, names)
    table = pa.table({"_row": batch["_row"], "_error": batch["_error"]})
    for name in names:
        known = name in batch.schema.names
        cells = _texts(batch[name]) if known else pa.nulls(len(batch), pa.string())
        table = table.append_column(name, cells)
    return table


def _texts(cells: pa.Array) -> pa.Array:
    try:
        return cells.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # nested values, or bytes that are none
        return pa.array([_as_text(value) for value in cells.to_pylist()], pa.string())


def _columns_of_lines(batch: pa.RecordBatch, names: Sequence[str]) -> pa.Table:
    cells: dict[str, list[Any]] = {name: [] for name in ("_row", "_error", *names)}
    for number, row in rows_of(batch):
        wrong = isinstance(row, RowError)
        cells["_row"].append(number)
        cells["_error"].append(str(row) if wrong else None)
        for name in names:
            cells[name].append(None if isinstance(row, RowError) else _as_text(row.get(name)))
    texts = {
        name: pa.array(values, pa.string()) for name, values in cells.items() if name != "_row"
    }
    return pa.table({"_row": pa.array(cells["_row"], pa.int64()), **texts})


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    # A lone surrogate (valid as a JSON escape) cannot travel in Arrow; `clean` drops it later.
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def need_columns(batch: pa.RecordBatch, names: Sequence[str], file: str) -> None:
    """Raise InputError when a delimited file or Parquet lacks a column that the config names."""
    if "_line" in batch.schema.names:
        return
    known = [name for name in batch.schema.names if name not in SYSTEM_COLUMNS]
    missing = [name for name in names if name not in known]
    if missing:
        raise InputError(
            f"{file}: no column {missing[0]!r}; it has {', '.join(known)}. "
            "Name the right one under `columns` in the config"
        )
