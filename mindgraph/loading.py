"""A finished run into a Neo4j server, so that the server's graph is the run's tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from mindgraph.errors import RunError
from mindgraph.runs import read_manifest
from mindgraph.stores.neo4j.connection import connect
from mindgraph.stores.neo4j.online import Loaded, Progress, load_tables, unwatched


@dataclass(frozen=True)
class Load:
    """What a load did: the server, and rows per label and type."""

    where: str
    tables: tuple[Loaded, ...]

    @property
    def left(self) -> int:
        """Nodes and relationships that are there, though not of this run."""
        return sum(table.left for table in self.tables)


def load(
    run: str | Path,
    uri: str,
    database: str | None = None,
    *,
    prune: bool = False,
    force: bool = False,
    progress: Progress = unwatched,
) -> Load:
    """Load a finished run into a server; idempotent by key, so a second load changes nothing.

    `prune` removes nodes and relationships of the graph's own labels and types that the run does
    not have; `force` loads a run of an older mindgraph over one of a newer. RunError where the
    run did not end, UsageError where the server refuses, StoreError where it cannot go on; what
    was written until then stays, and the same load goes on from there.
    """
    manifest, folder = read_manifest(run), Path(run)
    _check_tables(folder, manifest)
    connection = connect(uri, database)
    try:
        tables = load_tables(folder, connection, prune, force, progress)
    finally:
        connection.close()
    return Load(connection.where, tables)


def _check_tables(folder: Path, manifest: dict[str, Any]) -> None:
    """Hold the tables against the manifest; RunError where one is not what was built."""
    for kind in ("nodes", "edges"):
        for name, rows in manifest[kind].items():
            file = folder / kind / f"{name}.parquet"
            try:
                there = pq.read_metadata(file).num_rows
            except (OSError, ValueError) as error:
                raise RunError(f"{file}: cannot be read ({error}); run the build again") from None
            if there != rows:
                raise RunError(f"{file}: {there:,} rows, not {rows:,}; run the build again")
