"""The rows of a file as Arrow batches: CSV, TSV, JSON lines and Parquet, gzipped or not.

Delimited files are read by DuckDB with every cell as text; a row it cannot read arrives with
`_error` set, and the rows after it go on. See `mindgraph.rows` for the shape of a batch.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.engines import File
from mindgraph.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_LINE = 16_000_000
"""Longest line in bytes of a JSON-lines or delimited file."""

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
_LINES = {".jsonl", ".ndjson", ".json"}


def open_file(path: Path) -> File:
    """A file as an input: its path and a digest of its bytes."""
    hashed = blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; correct the path") from None
    return File(str(path), hashed.hexdigest())


def read_rows(con: DuckDBPyConnection, file: File, batch: int) -> Iterator[pa.RecordBatch]:
    """Batches of raw rows of a file, in the file's order; a file without rows gives none."""
    path = Path(file.path)
    kind = ".jsonl" if file.lines else _kind(path)
    if kind in _DELIMITERS:
        yield from _delimited(con, path, _DELIMITERS[kind], batch)
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


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _delimited(
    con: DuckDBPyConnection, path: Path, delimiter: str, batch: int
) -> Iterator[pa.RecordBatch]:
    names = _header(path, delimiter)
    if not names:
        return
    scan = _scan(con, path, delimiter, names)
    broken = _broken_rows(con, scan)
    yield from _numbered(con.sql(f"SELECT * FROM {scan}").to_arrow_reader(batch), sorted(broken))
    # A cell that is no UTF-8 is only met when its column is read, so ask once more.
    broken |= _rejects(con)
    con.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    if broken:
        yield _error_batch(names, broken)


def _header(path: Path, delimiter: str) -> list[str]:
    import csv

    with _open(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        try:
            names = next(csv.reader(text, delimiter=delimiter), [])
        except (csv.Error, OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path}: its header cannot be read: {error}") from None
    if len(set(names)) < len(names):
        raise InputError(f"{path}: two columns have the same name; rename one of them")
    return names


def _scan(con: DuckDBPyConnection, path: Path, delimiter: str, names: list[str]) -> str:
    """The text of a scan; path and names are quoted as SQL strings, doubled quotes and all."""
    columns = ", ".join(
        f"{_quoted(name or f'column{n}')}: 'VARCHAR'" for n, name in enumerate(names)
    )
    quote = "''" if delimiter == "\t" else "'\"'"
    return (
        f"read_csv({_quoted(str(path))}, auto_detect=false, header=true, delim='{delimiter}', "
        f"quote={quote}, escape={quote}, columns={{{columns}}}, store_rejects=true, "
        f"rejects_limit=0, max_line_size={MAX_LINE}, null_padding=false, strict_mode=true, "
        "encoding='utf-8')"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _broken_rows(con: DuckDBPyConnection, scan: str) -> dict[int, str]:
    con.sql(f"SELECT count(*) FROM {scan}").fetchall()
    return _rejects(con)


def _rejects(con: DuckDBPyConnection) -> dict[int, str]:
    found = con.sql("SELECT line, error_type, error_message FROM reject_errors").fetchall()
    return {line - 1: f"{kind.lower()}: {' '.join(text.split())}" for line, kind, text in found}


def _numbered(reader: pa.RecordBatchReader, broken: list[int]) -> Iterator[pa.RecordBatch]:
    """Give each row its number in the file: its place among the good ones, moved by the bad."""
    place = 0
    for rows in reader:
        numbers = [_number(place + index, broken) for index in range(1, len(rows) + 1)]
        place += len(rows)
        yield _with_system_columns(rows, numbers)


def _number(place: int, broken: list[int]) -> int:
    number = place
    while (moved := place + bisect_right(broken, number)) != number:
        number = moved
    return number


def _with_system_columns(rows: pa.RecordBatch, numbers: list[int]) -> pa.RecordBatch:
    columns = [pa.array(numbers, pa.int64()), pa.nulls(len(rows), pa.string()), *rows.columns]
    return pa.RecordBatch.from_arrays(columns, ["_row", "_error", *rows.schema.names])


def _error_batch(names: list[str], broken: dict[int, str]) -> pa.RecordBatch:
    rows = sorted(broken.items())
    columns = [
        pa.array([row for row, _ in rows], pa.int64()),
        pa.array([error for _, error in rows], pa.string()),
        *(pa.nulls(len(rows), pa.string()) for _ in names),
    ]
    return pa.RecordBatch.from_arrays(columns, ["_row", "_error", *names])


def _lines(path: Path, batch: int) -> Iterator[pa.RecordBatch]:
    waiting: list[tuple[int, str | None, str | None]] = []
    for number, line in enumerate(_raw_lines(path), start=1):
        if line.strip():
            waiting.append((number, *_decoded(line)))
        if len(waiting) >= batch:
            yield _line_batch(waiting)
            waiting = []
    if waiting:
        yield _line_batch(waiting)


def _raw_lines(path: Path) -> Iterator[bytes]:
    with _open(path) as file:
        try:
            while line := file.readline(MAX_LINE):
                yield line
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"{path}: damaged: {error}; fetch the file again") from None


def _decoded(line: bytes) -> tuple[str | None, str | None]:
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
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: not a Parquet file: {error}") from None
    place = 0
    for rows in file.iter_batches(batch_size=batch):
        yield _with_system_columns(rows, list(range(place + 1, place + len(rows) + 1)))
        place += len(rows)
