"""Small graphs written by hand, as the tables of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mindgraph.evaluation.audit import Measure, audit
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.records import REJECTED, intention_id, pair_id, statement_id
from mindgraph.relations import RELATIONS
from mindgraph.text import merge_key

Statement = tuple[str, str, str, str]
"""Two products, a relation, a tail."""


def write_run(
    folder: Path,
    products: Mapping[str, tuple[str, str | None]],
    statements: Iterable[Statement],
    concepts: Mapping[str, Iterable[str]] | None = None,
    rejected: Iterable[Mapping[str, Any]] = (),
) -> Path:
    """The tables of a run: products by id (title, category), statements, concepts by tail."""
    tables = _tables(products, list(statements), concepts or {})
    shapes = [("nodes", node.label, node.arrow) for node in NODES]
    shapes += [("edges", edge.type, edge.arrow) for edge in EDGES]
    for kind, name, columns in shapes:
        rows = [{**dict.fromkeys(columns.names), **row} for row in tables.get(name, [])]
        _write(folder / kind / f"{name}.parquet", rows, columns)
    left = [{**dict.fromkeys(REJECTED.names), **row} for row in rejected]
    _write(folder / "rejected/intentions.parquet", left, REJECTED)
    return folder


def _write(file: Path, rows: list[dict[str, Any]], columns: pa.Schema) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, columns), file)


def _tables(
    products: Mapping[str, tuple[str, str | None]],
    statements: list[Statement],
    concepts: Mapping[str, Iterable[str]],
) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {
        "Run": [{"id": "by-hand", "model": "a hand"}],
        "Product": [
            {"id": product, "title": title, "category": category}
            for product, (title, category) in products.items()
        ],
        "CoBuy": [],
        "Intention": [],
        "HAS_PRODUCT": [],
    }
    said: dict[str, tuple[str, set[str]]] = {}
    for a, b, relation, text in statements:
        pair, intention = pair_id(a, b), intention_id(merge_key(text))
        first, pairs = said.get(intention, (text, set()))
        said[intention] = (min(first, text), pairs | {pair})
        row = {
            "start": pair,
            "end": intention,
            "id": statement_id(pair, relation, intention),
            "relation": relation,
            "surface": f"they are {text}",
            "agreement": 0.75,
            "run": "by-hand",
        }
        tables.setdefault(RELATIONS[relation].edge_type, []).append(row)
    for a, b in sorted({tuple(sorted((a, b))) for a, b, *_ in statements}):
        tables["CoBuy"].append({"id": pair_id(a, b), "source": "co-buy"})
        tables["HAS_PRODUCT"] += [{"start": pair_id(a, b), "end": end} for end in (a, b)]
    for intention, (text, pairs) in said.items():
        tables["Intention"].append({"id": intention, "text": text, "support": len(pairs)})
    return {**tables, **_concept_tables(concepts)}


def _concept_tables(concepts: Mapping[str, Iterable[str]]) -> dict[str, list[dict[str, Any]]]:
    linked = {
        (intention_id(merge_key(text)), name) for text, names in concepts.items() for name in names
    }
    links = [
        {"start": intention, "end": name, "mention": name, "probability": 1.0}
        for intention, name in sorted(linked)
    ]
    named = sorted({name for _, name in linked})
    return {"HAS_CONCEPT": links, "Concept": [{"id": name, "name": name} for name in named]}


def measure(run: Path, name: str, worst: int = 20) -> Measure:
    """One measure of a run by its name."""
    (found,) = [found for found in audit(run, worst).measures if found.name == name]
    return found


def worst_texts(found: Measure, figure: str = "text") -> list[Any]:
    """One figure of every finding, in their order."""
    return [finding.figures[figure] for finding in found.worst]
