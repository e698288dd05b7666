"""Intentions that the merge left apart though they say the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from mindgraph.evaluation.audit.findings import Measure, of_statements
from mindgraph.evaluation.audit.spelling import misspelt
from mindgraph.evaluation.tables import fill, one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LIGHT = frozenset(
    "good well great nice perfect excellent quality provide give offer use want able".split()
)
"""Lemmas that two intentions may differ in and still be one."""

_VOCABULARY = "SELECT word, count(*) FROM (SELECT unnest(words) AS word FROM keys) GROUP BY word"

_GROUPS = """
CREATE TABLE alike AS
SELECT words AS key, count(*) AS intentions FROM loose
WHERE words <> '' GROUP BY words HAVING count(*) > 1
"""

_COUNTS = """
SELECT (SELECT count(*) FROM intentions) AS total,
    (SELECT coalesce(sum(intentions) - count(*), 0) FROM alike) AS found,
    (SELECT count(*) FROM alike) AS groups, (SELECT max(intentions) FROM alike) AS largest
"""

# Of each group the two intentions that are stated most, each with its first statement.
_WORST = """
WITH members AS (
    SELECT a.key, a.intentions, i.id, i.text, i.support, sum(i.support) OVER group_ AS stated,
        row_number() OVER (group_ ORDER BY i.support DESC, i.id) AS place
    FROM alike a JOIN loose l ON l.words = a.key JOIN intentions i ON i.id = l.id
    WINDOW group_ AS (PARTITION BY a.key)
),
worst AS (
    SELECT a.*, b.id AS other_id, b.text AS other_text, b.support AS other_support
    FROM members a JOIN members b ON b.key = a.key AND b.place = 2 WHERE a.place = 1
    ORDER BY b.support DESC, a.stated DESC, a.key LIMIT ?
)
SELECT w.text, w.support, w.other_text AS other, w.other_support, w.intentions,
    [(SELECT min(id) FROM stated WHERE "end" = w.id),
     (SELECT min(id) FROM stated WHERE "end" = w.other_id)] AS statements
FROM worst w ORDER BY w.other_support DESC, w.stated DESC, w.key
"""


def near_duplicates(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of intentions that would go if those that say the same were one.

    Two intentions are near-duplicates when their content lemmas are equal once light words
    (`LIGHT`) are left out and misspelt words are read as what was meant (`spelling.py`). Negation
    and numbers stay. That is a key, not a comparison of pairs, so the cost is linear and no group
    grows by chaining. Source: the guard against wrong merges and the typo rule of our own
    measurements on IntentionQA (see `docs/audit.md`); paraphrases with other words are not found.
    """
    _note_loose_keys(con)
    con.execute(_GROUPS)
    counts = one(con, _COUNTS)
    return Measure(
        name="near-duplicates left",
        of="intentions",
        found=int(counts["found"]),
        total=counts["total"],
        figures={"groups": counts["groups"], "largest_group": counts["largest"]},
        worst=of_statements(rows(con, _WORST, worst)),
        unmeasured="" if counts["total"] else "the graph holds no intention",
    )


def _note_loose_keys(con: DuckDBPyConnection) -> None:
    """Make `loose` (id, words): the loose key of every intention."""
    meant = misspelt(dict(con.execute(_VOCABULARY).fetchall()))
    fill(con, "loose", "FROM keys", partial(loose_key, meant=meant), pa.string())


def loose_key(words: list[str], meant: dict[str, str]) -> str:
    """What two intentions share that say the same; empty where all words are light.

    >>> loose_key(["good", "protecion"], {"protecion": "protection"})
    'protection'
    """
    return " ".join(sorted({meant.get(word, word) for word in words} - LIGHT))
