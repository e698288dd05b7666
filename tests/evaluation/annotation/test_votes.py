"""Filled sheets read back: votes as they were meant, and a clear line for what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

np = pytest.importorskip("numpy", reason="needs the extra annotate")
pytest.importorskip("openpyxl", reason="needs the extra annotate")

from mindgraph.errors import InputError  # noqa: E402
from mindgraph.evaluation.annotation.ballot import PLAUSIBILITY, TYPICALITY  # noqa: E402
from mindgraph.evaluation.annotation.votes import read_votes  # noqa: E402
from tests.evaluation.annotation.people import new_sheet, rows_of  # noqa: E402


def voted(plausibility: str = "", typicality: str = "", **more: str) -> dict[str, str]:
    return {"plausibility": plausibility, "typicality": typicality, **more}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_sheets_without_names_are_annotators_of_their_own(tmp_path: Path, kind: str) -> None:
    one = new_sheet(tmp_path / f"a.{kind}", voted("yes", "4"), voted("no"), voted())
    two = new_sheet(tmp_path / f"b.{kind}", voted("yes", "2"), voted(), voted("no"))
    votes = read_votes([one, two])
    assert votes.annotators == (str(one), str(two))
    assert votes.counts(PLAUSIBILITY).tolist() == [[0, 2], [1, 0], [1, 0]]
    assert votes.counts(TYPICALITY).tolist() == [[0, 1, 0, 1], [0] * 4, [0] * 4]


def test_a_sheet_may_hold_several_named_annotators(tmp_path: Path) -> None:
    same = {"id": "A~B-usedFor-0", "sentence": "they are both used for tea"}
    sheet = new_sheet(
        tmp_path / "a.csv",
        voted("yes", annotator="Ada", **same),
        voted("no", annotator="Bo", **same),
    )
    votes = read_votes([sheet])
    assert votes.annotators == ("Ada", "Bo")
    assert votes.counts(PLAUSIBILITY).tolist() == [[1, 1]]


@pytest.mark.parametrize("said", ["Yes", " YES ", "yes"])
def test_a_vote_is_read_as_it_was_meant(tmp_path: Path, said: str) -> None:
    votes = read_votes([new_sheet(tmp_path / "a.csv", voted(said))])
    assert votes.counts(PLAUSIBILITY).tolist() == [[0, 1]]


@pytest.mark.parametrize("said", ["can't judge", "Can’t judge"])
def test_a_vote_withheld_is_counted_and_is_no_vote(tmp_path: Path, said: str) -> None:
    votes = read_votes([new_sheet(tmp_path / "a.csv", voted(said), voted("yes"))])
    assert votes.unsure == 1
    assert votes.counts(PLAUSIBILITY).tolist() == [[0, 0], [0, 1]]


def test_rows_with_votes_that_are_none_are_left_out_with_a_line_each(tmp_path: Path) -> None:
    sheet = new_sheet(tmp_path / "a.csv", voted("maybe"), voted("yes", "5"), voted("no"))
    votes = read_votes([sheet])
    assert votes.left_out == (
        f"{sheet}:2: plausibility: 'maybe' is no vote; write yes, no or can't judge",
        f"{sheet}:3: typicality: '5' is no vote; write 1, 2, 3 or 4",
    )
    assert votes.counts(PLAUSIBILITY).sum() == 1


def test_who_voted_on_nothing_is_no_annotator(tmp_path: Path) -> None:
    sheets = [
        new_sheet(tmp_path / "a.csv", voted("yes")),
        new_sheet(tmp_path / "b.csv", voted()),
    ]
    assert read_votes(sheets).annotators == (str(sheets[0]),)


@pytest.mark.parametrize("edited", ["id", "relation", "sentence", "check"])
def test_an_edited_row_is_an_error_that_says_where(tmp_path: Path, edited: str) -> None:
    sheet = new_sheet(tmp_path / "a.csv", voted("yes"), voted("no"))
    (before,) = (row[edited] for row in rows_of(sheet)[1:])
    text = sheet.read_text(encoding="utf-8-sig")
    place = text.rindex(f'"{before}"')
    sheet.write_text(f"{text[:place]}{text[place:].replace(before, 'tea', 1)}", encoding="utf-8")
    with pytest.raises(InputError, match="id, relation or sentence is not what was") as raised:
        read_votes([sheet])
    assert str(raised.value).startswith(f"{sheet}:3: check:")
    assert "restore the row" in str(raised.value)


@pytest.mark.parametrize("missing", ["id", "check", "plausibility", "typicality", "sentence"])
def test_a_sheet_without_a_column_is_an_error_that_names_it(tmp_path: Path, missing: str) -> None:
    sheet = new_sheet(tmp_path / "a.csv", voted("yes"))
    text = sheet.read_text(encoding="utf-8-sig")
    sheet.write_text(text.replace(f'"{missing}', '"other', 1), encoding="utf-8")
    with pytest.raises(InputError, match=f"{sheet}: has no column '{missing}'; vote in a sheet"):
        read_votes([sheet])


def test_a_second_vote_of_the_same_person_is_an_error(tmp_path: Path) -> None:
    one = new_sheet(tmp_path / "a.csv", voted("yes", annotator="Ada"))
    two = new_sheet(tmp_path / "b.csv", voted("no", annotator="Ada"))
    with pytest.raises(InputError, match=f"{two}:2: id: Ada has this claim in {one}:2 too"):
        read_votes([one, two])


def test_empty_rows_below_a_sheet_are_nothing(tmp_path: Path) -> None:
    sheet = new_sheet(tmp_path / "a.csv", voted("yes"))
    sheet.write_text(sheet.read_text(encoding="utf-8") + ",,,,\r\n", encoding="utf-8")
    assert len(read_votes([sheet]).claims) == 1


@pytest.mark.parametrize("name", ["plausibility", "annotator"])
def test_a_column_that_is_there_twice_is_an_error(tmp_path: Path, name: str) -> None:
    sheet = new_sheet(tmp_path / "a.csv", voted("yes"))
    first, *rows = sheet.read_text(encoding="utf-8-sig").splitlines()
    lines = [f"{first},{name}", *(f"{row}," for row in rows)]
    sheet.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=f"{sheet}: has the column '{name}' more than once"):
        read_votes([sheet])
