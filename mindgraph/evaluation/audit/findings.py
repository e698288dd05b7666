"""What an audit says: measures, the places to look at first, and where each statement is from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.tables import rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Figures = dict[str, Any]
"""Named numbers and texts, in the order in which they are to be shown."""


@dataclass(frozen=True)
class Finding:
    """One place to look at: what was found there, and the keys of statements that show it."""

    figures: Figures
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """How many of what are at fault, further figures, and the worst places.

    `found` of `total` things, named by `of`, are at fault. Where nothing could be measured, `total`
    is 0 and `unmeasured` says why.
    """

    name: str
    of: str
    found: int
    total: int
    figures: Figures
    worst: tuple[Finding, ...]
    unmeasured: str = ""

    @property
    def share(self) -> float | None:
        """`found` / `total`, in [0, 1]; None where nothing could be measured."""
        return share(self.found, self.total)


@dataclass(frozen=True)
class Said:
    """A statement with all that says where it is from: pair, model, prompt, row of its source."""

    id: str
    pair: str
    titles: tuple[str, ...]
    relation: str
    intention: str
    surface: str
    agreement: float | None
    source: str | None
    model: str | None
    prompt: str | None
    file: str | None
    row: int | None


@dataclass(frozen=True)
class Audit:
    """The weak spots of one graph; `said` tells every statement that a finding names."""

    run: str
    statements: int
    measures: tuple[Measure, ...]
    kept: dict[str, list[Figures]]
    said: dict[str, Said]

    def as_dict(self) -> dict[str, Any]:
        """The audit as plain data, each measure with its share."""
        told = asdict(self)
        for measure, plain in zip(self.measures, told["measures"], strict=True):
            plain["share"] = measure.share
        return told


def share(part: int, whole: int) -> float | None:
    """A part of a whole to six digits; None of nothing."""
    return round(part / whole, 6) if whole else None


EXAMPLES = 3
"""Statements shown of an intention that many make."""

_EXAMPLES = f"""
SELECT "end" AS intention, min(id, {EXAMPLES}) AS ids FROM stated
WHERE "end" IN (SELECT unnest(CAST(? AS VARCHAR[]))) GROUP BY "end"
"""


def of_intentions(con: DuckDBPyConnection, found: Sequence[Figures]) -> tuple[Finding, ...]:
    """Rows about an `intention` each, in their order, shown by the first statements of it."""
    wanted = [row["intention"] for row in found]
    shown = {row["intention"]: row["ids"] for row in rows(con, _EXAMPLES, wanted)}
    return tuple(
        Finding(without(row, "intention"), tuple(shown[row["intention"]])) for row in found
    )


def of_statements(found: Iterable[Figures]) -> tuple[Finding, ...]:
    """Rows that name, in the list `statements`, what shows them."""
    return tuple(
        Finding(without(row, "statements"), tuple(dict.fromkeys(row["statements"])))
        for row in found
    )


def without(row: Figures, name: str) -> Figures:
    """A row less one of its columns."""
    return {key: value for key, value in row.items() if key != name}
