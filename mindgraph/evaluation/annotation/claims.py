"""A run's claims as one view: the statements of its graph, and the claims that were judged no.

`claims` has pair, relation, surface, id (null of a claim that only a file's row stated), kept and
score: the agreement, which is P(yes), or 1 and 0 where a verdict was spoken.
"""

from __future__ import annotations

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from mindgraph.records import digest, statement_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KEPT = """
SELECT start AS pair, relation, surface, id, true AS kept, agreement AS score FROM stated
"""

_JUDGED = """
SELECT pair, relation, surface, id, false AS kept, p_yes AS score FROM verdicts
ANTI JOIN stated ON stated.id = verdicts.id WHERE verdict = 'no'
"""

# Of rows that were read and left out, what remains is "surface | raw verdict". A claim that several
# rows state is one claim, with the best score; what the graph states is none that was judged no.
_READ = r"""
SELECT said.* FROM (
    SELECT item AS pair, field AS relation, regexp_extract(detail, '(?s)^(.*?) \| ', 1) AS surface,
        CAST(NULL AS VARCHAR) AS id, false AS kept, coalesce(
            max(TRY_CAST(trim(regexp_extract(detail, '(?s)^.*? \| (.*)$', 1)) AS DOUBLE)), 0
        ) AS score
    FROM read_rejected SEMI JOIN pairs ON pairs.id = item WHERE reason = 'judged no' GROUP BY ALL
) said
ANTI JOIN stated ON stated.start = said.pair AND stated.relation = said.relation
    AND stated.surface = said.surface
"""


def show_claims(con: DuckDBPyConnection, run: Path) -> None:
    """Make the view `claims`, where the views of `evaluation.tables` are."""
    parts = [_KEPT]
    verdicts = run / "replies/verdicts.parquet"
    if verdicts.exists():
        con.read_parquet(glob.escape(str(verdicts))).create_view("verdicts")
        parts.append(_JUDGED)
    read = sorted((run / "rejected").glob("read_intentions_*.parquet"))
    if read:
        con.read_parquet([glob.escape(str(file)) for file in read]).create_view("read_rejected")
        parts.append(_READ)
    con.execute(f"CREATE VIEW claims AS {' UNION ALL '.join(parts)}")


def claim_id(pair: str, relation: str, surface: str) -> str:
    """The id of a claim that never became a statement; it looks like a statement's key.

    A person who could tell them apart would know the verdict.
    """
    return statement_id(pair, relation, digest("claim", surface))


_TAIL = len("--") + 24
"""What a claim's id has besides its pair and its relation."""

_FOUND = """
WITH sought AS (
    SELECT id, relation, id[:-(length(relation) + $tail + 1)] AS pair FROM asked
)
SELECT c.pair, c.relation, c.surface, c.id, c.score FROM claims c
SEMI JOIN sought s ON s.pair = c.pair AND s.relation = c.relation
"""


def scores(con: DuckDBPyConnection, asked: Mapping[str, str]) -> dict[str, float | None]:
    """The scores of claims by their ids, of those that the run knows; `asked` is id -> relation.

    Of a claim that several rows state, the best score, as in the graph.
    """
    con.register("asked", pa.table({"id": list(asked), "relation": list(asked.values())}))
    found: dict[str, float | None] = {}
    for pair, relation, surface, known, score in con.execute(_FOUND, {"tail": _TAIL}).fetchall():
        identity = known or claim_id(pair, relation, surface)
        if identity in asked:
            found[identity] = max(filter(_is_score, (score, found.get(identity))), default=None)
    con.unregister("asked")
    return found


def _is_score(score: float | None) -> bool:
    return score is not None
