"""How statements become nodes and typed edges: one query per label and edge type.

The same intention said twice is one node with its support; the same statement said twice is one
edge. All tables come out sorted by their keys, so equal graphs are equal bytes.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from mindgraph.graph.schema import EDGES
from mindgraph.records import Outcome, category_ids
from mindgraph.relations import RELATIONS

CATEGORY = pa.schema(
    [("id", pa.string()), ("name", pa.string()), ("parent", pa.string()), ("product", pa.string())]
)
"""A category path or one above it; `product` is null for paths above a product's own."""


def categories(batch: pa.RecordBatch) -> Outcome:
    """The category paths of products (id, categories), with all paths above them."""
    rows: list[dict[str, Any]] = []
    for product, paths in zip(
        batch["id"].to_pylist(), batch["categories"].to_pylist(), strict=True
    ):
        for path in paths:
            rows += _path_rows(path, product)
    return Outcome(len(rows), {"categories": pa.Table.from_pylist(rows, CATEGORY)})


def _path_rows(path: str, product: str) -> list[dict[str, Any]]:
    ids = category_ids(path)
    names = path.split(" > ")[::-1]
    parents = [*ids[1:], None]
    owners = [product] + [None] * (len(ids) - 1)
    columns = zip(ids, names, parents, owners, strict=True)
    return [dict(zip(CATEGORY.names, row, strict=True)) for row in columns]


# The same intention said twice is one node; its text is its most frequent tail.
INTENTIONS = """
WITH counted AS (
    SELECT intention, tail, count(*) AS n FROM statements GROUP BY intention, tail
),
ranked AS (
    SELECT intention, tail, row_number() OVER (PARTITION BY intention ORDER BY n DESC, tail)
        AS place FROM counted
),
supported AS (
    SELECT intention, count(DISTINCT pair) AS support FROM statements GROUP BY intention
)
SELECT r.intention AS id, r.tail AS text, s.support
FROM ranked r JOIN supported s ON s.intention = r.intention
WHERE r.place = 1 ORDER BY r.intention
"""

# The same statement said twice is one edge; the best score and the first wording stand. Sorted by
# relation, so that the query of one edge type reads the row groups of that type alone.
STATEMENTS = """
SELECT id, pair, intention, relation, min(surface) AS surface, max(agreement) AS agreement,
    max(typicality) AS typicality, max(plausibility) AS plausibility
FROM statements GROUP BY id, pair, intention, relation
ORDER BY relation, pair, intention
"""

STATEMENTS_AGAIN = """
WITH again AS (SELECT id FROM statements GROUP BY id HAVING count(*) > 1),
placed AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.id ORDER BY s.surface) AS place
    FROM statements s JOIN again a ON a.id = s.id
)
SELECT 'same statement again' AS reason, CAST(NULL AS VARCHAR) AS file,
    CAST(NULL AS BIGINT) AS row, relation AS field, pair AS item, surface AS detail
FROM placed WHERE place > 1
"""

NODE_QUERIES = {
    "Product": """
        SELECT p.id, p.title, p.category, coalesce(i.path, p.image) AS image,
            p.description, f.feature
        FROM products p LEFT JOIN pictures i ON i.product = p.id
        LEFT JOIN features f ON f.product = p.id ORDER BY p.id""",
    "CoBuy": "SELECT id, support, lift, source FROM pairs ORDER BY id",
    "Intention": "SELECT id, text, support FROM intentions ORDER BY id",
    "Concept": """
        SELECT id, min(name) AS name FROM (
            SELECT concept AS id, name FROM links
            UNION ALL SELECT parent, parent_name FROM parents
        ) named GROUP BY id ORDER BY id""",
    "Category": "SELECT id, min(name) AS name FROM categories GROUP BY id ORDER BY id",
    "Run": """
        SELECT id, model, CAST(revision AS VARCHAR) AS revision, CAST(prompt AS VARCHAR) AS prompt,
            CAST(sampling AS VARCHAR) AS sampling, version FROM settings""",
}

EDGE_QUERIES = {
    "HAS_PRODUCT": """
        SELECT id AS start, a AS "end" FROM pairs UNION ALL SELECT id, b FROM pairs
        ORDER BY start, "end" """,
    "IN_CATEGORY": """
        SELECT DISTINCT product AS start, id AS "end" FROM categories
        WHERE product IS NOT NULL ORDER BY start, "end" """,
    "SUBCATEGORY_OF": """
        SELECT DISTINCT id AS start, parent AS "end" FROM categories
        WHERE parent IS NOT NULL ORDER BY start, "end" """,
    "HAS_CONCEPT": """
        SELECT intention AS start, concept AS "end", mention, probability FROM links
        ORDER BY start, "end" """,
    "SUBCONCEPT_OF": """
        SELECT DISTINCT concept AS start, parent AS "end", probability FROM parents
        ORDER BY start, "end" """,
    **{
        relation.edge_type: f"""
        SELECT pair AS start, intention AS "end", t.id, relation, surface,
            agreement, typicality, plausibility, s.id AS run
        FROM stated t, settings s WHERE relation = '{relation.name}' ORDER BY start, "end" """
        for relation in RELATIONS.values()
    },
}

if set(EDGE_QUERIES) != {edge.type for edge in EDGES}:  # pragma: no cover - a slip while editing
    raise AssertionError("every edge type of the schema needs its query")
