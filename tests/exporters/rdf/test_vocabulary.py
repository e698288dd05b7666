"""The vocabulary, the shapes and the context say what exports really hold.

- The files of `exports/` are those that the code writes.
- Every word that an export uses is explained; every relation has its match elsewhere.
- The demo conforms to the shapes; a graph with a fault does not.
"""

from __future__ import annotations

import json

import pyshacl
import pytest
import rdflib
from rdflib import RDF, RDFS, SKOS, Literal, URIRef

from mindgraph.exporters.rdf import Exported
from mindgraph.exporters.vocabulary import FILES
from mindgraph.relations import CONCEPTNET, RELATIONS
from mindgraph.resources import resource

OURS = "https://w3id.org/mindgraph/"
MG = rdflib.Namespace(f"{OURS}ns#")
REL = rdflib.Namespace(f"{OURS}rel/")
SCHEMA = rdflib.Namespace("https://schema.org/")


@pytest.fixture(scope="module")
def demo_graph(exported: dict[str, Exported]) -> rdflib.Graph:
    """The demo, read by rdflib."""
    return rdflib.Graph().parse(exported["graph.ttl"].dump.path)


@pytest.fixture(scope="module")
def words() -> rdflib.Graph:
    """The vocabulary, read by rdflib."""
    return rdflib.Graph().parse(data=FILES["mindgraph.ttl"](), format="turtle")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    """The shapes, read by rdflib."""
    return rdflib.Graph().parse(data=FILES["shapes.ttl"](), format="turtle")


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_those_the_code_writes(name: str) -> None:
    found = (resource("exports") / name).read_text(encoding="utf-8")
    assert found == FILES[name](), "stale; run: make golden"


def test_every_word_of_an_export_is_explained(
    demo_graph: rdflib.Graph, words: rdflib.Graph
) -> None:
    used = {str(predicate) for predicate in demo_graph.predicates()}
    used |= {str(kind) for kind in demo_graph.objects(None, RDF.type)}
    for word in filter(lambda iri: iri.startswith(OURS), used):
        for said in (RDFS.label, RDFS.comment):
            assert (URIRef(word), said, None) in words, word


def test_every_relation_is_explained_and_matched(words: rdflib.Graph) -> None:
    for name in RELATIONS:
        match = CONCEPTNET[name]
        near = SKOS[f"{match.nearness}Match"]
        assert (REL[name], near, URIRef(f"http://conceptnet.io/r/{match.name}")) in words
        assert (REL[name], RDFS.domain, MG.CoBuy) in words
        assert (REL[name], RDFS.range, MG.Intention) in words
        assert len(set(words.objects(REL[name], RDFS.label))) == 1


def test_the_context_is_the_one_in_the_file(exported: dict[str, Exported]) -> None:
    document = json.loads(exported["graph.jsonld"].dump.path.read_bytes())
    assert document["@context"] == json.loads(FILES["context.jsonld"]())["@context"]


def conforms(graph: rdflib.Graph, shapes: rdflib.Graph) -> tuple[bool, str]:
    found, _, told = pyshacl.validate(graph, shacl_graph=shapes)
    return bool(found), str(told)


def test_the_demo_conforms(demo_graph: rdflib.Graph, shapes: rdflib.Graph) -> None:
    found, told = conforms(demo_graph, shapes)
    assert found, told


TEN = Literal("10.0E0", datatype=rdflib.XSD.double)

FAULTS = [
    ("a statement without its object", RDF.object, None, MG.IntentionStatement),
    ("a statement without its run", rdflib.PROV.wasGeneratedBy, None, MG.IntentionStatement),
    ("a statement of an unknown relation", RDF.predicate, REL.likes, MG.IntentionStatement),
    ("an agreement of ten", MG.agreement, TEN, MG.IntentionStatement),
    ("a co-buy without products", MG.product, None, MG.CoBuy),
    ("a support that is no number", MG.support, Literal("many"), MG.CoBuy),
    ("a relation to something else", REL.usedFor, MG.CoBuy, MG.CoBuy),
    ("an intention without its text", SKOS.prefLabel, None, MG.Intention),
    ("an intention in another language", SKOS.prefLabel, Literal("Tee", lang="de"), MG.Intention),
    ("a title that is an IRI", SCHEMA.name, MG.CoBuy, SCHEMA.Product),
    ("a concept in no scheme", SKOS.inScheme, None, MG.Concept),
    ("a probability of ten", MG.probability, TEN, MG.ConceptLink),
]


@pytest.mark.parametrize(
    ("predicate", "value", "kind"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_a_graph_with_a_fault_does_not_conform(
    demo_graph: rdflib.Graph,
    shapes: rdflib.Graph,
    predicate: URIRef,
    value: rdflib.term.Node | None,
    kind: URIRef,
) -> None:
    graph = around(demo_graph, kind)
    assert conforms(graph, shapes)[0]
    subject = min(graph.subjects(RDF.type, kind))
    graph.remove((subject, predicate, None))
    if value is not None:
        graph.add((subject, predicate, value))
    assert not conforms(graph, shapes)[0]


def around(whole: rdflib.Graph, kind: URIRef) -> rdflib.Graph:
    """One subject of that class with all that it leads to: small graphs are checked in a blink."""
    graph, waiting = rdflib.Graph(), [min(whole.subjects(RDF.type, kind))]
    while waiting:
        subject = waiting.pop()
        for triple in whole.triples((subject, None, None)):
            if triple not in graph:
                graph.add(triple)
                waiting.append(triple[2])
    return graph
