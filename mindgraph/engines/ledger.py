"""The shard ledger: work that survives kill -9.

A shard is a folder with one Parquet file per output. It is written under a temporary name,
synced, then renamed: a shard that has its name is whole. A stage that ended has `done.json`.
What a killed run left under temporary names is swept when the ledger is opened again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 131_072
"""Rows of a row group; fixed, because equal tables must be equal bytes."""


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step: whole before or whole after, never half."""
    draft = path.with_name(f".{path.name}.tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def write_table(path: Path, schema: pa.Schema, batches: Iterable[pa.Table]) -> int:
    """Write batches as one Parquet file with even row groups, synced; the number of rows."""
    total = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1) as writer:
        for group in _even(schema, batches):
            # In one piece, because pages end where pieces do.
            writer.write_table(group.combine_chunks(), row_group_size=ROW_GROUP)
            total += group.num_rows
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return total


def _even(schema: pa.Schema, batches: Iterable[pa.Table]) -> Iterable[pa.Table]:
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, batch.cast(schema)])
        while waiting.num_rows >= ROW_GROUP:
            yield waiting.slice(0, ROW_GROUP)
            waiting = waiting.slice(ROW_GROUP)
    if waiting.num_rows:
        yield waiting


def _whole_lines(path: Path) -> list[str]:
    """The lines of a file without the last one, where a kill cut it."""
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []


class Ledger:
    """The shards of one stage, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".tmp*"):
            shutil.rmtree(left, ignore_errors=True)

    def has(self, shard: str) -> bool:
        """Whether a shard of that name is published."""
        return (self.folder / shard).is_dir()

    def clear(self) -> None:
        """Forget all shards."""
        for shard in self.folder.glob("[0-9]*"):
            shutil.rmtree(shard)

    def next_shard(self) -> str:
        """A name after all published ones."""
        published = [int(path.name) for path in self.folder.glob("[0-9]*")]
        return f"{max(published, default=-1) + 1:06}"

    def draft(self, shard: str) -> Path:
        """An empty folder to write a shard into before it is published."""
        folder = self.folder / f".tmp-{shard}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def publish(self, shard: str) -> None:
        """Give the draft its name; from here on it is done."""
        draft = self.folder / f".tmp-{shard}"
        sync_folder(draft)
        draft.rename(self.folder / shard)
        sync_folder(self.folder)

    def write(
        self, shard: str, schemas: Mapping[str, pa.Schema], tables: Mapping[str, Any]
    ) -> None:
        """Publish tables as one shard; an output without a table is an empty file."""
        draft = self.draft(shard)
        for name, schema in schemas.items():
            table = tables.get(name)
            write_table(draft / f"{name}.parquet", schema, [] if table is None else [table])
        self.publish(shard)

    def note(self, output: str, row: Mapping[str, Any]) -> None:
        """Keep a row of the shard in hand, so that a killed run does not lose it."""
        with self._notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps([output, row], ensure_ascii=False) + "\n")

    def noted(self) -> dict[str, list[dict[str, Any]]]:
        """The rows kept of a shard that was never published, by output."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for line in _whole_lines(self._notes):
            output, row = json.loads(line)
            rows.setdefault(output, []).append(row)
        return rows

    def forget_notes(self) -> None:
        """Let go of the rows of a shard that is published."""
        self._notes.unlink(missing_ok=True)

    @property
    def _notes(self) -> Path:
        return self.folder / "notes.jsonl"

    def files(self, output: str) -> list[str]:
        """The published files of one output, in the order of their shards."""
        return sorted(str(path) for path in self.folder.glob(f"[0-9]*/{output}.parquet"))

    def finish(self, counts: Mapping[str, Any]) -> None:
        """Note that the stage ended, with its counts."""
        write_durably(self.folder / "done.json", json.dumps(counts, indent=1))

    def counts(self) -> dict[str, Any] | None:
        """The counts of a stage that ended; None while it has not."""
        path = self.folder / "done.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
