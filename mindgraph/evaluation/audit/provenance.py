"""Where a statement is from: its pair and titles, who said it, and the row of its source."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mindgraph.evaluation.audit.findings import Said
from mindgraph.evaluation.tables import rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SAID = """
WITH wanted AS (SELECT * FROM stated WHERE id IN (SELECT unnest(CAST(? AS VARCHAR[])))),
titled AS (
    SELECT h.start AS pair, list(coalesce(p.title, h."end") ORDER BY h."end") AS titles
    FROM has_product h LEFT JOIN products p ON p.id = h."end"
    WHERE h.start IN (SELECT start FROM wanted) GROUP BY h.start
),
placed AS (
    SELECT pair, relation, text, min({file: file, row: row}) AS place FROM claims_read
    WHERE pair IN (SELECT start FROM wanted) AND file IS NOT NULL GROUP BY pair, relation, text
)
SELECT w.id, w.start AS pair, t.titles, w.relation, i.text AS intention, w.surface, w.agreement,
    c.source, r.model, r.prompt, l.place.file AS file, l.place.row AS row
FROM wanted w JOIN titled t ON t.pair = w.start JOIN pairs c ON c.id = w.start
JOIN intentions i ON i.id = w."end" LEFT JOIN runs r ON r.id = w.run
LEFT JOIN placed l ON l.pair = w.start AND l.relation = w.relation AND l.text = w.surface
ORDER BY w.id
"""


def provenance(con: DuckDBPyConnection, run: Path, ids: Sequence[str]) -> dict[str, Said]:
    """Statements by their keys; file and row where they came ready-made and the run still knows."""
    _note_claims(con, run)
    found = rows(con, _SAID, list(ids))
    return {row["id"]: Said(**{**row, "titles": tuple(row["titles"])}) for row in found}


def _note_claims(con: DuckDBPyConnection, run: Path) -> None:
    """Show what was read of ready-made rows; the stages of a run may have been thrown away."""
    files = sorted(run.glob("stages/read_intentions_*/*/claims.parquet"))
    if files:
        con.read_parquet([glob.escape(str(file)) for file in files]).create_view("claims_read")
    else:
        nothing = {"pair": "", "relation": "", "text": "", "file": "", "row": 0}
        columns = ", ".join(f"{value!r} AS {name}" for name, value in nothing.items())
        con.execute(f"CREATE VIEW claims_read AS SELECT {columns} WHERE false")
