"""The nouns, as Arrow schemas, and the ids they are known by everywhere.

Ids are made in Python alone (blake2b, percent-encoding): engines' own hash functions differ.
All ids are ASCII and safe in an IRI.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from mindgraph.text import iri_safe

MAX_ID = 512
"""Longest product id in characters: two of them must fit a Neo4j index key of 8 kB."""

RANKS = 1 << 40
"""Rows a file may have before its ranks run into the next file's: rank = place * RANKS + row."""

PRODUCT = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("description", pa.string()),
        ("category", pa.string()),  # its first category path, broad to narrow, joined by " > "
        ("categories", pa.list_(pa.string())),  # all its category paths
        ("brand", pa.string()),
        ("variant_of", pa.string()),  # what the variants of one product share
        ("attributes", pa.string()),  # JSON: name -> list of values, names sorted
        ("image", pa.string()),  # as the source names it: a file or an address
        ("digest", pa.string()),  # of all the above: equal rows have equal digests
        ("rank", pa.int64()),  # order of reading; the first row of an id is the one kept
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)

PICTURE = pa.schema(
    [
        ("product", pa.string()),
        ("path", pa.string()),  # its name: a file below the pictures folder, or an address
        ("at", pa.string()),  # of an address: where its bytes lie on this machine
        ("sha256", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("colors", pa.list_(pa.string())),  # main colours, most frequent first
    ]
)

LINK = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("support", pa.int64()),
        ("lift", pa.float64()),
        ("source", pa.string()),  # what the pair really is, e.g. "merchant cross-sell"
        ("open", pa.bool_()),  # partners outside the catalogue are expected
        ("rank", pa.int64()),
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)
"""A claim that two products belong together, before it is checked."""

ORDER_LINE = pa.schema(
    [
        ("order", pa.string()),
        ("product", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)

COBUY = pa.schema(
    [
        ("id", pa.string()),
        ("a", pa.string()),
        ("b", pa.string()),
        ("support", pa.int64()),
        ("lift", pa.float64()),
        ("source", pa.string()),
    ]
)

CLAIM = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("pair", pa.string()),
        ("relation", pa.string()),
        ("text", pa.string()),
        ("verdict", pa.string()),  # yes, no, unparsed, or null where nobody judged
        ("verdict_text", pa.string()),
        ("agreement", pa.float64()),
        ("typicality", pa.float64()),
        ("plausibility", pa.float64()),
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)
"""One intention as somebody stated it, with the verdict on it, before any rule."""

STATEMENT = pa.schema(
    [
        ("id", pa.string()),  # the statement key, by which all exports are joined
        ("pair", pa.string()),
        ("relation", pa.string()),
        ("intention", pa.string()),
        ("tail", pa.string()),
        ("surface", pa.string()),
        ("agreement", pa.float64()),
        ("typicality", pa.float64()),
        ("plausibility", pa.float64()),
    ]
)
"""A claim that passed: relation, tail without its template, and the intention it states."""

REJECTED = pa.schema(
    [
        ("reason", pa.string()),
        ("file", pa.string()),
        ("row", pa.int64()),
        ("field", pa.string()),
        ("item", pa.string()),  # the id of what was left out
        ("detail", pa.string()),  # the value that was wrong, or the raw text
    ]
)


@dataclass
class Outcome:
    """What a stage made of one batch: rows by output name, and how many items it looked at.

    `seen` = rows of the stage's main output + rows of `rejected`; the engine checks the sum.
    """

    seen: int
    tables: dict[str, pa.Table] = field(default_factory=dict)


def rejected(rows: list[dict[str, Any]]) -> pa.Table:
    """Left-out rows as a table; keys that a row does not give are null."""
    return pa.Table.from_pylist(rows, REJECTED)


def digest(*parts: str, size: int = 12) -> str:
    """A blake2b id in hex, of `size` bytes, over parts that cannot run into each other."""
    hashed = blake2b(digest_size=size)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        hashed.update(len(raw).to_bytes(8, "little") + raw)
    return hashed.hexdigest()


def pair_id(a: str, b: str) -> str:
    """The id of a co-buy: both product ids, sorted, joined by `~`; the same for (a, b) and (b, a).

    >>> pair_id("B2", "A1")
    'A1~B2'
    """
    first, second = sorted((a, b))
    return f"{first.replace('~', '%7E')}~{second.replace('~', '%7E')}"


def intention_id(key: str) -> str:
    """The id of an intention node, from its merge key."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


def statement_id(pair: str, relation: str, intention: str) -> str:
    """The statement key: the same in the graph, in RDF and in every table.

    >>> statement_id("A1~B2", "usedFor", "9f2c")
    'A1~B2-usedFor-9f2c'
    """
    return f"{pair}-{relation}-{intention}"


def category_ids(path: str) -> list[str]:
    """The ids of a category path and of every path above it, narrow to broad.

    >>> category_ids("Kitchen > Tea & Coffee")
    ['Kitchen/Tea%20%26%20Coffee', 'Kitchen']
    """
    parts = [iri_safe(part) for part in path.split(" > ")]
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
