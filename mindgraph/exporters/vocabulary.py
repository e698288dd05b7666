"""The vocabulary, its shapes and its JSON-LD context, all written from the tables of the exporter.

`python -m mindgraph.exporters.vocabulary` writes `mindgraph.ttl`, `shapes.ttl` and `context.jsonld`
into `exports/`. Shapes are those of the RDF 1.1 profile; core constraints only, because every
checker has them and SPARQL ones take hours on a large graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from mindgraph.exporters.rdf.jsonld import context
from mindgraph.exporters.rdf.terms import STANDARD, prefixes, text
from mindgraph.exporters.rdf.triples import CLASSES, STATES, Property
from mindgraph.exporters.tables import spoken
from mindgraph.relations import CONCEPTNET, RELATIONS
from mindgraph.resources import resource

_OWL = {"owl": "http://www.w3.org/2002/07/owl#", "dcterms": "http://purl.org/dc/terms/"}
_ELSEWHERE = {"cn": "http://conceptnet.io/r/"}
_SHACL = {"sh": "http://www.w3.org/ns/shacl#"}

_HEAD = "# Written from mindgraph/exporters/vocabulary.py; a test fails when it is stale.\n"

# Class: label, what it is, what it is a kind or a neighbour of.
_CLASSES = {
    "CoBuy": (
        "co-buy",
        "Two products that go together; mg:source says by what truth: orders, a merchant's "
        "cross-sell, a list.",
        "rdfs:subClassOf prov:Entity",
    ),
    "Intention": (
        "intention",
        "Why products go together, as one thing whatever its wording.",
        "rdfs:subClassOf skos:Concept",
    ),
    "Concept": (
        "concept",
        "What an intention falls under, out of an is-a table.",
        "rdfs:subClassOf skos:Concept",
    ),
    "Category": (
        "category",
        "A place in the shop's own tree of categories.",
        "rdfs:subClassOf skos:Concept ; skos:closeMatch schema:CategoryCode",
    ),
    "IntentionStatement": (
        "statement",
        "That a co-buy has a relation to an intention, with its scores and its run. Its IRI ends "
        "in the statement key, which joins it to every other export.",
        "rdfs:subClassOf rdf:Statement, prov:Entity",
    ),
    "ConceptLink": (
        "concept link",
        "That something falls under a concept, with the mention and the probability.",
        "rdfs:subClassOf rdf:Statement",
    ),
}

# Property: label, what it says, its domain; the range follows from its kind.
_PROPERTIES = {
    "product": ("product", "One of the two products of a co-buy.", "mg:CoBuy"),
    "support": (
        "support",
        "Of a co-buy: orders that hold both products. Of an intention: co-buys that state it.",
        None,
    ),
    "lift": ("lift", "P(a, b) / (P(a) P(b)) over all orders.", "mg:CoBuy"),
    "source": ("source", "What the pair really is, in its source's words.", "mg:CoBuy"),
    "feature": ("feature", "What a model saw in the product.", "schema:Product"),
    "inCategory": ("in category", "A category that the product is filed under.", "schema:Product"),
    "surface": (
        "surface",
        "The sentence as it was generated or released.",
        "mg:IntentionStatement",
    ),
    "agreement": (
        "agreement",
        "A judge's verdict as a number: P(yes), or 1 and 0.",
        "mg:IntentionStatement",
    ),
    "typicality": (
        "typicality",
        "Whether it is what one thinks of (FolkScope).",
        "mg:IntentionStatement",
    ),
    "plausibility": (
        "plausibility",
        "Whether it is likely true (FolkScope).",
        "mg:IntentionStatement",
    ),
    "mention": ("mention", "The words that name the concept's instance.", "mg:ConceptLink"),
    "probability": ("probability", "How likely the concept is.", "mg:ConceptLink"),
    "sampling": ("sampling", "How the model's answers were drawn, as JSON.", "prov:Activity"),
    "version": ("version", "The version of mindgraph that ran.", "prov:Activity"),
}

_RANGES = {
    "product": "schema:Product",
    "inCategory": "mg:Category",
    "text": "xsd:string",
    "english": "rdf:langString",
    "whole": "xsd:integer",
    "real": "xsd:double",
}


def vocabulary() -> str:
    """`mindgraph.ttl`: classes, properties, and the relations with their matches elsewhere."""
    known = {**STANDARD, **_OWL, **_ELSEWHERE}
    parts = [_ontology(), *_classes(), *_properties(), _states(), *map(_relation, RELATIONS)]
    return _document(known, parts)


def _document(known: dict[str, str], parts: list[str]) -> str:
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in known.items())
    return "\n".join([_HEAD + head, *parts])


def _subject(name: str, *lines: str) -> str:
    return f"{name} " + " ;\n    ".join(lines) + " .\n"


def _told(label: str, comment: str) -> tuple[str, str]:
    return f"rdfs:label {text(label, 'en')}", f"rdfs:comment {text(comment, 'en')}"


def _ontology() -> str:
    told = _told("mindgraph", "Why products are bought together: co-buys, intentions, concepts.")
    return _subject(f"<{STANDARD['mg'].rstrip('#')}>", "a owl:Ontology", *told)


def _classes() -> Iterator[str]:
    for name, (label, comment, more) in _CLASSES.items():
        yield _subject(f"mg:{name}", "a owl:Class", *_told(label, comment), more)


def _properties() -> Iterator[str]:
    kinds = {meant.iri: meant.kind for said in CLASSES.values() for meant in said}
    for name, (label, comment, domain) in _PROPERTIES.items():
        kind = kinds[f"mg:{name}"]
        place = "Object" if kind == "iri" else "Datatype"
        span = _RANGES[name if kind == "iri" else kind]
        bounds = [f"rdfs:domain {domain}"] if domain else []
        yield _subject(
            f"mg:{name}", f"a owl:{place}Property", *_told(label, comment), *bounds,
            f"rdfs:range {span}",
        )  # fmt: skip


def _states() -> str:
    told = _told("states", "Any relation of a co-buy to an intention.")
    ends = ("rdfs:domain mg:CoBuy", "rdfs:range mg:Intention")
    return _subject("mg:states", "a owl:ObjectProperty", *told, *ends)


def _relation(name: str) -> str:
    relation, match = RELATIONS[name], CONCEPTNET[name]
    phrase = f"{relation.phrase} …" if relation.phrase else "stated without a template"
    generic = " Generic: it says little." if relation.generic else ""
    return _subject(
        f"rel:{name}",
        "a owl:ObjectProperty",
        *_told(spoken(name), f"“{phrase}”.{generic}"),
        "rdfs:subPropertyOf mg:states",
        "rdfs:domain mg:CoBuy",
        "rdfs:range mg:Intention",
        f"skos:{match.nearness}Match cn:{match.name}",
        f"skos:notation {text(relation.edge_type)}",
    )


def shapes() -> str:
    """`shapes.ttl`: what every subject of an export must have, and may have at most."""
    known = {**STANDARD, **_SHACL}
    parts = [_shape(name, said) for name, said in CLASSES.items() if name in _SHAPED]
    return _document(known, [*parts, _statements(), _links(), _stated()])


_SHAPED = {
    "schema:Product", "mg:CoBuy", "mg:Intention", "mg:Concept", "mg:Category",
    "mg:IntentionStatement", "mg:ConceptLink", "prov:Activity",
}  # fmt: skip


def _shape(name: str, said: tuple[Property, ...]) -> str:
    local = name.split(":")[1]
    lines = [f"sh:property [ {_constraint(meant)} ]" for meant in said]
    return _subject(
        f"mg:{local}Shape", "a sh:NodeShape", f"sh:targetClass {name}", "sh:nodeKind sh:IRI", *lines
    )


_MANY = {"mg:inCategory", "schema:isRelatedTo", "skos:broader"}
"""Properties that a subject may have more than once."""

_LIKELY = {"mg:agreement", "mg:probability"}
"""Numbers between 0 and 1."""


def _constraint(meant: Property) -> str:
    told = [f"sh:path {meant.iri}", _VALUES[meant.kind]]
    if meant.needed:
        told.append(f"sh:minCount {meant.needed}")
    if meant.iri not in _MANY:
        told.append(f"sh:maxCount {max(meant.needed, 1)}")
    if meant.iri in _LIKELY:
        told.append("sh:minInclusive 0.0e0 ; sh:maxInclusive 1.0e0")
    return " ; ".join([*told, *_CLASS_OF.get(meant.iri, [])])


_VALUES = {
    "iri": "sh:nodeKind sh:IRI",
    "text": "sh:datatype xsd:string",
    "english": 'sh:languageIn ( "en" )',
    "whole": "sh:datatype xsd:integer",
    "real": "sh:datatype xsd:double",
}

_CLASS_OF = {
    "mg:product": ["sh:class schema:Product"],
    "mg:inCategory": ["sh:class mg:Category"],
    "schema:isRelatedTo": ["sh:class schema:Product"],
    "skos:broader": ["sh:class skos:Concept"],
    "prov:wasGeneratedBy": ["sh:class prov:Activity"],
    "prov:wasAssociatedWith": ["sh:class prov:SoftwareAgent"],
}


def _statements() -> str:
    names = " ".join(f"rel:{name}" for name in STATES)
    return _subject(
        "mg:StatedShape", "a sh:NodeShape", "sh:targetClass mg:IntentionStatement",
        _end("rdf:subject", "sh:class mg:CoBuy"), _end("rdf:predicate", f"sh:in ( {names} )"),
        _end("rdf:object", "sh:class mg:Intention"),
    )  # fmt: skip


def _links() -> str:
    return _subject(
        "mg:LinkedShape", "a sh:NodeShape", "sh:targetClass mg:ConceptLink",
        _end("rdf:subject", "sh:class skos:Concept"),
        _end("rdf:predicate", "sh:hasValue skos:broader"),
        _end("rdf:object", "sh:class mg:Concept"),
    )  # fmt: skip


def _end(path: str, rule: str) -> str:
    return f"sh:property [ sh:path {path} ; sh:minCount 1 ; sh:maxCount 1 ; {rule} ]"


def _stated() -> str:
    lines = [f"sh:property [ sh:path rel:{name} ; sh:class mg:Intention ]" for name in STATES]
    return _subject("mg:StatesShape", "a sh:NodeShape", "sh:targetClass mg:CoBuy", *lines)


def json_context() -> str:
    """`context.jsonld`: the context that every JSON-LD export carries in itself."""
    return json.dumps({"@context": context(prefixes())}, indent=1) + "\n"


FILES = {"mindgraph.ttl": vocabulary, "shapes.ttl": shapes, "context.jsonld": json_context}
"""What is written, by name."""


def main() -> None:
    """Write the files into `exports/`."""
    folder = resource("exports")
    for name, written in FILES.items():
        (folder / name).write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
