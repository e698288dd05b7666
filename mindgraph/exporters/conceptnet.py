"""ConceptNet's own five columns: assertion, relation, start, end, and the rest as JSON.

The layout is that of ConceptNet 5's assertions file: no header, no quoting, a JSON object last.
"""

from __future__ import annotations

from pathlib import Path

from mindgraph.exporters.files import new_text
from mindgraph.exporters.tables import (
    END,
    LINKS,
    SAID,
    START,
    STATING,
    link_of,
    open_tables,
    slices,
)
from mindgraph.exporters.tsv import line, write_slices
from mindgraph.exporters.written import Written

DATASET = "/d/mindgraph"


def write_conceptnet(
    tables: Path,
    path: Path,
    *,
    license: str | None = None,  # noqa: A002 - ConceptNet's own word
) -> list[Written]:
    """Write statements and concept links as ConceptNet assertions.

    Intentions and concepts are ConceptNet's terms (`/c/en/brewing_coffee`), co-buys are external
    nodes. The JSON has the exact text, and under `statement` the key that joins all exports.
    """
    with new_text(path) as file, open_tables(tables) as con:
        con.execute("CREATE TEMP TABLE known AS SELECT $1::VARCHAR AS license", [license])
        rows = write_slices(con, slices(con, tables, STATING), _statements(), file)
        for kind, *names in _KINDS:
            rows += write_slices(con, slices(con, tables, [kind]), _links(kind, *names), file)
    return [Written(path.name, rows, sha256=file.sha256)]


def _term(column: str, otherwise: str) -> str:
    r"""The SQL of a text's term: lower case, words joined by `_`; of one without words, its id."""
    words = rf"regexp_replace(lower({column}), '[^\pL\pM\pN''-]+', '_', 'g')"
    term = f"trim({words}, '_')"
    return f"coalesce('/c/en/' || nullif({term}, ''), '/x/mindgraph/' || {otherwise})"


def _assertion(relation: str, start: str, end: str, told: dict[str, str]) -> str:
    """The SQL of one line."""
    members = ", ".join(f"'{name}', {value}" for name, value in told.items())
    rest = f"json_merge_patch('{{}}', json_object('dataset', '{DATASET}', {members}))"
    identity = f"'/a/[' || {relation} || '/,' || {start} || '/,' || {end} || '/]'"
    return line(identity, relation, start, end, f"CAST({rest} AS VARCHAR)")


def _statements() -> str:
    told = {
        "license": "license",
        # A score that nobody gave is ConceptNet's usual weight.
        "weight": "coalesce(plausibility, typicality, agreement, 1.0)",
        "surfaceText": "surface",
        "surfaceStart": "titles",
        "surfaceEnd": '"text"',
        "relation": "relation",
        "statement": "e.id",
    }
    start, end = f"'/x/mindgraph/cobuy/' || {START}", _term('"text"', f"'intention/' || {END}")
    assertion = _assertion("'/r/' || conceptnet", start, end, told)
    return f"SELECT {assertion} FROM {SAID} e, known ORDER BY place, {START}, {END}"


_KINDS = (
    ("HAS_CONCEPT", "Intention", "text", "intention"),
    ("SUBCONCEPT_OF", "Concept", "name", "concept"),
)


def _links(kind: str, label: str, told: str, place: str) -> str:
    members = {
        "license": "license",
        "weight": "coalesce(e.probability, 1.0)",
        "surfaceStart": f"n.{told}",
        "surfaceEnd": "c.name",
        "relation": f"'{LINKS[kind]}'",
        "statement": link_of(kind),
    }
    start = _term(f"n.{told}", f"'{place}/' || {START}")
    end = _term("c.name", f"'concept/' || {END}")
    return f"""SELECT {_assertion("'/r/IsA'", start, end, members)} FROM known, slice e
        LEFT JOIN "{label}" n ON n.id = {START} LEFT JOIN "Concept" c ON c.id = {END}
        ORDER BY {START}, {END}"""
