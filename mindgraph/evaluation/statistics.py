"""Counts of a finished run: per stage, per relation, per category, coverage, top concepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mindgraph.evaluation.tables import one, open_tables, rows, show_replies

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
    with open_tables(run) as con:
        return {
            "run": manifest["run"],
            "stages": [_stage(told) for told in manifest["stages"] if "in" in told],
            "nodes": manifest["nodes"],
            "edges": {name: rows for name, rows in manifest["edges"].items() if rows},
            "relations": rows(con, _BY_RELATION),
            "categories": rows(con, _BY_CATEGORY),
            "coverage": one(con, _COVERAGE),
            **_asked(con, run),
            "concepts": rows(con, _TOP_CONCEPTS),
        }


def _asked(con: Any, run: Path) -> dict[str, Any]:
    """What a model was asked, and how its verdicts fell; nothing where none was asked."""
    told: dict[str, Any] = {"replies": [], "verdicts": [], "verdicts_by_category": []}
    if show_replies(con, "replies", run / "replies/record.parquet"):
        told["replies"] = rows(con, _REPLIES)
    if show_replies(con, "verdicts", run / "replies/verdicts.parquet"):
        told["verdicts"] = rows(con, _VERDICTS)
        told["verdicts_by_category"] = rows(con, _VERDICTS_BY_CATEGORY)
    return told


def _stage(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("name", "in", "out", "dropped")}
