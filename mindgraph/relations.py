"""The relations a pair of products can have to an intention, in one table.

Names are the field's own (ConceptNet by way of FolkScope and MIND). `phrase` is what stands
between the pair and the tail in a sentence; `leads` are the wordings seen in released data,
longest first, and are stripped before two intentions are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Relation:
    """One relation: its name, its phrase in a sentence, its edge type, and what is known of it."""

    name: str
    phrase: str
    usage: bool = False
    generic: bool = False
    leads: tuple[str, ...] = ()

    @property
    def edge_type(self) -> str:
        """The relationship type in Cypher: `usedFor` is `USED_FOR`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).upper()


_TABLE = (
    Relation("open", "", generic=True),
    Relation("relatedTo", "they both are related to", leads=("related to",)),
    Relation("isA", "they both are a type of", leads=("a type of", "types of", "a kind of")),
    Relation("partOf", "they both are a part of", leads=("a part of", "part of")),
    Relation("madeOf", "they both are made of", leads=("made of", "made from")),
    Relation("similarTo", "they both are similar to", leads=("similar to",)),
    Relation("createdBy", "they are created by", leads=("created by",)),
    Relation("hasA", "they both have", leads=("have an", "have a", "have")),
    Relation(
        "propertyOf",
        "they both have a property of",
        leads=("have a property of", "have the property of", "a property of"),
    ),
    Relation("distinctFrom", "they are distinct from", leads=("distinct from",)),
    Relation("usedFor", "they are both used for", usage=True, leads=("used for",)),
    Relation("can", "they both can", leads=("could both", "both could", "could", "can")),
    Relation("capableOf", "they both are capable of", usage=True, leads=("capable of",)),
    Relation("definedAs", "they both are defined as", leads=("defined as",)),
    Relation("symbolOf", "they both are symbols of", leads=("symbols of", "a symbol of")),
    Relation("mannerOf", "they both are a manner of", leads=("a manner of", "manners of")),
    Relation("deriveFrom", "they are derived from", leads=("derived from", "derive from")),
    Relation(
        "effect",
        "they both have an effect of",
        usage=True,
        leads=("have an effect of", "as a result, the person will", "as a result,"),
    ),
    Relation("cause", "the person wants to", usage=True, leads=("wants to", "want to")),
    Relation("motivatedBy", "buying them was motivated by", leads=("motivated by",)),
    Relation("causeDesire", "the person wants his", usage=True, leads=("wants his", "want his")),
    Relation("other", "they both are", generic=True),
)

RELATIONS: dict[str, Relation] = {relation.name: relation for relation in _TABLE}
"""All relations by name, in the table's order."""


@dataclass(frozen=True)
class Match:
    """ConceptNet's nearest relation, how near it is in SKOS's words, and CSKG's dimension."""

    name: str
    nearness: str
    dimension: str


CONCEPTNET: dict[str, Match] = {
    "open": Match("RelatedTo", "broad", "relational-other"),
    "relatedTo": Match("RelatedTo", "exact", "relational-other"),
    "isA": Match("IsA", "exact", "taxonomic"),
    "partOf": Match("PartOf", "exact", "part-whole"),
    "madeOf": Match("MadeOf", "exact", "part-whole"),
    "similarTo": Match("SimilarTo", "exact", "similarity"),
    "createdBy": Match("CreatedBy", "exact", "creation"),
    "hasA": Match("HasA", "exact", "part-whole"),
    "propertyOf": Match("HasProperty", "close", "quality"),
    "distinctFrom": Match("DistinctFrom", "exact", "distinctness"),
    "usedFor": Match("UsedFor", "exact", "utility"),
    "can": Match("CapableOf", "close", "utility"),
    "capableOf": Match("CapableOf", "exact", "utility"),
    "definedAs": Match("DefinedAs", "exact", "similarity"),
    "symbolOf": Match("SymbolOf", "exact", "quality"),
    "mannerOf": Match("MannerOf", "exact", "taxonomic"),
    "deriveFrom": Match("DerivedFrom", "related", "relational-other"),
    "effect": Match("Causes", "close", "temporal"),
    "cause": Match("MotivatedByGoal", "close", "desire/goal"),
    "motivatedBy": Match("MotivatedByGoal", "exact", "desire/goal"),
    "causeDesire": Match("CausesDesire", "related", "desire/goal"),
    "other": Match("RelatedTo", "broad", "relational-other"),
}
"""What each relation is called elsewhere. Dimensions are those of arXiv 2101.04640."""

_EXCLUDING = (
    ("isA definedAs", "partOf hasA madeOf createdBy distinctFrom"),
    ("partOf", "hasA madeOf createdBy"),
    ("createdBy", "hasA madeOf"),
    ("similarTo", "distinctFrom"),
)

EXCLUSIONS: frozenset[tuple[str, str]] = frozenset(
    pair
    for ones, others in _EXCLUDING
    for one in ones.split()
    for other in others.split()
    for pair in ((one, other), (other, one))
)
"""Pairs of relations, both ways round, under which one tail cannot be true of one thing.

What a thing *is* is neither its part, its whole, its material, its maker, nor its contrast; a
whole is no part, material or maker of what belongs to it; a maker is neither part nor material;
what is similar is not distinct. `madeOf` and `hasA` may both hold (leather), as may a use and an
ability, so they are not here. The opposition of kind and part is that of a taxonomy and a
meronymy (WordNet; ConceptNet's IsA, PartOf, MadeOf); `distinctFrom` is ConceptNet's own negation.
"""

ALIASES = {"propertOf": "propertyOf", "causeEffect": "causeDesire"}
"""Other names read on input: MIND's misprint, and FolkScope's name for causeDesire."""

PROFILES: dict[str, tuple[str, ...]] = {
    # MIND's published list holds 20 names; the misprinted twin leaves 19.
    "mind": tuple(
        "can effect usedFor createdBy isA capableOf propertyOf open cause mannerOf definedAs "
        "partOf symbolOf similarTo deriveFrom madeOf distinctFrom relatedTo other".split()
    ),
    # FolkScope's prompt table.
    "folkscope": tuple(
        "open relatedTo isA partOf madeOf similarTo createdBy hasA propertyOf distinctFrom usedFor "
        "can capableOf definedAs symbolOf mannerOf deriveFrom effect cause motivatedBy "
        "causeDesire".split()
    ),
    # The relations that a published audit (EMNLP 2024 main 14) calls usage intents.
    "usage": tuple(relation.name for relation in _TABLE if relation.usage),
    "all": tuple(RELATIONS),
}


def find(name: str) -> Relation | None:
    """The relation of that name or alias; None where there is none."""
    return RELATIONS.get(ALIASES.get(name, name))


def nearest(name: str) -> str:
    """The known name that looks most like `name`, for a message that repairs a misprint."""
    folded = {known.casefold(): known for known in RELATIONS}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0)
    return folded[close[0]] if close else "relatedTo"
