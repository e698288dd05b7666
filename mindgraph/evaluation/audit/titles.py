"""Statements that say again what the title of a product says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Measure, of_statements, share
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = 3
"""Content words from which a tail that stands in a title is a copy; fewer name the kind."""

_COPIED = f"""
CREATE TABLE copied AS
WITH long AS (SELECT * FROM keys WHERE len(words) >= {WORDS})
SELECT s.id, k.id AS intention, h."end" AS product, len(k.words) AS words,
    round(len(k.words) / len(t.words), 4) AS of_title
FROM stated s JOIN long k ON k.id = s."end"
JOIN has_product h ON h.start = s.start JOIN titles t ON t.id = h."end"
WHERE list_has_all(t.words, k.words)
"""

_COUNTS = """
SELECT (SELECT count(*) FROM stated) AS total, count(DISTINCT id) AS found,
    count(DISTINCT id) FILTER (WHERE of_title >= 0.8) AS whole,
    count(DISTINCT intention) AS intentions
FROM copied
"""

# One finding per statement: where both titles hold the words, the one that they cover more of.
_WORST = """
SELECT i.text, c.words, c.of_title, c.product, p.title, [c.id] AS statements
FROM copied c JOIN intentions i ON i.id = c.intention JOIN products p ON p.id = c.product
QUALIFY row_number() OVER (PARTITION BY c.id ORDER BY c.of_title DESC, c.product) = 1
ORDER BY c.words DESC, c.of_title DESC, c.id LIMIT ?
"""


def title_copies(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of statements that copy a title: every content word stands in one of the two.

    Tails of three content words or more count, compared as sets of lemmas, so that order and
    endings do not hide a copy. `whole_titles` cover 80 % of the title's words or more. Source:
    COSMO (Yu et al., SIGMOD 2024), which drops explanations that match query, type or title. The
    cheap rule of a build drops longer copies already, so this is what was left: often a kind of
    product ("USB extension cable") that says nothing the titles do not.
    """
    con.execute(_COPIED)
    counts = one(con, _COUNTS)
    return Measure(
        name="title copies",
        of="statements",
        found=counts["found"],
        total=counts["total"],
        figures={
            "whole_titles": share(counts["whole"], counts["total"]),
            "intentions": counts["intentions"],
        },
        worst=of_statements(rows(con, _WORST, worst)),
        unmeasured="" if counts["total"] else "the graph states nothing",
    )
