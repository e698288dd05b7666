"""Filled sheets read back: who voted what on which claim.

A vote that is none of those allowed leaves its row out; a row that is no longer the one that was
sampled, or a second vote of the same person on a claim, is an error of the sheet as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mindgraph.errors import InputError
from mindgraph.evaluation.annotation.ballot import (
    ANNOTATOR,
    CHECK,
    ID,
    NEEDED,
    QUESTIONS,
    SHOWN,
    Question,
    check_of,
    name_of,
)
from mindgraph.evaluation.annotation.sheets import read_sheet

Row = dict[str, str]


@dataclass(frozen=True)
class Judged:
    """A claim as it stood on a sheet."""

    id: str
    relation: str
    sentence: str


@dataclass(frozen=True)
class Votes:
    """All votes: by question a matrix of claims × annotators, NaN where nobody voted.

    `unsure` counts the votes withheld; `left_out` tells a line for each row with a vote that is
    none.
    """

    claims: tuple[Judged, ...]
    annotators: tuple[str, ...]
    cast: Mapping[str, NDArray[np.float64]]
    unsure: int
    left_out: tuple[str, ...]

    def any(self) -> bool:
        """Whether anybody voted."""
        return bool(self.annotators)

    def counts(self, question: Question) -> NDArray[np.int64]:
        """How often each claim (row) was given each value of the question's domain (column)."""
        matrix = self.cast[question.name]
        found: NDArray[np.int64] = (matrix[:, :, None] == np.array(question.domain)).sum(axis=1)
        return found


def read_votes(sheets: Sequence[Path]) -> Votes:
    """The votes of all sheets; rows of sheets without names are told apart by their sheet.

    InputError where a sheet lacks a column, where a row was edited, or somebody voted twice.
    """
    box = _Box()
    for path in sheets:
        for place, row in _rows(path):
            box.put(path, place, row)
    return box.counted()


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The rows of a sheet that hold anything, with their numbers as a spreadsheet shows them."""
    first, *rows = read_sheet(path)
    names = [name_of(heading) for heading in first]
    _check_names(path, names)
    for place, cells in enumerate(rows, start=2):
        if any(cell.strip() for cell in cells):
            filled = [*cells, *[""] * (len(names) - len(cells))]
            yield place, dict(zip(names, filled, strict=False))


def _check_names(path: Path, names: Sequence[str]) -> None:
    for needed in NEEDED:
        if needed not in names:
            raise InputError(
                f"{path}: has no column {needed!r}; vote in a sheet that `mindgraph sample` wrote"
            )
    for name in (*NEEDED, ANNOTATOR):
        if names.count(name) > 1:
            raise InputError(f"{path}: has the column {name!r} more than once; delete the others")


@dataclass
class _Box:
    """The votes as they come in."""

    claims: dict[str, Judged] = field(default_factory=dict)
    cast: dict[tuple[str, str], dict[str, int | None]] = field(default_factory=dict)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    unsure: int = 0
    left_out: list[str] = field(default_factory=list)

    def put(self, path: Path, place: int, row: Row) -> None:
        """Note the votes of one row."""
        where = f"{path}:{place}"
        if row[CHECK].strip() != check_of(row):
            raise InputError(
                f"{where}: {CHECK}: id, relation or sentence is not what was sampled"
                f"{_about(row)}; restore the row from the sheet as it was written, or delete it"
            )
        key = (row.get(ANNOTATOR, "").strip() or str(path), row[ID])
        if key in self.seen:
            raise InputError(
                f"{where}: {ID}: {key[0]} has this claim in {self.seen[key]} too; delete one of "
                "the rows, or name the annotators apart"
            )
        self.seen[key] = where
        self.claims.setdefault(row[ID], Judged(row[ID], row["relation"], row["sentence"]))
        self._count(key, where, row)

    def _count(self, key: tuple[str, str], where: str, row: Row) -> None:
        votes: dict[str, int | None] = {}
        for question in QUESTIONS:
            said = _said(row[question.name])
            if said and said not in question.votes:
                self.left_out.append(
                    f"{where}: {question.name}: {said[:40]!r} is no vote; write {question.allowed}"
                )
                return
            votes[question.name] = question.votes[said] if said else None
            self.unsure += bool(said) and votes[question.name] is None
        if any(vote is not None for vote in votes.values()):
            self.cast[key] = votes

    def counted(self) -> Votes:
        """All that came in, as matrices."""
        annotators = sorted({annotator for annotator, _ in self.cast})
        claims = sorted(self.claims.values(), key=lambda claim: claim.id)
        cast = {
            question.name: self._matrix(question.name, claims, annotators) for question in QUESTIONS
        }
        return Votes(tuple(claims), tuple(annotators), cast, self.unsure, tuple(self.left_out))

    def _matrix(
        self, question: str, claims: Sequence[Judged], annotators: Sequence[str]
    ) -> NDArray[np.float64]:
        matrix = np.full((len(claims), len(annotators)), np.nan)
        columns = {name: place for place, name in enumerate(annotators)}
        rows = {claim.id: place for place, claim in enumerate(claims)}
        for (annotator, identity), votes in self.cast.items():
            if (vote := votes[question]) is not None:
                matrix[rows[identity], columns[annotator]] = vote
        return matrix


def _about(row: Row) -> str:
    shown = next((row[name] for name in (ID, *SHOWN) if row.get(name)), "")
    return f" ({shown[:60]})" if shown else ""


def _said(cell: str) -> str:
    """A vote as it was meant: whatever its case, its apostrophe, or the blanks around it."""
    return " ".join(cell.replace("’", "'").lower().split())
