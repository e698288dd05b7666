"""SPARQL over the export answers as Cypher does over the store: four questions on the demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
import pytest

import mindgraph
from mindgraph.exporters.rdf import Exported
from mindgraph.runs import Built
from tests.exporters.rdf.reading import FORMATS

HEAD = """
PREFIX mg: <https://w3id.org/mindgraph/ns#>
PREFIX rel: <https://w3id.org/mindgraph/rel/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX schema: <https://schema.org/>
"""

RELATION_COUNTS = """
SELECT ?relation (COUNT(*) AS ?statements) (COUNT(DISTINCT ?i) AS ?intentions)
WHERE { ?s a mg:IntentionStatement ; rdf:predicate ?p ; rdf:object ?i .
        BIND(STRAFTER(STR(?p), "/rel/") AS ?relation) }
GROUP BY ?relation
"""

INTENTIONS_OF_PRODUCT = """
SELECT ?relation ?intention (COUNT(*) AS ?pairs) ?support
WHERE { ?product schema:productID "COF-101" . ?c mg:product ?product ; ?p ?i .
        ?i a mg:Intention ; skos:prefLabel ?intention ; mg:support ?support .
        BIND(STRAFTER(STR(?p), "/rel/") AS ?relation) }
GROUP BY ?relation ?intention ?support
"""

WHY_TOGETHER = """
SELECT ?relation ?intention ?source ?run
WHERE { ?a schema:productID "COF-101" . ?b schema:productID "COF-102" .
        ?c mg:product ?a, ?b ; mg:source ?source .
        ?s rdf:subject ?c ; rdf:predicate ?p ; rdf:object ?i .
        ?s <http://www.w3.org/ns/prov#wasGeneratedBy> ?r . ?i skos:prefLabel ?intention
        BIND(STRAFTER(STR(?p), "/rel/") AS ?relation) BIND(STRAFTER(STR(?r), "/run/") AS ?run) }
"""

CONCEPTS_OF_PRODUCT = """
SELECT ?concept (COUNT(*) AS ?intentions) (SUM(?stated) AS ?statements) (MAX(?p) AS ?probability)
WHERE {
  { SELECT ?i (COUNT(*) AS ?stated) WHERE {
      ?product schema:productID "COF-101" . ?c mg:product ?product .
      ?s a mg:IntentionStatement ; rdf:subject ?c ; rdf:object ?i } GROUP BY ?i }
  ?l a mg:ConceptLink ; rdf:subject ?i ; rdf:object ?k ; mg:probability ?p .
  ?k skos:prefLabel ?concept . FILTER(?p >= 0.5)
} GROUP BY ?k ?concept
"""

PRODUCT = {"id": "COF-101"}

QUESTIONS = [
    ("relation_counts", {}, RELATION_COUNTS),
    ("intentions_of_product", {**PRODUCT, "limit": 1000}, INTENTIONS_OF_PRODUCT),
    ("why_together", {"a": "COF-101", "b": "COF-102", "limit": 1000}, WHY_TOGETHER),
    ("concepts_of_product", {**PRODUCT, "limit": 1000}, CONCEPTS_OF_PRODUCT),
]


@pytest.fixture(scope="module")
def store(exported: dict[str, Exported]) -> ox.Store:
    """The demo in a triple store."""
    made = ox.Store()
    made.bulk_load(path=str(exported["graph.ttl"].dump.path), format=FORMATS["graph.ttl"].oxigraph)
    return made


@pytest.mark.parametrize(
    ("question", "parameters", "sparql"), QUESTIONS, ids=[q for q, *_ in QUESTIONS]
)
def test_both_answer_alike(
    demo: Built, store: ox.Store, question: str, parameters: dict[str, Any], sparql: str
) -> None:
    wanted = mindgraph.query(demo.folder, question, **parameters)
    solutions = store.query(HEAD + sparql)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    found = [tuple(value(row[name]) for name in names) for row in solutions]
    assert wanted
    assert sorted(found) == sorted(told(row, names) for row in wanted)


def told(row: dict[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    """A row of the other answer, with the columns that both have."""
    return tuple(row[name] for name in names)


def value(term: Any) -> Any:
    """A term as Python has it."""
    kind = term.datatype.value.rpartition("#")[2]
    return {"integer": int, "double": float}.get(kind, str)(term.value)
