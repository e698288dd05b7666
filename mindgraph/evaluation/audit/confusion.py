"""Whether one tail stands under relations that cannot both be true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Measure, of_statements, share
from mindgraph.evaluation.tables import one, rows
from mindgraph.relations import EXCLUSIONS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OPPOSED = """
WITH used AS (SELECT DISTINCT relation FROM stated)
SELECT count(*) AS n FROM exclusions
WHERE relation IN (FROM used) AND other IN (FROM used)
"""

_CONFUSED = """
CREATE TABLE confused AS
WITH counted AS (
    SELECT "end" AS intention, relation, count(*) AS n, min(id) AS example
    FROM stated GROUP BY intention, relation
)
SELECT a.intention, a.relation, a.n, a.example,
    b.relation AS other, b.n AS other_n, b.example AS other_example
FROM counted a JOIN exclusions e ON e.relation = a.relation
JOIN counted b ON b.intention = a.intention AND b.relation = e.other
"""

_CONTRADICTED = """
CREATE TABLE contradicted AS
SELECT a."end" AS intention, a.relation, b.relation AS other, count(*) AS pairs,
    min(a.id) AS example, arg_min(b.id, a.id) AS other_example
FROM stated a JOIN exclusions e ON e.relation = a.relation
JOIN stated b ON b.start = a.start AND b."end" = a."end" AND b.relation = e.other
GROUP BY ALL
"""

_COUNTS = """
WITH once AS (SELECT DISTINCT intention, relation, n FROM confused)
SELECT (SELECT count(*) FROM stated) AS total,
    (SELECT coalesce(sum(n), 0) FROM once) AS found,
    (SELECT count(DISTINCT intention) FROM confused) AS intentions,
    (SELECT coalesce(sum(pairs), 0) // 2 FROM contradicted) AS contradictions
"""

# Each pair of relations is in the tables both ways round.
_WORST = """
SELECT i.text, c.relation, c.n AS stated, c.other, c.other_n AS other_stated,
    coalesce(d.pairs, 0) AS same_pairs,
    [coalesce(d.example, c.example), coalesce(d.other_example, c.other_example)] AS statements
FROM confused c JOIN intentions i ON i.id = c.intention
LEFT JOIN contradicted d USING (intention, relation, other)
WHERE c.relation < c.other
ORDER BY same_pairs DESC, least(c.n, c.other_n) DESC, c.n + c.other_n DESC,
    c.intention, c.relation, c.other
LIMIT ?
"""


def relation_confusion(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of statements whose tail also stands under a relation that excludes theirs.

    Which relations exclude each other is the table `EXCLUSIONS` of `relations.py`: a tail that is
    a kind in one statement and a material in another has lost one of its meanings.
    `contradictions` counts the places where one and the same co-buy states both. Source: the
    disjointness of relation ranges, as ontologies declare it (OWL 2's DisjointObjectProperties),
    applied to ConceptNet's relations. Worst are the contradictions, then tails that stand often
    under both.
    """
    _note_exclusions(con)
    if not one(con, _OPPOSED)["n"]:
        return _unmeasured()
    con.execute(_CONFUSED)
    con.execute(_CONTRADICTED)
    counts = one(con, _COUNTS)
    intentions = one(con, "SELECT count(*) AS n FROM intentions")["n"]
    return Measure(
        name="relation confusion",
        of="statements",
        found=int(counts["found"]),
        total=counts["total"],
        figures={
            "of_intentions": share(counts["intentions"], intentions),
            "contradictions": int(counts["contradictions"]),
        },
        worst=of_statements(rows(con, _WORST, worst)),
    )


def _unmeasured() -> Measure:
    why = "no two relations of the graph exclude each other"
    return Measure("relation confusion", "statements", 0, 0, {}, (), why)


def _note_exclusions(con: DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE exclusions (relation VARCHAR, other VARCHAR)")
    con.executemany("INSERT INTO exclusions VALUES (?, ?)", [list(two) for two in EXCLUSIONS])
