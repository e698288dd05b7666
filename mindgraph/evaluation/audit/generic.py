"""Tails that are stated so widely that they say little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Measure, of_intentions, share
from mindgraph.evaluation.audit.wording import ENTROPY
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GENERIC = 0.01
"""Score from which a tail is generic: a hundredth of all co-buys, evenly over all categories."""

PAIRS = 10
"""Co-buys that must state a generic tail, so that small graphs have none by chance."""

_SCORED = f"""
CREATE TABLE scored AS
WITH even AS (
    SELECT intention, {ENTROPY} / nullif(ln((SELECT count(DISTINCT category) FROM spread)), 0)
        AS evenness
    FROM spread GROUP BY intention
)
SELECT i.id AS intention, i.text, i.support, round(e.evenness, 4) AS evenness,
    round(i.support / (SELECT count(*) FROM pairs) * coalesce(e.evenness, 1), 6) AS score
FROM intentions i LEFT JOIN even e ON e.intention = i.id WHERE i.support >= {PAIRS}
"""

_GENERIC = f"SELECT * FROM scored WHERE score >= {GENERIC}"

_COUNTS = f"""
SELECT (SELECT count(*) FROM stated) AS total,
    (SELECT count(*) FROM stated WHERE "end" IN (SELECT intention FROM ({_GENERIC}))) AS found,
    (SELECT count(*) FROM ({_GENERIC})) AS intentions
"""

# The commonest hundredth of all intentions, and at least one.
_TOP = """
WITH ranked AS (
    SELECT support, row_number() OVER (ORDER BY support DESC, id) AS place,
        count(*) OVER () AS n FROM intentions
)
SELECT sum(support) FILTER (WHERE place <= greatest(n // 100, 1)) AS top, sum(support) AS every
FROM ranked
"""

_WORST = f"{_GENERIC} ORDER BY score DESC, support DESC, intention LIMIT ?"


def generic_tails(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of statements whose tail is generic: stated by many co-buys of all categories.

    Score = share of co-buys that state the tail × its entropy over categories, divided by the
    highest entropy there can be (1 where no product has a category, or all have the same).
    Generic is a score of 0.01 or more, of ten co-buys or more. Source: COSMO (Yu et al., SIGMOD
    2024), which drops explanations by frequency × entropy over products; the cheap rule of a
    build uses it too, with a bound of its own, so this is what was left. `top_percent` is the
    share of all statements that the commonest hundredth of intentions makes (once per co-buy).
    """
    con.execute(_SCORED)
    counts, top = one(con, _COUNTS), one(con, _TOP)
    return Measure(
        name="generic tails",
        of="statements",
        found=counts["found"],
        total=counts["total"],
        figures={
            "intentions": counts["intentions"],
            "top_percent": share(int(top["top"] or 0), int(top["every"] or 0)),
        },
        worst=of_intentions(con, rows(con, _WORST, worst)),
        unmeasured="" if counts["total"] else "the graph states nothing",
    )
