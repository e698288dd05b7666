"""What an export says of the run it was made from: who was asked, what the pairs are, how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from mindgraph.errors import RunError


@dataclass(frozen=True)
class About:
    """The facts of one run; `counts` has rows by label and edge type, `sources` the pairs' truth.

    `license` is the owner's word on the data, which no run knows by itself.
    """

    run: str
    name: str
    version: str
    model: str | None
    sources: tuple[str, ...]
    counts: Mapping[str, int]
    license: str | None = None


def about_of(run: Path, manifest: Mapping[str, Any], license: str | None = None) -> About:  # noqa: A002 - what everybody calls it
    """The facts that a run's manifest and co-buy table state; RunError where one is missing."""
    try:
        return About(
            run=manifest["run"],
            name=manifest["config"]["name"],
            version=manifest["mindgraph"],
            model=_model(run),
            sources=_sources(run),
            counts={**manifest["nodes"], **manifest["edges"]},
            license=license,
        )
    except (KeyError, OSError, ValueError) as error:
        raise RunError(f"{run}: the run cannot be described ({error}); build it again") from None


def _model(run: Path) -> str | None:
    rows = pq.ParquetFile(run / "nodes/Run.parquet").read().to_pylist()
    return next((row["model"] for row in rows), None)


def _sources(run: Path) -> tuple[str, ...]:
    with pq.ParquetFile(run / "nodes/CoBuy.parquet") as table:
        found = {
            source
            for batch in table.iter_batches(columns=["source"])
            for source in batch["source"].unique().to_pylist()
        }
    return tuple(sorted(source for source in found if source))
