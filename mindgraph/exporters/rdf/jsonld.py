"""JSON-LD: one document, one object a line, under the context that the repository ships too.

Reals are strings that the context types: as JSON numbers they would come out rounded, or as whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mindgraph.exporters.rdf.forms import joined
from mindgraph.exporters.rdf.terms import BASE, Name, prefixes, quoted, real_sql, whole_sql
from mindgraph.exporters.rdf.triples import (
    CLASSES,
    OBJECT,
    PREDICATE,
    STATES,
    SUBJECT,
    Block,
    Property,
    Said,
    Stated,
)


class JsonLd:
    """Rows as objects of one `@graph`."""

    media_type = "application/ld+json"
    between = ",\n"

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def head(self) -> str:
        """The context in full, so that a reader needs no network, and the graph's beginning."""
        return f'{{"@context": {json.dumps(context(self._known), indent=1)},\n"@graph": [\n'

    def tail(self) -> str:
        """The graph's end."""
        return "\n]}\n"

    def row(self, block: Block) -> str:
        """SQL for a row's objects."""
        stated = [*block.also, *([block.stated] if block.stated else [])]
        return joined(*map(_triple, stated), *_object(block))


def context(known: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What every name in the file means: prefixes, classes, properties with their types."""
    told: dict[str, Any] = {"@version": 1.1, **(known or prefixes(BASE))}
    told |= {name.split(":")[1]: name for name in CLASSES}
    return told | {meant.term: _meaning(meant) for meant in _properties()}


def _properties() -> Iterable[Property]:
    described = (meant for properties in CLASSES.values() for meant in properties)
    return (*described, SUBJECT, PREDICATE, OBJECT, *STATES.values())


def _meaning(meant: Property) -> dict[str, str]:
    return {"@id": meant.iri, **_TYPED.get(meant.kind, {})}


_TYPED = {
    "iri": {"@type": "@id"},
    "english": {"@language": "en"},
    "whole": {"@type": "xsd:integer"},
    "real": {"@type": "xsd:double"},
}


def _name(name: Name) -> str:
    return f"'\"{name.place}:' || {name.column} || '\"'"


def _triple(stated: Stated) -> str:
    said = quoted(f',"{stated.predicate.term}":')
    ends = _name(stated.subject), _name(stated.object)
    return f"',\n{{\"@id\":' || {ends[0]} || {said} || {ends[1]} || '}}'"


def _object(block: Block) -> list[str]:
    classes = [*block.classes, *(["rdf:Statement"] if block.stated else [])]
    typed = f',"@type":{json.dumps(classes)}' if classes else ""
    stated = _of_triple(block.stated) if block.stated else []
    terms: dict[str, list[str]] = {}
    for said in block.properties:
        terms.setdefault(said.property.term, []).append(_value(said))
    said_of = [_pair(term, values) for term, values in terms.items()]
    return ["',\n{\"@id\":'", _name(block.subject), quoted(typed), *stated, *said_of, "'}'"]


def _of_triple(stated: Stated) -> list[str]:
    return [
        _pair(SUBJECT.term, [_name(stated.subject)]),
        quoted(f',"{PREDICATE.term}":"{stated.predicate.iri}"'),
        _pair(OBJECT.term, [_name(stated.object)]),
    ]


def _pair(term: str, values: list[str]) -> str:
    """A name and its value, or its list of values: a name stands once in an object."""
    if len(values) == 1:
        return f"',\"{term}\":' || {values[0]}"
    return f"',\"{term}\":[' || concat_ws(',', {', '.join(values)}) || ']'"


def _value(said: Said) -> str:
    if isinstance(said.value, Name):
        return _name(said.value)
    if said.fixed:
        return quoted(json.dumps(said.value))
    kind, column = said.property.kind, said.value
    if kind == "whole":
        return whole_sql(column)
    return f"'\"' || {real_sql(column)} || '\"'" if kind == "real" else f"to_json({column})"
