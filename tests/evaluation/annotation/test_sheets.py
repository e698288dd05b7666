"""Sheets as files: what was written is what is read, and nothing in it is ever a formula."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mindgraph.errors import InputError, UsageError
from mindgraph.evaluation.annotation.sheets import (
    MOST_ROWS,
    Column,
    guarded,
    kind_of,
    read_sheet,
    unguarded,
    write_sheet,
)

pytest.importorskip("openpyxl", reason="needs the extra annotate")

KINDS = (".csv", ".xlsx")
COLUMNS = [Column("id", "id"), Column("text", "text (any)")]
NASTY = [
    "=1+1",
    '=HYPERLINK("http://127.0.0.1","x")',
    "+49 30",
    "-3",
    "@sum(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "'",
    "''",
    "＝1+1",
    "#N/A",
    "_x000D_",
    "_x005F_x000D_",
    'six " inch, "pot"; a | b',
    "two\nlines\r\nthree",
    "tea & <b>coffee</b>",
    " blanks ",
    "1-2",
    "\x1b[31m",
    "\ufffe",
    "👩‍🍳 ﷽ é",
    "true",
]

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
    st.builds(str.__add__, st.sampled_from(list("=+-@\t\r\n'")), st.text("ab=1_x0", max_size=9)),
)


def there_and_back(folder: Path, kind: str, rows: list[tuple[str, str]]) -> list[list[str]]:
    path = folder / f"sheet{kind}"
    told = ({"id": identity, "text": text} for identity, text in rows)
    write_sheet(path, kind, COLUMNS, told, ["=how"])
    return read_sheet(path)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(texts, min_size=1, max_size=8))
def test_any_text_comes_back_as_it_was(tmp_path: Path, kind: str, cells: list[str]) -> None:
    rows = [(f"k{place}", cell) for place, cell in enumerate(cells)]
    assert there_and_back(tmp_path, kind, rows) == [
        ["id", "text (any)"],
        *[list(row) for row in rows],
    ]


@given(text=texts)
def test_the_guard_is_undone_and_leaves_no_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(tuple("=+-@\t\r\n"))


def test_no_cell_of_a_csv_begins_as_a_formula(tmp_path: Path) -> None:
    there_and_back(tmp_path, ".csv", [(text, text) for text in NASTY])
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert len(cells) == 2 * (len(NASTY) + 1)
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))]


def test_a_workbook_holds_texts_alone(tmp_path: Path) -> None:
    there_and_back(tmp_path, ".xlsx", [(text, text) for text in NASTY])
    with ZipFile(tmp_path / "sheet.xlsx") as book:
        pages = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        found = [cell for name in pages for cell in cells_of(book.read(name))]
    assert len(pages) == 2
    assert {kind for kind, _ in found} <= {"s", "inlineStr"}
    assert not any(formula for _, formula in found)


def cells_of(page: bytes) -> list[tuple[str | None, bool]]:
    """The type of each cell, and whether it holds a formula."""
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = ElementTree.fromstring(page).iter(f"{main}c")  # noqa: S314 - written by this test
    return [(cell.get("t"), cell.find(f"{main}f") is not None) for cell in cells]


def test_a_workbook_offers_choices_links_and_a_frozen_heading(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    columns = [
        Column("picture", "picture", linked=True),
        Column("vote", "vote", ("yes", "can't judge")),
    ]
    rows = [{"picture": "pots/a%20b.png", "vote": ""}, {"picture": "", "vote": ""}]
    write_sheet(tmp_path / "s.xlsx", ".xlsx", columns, rows, ["look, then vote"])
    book = load_workbook(tmp_path / "s.xlsx")
    page = book.worksheets[0]
    (choice,) = page.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"yes,can\'t judge"', "B2:B3")
    assert page["A2"].hyperlink.target == "pots/a%20b.png"
    assert page["A3"].hyperlink is None
    assert page.freeze_panes == "A2"
    assert book.worksheets[1]["A1"].value == "look, then vote"


@pytest.mark.parametrize("kind", KINDS)
def test_equal_rows_are_equal_bytes_without_a_time(tmp_path: Path, kind: str) -> None:
    rows = [(text, text) for text in NASTY]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        there_and_back(tmp_path / name, kind, rows)
    one, two = (tmp_path / name / f"sheet{kind}" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    if kind == ".xlsx":
        with ZipFile(one) as book:
            assert {entry.date_time[0] for entry in book.infolist()} == {1980}
            told = book.read("docProps/core.xml").decode()
            assert told.count("1980-01-01") == 2


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_what_a_spreadsheet_of_another_country_saved_is_read(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f'id{mark}"text (a, b; c)"\r\nk{mark}yes\r\n', encoding="utf-8")
    assert read_sheet(path) == [["id", "text (a, b; c)"], ["k", "yes"]]


def test_numbers_that_a_spreadsheet_made_of_votes_are_texts_again(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["text", 4, 4.0, 2.5, None, True])
    book.save(tmp_path / "s.xlsx")
    assert read_sheet(tmp_path / "s.xlsx") == [["text", "4", "4", "2.5", "", "True"]]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("s.csv", b"", "empty"),
        ("s.csv", "id\né".encode("latin-1"), "save it as CSV UTF-8"),
        ("s.csv", b'id\n"a"b"c\n', "no CSV"),
        ("s.xlsx", b"no zip", "no Excel workbook"),
        ("s.csv", b"id\n" + b"k\n" * (MOST_ROWS + 1), "more than 10,000 rows"),
    ],
)
def test_a_file_that_is_no_sheet_is_one_clear_line(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=told) as raised:
        read_sheet(tmp_path / name)
    assert str(raised.value).startswith(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_workbook_with_a_broken_page_is_one_clear_line(tmp_path: Path) -> None:
    there_and_back(tmp_path, ".xlsx", [("a", "b")])
    broken = tmp_path / "broken.xlsx"
    with ZipFile(tmp_path / "sheet.xlsx") as whole, ZipFile(broken, "w") as target:
        for name in whole.namelist():
            raw = whole.read(name)
            target.writestr(name, raw[:200] if name.endswith("sheet1.xml") else raw)
    with pytest.raises(InputError, match="no Excel workbook"):
        read_sheet(broken)


@pytest.mark.parametrize("page", ["sheet1.xml", "workbook.xml"])
def test_a_workbook_with_damaged_bytes_is_one_clear_line(tmp_path: Path, page: str) -> None:
    there_and_back(tmp_path, ".xlsx", [("a", "b")])
    raw = bytearray((tmp_path / "sheet.xlsx").read_bytes())
    start = raw.index(page.encode()) + len(page)  # its entry's compressed bytes
    raw[start : start + 40] = bytes(byte ^ 0xFF for byte in raw[start : start + 40])
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(raw)
    with pytest.raises(InputError, match="no Excel workbook"):
        read_sheet(broken)


def test_a_sheet_that_is_not_there_and_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"neither .csv nor .xlsx"):
        kind_of(Path("sheet.ods"))
