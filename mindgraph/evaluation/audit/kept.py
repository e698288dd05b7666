"""Which share of what was claimed became a statement, and where little did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Figures
from mindgraph.evaluation.tables import rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFUSED = (
    "judged no",
    "verdict unparsed",
    "incomplete",
    "copied from the title",
    "template left over",
    "too long",
    "generic",
)
"""Reasons against a claim itself: a verdict or a cheap rule. Others are about rows and pairs."""

MOST = 25
"""Rows of a table: the largest relations, categories, sources."""

_CLAIMS = f"""
CREATE TABLE claims AS
SELECT start AS pair, relation, true AS kept, false AS judged, count(*) AS n
FROM stated GROUP BY start, relation
UNION ALL
SELECT item, field, false, reason IN ('judged no', 'verdict unparsed') AS judged, count(*)
FROM rejected WHERE reason IN {REFUSED} GROUP BY item, field, judged
"""

_PAIRED = "SELECT p.source AS name, c.* FROM claims c LEFT JOIN pairs p ON p.id = c.pair"

# A claim counts once in each category of its pair's products.
_CATEGORIES = """
WITH ends AS (
    SELECT DISTINCT h.start AS pair, p.category FROM has_product h
    JOIN products p ON p.id = h."end" WHERE p.category IS NOT NULL
)
SELECT e.category AS name, c.* FROM claims c JOIN ends e USING (pair)
"""

_BY = {
    "relation": "SELECT relation AS name, * FROM claims",
    "category": _CATEGORIES,
    "source": _PAIRED,
    "model": "SELECT r.model AS name, c.* FROM claims c, runs r",
}

_RATES = f"""
SELECT name, sum(n) AS claims, coalesce(sum(n) FILTER (WHERE kept), 0) AS kept,
    coalesce(sum(n) FILTER (WHERE judged), 0) AS judged_away
FROM ({{claims}}) GROUP BY name ORDER BY claims DESC, name LIMIT {MOST}
"""


def kept_rates(con: DuckDBPyConnection) -> dict[str, list[Figures]]:
    """Kept rates by relation, category, source and model, the largest 25 of each.

    Kept rate = statements / (statements + claims that a verdict or a cheap rule refused); a claim
    that was made twice counts once where it was kept. `judged_away` are those that a verdict
    refused. Source: COSMO (SIGMOD 2024) and MIND (EMNLP 2024) report what a filter lets pass.
    """
    con.execute(_CLAIMS)
    return {
        by: [_rated(by, row) for row in rows(con, _RATES.format(claims=claims))]
        for by, claims in _BY.items()
    }


def _rated(by: str, row: Figures) -> Figures:
    claims, kept, judged = (int(row[name]) for name in ("claims", "kept", "judged_away"))
    return {
        by: row["name"],
        "claims": claims,
        "kept": kept,
        "judged_away": judged,
        "kept_rate": round(kept / claims, 4),
    }
