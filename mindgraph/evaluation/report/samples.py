"""Statements and left-out rows to look at: few of them, the same ones every time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.report.scores import SCORES
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 9
"""Statements shown of the best, and of the worst."""

_DRAWN = 5000
EXAMPLES = 3
"""Left-out rows shown for a reason at a stage."""


@dataclass(frozen=True)
class Statement:
    """One statement with its two products, each with its id, title and category."""

    id: str
    pair: str
    relation: str
    text: str
    surface: str
    score: float
    support: int
    source: str | None
    products: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Ranked:
    """The best and the worst statements by one score; by their intentions' support without any."""

    by: str
    best: tuple[Statement, ...]
    worst: tuple[Statement, ...]


_DIFFERENT = "SELECT count(DISTINCT {name}) AS different FROM stated"

# Equal scores are put in order by a hash of the id, so that not one product's pairs are shown
# alone; and no intention and no pair is shown twice.
_RANKED = f"""
WITH drawn AS (
    SELECT s.id, s.start, s."end", s.relation, s.surface, CAST({{score}} AS DOUBLE) AS score,
        {{way}}1 * CAST({{score}} AS DOUBLE) AS place, md5(s.id) AS tie
    FROM stated s {{joined}} WHERE {{score}} IS NOT NULL ORDER BY place, tie LIMIT {_DRAWN}
),
counted AS (
    SELECT *, row_number() OVER (PARTITION BY "end" ORDER BY place, tie) AS of_intention,
        row_number() OVER (PARTITION BY start ORDER BY place, tie) AS of_pair
    FROM drawn
)
SELECT c.id, c.start AS pair, c.relation, i.text, c.surface, c.score, i.support, p.source
FROM counted c JOIN intentions i ON i.id = c."end" JOIN pairs p ON p.id = c.start
WHERE c.of_intention = 1 AND c.of_pair = 1 ORDER BY c.place, c.tie LIMIT {SHOWN}
"""

_PRODUCTS = """
SELECT h.start AS pair, p.id, p.title, p.category
FROM has_product h JOIN products p ON p.id = h."end"
WHERE h.start IN (SELECT unnest(?)) ORDER BY h.start, p.id
"""


def ranked(con: DuckDBPyConnection) -> Ranked:
    """The best and the worst statements, by the first score that tells them apart."""
    different = {name: one(con, _DIFFERENT.format(name=name))["different"] for name in SCORES}
    by = next((name for name in SCORES if different[name] > 1), "")
    best = _statements(con, by, "-")
    shown = {statement.id for statement in best}
    worst = (statement for statement in _statements(con, by, "+") if statement.id not in shown)
    return Ranked(by or "support", best, tuple(worst))


def _statements(con: DuckDBPyConnection, by: str, way: str) -> tuple[Statement, ...]:
    score = f"s.{by}" if by else "g.support"
    joined = "" if by else 'JOIN intentions g ON g.id = s."end"'
    found = rows(con, _RANKED.format(score=score, joined=joined, way=way))
    products: dict[str, list[dict[str, Any]]] = {}
    for row in rows(con, _PRODUCTS, [row["pair"] for row in found]):
        products.setdefault(row.pop("pair"), []).append(row)
    return tuple(Statement(**row, products=tuple(products[row["pair"]])) for row in found)


@dataclass(frozen=True)
class LeftOut:
    """Rows that one stage left out for one reason, and the first of them."""

    stage: str
    reason: str
    count: int
    examples: tuple[Mapping[str, Any], ...]


_LEFT = f"""
SELECT file, row, field, item, detail FROM read_parquet(?) WHERE reason = ?
ORDER BY file, row, item, field, detail LIMIT {EXAMPLES}
"""


def left_out(
    con: DuckDBPyConnection, run: Path, stages: Iterable[Mapping[str, Any]]
) -> tuple[LeftOut, ...]:
    """What every stage left out, by reason, most first."""
    found = [
        LeftOut(stage["name"], reason, count, _examples(con, run, stage["name"], reason))
        for stage in stages
        for reason, count in stage.get("dropped", {}).items()
    ]
    return tuple(sorted(found, key=lambda left: (-left.count, left.reason, left.stage)))


def _examples(
    con: DuckDBPyConnection, run: Path, stage: str, reason: str
) -> tuple[dict[str, Any], ...]:
    file = run / "rejected" / f"{stage}.parquet"
    return tuple(rows(con, _LEFT, str(file), reason)) if file.exists() else ()
