"""The Parquet tables of a made-up graph of MIND's size, for the export's benchmark.

Nothing to run by itself. At scale 1.0 they hold MIND's counts of products, pairs and statements,
and as many concept links; what is stated is not sense.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from phrases import Writer

PRODUCTS, PAIRS, STATEMENTS, LINKS, CONCEPTS = 107_215, 126_142, 1_264_441, 1_259_963, 15_000

ROWS = 50_000

NASTY = ['6" x 9"', "C:\\new\\table", "line\nbreak", "tab\there", "crème brûlée", "🎧🔥 مرحبا"]


class Graph:
    """A graph of that scale, the same for the same scale, row by row."""

    def __init__(self, scale: float) -> None:
        """Count what there will be."""
        self.rng, self.writer = random.Random(7), Writer(7)
        counts = (PRODUCTS, PAIRS, STATEMENTS, LINKS, CONCEPTS)
        self.products, self.pairs, self.statements, self.links, self.concepts = (
            max(int(count * scale), 50) for count in counts
        )
        self.texts: dict[str, str] = {}

    def product(self, place: int) -> str:
        """Return the id of a product."""
        return f"B0{place:08d}"

    def pair(self, place: int) -> str:
        """Return the id of a co-buy."""
        first = place * 7919 % self.products
        return f"{self.product(first)}~{self.product(first + 1 + place % 997)}"

    def tables(self) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
        """Every table with its rows; statements come before the intentions they make."""
        yield "nodes/Product", map(self.product_row, range(self.products + 1000))
        yield "nodes/CoBuy", map(self.pair_row, range(self.pairs))
        yield "edges/HAS_PRODUCT", self.ends()
        yield "statements", map(self.statement_row, range(self.statements))
        yield "nodes/Intention", self.intentions()
        yield "nodes/Concept", map(self.concept_row, range(self.concepts))
        yield "edges/HAS_CONCEPT", self.link_rows()
        yield "nodes/Run", iter([{"id": "bench-1", "model": "made up", "version": "0"}])

    def product_row(self, place: int) -> dict[str, Any]:
        """Return a product; one in 37 has a title that needs escaping."""
        title = f"{self.writer.statement('isA')} {self.writer.statement('madeOf')}"
        if place % 37 == 0:
            title += " " + NASTY[place // 37 % len(NASTY)]
        told = {"category": "Home > Kitchen", "image": f"https://images.example/{place}.jpg"}
        return {"id": self.product(place), "title": title, **told}

    def pair_row(self, place: int) -> dict[str, Any]:
        """Return a co-buy."""
        return {"id": self.pair(place), "support": place % 40 + 1, "source": "made up"}

    def ends(self) -> Iterator[dict[str, Any]]:
        """Both products of every co-buy."""
        for place in range(self.pairs):
            pair = self.pair(place)
            for product in pair.split("~"):
                yield {"start": pair, "end": product}

    def statement_row(self, place: int) -> dict[str, Any]:
        """Return a statement of one of the first nineteen relations."""
        from mindgraph.relations import PROFILES

        relation = PROFILES["mind"][place % 19]
        surface = self.writer.statement(relation) + f" {self.rng.randrange(40)}"
        intention = blake2b(surface.encode(), digest_size=12).hexdigest()
        self.texts[intention] = surface
        pair = self.pair(place // 10 % self.pairs)
        return {
            "start": pair, "end": intention, "id": f"{pair}-{relation}-{intention}",
            "relation": relation, "surface": surface, "agreement": self.rng.random(),
            "typicality": round(self.rng.random(), 4), "run": "bench-1",
        }  # fmt: skip

    def intentions(self) -> Iterator[dict[str, Any]]:
        """The intentions that were stated."""
        for place, text in sorted(self.texts.items()):
            yield {"id": place, "text": text, "support": 1}

    def concept_row(self, place: int) -> dict[str, Any]:
        """Return a concept."""
        return {"id": f"concept%20{place}", "name": f"concept {place}"}

    def link_rows(self) -> Iterator[dict[str, Any]]:
        """Links of intentions with concepts."""
        known = sorted(self.texts)
        for place in range(self.links):
            intention, turn = known[place % len(known)], place // len(known)
            concept = (place * 31 + turn * 7) % self.concepts
            told = {"mention": "made up", "probability": self.rng.random()}
            yield {"start": intention, "end": f"concept%20{concept}", **told}


def make(scale: float, folder: Path) -> None:
    """Write the tables of a graph, the empty ones too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mindgraph.graph.schema import EDGES, NODES
    from mindgraph.relations import RELATIONS

    shapes = {f"nodes/{node.label}": node.arrow for node in NODES}
    shapes |= {f"edges/{edge.type}": edge.arrow for edge in EDGES}
    writers: dict[str, pq.ParquetWriter] = {}
    for name, columns in shapes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", columns)
    for name, rows in Graph(scale).tables():
        while batch := list(islice(rows, ROWS)):
            split = {name: batch}
            if name == "statements":
                split = {
                    f"edges/{relation.edge_type}": [
                        row for row in batch if row["relation"] == relation.name
                    ]
                    for relation in RELATIONS.values()
                }
            for table, part in split.items():
                writers[table].write_table(pa.Table.from_pylist(part, shapes[table]))
    for writer in writers.values():
        writer.close()
