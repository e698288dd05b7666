"""Pairs of products: link tables, mined order lines, and what makes a pair worth keeping.

Whatever a pair comes from, (a, b) and (b, a) are one, and `source` says what it really is:
orders of customers, a shop's also-buy list, or what a merchant chose to show together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from mindgraph.records import COBUY, LINK, ORDER_LINE, RANKS, Outcome, rejected
from mindgraph.rows import columns_of, need_columns
from mindgraph.text import clean, iri_safe, plain, words


def read_links(
    batch: pa.RecordBatch,
    columns: Mapping[str, Any],
    source: str,
    sources: Mapping[str, str],
    file: str,
    place: int,
) -> Outcome:
    """A batch of a link table as claims that two products belong together."""
    good, bad = [], []
    names = [name for name in columns.values() if name]
    need_columns(batch, names, file)
    rows = columns_of(batch, names).to_pylist()
    for row in rows:
        at = {"file": file, "row": row["_row"]}
        cells = {field: clean(row[name] or "") for field, name in columns.items() if name}
        try:
            if row["_error"]:
                raise _WrongRowError("malformed row", "", row["_error"])
            link = _link(cells, columns, source, sources)
            good.append({**link, "open": False, "rank": place * RANKS + row["_row"], **at})
        except _WrongRowError as problem:
            bad.append({**problem.told, **at})
    tables = {"links": pa.Table.from_pylist(good, LINK), "rejected": rejected(bad)}
    return Outcome(len(rows), tables)


class _WrongRowError(ValueError):
    def __init__(self, reason: str, field: str, detail: str = "") -> None:
        super().__init__(reason)
        self.told = {"reason": reason, "field": field, "detail": detail}


def _link(
    cells: Mapping[str, str],
    columns: Mapping[str, Any],
    source: str,
    sources: Mapping[str, str],
) -> dict[str, Any]:
    # Ids are read as in a product table, else the two would not meet.
    ends = {side: iri_safe(plain(cells[side])) for side in ("a", "b")}
    for side, end in ends.items():
        if not end:
            raise _WrongRowError("missing value", columns[side])
    return {
        **ends,
        "support": _number(cells.get("support"), _whole, columns["support"]),
        "lift": _number(cells.get("lift"), float, columns["lift"]),
        "source": sources.get(cells.get("source", ""), cells.get("source") or source),
    }


def _whole(cell: str) -> int:
    """A count, also where a table wrote it as 3.0."""
    number = float(cell)
    if not number.is_integer() or number < 0:
        raise ValueError(cell)
    return int(number)


def _number(cell: str | None, kind: Callable[[str], Any], field: str) -> Any:
    try:
        number = kind(cell) if cell else None
    except ValueError:
        number = _NO_NUMBER
    # NaN and infinity are no counts, and what is larger does not fit a column.
    if number is not None and not abs(number) < _NO_NUMBER:
        raise _WrongRowError("bad number", field, str(cell))
    return number


_NO_NUMBER = 1 << 63


def read_orders(batch: pa.RecordBatch, columns: Mapping[str, Any], file: str) -> Outcome:
    """A batch of order lines: which product was in which order."""
    good, bad = [], []
    names = [columns["order"], columns["product"]]
    need_columns(batch, names, file)
    rows = columns_of(batch, names).to_pylist()
    for row in rows:
        at = {"file": file, "row": row["_row"]}
        order, product = clean(row[columns["order"]] or ""), plain(row[columns["product"]] or "")
        if row["_error"]:
            bad.append({"reason": "malformed row", "detail": row["_error"], **at})
        elif not (order and product):
            field = columns["product"] if order else columns["order"]
            bad.append({"reason": "missing value", "field": field, **at})
        else:
            good.append({"order": order, "product": iri_safe(product), **at})
    tables = {"lines": pa.Table.from_pylist(good, ORDER_LINE), "rejected": rejected(bad)}
    return Outcome(len(rows), tables)


# Order lines that count: of known products, each product once an order. `lines` are all read.
BASKETS = """
WITH placed AS (
    SELECT l.*,
        row_number() OVER (PARTITION BY l."order", l.product ORDER BY l.file, l.row) AS place
    FROM lines l JOIN products p ON p.id = l.product
)
"""

BASKET_LINES = BASKETS + 'SELECT "order", product FROM placed WHERE place = 1'

BASKET_REJECTED = (
    BASKETS
    + """
SELECT 'unknown product' AS reason, l.file, l.row, 'product' AS field, l.product AS item,
    CAST(NULL AS VARCHAR) AS detail
FROM lines l LEFT JOIN products p ON p.id = l.product WHERE p.id IS NULL
UNION ALL
SELECT 'order line again', file, row, 'product', product, "order" FROM placed WHERE place > 1
"""
)

# Baskets small enough to say that their products go together; a huge order says nothing.
SIZES = """
WITH sizes AS (SELECT "order", count(*) AS size FROM baskets GROUP BY "order"),
small AS (
    SELECT b."order", b.product FROM baskets b
    JOIN sizes z ON z."order" = b."order", settings s WHERE z.size <= s.max_order_size
)
"""

SMALL_BASKETS = SIZES + 'SELECT "order", product FROM small'

LARGE_BASKETS = (
    SIZES
    + """
SELECT 'order too large' AS reason, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row,
    'order' AS field, b.product AS item, b."order" AS detail
FROM baskets b JOIN sizes z ON z."order" = b."order", settings s WHERE z.size > s.max_order_size
"""
)

# How often two products share an order; lift = P(a, b) / (P(a) P(b)) over all orders.
MINED = f"""
WITH orders AS (SELECT count(DISTINCT "order") AS n FROM baskets),
sold AS (SELECT product, count(*) AS n FROM baskets GROUP BY product),
together AS (
    SELECT x.product AS a, y.product AS b, count(*) AS support
    FROM baskets x JOIN baskets y ON x."order" = y."order" AND x.product < y.product
    GROUP BY x.product, y.product
)
SELECT t.a, t.b, t.support,
    CAST(t.support AS DOUBLE) * o.n / (CAST(sa.n AS DOUBLE) * sb.n) AS lift,
    s.source, false AS open, s.place * {RANKS} AS rank,
    CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row
FROM together t JOIN sold sa ON sa.product = t.a JOIN sold sb ON sb.product = t.b,
    orders o, settings s
"""

STRONG = f"""
SELECT m.* FROM ({MINED}) m, settings s
WHERE m.support >= s.min_support AND m.lift >= s.min_lift
"""

WEAK = f"""
SELECT CASE WHEN m.support < s.min_support THEN 'support too small' ELSE 'lift too small' END
    AS reason, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row, 'support' AS field,
    m.a AS item, m.b AS detail
FROM ({MINED}) m, settings s WHERE m.support < s.min_support OR m.lift < s.min_lift
"""

MINED_SEEN = f"SELECT count(*) FROM ({MINED})"

# One row a link, its ends in order, with what is wrong with it; the first claim of a pair wins.
_CHECKED = """
WITH facing AS (
    SELECT CASE WHEN a < b THEN a ELSE b END AS a, CASE WHEN a < b THEN b ELSE a END AS b,
        support, lift, source, open, rank, file, row
    FROM links
),
checked AS (
    SELECT f.*, CASE
        WHEN f.a = f.b THEN 'paired with itself'
        WHEN (pa.id IS NULL OR pb.id IS NULL) AND f.open THEN 'partner outside the catalogue'
        WHEN pa.id IS NULL OR pb.id IS NULL THEN 'unknown product'
        END AS wrong,
        CASE WHEN pa.id IS NULL THEN f.a ELSE f.b END AS item
    FROM facing f LEFT JOIN products pa ON pa.id = f.a LEFT JOIN products pb ON pb.id = f.b
),
placed AS (
    SELECT c.*, row_number() OVER (PARTITION BY a, b ORDER BY rank, source) AS place
    FROM checked c WHERE c.wrong IS NULL
)
"""

CANDIDATES = (
    _CHECKED
    + """
SELECT p.a, p.b, p.support, p.lift, p.source, x.title AS title_a, y.title AS title_b,
    x.variant_of AS variant_a, y.variant_of AS variant_b
FROM placed p JOIN products x ON x.id = p.a JOIN products y ON y.id = p.b
WHERE p.place = 1 ORDER BY p.a, p.b
"""
)

CANDIDATES_REJECTED = (
    _CHECKED
    + """
SELECT wrong AS reason, file, row, 'product' AS field, item, a AS detail FROM checked
WHERE wrong IS NOT NULL
UNION ALL
SELECT 'same pair again', file, row, 'product', a, b FROM placed WHERE place > 1
"""
)

# Links that intention rows imply are one a pair by nature: a repeat is no row left out.
IMPLIED_REJECTED = (
    _CHECKED
    + """
SELECT wrong AS reason, file, row, 'product' AS field, item, a AS detail FROM checked
WHERE wrong IS NOT NULL
"""
)

IMPLIED_SEEN = (
    _CHECKED
    + """
SELECT (SELECT count(*) FROM placed WHERE place = 1)
    + (SELECT count(*) FROM checked WHERE wrong IS NOT NULL)
"""
)


def sift_pairs(
    batch: pa.RecordBatch,
    pair_id: Callable[[str, str], str],
    same_title: float,
    keep_variants: bool,
) -> Outcome:
    """Drop pairs of one product under two ids: near-identical titles, and variants.

    `same_title` is the share at which two titles are one (rapidfuzz's token sort ratio).
    """
    good, bad = [], []
    for row in batch.to_pylist():
        reason = None if keep_variants else _variants(row)
        reason = reason or _near_identical(row, same_title)
        if reason:
            bad.append({"reason": reason, "field": "title", "item": row["a"], "detail": row["b"]})
        else:
            good.append(
                {**{name: row.get(name) for name in COBUY.names}, "id": pair_id(row["a"], row["b"])}
            )
    tables = {"pairs": pa.Table.from_pylist(good, COBUY), "rejected": rejected(bad)}
    return Outcome(len(batch), tables)


# What tells two variants of one product apart: a size with its unit anywhere, and colours, sizes
# and numbers after the first comma, dash or bracket. Elsewhere they are names: white pepper is no
# variant of black pepper, USB 2.0 none of USB 3.0.
_UNITS = r"(?:inch(?:es)?|in|cm|mm|ft|oz|ml|kg|lbs?|g|l|pack|count|ct|pieces?|pcs)"
_SIZE = re.compile(
    rf"\b\d+(?:[.,]\d+)?\s*{_UNITS}\b|\b(?:pack|set|size) of \d+\b",
    re.IGNORECASE,
)
_REST = re.compile(r",|\s[-–]\s|\(|/")
_VARYING = frozenset(
    "xs s m l xl xxl xxxl small medium large size pack count black white gray grey red orange "
    "yellow green blue purple pink brown beige silver gold navy teal multi".split()
)


def _variants(row: Mapping[str, Any]) -> str | None:
    """Two sizes or colours of one product: said by the catalogue, or by titles that differ so."""
    if row["variant_a"] and row["variant_a"] == row["variant_b"]:
        return "variants of one product"
    one, other = row["title_a"], row["title_b"]
    same = _bare(one) == _bare(other) and words(one) != words(other)
    return "variants of one product" if same else None


def _bare(title: str) -> list[str]:
    """The words of a title without its size and colour."""
    name, *rest = _REST.split(_SIZE.sub(" ", title), maxsplit=1)
    more = (word for word in words(" ".join(rest)) if word not in _VARYING)
    return words(name) + [word for word in more if not word[0].isdigit()]


def _near_identical(row: Mapping[str, Any], same_title: float) -> str | None:
    from rapidfuzz.fuzz import token_sort_ratio

    likeness = token_sort_ratio(row["title_a"].casefold(), row["title_b"].casefold()) / 100
    return "near-identical titles" if likeness >= same_title else None


# A pair must be among the strongest of both its products; ties are broken by the other's id.
_RANKED = """
WITH ends AS (
    SELECT id, a AS product, b AS other, support, lift FROM pairs
    UNION ALL SELECT id, b, a, support, lift FROM pairs
),
ranked AS (
    SELECT id, row_number() OVER (
        PARTITION BY product ORDER BY coalesce(support, 0) DESC, coalesce(lift, 0) DESC, other
    ) AS place FROM ends
),
worst AS (SELECT id, max(place) AS place FROM ranked GROUP BY id)
"""

CAPPED = (
    _RANKED
    + """
SELECT p.id, p.a, p.b, p.support, p.lift, p.source
FROM pairs p JOIN worst w ON w.id = p.id, settings s
WHERE w.place <= s.max_per_product ORDER BY p.id
"""
)

CAPPED_REJECTED = (
    _RANKED
    + """
SELECT 'over the cap per product' AS reason, CAST(NULL AS VARCHAR) AS file,
    CAST(NULL AS BIGINT) AS row, 'product' AS field, p.a AS item, p.b AS detail
FROM pairs p JOIN worst w ON w.id = p.id, settings s WHERE w.place > s.max_per_product
"""
)
