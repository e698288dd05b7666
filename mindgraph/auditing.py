"""The weak spots of a finished run, and runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mindgraph.errors import UsageError
from mindgraph.evaluation import audit as audits
from mindgraph.evaluation import comparison
from mindgraph.runs import read_manifest

MOST = 10_000
"""Places of each kind that an audit may show: more than a person looks at."""


def audit(run: str | Path, worst: int = 20) -> audits.Audit:
    """The weak spots of a run's graph as shares, and at most `worst` places of each to look at.

    UsageError where `worst` is not from 0 to 10,000, RunError where the folder is no run or its
    build did not end.
    """
    if not 0 <= worst <= MOST:
        raise UsageError(f"--worst {worst}: give a number from 0 to {MOST:,}")
    read_manifest(run)
    return audits.audit(Path(run), worst)


def compare(runs: Sequence[str | Path]) -> comparison.Comparison:
    """Two or more runs side by side: what they differ in, and what came of it.

    A result in `RUN/evaluation/*.json` is compared as well. UsageError for fewer than two runs or
    for one given twice, RunError where a folder is no run or its build did not end.
    """
    folders = {str(run): Path(run) for run in runs}
    if len({folder.resolve() for folder in folders.values()}) < max(2, len(runs)):
        raise UsageError("give two runs or more, each of them once")
    manifests = [read_manifest(folder) for folder in folders.values()]
    return comparison.compare(folders, manifests)
