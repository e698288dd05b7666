"""What measures share: the content lemmas of intentions and titles, and where intentions hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from mindgraph.evaluation.tables import fill
from mindgraph.text import content_lemmas, merge_key, words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = pa.list_(pa.string())


def note_lemmas(con: DuckDBPyConnection) -> None:
    """Make the tables `keys` and `titles` (id, words): content lemmas of intentions and products.

    An intention's words are those of its merge key, which all of its wordings share.
    """
    fill(
        con, "keys", "SELECT id, text FROM intentions", lambda text: merge_key(text).split(), WORDS
    )
    fill(con, "titles", "SELECT id, title FROM products", _title_lemmas, WORDS)


def _title_lemmas(title: str | None) -> list[str]:
    return sorted(set(content_lemmas(words(title or ""))))


def note_spread(con: DuckDBPyConnection) -> None:
    """Make `stating` (intention, pair), once each, and `spread` (intention, category, n).

    `n` counts the products of that category, once per co-buy that states the intention; products
    without a category do not count.
    """
    con.execute(
        'CREATE TABLE stating AS SELECT DISTINCT "end" AS intention, start AS pair FROM stated'
    )
    con.execute("""
        CREATE TABLE spread AS
        SELECT s.intention, p.category, count(*) AS n
        FROM stating s JOIN has_product h ON h.start = s.pair JOIN products p ON p.id = h."end"
        WHERE p.category IS NOT NULL GROUP BY s.intention, p.category""")


# n ln n is rounded to millionths and summed as whole numbers: a sum of reals would depend on the
# order of rows.
ENTROPY = """
abs(ln(sum(n)) - CAST(sum(CAST(round(n * ln(n) * 1000000) AS BIGINT)) AS DOUBLE) / 1000000 / sum(n))
"""
"""SQL: the entropy in nats of the counts `n` of a group."""
