"""The weak spots of a graph, each as a share and as the places where a person should look.

Every measure is one function, with its definition and its source in its docstring. All are
computed by DuckDB from the run's tables, in bounded memory.
"""

from __future__ import annotations

from pathlib import Path

from mindgraph.evaluation.audit.ambiguity import property_ambiguity
from mindgraph.evaluation.audit.confusion import relation_confusion
from mindgraph.evaluation.audit.duplicates import near_duplicates
from mindgraph.evaluation.audit.findings import Audit, Finding, Measure, Said
from mindgraph.evaluation.audit.generic import generic_tails
from mindgraph.evaluation.audit.hubs import hub_concepts
from mindgraph.evaluation.audit.kept import kept_rates
from mindgraph.evaluation.audit.provenance import provenance
from mindgraph.evaluation.audit.rigidity import category_rigidity
from mindgraph.evaluation.audit.titles import title_copies
from mindgraph.evaluation.audit.wording import note_lemmas, note_spread
from mindgraph.evaluation.tables import one, open_tables

__all__ = ["MEASURES", "Audit", "Finding", "Measure", "Said", "audit"]

MEASURES = (
    category_rigidity,
    property_ambiguity,
    relation_confusion,
    generic_tails,
    hub_concepts,
    title_copies,
    near_duplicates,
)
"""The measures in the order in which they are told."""


def audit(run: Path, worst: int = 20) -> Audit:
    """Every measure of a run's graph, with at most `worst` findings each, and the kept rates."""
    with open_tables(run) as con:
        note_lemmas(con)
        note_spread(con)
        measures = tuple(measure(con, worst) for measure in MEASURES)
        named = {
            said for measure in measures for found in measure.worst for said in found.statements
        }
        return Audit(
            run=one(con, "SELECT min(id) AS id FROM runs")["id"],
            statements=one(con, "SELECT count(*) AS n FROM stated")["n"],
            measures=measures,
            kept=kept_rates(con),
            said=provenance(con, run, sorted(named)),
        )
