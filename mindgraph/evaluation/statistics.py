"""Counts of a finished run: per stage, per relation, per category, coverage, top concepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_BY_CATEGORY = """
SELECT p.category, count(DISTINCT h.start) AS pairs, count(DISTINCT s.id) AS statements
FROM products p JOIN has_product h ON h."end" = p.id LEFT JOIN stated s ON s.start = h.start
WHERE p.category IS NOT NULL GROUP BY p.category ORDER BY pairs DESC, p.category LIMIT 25
"""

_TOP_CONCEPTS = """
SELECT c.name AS concept, count(DISTINCT h.start) AS intentions, count(s.id) AS statements
FROM has_concept h JOIN concepts c ON c.id = h."end" LEFT JOIN stated s ON s."end" = h.start
GROUP BY c.name ORDER BY statements DESC, concept LIMIT 20
"""

_BY_RELATION = """
SELECT relation, count(*) AS statements, count(DISTINCT start) AS pairs,
    count(DISTINCT "end") AS intentions, round(avg(agreement), 4) AS agreement,
    round(avg(typicality), 4) AS typicality
FROM stated GROUP BY relation ORDER BY statements DESC, relation
"""

_VERDICTS = """
SELECT relation, count(*) AS judged, count(*) FILTER (WHERE kept) AS kept,
    count(*) FILTER (WHERE verdict = 'unparsed') AS unparsed,
    round(count(*) FILTER (WHERE kept) / count(*), 4) AS kept_rate, round(avg(p_yes), 4) AS p_yes,
    round(avg(mass), 4) AS mass, count(spoken) AS spoken
FROM verdicts GROUP BY relation ORDER BY judged DESC, relation
"""

_VERDICTS_BY_CATEGORY = """
SELECT p.category, count(DISTINCT v.id) AS judged,
    count(DISTINCT v.id) FILTER (WHERE v.kept) AS kept,
    round(count(DISTINCT v.id) FILTER (WHERE v.kept) / count(DISTINCT v.id), 4) AS kept_rate
FROM verdicts v JOIN has_product h ON h.start = v.pair JOIN products p ON p.id = h."end"
WHERE p.category IS NOT NULL GROUP BY p.category ORDER BY judged DESC, p.category LIMIT 25
"""

_REPLIES = """
SELECT step, count(*) AS replies, sum(tokens_in) AS tokens_in, sum(tokens_cached) AS tokens_cached,
    sum(tokens_out) AS tokens_out, round(sum(seconds), 1) AS seconds, max(attempts) AS attempts,
    string_agg(DISTINCT way, ', ' ORDER BY way) AS ways, max(difference) AS difference
FROM replies GROUP BY step ORDER BY step
"""

_COVERAGE = """
SELECT (SELECT count(*) FROM pairs) AS pairs,
    (SELECT count(DISTINCT start) FROM stated) AS pairs_with_intention,
    (SELECT count(*) FROM products) AS products,
    (SELECT count(DISTINCT "end") FROM has_product) AS products_in_pairs,
    (SELECT count(*) FROM intentions) AS intentions,
    (SELECT count(DISTINCT start) FROM has_concept) AS intentions_with_concept
"""


def statistics(run: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """All counts of a run as plain data, from its manifest and its Parquet tables."""
    import duckdb

    with duckdb.connect() as con:
        for view, file in (
            ("products", "nodes/Product"),
            ("pairs", "nodes/CoBuy"),
            ("intentions", "nodes/Intention"),
            ("concepts", "nodes/Concept"),
            ("has_product", "edges/HAS_PRODUCT"),
            ("has_concept", "edges/HAS_CONCEPT"),
        ):
            con.read_parquet(str(run / f"{file}.parquet")).create_view(view)
        con.read_parquet(_statement_files(run)).create_view("stated")
        return {
            "run": manifest["run"],
            "stages": [_stage(told) for told in manifest["stages"] if "in" in told],
            "nodes": manifest["nodes"],
            "edges": {name: rows for name, rows in manifest["edges"].items() if rows},
            "relations": _rows(con, _BY_RELATION),
            "categories": _rows(con, _BY_CATEGORY),
            "coverage": _rows(con, _COVERAGE)[0],
            **_asked(con, run),
            "concepts": _rows(con, _TOP_CONCEPTS),
        }


def _asked(con: Any, run: Path) -> dict[str, Any]:
    """What a model was asked, and how its verdicts fell; nothing where none was asked."""
    told: dict[str, Any] = {"replies": [], "verdicts": [], "verdicts_by_category": []}
    replies, verdicts = run / "replies/record.parquet", run / "replies/verdicts.parquet"
    if replies.exists():
        con.read_parquet(str(replies)).create_view("replies")
        told["replies"] = _rows(con, _REPLIES)
    if verdicts.exists():
        con.read_parquet(str(verdicts)).create_view("verdicts")
        told["verdicts"] = _rows(con, _VERDICTS)
        told["verdicts_by_category"] = _rows(con, _VERDICTS_BY_CATEGORY)
    return told


def _statement_files(run: Path) -> list[str]:
    from mindgraph.relations import RELATIONS

    names = (relation.edge_type for relation in RELATIONS.values())
    return [str(run / "edges" / f"{name}.parquet") for name in names]


def _stage(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("name", "in", "out", "dropped")}


def _rows(con: Any, sql: str) -> list[dict[str, Any]]:
    found = con.sql(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
