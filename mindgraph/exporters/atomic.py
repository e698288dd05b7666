"""Head, relation and tail as texts, as ATOMIC is released and COMET is trained on it."""

from __future__ import annotations

from pathlib import Path

from mindgraph.exporters.files import new_folder, new_text
from mindgraph.exporters.tables import END, SAID, START, STATING, open_tables, slices
from mindgraph.exporters.tsv import line, text, write_slices
from mindgraph.exporters.written import Written

PARTS = {"train": (0, 80), "dev": (80, 90), "test": (90, 100)}
"""Of a hundred co-buys, which go where."""


def write_atomic(tables: Path, path: Path, *, seed: int = 0) -> list[Written]:
    """Write statements as `train.tsv`, `dev.tsv` and `test.tsv` of a new folder.

    A head is both titles, `A and B`. All statements of a co-buy go into one file, which a digest
    of seed and co-buy chooses.
    """
    written = []
    with new_folder(path) as folder, open_tables(tables) as con:
        for name, bounds in PARTS.items():
            with new_text(folder / f"{name}.tsv") as file:
                query = _query(int(seed), *bounds)
                rows = write_slices(con, slices(con, tables, STATING), query, file)
            written.append(Written(f"{name}.tsv", rows, sha256=file.sha256))
    return written


def _query(seed: int, least: int, most: int) -> str:
    place = f"('0x' || left(md5('{seed} ' || {START}), 8))::BIGINT % 100"
    columns = line(text("first || coalesce(' and ' || last, '')"), "relation", text('"text"'))
    return f"""SELECT {columns} FROM {SAID} e WHERE {place} BETWEEN {least} AND {most - 1}
        ORDER BY place, {START}, {END}"""
