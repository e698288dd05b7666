"""Files of rows: CSV, TSV, JSON lines and Parquet, gzipped or not.

- Row 1 is the first after the header, or the first line; a blank line has a number, but is no row.
- A row that cannot be read is told under its own number, and all others keep theirs.
- Where a quote is never closed, the row that opened it is given up, not those after it.
- A file that is wrong as a whole is an InputError of one line.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mindgraph.engines import File
from mindgraph.engines import files as engine_files
from mindgraph.engines.files import open_file, read_rows
from mindgraph.engines.regular import Plainness
from mindgraph.errors import InputError
from mindgraph.rows import RowError, rows_of

Rows = dict[int, Any]

con = cache(duckdb.connect)


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> Iterator[None]:
    """All reads of this module share a connection, because opening one is slow."""
    yield
    con().close()
    con.cache_clear()


def rows_in(path: Path, batch: int = 3, lines: bool = False) -> Rows:
    """All rows of a file by number: a mapping, or the text of what is wrong."""
    return rows_of_file(replace(open_file(path), lines=lines), batch)


def rows_of_file(file: File, batch: int) -> Rows:
    found: Rows = {}
    for rows in read_rows(con(), file, batch):
        assert 0 < len(rows) <= batch
        for number, row in rows_of(rows):
            assert number not in found
            found[number] = str(row) if isinstance(row, RowError) else dict(row)
    assert list(found) == sorted(found)
    return found


def read(folder: Path, content: str | bytes, name: str = "p.csv", batch: int = 3) -> Rows:
    raw = content.encode() if isinstance(content, str) else content
    path = folder / name
    path.write_bytes(gzip.compress(raw) if path.suffix.lower() == ".gz" else raw)
    return rows_in(path, batch)


def values(rows: Rows, column: str = "t") -> dict[int, str | None]:
    """The good rows' cells of one column."""
    return {number: row[column] for number, row in rows.items() if isinstance(row, dict)}


def errors(rows: Rows) -> dict[int, str]:
    return {number: row for number, row in rows.items() if isinstance(row, str)}


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        rows_in(path)
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert "\n" not in told
    return told.removeprefix(f"{path}: ")


# The folder of a test may serve all examples: each writes its file anew.
SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


# ---- the same rows in every format

TABLE = [{"id": "1", "t": "a"}, {"id": "2", "t": "é, ü"}, {"id": "3", "t": None}]


def encoded(kind: str) -> bytes:
    if kind == ".parquet":
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(TABLE), sink)
        return sink.getvalue()
    if kind in {".jsonl", ".ndjson", ".json"}:
        return "".join(json.dumps(row) + "\n" for row in TABLE).encode()
    text = 'id,t\n1,a\n2,"é, ü"\n3,\n' if kind == ".csv" else "id\tt\n1\ta\n2\té, ü\n3\t\n"
    return text.encode()


@pytest.mark.parametrize("packed", ["", ".gz", ".GZ"])
@pytest.mark.parametrize("kind", [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet"])
def test_the_same_rows_come_out_of_every_format(tmp_path: Path, kind: str, packed: str) -> None:
    rows = read(tmp_path, encoded(kind), f"my.p{kind}{packed}", batch=2)
    assert rows == dict(enumerate(TABLE, start=1))


@pytest.mark.parametrize("name", ["A.CSV", "a b.csv", "a[1]*?.csv", 'it\'s "it".csv', "ä.csv"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    assert values(read(tmp_path, "id,t\n1,a\n", name)) == {1: "a"}


def test_a_gzip_file_of_several_parts_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "p.csv.gz").write_bytes(gzip.compress(b"id,t\n1,a\n") + gzip.compress(b"2,b\n"))
    assert values(rows_in(tmp_path / "p.csv.gz")) == {1: "a", 2: "b"}


def test_a_file_without_a_header_gives_its_lines(tmp_path: Path) -> None:
    (tmp_path / "isa.tsv").write_text("drink\ttea\t3\n\tx\t1 \n")
    (rows,) = read_rows(con(), File(str(tmp_path / "isa.tsv"), "", lines=True), 10)
    assert rows["_row"].to_pylist() == [1, 2]
    assert rows["_line"].to_pylist() == ["drink\ttea\t3", "\tx\t1 "]


# ---- what a delimited file may hold


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,t\n1,a\n2,b", {1: "a", 2: "b"}),
        ("id,t\r\n1,a\r\n2,b\r\n", {1: "a", 2: "b"}),
        ("id,t\r1,a\r2,b\r", {1: "a", 2: "b"}),
        ("id,t\n1,a\r\n2,b\n", {1: "a", 2: "b"}),
        ("\n\nid,t\n1,a\n", {1: "a"}),
        ("id,t\n1,a\n\n3,c\n\n", {1: "a", 3: "c"}),
        ('id,t\n1,"a\nb"\n2,"c\r\n\r\nd"\n3,e\n', {1: "a\nb", 2: "c\r\n\r\nd", 3: "e"}),
        ('id,t\n1,"say ""hi"""\n2,","\n', {1: 'say "hi"', 2: ","}),
        ('"id\n(sku)",t\n1,a\n2,b\n', {1: "a", 2: "b"}),
        ('id,t\n1,6" pot\n2,b\n', {1: '6" pot', 2: "b"}),
        ('id,t\n1,\n2,""\n', {1: None, 2: None}),
        ("id,t\n1, a \n# 2,b\n", {1: " a ", 2: "b"}),
        ("id,t\n1,NULL\n2,nan\n", {1: "NULL", 2: "nan"}),
        ("id,t\n1,a,\n2,b,,\n3,\n", {1: "a", 2: "b", 3: None}),
        ("id,t\n1,\ufeff\n", {1: "\ufeff"}),
    ],
)
def test_the_cells_of_a_csv_file(
    tmp_path: Path, content: str, expected: dict[int, str | None]
) -> None:
    assert values(rows := read(tmp_path, content)) == expected
    assert errors(rows) == {}


@pytest.mark.parametrize("header", ["id,t", '"id","t"'])
@pytest.mark.parametrize("more", ["", "2\n"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(
    tmp_path: Path, header: str, more: str
) -> None:
    assert read(tmp_path, f"\ufeff{header}\n1,a\n{more}")[1] == {"id": "1", "t": "a"}


def test_quotes_of_a_tsv_file_are_characters(tmp_path: Path) -> None:
    rows = read(tmp_path, 'id\tthe "t"\n1\t6" pot\n"2\t"b"\n3\n', "p.tsv")
    assert values(rows, 'the "t"') == {1: '6" pot', 2: '"b"'}
    assert rows[2]["id"] == '"2'
    assert errors(rows) == {3: "missing columns: 1 instead of 2"}


def test_a_column_without_a_name_gets_one_and_names_may_differ_in_case(tmp_path: Path) -> None:
    (row,) = read(tmp_path, ",id,ID\n0,1,2\n").values()
    assert row == {"column0": "0", "id": "1", "ID": "2"}


@pytest.mark.parametrize(
    "content", ["", "\n\n", "\ufeff", "id,t\n", "id,t", '"id\n(sku)",t\n', "id,t\n\n\n"]
)
@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz"])
def test_a_file_without_rows_gives_none(tmp_path: Path, content: str, name: str) -> None:
    assert read(tmp_path, content, name) == {}


# ---- rows that cannot be read

BROKEN = {
    "too many columns": (b"2,b,x", "too many columns: 3 instead of 2"),
    "too few columns": (b"2", "missing columns: 1 instead of 2"),
    "too many, over two lines": (b'2,"b\nb",x', "too many columns: 3 instead of 2"),
    "text after a quote": (b'2,"b"x', "wrong quotes: "),
    "a quote that is never closed": (b'2,"b', "wrong quotes: "),
    "not UTF-8": (b"2,\xff", "invalid encoding: not UTF-8"),
    "not UTF-8, quoted, over two lines": (b'2,"b\n\xc3"', "invalid encoding: not UTF-8"),
    "not UTF-8 in the first cell": (b"\xfe,b", "invalid encoding: not UTF-8"),
    "not UTF-8 and too many columns": (b"2,\xff,x", "invalid encoding: not UTF-8"),
    "not UTF-8 and text after a quote": (b'"\xff"x,b', "invalid encoding: not UTF-8"),
    "NUL": (b"2,b\0b", "invalid character: NUL"),
    "cut off within a character": (b"2,\xc3", "invalid encoding: not UTF-8"),
    "NUL alone": (b"\0", "invalid character: NUL"),
}


@pytest.mark.parametrize(("broken", "why"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_a_broken_row_is_told_under_its_number_and_the_next_rows_go_on(
    tmp_path: Path, broken: bytes, why: str, ending: bytes
) -> None:
    whole = [b"id,t", b'1,"a\na"', broken, b'3,"c, c"', b"4,d", broken, b"6,f"]
    rows = read(tmp_path, ending.join(whole) + ending, batch=4)
    assert values(rows) == {1: "a\na", 3: "c, c", 4: "d", 6: "f"}
    assert list(errors(rows)) == [2, 5]
    assert all(error.startswith(why) for error in errors(rows).values())


@pytest.mark.parametrize("broken", [row for row, _ in BROKEN.values()], ids=BROKEN)
def test_a_broken_row_may_be_the_first_the_last_or_all(tmp_path: Path, broken: bytes) -> None:
    first = read(tmp_path, b"id,t\n" + broken + b"\n2,b\n")
    assert (list(errors(first)), values(first)) == ([1], {2: "b"})
    last = read(tmp_path, b"id,t\n1,a\n" + broken)
    assert (list(errors(last)), values(last)) == ([2], {1: "a"})
    every = read(tmp_path, b"id,t\n" + broken + b"\n" + broken)
    assert 1 in every
    assert values(every) == {}


def test_a_row_in_error_stands_in_its_place_with_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,t\n1,a\n2\n3,c\n")
    (rows,) = read_rows(con(), open_file(tmp_path / "p.csv"), 10)
    assert rows.schema.names == ["_row", "_error", "id", "t"]
    assert rows["_row"].to_pylist() == [1, 2, 3]
    assert rows["id"].to_pylist() == ["1", None, "3"]
    assert [error is None for error in rows["_error"].to_pylist()] == [True, False, True]


# A good cell starts with a letter, so that a quote opened before it is seen to be wrong at once.
CELL = st.just("") | st.builds(
    lambda first, rest: first + rest, st.sampled_from("aé"), st.text(',"\n\r\té🙂x ', max_size=5)
)
WRONG = st.sampled_from(
    [b"x", b"x,y", b"x,y,z,w", b'x,"y"y,z', b"x,\xff,z", b"\xed\xa0\x80,y,z", b"x,y\0,z", b'x,"y,z']
)


@settings(SAME_FOLDER, max_examples=200)
@given(
    st.lists(st.tuples(CELL, CELL, CELL) | WRONG, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 5),
)
@example([("a,", 'a"', "a\n"), b'x,"y,z', ("a", "", "a"), b"x,\xff,z", ("", "", "")], "\n", 2)
def test_whatever_is_broken_every_row_has_its_number(
    tmp_path: Path, rows: list[tuple[str, str, str] | bytes], ending: str, batch: int
) -> None:
    raw, good, wrong = b"a,b,c" + ending.encode(), {}, []
    for number, row in enumerate(rows, start=1):
        if isinstance(row, bytes):
            raw += row + ending.encode()
            wrong.append(number)
        else:
            # Outside of quotes a carriage return ends a row, and the writer does not always quote.
            cells = [cell if ending == "\r\n" else cell.replace("\r", "") for cell in row]
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator=ending).writerow(cells)
            raw += text.getvalue().encode()
            good[number] = {name: cell or None for name, cell in zip("abc", cells, strict=True)}
    found = read(tmp_path, raw, batch=batch)
    assert list(errors(found)) == wrong
    assert {number: row for number, row in found.items() if number in good} == good


@settings(SAME_FOLDER, max_examples=200)
@given(st.binary(max_size=80) | st.text('a,"\n\r', max_size=40).map(str.encode))
def test_any_bytes_are_rows_or_errors_or_a_refusal(tmp_path: Path, raw: bytes) -> None:
    for name in ("p.csv", "p.tsv", "p.jsonl"):
        try:
            read(tmp_path, raw, name)
        except InputError as error:
            assert "\n" not in str(error)


@settings(SAME_FOLDER, max_examples=300)
@given(st.text('a, "\n', max_size=30) | st.text("a\t\n #\\", max_size=30))
@example('"x" ,y\n')
@example('"x"y\n')
@example("x,y\nx,y\nx\n")
@example("x,y\n\n")
@example("\n")
@example("\\,\\n\n")
@example('"" \n')
@example(' ""\n')
@example("x,y,,\n")
def test_the_fast_reader_and_the_exact_one_tell_the_same(tmp_path: Path, rows: str) -> None:
    for name, header in (("p.csv", "id,t\n"), ("p.tsv", "id\tID\n"), ("one.csv", "id\n")):
        (tmp_path / name).write_text(header + rows, encoding="utf-8", newline="")
        file = open_file(tmp_path / name)
        assert rows_of_file(file, 2) == rows_of_file(replace(file, plain=False), 2)


BLOCK = st.text('a\n" ,\r\0é\ufeff', min_size=1, max_size=3).map(str.encode)


@given(st.lists(BLOCK | st.sampled_from([b"\xff", b"\xc3", b"\xa9"])))
@example([b"a\n", b"\nb"])
@example([b'"', b" "])
@example([b"\xc3", b"\xa9"])
@example([b"\xc3"])
def test_a_file_is_plain_however_its_bytes_are_cut(blocks: list[bytes]) -> None:
    plainness, raw, mark = Plainness(), b"".join(blocks), b"\xef\xbb\xbf"
    for block in blocks:
        plainness.see(block)
    unplain = any(found in b"\n" + raw for found in (b"\0", b"\r", b"\n\n"))
    beside = rb'[,\t\n] +"(?!")|[,\t\n] +""(?=[,\t\n])|" +[,\t\n]'
    unplain = unplain or re.search(beside, b"\n" + raw + b"\n") is not None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        unplain = True
    if unplain or raw.startswith(mark):
        assert not plainness.holds
    elif b"\n" + mark not in raw:
        assert plainness.holds


def test_quotes_that_are_never_closed_take_no_longer_than_the_file(tmp_path: Path) -> None:
    rows = 20_000
    content = "id,t\n" + "".join(f'{number},"b\n' for number in range(1, rows + 1))
    found = read(tmp_path, content, batch=5000)
    assert len(errors(found)) == rows
    content = 'id,t\n0,"open\n' + "".join(f"{number},b\n" for number in range(1, rows + 1))
    found = read(tmp_path, content, batch=5000)
    assert list(errors(found)) == [1]
    assert list(values(found)) == list(range(2, rows + 2))


# ---- lines without an end


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "header", "good", "bad"),
    [
        ("p.csv", "id,t", "1,a", "2,{}"),
        ("p.csv", "id,t", "1,a", '2,"{}"'),
        ("p.csv", "id,t", "1,a", '2,"{}'),
        ("p.tsv", "id\tt", "1\ta", "2\t{}"),
        ("p.jsonl", "", '{"t": "a"}', '{{"t": "{}"}}'),
        ("p.csv.gz", "id,t", "1,a", "2,{}"),
    ],
)
def test_a_line_that_is_too_long_is_one_row_in_error(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    header: str,
    good: str,
    bad: str,
    ending: str,
) -> None:
    monkeypatch.setattr(engine_files, "MAX_LINE", 100)
    for length in (101, 199, 200, 201, 1000):
        lines = [header, good, bad.format("x" * length), good, good, bad.format("x" * length), good]
        if not header:
            lines = lines[1:]
        rows = read(tmp_path, ending.join(lines) + ending, name)
        assert list(rows) == [1, 2, 3, 4, 5, 6]
        assert list(errors(rows)) == [2, 5]
        assert all(error.startswith("line too long: ") for error in errors(rows).values())


@pytest.mark.parametrize("name", ["p.csv", "p.jsonl"])
def test_a_line_just_short_enough_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(engine_files, "MAX_LINE", 100)
    frame = "{}\n" if name == "p.csv" else '{{"t": "{}"}}\n'
    header = "t\n" if name == "p.csv" else ""
    room = 100 - len(frame.format(""))
    for length, whole in ((room - 1, True), (room, True), (room + 1, False)):
        line = frame.format("x" * length)
        rows = read(tmp_path, header + line + line, name)
        assert list(values(rows)) == ([1, 2] if whole else [])
        assert list(errors(rows)) == ([] if whole else [1, 2])


@pytest.mark.parametrize("name", ["p.csv.gz", "p.jsonl.gz"])
def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path, name: str) -> None:
    with gzip.open(tmp_path / name, "wb", compresslevel=1) as file:
        file.write(b"id,t\n1,a\n2,")
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n3,c\n")
    tracemalloc.start()
    try:
        rows = rows_in(tmp_path / name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(rows) == (3 if name == "p.csv.gz" else 4)
    assert peak < 6 * engine_files.MAX_LINE


def test_a_cell_of_a_million_characters_is_read(tmp_path: Path) -> None:
    cell = "long text, " * 100_000
    assert values(read(tmp_path, f'id,t\n1,"{cell}"\n2,b\n')) == {1: cell, 2: "b"}


# ---- JSON lines


def test_a_bad_json_line_is_told_under_its_number(tmp_path: Path) -> None:
    raw = b'\xef\xbb\xbf{"t": "a"}\n\n{"t": \n{"t": "\xff"}\n[1]\n   \n{"t": "\\u0000\\ud800"}\r\n'
    rows = read(tmp_path, raw, "p.jsonl")
    assert values(rows) == {1: "a", 7: "\0\ud800"}
    told = errors(rows)
    assert list(told) == [3, 4, 5]
    assert told[3].startswith("not JSON: ")
    assert told[4] == "not UTF-8 at byte 7"
    assert told[5] == "not an object but a list"


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_a_json_file_without_lines_gives_no_rows(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content, "p.jsonl") == {}


# ---- Parquet


def test_rows_of_several_row_groups_are_numbered_through(tmp_path: Path) -> None:
    table = pa.table({"t": [str(number) for number in range(1, 11)], "n": range(10)})
    pq.write_table(table, tmp_path / "p.parquet", row_group_size=4)
    rows = rows_in(tmp_path / "p.parquet", batch=3)
    assert values(rows) == {number: str(number) for number in range(1, 11)}
    assert rows[10]["n"] == 9


def test_nested_cells_of_parquet_come_as_they_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"t": [["a", "b"], None]}), tmp_path / "p.parquet")
    assert values(rows_in(tmp_path / "p.parquet")) == {1: ["a", "b"], 2: None}


# ---- files that are wrong as a whole


@pytest.mark.parametrize("name", ["p.csv.gz", "p.tsv.gz", "p.jsonl.gz", "p.parquet.gz"])
def test_a_truncated_gzip_file_is_told(tmp_path: Path, name: str) -> None:
    content = b"id,t\n" + b"".join(b"%d,%x\n" % (n, n * 7919 % 65537) for n in range(5000))
    path = tmp_path / name
    path.write_bytes(gzip.compress(content)[:-500])
    assert "damaged: " in refused(path)
    path.write_bytes(gzip.compress(content)[:6])
    assert "damaged: " in refused(path)
    path.write_bytes(content)
    assert "damaged: Not a gzipped file" in refused(path)


def test_a_damaged_parquet_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    for raw in (b"", b"id,t\n1,a\n", b"PAR1" + b"x" * 50 + b"PAR1"):
        path.write_bytes(raw)
        assert refused(path).startswith("not a Parquet file")
    pq.write_table(pa.table({"t": [f"{n * 7919 % 65537:x}" for n in range(20_000)]}), path)
    raw = bytearray(path.read_bytes())
    raw[1000:9000] = b"\xff" * 8000
    path.write_bytes(raw)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("name", ["p.csv", "p.jsonl", "p.parquet", "p"])
def test_a_folder_and_a_missing_file_cannot_be_opened(tmp_path: Path, name: str) -> None:
    missing = tmp_path / name
    with pytest.raises(InputError) as caught:
        open_file(missing)
    assert str(caught.value) == (
        f"{missing}: cannot be read: No such file or directory; correct the path"
    )
    missing.mkdir()
    with pytest.raises(InputError, match="cannot be read: Is a directory; correct the path"):
        open_file(missing)


def test_a_path_that_no_file_can_have_is_told() -> None:
    with pytest.raises(InputError, match="cannot be read: embedded null byte; correct the path"):
        open_file(Path("a\0b.csv"))


def test_a_file_that_has_gone_since_is_told(tmp_path: Path) -> None:
    gone = File(str(tmp_path / "p.csv"), "")
    with pytest.raises(InputError, match=r"p\.csv: damaged: .* No such"):
        list(read_rows(con(), gone, 3))


@pytest.mark.parametrize("name", ["p.xlsx", "p", "p.gz", "csv", ".csv", "p.csv.zip"])
def test_a_kind_of_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"id,t\n1,a\n")
    assert refused(tmp_path / name) == ("unknown kind of file; use .csv, .tsv, .jsonl or .parquet")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (["id", "t", "id"], "two columns are named 'id'; rename one of them"),
        (["", "column0"], "two columns are named 'column0'; rename one of them"),
        (["id", "_row"], "no column may be named '_row'; rename it"),
        (["_error"], "no column may be named '_error'; rename it"),
        (["id", "_line"], "no column may be named '_line'; rename it"),
    ],
)
def test_columns_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, columns: Sequence[str], told: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text(",".join(columns) + "\n" + ",".join("x" for _ in columns) + "\n")
    assert refused(path) == told
    if "" not in columns:
        path = tmp_path / "p.parquet"
        pq.write_table(pa.Table.from_arrays([pa.array(["x"])] * len(columns), columns), path)
        assert refused(path) == told


@pytest.mark.parametrize(
    "header", [b'id,"t', b'id,"t"x', b"id,\xff", "id,t".encode("utf-16"), b"i\0d"]
)
def test_a_header_that_cannot_be_read_is_told(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(header + b"\n1,a\n")
    assert refused(path).startswith("its header cannot be read: ")


# ---- a file as an input


def test_a_file_is_known_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    for name, raw in (("a.csv", b"id\n1\n"), ("b.csv", b"id\n1\n"), ("c.csv", b"id\n2\n")):
        (tmp_path / name).write_bytes(raw)
    one, same, other = (open_file(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv"))
    assert one.content == same.content != other.content
    assert one.path == str(tmp_path / "a.csv")
