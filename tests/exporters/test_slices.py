"""Edges are joined some at a time, and nobody can tell from the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindgraph.exporters import FORMATS, tables
from tests.exporters.conftest import graph_of, write_tables


@pytest.mark.parametrize("format_", ["cskg", "conceptnet", "atomic"])
@pytest.mark.parametrize("rows", [1, 7])
def test_small_slices_make_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: str, rows: int
) -> None:
    run = write_tables(tmp_path / "run", graph_of([f"text {n}" for n in range(60)]))
    write = FORMATS[format_].load()
    for name in ("whole", "sliced"):
        (tmp_path / name).mkdir()
        write(run, tmp_path / name / "out")
        monkeypatch.setattr(tables, "SLICE", rows)
    whole, sliced = (
        {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        for folder in (tmp_path / "whole", tmp_path / "sliced")
    )
    assert whole == sliced
    assert whole
