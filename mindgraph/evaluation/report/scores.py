"""How the scores of a run fall: counts per bin, and the usual figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.evaluation.tables import one, rows, show_replies

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCORES = ("agreement", "typicality", "plausibility")
"""The scores that a statement may carry."""

BINS = 20
"""Bins of equal width over [0, 1]; the last one holds 1 itself."""


@dataclass(frozen=True)
class Scores:
    """One score of many rows: per bin how many were kept and how many were not.

    `figures` are the count, the mean and the five usual quantiles, of all of them; `threshold` is
    what decided, where something did.
    """

    name: str
    of: str
    kept: tuple[int, ...]
    left: tuple[int, ...]
    figures: Mapping[str, float]
    threshold: float | None = None


_BINNED = f"""
SELECT greatest(0, least({BINS - 1}, CAST(floor(score * {BINS}) AS INTEGER))) AS bin,
    count(*) FILTER (WHERE kept) AS kept, count(*) FILTER (WHERE NOT kept) AS left_out
FROM scored WHERE score IS NOT NULL GROUP BY bin
"""

# A mean of reals depends on the order of rows in its last digits; sums of whole numbers do not.
_FIGURES = """
SELECT count(score) AS counted,
    sum(CAST(round(score * 1e6) AS BIGINT)) / count(score) / 1e6 AS mean,
    min(score) AS lowest, quantile_cont(score, 0.25) AS "25 %", median(score) AS median,
    quantile_cont(score, 0.75) AS "75 %", max(score) AS highest
FROM scored
"""


def scores(con: DuckDBPyConnection, run: Path, threshold: float | None) -> tuple[Scores, ...]:
    """Every score that a run has: P(yes) of all that was judged, then those of its statements."""
    wanted: list[tuple[str, str, str, float | None]] = [
        (name, "statements", f"{name}, true FROM stated", None) for name in SCORES
    ]
    if show_replies(con, "verdicts", run / "replies/verdicts.parquet"):
        wanted.insert(0, ("P(yes)", "judged claims", "p_yes, kept FROM verdicts", threshold))
    found = (_scores(con, *told) for told in wanted)
    return tuple(scores for scores in found if scores.figures["counted"])


def _scores(
    con: DuckDBPyConnection, name: str, of: str, columns: str, threshold: float | None
) -> Scores:
    con.execute(f"CREATE OR REPLACE VIEW scored(score, kept) AS SELECT {columns}")
    counted = {row["bin"]: row for row in rows(con, _BINNED)}
    kept, left = (
        tuple(int(counted[place][part]) if place in counted else 0 for place in range(BINS))
        for part in ("kept", "left_out")
    )
    return Scores(name, of, kept, left, one(con, _FIGURES), threshold)
