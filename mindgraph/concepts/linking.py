"""Links intentions to concepts: longest mentions first, then the likeliest concepts.

A stateful look-up over batches, not an n-gram join: the same links for a fifth of the memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from mindgraph.concepts.probase import IsA
from mindgraph.records import Outcome, rejected
from mindgraph.text import STOP_WORDS, iri_safe, lemma, words

LONGEST = 4
"""Most words a mention may have."""

LINK = pa.schema(
    [
        ("intention", pa.string()),
        ("concept", pa.string()),
        ("name", pa.string()),
        ("mention", pa.string()),
        ("probability", pa.float64()),
    ]
)

LINKED = pa.schema([("intention", pa.string())])
"""The intentions with at least one concept."""

PARENT = pa.schema(
    [
        ("concept", pa.string()),
        ("name", pa.string()),
        ("parent", pa.string()),
        ("parent_name", pa.string()),
        ("probability", pa.float64()),
    ]
)


def mentions(text: str, isa: IsA) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """The longest phrases of a text that the is-a table knows, left to right, with their concepts.

    A phrase is looked up as it stands, then with its last word as a lemma ("tents" as "tent").
    """
    found = words(text)
    place = 0
    while place < len(found):
        length, concepts = _longest_mention(found[place : place + LONGEST], isa)
        if concepts:
            yield " ".join(found[place : place + length]), concepts
        place += length


def _longest_mention(found: list[str], isa: IsA) -> tuple[int, list[tuple[str, float]]]:
    """The longest known phrase at the start of some words; length 1 where none is known."""
    if found[0] in STOP_WORDS:
        return 1, []
    for length in range(min(isa.longest(found[0]), len(found)), 1, -1):
        if concepts := _look_up(found[:length], isa):
            return length, concepts
    return 1, _look_up(found[:1], isa)


def _look_up(phrase: list[str], isa: IsA) -> list[tuple[str, float]]:
    last = phrase[-1]
    if last in STOP_WORDS:
        return []
    known = isa.concepts(" ".join(phrase))
    if known or not last.isalpha():
        return known
    return isa.concepts(" ".join([*phrase[:-1], lemma(last)]))


def link(batch: pa.RecordBatch, isa: IsA, top: int) -> Outcome:
    """Intentions (id, text) with their `top` likeliest concepts over all mentions."""
    rows: list[tuple[str, str, str, float]] = []
    silent, linked = [], []
    for intention, text in zip(batch["id"].to_pylist(), batch["text"].to_pylist(), strict=True):
        links = _links(text, isa, top)
        rows += ((intention, name, mention, p) for name, (p, mention) in links)
        if links:
            linked.append(intention)
        else:
            silent.append({"reason": "no concept found", "item": intention, "detail": text})
    tables = {
        "linked": pa.table([linked], schema=LINKED),
        "links": _table(rows),
        "rejected": rejected(silent),
    }
    return Outcome(len(batch), tables)


def _links(text: str, isa: IsA, top: int) -> list[tuple[str, tuple[float, str]]]:
    best: dict[str, tuple[float, str]] = {}
    for mention, concepts in mentions(text, isa):
        for name, probability in concepts:
            if name not in best or probability > best[name][0]:
                best[name] = (probability, mention)
    return sorted(best.items(), key=lambda found: (-found[1][0], found[0]))[:top]


def _table(rows: list[tuple[str, str, str, float]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    intentions, names, found, probabilities = columns
    concepts = [iri_safe(name) for name in names]
    return pa.table([intentions, concepts, names, found, probabilities], schema=LINK)


def parents(batch: pa.RecordBatch, isa: IsA, top: int) -> Outcome:
    """Concepts (id, name) with their own likeliest concepts: one level of the hierarchy."""
    rows = [
        {
            "concept": concept,
            "name": name,
            "parent": iri_safe(parent),
            "parent_name": parent,
            "probability": probability,
        }
        for concept, name in zip(batch["id"].to_pylist(), batch["name"].to_pylist(), strict=True)
        for parent, probability in isa.concepts(name)[:top]
    ]
    return Outcome(len(rows), {"parents": pa.Table.from_pylist(rows, PARENT)})
