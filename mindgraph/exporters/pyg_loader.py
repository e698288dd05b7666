"""Makes a `HeteroData` of the folder it lies in: `python load.py` prints it.

Needs numpy, torch and torch_geometric. The i-th row of `nodes/<Label>.parquet` is node i.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import torch
from torch_geometric.data import HeteroData


def load(folder: str | Path) -> Any:
    """The graph with `num_nodes` of each label, `edge_index` and `edge_attr` of each type."""
    graph = HeteroData()
    told = json.loads((Path(folder) / "graph.json").read_text(encoding="utf-8"))
    for label, count in told["nodes"].items():
        graph[label].num_nodes = count
    for edge in told["edges"]:
        store = graph[edge["start"], edge["type"], edge["end"]]
        with numpy.load(Path(folder) / "edges" / f"{edge['type']}.npz") as arrays:
            for name in ("edge_index", "edge_attr"):
                store[name] = torch.from_numpy(arrays[name])
    return graph


if __name__ == "__main__":
    print(load(Path(__file__).parent))  # noqa: T201 - what it is run for
