"""CSKG's ten columns, and beside them the scores by edge, as KGTK's qualifiers.

The layout is that of CSKG (arXiv 2012.11490); its documentation puts numbers about an edge into
a file of their own, keyed by the edge's id.
"""

from __future__ import annotations

from pathlib import Path

from mindgraph.errors import UsageError
from mindgraph.exporters.files import new_text
from mindgraph.exporters.tables import (
    END,
    LINKS,
    PREFIX,
    SAID,
    START,
    STATING,
    link_of,
    name_of,
    open_tables,
    slices,
    spoken,
)
from mindgraph.exporters.tsv import header, line, text, value, write_lines, write_slices
from mindgraph.exporters.written import Written, columns

COLUMNS = (
    "id", "node1", "relation", "node2", "node1;label", "node2;label",
    "relation;label", "relation;dimension", "source", "sentence",
)  # fmt: skip
QUALIFIERS = ("node1", "label", "node2")

NAMES = ("mindgraph", "conceptnet")
"""Whose relations stand in the third column."""

SCORES = ("agreement", "typicality", "plausibility")


def write_cskg(tables: Path, path: Path, *, relations: str = "mindgraph") -> list[Written]:
    """Write statements and concept links as CSKG, and `<name>.qualifiers.tsv` beside."""
    if relations not in NAMES:
        raise UsageError(f"--relations: {relations!r} is none of {', '.join(NAMES)}")
    side = beside(path)
    # The file itself comes last: where it stands, its scores do.
    with new_text(path) as file, new_text(side) as more, open_tables(tables) as con:
        file.write(header(*COLUMNS))
        more.write(header(*QUALIFIERS))
        rows = write_slices(con, slices(con, tables, STATING), _statements(relations), file)
        for kind, *names in _KINDS:
            query = _links(relations, kind, *names)
            rows += write_slices(con, slices(con, tables, [kind]), query, file)
        scores = sum(write_lines(con, query, more) for query in _qualifiers())
    return [
        Written(path.name, rows, columns(COLUMNS), file.sha256),
        Written(side.name, scores, columns(QUALIFIERS) | {"node2": "sc:Float"}, more.sha256),
    ]


def beside(path: Path) -> Path:
    """Where the scores of a file go.

    >>> beside(Path("out/cskg.tsv.gz"))
    PosixPath('out/cskg.qualifiers.tsv.gz')
    """
    stem, dot, suffixes = path.name.lstrip(".").partition(".")
    hidden = path.name[: len(path.name) - len(path.name.lstrip("."))]
    return path.with_name(f"{hidden}{stem}.qualifiers{dot}{suffixes}")


_KINDS = (("HAS_CONCEPT", "Intention", "text"), ("SUBCONCEPT_OF", "Concept", "name"))


def _statements(relations: str) -> str:
    ours = f"'{PREFIX}rel/' || relation"
    told = (
        _STATEMENT,
        name_of("CoBuy", START, PREFIX),
        "'/r/' || conceptnet" if relations == "conceptnet" else ours,
        name_of("Intention", END, PREFIX),
        text("titles"),
        text('"text"'),
        "spoken",
        "dimension",
        _SOURCE,
        text("surface"),
    )
    return f"SELECT {line(*told)} FROM {SAID} e ORDER BY place, {START}, {END}"


def _links(relations: str, kind: str, label: str, named: str) -> str:
    told = (
        link_of(kind, PREFIX),
        name_of(label, START, PREFIX),
        "'/r/IsA'" if relations == "conceptnet" else "'skos:broader'",
        name_of("Concept", END, PREFIX),
        text(f"n.{named}"),
        text("c.name"),
        f"'{spoken(LINKS[kind])}'",
        "'taxonomic'",
        _SOURCE,
        "''",
    )
    return f"""SELECT {line(*told)} FROM slice e
        LEFT JOIN "{label}" n ON n.id = {START} LEFT JOIN "Concept" c ON c.id = {END}
        ORDER BY {START}, {END}"""


_STATEMENT, _SOURCE = f"'{PREFIX}statement/' || e.id", "'MG'"


def _qualifiers() -> list[str]:
    return [
        *(_scores("stated", "place, ", _STATEMENT, score) for score in SCORES),
        *(_scores(f'"{kind}"', "", link_of(kind, PREFIX), "probability") for kind, *_ in _KINDS),
    ]


def _scores(rows: str, order: str, identity: str, score: str) -> str:
    told = line(identity, f"'{score}'", value(score))
    return f"""SELECT {told} FROM {rows} e WHERE {score} IS NOT NULL
        ORDER BY {order}{START}, {END}"""
