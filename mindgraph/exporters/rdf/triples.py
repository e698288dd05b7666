"""What each column of the graph's tables says in RDF.

`SAID` gives every property of the schema its place in the vocabularies; `blocks` puts tables,
subjects and properties together, one block per table, for the writers of all formats. The same
tables make the vocabulary, the shapes and the JSON-LD context.
"""

from __future__ import annotations

from dataclasses import dataclass

from mindgraph.exporters.rdf.terms import Name
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.relations import RELATIONS


@dataclass(frozen=True)
class Property:
    """One property: the name it has in JSON-LD, its IRI, and what its values are.

    `kind` is `text`, `english`, `whole`, `real`, or `iri`; `needed` of an IRI or a text means
    that a shape asks for exactly that many.
    """

    term: str
    iri: str
    kind: str
    needed: int = 0


@dataclass(frozen=True)
class Said:
    """A property and where a row has its value: a column, a name made of one, or a fixed name."""

    property: Property
    value: str | Name
    fixed: bool = False


@dataclass(frozen=True)
class Stated:
    """A triple that another subject speaks of."""

    subject: Name
    predicate: Property
    object: Name


@dataclass(frozen=True)
class Block:
    """A table's rows, each of which is one subject with its classes and properties.

    Where `stated` is given, the row's subject is the name of that triple, and the triple itself
    is asserted too.
    """

    rows: str
    subject: Name
    classes: tuple[str, ...] = ()
    properties: tuple[Said, ...] = ()
    stated: Stated | None = None
    also: tuple[Stated, ...] = ()


TITLE = Property("title", "schema:name", "text")
CATEGORY = Property("categoryPath", "schema:category", "text")
IMAGE = Property("image", "schema:image", "text")
DESCRIPTION = Property("description", "schema:description", "text")
FEATURE = Property("feature", "mg:feature", "text")
PRODUCT_ID = Property("productID", "schema:productID", "text", needed=1)
IN_CATEGORY = Property("inCategory", "mg:inCategory", "iri")
RELATED = Property("isRelatedTo", "schema:isRelatedTo", "iri")
PRODUCT = Property("products", "mg:product", "iri", needed=2)
SUPPORT = Property("support", "mg:support", "whole")
LIFT = Property("lift", "mg:lift", "real")
SOURCE = Property("source", "mg:source", "text")
LABEL = Property("label", "skos:prefLabel", "english", needed=1)
NAME = Property("name", "skos:prefLabel", "text", needed=1)
SCHEME = Property("inScheme", "skos:inScheme", "iri", needed=1)
BROADER = Property("broader", "skos:broader", "iri")
SURFACE = Property("surface", "mg:surface", "english")
AGREEMENT = Property("agreement", "mg:agreement", "real")
TYPICALITY = Property("typicality", "mg:typicality", "real")
PLAUSIBILITY = Property("plausibility", "mg:plausibility", "real")
GENERATED = Property("generatedBy", "prov:wasGeneratedBy", "iri", needed=1)
MENTION = Property("mention", "mg:mention", "english")
PROBABILITY = Property("probability", "mg:probability", "real")
MODEL = Property("askedModel", "prov:wasAssociatedWith", "iri", needed=1)
PROMPT = Property("askedWith", "prov:used", "iri")
MODEL_NAME = Property("modelName", "schema:name", "text")
REVISION = Property("revision", "schema:softwareVersion", "text")
SAMPLING = Property("sampling", "mg:sampling", "text")
VERSION = Property("version", "mg:version", "text", needed=1)
PROMPT_NAME = Property("promptName", "schema:name", "text")

SUBJECT = Property("subject", "rdf:subject", "iri", needed=1)
PREDICATE = Property("predicate", "rdf:predicate", "iri", needed=1)
OBJECT = Property("object", "rdf:object", "iri", needed=1)

STATES: dict[str, Property] = {name: Property(name, f"rel:{name}", "iri") for name in RELATIONS}
"""The relations as properties, by name."""

CLASSES: dict[str, tuple[Property, ...]] = {
    "schema:Product": (
        TITLE, CATEGORY, IMAGE, DESCRIPTION, FEATURE, PRODUCT_ID, IN_CATEGORY, RELATED,
    ),
    "mg:CoBuy": (PRODUCT, SUPPORT, LIFT, SOURCE),
    "mg:Intention": (LABEL, SUPPORT, BROADER),
    "mg:Concept": (LABEL, SCHEME, BROADER),
    "mg:Category": (NAME, SCHEME, BROADER),
    "mg:IntentionStatement": (SURFACE, AGREEMENT, TYPICALITY, PLAUSIBILITY, GENERATED),
    "mg:ConceptLink": (MENTION, PROBABILITY),
    "prov:Activity": (MODEL, PROMPT, SAMPLING, VERSION),
    "prov:SoftwareAgent": (MODEL_NAME, REVISION),
    "prov:Entity": (PROMPT_NAME,),
}  # fmt: skip
"""The classes of an export, each with the properties its members may have."""

# Where every property of the graph's schema is said; the checks below keep it whole.
SAID: dict[str, dict[str, Property]] = {
    "Product": {
        "title": TITLE, "category": CATEGORY, "image": IMAGE, "description": DESCRIPTION,
        "feature": FEATURE,
    },
    "CoBuy": {"support": SUPPORT, "lift": LIFT, "source": SOURCE},
    "Intention": {"text": LABEL, "support": SUPPORT},
    "Concept": {"name": LABEL},
    "Category": {"name": NAME},
    "Run": {
        "model": MODEL_NAME, "revision": REVISION, "prompt": PROMPT_NAME, "sampling": SAMPLING,
        "version": VERSION,
    },
    "HAS_CONCEPT": {"mention": MENTION, "probability": PROBABILITY},
    "SUBCONCEPT_OF": {"probability": PROBABILITY},
    **{
        relation.edge_type: {
            "id": SUBJECT, "relation": PREDICATE, "surface": SURFACE, "agreement": AGREEMENT,
            "typicality": TYPICALITY, "plausibility": PLAUSIBILITY, "run": GENERATED,
        }
        for relation in RELATIONS.values()
    },
}  # fmt: skip

for _table, _columns in [(n.label, n.properties) for n in NODES] + [
    (e.type, e.properties) for e in EDGES
]:
    if set(_columns) != set(SAID.get(_table, {})):  # pragma: no cover - a slip while editing
        raise AssertionError(f"every property of {_table} needs its place in RDF")


def blocks(concept_scores: bool = True) -> tuple[Block, ...]:
    """All that a graph says, in the order of an export.

    Without `concept_scores` a concept's link is the plain triple alone: eight triples fewer each.
    """
    return (*_nodes(), *_edges(concept_scores), *_statements(), *_runs())


def _columns_of(table: str) -> tuple[Said, ...]:
    return tuple(Said(meant, column) for column, meant in SAID[table].items())


def _nodes() -> tuple[Block, ...]:
    return (
        Block(
            'FROM "Product"', Name("product", "id"), ("schema:Product",),
            (Said(PRODUCT_ID, "id"), *_columns_of("Product")),
        ),
        _co_buys(),
        Block(
            'FROM "Intention"', Name("intention", "id"), ("mg:Intention", "skos:Concept"),
            _columns_of("Intention"),
        ),
        _taxonomy("Concept", "concept"),
        _taxonomy("Category", "category"),
    )  # fmt: skip


def _co_buys() -> Block:
    """A co-buy with its products, which are two rows of a table of their own."""
    first, second = Name("product", "a"), Name("product", "b")
    ends = (Said(PRODUCT, first), Said(PRODUCT, second))
    return Block(
        """FROM "CoBuy" LEFT JOIN (
            SELECT start AS id, min("end") AS a, nullif(max("end"), min("end")) AS b
            FROM "HAS_PRODUCT" GROUP BY start
        ) USING (id) ORDER BY id""",
        Name("cobuy", "id"),
        ("mg:CoBuy",),
        (*ends, *_columns_of("CoBuy")),
        also=(Stated(first, RELATED, second),),
    )


def _taxonomy(label: str, place: str) -> Block:
    scheme = Said(SCHEME, f"scheme:{place}", fixed=True)
    classes = (f"mg:{label}", "skos:Concept")
    return Block(f'FROM "{label}"', Name(place, "id"), classes, (scheme, *_columns_of(label)))


def _edges(concept_scores: bool) -> tuple[Block, ...]:
    sublink = "replace(start, '~', '%7E') || '~' || replace(\"end\", '~', '%7E')"
    links = (
        _link("HAS_CONCEPT", "intention", Name("link", "start || '~' || \"end\"")),
        _link("SUBCONCEPT_OF", "concept", Name("sublink", sublink)),
    )
    return (
        _plain("IN_CATEGORY", "product", IN_CATEGORY, "category"),
        _plain("SUBCATEGORY_OF", "category", BROADER, "category"),
        *(links if concept_scores else map(_unscored, links)),
    )


def _plain(table: str, start: str, meant: Property, end: str) -> Block:
    said = Said(meant, Name(end, '"end"'))
    return Block(f'FROM "{table}"', Name(start, "start"), (), (said,))


def _link(table: str, start: str, named: Name) -> Block:
    stated = Stated(Name(start, "start"), BROADER, Name("concept", '"end"'))
    return Block(f'FROM "{table}"', named, ("mg:ConceptLink",), _columns_of(table), stated)


def _unscored(link: Block) -> Block:
    if link.stated is None:
        return link
    said = Said(link.stated.predicate, link.stated.object)
    return Block(link.rows, link.stated.subject, (), (said,))


def _statements() -> tuple[Block, ...]:
    return tuple(
        Block(
            f'FROM "{relation.edge_type}"', Name("statement", "id"), ("mg:IntentionStatement",),
            (
                Said(AGREEMENT, "agreement"), Said(TYPICALITY, "typicality"),
                Said(PLAUSIBILITY, "plausibility"), Said(SURFACE, "surface"),
                Said(GENERATED, Name("run", "run")),
            ),
            Stated(Name("cobuy", "start"), STATES[name], Name("intention", '"end"')),
        )
        for name, relation in RELATIONS.items()
    )  # fmt: skip


def _runs() -> tuple[Block, ...]:
    """The runs; who was asked and the prompts are things of their own, named in `asked`."""
    return (
        Block(
            "FROM asked", Name("run", "id"), ("prov:Activity",),
            (
                Said(MODEL, Name("model", "model_id")), Said(PROMPT, Name("prompt", "prompt_id")),
                Said(SAMPLING, "sampling"), Said(VERSION, "version"),
            ),
        ),
        Block(
            "FROM (SELECT DISTINCT model_id, model, revision FROM asked WHERE model_id IS NOT NULL)"
            " ORDER BY model_id",
            Name("model", "model_id"), ("prov:SoftwareAgent",),
            (Said(MODEL_NAME, "model"), Said(REVISION, "revision")),
        ),
        Block(
            "FROM (SELECT DISTINCT prompt_id, prompt FROM asked WHERE prompt_id IS NOT NULL)"
            " ORDER BY prompt_id",
            Name("prompt", "prompt_id"), ("prov:Entity",), (Said(PROMPT_NAME, "prompt"),),
        ),
    )  # fmt: skip
