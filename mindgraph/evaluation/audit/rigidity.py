"""Whether intentions hold across categories, or repeat what one category is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Measure, of_intentions, share
from mindgraph.evaluation.audit.wording import ENTROPY
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FEW = 2
"""Categories up to which an intention is rigid."""

REPEATED = 3
"""Co-buys from which on an intention could hold in more categories than one pair has."""

_RIGID = f"""
CREATE TABLE held AS
SELECT p.intention, i.text, i.support, count(*) AS categories, round({ENTROPY}, 4) AS entropy,
    min(p.category) AS first, nullif(max(p.category), min(p.category)) AS last
FROM spread p JOIN intentions i ON i.id = p.intention GROUP BY p.intention, i.text, i.support
"""

_COUNTS = f"""
SELECT count(*) AS intentions, count(*) FILTER (WHERE categories <= {FEW}) AS few,
    count(*) FILTER (WHERE entropy < 0.02 OR (entropy >= 0.68 AND entropy < 0.70)) AS low_entropy,
    count(*) FILTER (WHERE support >= {REPEATED}) AS repeated,
    count(*) FILTER (WHERE support >= {REPEATED} AND categories <= {FEW}) AS repeated_few
FROM held
"""

_STATEMENTS = f"""
SELECT count(*) AS total, count(*) FILTER (WHERE h.categories <= {FEW}) AS found
FROM stated s JOIN held h ON h.intention = s."end"
"""

_WORST = f"""
SELECT * FROM held WHERE categories <= {FEW} ORDER BY support DESC, entropy, intention LIMIT ?
"""


def category_rigidity(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of statements whose intention holds in one or two product categories only.

    An intention holds in the categories of all products whose co-buys state it. Source: Zhou et
    al., "A Usage-centric Take on Intent Understanding in E-Commerce", EMNLP 2024: over 80 % of
    FolkScope's intentions have an entropy over categories (in nats) in [0, 0.02) or [0.68, 0.70),
    which is one category, or two alike; `low_entropy` is that share here. An intention of a
    single co-buy cannot hold in more than two, so `of_repeated` is the share of rigid ones among
    the intentions of three co-buys or more. Worst are those stated most often.
    """
    con.execute(_RIGID)
    counts, statements = one(con, _COUNTS), one(con, _STATEMENTS)
    return Measure(
        name="category rigidity",
        of="statements",
        found=statements["found"],
        total=statements["total"],
        figures={
            "of_intentions": share(counts["few"], counts["intentions"]),
            "low_entropy": share(counts["low_entropy"], counts["intentions"]),
            "of_repeated": share(counts["repeated_few"], counts["repeated"]),
        },
        worst=of_intentions(con, rows(con, _WORST, worst)),
        unmeasured="" if statements["total"] else "no product of a statement has a category",
    )
