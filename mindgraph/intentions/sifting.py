"""Cheap rules before anything costly: what is judged, broken, copied, or says nothing.

Each claim either becomes a statement or is left out under one reason, the first that fits.
Sources of the rules: COSMO (SIGMOD 2024) for incomplete, copied and generic statements.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa

from mindgraph.intentions.tails import tail_of
from mindgraph.records import (
    STATEMENT,
    Outcome,
    intention_id,
    rejected,
    statement_id,
)
from mindgraph.text import key_of_words, words

_LEFT_OVER = re.compile(
    # "a product a child can use" holds no "product A".
    r"<image>|\[[a-z _]*\]|\{[a-z_ ]*\}|\bperson ?x\b|\b(?:item|product) (?:b|(?-i:A))\b"
    r"|^(?:assistant|user):|\bas an ai\b|\bi(?:['’]m| am) sorry\b|\bi can(?:no|['’])t\b",
    re.IGNORECASE,
)
# The pattern is slow; a tail with none of these cannot match it.
_SUSPECT = frozenset("person personx item product assistant user ai sorry can't cannot".split())
_PLACEHOLDER = frozenset("<[{")
_OPEN_ENDS = frozenset(
    # no "her": "a gift for her" is whole
    "a an the of for to with and or but in on at by from as that which because their his its "
    "be is are was were if than into about".split()
)


class Claim(NamedTuple):
    """One row of the sift's input: a claim, both titles, and whether its pair is in the graph."""

    pair: str
    relation: str
    text: str
    agreement: float | None = None
    typicality: float | None = None
    plausibility: float | None = None
    file: str | None = None
    row: int | None = None
    title_a: str | None = None
    title_b: str | None = None
    kept: bool = True


def sift(batch: pa.RecordBatch, max_words: int, title_share: float) -> Outcome:
    """A batch of claims, columns as in `Claim`, as statements and what was left out."""
    good: list[tuple[Any, ...]] = []
    bad: list[dict[str, Any]] = []
    columns = (batch.column(name).to_pylist() for name in Claim._fields)
    for claim in map(Claim._make, zip(*columns, strict=True)):
        tail = tail_of(claim.relation, claim.text)
        found = words(tail)
        reason = _against(claim, tail, found, max_words, title_share)
        if reason is None:
            good.append(_statement(claim, tail, key_of_words(found) or tail.casefold()))
        else:
            bad.append(_left_out(claim, reason))
    return Outcome(len(batch), {"statements": _table(good), "rejected": rejected(bad)})


def reason_against(claim: Claim, max_words: int, title_share: float) -> str | None:
    """The first rule that a claim breaks, by the name of its reason; None where it passes."""
    tail = tail_of(claim.relation, claim.text)
    return _against(claim, tail, words(tail), max_words, title_share)


def _against(
    claim: Claim, tail: str, found: list[str], max_words: int, title_share: float
) -> str | None:
    return (
        (None if claim.kept else "pair not kept")
        or _broken(tail, found, claim, max_words)
        or _copied(tail, found, claim, title_share)
    )


def _broken(tail: str, found: list[str], claim: Claim, max_words: int) -> str | None:
    """Whether the text is no whole thought: nothing in it, cut off, or the template's own words."""
    # A tail has lost its last dots, so whether there were three is seen in the text.
    cut = tail.endswith(("…", ",", "-", "(", ":")) or claim.text.rstrip("\"'”’» ").endswith("...")
    if cut or not found or found[-1] in _OPEN_ENDS:
        return "incomplete"
    if not (_SUSPECT.isdisjoint(found) and _PLACEHOLDER.isdisjoint(tail)) and _LEFT_OVER.search(
        tail
    ):
        return "template left over"
    return "too long" if len(found) > max_words else None


def _copied(tail: str, found: list[str], claim: Claim, title_share: float) -> str | None:
    """Whether the tail is a title again: a long run of it, or most of its words."""
    if len(found) < _SHORT:
        return None
    for title in filter(None, (claim.title_a, claim.title_b)):
        named = _title_words(title)
        # A tail whose first word is not in the title is no part of it: spares a search.
        part = found[0] in named and tail.casefold() in title.casefold()
        if part or _covers(found, named, title_share):
            return "copied from the title"
    return None


_SHORT = 4  # "a type of USB extension cable" names the product's kind: fewer words are no copy


def _covers(found: list[str], named: frozenset[str], share: float) -> bool:
    needed = max(_SHORT, share * len(named))
    return len(found) >= needed and len(named.intersection(found)) >= needed


@lru_cache(maxsize=4096)
def _title_words(title: str) -> frozenset[str]:
    return frozenset(words(title))


def _statement(claim: Claim, tail: str, key: str) -> tuple[Any, ...]:
    intention = intention_id(key)
    identity = statement_id(claim.pair, claim.relation, intention)
    scores = (claim.agreement, claim.typicality, claim.plausibility)
    return (identity, claim.pair, claim.relation, intention, tail, claim.text, *scores)


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(STATEMENT)
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, STATEMENT, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=STATEMENT)


def _left_out(claim: Claim, reason: str) -> dict[str, Any]:
    return {
        "reason": reason,
        "file": claim.file,
        "row": claim.row,
        "field": claim.relation,
        "item": claim.pair,
        "detail": claim.text,
    }


# How often an intention is stated, by the category of the products. `n ln n` is rounded to
# millionths and summed as integers: a sum of floats would depend on the order of rows.
_SPREAD = """
WITH total AS (SELECT count(*) AS pairs FROM pairs),
pair_categories AS (
    SELECT p.id AS pair, x.category FROM pairs p JOIN products x ON x.id = p.a
    UNION ALL SELECT p.id, x.category FROM pairs p JOIN products x ON x.id = p.b
),
counted AS (SELECT intention, count(DISTINCT pair) AS n FROM statements GROUP BY intention),
often AS (SELECT c.intention, c.n FROM counted c, settings s WHERE c.n >= s.generic_min_pairs),
ends AS (
    SELECT DISTINCT t.intention, t.pair, p.category
    FROM statements t JOIN often o ON o.intention = t.intention
    JOIN pair_categories p ON p.pair = t.pair AND p.category IS NOT NULL
),
spread AS (SELECT intention, category, count(*) AS n FROM ends GROUP BY intention, category),
sums AS (
    SELECT intention, sum(n) AS all_n,
        sum(CAST(round(n * ln(n) * 1000000) AS BIGINT)) AS all_nlnn
    FROM spread GROUP BY intention
),
scored AS (
    SELECT o.intention,
        (CAST(o.n AS DOUBLE) / t.pairs)
        * ((ln(CAST(s.all_n AS DOUBLE)) - CAST(s.all_nlnn AS DOUBLE) / 1000000 / s.all_n) / ln(2))
        AS score
    FROM often o JOIN sums s ON s.intention = o.intention, total t
),
generic AS (SELECT x.intention FROM scored x, settings s WHERE x.score >= s.generic_score)
"""

SPECIFIC = (
    _SPREAD
    + """
SELECT t.* FROM statements t LEFT JOIN generic g ON g.intention = t.intention
WHERE g.intention IS NULL
"""
)
"""Statements that are not generic; score = share of co-buys × entropy over categories (bits)."""

GENERIC = (
    _SPREAD
    + """
SELECT 'generic' AS reason, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row,
    t.relation AS field, t.pair AS item, t.surface AS detail
FROM statements t JOIN generic g ON g.intention = t.intention
"""
)
