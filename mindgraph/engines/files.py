"""The rows of a file as Arrow batches: CSV, TSV, JSON lines and Parquet, gzipped or not.

Every cell of a delimited file is text. A row that cannot be read arrives in its place with
`_error` set, and the rows after it go on. See `mindgraph.rows` for the shape of a batch.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, AnyStr, cast

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.engines import File
from mindgraph.engines.regular import Plainness, regular_rows
from mindgraph.errors import InputError
from mindgraph.rows import SYSTEM_COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_LINE = 16_000_000
"""Longest line, in bytes of a JSON-lines file, in characters of a delimited one."""

_Cells = tuple[list[str], str | None]
"""The cells of a row, and what is wrong with it."""

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
_LINES = {".jsonl", ".ndjson", ".json"}

# Marks of an unfit line that pass through the CSV parser: lone surrogates, which no text holds.
# Python itself writes a byte that is no UTF-8 as one of the upper ones.
_NUL, _LONG = "\udc00", "\udc01"
_UNFIT = re.compile(f"[{_NUL}{_LONG}\udc80-\udcff]")
_WHY = {_NUL: "invalid character: NUL", _LONG: f"line too long: over {MAX_LINE} characters"}


def open_file(path: Path) -> File:
    """A file as an input: its path and a digest of its bytes."""
    hashed, plain = blake2b(digest_size=16), Plainness()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
                plain.see(block)
    except (OSError, ValueError) as error:  # a ValueError is a NUL in the path
        told = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {told}; correct the path") from None
    # DuckDB takes such a path for a pattern, and would read its neighbours.
    pattern = any(mark in str(path) for mark in "*?[{")
    kind = "".join(path.suffixes[-2:]).lower()  # decides how the bytes are read
    return File(str(path), hashed.hexdigest() + kind, plain=plain.holds and not pattern)


def read_rows(con: DuckDBPyConnection, file: File, batch: int) -> Iterator[pa.RecordBatch]:
    """Batches of raw rows of a file, in the file's order; a file without rows gives none."""
    path = Path(file.path)
    kind = ".jsonl" if file.lines else _kind(path)
    if kind in _DELIMITERS:
        yield from _delimited(con, file, _DELIMITERS[kind], batch)
    elif kind in _LINES:
        yield from _lines(path, batch)
    else:
        yield from _parquet(path, batch)


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix.lower()
    if kind not in {*_DELIMITERS, *_LINES, ".parquet"}:
        raise InputError(f"{path}: unknown kind of file; use .csv, .tsv, .jsonl or .parquet")
    return kind


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """A file, unpacked as it is read; damage that is met while reading is told in one line."""
    gzipped = path.suffix.lower() == ".gz"
    try:
        with cast("IO[bytes]", gzip.open(path)) if gzipped else path.open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: damaged: {error}; fetch the file again") from None


def _line(file: IO[AnyStr]) -> AnyStr | None:
    """The next line, empty at the end of the file; None for a line too long, which is passed."""
    line = file.readline(MAX_LINE)
    if len(line) < MAX_LINE or _ends(line):
        return line
    while line and not _ends(line):
        line = file.readline(MAX_LINE)
    return None


def _ends(line: str | bytes) -> bool:
    return line.endswith(("\n", "\r")) if isinstance(line, str) else line.endswith(b"\n")


def _delimited(
    con: DuckDBPyConnection, file: File, delimiter: str, batch: int
) -> Iterator[pa.RecordBatch]:
    path = Path(file.path)
    with _opened(path) as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")
        rows = _cells(text, delimiter)
        names = _header(path, rows)
        fast = file.plain and names and regular_rows(con, path, delimiter, names, batch, MAX_LINE)
        if fast:
            yield from _placed(fast)
            return
        numbered = _numbered(rows, len(names))
        while part := list(islice(numbered, batch)):
            yield _text_batch(names, part)


def _placed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    place = 0
    for rows in batches:
        yield _with_system_columns(rows, place)
        place += len(rows)


def _cells(text: IO[str], delimiter: str) -> Iterator[_Cells]:
    """Row by row; where quotes are wrong, only the line that the row begins with is given up."""
    csv.field_size_limit(max(MAX_LINE, csv.field_size_limit()))
    lines = _Lines(text)
    # A quote in a TSV file is a character like any other.
    rows = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL,
        strict=True,
    )
    while True:
        lines.taken.clear()
        try:
            yield next(rows), _unfit(lines.taken)
        except StopIteration:
            return
        except csv.Error as error:
            unfit = _unfit(lines.taken[:1])
            lines.put_back()
            yield [], unfit or f"wrong quotes: {error}"


class _Lines:
    """The lines of a text for the CSV parser; `taken` are those of the row it is at."""

    def __init__(self, text: IO[str]) -> None:
        self.taken: list[str] = []
        self._text = text
        self._again: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else _line(self._text)
        if line == "":
            raise StopIteration
        line = _LONG if line is None else line.replace("\0", _NUL)
        self.taken.append(line)
        return line

    def put_back(self) -> None:
        """Let all lines but the first be read again."""
        self._again += reversed(self.taken[1:])


def _unfit(lines: list[str]) -> str | None:
    for line in lines:
        if not line.isascii() and (found := _UNFIT.search(line)):
            return _WHY.get(found[0], "invalid encoding: not UTF-8")
    return None


def _header(path: Path, rows: Iterator[_Cells]) -> list[str]:
    cells, error = next((row for row in rows if any(row)), ([], None))
    if error:
        raise InputError(f"{path}: its header cannot be read: {error}")
    names = [name or f"column{place}" for place, name in enumerate(cells)]
    _check_names(path, names)
    return names


def _check_names(path: Path, names: Sequence[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise InputError(f"{path}: two columns are named {name!r}; rename one of them")
        if name in SYSTEM_COLUMNS:
            raise InputError(f"{path}: no column may be named {name!r}; rename it")


def _numbered(rows: Iterable[_Cells], width: int) -> Iterator[tuple[Any, ...]]:
    """Number, error and cells of each row; a blank line has a number, but is no row.

    Empty cells after the last column are forgiven: spreadsheets write them.
    """
    nothing = [None] * width
    for number, (cells, error) in enumerate(rows, start=1):
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if cells and len(cells) != width:
            told = "too many columns" if len(cells) > width else "missing columns"
            error = error or f"{told}: {len(cells)} instead of {width}"
        if cells or error:
            yield number, error, *(nothing if error else cells)


def _text_batch(names: list[str], rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    numbers, errors, *columns = zip(*rows, strict=True)
    texts = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
    system = [pa.array(numbers, pa.int64()), pa.array(errors, pa.string())]
    return pa.RecordBatch.from_arrays([*system, *texts], ["_row", "_error", *names])


def _lines(path: Path, batch: int) -> Iterator[pa.RecordBatch]:
    decoded = ((number, *_decoded(line)) for number, line in enumerate(_raw_lines(path), start=1))
    rows = (row for row in decoded if row[2] or (row[1] or "").strip())
    while part := list(islice(rows, batch)):
        yield _line_batch(part)


def _raw_lines(path: Path) -> Iterator[bytes | None]:
    with _opened(path) as file:
        while (line := _line(file)) != b"":
            yield line


def _decoded(line: bytes | None) -> tuple[str | None, str | None]:
    """A line as text, and what is wrong with it."""
    if line is None:
        return None, f"line too long: over {MAX_LINE} bytes"
    try:
        return line.removeprefix(codecs.BOM_UTF8).decode("utf-8").rstrip("\r\n"), None
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start}"


def _line_batch(rows: list[tuple[int, str | None, str | None]]) -> pa.RecordBatch:
    numbers, lines, errors = zip(*rows, strict=True)
    columns = [
        pa.array(numbers, pa.int64()),
        pa.array(lines, pa.string()),
        pa.array(errors, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, ["_row", "_line", "_error"])


def _parquet(path: Path, batch: int) -> Iterator[pa.RecordBatch]:
    try:
        with _opened(path) as raw, pq.ParquetFile(_seekable(raw)) as file:
            _check_names(path, file.schema_arrow.names)
            yield from _placed(file.iter_batches(batch_size=batch))
    except pa.ArrowException as error:
        told = " ".join(str(error).split())
        raise InputError(f"{path}: not a Parquet file, or damaged: {told}") from None


def _seekable(file: IO[bytes]) -> IO[bytes]:
    return io.BytesIO(file.read()) if isinstance(file, gzip.GzipFile) else file


def _with_system_columns(rows: pa.RecordBatch, place: int) -> pa.RecordBatch:
    numbers = pa.array(range(place + 1, place + len(rows) + 1), pa.int64())
    columns = [numbers, pa.nulls(len(rows), pa.string()), *rows.columns]
    return pa.RecordBatch.from_arrays(columns, ["_row", "_error", *rows.schema.names])
