"""The role-aware filter: whether an intention would make a shopper buy both.

The model's P(yes) decides; where it puts little mass on yes and no together, and wherever the
config asks for it, the verdict is spoken and read. Source of the idea: MIND (EMNLP 2024), whose
model always speaks; reading P(yes) off the next token is one forward pass instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from mindgraph.intentions.prompts import Prompts, filter_suffix
from mindgraph.intentions.replies import REQUEST, clean_lines, parts_of
from mindgraph.intentions.sifting import Claim, reason_against
from mindgraph.intentions.spoken import Unsaid, claim_of, reason_of
from mindgraph.intentions.verdicts import verdict_of
from mindgraph.models import Generator, Job, Reply, Sampling, request_key
from mindgraph.records import STATEMENT, Outcome, rejected

VERDICT = pa.schema(
    [
        ("id", pa.string()),  # the statement key
        ("pair", pa.string()),
        ("relation", pa.string()),
        ("surface", pa.string()),
        ("verdict", pa.string()),  # yes, no or unparsed
        ("p_yes", pa.float64()),
        ("mass", pa.float64()),
        ("kept", pa.bool_()),
        ("spoken", pa.string()),  # the raw answer, where one was spoken
        ("reason", pa.string()),  # what followed its yes or no
    ]
)
"""One judged statement, kept or not."""

JUDGING = Sampling(max_tokens=1)
"""P(yes) is read off one forward pass: nothing is drawn."""

ANSWER = pa.schema(
    [
        ("id", pa.string()),
        ("p_yes", pa.float64()),
        ("mass", pa.float64()),
        ("text", pa.string()),
        ("error", pa.string()),
    ]
)
"""What was answered to one question for a verdict."""

# A statement that several claims make is judged once, by its first wording; what was judged where
# it was read is not judged again.
UNJUDGED = """
SELECT s.id, s.pair, s.relation, x.digest, min(s.surface) AS surface
FROM statements s JOIN prefixes x ON x.item = s.pair WHERE s.agreement IS NULL
GROUP BY s.id, s.pair, s.relation, x.digest ORDER BY s.id
"""

# Which verdicts must be spoken: all of them in the paper's way, else those that P(yes) says too
# little of, and those whose reasons are wanted.
UNCLEAR = f"""
WITH unjudged AS ({UNJUDGED})
SELECT u.* FROM unjudged u LEFT JOIN verdicts v ON v.id = u.id, settings o
WHERE o.way = 'paper'
    OR (v.id IS NOT NULL AND v.error IS NULL
        AND (v.p_yes IS NULL OR v.mass IS NULL OR v.mass < o.min_mass))
    OR (o.reasons AND v.p_yes >= o.threshold)
"""

ANSWERED = """
SELECT s.*, v.p_yes, v.mass, v.error AS verdict_error, t.text AS spoken, t.error AS spoken_error,
    row_number() OVER (PARTITION BY s.id, s.agreement IS NULL ORDER BY s.surface, s.tail) AS wording
FROM statements s LEFT JOIN verdicts v ON v.id = s.id LEFT JOIN spoken t ON t.id = s.id
ORDER BY s.id, s.surface, s.tail
"""
"""Statements with all that was answered about them."""

Row = Mapping[str, Any]


def verdict_requests(
    batch: pa.RecordBatch, prompts: Prompts, model: Generator, sampling: Sampling, op: str
) -> Outcome:
    """Statements (id, pair, relation, surface, digest) as questions, spoken or read as P(yes)."""
    asked = []
    for row in batch.to_pylist():
        suffix = filter_suffix(prompts, row["relation"], row["surface"])
        asked.append(
            {
                "step": "verdict" if op == "judge" else "spoken verdict",
                "key": request_key(row["digest"], suffix, model.info, sampling, op),
                "item": row["id"],
                "prefix": row["pair"],
                "digest": row["digest"],
                "relation": row["relation"],
                "suffix": suffix,
                "place": 0,
            }
        )
    return Outcome(len(asked), {"requests": pa.Table.from_pylist(asked, REQUEST)})


@dataclass(frozen=True)
class Foreseen:
    """The verdicts that will be asked for, as one job on the prefix the model still holds.

    What the cheap rules would leave out is not asked, nor what was answered ahead before; what is
    left out later for its company (generic statements) was judged for nothing, which costs less
    than a prefix.
    """

    prompts: Prompts
    max_words: int
    title_share: float

    def __call__(self, model: Generator, row: Row, replies: Sequence[Reply]) -> Job | None:
        """The job of a row of PENDING once its replies are there."""
        asked = {
            request_key(row["digest"], suffix, model.info, JUDGING, "judge"): suffix
            for suffix in self._suffixes(row, replies)
        }
        new = {key: suffix for key, suffix in asked.items() if key not in (row.get("known") or ())}
        if not new:
            return None
        return Job(parts_of(row), tuple(new.values()), tuple(new), JUDGING, "judge")

    def _suffixes(self, row: Row, replies: Sequence[Reply]) -> Iterator[str]:
        relations = {question["key"]: question["relation"] for question in row["asked"]}
        for reply in replies:
            relation = relations[reply.key]
            claim = None if reply.error else self._claim(row, relation, reply)
            if claim:
                yield filter_suffix(self.prompts, relation, claim)

    def _claim(self, row: Row, relation: str, reply: Reply) -> str | None:
        try:
            text = claim_of(clean_lines(reply.text), relation, reply.finish_reason)
        except Unsaid:
            return None
        titles = {"title_a": row["title_a"], "title_b": row["title_b"]}
        against = reason_against(
            Claim(row["item"], relation, text, **titles), self.max_words, self.title_share
        )
        return None if against else text


@dataclass(frozen=True)
class Rule:
    """When an intention passes: see the config's section `filter`."""

    way: str
    threshold: float
    min_mass: float
    keep_unparsed: bool = False

    def passes(self, verdict: str) -> bool:
        """Whether a statement with that verdict goes on."""
        return verdict == "yes" or (verdict == "unparsed" and self.keep_unparsed)


class _Finding(NamedTuple):
    verdict: str
    agreement: float | None
    detail: str | None = None


_REASONS = {"no": "judged no", "unparsed": "verdict unparsed", "failed": "model failed"}


def judged(batch: pa.RecordBatch, rule: Rule) -> Outcome:
    """Statements with what was answered about them, as those that pass and those that do not.

    Takes the rows of ANSWERED. A statement that carries an agreement was judged where it was
    read, and passes.
    """
    rows = batch.to_pylist()
    found = [(row, _finding(row, rule)) for row in rows]
    kept = [{**row, "agreement": f.agreement} for row, f in found if rule.passes(f.verdict)]
    left = [_left_out(row, f) for row, f in found if not rule.passes(f.verdict)]
    verdicts = [_verdict(row, f, rule) for row, f in found if _fresh(row, f)]
    tables = {
        "statements": pa.Table.from_pylist(kept, STATEMENT),
        "verdicts": pa.Table.from_pylist(verdicts, VERDICT),
        "rejected": rejected(left),
    }
    return Outcome(len(rows), tables)


def _fresh(row: Row, finding: _Finding) -> bool:
    """Whether this row tells a verdict: that on a statement's first wording, which was judged."""
    return row["agreement"] is None and row["wording"] == 1 and finding.verdict != "failed"


def _finding(row: Row, rule: Rule) -> _Finding:
    if row["agreement"] is not None:
        return _Finding("yes", row["agreement"])
    if rule.way == "p_yes":
        if row["verdict_error"]:
            return _Finding("failed", None, row["verdict_error"])
        if row["p_yes"] is not None and (row["mass"] or 0) >= rule.min_mass:
            return _Finding("yes" if row["p_yes"] >= rule.threshold else "no", row["p_yes"])
    return _spoken(row)


def _spoken(row: Row) -> _Finding:
    if row["spoken_error"] or row["spoken"] is None:
        return _Finding("failed", None, row["spoken_error"] or "not answered yet")
    verdict, agreement = verdict_of(row["spoken"])
    return _Finding(verdict or "unparsed", agreement, row["spoken"])


def _left_out(row: Row, finding: _Finding) -> dict[str, Any]:
    told = finding.detail
    if told is None:
        told = f"P(yes) {row['p_yes']:.4f}"
    return {
        "reason": _REASONS[finding.verdict],
        "field": row["relation"],
        "item": row["pair"],
        "detail": f"{row['surface']} | {told}",
    }


def _verdict(row: Row, finding: _Finding, rule: Rule) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "pair", "relation", "surface", "p_yes", "mass")}
    reason = reason_of(row["spoken"]) if row["spoken"] else None
    return {
        **told,
        "verdict": finding.verdict,
        "kept": rule.passes(finding.verdict),
        "spoken": row["spoken"],
        "reason": reason,
    }
