"""Runs side by side: what they differ in, and what came of it, as tidy rows.

Built for ablations (no pictures, no filter, another model, another prompt): everything compared is
a row of run, table, key and value, from which tables are laid out and figures can be drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.errors import InputError
from mindgraph.evaluation.audit import Audit, audit
from mindgraph.evaluation.audit.findings import share
from mindgraph.evaluation.differences import Difference, differences, things
from mindgraph.evaluation.tables import one, open_tables, rows, show_statements

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Row:
    """One number of one run: `key` says what of the table it is."""

    run: str
    table: str
    key: str
    value: float | int | None


@dataclass(frozen=True)
class Comparison:
    """Runs by the names they were given under, what they differ in, and all their rows."""

    runs: tuple[str, ...]
    differences: tuple[Difference, ...]
    rows: tuple[Row, ...]

    @property
    def things(self) -> list[str]:
        """What the runs differ in; exactly one makes the comparison an ablation."""
        return things(self.differences)

    @property
    def warning(self) -> str:
        """Why this is no ablation; empty where it is one."""
        if len(self.things) > 1:
            told = ", ".join(self.things)
            return f"no ablation: the runs differ in {len(self.things)} things: {told}"
        return "" if self.things else "no ablation: nothing that the runs tell differs"

    def tables(self) -> dict[str, dict[str, dict[str, float | int | None]]]:
        """The value by table, key and run; None where a run has none."""
        laid: dict[str, dict[str, dict[str, float | int | None]]] = {}
        for row in self.rows:
            keys = laid.setdefault(row.table, {})
            keys.setdefault(row.key, dict.fromkeys(self.runs))[row.run] = row.value
        return laid

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {**asdict(self), "things": self.things, "warning": self.warning}


_COUNTS = """
SELECT (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM pairs) AS pairs,
    (SELECT count(*) FROM stated) AS statements,
    (SELECT count(DISTINCT start) FROM stated) AS pairs_with_intention,
    (SELECT count(*) FROM intentions) AS intentions,
    (SELECT count(DISTINCT start) FROM has_concept) AS intentions_with_concept,
    (SELECT count(*) FROM concepts) AS concepts
"""

_RELATIONS = """
SELECT relation AS key, count(*) AS n, count(*) / sum(count(*)) OVER () AS share
FROM stated GROUP BY relation ORDER BY n DESC, key
"""

# A statement under several concepts counts under each: shares may sum to more than one.
_CONCEPTS = """
WITH counted AS (SELECT "end" AS intention, count(*) AS n FROM stated GROUP BY intention),
linked AS (SELECT sum(n) AS n FROM counted WHERE intention IN (SELECT start FROM has_concept))
SELECT k.name AS key, sum(c.n) AS n, sum(c.n) / any_value(l.n) AS share
FROM has_concept h JOIN counted c ON c.intention = h.start JOIN concepts k ON k.id = h."end",
    linked l
GROUP BY k.name ORDER BY n DESC, key
"""


def compare(runs: Mapping[str, Path], manifests: Sequence[Mapping[str, Any]]) -> Comparison:
    """Two or more finished runs by name, each with its manifest, in the same order."""
    found: list[Row] = []
    prompts = []
    for name, folder in runs.items():
        with open_tables(folder) as con:
            prompts.append(one(con, "SELECT min(prompt) AS prompt FROM runs")["prompt"])
            found += _counted(con, name)
        found += [*_audited(audit(folder, worst=0), name), *_evaluated(folder, name)]
    found += _overlaps(runs)
    order = {table: place for place, table in enumerate(_TABLES)}
    found.sort(key=lambda row: order[row.table])
    return Comparison(tuple(runs), tuple(differences(manifests, prompts)), tuple(found))


_TABLES = (
    "counts",
    "shared statements",
    "shared of either",
    "kept rate",
    "audit",
    "evaluation",
    "relation count",
    "relation share",
    "concept count",
    "concept share",
)


def _counted(con: DuckDBPyConnection, run: str) -> Iterator[Row]:
    for key, value in one(con, _COUNTS).items():
        yield Row(run, "counts", key, value)
    for table, query in (("relation", _RELATIONS), ("concept", _CONCEPTS)):
        for row in rows(con, query):
            yield Row(run, f"{table} count", row["key"], int(row["n"]))
            yield Row(run, f"{table} share", row["key"], round(row["share"], 6))


def _audited(found: Audit, run: str) -> Iterator[Row]:
    """The headline shares, and kept rates: of all claims, then by relation."""
    for measure in found.measures:
        yield Row(run, "audit", measure.name, measure.share)
    for by in ("model", "relation"):
        for rate in found.kept[by]:
            yield Row(run, "kept rate", "all" if by == "model" else rate[by], rate["kept_rate"])


def _evaluated(folder: Path, run: str) -> Iterator[Row]:
    """Every number in the results that are kept with a run, `evaluation/*.json`."""
    for file in sorted(folder.glob("evaluation/*.json")):
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{file}: no JSON ({error}); write the result again") from None
        for key, value in _numbers(file.stem, told):
            yield Row(run, "evaluation", key, value)


def _numbers(key: str, told: Any) -> Iterator[tuple[str, float]]:
    if isinstance(told, (int, float)) and not isinstance(told, bool):
        yield key, told
    named = told.items() if isinstance(told, dict) else ()
    listed = zip(_names(told), told, strict=True) if isinstance(told, list) else ()
    for name, part in (*named, *listed):
        yield from _numbers(f"{key}.{name}", part)


def _names(listed: list[Any]) -> list[str]:
    """What the parts of a list are called: by their texts where these differ, else by place."""
    texts = [
        " ".join(text for text in part.values() if isinstance(text, str))
        for part in listed
        if isinstance(part, dict)
    ]
    told = len(texts) == len(listed) == len(set(texts)) and all(texts)
    return texts if told else [str(place) for place in range(1, len(listed) + 1)]


_OVERLAP = """
SELECT (SELECT count(*) FROM stated) AS own, (SELECT count(*) FROM others) AS others,
    (SELECT count(*) FROM stated SEMI JOIN others USING (id)) AS shared
"""


def _overlaps(runs: Mapping[str, Path]) -> Iterator[Row]:
    """Statements with one key (pair, relation, intention) in both of two runs, and of either."""
    for (name, folder), (other_name, other) in combinations(runs.items(), 2):
        with open_tables(folder) as con:
            show_statements(con, "others", other)
            n = one(con, _OVERLAP)
        either = n["own"] + n["others"] - n["shared"]
        for run, key in ((name, other_name), (other_name, name)):
            yield Row(run, "shared statements", key, n["shared"])
            yield Row(run, "shared of either", key, share(n["shared"], either))
