"""N-Triples: one triple a line, all names in full; with reifiers where the profile is RDF 1.2."""

from __future__ import annotations

from collections.abc import Mapping

from mindgraph.exporters.rdf.forms import joined
from mindgraph.exporters.rdf.terms import STANDARD, Name, full, quoted, real_sql, whole_sql
from mindgraph.exporters.rdf.triples import Block, Property, Said, Stated


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
            *(self._line(subject, "rdf:type", quoted(self._iri(name))) for name in classes),
            *(self._said(subject, said) for said in block.properties),
            *(f"{self._triple(stated)} || ' .\n'" for stated in block.also),
        ]
        return joined(*lines)

    def _is_reified(self, block: Block) -> bool:
        return block.stated is not None and not self._reifiers

    def _stated(self, block: Block, subject: str) -> list[str]:
        stated = block.stated
        if stated is None:
            return []
        triple = self._triple(stated)
        if self._reifiers:
            named = self._line(subject, "rdf:reifies", f"'<<( ' || {triple} || ' )>>'")
            return [f"{triple} || ' .\n'", named]
        return [
            f"{triple} || ' .\n'",
            self._line(subject, "rdf:subject", self._name(stated.subject)),
            self._line(subject, "rdf:predicate", quoted(self._iri(stated.predicate.iri))),
            self._line(subject, "rdf:object", self._name(stated.object)),
        ]

    def _triple(self, stated: Stated) -> str:
        between = quoted(f" {self._iri(stated.predicate.iri)} ")
        return f"{self._name(stated.subject)} || {between} || {self._name(stated.object)}"

    def _said(self, subject: str, said: Said) -> str:
        return self._line(subject, said.property.iri, self._object(said))

    def _line(self, subject: str, predicate: str, found: str) -> str:
        return f"{subject} || {quoted(f' {self._iri(predicate)} ')} || {found} || ' .\n'"

    def _iri(self, name: str) -> str:
        return f"<{full(name, self._known)}>"

    def _name(self, name: Name) -> str:
        return f"'<{self._known[name.place]}' || {name.column} || '>'"

    def _object(self, said: Said) -> str:
        if isinstance(said.value, Name):
            return self._name(said.value)
        if said.fixed:
            return quoted(self._iri(said.value))
        return _value(said.property, said.value)


def _value(meant: Property, column: str) -> str:
    if meant.kind == "text":
        return f"to_json({column})"
    if meant.kind == "english":
        return f"to_json({column}) || '@en'"
    digits, kind = (
        (whole_sql(column), "integer") if meant.kind == "whole" else (real_sql(column), "double")
    )
    return f"'\"' || {digits} || '\"^^<{STANDARD['xsd']}{kind}>'"
