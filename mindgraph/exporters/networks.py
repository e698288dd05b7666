"""The graph for networkx: as an object, as GraphML, as node-link JSON.

Nodes are named by label and id (`intention/9f2c`), edges by their statement key or by what they
link; both have their properties, without those that are unknown. All of it is in memory at once,
so a graph beyond `MOST` is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from mindgraph.errors import UsageError
from mindgraph.exporters.files import new_text
from mindgraph.exporters.tables import LINKS, PLACES
from mindgraph.exporters.written import Written
from mindgraph.graph.schema import EDGES, NODES, Edge
from mindgraph.text import clean

if TYPE_CHECKING:
    import networkx as nx

MOST = 500_000
"""Nodes and edges that a networkx graph may have here; about a gigabyte of memory."""

_ROWS = 20_000


def read_network(tables: Path, most: int = MOST) -> nx.MultiDiGraph:
    """A networkx graph of the tables; every node has `label` and `key` (its id), every edge `type`.

    UsageError where there are more than `most` nodes and edges, or networkx is not installed.
    """
    networkx = _networkx()
    _check_size(tables, most)
    graph = networkx.MultiDiGraph()
    for node in NODES:
        for row in _rows(tables / f"nodes/{node.label}.parquet"):
            key = row.pop("id")
            graph.add_node(f"{PLACES[node.label]}/{key}", label=node.label, key=key, **row)
    for edge in EDGES:
        for row in _rows(tables / f"edges/{edge.type}.parquet"):
            start, end, key = _ends(edge, row)
            graph.add_edge(start, end, key=key, type=edge.type, **row)
    return graph


def _networkx() -> Any:
    try:
        import networkx
    except ImportError:
        raise UsageError("networkx is not installed: pip install 'mindgraph[export]'") from None
    return networkx


def _check_size(tables: Path, most: int) -> None:
    files = [f"nodes/{node.label}.parquet" for node in NODES]
    files += [f"edges/{edge.type}.parquet" for edge in EDGES]
    size = sum(pq.read_metadata(tables / file).num_rows for file in files)
    if size > most:
        raise UsageError(
            f"{size:,} nodes and edges, more than {most:,}: too many for networkx; choose fewer, "
            "such as --around PRODUCT --hops 2, or take parquet, cskg or pyg"
        )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(_ROWS):
            for row in batch.to_pylist():
                yield {name: cell for name, cell in row.items() if cell is not None}


def _ends(edge: Edge, row: dict[str, Any]) -> tuple[str, str, str]:
    """Both nodes of an edge row and its key; what is taken out of the row is in them."""
    start = f"{PLACES[edge.start]}/{row.pop('start')}"
    end = f"{PLACES[edge.end]}/{row.pop('end')}"
    return start, end, row.get("id") or f"{LINKS[edge.type]}:{start}~{end}"


def write_graphml(tables: Path, path: Path) -> list[Written]:
    """Write GraphML; its rows are nodes and edges.

    XML has no control characters and joins line breaks, so texts pass the rule of the entrance
    once more, which changes none that passed it.
    """
    networkx, graph = _networkx(), read_network(tables)
    for _, told in graph.nodes(data=True):
        _clean(told)
    for *_, told in graph.edges(data=True):
        _clean(told)
    with new_text(path) as file:
        networkx.write_graphml_xml(graph, file)
    return [Written(path.name, _size(graph), sha256=file.sha256)]


def _clean(told: dict[str, Any]) -> None:
    told.update({name: clean(cell) for name, cell in told.items() if isinstance(cell, str)})


def write_node_link(tables: Path, path: Path) -> list[Written]:
    """Write node-link JSON, which d3 and `networkx.node_link_graph` read; its rows are both."""
    networkx, graph = _networkx(), read_network(tables)
    told = networkx.node_link_data(graph, edges="edges")
    with new_text(path) as file:
        for part in json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(told):
            file.write(part.encode())
        file.write(b"\n")
    return [Written(path.name, _size(graph), sha256=file.sha256)]


def _size(graph: nx.MultiDiGraph) -> int:
    return int(graph.number_of_nodes() + graph.number_of_edges())
