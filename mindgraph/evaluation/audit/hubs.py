"""Concepts under which so much falls that sharing one means nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import EXAMPLES, Measure, of_statements, share
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HUB = 0.05
"""Share of the statements with a concept that makes a concept a hub."""

STATEMENTS = 10
"""Statements that must fall under a hub, so that small graphs have none by chance."""

_HELD = f"""
CREATE TABLE hubs AS
WITH counted AS (SELECT "end" AS intention, count(*) AS n FROM stated GROUP BY intention),
linked AS (
    SELECT coalesce(sum(n), 0) AS n FROM counted
    WHERE intention IN (SELECT start FROM has_concept)
)
SELECT h."end" AS id, count(*) AS intentions, sum(c.n) AS statements,
    sum(c.n) >= {STATEMENTS} AND sum(c.n) >= {HUB} * any_value(l.n) AS hub, any_value(l.n) AS linked
FROM has_concept h JOIN counted c ON c.intention = h.start, linked l GROUP BY h."end"
"""

_COUNTS = """
SELECT coalesce(sum(statements), 0) AS total,
    coalesce(sum(statements) FILTER (WHERE hub), 0) AS found,
    count(*) FILTER (WHERE hub) AS hubs, count(*) AS concepts
FROM hubs
"""

# A hub is shown by the words that most of its statements came to it by.
_WORST = f"""
WITH worst AS (SELECT * FROM hubs WHERE hub ORDER BY statements DESC, id LIMIT ?),
mentioned AS (
    SELECT w.id, h.mention, count(*) AS n, min(s.id, {EXAMPLES}) AS ids
    FROM worst w JOIN has_concept h ON h."end" = w.id JOIN stated s ON s."end" = h.start
    GROUP BY w.id, h.mention
    QUALIFY row_number() OVER (PARTITION BY w.id ORDER BY n DESC, h.mention) = 1
)
SELECT c.name AS concept, w.intentions, w.statements AS stated,
    round(w.statements / w.linked, 4) AS share, m.mention, m.n AS by_mention, m.ids AS statements
FROM worst w JOIN concepts c ON c.id = w.id JOIN mentioned m ON m.id = w.id
ORDER BY stated DESC, w.id
"""


def hub_concepts(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of links from statements to concepts that end at a hub.

    A hub is a concept under which 5 % or more of all statements with a concept fall, and at least
    ten. Two products joined by a hub share next to nothing; `mention` is the word that leads there
    most often, which tells a wrong sense at a glance. Source: hubness (Radovanović et al.,
    "Hubs in Space", JMLR 2010) as the count of what falls to one node; the bound is ours.
    """
    con.execute(_HELD)
    counts = one(con, _COUNTS)
    return Measure(
        name="hub concepts",
        of="links of statements to concepts",
        found=int(counts["found"]),
        total=int(counts["total"]),
        figures={
            "hubs": counts["hubs"],
            "of_concepts": share(counts["hubs"], counts["concepts"]),
        },
        worst=of_statements(rows(con, _WORST, worst)),
        unmeasured="" if counts["total"] else "no intention is linked to a concept",
    )
