"""The benchmark's graph as pyoxigraph's triples, row by row, as one writes it in an afternoon.

Nothing to run by itself: `export.py` lets pyoxigraph serialise these as they come. They are the
same triples as those of the export, counted against each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyoxigraph import Literal, NamedNode, Triple

from mindgraph.exporters.rdf.terms import full, prefixes

KNOWN = prefixes()

TYPE, STATEMENT = (NamedNode(full(f"rdf:{name}", KNOWN)) for name in ("type", "Statement"))
DOUBLE = NamedNode(full("xsd:double", KNOWN))


def name(prefixed: str) -> NamedNode:
    """Return a prefixed name as a term."""
    return NamedNode(full(prefixed, KNOWN))


def real(value: float) -> Literal:
    """Return a real with all its digits."""
    return Literal(f"{value!r}E0" if "e" not in repr(value) else repr(value), datatype=DOUBLE)


def english(text: str) -> Literal:
    """Return an English text."""
    return Literal(text, language="en")


# Class, and what each column says: a predicate and how its value becomes a term.
NODES: dict[str, tuple[str, tuple[str, ...], dict[str, tuple[str, Any]]]] = {
    "Product": ("product", ("schema:Product",), {
        "id": ("schema:productID", Literal), "title": ("schema:name", Literal),
        "category": ("schema:category", Literal), "image": ("schema:image", Literal),
    }),
    "CoBuy": ("cobuy", ("mg:CoBuy",), {
        "support": ("mg:support", Literal), "source": ("mg:source", Literal),
    }),
    "Intention": ("intention", ("mg:Intention", "skos:Concept"), {
        "text": ("skos:prefLabel", english), "support": ("mg:support", Literal),
    }),
    "Concept": ("concept", ("mg:Concept", "skos:Concept"), {"name": ("skos:prefLabel", english)}),
}  # fmt: skip

STATED = {
    "agreement": ("mg:agreement", real), "typicality": ("mg:typicality", real),
    "surface": ("mg:surface", english),
    "run": ("prov:wasGeneratedBy", lambda run: name(f"run:{run}")),
}  # fmt: skip

LINKED = {"mention": ("mg:mention", english), "probability": ("mg:probability", real)}


def triples(tables: Path) -> Iterator[Triple]:
    """Yield all triples of the tables."""
    for label, (place, classes, columns) in NODES.items():
        for row in rows(tables / f"nodes/{label}.parquet"):
            subject = name(f"{place}:{row['id']}")
            for kind in classes:
                yield Triple(subject, TYPE, name(kind))
            yield from values(subject, columns, row)
            if label == "Concept":
                yield Triple(subject, name("skos:inScheme"), name("scheme:concept"))
    yield from products(tables)
    yield from statements(tables)
    yield from links(tables)
    yield from runs()


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table."""
    for batch in pq.ParquetFile(file).iter_batches(20_000):
        yield from batch.to_pylist()


def values(subject: NamedNode, columns: dict[str, Any], row: dict[str, Any]) -> Iterator[Triple]:
    """Yield what the columns of a row say."""
    for column, (predicate, term) in columns.items():
        if row[column] is not None:
            yield Triple(subject, name(predicate), term(row[column]))


def products(tables: Path) -> Iterator[Triple]:
    """Yield both products of every co-buy, and that they are related."""
    first = None
    for row in rows(tables / "edges/HAS_PRODUCT.parquet"):
        product = name(f"product:{row['end']}")
        yield Triple(name(f"cobuy:{row['start']}"), name("mg:product"), product)
        if first and first[0] == row["start"]:
            yield Triple(first[1], name("schema:isRelatedTo"), product)
        first = (row["start"], product)


def statements(tables: Path) -> Iterator[Triple]:
    """Yield every statement, plain and with its scores."""
    for file in sorted((tables / "edges").glob("*.parquet")):
        if "relation" not in pq.read_schema(file).names:
            continue
        for row in rows(file):
            ends = (f"cobuy:{row['start']}", f"rel:{row['relation']}", f"intention:{row['end']}")
            yield from reified(f"statement:{row['id']}", "mg:IntentionStatement", *ends)
            yield from values(name(f"statement:{row['id']}"), STATED, row)


def links(tables: Path) -> Iterator[Triple]:
    """Yield every link with a concept, plain and with its probability."""
    for row in rows(tables / "edges/HAS_CONCEPT.parquet"):
        ends = (f"intention:{row['start']}", "skos:broader", f"concept:{row['end']}")
        key = f"link:{row['start']}~{row['end']}"
        yield from reified(key, "mg:ConceptLink", *ends)
        yield from values(name(key), LINKED, row)


def reified(key: str, kind: str, start: str, predicate: str, end: str) -> Iterator[Triple]:
    """Yield a triple and what names it."""
    named, ends = name(key), (name(start), name(predicate), name(end))
    yield Triple(*ends)
    yield Triple(named, TYPE, name(kind))
    yield Triple(named, TYPE, STATEMENT)
    for part, term in zip(("subject", "predicate", "object"), ends, strict=True):
        yield Triple(named, name(f"rdf:{part}"), term)


def runs() -> Iterator[Triple]:
    """Yield the one run and who was asked."""
    run, model = name("run:bench-1"), name("model:made%20up")
    yield Triple(run, TYPE, name("prov:Activity"))
    yield Triple(run, name("prov:wasAssociatedWith"), model)
    yield Triple(run, name("mg:version"), Literal("0"))
    yield Triple(model, TYPE, name("prov:SoftwareAgent"))
    yield Triple(model, name("schema:name"), Literal("made up"))
