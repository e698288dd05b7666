"""The demo in every format of texts and tables, and graphs of any rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mindgraph.graph.schema import EDGES, NODES
from mindgraph.records import intention_id, pair_id, statement_id
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built
from tests.exporters.carried import write

Rows = Mapping[str, list[dict[str, Any]]]

NASTY = [
    '"', '"""', '"begins', 'ends"', 'a "b" c', "'", "it's", "'quoted'@en", "\\", "\\n", 'back\\"',
    "a|b", "#no comment", "NA", "null", "None", "1e5", "-1", "{}", "[a,b]", "a,b;c", "/c/en/x",
    "👩\u200d🍳", "\u202etfel\u202c", "e\u0301", "ﬁ", "中文", "\ufeffx", " x ", "=1+1", "&amp;<b>",
]  # fmt: skip
"""Texts that pass the entrance, and that readers have stumbled over."""

BREAKING = [
    "a\tb",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\x00",
    "a\x0bb",
    "a\x0cb",
    "a\x85b",
    "\u2028",
    "\x1c",
]
"""Texts that the entrance does not let pass, but a foreign Parquet table may hold."""


def write_tables(folder: Path, rows: Rows) -> Path:
    """All tables of a finished run, the empty ones too; a row may leave columns out."""
    named = [("nodes", node.label, node.arrow) for node in NODES]
    named += [("edges", edge.type, edge.arrow) for edge in EDGES]
    for kind, name, columns in named:
        (folder / kind).mkdir(parents=True, exist_ok=True)
        table = pa.Table.from_pylist(rows.get(name, []), columns)
        pq.write_table(table, folder / kind / f"{name}.parquet")
    counts = {kind: {name: len(rows.get(name, [])) for k, name, _ in named if k == kind}
              for kind in ("nodes", "edges")}  # fmt: skip
    told = {"mindgraph": "0.1.0", "state": "done", "run": "run-1", "config": {"name": "small"}}
    (folder / "manifest.json").write_text(json.dumps(told | counts), encoding="utf-8")
    return folder


def graph_of(texts: list[str]) -> dict[str, list[dict[str, Any]]]:
    """A graph in which each text is a title, an intention, a wording, a mention and a concept.

    There is one co-buy per text, of that product and of one more.
    """
    names = list(RELATIONS)
    rows: dict[str, list[dict[str, Any]]] = {
        "Product": [{"id": "other", "title": "other"}],
        "Run": [{"id": "run-1", "model": "m", "version": "0.1.0"}],
    }

    def add(table: str, **row: Any) -> None:
        rows.setdefault(table, []).append(row)

    for place, text in enumerate(texts):
        product, intention, concept = f"p{place:04}", intention_id(str(place)), f"c{place:04}"
        pair, relation = pair_id(product, "other"), names[place % len(names)]
        add("Product", id=product, title=text, description=text)
        add("CoBuy", id=pair, support=place, lift=1 / (place + 3), source="co-buy")
        add("Intention", id=intention, text=text, support=1)
        add("Concept", id=concept, name=text)
        for end in (product, "other"):
            add("HAS_PRODUCT", start=pair, end=end)
        add("HAS_CONCEPT", start=intention, end=concept, mention=text, probability=1 / (place + 3))
        add(
            RELATIONS[relation].edge_type, start=pair, end=intention, relation=relation,
            id=statement_id(pair, relation, intention), surface=text, run="run-1",
            agreement=1 / (place + 3), typicality=None if place % 2 else 0.5,
        )  # fmt: skip
    for table in rows.values():
        table.sort(key=lambda row: (row.get("id") or row["start"], row.get("end", "")))
    return rows


@pytest.fixture
def small(tmp_path: Path) -> Callable[[Rows], Path]:
    """Writes a graph of these rows as a finished run."""
    return lambda rows: write_tables(tmp_path / "run [it's] *", rows)


@pytest.fixture(scope="session")
def carried(demo: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in every format, under the names of `exports/demo`."""
    folder = tmp_path_factory.mktemp("carried") / "demo"
    write(demo.folder, folder)
    return folder
