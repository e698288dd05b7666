"""N-Triples: one triple a line, all names in full; with reifiers where the profile is RDF 1.2."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from mindgraph.exporters.rdf.forms import Fixed, joined, where_known
from mindgraph.exporters.rdf.terms import STANDARD, Name, full, real_sql, whole_sql
from mindgraph.exporters.rdf.triples import Block, Property, Said, Stated

Pieces = list[str]
"""Fixed texts and SQL that make a term or a line."""

_END = Fixed(" .\n")


class NTriples:
    """Rows as lines; a row whose value is NULL has no line for it."""

    media_type = "application/n-triples"
    between = ""

    def __init__(self, known: Mapping[str, str], reifiers: bool) -> None:
        self._known, self._reifiers = known, reifiers

    def head(self) -> str:
        """Nothing."""
        return ""

    def tail(self) -> str:
        """Nothing."""
        return ""

    def row(self, block: Block) -> str:
        """SQL for all lines of a row."""
        subject = self._name(block.subject)
        classes = [*block.classes, *(["rdf:Statement"] if self._is_reified(block) else [])]
        lines = [
            *self._stated(block, subject),
            *(self._line(subject, "rdf:type", [self._iri(name)]) for name in classes),
            *(self._said(subject, said) for said in block.properties),
            *map(self._also, block.also),
        ]
        return joined(*chain(*lines))

    def _is_reified(self, block: Block) -> bool:
        return block.stated is not None and not self._reifiers

    def _stated(self, block: Block, subject: Pieces) -> list[Pieces]:
        stated = block.stated
        if stated is None:
            return []
        triple = self._triple(stated)
        if self._reifiers:
            named = [Fixed("<<( "), *triple, Fixed(" )>>")]
            return [[*triple, _END], self._line(subject, "rdf:reifies", named)]
        return [
            [*triple, _END],
            self._line(subject, "rdf:subject", self._name(stated.subject)),
            self._line(subject, "rdf:predicate", [self._iri(stated.predicate.iri)]),
            self._line(subject, "rdf:object", self._name(stated.object)),
        ]

    def _also(self, stated: Stated) -> Pieces:
        ends = [stated.subject.column, stated.object.column]
        return [where_known(ends, *self._triple(stated), _END)]

    def _triple(self, stated: Stated) -> Pieces:
        between = Fixed(f" {self._iri(stated.predicate.iri)} ")
        return [*self._name(stated.subject), between, *self._name(stated.object)]

    def _said(self, subject: Pieces, said: Said) -> Pieces:
        if isinstance(said.value, Name):
            column, found = said.value.column, self._name(said.value)
        elif said.fixed:
            return self._line(subject, said.property.iri, [self._iri(said.value)])
        else:
            column, found = said.value, _value(said.property, said.value)
        return [where_known([column], *self._line(subject, said.property.iri, found))]

    def _line(self, subject: Pieces, predicate: str, found: Pieces) -> Pieces:
        return [*subject, Fixed(f" {self._iri(predicate)} "), *found, _END]

    def _iri(self, name: str) -> Fixed:
        return Fixed(f"<{full(name, self._known)}>")

    def _name(self, name: Name) -> Pieces:
        return [Fixed(f"<{self._known[name.place]}"), name.column, Fixed(">")]


def _value(meant: Property, column: str) -> Pieces:
    if meant.kind == "text":
        return [f"to_json({column})"]
    if meant.kind == "english":
        return [f"to_json({column})", Fixed("@en")]
    digits, kind = (
        (whole_sql(column), "integer") if meant.kind == "whole" else (real_sql(column), "double")
    )
    return [Fixed('"'), digits, Fixed(f'"^^<{STANDARD["xsd"]}{kind}>')]
