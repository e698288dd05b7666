"""A run's graph as files for neo4j-admin's offline import: CSV with typed headers and the commands.

Texts come out of the import exactly as they stand in the Parquet tables: every text is in quotes,
a quote in it is doubled, line breaks stay inside the quotes, and a backslash means nothing. An
empty field without quotes is no value, so the property is not set; `""` is the empty text.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from mindgraph.errors import DiskError, RunError, UsageError
from mindgraph.graph.schema import EDGES, NODES, REAL, WHOLE, Edge, Node, neo4j_schema

SCRIPT, SCHEMA = "import.sh", "after-import.cypher"

_ROWS = 20_000
"""Rows in memory at once."""

_BUFFER = 4 * 1024 * 1024
"""Bytes of the import tool's read buffer, unless a longer value needs more of them."""

_TYPES = {WHOLE: ":long", REAL: ":double"}


@dataclass(frozen=True)
class Offline:
    """The files of an import: where they are, the rows of each table, and what to run."""

    folder: Path
    rows: dict[str, int]
    commands: tuple[str, ...]


def write_offline(run: Path, folder: Path, database: str = "neo4j") -> Offline:
    """Write a finished run's graph into a new folder; the files appear all at once.

    UsageError where the folder holds something, RunError where the run is none, did not end or has
    a table that cannot be read, DiskError where the files cannot be written.
    """
    _check(run, folder)
    place = folder.resolve()
    draft = place.with_name(f".{place.name}.draft")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        rows = _write(run, draft, database)
        # An empty folder of that name gives way.
        draft.replace(folder)
        _sync(place.parent)
    except OSError as error:
        told = error.strerror or error
        raise DiskError(
            f"{folder}: the import files cannot be written ({told}); "
            "free some space or name another folder, and write them again"
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Offline(folder, rows, _commands(folder, database))


def _check(run: Path, folder: Path) -> None:
    manifest = run / "manifest.json"
    if not all((run / kind).is_dir() for kind in ("nodes", "edges")):
        raise RunError(f"{run}: no graph here; build it with: mindgraph build CONFIG --run {run}")
    if manifest.exists() and json.loads(manifest.read_text(encoding="utf-8"))["state"] != "done":
        raise RunError(f"{run}: the build did not end; run the same build again to continue")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: holds something already; name a new or an empty folder")


def _write(run: Path, folder: Path, database: str) -> dict[str, int]:
    shapes: tuple[Node | Edge, ...] = (*NODES, *EDGES)
    tables = [_write_table(run, folder, shape) for shape in shapes]
    longest = max(table.longest for table in tables)
    _write_text(folder / SCRIPT, _script(database, longest))
    _write_text(folder / SCHEMA, neo4j_schema())
    _sync(folder)
    return {table.name: table.rows for table in tables}


@dataclass(frozen=True)
class _Table:
    name: str
    rows: int
    longest: int


def _write_table(run: Path, folder: Path, shape: Node | Edge) -> _Table:
    """One CSV file with its typed header, batch by batch."""
    name, kind = _named(shape)
    rows = longest = 0
    with (folder / f"{name}.csv").open("wb") as file:
        file.write(_header(shape).encode())
        for batch in _batches(run / kind / f"{name}.parquet", shape.arrow):
            rows, longest = rows + batch.num_rows, max(longest, _longest(batch))
            pcsv.write_csv(_readable(batch), file, pcsv.WriteOptions(include_header=False))
        _settle(file)
    return _Table(name, rows, longest)


def _named(shape: Node | Edge) -> tuple[str, str]:
    return (shape.label, "nodes") if isinstance(shape, Node) else (shape.type, "edges")


def _header(shape: Node | Edge) -> str:
    if isinstance(shape, Node):
        key = f"id:ID({shape.label})"
    else:
        key = f":START_ID({shape.start}),:END_ID({shape.end})"
    typed = (f",{name}{_TYPES.get(kind, '')}" for name, kind in shape.properties.items())
    return f"{key}{''.join(typed)}\n"


def _batches(file: Path, columns: pa.Schema) -> Iterator[pa.RecordBatch]:
    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(_ROWS, columns=columns.names):
                yield batch.select(columns.names).cast(columns)
    except (OSError, pa.ArrowException, KeyError) as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise RunError(f"{file}: cannot be read ({told}); run the build again") from None


def _longest(batch: pa.RecordBatch) -> int:
    texts = (column for column in batch.columns if pa.types.is_string(column.type))
    return max((pc.max(pc.binary_length(text)).as_py() or 0 for text in texts), default=0)


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with numbers written as Java reads them: it knows no `nan` and no `inf`."""
    for place, column in enumerate(batch.columns):
        if column.type == REAL and pc.all(pc.is_finite(column)).as_py() not in (True, None):
            told = column.cast(pa.string())
            for ours, theirs in (("nan", "NaN"), ("inf", "Infinity")):
                told = pc.replace_substring(told, ours, theirs)
            batch = batch.set_column(place, batch.schema.names[place], told)
    return batch


def _script(database: str, longest: int) -> str:
    nodes = [f"--nodes={node.label}={node.label}.csv" for node in NODES]
    edges = [f"--relationships={edge.type}={edge.type}.csv" for edge in EDGES]
    # A value must fit into the buffer, its doubled quotes too.
    buffer = max(_BUFFER, 2 * longest + 1024)
    options = ["--id-type=string", "--multiline-fields=true", f"--read-buffer-size={buffer}"]
    lines = [*options, '--report-file="${TMPDIR:-/tmp}/mindgraph-import.report"', *nodes, *edges]
    told = " \\\n    ".join([*lines, f'"$@" -- {shlex.quote(database)}'])
    return f'{_SCRIPT_HEAD}"${{NEO4J_ADMIN:-neo4j-admin}}" database import full \\\n    {told}\n'


_SCRIPT_HEAD = """\
#!/bin/sh
# Imports the graph into a server that is stopped. A database that exists already is replaced by:
#     sh import.sh --overwrite-destination=true
# Start the server afterwards, and make the constraints and indexes: after-import.cypher
set -eu
cd "$(dirname "$0")"
"""


def _commands(folder: Path, database: str) -> tuple[str, ...]:
    script, schema = shlex.quote(str(folder / SCRIPT)), shlex.quote(str(folder / SCHEMA))
    return (
        "neo4j stop",
        f"sh {script}",
        "neo4j start",
        f"cypher-shell -d {shlex.quote(database)} -f {schema}",
    )


def _write_text(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode())
        _settle(file)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
