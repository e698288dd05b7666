"""A part of a graph: tables of the same layout with just the rows that were chosen.

Statements are chosen by relation and score, co-buys by category, and what lies around a node by
the steps to it. A co-buy brings its products and their categories, an intention its concepts with
all above them, so that what is left is a graph without loose ends.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.errors import UsageError
from mindgraph.exporters.files import writing
from mindgraph.exporters.tables import open_tables, write_table
from mindgraph.graph.schema import EDGES, NODES, Edge
from mindgraph.relations import PROFILES, RELATIONS, find, nearest
from mindgraph.text import iri_safe, plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Selection:
    """What is wanted of a graph; what is not given chooses all.

    `relations` are names of relations or of profiles (`usage`); a statement without a score
    passes no bound on that score. `categories` are paths (`Outdoor > Camping`): a co-buy passes
    where one of its products is in one of them or below it. `around` are ids of products,
    co-buys, intentions or concepts: what is at most `hops` edges from one of them stays. The
    steps do not lead through categories, which would join everything.
    """

    relations: tuple[str, ...] = ()
    min_agreement: float | None = None
    min_typicality: float | None = None
    categories: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    hops: int = 2

    @property
    def whole(self) -> bool:
        """Whether all is wanted."""
        return not (self.narrowed or self.categories or self.around)

    @property
    def narrowed(self) -> bool:
        """Whether statements are chosen by what they state."""
        scored = (self.min_agreement, self.min_typicality) != (None, None)
        return bool(self.relations) or scored


@contextmanager
def selected(run: Path, selection: Selection) -> Iterator[Path]:
    """A folder with the chosen tables, gone afterwards; the run's own where all is wanted.

    UsageError where a relation, a category or an id is not there, or no statement is left.
    """
    if selection.whole:
        yield run
        return
    _check(selection)
    with tempfile.TemporaryDirectory(prefix="mindgraph-export-") as scratch:
        folder = Path(scratch)
        with writing(folder), open_tables(run) as con:
            _choose(con, selection)
            _copy(con, folder)
        yield folder


def _check(selection: Selection) -> None:
    for name in selection.relations:
        if not (find(name) or name in PROFILES):
            known = nearest(name)
            raise UsageError(
                f"{name}: no relation; did you mean {known}? All: {' '.join(RELATIONS)}"
            )
    if selection.hops < 0:
        raise UsageError(f"--hops {selection.hops}: give 0 or more")


def _choose(con: DuckDBPyConnection, selection: Selection) -> None:
    """Fill `kept`, the chosen nodes, and `kept_stated`, the keys of the chosen statements."""
    con.execute("CREATE TEMP TABLE kept (label VARCHAR, id VARCHAR)")
    con.execute(f"CREATE TEMP TABLE pairs AS {_pairs(con, selection)}")
    con.execute(f"CREATE TEMP TABLE kept_stated AS {_statements(selection)}")
    if selection.around:
        _walk(con, selection)
        con.execute(_BETWEEN)
    else:
        con.execute(_ALL_NARROWED if selection.narrowed else _ALL)
    if con.sql("SELECT count(*) FROM kept_stated").fetchall()[0][0] == 0:
        raise UsageError("no statement is left of this choice; choose more of the graph")
    con.execute(_CLOSED)


def _pairs(con: DuckDBPyConnection, selection: Selection) -> str:
    if not selection.categories:
        return 'SELECT id FROM "CoBuy"'
    chosen = [_category(con, path) for path in selection.categories]
    con.execute("CREATE TEMP TABLE chosen AS SELECT unnest($1::VARCHAR[]) AS id", [chosen])
    return """
        SELECT DISTINCT h.start AS id FROM "HAS_PRODUCT" h JOIN "IN_CATEGORY" c ON c.start = h."end"
        JOIN chosen ON c."end" = chosen.id OR starts_with(c."end", chosen.id || '/')"""


def _category(con: DuckDBPyConnection, path: str) -> str:
    """The id of a category by its path as the shop writes it, or by its id."""
    told = "/".join(iri_safe(part) for part in plain(path).split(" > "))
    for identity in (told, path):
        if con.execute('SELECT 1 FROM "Category" WHERE id = ?', [identity]).fetchall():
            return identity
    raise UsageError(
        f"{path}: no category here; list them: query RUN 'MATCH (c:Category) RETURN c.id'"
    )


def _statements(selection: Selection) -> str:
    bounds = {"agreement": selection.min_agreement, "typicality": selection.min_typicality}
    passed = [
        f"{score} >= {float(least)!r}" for score, least in bounds.items() if least is not None
    ]
    if selection.relations:
        names = ", ".join(f"'{name}'" for name in _names(selection.relations))
        passed.append(f"relation IN ({names})")
    if selection.categories:
        passed.append("start IN (SELECT id FROM pairs)")
    told = " AND ".join(passed) or "true"
    return f'SELECT id, start, "end" FROM stated WHERE {told}'


def _names(given: tuple[str, ...]) -> list[str]:
    found = [relation.name for name in given if (relation := find(name))]
    return found + [name for profile in given for name in PROFILES.get(profile, ())]


def _walk(con: DuckDBPyConnection, selection: Selection) -> None:
    """Step by step from the given nodes along the edges, either way."""
    for identity in selection.around:
        _start(con, identity)
    for _ in range(selection.hops):
        con.execute(_STEP)


def _start(con: DuckDBPyConnection, given: str) -> None:
    before = con.sql("SELECT count(*) FROM kept").fetchall()
    for identity in dict.fromkeys((iri_safe(plain(given)), given)):
        con.execute(_STARTS, {"id": identity})
        if con.sql("SELECT count(*) FROM kept").fetchall() != before:
            return
    raise UsageError(f"{given}: no product, co-buy, intention or concept has this id")


_STARTS = """
INSERT INTO kept SELECT * FROM (
    SELECT 'Product' AS label, id FROM "Product" UNION ALL SELECT 'CoBuy', id FROM pairs
    UNION ALL SELECT 'Intention', id FROM "Intention" UNION ALL SELECT 'Concept', id FROM "Concept"
) WHERE id = $id
"""

_STEP = """
INSERT INTO kept
WITH walked AS (
    SELECT 'CoBuy' AS a, start, 'Intention' AS b, "end" FROM kept_stated
    UNION ALL SELECT 'CoBuy', start, 'Product', "end" FROM "HAS_PRODUCT"
        WHERE start IN (SELECT id FROM pairs)
    UNION ALL SELECT 'Intention', start, 'Concept', "end" FROM "HAS_CONCEPT"
    UNION ALL SELECT 'Concept', start, 'Concept', "end" FROM "SUBCONCEPT_OF"
)
SELECT b, "end" FROM walked SEMI JOIN kept ON kept.label = a AND kept.id = start
UNION SELECT a, start FROM walked SEMI JOIN kept ON kept.label = b AND kept.id = "end"
EXCEPT SELECT * FROM kept
"""

_BETWEEN = """
DELETE FROM kept_stated WHERE start NOT IN (SELECT id FROM kept WHERE label = 'CoBuy')
    OR "end" NOT IN (SELECT id FROM kept WHERE label = 'Intention')
"""

_ALL_NARROWED = """
INSERT INTO kept SELECT DISTINCT 'CoBuy', start FROM kept_stated
UNION ALL SELECT DISTINCT 'Intention', "end" FROM kept_stated
"""

_ALL = """
INSERT INTO kept SELECT 'CoBuy', id FROM pairs
UNION ALL SELECT DISTINCT 'Intention', "end" FROM kept_stated
"""

_CLOSED = """
INSERT INTO kept
SELECT DISTINCT 'Product', "end" FROM "HAS_PRODUCT"
    WHERE start IN (SELECT id FROM kept WHERE label = 'CoBuy') EXCEPT SELECT * FROM kept;
INSERT INTO kept
WITH RECURSIVE above AS (
    SELECT "end" AS id FROM "HAS_CONCEPT"
        WHERE start IN (SELECT id FROM kept WHERE label = 'Intention')
    UNION SELECT id FROM kept WHERE label = 'Concept'
    UNION SELECT s."end" FROM "SUBCONCEPT_OF" s JOIN above ON s.start = above.id
)
SELECT 'Concept', id FROM above EXCEPT SELECT * FROM kept;
INSERT INTO kept
WITH RECURSIVE above AS (
    SELECT "end" AS id FROM "IN_CATEGORY"
        WHERE start IN (SELECT id FROM kept WHERE label = 'Product')
    UNION SELECT s."end" FROM "SUBCATEGORY_OF" s JOIN above ON s.start = above.id
)
SELECT DISTINCT 'Category', id FROM above;
INSERT INTO kept SELECT 'Run', id FROM "Run"
"""


def _copy(con: DuckDBPyConnection, folder: Path) -> None:
    """Write the kept rows under the names of a run's tables, sorted as those are."""
    for kind in ("nodes", "edges"):
        (folder / kind).mkdir()
    for node in NODES:
        query = f"""SELECT * FROM "{node.label}" WHERE id IN (
            SELECT id FROM kept WHERE label = '{node.label}') ORDER BY id"""
        write_table(con, query, node.arrow, folder / f"nodes/{node.label}.parquet")
    for edge in EDGES:
        query = f"""SELECT * FROM "{edge.type}" WHERE
            start IN (SELECT id FROM kept WHERE label = '{edge.start}') AND
            "end" IN (SELECT id FROM kept WHERE label = '{edge.end}') {_chosen(edge)}
            ORDER BY start, "end" """
        write_table(con, query, edge.arrow, folder / f"edges/{edge.type}.parquet")


def _chosen(edge: Edge) -> str:
    stated = "id" in edge.properties
    return "AND id IN (SELECT id FROM kept_stated)" if stated else ""
