"""Turtle, a subject's triples together; with reifiers where the profile is RDF 1.2."""

from __future__ import annotations

from collections.abc import Mapping

from mindgraph.exporters.rdf.forms import joined
from mindgraph.exporters.rdf.terms import Name, named_sql, quoted, real_sql, whole_sql
from mindgraph.exporters.rdf.triples import Block, Said, Stated


class Turtle:
    """Rows as Turtle; names are prefixed, so that no reader resolves them against anything."""

    media_type = "text/turtle"
    between = ""

    def __init__(self, known: Mapping[str, str], reifiers: bool) -> None:
        self._known, self._reifiers = known, reifiers

    def head(self) -> str:
        """All prefixes."""
        return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in self._known.items()) + "\n"

    def tail(self) -> str:
        """Nothing."""
        return ""

    def row(self, block: Block) -> str:
        """SQL for a row's subject with all its triples."""
        also = [f"{self._triple(stated)} || ' .\n'" for stated in block.also]
        if block.stated is None:
            return joined(self._name(block.subject), *self._said(block), "' .\n'", *also)
        triple = self._triple(block.stated)
        if self._reifiers:
            named = ("' ~ '", self._name(block.subject), "' {|'")
            return joined(triple, *named, *self._said(block), "' |} .\n'", *also)
        apart = ("' .\n'", self._name(block.subject), *self._said(block, reified=True))
        return joined(triple, *apart, "' .\n'", *also)

    def _triple(self, stated: Stated) -> str:
        start, end = self._name(stated.subject), self._name(stated.object)
        return f"{start} || ' {stated.predicate.iri} ' || {end}"

    def _name(self, name: Name) -> str:
        return f"({named_sql(name, self._known)})"

    def _said(self, block: Block, reified: bool = False) -> list[str]:
        """Pieces of predicates and objects, with what parts them; each piece may be NULL."""
        pieces = []
        classes = (*(["rdf:Statement"] if reified else []), *block.classes)
        if classes:
            pieces.append(quoted(f"a {', '.join(classes)}"))
        if reified and block.stated:
            pieces += self._of_triple(block.stated)
        pieces += [f"'{said.property.iri} ' || {self._object(said)}" for said in block.properties]
        parts = ["' '", *["' ;\n    '"] * (len(pieces) - 1)]
        return [f"{part} || {piece}" for part, piece in zip(parts, pieces, strict=True)]

    def _of_triple(self, stated: Stated) -> list[str]:
        return [
            f"'rdf:subject ' || {self._name(stated.subject)}",
            quoted(f"rdf:predicate {stated.predicate.iri}"),
            f"'rdf:object ' || {self._name(stated.object)}",
        ]

    def _object(self, said: Said) -> str:
        if isinstance(said.value, Name):
            return self._name(said.value)
        if said.fixed:
            return quoted(said.value)
        return _VALUES[said.property.kind].format(column=said.value)


# A real that is no number has no bare form.
_VALUES = {
    "text": "to_json({column})",
    "english": "to_json({column}) || '@en'",
    "whole": whole_sql("{column}"),
    "real": f"if(isfinite({{column}}), {real_sql('{column}')}, "
    f"'\"' || {real_sql('{column}')} || '\"^^xsd:double')",
}
