"""Product tables: one row a product, columns named by the config."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from mindgraph.records import LINK, MAX_ID, PRODUCT, RANKS, Outcome, digest, rejected
from mindgraph.rows import Row, RowError, need_columns, rows_of
from mindgraph.text import iri_safe, plain

Reader = Callable[[Row], dict[str, Any]]
"""Turns one raw row into the fields of a product, still uncleaned."""


def read_products(
    batch: pa.RecordBatch,
    read: Reader,
    file: str,
    place: int,
    links: Callable[[Row, str], Iterable[dict[str, Any]]] = lambda row, product: (),
) -> Outcome:
    """A batch of raw rows as products, links they name, and rows that cannot be products.

    `place` is the file's place in the config: products of earlier files win over later ones.
    """
    good: list[dict[str, Any]] = []
    linked: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for number, row in rows_of(batch):
        at = {"file": file, "row": number}
        rank = place * RANKS + number
        wrong = _wrong(row) if isinstance(row, RowError) else _check(fields := read(row))
        if wrong:
            bad.append({**wrong, **at})
            continue
        product = _product(fields)
        good.append({**product, "rank": rank, **at})
        linked += ({**link, "rank": rank, **at} for link in links(row, product["id"]))  # type: ignore[arg-type]
    tables = {
        "products": pa.Table.from_pylist(good, PRODUCT),
        "links": pa.Table.from_pylist(linked, LINK),
        "rejected": rejected(bad),
    }
    return Outcome(len(good) + len(bad), tables)


def _wrong(error: RowError) -> dict[str, Any]:
    return {"reason": "malformed row", "detail": str(error)}


def _check(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    identity = plain(_text(fields["id"]))
    if not identity:
        return {"reason": "missing value", "field": "id"}
    if len(iri_safe(identity)) > MAX_ID:
        return {"reason": "id too long", "field": "id", "detail": identity[:80] + "…"}
    if not plain(_text(fields["title"])):
        return {"reason": "missing value", "field": "title", "item": iri_safe(identity)}
    return None


def _product(fields: Mapping[str, Any]) -> dict[str, Any]:
    paths = _categories(fields.get("categories") or ())
    product = {
        "id": iri_safe(plain(_text(fields["id"]))),
        "title": plain(_text(fields["title"])),
        "description": plain(_text(fields.get("description"))) or None,
        "category": paths[0] if paths else None,
        "categories": paths,
        "brand": plain(_text(fields.get("brand"))) or None,
        "variant_of": plain(_text(fields.get("variant_of"))) or None,
        "attributes": _attributes(fields.get("attributes") or {}),
        "image": plain(_text(fields.get("image"))) or None,
    }
    return {**product, "digest": digest(json.dumps(product, sort_keys=True))}


def _text(value: Any) -> str:
    """One text of whatever a cell holds: a list's texts stand one after the other."""
    if isinstance(value, str):
        return value
    # No recursion: a line may nest lists deeper than Python's stack.
    waiting, told = [value], []
    while waiting:
        part = waiting.pop()
        if isinstance(part, (list, tuple)):
            waiting += reversed(part)
        elif part is not None:
            told.append(str(part))
    return " ".join(told)


def _categories(paths: Iterable[Iterable[Any]]) -> list[str]:
    """Category paths, broad to narrow; blank and repeated parts are dropped."""
    joined = (" > ".join(dict.fromkeys(filter(None, map(_part, path)))) for path in paths)
    return list(dict.fromkeys(filter(None, joined)))


def _part(text: Any) -> str:
    # " > " joins the parts of a path, so a part may not hold it.
    return plain(_text(text)).replace(" > ", " / ")


def _attributes(attributes: Mapping[str, Any]) -> str | None:
    told: dict[str, list[str]] = {}
    for name, value in sorted(attributes.items()):
        values = _values(value)
        if values:  # two columns may differ in case alone
            known = told.setdefault(plain(name).casefold(), [])
            known += [value for value in values if value not in known]
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else None


def _values(value: Any) -> list[str]:
    parts = value if isinstance(value, (list, tuple)) else _text(value).split("|")
    return list(dict.fromkeys(filter(None, (plain(_text(part)) for part in parts))))


def table_reader(columns: Mapping[str, Any], separator: str) -> Reader:
    """A reader for a table whose columns the config names; see `config.ProductColumns`."""

    def read(row: Row) -> dict[str, Any]:
        named = ("id", "title", "description", "brand", "variant_of", "image")
        fields = {name: row.get(columns[name]) for name in named if columns.get(name)}
        attributes = {name: row.get(name) for name in columns["attributes"]}
        attributes |= _unpacked(row.get(columns["packed_attributes"] or ""))
        paths = _paths(row, columns["categories"], separator)
        return {**fields, "attributes": attributes, "categories": paths}

    return read


def _paths(row: Row, names: str | list[str] | None, separator: str) -> list[list[Any]]:
    if names is None:
        return []
    if isinstance(names, list):
        return [[row.get(name) for name in names]]
    value = row.get(names)
    paths = value if isinstance(value, list) else [value]
    # Tags and entities hold ">" themselves; where it separates, they are undone first.
    undone = plain if separator.strip() == ">" else str
    return [undone(_text(path)).split(separator) for path in paths]


def _unpacked(cell: Any) -> dict[str, list[str]]:
    """The values of `name=value,name=value`; what follows a comma and names nothing goes on."""
    told: dict[str, list[str]] = {}
    name = ""
    for part in _text(cell).split(","):
        before, equals, value = part.partition("=")
        if equals:
            name = before
            told.setdefault(name, []).extend(value.split("|"))
        elif name and told[name][-1]:
            told[name][-1] += f",{part}"
    return told


def named_columns(columns: Mapping[str, Any]) -> list[str]:
    """Every column of the file that a mapping names."""
    named: list[str] = []
    for value in columns.values():
        named += value if isinstance(value, list) else [value] if value else []
    return named


def check_columns(batch: pa.RecordBatch, columns: Mapping[str, Any], file: str) -> None:
    """Raise InputError where the file lacks a column that the mapping names."""
    need_columns(batch, named_columns(columns), file)
