"""The embedded store: one Ladybug file in the run folder, made from the Parquet tables.

Loaded from Parquet files only (an in-memory table with a repeated key crashes the engine), into
a draft that takes its name when it is whole. Opened read-only.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any

from mindgraph.errors import DiskError, QueryError, RunError
from mindgraph.graph.schema import EDGES, NODES, ladybug_schema
from mindgraph.stores import Rows
from mindgraph.stores.reading import check_given, check_reads_only

POOL = 1024 * 1024 * 1024
"""Bytes of the engine's memory at most; counts over a graph of MIND's size broke half of it."""


def version() -> str:
    """The engine's version; its files are tied to it."""
    import ladybug

    return str(ladybug.__version__)


def build(run: Path, file: Path, threads: int = 2) -> None:
    """Make the store file of a run from `nodes/` and `edges/`; DiskError where it cannot be.

    A child process loads it: on a full disk the engine ends the process it is in. Each attempt
    has a folder of its own, since the child of a build that was killed may still be at work.
    """
    for left in run.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=run, ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / file.name
        loader = [sys.executable, "-m", __name__, str(run), f"{draft.parent.name}/{draft.name}"]
        done = subprocess.run(  # noqa: S603
            [*loader, str(threads)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[0]
            raise DiskError(
                f"{file}: the store cannot be written ({told}); "
                "free some space and run the same build again"
            )
        draft.replace(file)


_DRAFT = ".store-"


def _load(draft: str, threads: int) -> None:
    """Load the tables of the current folder, whose names no path can make a pattern of."""
    import ladybug

    database = ladybug.Database(draft, buffer_pool_size=POOL, max_num_threads=threads)
    connection = ladybug.Connection(database)
    for statement in ladybug_schema().splitlines():
        if statement.startswith("CREATE"):
            connection.execute(statement)
    for node in NODES:
        connection.execute(f'COPY {node.label} FROM "nodes/{node.label}.parquet"')
    for edge in EDGES:
        connection.execute(f'COPY {edge.type} FROM "edges/{edge.type}.parquet"')
    connection.execute("CHECKPOINT")
    connection.close()
    database.close()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class LadybugStore:
    """A store file, opened for reading."""

    engine = "ladybug"

    def __init__(self, file: Path) -> None:
        import ladybug

        try:
            self._database = ladybug.Database(file, read_only=True, buffer_pool_size=POOL)
            self._connection = ladybug.Connection(self._database)
        except RuntimeError as error:
            raise RunError(
                f"{file}: cannot be opened ({_first_line(error)}); "
                "remove it and run the same build again"
            ) from None

    def ask(
        self, text: str, parameters: Mapping[str, Any] | None = None, seconds: float = 60
    ) -> Rows:
        """Rows of one read-only query; QueryError where it is refused, wrong or too slow."""
        values = dict(parameters or {})
        check_reads_only(text)
        check_given(text, values)
        try:
            # Zero would be no limit at all.
            self._connection.set_query_timeout(max(1, int(seconds * 1000)))
            result = self._connection.execute(text, values)
        except _REFUSALS as error:
            raise QueryError(_told(error, seconds)) from None
        return _rows(result)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._database.close()

    def __enter__(self) -> LadybugStore:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


_REFUSALS = (RuntimeError, TypeError, ValueError, OverflowError)


def _told(error: Exception, seconds: float) -> str:
    line = re.sub(r" expecting \{.*?\}", "", _first_line(error))
    if "nterrupted" in line:
        return f"stopped after {seconds:g} s; ask for less, or allow more time"
    if "buffer pool is full" in line:
        return f"needs more than the store's {POOL >> 20} MB of memory; ask for less"
    return f"the store refuses the query: {line}"


def _rows(result: Any) -> Rows:
    try:
        names = result.get_column_names()
        if len(set(names)) < len(names):
            raise QueryError("two columns have one name; give one of them another with AS")
        while result.has_next():
            yield dict(zip(names, map(_plain, result.get_next()), strict=True))
    except _REFUSALS as error:
        raise QueryError(f"the rows end here: {_first_line(error)}") from None
    finally:
        result.close()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it: the engine counts in decimals."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    try:
        _load(sys.argv[2], int(sys.argv[3]))
    except (RuntimeError, OSError) as problem:
        sys.exit(_first_line(problem))
