"""`exports/README.md` lists the tables as the schema has them, with ids as the demo has them."""

from __future__ import annotations

import re
from pathlib import Path

import mindgraph
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.runs import Built

TEXT = (Path(__file__).parent.parent / "exports/README.md").read_text(encoding="utf-8")


def listed(file: str) -> list[str]:
    (row,) = [line for line in TEXT.splitlines() if line.startswith(f"| `{file}.parquet`")]
    return re.findall(r"`(\w+)`", row.split("|")[2])


def test_every_table_is_listed_with_its_columns() -> None:
    for node in NODES:
        assert listed(f"nodes/{node.label}") == node.arrow.names
    for edge in EDGES[:5]:
        assert listed(f"edges/{edge.type}") == edge.arrow.names
    assert listed("edges/USED_FOR") == EDGES[-1].arrow.names
    assert len(EDGES) == 5 + 22


def test_the_example_of_a_statement_is_one_of_the_demo(demo: Built) -> None:
    (example,) = re.findall(r"\| `(\S+-usedFor-\w+)` \|", TEXT)
    rows = mindgraph.query(
        demo.folder,
        "MATCH (c:CoBuy)-[r:USED_FOR]->(i:Intention) RETURN r.id AS id, c.id AS pair, i.id AS why",
    )
    assert example in {row["id"] for row in rows}
    assert all(row["id"] == f"{row['pair']}-usedFor-{row['why']}" for row in rows)
