"""All that a report says of a run, gathered from its manifest and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.report.cost import Cost, cost
from mindgraph.evaluation.report.flow import Lane, lanes
from mindgraph.evaluation.report.provenance import Provenance, provenance
from mindgraph.evaluation.report.samples import LeftOut, Ranked, left_out, ranked
from mindgraph.evaluation.report.scores import Scores, scores
from mindgraph.evaluation.statistics import statistics
from mindgraph.evaluation.tables import open_tables, rows
from mindgraph.relations import RELATIONS

if TYPE_CHECKING:
    from mindgraph.evaluation.audit import Audit

AUDITED = 50_000
"""Statements up to which a report holds an audit: its cost grows with the number of wordings."""


@dataclass(frozen=True)
class Facts:
    """What a report says; `audit` is None where the run is too large to be audited in passing."""

    name: str
    run: str
    counts: Mapping[str, int]
    lanes: tuple[Lane, ...]
    left_out: tuple[LeftOut, ...]
    relations: tuple[Mapping[str, Any], ...]
    scores: tuple[Scores, ...]
    concepts: tuple[Mapping[str, Any], ...]
    intentions: tuple[Mapping[str, Any], ...]
    categories: tuple[Mapping[str, Any], ...]
    ranked: Ranked
    cost: Cost
    provenance: Provenance
    audit: Audit | None


_INTENTIONS = "SELECT text, support FROM intentions ORDER BY support DESC, text, id LIMIT 15"


def facts(run: Path, manifest: Mapping[str, Any]) -> Facts:
    """What a report says of a finished run; RunError where a table of it cannot be read."""
    with open_tables(run) as con:
        counted = statistics(run, dict(manifest))
        return Facts(
            name=manifest["config"]["name"],
            run=manifest["run"],
            counts=_counts(manifest, counted["coverage"]),
            lanes=lanes(manifest["stages"]),
            left_out=left_out(con, run, manifest["stages"]),
            relations=_relations(counted),
            scores=scores(con, run, _threshold(manifest)),
            concepts=tuple(counted["concepts"]),
            intentions=tuple(rows(con, _INTENTIONS)),
            categories=tuple(counted["categories"]),
            ranked=ranked(con),
            cost=cost(manifest, counted["replies"]),
            provenance=provenance(con, manifest),
            audit=_audit(run, manifest),
        )


def _counts(manifest: Mapping[str, Any], coverage: Mapping[str, int]) -> dict[str, int]:
    pictures = (stage["out"] for stage in manifest["stages"] if stage["name"] == "pictures")
    return {
        **manifest["nodes"],
        **coverage,
        "statements": _stated(manifest),
        "pictures": sum(pictures),
    }


def _stated(manifest: Mapping[str, Any]) -> int:
    return sum(manifest["edges"][relation.edge_type] for relation in RELATIONS.values())


def _relations(counted: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Every relation that has statements or verdicts, with its phrase and its kept rate."""
    judged = {row["relation"]: row for row in counted["verdicts"]}
    stated = {row["relation"]: row for row in counted["relations"]}
    return tuple(
        {
            "relation": name,
            "phrase": RELATIONS[name].phrase or None,
            **{
                part: stated.get(name, {}).get(part, 0)
                for part in ("statements", "pairs", "intentions")
            },
            **{part: stated.get(name, {}).get(part) for part in ("agreement", "typicality")},
            **{part: judged.get(name, {}).get(part) for part in ("judged", "kept_rate")},
        }
        for name in dict.fromkeys([*stated, *judged])
    )


def _threshold(manifest: Mapping[str, Any]) -> float | None:
    generate = manifest["config"]["intentions"]["generate"] or {}
    wanted = generate.get("filter", {})
    return wanted.get("threshold") if wanted.get("way") == "p_yes" else None


def _audit(run: Path, manifest: Mapping[str, Any]) -> Audit | None:
    from mindgraph.evaluation.audit import audit

    return audit(run, worst=5) if _stated(manifest) <= AUDITED else None
