"""The demo in every format, kept in `exports/demo`: a change of it shows in a diff.

`make golden` writes it anew. Files are compared as text; of a binary one, what is in it.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet as pq

import mindgraph

FOLDER = Path(__file__).parent.parent.parent / "exports/demo"

NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "demo.ttl": ("rdf", {}),
    "demo.rdf12.ttl": ("rdf", {"profile": "rdf12"}),
    "demo.nt.gz": ("rdf", {}),
    "demo.jsonld": ("rdf", {}),
    "cskg.tsv": ("cskg", {}),
    "cskg.conceptnet.tsv": ("cskg", {"relations": "conceptnet"}),
    "conceptnet.csv": ("conceptnet", {}),
    "kgx": ("kgx", {}),
    "kge": ("kge", {}),
    "kge-by-pair": ("kge", {"split": "pair"}),
    "atomic": ("atomic", {}),
    "neo4j-csv": ("neo4j-csv", {}),
    "demo.graphml": ("graphml", {}),
    "node-link.json": ("node-link", {}),
    "pyg": ("pyg", {}),
    "parquet": ("parquet", {}),
}
"""What the demo is exported as, under which names."""

_CHANGING = {
    "demo-run": re.compile(r"demo-[0-9a-f]{8}"),
    "checksum": re.compile(r"\b[0-9a-f]{64}\b"),
    "0 B": re.compile(r"\b\d+ B\b"),
    "byteSize 0": re.compile(r"byteSize \d+"),
}
"""The run's id, which every edit changes, and what it changes in descriptions."""


def told(folder: Path) -> dict[str, str]:
    """Every file of a folder as text by its name, without what every edit changes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): masked(_text(path)) for path in files}


def masked(text: str) -> str:
    """A text without what every edit changes."""
    for word, changing in _CHANGING.items():
        text = changing.sub(word, text)
    return text


def _text(path: Path) -> str:
    if path.suffix == ".parquet":
        rows = pq.read_table(path).to_pylist()
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if path.suffix == ".npz":
        with numpy.load(path) as arrays:
            return "".join(f"{json.dumps(arrays[name].tolist())}\n" for name in sorted(arrays))
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()).decode()
    return path.read_bytes().decode()


def write(run: Path, folder: Path) -> None:
    """Export a run in every format into a new folder."""
    folder.mkdir()
    for name, (format_, options) in NAMES.items():
        mindgraph.export(run, format_, folder / name, **options)


def main() -> None:
    """Build the demo and export it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(mindgraph.build("demo", Path(scratch) / "run").folder, FOLDER)


if __name__ == "__main__":
    main()
