"""Arrays for PyTorch Geometric: an index per label, edges as pairs of indices, scores beside them.

`nodes/<Label>.parquet` lists the nodes: the row is the index. `edges/<TYPE>.npz` has
`edge_index` (2 by edges, int64) and `edge_attr` (edges by scores, float32, NaN where unknown).
`graph.json` says what joins what; `load.py` makes a `HeteroData` of the folder, and needs no
mindgraph.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import UsageError
from mindgraph.exporters.files import new_folder
from mindgraph.exporters.tables import open_tables, write_table
from mindgraph.exporters.written import Written
from mindgraph.graph.schema import EDGES, NODES, REAL, Edge, Node

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOADER = "load.py"


def write_pyg(tables: Path, path: Path) -> list[Written]:
    """Write the arrays of all nodes and edges into a new folder."""
    with new_folder(path) as folder, open_tables(tables) as con:
        for kind in ("nodes", "edges"):
            (folder / kind).mkdir()
        rows = {f"nodes/{node.label}.parquet": _nodes(con, node, folder) for node in NODES}
        rows |= {f"edges/{edge.type}.npz": _edges(con, edge, folder) for edge in EDGES}
        (folder / "graph.json").write_text(json.dumps(_told(rows), indent=1) + "\n", "utf-8")
        shutil.copyfile(Path(__file__).with_name("pyg_loader.py"), folder / LOADER)
    return [Written(name, count) for name, count in rows.items()]


def _nodes(con: DuckDBPyConnection, node: Node, folder: Path) -> int:
    """List a label's nodes in order, and keep their places as `<Label>_places`."""
    con.execute(f"""CREATE TEMP TABLE "{node.label}_places" AS
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM "{node.label}" """)
    query = f'SELECT * FROM "{node.label}" ORDER BY id'
    return write_table(con, query, node.arrow, folder / f"nodes/{node.label}.parquet")


def _edges(con: DuckDBPyConnection, edge: Edge, folder: Path) -> int:
    numpy = _numpy()
    names = scores(edge)
    told = "".join(f", CAST({name} AS FLOAT) AS {name}" for name in names)
    found = con.sql(f"""SELECT a.place AS a, b.place AS b{told} FROM "{edge.type}" e
        JOIN "{edge.start}_places" a ON a.id = e.start
        JOIN "{edge.end}_places" b ON b.id = e."end" ORDER BY ALL""").to_arrow_table()
    ends = numpy.stack([found[name].to_numpy() for name in "ab"]).astype("int64")
    columns = [found[name].to_numpy().astype("float32") for name in names]
    told_scores = numpy.stack(columns, axis=1) if columns else numpy.empty((len(found), 0), "f4")
    numpy.savez(folder / f"edges/{edge.type}.npz", edge_index=ends, edge_attr=told_scores)
    return len(found)


def scores(edge: Edge) -> list[str]:
    """The names of the columns of `edge_attr`."""
    return [name for name, kind in edge.properties.items() if kind == REAL]


def _told(rows: dict[str, int]) -> dict[str, Any]:
    return {
        "nodes": {node.label: rows[f"nodes/{node.label}.parquet"] for node in NODES},
        "edges": [
            {"type": edge.type, "start": edge.start, "end": edge.end, "scores": scores(edge)}
            for edge in EDGES
        ],
    }


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        raise UsageError("numpy is not installed: pip install 'mindgraph[export]'") from None
    return numpy
