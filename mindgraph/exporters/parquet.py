"""The graph's own tables, as every run has them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq

from mindgraph.exporters.files import new_folder
from mindgraph.exporters.written import Written, columns
from mindgraph.graph.schema import EDGES, NODES


def write_parquet(tables: Path, path: Path) -> list[Written]:
    """Copy the tables into a new folder."""
    named = {f"nodes/{node.label}.parquet": node.arrow for node in NODES}
    named |= {f"edges/{edge.type}.parquet": edge.arrow for edge in EDGES}
    with new_folder(path) as folder:
        for kind in ("nodes", "edges"):
            (folder / kind).mkdir()
        for name in named:
            shutil.copyfile(tables / name, folder / name)
        return [
            Written(name, int(pq.read_metadata(folder / name).num_rows), columns(schema.names))
            for name, schema in named.items()
        ]
