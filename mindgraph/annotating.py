"""A sample of a run's claims for people to judge, and what they say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mindgraph.errors import InputError, UsageError
from mindgraph.evaluation.annotation import ballot
from mindgraph.evaluation.annotation.claims import scores, show_claims
from mindgraph.evaluation.annotation.sampling import Drawn, Verdict, draw
from mindgraph.evaluation.annotation.sheets import MOST_ROWS, Column, kind_of, write_sheet
from mindgraph.evaluation.tables import open_tables
from mindgraph.exporters.files import new_file
from mindgraph.products.addresses import place_of
from mindgraph.products.pictures import ADDRESS, PictureRefused, find_picture
from mindgraph.records import digest
from mindgraph.runs import Left, read_manifest

if TYPE_CHECKING:
    from mindgraph.evaluation.annotation.findings import Findings
    from mindgraph.evaluation.annotation.votes import Votes


@dataclass(frozen=True)
class Sampled:
    """The sheets that were written, each with the same claims in an order of its own."""

    sheets: tuple[Path, ...]
    claims: int
    kept: int
    rejected: int
    pictures: int


def sample(
    run: str | Path,
    count: int,
    to: str | Path,
    *,
    annotators: int = 1,
    seed: int = 0,
    verdict: str = "both",
) -> Sampled:
    """Write `count` claims of a run as sheets for people to judge, one for each annotator.

    `verdict` is kept, rejected (judged no) or both, as far as the run still has them. Sheets are
    CSV or Excel by their name; of several, `sheet.csv` becomes `sheet-1.csv`, `sheet-2.csv`.
    Equal seeds give equal bytes. UsageError where a sheet is there already.
    """
    _check(count, annotators, verdict)
    folder, manifest, paths = Path(run), read_manifest(run), _paths(Path(to), annotators)
    with open_tables(folder) as con:
        show_claims(con, folder)
        drawn = draw(con, count, seed, Verdict(verdict))
    links = _Links(manifest, paths[0].parent)
    rows = [_row(claim, links) for claim in drawn]
    for number, path in enumerate(paths, start=1):
        _write(path, rows, str(seed), str(number) if annotators > 1 else "")
    kept = sum(claim.kept for claim in drawn)
    linked = sum(bool(row[name]) for row in rows for name in ballot.PICTURES)
    return Sampled(tuple(paths), len(drawn), kept, len(drawn) - kept, linked)


def _check(count: int, annotators: int, verdict: str) -> None:
    known = [one.value for one in Verdict]
    if verdict not in known:
        raise UsageError(f"{verdict}: no verdict; choose one of {', '.join(known)}")
    if not 1 <= count <= MOST_ROWS:
        raise UsageError(f"{count} claims: give a number from 1 to {MOST_ROWS:,}")
    if not 1 <= annotators <= 100:
        raise UsageError(f"--annotators {annotators}: give a number from 1 to 100")


def _paths(to: Path, annotators: int) -> list[Path]:
    """The sheets to write; none of them is there, because people's votes may be in it."""
    if kind_of(to) == ".xlsx":
        _need("openpyxl")
    numbers = [""] if annotators == 1 else [f"-{n}" for n in range(1, annotators + 1)]
    paths = [to.with_name(f"{to.stem}{number}{to.suffix}") for number in numbers]
    for path in paths:
        if _is_there(path):
            raise UsageError(f"{path}: is there already and may hold votes; name another file")
    return paths


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise UsageError(f"{path}: no name for a file ({error.strerror}); name another") from None


def _need(*packages: str) -> None:
    for package in packages:
        if find_spec(package) is None:
            raise UsageError(f"{package} is not installed: pip install 'mindgraph[annotate]'")


# ---- rows of a sheet

_LONGEST = 2000
"""Characters of a title, a sentence or an address: Excel cuts longer ones without a word."""


def _row(claim: Drawn, links: _Links) -> dict[str, str]:
    row = dict.fromkeys(ballot.HEADINGS, "")
    row |= {"id": claim.id, "relation": claim.relation, "sentence": claim.surface[:_LONGEST]}
    for end, title, image in zip("ab", claim.titles, claim.images, strict=True):
        row |= {f"title_{end}": title[:_LONGEST], f"picture_{end}": links.to(image)}
    return {**row, "check": ballot.check_of(row)}


def _write(path: Path, rows: Sequence[Mapping[str, str]], seed: str, annotator: str) -> None:
    """Write one annotator's sheet; the order is the seed's, and differs between annotators."""
    own = [{**row, "annotator": annotator} for row in rows]
    own.sort(key=lambda row: digest(seed, annotator, row["id"]))
    with new_file(path) as draft:
        write_sheet(draft, kind_of(path), _columns(), own, ballot.GUIDE)


def _columns() -> list[Column]:
    choices = {question.name: tuple(question.votes) for question in ballot.QUESTIONS}
    return [
        Column(name, heading, choices.get(name, ()), name in ballot.PICTURES)
        for name, heading in ballot.HEADINGS.items()
    ]


class _Links:
    """Where products' pictures are, as seen from the sheets' folder."""

    def __init__(self, manifest: Mapping[str, Any], below: Path) -> None:
        folder = manifest["config"].get("pictures", {}).get("folder")
        self._pictures = Path(folder) if folder else None
        self._below = below.resolve()

    def to(self, image: str | None) -> str:
        """A link to a product's picture; empty where there is none to go to.

        Pictures that lie below the sheets' folder are named from there, so that both can be sent
        away together.
        """
        try:
            return self._to(image) if image else ""
        except PictureRefused:
            return ""

    def _to(self, image: str) -> str:
        if re.match(ADDRESS, image, re.IGNORECASE):
            address = place_of(image, any_port=True).address
            return address if len(address) <= _LONGEST else ""
        if self._pictures is None:
            return ""
        found = find_picture(self._pictures, image)
        if found.is_relative_to(self._below):
            return quote(found.relative_to(self._below).as_posix())
        return found.as_uri()


# ---- votes

_VOTE = "vote out of range"


@dataclass(frozen=True)
class Counted:
    """What people say, and the rows that were left out because a vote in them is none."""

    findings: Findings
    left_out: tuple[Left, ...]


def agreement(
    *sheets: str | Path, run: str | Path | None = None, precision: float = 0.9
) -> Counted:
    """What filled sheets say: agreement, disagreements, and what holds by relation.

    With the run they were sampled from, also precision and recall of its scores against people,
    and the threshold for `precision`. InputError for a sheet that lacks a column, whose rows were
    edited, or that has no votes.
    """
    _need("numpy", "krippendorff", "sklearn", "statsmodels")
    from mindgraph.evaluation.annotation.findings import findings
    from mindgraph.evaluation.annotation.votes import read_votes

    if not 0 < precision <= 1:
        raise UsageError(f"--precision {precision:g}: give a share above 0, such as 0.9")
    paths = [Path(sheet) for sheet in sheets]
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError("give each sheet once: the same votes twice would agree with themselves")
    if any(path.suffix.lower() == ".xlsx" for path in paths):
        _need("openpyxl")
    votes = read_votes(paths)
    if not (votes.any() or votes.left_out):
        raise InputError(f"{paths[0]}: nobody has voted yet; fill in {ballot.PLAUSIBILITY.name}")
    told = _scores(Path(run), votes) if run else None
    return Counted(findings(votes, told, precision), _left_out(votes))


def _scores(run: Path, votes: Votes) -> dict[str, float | None]:
    read_manifest(run)
    with open_tables(run) as con:
        show_claims(con, run)
        found = scores(con, {claim.id: claim.relation for claim in votes.claims})
    if not found:
        raise UsageError(f"{run}: knows none of these claims; give the run they were sampled from")
    return found


def _left_out(votes: Votes) -> tuple[Left, ...]:
    if not votes.left_out:
        return ()
    return (Left("votes", _VOTE, len(votes.left_out), votes.left_out[:10]),)
