"""Which claims people see: a systematic sample over relation, verdict and score.

Claims are laid out by relation, verdict and score bin, and every k-th is taken from a start that
the seed gives (Madow 1949). So every claim has the same chance, each relation, each verdict of
it and each of its bins has its share to within one, and what is measured needs no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mindgraph.errors import UsageError
from mindgraph.evaluation.annotation.claims import claim_id
from mindgraph.records import digest

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Verdict(str, Enum):
    """Which claims are sampled: those kept, those judged no, or both."""

    KEPT = "kept"
    REJECTED = "rejected"
    BOTH = "both"


@dataclass(frozen=True)
class Drawn:
    """One claim of a sample, with what a person is shown of its two products."""

    id: str
    relation: str
    surface: str
    kept: bool
    titles: tuple[str, str]
    images: tuple[str | None, str | None]


def draw(con: DuckDBPyConnection, count: int, seed: int, verdict: Verdict) -> list[Drawn]:
    """A sample of the view `claims`, in the order of their ids; all of it where `count` is more.

    UsageError where there is no claim of this verdict.
    """
    con.execute(f"CREATE TEMP VIEW framed AS {_FRAMED} {_OF[verdict]}")
    strata = con.sql(_STRATA).fetchall()
    if not strata:
        raise UsageError(f"no claim to sample: the run holds none that was {_SAID[verdict]}")
    _note_quotas(con, strata, spread([size for *_, size in strata], count, seed))
    con.execute(f"CREATE TEMP TABLE drawn AS {_drawn(seed)}")
    found = {claim.id: claim for claim in map(_claim, con.sql(_WITH_PRODUCTS).fetchall())}
    return [found[identity] for identity in sorted(found)]


# A whole number of tenths, so that no engine has to round; 10 joins the last bin.
_FRAMED = """
SELECT *, CAST(least(floor(score * 10), 9) AS INT) AS bin FROM claims
"""

_OF = {
    Verdict.KEPT: "WHERE kept",
    Verdict.REJECTED: "WHERE NOT kept",
    Verdict.BOTH: "",
}

_SAID = {
    Verdict.KEPT: "kept",
    Verdict.REJECTED: "judged no",
    Verdict.BOTH: "kept or judged no",
}

_STRATA = """
SELECT relation, kept, bin, count(*) FROM framed GROUP BY ALL ORDER BY relation, kept, bin
"""


def spread(sizes: Sequence[int], count: int, seed: int) -> list[int]:
    """How many claims each stratum gives: every k-th of all of them in a row.

    >>> spread([50, 30, 20], 10, seed=0)
    [5, 3, 2]
    """
    total = sum(sizes)
    if count >= total:
        return list(sizes)
    start = int(digest("start", str(seed)), 16) % total
    shares, before = [], 0
    for size in sizes:
        # Claim number n is taken where (n * count + start) passes a multiple of the total.
        first, last = before * count + start, (before + size) * count + start
        shares.append(last // total - first // total)
        before += size
    return shares


def _note_quotas(con: DuckDBPyConnection, strata: list[Any], shares: list[int]) -> None:
    relations, kept, bins, sizes = zip(*strata, strict=True)
    bounds = map(_bound, shares, sizes)
    columns = {"relation": relations, "kept": kept, "bin": bins, "quota": shares, "bound": bounds}
    told = pa.table({name: list(values) for name, values in columns.items()}, _QUOTAS)
    con.register("quotas", told)


_QUOTAS = pa.schema(
    [
        ("relation", pa.string()),
        ("kept", pa.bool_()),
        ("bin", pa.int32()),
        ("quota", pa.int64()),
        ("bound", pa.string()),
    ]
)


def _bound(quota: int, size: int) -> str:
    """A digest below which there are some twice as many claims as wanted, so that few are sorted.

    >>> _bound(10, 400), _bound(10, 20)
    ('1999999a', 'g')
    """
    share = (2 * quota + 20) / size
    return f"{round(share * 2**32):08x}" if share < 1 else "g"


def _drawn(seed: int) -> str:
    """The SQL of the claims whose turns come first in their strata.

    A turn is an MD5 of seed and claim, because that is the same in every engine and version.
    """
    turn = f"md5('{int(seed)} ' || f.pair || ' ' || f.relation || ' ' || f.surface)"
    return f"""
        WITH near AS (
            SELECT f.pair, f.relation, f.surface, f.id, f.kept, f.bin, q.quota,
                {turn} AS turn
            FROM framed f JOIN quotas q ON q.relation = f.relation AND q.kept = f.kept
                AND q.bin IS NOT DISTINCT FROM f.bin
            WHERE {turn} < q.bound
        )
        SELECT * FROM near QUALIFY row_number() OVER (
            PARTITION BY relation, kept, bin ORDER BY turn, id
        ) <= quota"""


_WITH_PRODUCTS = """
WITH ends AS (
    SELECT h.start, min(h."end") AS a, max(h."end") AS b
    FROM has_product h SEMI JOIN drawn ON drawn.pair = h.start GROUP BY h.start
)
SELECT d.id, d.pair, d.relation, d.surface, d.kept,
    coalesce(p.title, e.a), coalesce(q.title, e.b), p.image, q.image
FROM drawn d JOIN ends e ON e.start = d.pair
LEFT JOIN products p ON p.id = e.a LEFT JOIN products q ON q.id = e.b
"""


def _claim(row: tuple[Any, ...]) -> Drawn:
    known, pair, relation, surface, kept, title_a, title_b, image_a, image_b = row
    identity = known or claim_id(pair, relation, surface)
    return Drawn(identity, relation, surface, kept, (title_a, title_b), (image_a, image_b))
