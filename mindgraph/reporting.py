"""A finished run as one page that opens without a server."""

from __future__ import annotations

from pathlib import Path

from mindgraph.errors import UsageError
from mindgraph.pipeline.report import write_report
from mindgraph.runs import read_manifest


def report(run: str | Path, path: str | Path | None = None) -> Path:
    """Write a finished run's report again, by default as `report.html` in its folder.

    Equal runs give equal bytes. RunError where there is no finished run, UsageError where the path
    is a folder, DiskError where the page cannot be written.
    """
    if path and Path(path).is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    return write_report(Path(run), read_manifest(run), Path(path) if path else None)
