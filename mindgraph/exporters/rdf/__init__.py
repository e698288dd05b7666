"""A graph as RDF: Turtle, N-Triples or JSON-LD, written straight from its Parquet tables.

The engine makes each row's text and the writer hands its buffer on, so no row becomes a Python
object and memory does not grow with the graph. Beside the file stand its descriptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from mindgraph.errors import RunError, UsageError
from mindgraph.exporters.about import About
from mindgraph.exporters.behind import WriteBehind
from mindgraph.exporters.files import new_text
from mindgraph.exporters.rdf.counting import count_sql
from mindgraph.exporters.rdf.description import clear, describe, rows_of
from mindgraph.exporters.rdf.dumps import Dump, dump_of
from mindgraph.exporters.rdf.forms import Form
from mindgraph.exporters.rdf.jsonld import JsonLd
from mindgraph.exporters.rdf.ntriples import NTriples
from mindgraph.exporters.rdf.terms import BASE, SAFE_ID, prefixes
from mindgraph.exporters.rdf.triples import Block, blocks
from mindgraph.exporters.rdf.turtle import Turtle
from mindgraph.exporters.tables import open_tables
from mindgraph.graph.schema import NODES
from mindgraph.text import iri_safe

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

Profile = Literal["rdf11", "rdf12"]

_ROWS = 4_096
"""Rows in memory at once: their texts still lie in the processor's cache when they are copied."""

_FORMS: dict[str, Callable[[Mapping[str, str], bool], Form]] = {
    ".ttl": Turtle,
    ".nt": NTriples,
    ".jsonld": lambda known, _: JsonLd(known),
}
"""By the suffix of a file's name."""


@dataclass(frozen=True)
class Exported:
    """What was written: the file with its facts, and the descriptions beside it."""

    dump: Dump
    beside: tuple[Path, ...]

    @property
    def triples(self) -> int:
        """Triples in the file."""
        return self.dump.triples or 0


def write_rdf(
    tables: Path,
    path: Path,
    *,
    profile: Profile = "rdf11",
    base: str = BASE,
    about: About,
    concept_scores: bool = True,
) -> Exported:
    """Write a graph's tables as one RDF file, and describe it beside.

    The suffix is the format: `.ttl`, `.nt` or `.jsonld`, then `.gz` or `.zst` to compress.
    `concept_scores=False` leaves mention and probability of concept links out, and a third of the
    triples with them. UsageError for a suffix, profile or base that cannot be, RunError for tables
    that cannot be read, DiskError for a file that cannot be written: it is whole or not there.
    """
    known = prefixes(base)
    form = _form(path, profile, known)
    wanted = blocks(concept_scores)
    with new_text(path) as file, _read(tables), open_tables(tables) as con:
        _see_asked(con)
        _check_ids(con)
        triples = sum(_count(con, block, profile == "rdf12") for block in wanted)
        _write(con, form, wanted, file)
        clear(path)
    dump = dump_of(path, form.media_type, triples=triples, profile=profile, sha256=file.sha256)
    counted = replace(about, counts=rows_of(tables))
    return Exported(dump, describe(path, (dump,), counted, base))


def _form(path: Path, profile: str, known: Mapping[str, str]) -> Form:
    name = path.with_suffix("") if path.suffix in (".gz", ".zst") else path
    if name.suffix not in _FORMS:
        raise UsageError(
            f"{path.name}: RDF is written as .ttl, .nt or .jsonld, each also with .gz or .zst; "
            "name the file so"
        )
    if profile not in get_args(Profile):
        raise UsageError(f"--profile {profile}: not known; choose rdf11 or rdf12")
    if name.suffix == ".jsonld" and profile == "rdf12":
        raise UsageError(f"{path.name}: JSON-LD has no reifiers; choose --profile rdf11, or .ttl")
    return _FORMS[name.suffix](known, profile == "rdf12")


def _see_asked(con: DuckDBPyConnection) -> None:
    """The run nodes, with names for who was asked and for the prompts."""
    con.execute("CREATE TEMP TABLE names (id VARCHAR, model_id VARCHAR, prompt_id VARCHAR)")
    for run, model, revision, prompt in con.execute(
        'SELECT id, model, revision, prompt FROM "Run"'
    ).fetchall():
        asked = "@".join(filter(None, (model, revision)))
        named = [run, *(iri_safe(name) if name else None for name in (asked, prompt))]
        con.execute("INSERT INTO names VALUES (?, ?, ?)", named)
    con.execute('CREATE TEMP VIEW asked AS SELECT * FROM "Run" JOIN names USING (id) ORDER BY id')


def _check_ids(con: DuckDBPyConnection) -> None:
    """Hold every node's id against what an IRI may hold: one bad id makes a file unreadable."""
    for node in NODES:
        unsafe = f'SELECT id FROM "{node.label}" WHERE NOT regexp_full_match(id, ?) LIMIT 1'
        for (found,) in con.execute(unsafe, [SAFE_ID]).fetchall():
            raise RunError(
                f"{node.label}: the id {found!r} cannot stand in an IRI; build the run again with "
                "this version of mindgraph"
            )


def _count(con: DuckDBPyConnection, block: Block, reifiers: bool) -> int:
    return int(con.execute(count_sql(block, reifiers)).fetchall()[0][0])


def _write(
    con: DuckDBPyConnection, form: Form, wanted: tuple[Block, ...], file: WriteBehind
) -> None:
    # The file's own thread is the second; a third only takes the cache from these two.
    con.execute("SET threads = 1")
    file.write(form.head().encode())
    skipped = len(form.between.encode())
    for batch in _batches(con, form, wanted):
        file.write(_letters(batch)[skipped:])
        skipped = 0
    file.write(form.tail().encode())


def _batches(
    con: DuckDBPyConnection, form: Form, wanted: tuple[Block, ...]
) -> Iterator[pa.RecordBatch]:
    for block in wanted:
        rows = con.sql(f"SELECT {form.row(block)} AS row {block.rows}")
        yield from (batch for batch in rows.to_arrow_reader(_ROWS) if batch.num_rows)


def _letters(batch: pa.RecordBatch) -> memoryview:
    """The texts of a batch's one column, one after the other, as they lie in memory."""
    column = batch.column(0)
    _, ends, letters = column.buffers()
    places = memoryview(ends).cast("i")
    first, last = places[column.offset], places[column.offset + len(column)]
    return memoryview(letters)[first:last]


@contextmanager
def _read(tables: Path) -> Iterator[None]:
    """Tell in one line that a table breaks off or lacks a column."""
    import duckdb

    try:
        yield
    except (duckdb.BinderException, duckdb.InvalidInputException) as error:
        told = str(error).splitlines()[0]
        raise RunError(f"{tables}: cannot be read ({told}); run the build again") from None
