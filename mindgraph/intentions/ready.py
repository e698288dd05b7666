"""Intentions that already exist: MIND's release, FolkScope and IntentionQA rows, our plain schema.

A file's format is nothing but names of columns (`config.FORMATS`). Rows describe their products
as well, so a file of intentions alone is enough for a graph. Work is done once per distinct
value of a column: at MIND's size every product and pair is repeated some twenty times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import isinf
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from mindgraph.intentions.tails import relation_of
from mindgraph.intentions.verdicts import judge, verdict_of
from mindgraph.records import CLAIM, LINK, MAX_ID, RANKS, Outcome, pair_id, rejected
from mindgraph.relations import find, nearest
from mindgraph.rows import columns_of, need_columns
from mindgraph.text import iri_safe, plain

DESCRIBED = pa.schema(
    [
        ("_row", pa.int64()),
        ("_error", pa.string()),
        *((name, pa.string()) for name in ("id", "title", "description", "category", "image")),
    ]
)
"""A product as an intention row describes it: raw cells, read like those of a product table."""

OUTPUTS = {
    "claims": CLAIM,
    "described": DESCRIBED,
    "links": LINK,
}

_TEXT = pa.string()


def read_intentions(
    batch: pa.RecordBatch,
    names: Mapping[str, str | None],
    relations: Sequence[str],
    source: str,
    file: str,
    place: int,
    keep_unparsed: bool,
    needed: Sequence[str] = ("product_a", "product_b", "intention"),
) -> Outcome:
    """A batch of ready rows as claims, the products and pairs they describe, and rejected rows.

    InputError where the file lacks the column of a `needed` field.
    """
    given = {field: name for field, name in names.items() if name}
    need_columns(batch, [given[field] for field in needed], file)
    cells = columns_of(batch, list(dict.fromkeys(given.values())))
    rows = _checked(cells, given, relations)
    good = rows.filter(pc.is_null(rows["wrong"]))
    bad = rows.filter(pc.is_valid(rows["wrong"]))
    claims, judged = judge(_claims(good, file), keep_unparsed)
    tables = {
        "claims": claims,
        "described": _described(good),
        "links": _links(good, source, file, place),
        "rejected": pa.concat_tables([_rejected(bad, file), judged]),
    }
    return Outcome(len(batch), tables)


def _checked(cells: pa.Table, given: Mapping[str, str], relations: Sequence[str]) -> pa.Table:
    """Our columns, cleaned, with `wrong` (a reason) and `about` (its field and value) per row."""
    columns = {field: cells[name] for field, name in given.items()}
    columns["a"] = _each(columns["product_a"], _identity)
    columns["b"] = _each(columns["product_b"], _identity)
    columns["text"] = pa.array([plain(text or "") for text in columns["intention"].to_pylist()])
    columns["named"] = _each(columns.get("relation", pa.nulls(len(cells), pa.string())), _named)
    columns["said"] = _said(columns["named"], columns["text"])
    for score in ("typicality", "plausibility"):
        if score in columns:
            columns[f"{score}_read"] = _each(columns[score], _number, pa.float64())
    table = pa.table({"_row": cells["_row"], "_error": cells["_error"], **columns})
    return table.append_column("wrong", _wrong(table, given, set(relations)))


def _each(
    column: pa.ChunkedArray, change: Callable[[str | None], Any], kind: pa.DataType = _TEXT
) -> pa.Array:
    """A column with `change` applied once per distinct value."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = whole.dictionary_encode(null_encoding="encode")
    changed = pa.array([change(value) for value in encoded.dictionary.to_pylist()], kind)
    return changed.take(encoded.indices)


def _identity(text: str | None) -> str:
    return iri_safe(plain(text or ""))


def _as_cell(identity: str | None) -> str:
    """A cell that is read as this id: two rows may write one id in two ways."""
    return escape(unquote(identity or ""), quote=False)


def _number(text: str | None) -> float | None:
    """The number in a cell; NaN where it holds something else, as no score is NaN."""
    try:
        number = float(text) if text and text.strip() else None
    except ValueError:
        return float("nan")
    return float("nan") if number is not None and isinf(number) else number


def _named(text: str | None) -> str:
    """The relation a cell names: its name, "" where it names none, "?name" where it is unknown."""
    name = plain(text or "")
    if not name or name == "all":  # IntentionQA's mixed file says "all"
        return ""
    relation = find(name)
    return relation.name if relation else f"?{name}"


def _said(named: pa.Array, texts: pa.Array) -> pa.Array:
    """The relation of each row: as named, else as its text's own words say it."""
    if not pc.any(pc.equal(named, "")).as_py():
        return named
    rows = zip(named.to_pylist(), texts.to_pylist(), strict=True)
    return pa.array([name or relation_of(text) for name, text in rows], pa.string())


def _wrong(table: pa.Table, given: Mapping[str, str], relations: set[str]) -> pa.Array:
    """What is wrong with each row, "reason|field|value", first problem first; else null."""
    column = given.get("relation", "relation")
    known = _each(table["said"], lambda name: _relation_problem(name or "", column, relations))
    problems = [
        (pc.is_valid(table["_error"]), "malformed row||"),
        (pc.equal(table["a"], ""), f"missing value|{given['product_a']}|"),
        (pc.equal(table["b"], ""), f"missing value|{given['product_b']}|"),
        (pc.equal(table["text"], ""), f"missing value|{given['intention']}|"),
        (pc.greater(pc.utf8_length(table["a"]), MAX_ID), f"id too long|{given['product_a']}|"),
        (pc.greater(pc.utf8_length(table["b"]), MAX_ID), f"id too long|{given['product_b']}|"),
        (pc.equal(table["a"], table["b"]), f"paired with itself|{given['product_b']}|"),
    ]
    for score in ("typicality", "plausibility"):
        if score in given:
            bad = pc.is_nan(table[f"{score}_read"])
            problems.append((bad, f"bad number|{given[score]}|"))
    wrong = pc.case_when(
        pc.make_struct(*(pc.fill_null(found, False) for found, _ in problems)),
        *(pa.scalar(problem) for _, problem in problems),
    )
    return pc.coalesce(wrong, known)


def _relation_problem(name: str, column: str, relations: set[str]) -> str | None:
    if name.startswith("?"):
        near = f"{name[1:]}; the nearest known name is {nearest(name[1:])}"
        return f"unknown relation|{column}|{near}"
    return None if name in relations else f"relation not in the profile|{column}|{name}"


def _claims(rows: pa.Table, file: str) -> pa.Table:
    nothing = pa.nulls(len(rows), pa.string())
    answers = rows["agreement"] if "agreement" in rows.schema.names else nothing
    judged = [verdict_of(text) for text in answers.to_pylist()]
    empty = pa.nulls(len(rows), pa.float64())
    columns = {
        "a": rows["a"],
        "b": rows["b"],
        "pair": _pairs(rows),
        "relation": rows["said"],
        "text": rows["text"],
        "verdict": pa.array([verdict for verdict, _ in judged], pa.string()),
        "verdict_text": answers,
        "agreement": pa.array([agreement for _, agreement in judged], pa.float64()),
        "typicality": rows["typicality_read"] if "typicality_read" in rows.schema.names else empty,
        "plausibility": (
            rows["plausibility_read"] if "plausibility_read" in rows.schema.names else empty
        ),
        "file": pa.array([file] * len(rows), pa.string()),
        "row": rows["_row"],
    }
    return pa.table(columns).select(CLAIM.names).cast(CLAIM)


def _pairs(rows: pa.Table) -> pa.Array:
    both = pc.binary_join_element_wise(rows["a"], rows["b"], "\n")
    return _each(both, lambda ends: pair_id(*(ends or "\n").split("\n")))


def _described(rows: pa.Table) -> pa.Table:
    sides = [_side(rows, side) for side in ("a", "b") if f"title_{side}" in rows.schema.names]
    if not sides:
        return DESCRIBED.empty_table()
    both = pa.concat_tables(sides)
    titled = both.filter(pc.not_equal(both["title"], ""))  # no title, no description
    first = titled.group_by("id", use_threads=False).aggregate([("place", "min")])["place_min"]
    return both.take(first).select(DESCRIBED.names)


def _side(rows: pa.Table, side: str) -> pa.Table:
    nothing = pa.nulls(len(rows), pa.string())

    def column(name: str) -> Any:
        return rows[name] if name in rows.schema.names else nothing

    columns = {
        "_row": rows["_row"],
        "_error": nothing,
        "id": _each(rows[side], _as_cell),
        "title": column(f"title_{side}"),
        "description": column(f"description_{side}"),
        "category": column("category"),
        "image": column(f"image_{side}"),
    }
    start = 0 if side == "a" else len(rows)
    places = pa.array(range(start, start + len(rows)), pa.int64())
    return pa.table(columns).cast(DESCRIBED).append_column("place", places)


def _links(rows: pa.Table, source: str, file: str, place: int) -> pa.Table:
    ends = rows.select(["a", "b", "_row"])
    first = ends.group_by(["a", "b"], use_threads=False).aggregate([("_row", "min")])
    numbers = first["_row_min"]
    count = len(first)
    columns = {
        "a": first["a"],
        "b": first["b"],
        "support": pa.nulls(count, pa.int64()),
        "lift": pa.nulls(count, pa.float64()),
        "source": pa.array([source] * count, pa.string()),
        "open": pa.array([False] * count),
        "rank": pc.add(numbers, pa.scalar(place * RANKS)),
        "file": pa.array([file] * count, pa.string()),
        "row": numbers,
    }
    return pa.table(columns).cast(LINK)


def _rejected(rows: pa.Table, file: str) -> pa.Table:
    told = []
    for row in rows.to_pylist():
        reason, field, detail = row["wrong"].split("|", 2)
        told.append(
            {
                "reason": reason,
                "file": file,
                "row": row["_row"],
                "field": field,
                "item": f"{row['a']}~{row['b']}" if row["a"] and row["b"] else None,
                "detail": detail or row["_error"] or row["text"] or None,
            }
        )
    return rejected(told)
