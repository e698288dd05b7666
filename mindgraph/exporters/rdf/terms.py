"""Names and values as RDF terms: namespaces, IRIs, and the one escape for all formats.

A text is escaped as JSON escapes it: what JSON may write after a backslash, Turtle and N-Triples
read alike, so one engine function serves every format. Numbers keep every digit: a real is an
`xsd:double` with an exponent, which a bare Turtle number needs in order not to be a decimal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mindgraph.errors import UsageError

BASE = "https://w3id.org/mindgraph/"
"""Where the things of a graph are named, unless its owner says otherwise."""

STANDARD = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "schema": "https://schema.org/",
    "prov": "http://www.w3.org/ns/prov#",
    "mg": "https://w3id.org/mindgraph/ns#",
    "rel": "https://w3id.org/mindgraph/rel/",
}
"""Vocabularies by prefix. The graph's own does not move with the base: shapes fit every export."""

PLACES = (
    "product", "cobuy", "intention", "concept", "category", "statement", "link", "sublink", "run",
    "model", "prompt", "scheme",
)  # fmt: skip
"""Prefixes of the things of a graph; each is a path below the base."""

SAFE_ID = "(?:[A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})+"
"""What an id is made of, so that it can stand in an IRI as it is."""

_BASE = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d+)?/(?:[A-Za-z0-9._~/-]|%[0-9A-Fa-f]{2})*[#/]?")
_LOCAL = re.compile("[~/]")


@dataclass(frozen=True)
class Name:
    """A thing by its place and the column its id is in; `column` may be any SQL of the row."""

    place: str
    column: str


def prefixes(base: str = BASE) -> dict[str, str]:
    """All namespaces of a graph under a base IRI; UsageError where the base is none."""
    if not (_BASE.fullmatch(base) and base.endswith(("/", "#"))):
        raise UsageError(
            f"--base {base}: no IRI that names can follow; give one such as {BASE}, "
            "with http or https, and / or # at its end"
        )
    return {**STANDARD, **{place: f"{base}{place}/" for place in PLACES}}


def full(name: str, known: Mapping[str, str]) -> str:
    """The IRI of a prefixed name.

    >>> full("schema:name", STANDARD)
    'https://schema.org/name'
    """
    prefix, local = name.split(":", 1)
    return known[prefix] + local


def named(place: str, identity: str, known: Mapping[str, str]) -> str:
    r"""A thing as Turtle names it: after its prefix, or in full where its id begins or ends oddly.

    An escaped dot at the end is Turtle, but rdflib does not read it.

    >>> named("cobuy", "A1~B2", prefixes())
    'cobuy:A1\\~B2'
    """
    if identity.startswith(("-", ".")) or identity.endswith("."):
        return f"<{known[place]}{identity}>"
    return f"{place}:{_LOCAL.sub(_escaped, identity)}"


def _escaped(mark: re.Match[str]) -> str:
    return "\\" + mark[0]


def text(value: str, language: str | None = None) -> str:
    r"""A text as Turtle and N-Triples write it.

    >>> text('6" pot', "en")
    '"6\\" pot"@en'
    """
    quoted = json.dumps(value, ensure_ascii=False)
    return f"{quoted}@{language}" if language else quoted


def quoted(value: str) -> str:
    """A text as a SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def named_sql(name: Name, known: Mapping[str, str]) -> str:
    """SQL for `named`; digests need none of it."""
    column, found = name.column, name.column
    if name.place == "intention":
        return f"'{name.place}:' || {column}"
    for mark in "~/":
        found = rf"replace({found}, '{mark}', '\{mark}')"
    odd = " OR ".join(
        (f"starts_with({column}, '-')", f"starts_with({column}, '.')", f"ends_with({column}, '.')")
    )
    in_full = f"'<{known[name.place]}' || {column} || '>'"
    return f"CASE WHEN {odd} THEN {in_full} ELSE '{name.place}:' || {found} END"


def whole_sql(column: str) -> str:
    """SQL for the digits of a whole number."""
    return f"CAST({column} AS VARCHAR)"


def real_sql(column: str) -> str:
    """SQL for a real's shortest exact digits as xsd:double writes them.

    Where digits surely have no exponent, the engine is asked for them once.
    """
    digits = f"CAST({column} AS VARCHAR)"
    return (
        f"CASE WHEN abs({column}) BETWEEN 0.001 AND 1e15 THEN {digits} || 'E0' "
        f"WHEN isfinite({column}) THEN if(contains({digits}, 'e'), {digits}, {digits} || 'E0') "
        f"WHEN isnan({column}) THEN 'NaN' "
        f"WHEN {column} > 0 THEN 'INF' WHEN {column} < 0 THEN '-INF' END"
    )
