"""Where the graph answers Cypher.

A store takes the graph's Parquet tables once and then answers read-only questions. The tables
stay the truth: a store file can be thrown away and made again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from mindgraph.errors import RunError, UsageError

Rows = Iterator[dict[str, Any]]

STORE_FILE = "graph.lbug"
"""The embedded store's file in a run folder."""


class Store(Protocol):
    """A graph that can be asked; also a context manager that closes itself."""

    @property
    def engine(self) -> str:
        """What answers, `ladybug` or `neo4j`: some questions have a text for each."""
        ...

    def ask(
        self, text: str, parameters: Mapping[str, Any] | None = None, seconds: float = 60
    ) -> Rows:
        """Rows of one read-only query with bound parameters; QueryError where it is refused."""
        ...

    def close(self) -> None:
        """Let go of the file or the connection."""
        ...

    def __enter__(self) -> Store:
        """The store itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...


def open_store(where: str | Path, database: str | None = None) -> Store:
    """The store of a run folder, or of a Neo4j server's address, opened for reading.

    `database` is one of the server's; without it the server's own default is meant.
    """
    if "://" in str(where):
        from mindgraph.stores.neo4j.store import Neo4jStore

        return Neo4jStore(str(where), database)
    if database:
        raise UsageError(f"{where}: a run folder holds one graph; leave --database out")
    file = Path(where) / STORE_FILE
    if not file.exists():
        raise RunError(
            f"{where}: no graph here; build it with: mindgraph build CONFIG --run {where}"
        )
    manifest = Path(where) / "manifest.json"
    if manifest.exists() and json.loads(manifest.read_text(encoding="utf-8"))["state"] != "done":
        raise RunError(f"{where}: the build did not end; run the same build again to continue")
    from mindgraph.stores.ladybug import LadybugStore

    return LadybugStore(file)
