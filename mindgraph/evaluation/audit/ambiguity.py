"""Whether an intention tells the products it suits from others of their category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import EXAMPLES, Measure, of_statements, share
from mindgraph.evaluation.tables import one, rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PROPERTIES = 50
"""Title words per category that count as properties: the most frequent ones."""

PRODUCTS = 5
"""Products of a category that an intention must be stated of to be measured there."""

AMBIGUOUS, TELLING = 0.1, 0.5
"""Divergences (bits) below which an intention says nothing, and above which it says much."""

# A product without a category is in the category ''.
_PROPERTIES = f"""
CREATE TABLE properties AS
WITH named AS (
    SELECT p.id AS product, coalesce(p.category, '') AS category, unnest(t.words) AS word
    FROM titles t JOIN products p ON p.id = t.id
    WHERE t.id IN (SELECT "end" FROM has_product)
),
counted AS (SELECT category, word, count(*) AS n FROM named GROUP BY category, word),
common AS (
    SELECT * FROM counted
    QUALIFY row_number() OVER (PARTITION BY category ORDER BY n DESC, word) <= {PROPERTIES}
),
weighed AS (SELECT *, n / sum(n) OVER (PARTITION BY category) AS prior FROM common)
SELECT n.product, category, word, w.prior FROM named n JOIN weighed w USING (category, word)
"""

_SUITED = f"""
CREATE TABLE suited AS
SELECT DISTINCT s.intention, coalesce(p.category, '') AS category, p.id AS product
FROM stating s JOIN intentions i ON i.id = s.intention AND 2 * i.support >= {PRODUCTS}
JOIN has_product h ON h.start = s.pair JOIN products p ON p.id = h."end"
"""

# The divergence of what is used from what is not: a word that no product here has adds half its
# prior. Terms are summed as whole numbers, because a sum of reals depends on the order of rows.
_DIVERGENCES = f"""
CREATE TABLE divergences AS
WITH enough AS (
    SELECT intention, category, count(*) AS products FROM suited
    GROUP BY intention, category HAVING count(*) >= {PRODUCTS}
),
worded AS (
    SELECT intention, category, e.products, p.word, p.prior, count(*) AS n
    FROM suited s JOIN enough e USING (intention, category)
    JOIN properties p USING (category, product)
    GROUP BY intention, category, e.products, p.word, p.prior
),
weighed AS (
    SELECT *, n / sum(n) OVER (PARTITION BY intention, category) AS posterior FROM worded
),
terms AS (
    SELECT intention, category, products, posterior * log2(2 * posterior / (posterior + prior))
        + prior * log2(2 * prior / (posterior + prior)) - prior AS term
    FROM weighed
)
SELECT intention, category, products,
    abs(round((1 + sum(CAST(round(term * 1e9) AS BIGINT)) / 1e9) / 2, 4)) AS divergence
FROM terms GROUP BY intention, category, products
"""

_COUNTS = f"""
SELECT count(*) AS total, count(*) FILTER (WHERE divergence < {AMBIGUOUS}) AS found,
    count(*) FILTER (WHERE divergence > {TELLING}) AS telling, median(divergence) AS middle
FROM divergences
"""

_WORST = f"""
WITH worst AS (
    SELECT d.*, i.text FROM divergences d JOIN intentions i ON i.id = d.intention
    ORDER BY divergence, products DESC, intention, category LIMIT ?
)
SELECT w.text, nullif(w.category, '') AS category, w.products, w.divergence,
    min(s.id, {EXAMPLES}) AS statements
FROM worst w JOIN stated s ON s."end" = w.intention JOIN has_product h ON h.start = s.start
JOIN products p ON p.id = h."end" AND coalesce(p.category, '') = w.category
GROUP BY w.intention, w.text, w.category, w.products, w.divergence
ORDER BY w.divergence, w.products DESC, w.intention, w.category
"""


def property_ambiguity(con: DuckDBPyConnection, worst: int) -> Measure:
    """The share of intentions, within a category, that suit its products whatever they are like.

    Properties are the 50 most frequent title words of a category. Their distribution over the
    products that an intention is stated of is compared with that over all products of the
    category that were bought together with something: the Jensen-Shannon divergence in bits, in
    [0, 1]; below 0.1 the intention is ambiguous, above 0.5 it is `telling`. Measured where an
    intention is stated of five products of the category or more; few products diverge by chance,
    so the share is a lower bound. Products without a category are taken as one category. Source:
    Zhou et al., EMNLP 2024 (as for category rigidity), who take properties from product data: up
    to 20 % of FolkScope's pairs are below 0.1, and 2 % above 0.5.
    """
    for query in (_PROPERTIES, _SUITED, _DIVERGENCES):
        con.execute(query)
    counts = one(con, _COUNTS)
    return Measure(
        name="property ambiguity",
        of="intentions within a category",
        found=counts["found"],
        total=counts["total"],
        figures={
            "telling": share(counts["telling"], counts["total"]),
            "median_divergence": counts["middle"],
        },
        worst=of_statements(rows(con, _WORST, worst)),
        unmeasured="" if counts["total"] else f"no intention is stated of {PRODUCTS} products",
    )
