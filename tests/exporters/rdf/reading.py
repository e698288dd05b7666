"""How other programs read the formats: rdflib and pyoxigraph, each term as one text."""

from __future__ import annotations

import gzip
import warnings
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyoxigraph as ox
import rdflib

from mindgraph.exporters.rdf import Profile


@dataclass(frozen=True)
class Format:
    """A format: what each reader calls it, and its profile."""

    oxigraph: ox.RdfFormat
    rdflib: str | None = None
    profile: Profile = "rdf11"


FORMATS = {
    "graph.ttl": Format(ox.RdfFormat.TURTLE, "turtle"),
    "graph.nt": Format(ox.RdfFormat.N_TRIPLES, "nt"),
    "graph.jsonld": Format(ox.RdfFormat.JSON_LD, "json-ld"),
    "graph12.ttl": Format(ox.RdfFormat.TURTLE, profile="rdf12"),
    "graph12.nt": Format(ox.RdfFormat.N_TRIPLES, profile="rdf12"),
}

RDF11 = [name for name, told in FORMATS.items() if told.profile == "rdf11"]

Triple = tuple[str, str, str]


def oxigraph(path: Path) -> list[Triple]:
    """Every triple of a file as pyoxigraph reads it, in N-Triples' words; doubles stay doubles."""
    found = ox.parse(plain(path), FORMATS[name_of(path)].oxigraph)
    return [(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in found]


def in_rdflib(path: Path) -> set[Triple]:
    """Every triple of a file as rdflib reads it, in N-Triples' words."""
    graph = rdflib.Graph()
    rdflib.NORMALIZE_LITERALS = False  # digits as they stand; pyshacl turns it on again
    with warnings.catch_warnings():
        # rdflib's own reader of JSON-LD calls what rdflib has deprecated.
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        graph.parse(data=plain(path), format=FORMATS[name_of(path)].rdflib)
    return {tuple(map(_term, triple)) for triple in graph}  # type: ignore[misc]


def _term(term: rdflib.term.Node) -> str:
    """A term as pyoxigraph would print it."""
    if isinstance(term, rdflib.URIRef):
        return str(ox.NamedNode(str(term)))
    assert isinstance(term, rdflib.Literal)
    datatype = ox.NamedNode(str(term.datatype)) if term.datatype else None
    return str(ox.Literal(str(term), language=term.language, datatype=datatype))


def name_of(path: Path) -> str:
    """The name that says the format, whatever compresses it."""
    return path.name.removesuffix(".gz").removesuffix(".zst")


def plain(path: Path) -> bytes:
    """The bytes of a file, unpacked by other programs than those that packed it."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        with pa.input_stream(path, compression="zstd") as file:
            return bytes(file.read())
    return path.read_bytes()
