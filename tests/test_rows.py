"""Raw rows: what a line or a cell may be before it is a record.

- A line is a JSON object, or one of 2014's Python literals; else it is told as malformed.
- No line, however hostile, raises anything but RowError.
- Columns are text whatever the format was; what cannot travel as UTF-8 leaves U+FFFD.
- A column that the config names and the file lacks is an error with the columns it has.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph.errors import InputError
from mindgraph.rows import RowError, columns_of, need_columns, parse_line, rows_of


def lines(*texts: str | None, error: str | None = None) -> pa.RecordBatch:
    """Lines as a batch; a None is a line that could not even be read."""
    errors = [error if text is None else None for text in texts]
    numbers = pa.array(range(5, 5 + len(texts)), pa.int64())
    return pa.RecordBatch.from_arrays(
        [numbers, pa.array(texts, pa.string()), pa.array(errors, pa.string())],
        ["_row", "_line", "_error"],
    )


def cells(values: list[Any], kind: pa.DataType | None = None) -> pa.RecordBatch:
    numbers = pa.array(range(1, len(values) + 1), pa.int64())
    columns = [numbers, pa.nulls(len(values), pa.string()), pa.array(values, kind)]
    return pa.RecordBatch.from_arrays(columns, ["_row", "_error", "x"])


# ---- a line


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_a_json_object_is_a_row(row: dict[str, Any]) -> None:
    assert parse_line(json.dumps(row)) == row
    assert parse_line("  " + json.dumps(row, ensure_ascii=False) + " ") == row


@given(st.dictionaries(st.text(min_size=1), st.integers() | st.text(), min_size=1))
@example({"a": "it's", "b": '"', "c": "\n"})
def test_a_python_literal_of_2014_is_a_row(row: dict[str, Any]) -> None:
    told = {"asin": "0001", **row}
    assert parse_line(repr(told)) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"a": 1', "not JSON: "),
        ("", "not JSON: "),
        ("{a: 1}", "not JSON: "),
        ('{"a": 1} {"a": 2}', "not JSON: "),
        ('{"a": ' + "9" * 5000 + "}", "not JSON: "),
        ('{"a":' + "[" * 200_000, "not JSON: "),
        ("[1]", "not an object but a list"),
        ("null", "not an object but a NoneType"),
        ('"text"', "not an object but a str"),
        ("3", "not an object but a int"),
        ("{'a': 1", "neither JSON nor a Python literal"),
        ("{'a': open('x')}", "neither JSON nor a Python literal"),
        ("{'a': {[1]: 2}}", "neither JSON nor a Python literal"),
        ("{'a': " + "9" * 5000 + "}", "neither JSON nor a Python literal"),
        ("{'a':" + "(" * 5000, "neither JSON nor a Python literal"),
        ("{'a':" + "-" * 50_000 + "1}", "neither JSON nor a Python literal"),
        ("{'a': 'x', 'b'}", "neither JSON nor a Python literal"),
        ("{'a', 'b'}", "not an object but a set"),
    ],
)
def test_a_line_that_is_no_object_is_told(line: str, told: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_line(line)
    assert str(caught.value).startswith(told)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("unit", ["1+", "b.c", "b()", "[", "{'a':", "not "])
def test_an_endless_python_literal_is_told_before_it_can_do_harm(unit: str) -> None:
    with pytest.raises(RowError, match="write it as JSON"):
        parse_line("{'a':" + unit * 300_000 + "1}")


@given(st.text(st.characters(exclude_categories=())))
@example("{'a': '\\ud800'}")
def test_any_line_is_a_row_or_an_error(line: str) -> None:
    for told in (line, "{'" + line, '{"' + line, '{"a": "' + line + '"}'):
        try:
            assert isinstance(parse_line(told), dict)
        except RowError as error:
            assert str(error)


def test_an_odd_backslash_in_a_python_literal_is_read_as_it_stands() -> None:
    assert parse_line("{'path': 'a\\d'}") == {"path": "a\\d"}


def test_numbers_come_as_they_are() -> None:
    assert parse_line('{"a": 123456789012345678901234567890, "b": 1e2}') == {
        "a": 123456789012345678901234567890,
        "b": 100.0,
    }


# ---- the rows of a batch


def test_a_bad_line_keeps_its_number_and_the_others_go_on() -> None:
    batch = lines('{"a": 1}', "{", None, '{"a": 2}', error="not UTF-8 at byte 3")
    rows = dict(rows_of(batch))
    assert rows[5] == {"a": 1}
    assert rows[8] == {"a": 2}
    assert isinstance(rows[6], RowError)
    assert str(rows[7]) == "not UTF-8 at byte 3"


def test_a_bad_row_of_a_table_keeps_its_number() -> None:
    batch = pa.RecordBatch.from_pydict(
        {"_row": [1, 2], "_error": [None, "too many columns"], "x": ["a", None]}
    )
    (one, row), (two, wrong) = rows_of(batch)
    assert (one, row) == (1, {"x": "a"})
    assert two == 2
    assert isinstance(wrong, RowError)
    assert str(wrong) == "too many columns"


# ---- columns as text


def test_columns_of_lines_are_text_and_a_missing_one_is_null() -> None:
    batch = lines('{"a": "x", "b": [1, {"c": null}], "d": true}', '{"a": null}', "{")
    table = columns_of(batch, ["a", "b", "d", "z"])
    assert table.column_names == ["_row", "_error", "a", "b", "d", "z"]
    assert table["_row"].to_pylist() == [5, 6, 7]
    assert table["a"].to_pylist() == ["x", None, None]
    assert table["b"].to_pylist() == ['[1, {"c": null}]', None, None]
    assert table["d"].to_pylist() == ["true", None, None]
    assert table["z"].to_pylist() == [None, None, None]
    assert table["_error"].to_pylist()[:2] == [None, None]
    assert table["_error"].to_pylist()[2].startswith("not JSON")


def test_a_lone_surrogate_of_a_json_escape_becomes_a_mark() -> None:
    batch = lines(r'{"a": "x\ud800y", "b": ["\udc00"], "c": "\ud83d\udc4d"}')
    table = columns_of(batch, ["a", "b", "c"])
    assert table.to_pylist()[0] | {"_row": 0} == {
        "_row": 0,
        "_error": None,
        "a": "x\ufffdy",
        "b": '["\ufffd"]',
        "c": "👍",
    }


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("a", pa.string(), "a"),
        ("a", pa.large_string(), "a"),
        ("a", pa.dictionary(pa.int32(), pa.string()), "a"),
        (3, pa.int32(), "3"),
        (0.75, pa.float64(), "0.75"),
        (True, pa.bool_(), "true"),
        (date(2020, 1, 31), pa.date32(), "2020-01-31"),
        (Decimal("1.50"), pa.decimal128(5, 2), "1.50"),
        (b"ab", pa.binary(), "ab"),
        (["a", "é"], pa.list_(pa.string()), '["a", "é"]'),
        ([date(2020, 1, 31)], pa.list_(pa.date32()), '["2020-01-31"]'),
        ({"k": 1}, pa.struct([("k", pa.int64())]), '{"k": 1}'),
        ([("k", 1)], pa.map_(pa.string(), pa.int64()), '[["k", 1]]'),
    ],
)
def test_a_parquet_column_of_any_type_is_text(value: Any, kind: pa.DataType, text: str) -> None:
    table = columns_of(cells([value, None], kind), ["x", "y"])
    assert table["x"].to_pylist() == [text, None]
    assert table["x"].type == table["y"].type == pa.string()
    assert table["y"].to_pylist() == [None, None]


def test_bytes_that_are_no_text_do_not_stop_the_others() -> None:
    told = columns_of(cells([b"\xff", b"ab"], pa.binary()), ["x"])["x"].to_pylist()
    assert all(isinstance(text, str) for text in told)


# ---- the columns that a config names


def test_json_lines_have_no_columns_to_lack() -> None:
    need_columns(lines("{}"), ["x"], "p.jsonl")


def test_a_column_that_is_missing_is_named_beside_those_the_file_has() -> None:
    batch = pa.RecordBatch.from_pydict({"_row": [1], "_error": [None], "sku": ["a"], "_id": ["b"]})
    with pytest.raises(InputError) as caught:
        need_columns(batch, ["sku", "id"], "p.csv")
    assert str(caught.value).startswith("p.csv: no column 'id'; it has sku, _id. ")
    need_columns(batch, ["_id"], "p.csv")


def test_what_a_batch_needs_for_itself_is_no_column_of_the_file() -> None:
    with pytest.raises(InputError, match="no column '_row'"):
        need_columns(cells(["a"]), ["_row"], "p.csv")
