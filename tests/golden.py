"""The demo's graph as text, kept beside the tests: a change of it shows in a diff.

`make golden` writes it anew. The run's id is left out: it changes with every edit of the config.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

import mindgraph

FOLDER = Path(__file__).parent / "golden_demo"


def told(run: Path) -> dict[str, str]:
    """Every table of a run that has rows, as JSON lines, by file name."""
    files = [*run.glob("nodes/*.parquet"), *run.glob("edges/*.parquet")]
    texts = {f"{file.parent.name}.{file.stem}.jsonl": _lines(file) for file in files}
    return {name: text for name, text in sorted(texts.items()) if text and "Run" not in name}


def _lines(file: Path) -> str:
    rows = pq.read_table(file).to_pylist()
    kept = ({name: cell for name, cell in row.items() if name != "run"} for row in rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)


def main() -> None:
    """Build the demo and write its tables."""
    with tempfile.TemporaryDirectory() as scratch:
        texts = told(mindgraph.build("demo", Path(scratch) / "run").folder)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.jsonl"):
        old.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
