"""Asking a model: product cards, one question per pair and relation, and what was answered.

Every question has a request key made from all that decides its answer. Answers are kept by that
key, so a build that is started again, or a catalogue that grew, never asks twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa

from mindgraph.models import Generator, Job, Part, prefix_digest, request_key
from mindgraph.records import CLAIM, Outcome, rejected
from mindgraph.text import clean

CARD = pa.schema([("product", pa.string()), ("card", pa.string())])
"""What a model is told of a product: canonical JSON."""

REQUEST = pa.schema(
    [("key", pa.string()), ("pair", pa.string()), ("relation", pa.string()), ("place", pa.int32())]
)

REPLY = pa.schema(
    [
        ("key", pa.string()),
        ("text", pa.string()),
        ("finish_reason", pa.string()),
        ("error", pa.string()),
        ("backend", pa.string()),
        ("model", pa.string()),
        ("revision", pa.string()),
    ]
)


def cards(batch: pa.RecordBatch) -> Outcome:
    """Products, with their pictures' main colours, as cards."""
    told = [{"product": row["id"], "card": _card(row)} for row in batch.to_pylist()]
    return Outcome(len(batch), {"cards": pa.Table.from_pylist(told, CARD)})


def _card(product: Mapping[str, Any]) -> str:
    card = {
        "title": product["title"],
        "description": product["description"],
        "categories": product["categories"],
        "brand": product["brand"],
        "attributes": json.loads(product["attributes"] or "{}"),
        "colors": product["colors"],
    }
    told = {name: value for name, value in card.items() if value}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _prefix(row: Mapping[str, Any]) -> tuple[Part, ...]:
    return Part("text", row["card_a"]), Part("text", row["card_b"])


def requests(batch: pa.RecordBatch, relations: Sequence[str], model: Generator) -> Outcome:
    """One question per pair and relation, by its request key."""
    asked = []
    for row in batch.to_pylist():
        prefix = prefix_digest(_prefix(row))
        for place, relation in enumerate(relations):
            key = request_key(prefix, relation, model.info)
            asked.append({"key": key, "pair": row["pair"], "relation": relation, "place": place})
    return Outcome(len(asked), {"requests": pa.Table.from_pylist(asked, REQUEST)})


# Questions without an answer yet; `published` are the replies the ledger already holds. Pairs
# that show the same cards have the same questions, and the first pair asks for all of them.
PENDING = """
WITH answered AS (SELECT DISTINCT key FROM published WHERE error IS NULL),
asking AS (SELECT key, min(pair) AS pair FROM requests GROUP BY key)
SELECT r.key, r.pair, r.relation, a.card AS card_a, b.card AS card_b
FROM requests r JOIN asking f ON f.key = r.key AND f.pair = r.pair
LEFT JOIN answered d ON d.key = r.key
JOIN pairs p ON p.id = r.pair JOIN cards a ON a.product = p.a JOIN cards b ON b.product = p.b
WHERE d.key IS NULL ORDER BY r.pair, r.place
"""


def answer(batch: pa.RecordBatch, model: Generator) -> Outcome:
    """Ask the questions of a batch, the relations of one pair as one job."""
    info = {
        "backend": model.info.backend,
        "model": model.info.model,
        "revision": model.info.revision,
    }
    replies = asyncio.run(_ask(model, list(_jobs(batch))))
    return Outcome(
        len(replies),
        {"replies": pa.Table.from_pylist([{**reply, **info} for reply in replies], REPLY)},
    )


def _jobs(batch: pa.RecordBatch) -> Iterator[Job]:
    for _, group in groupby(batch.to_pylist(), key=lambda row: row["pair"]):
        rows = list(group)
        suffixes = tuple(row["relation"] for row in rows)
        yield Job(_prefix(rows[0]), suffixes, tuple(row["key"] for row in rows))


async def _ask(model: Generator, jobs: list[Job]) -> list[dict[str, Any]]:
    async def stream() -> AsyncIterator[Job]:
        for job in jobs:
            yield job

    return [
        {
            "key": reply.key,
            "text": clean_lines(reply.text),
            "finish_reason": reply.finish_reason,
            "error": reply.error,
        }
        async for reply in model.run(stream())
    ]


def clean_lines(text: str) -> str:
    """A reply as it stands in a record: every line cleaned, empty lines gone."""
    return "\n".join(filter(None, map(clean, text.splitlines())))


# One answer a question: the text where there is one, else the error that stood in its place.
_BEST = """
WITH best AS (
    SELECT key, max(CASE WHEN error IS NULL THEN text END) AS text, min(error) AS error
    FROM replies GROUP BY key
)
"""

ANSWERS = (
    _BEST
    + """
SELECT r.pair, p.a, p.b, r.relation, b.text
FROM requests r JOIN best b ON b.key = r.key JOIN pairs p ON p.id = r.pair
WHERE b.text IS NOT NULL ORDER BY r.pair, r.place
"""
)

FAILED = (
    _BEST
    + """
SELECT 'model failed' AS reason, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row,
    r.relation AS field, r.pair AS item, b.error AS detail
FROM requests r LEFT JOIN best b ON b.key = r.key WHERE b.text IS NULL
"""
)

# The record of a run: what was asked and answered, readable by the recorded model.
RECORD = """
SELECT DISTINCT y.key, y.text, y.finish_reason, y.backend, y.model, y.revision
FROM replies y JOIN requests r ON r.key = y.key WHERE y.error IS NULL ORDER BY y.key
"""


def claims(batch: pa.RecordBatch) -> Outcome:
    """Answers as claims, a line each; an empty answer says nothing, which is counted too."""
    said: list[dict[str, Any]] = []
    silent: list[dict[str, Any]] = []
    for row in batch.to_pylist():
        lines = row.pop("text").split("\n")
        said += ({**row, "text": line} for line in lines if line)
        if not any(lines):
            silent.append({"reason": "nothing said", "field": row["relation"], "item": row["pair"]})
    tables = {"claims": pa.Table.from_pylist(said, CLAIM), "rejected": rejected(silent)}
    return Outcome(len(said) + len(silent), tables)
