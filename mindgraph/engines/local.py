"""Runs stages on this machine: DuckDB for SQL, this process for Python, the ledger for both."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mindgraph.engines import BatchMap, Rel, Stage, Table
from mindgraph.engines.files import read_rows
from mindgraph.engines.ledger import Ledger, write_table
from mindgraph.errors import CountError, DiskError
from mindgraph.records import Outcome, rejected

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
_DISK_WORDS = ("No space left", "Could not write", "offload", "max_temp_directory_size")

Progress = Callable[[str, int], None]
"""Told the stage's name and how many more rows it has gone through."""


class LocalEngine:
    """Stages of one run folder, run in this process within a bound of memory."""

    def __init__(
        self,
        run: Path,
        memory: str = "1GB",
        threads: int = 2,
        progress: Progress = lambda name, rows: None,
        asks: bool = True,
    ) -> None:
        self.stages = run / "stages"
        self.spill = run / "tmp"
        self.memory, self.threads, self.progress = memory, threads, progress
        self._asks = asks  # False: no model is asked; what it answered before is all there is
        self._asked: set[str] = set()  # a model is asked once a build, also where it failed

    def run(self, stage: Stage) -> dict[str, Any]:
        """Bring one stage to its end, or find it there; the counts."""
        ledger = self.ledger(stage)
        counts = ledger.counts()
        if counts is not None and (stage.identity in self._asked or not _keyed(stage)):
            return counts
        self._asked |= {stage.identity} if _keyed(stage) else set()
        shards = ledger.next_shard()
        started, cpu = time.monotonic(), _cpu_seconds()
        with self._connection() as con, _disk_errors(ledger.folder):
            if isinstance(stage, Rel):
                self._run_rel(con, stage, ledger)
            else:
                self._run_map(con, stage, ledger)
            if counts is not None and ledger.next_shard() == shards:
                return counts  # a model that was asked nothing new
            counts = self._counted(con, stage, ledger)
            counts |= {
                "seconds": round(time.monotonic() - started, 3),
                "cpu_seconds": round(_cpu_seconds() - cpu, 3),
            }
            ledger.finish(counts)
        return counts

    def ledger(self, stage: Stage) -> Ledger:
        """Where the shards of a stage lie: a folder that carries the stage's identity."""
        return Ledger(self.stages / f"{stage.name}-{stage.identity}")

    def files(self, table: Table) -> list[str]:
        """The Parquet files of a table, in order."""
        return self.ledger(table.stage).files(table.output)

    def sweep(self, stages: list[Stage]) -> None:
        """Remove shards that no stage of the plan reads; replies of models are always kept."""
        keep = {self.ledger(stage).folder.name for stage in stages}
        for folder in self.stages.iterdir():
            if folder.name not in keep and not (folder / "keyed").exists():
                shutil.rmtree(folder)
        shutil.rmtree(self.spill, ignore_errors=True)

    @contextmanager
    def _connection(self) -> Iterator[DuckDBPyConnection]:
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.memory,
            "threads": self.threads,
            "temp_directory": str(self.spill),
            # What the run does not need cannot be reached from a hostile file name.
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
        }
        con = duckdb.connect(config=settings)
        try:
            yield con
        finally:
            con.close()

    def _run_rel(self, con: DuckDBPyConnection, stage: Rel, ledger: Ledger) -> None:
        self._show(con, stage)
        shard = "000000"
        if ledger.has(shard):
            return
        draft = ledger.draft(shard)
        for name, text in stage.outputs.items():
            sql = f"SELECT * FROM ({text}) ORDER BY ALL" if name == "rejected" else text
            reader = con.sql(sql).to_arrow_reader(50_000)
            batches = self._told(stage, (pa.Table.from_batches([rows]) for rows in reader))
            write_table(draft / f"{name}.parquet", reader.schema, batches)
        ledger.publish(shard)

    def _told(self, stage: Stage, batches: Iterator[Any]) -> Iterator[Any]:
        for rows in batches:
            self.progress(stage.name, rows.num_rows)
            yield rows

    def _run_map(self, con: DuckDBPyConnection, stage: BatchMap, ledger: Ledger) -> None:
        if stage.key:
            (ledger.folder / "keyed").touch()
            _recover(stage, ledger)
            shard, skipped = int(ledger.next_shard()), 0
        else:
            if not stage.ordered:
                ledger.clear()
            shard, skipped = 0, len(ledger.files(stage.main))
        worker: Callable[[pa.RecordBatch], Outcome] | None = None
        asked = self._asks or not stage.key
        batches = exact(self._input(con, stage, ledger) if asked else (), stage.batch)
        for place, rows in enumerate(self._told(stage, batches)):
            if place < skipped:
                continue
            worker = worker or self._worker(stage, ledger)
            outcome = _balanced(stage, worker(rows))
            ledger.write(f"{shard + place:06}", stage.outputs, outcome.tables)
            ledger.forget_notes()
        if not ledger.files(stage.main):
            ledger.write(f"{shard:06}", stage.outputs, _nothing(stage))

    def _worker(self, stage: BatchMap, ledger: Ledger) -> Callable[[pa.RecordBatch], Outcome]:
        made: Callable[..., Outcome] = stage.make(self._sides(stage))
        return partial(made, note=ledger.note) if stage.notes else made

    def _input(
        self, con: DuckDBPyConnection, stage: BatchMap, ledger: Ledger
    ) -> Iterator[pa.RecordBatch]:
        if stage.file:
            return read_rows(con, stage.file, stage.batch)
        self._show(con, stage)
        if stage.key:
            for name, schema in stage.outputs.items():
                view = "published" if name == stage.main else f"published_{name}"
                self._view(con, view, ledger.files(name), schema)
        return iter(con.sql(stage.select).to_arrow_reader(stage.batch))

    def _show(self, con: DuckDBPyConnection, stage: Stage) -> None:
        """Make what a stage reads visible to its SQL, its settings among it."""
        if isinstance(stage, Rel) and stage.settings:
            con.register("settings", pa.Table.from_pylist([dict(stage.settings)]))
        for view, tables in stage.reads.items():
            files = [file for table in tables for file in self.files(table)]
            self._view(con, view, files, tables[0].schema)

    def _view(
        self, con: DuckDBPyConnection, view: str, files: list[str], empty: pa.Schema | None = None
    ) -> None:
        if files:
            con.read_parquet(files).create_view(view)
        elif empty is not None:  # of a keyed stage that has published nothing yet
            con.register(view, empty.empty_table())

    def _sides(self, stage: BatchMap) -> Mapping[str, pa.RecordBatchReader]:
        import pyarrow.dataset as ds

        return {
            side: ds.dataset([file for table in tables for file in self.files(table)])
            .scanner(use_threads=False)
            .to_reader()
            for side, tables in stage.sides.items()
        }

    def _counted(self, con: DuckDBPyConnection, stage: Stage, ledger: Ledger) -> dict[str, Any]:
        rows = {name: _rows(con, ledger.files(name)) for name in stage.outputs}
        dropped = _reasons(con, ledger.files("rejected")) if "rejected" in rows else {}
        out = rows[stage.main]
        seen = out + sum(dropped.values())
        if isinstance(stage, Rel):
            seen = con.sql(stage.seen).fetchall()[0][0]
        if seen != out + sum(dropped.values()):
            raise CountError(f"{stage.name}: {seen} in, but {out} out and {dropped} dropped")
        return {"in": seen, "out": out, "dropped": dropped, "rows": rows}


def _recover(stage: BatchMap, ledger: Ledger) -> None:
    """Publish what a killed run had noted of the batch it was at."""
    noted = ledger.noted()
    if noted:
        tables = {
            name: pa.Table.from_pylist(rows, stage.outputs[name]) for name, rows in noted.items()
        }
        ledger.write(ledger.next_shard(), stage.outputs, tables)
    ledger.forget_notes()


def _keyed(stage: Stage) -> bool:
    return isinstance(stage, BatchMap) and stage.key is not None


def exact(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of exactly `size`, so that a shard always holds the same rows."""
    waiting: pa.Table | None = None
    for rows in batches:
        table = pa.Table.from_batches([rows])
        waiting = pa.concat_tables([waiting, table]) if waiting is not None else table
        while waiting.num_rows >= size:
            yield waiting.slice(0, size).combine_chunks().to_batches()[0]
            waiting = waiting.slice(size)
    if waiting is not None and waiting.num_rows:
        yield waiting.combine_chunks().to_batches()[0]


def _nothing(stage: BatchMap) -> dict[str, pa.Table]:
    """What a stage without rows leaves: of an empty file, that it is empty."""
    if stage.file is None:
        return {}
    return {"rejected": rejected([{"reason": "empty file", "file": stage.file.path}])}


def _balanced(stage: BatchMap, outcome: Outcome) -> Outcome:
    held = sum(
        outcome.tables[name].num_rows for name in (stage.main, "rejected") if name in outcome.tables
    )
    if held != outcome.seen:
        raise CountError(f"{stage.name}: {outcome.seen} rows in a batch, but {held} accounted for")
    return outcome


def _rows(con: DuckDBPyConnection, files: list[str]) -> int:
    if not files:  # of an output that older shards of a keyed stage did not have
        return 0
    return int(con.read_parquet(files).count("*").fetchall()[0][0])


def _reasons(con: DuckDBPyConnection, files: list[str]) -> dict[str, int]:
    con.read_parquet(files).create_view("dropped_rows", replace=True)
    counted = con.sql("SELECT reason, count(*) FROM dropped_rows GROUP BY reason ORDER BY reason")
    return dict(counted.fetchall())


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    """Say a full disk in one line, whichever library met it."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        told = (str(error) or type(error).__name__).splitlines()[0]
        if getattr(error, "errno", None) in _DISK or any(word in told for word in _DISK_WORDS):
            raise DiskError(
                f"{folder}: cannot be written ({told}); free some space and run the build again"
            ) from error
        raise
