"""Asking a model: what waits for an answer, what was answered, and what failed.

Every question has a request key made from all that decides its answer. Answers are kept by that
key, so a build that is started again, or a catalogue that grew, never asks twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal

import pyarrow as pa

from mindgraph.models import Generator, Job, Part, Reply, Sampling, prefix_digest, waited_for
from mindgraph.records import Outcome
from mindgraph.text import clean

PART = pa.struct(
    [("kind", pa.string()), ("value", pa.string()), ("at", pa.string()), ("side", pa.int32())]
)

PREFIX = pa.schema(
    [
        ("item", pa.string()),  # the product or the pair that is asked about
        ("digest", pa.string()),
        ("parts", pa.list_(PART)),
        ("title_a", pa.string()),
        ("title_b", pa.string()),
    ]
)
"""What all questions about one product or one pair begin with."""

REQUEST = pa.schema(
    [
        ("step", pa.string()),  # feature, intention, verdict or spoken verdict
        ("key", pa.string()),
        ("item", pa.string()),  # what the answer is about: a product, a pair, a statement
        ("prefix", pa.string()),  # the item of its prefix, and that prefix's digest
        ("digest", pa.string()),
        ("relation", pa.string()),
        ("suffix", pa.string()),
        ("place", pa.int32()),
    ]
)

TRACE = [
    ("started", pa.string()),
    ("seconds", pa.float64()),
    ("attempts", pa.int64()),
    ("tokens_in", pa.int64()),
    ("tokens_cached", pa.int64()),
    ("tokens_image", pa.int64()),
    ("tokens_out", pa.int64()),
    ("seed", pa.int64()),
    ("way", pa.string()),
    ("difference", pa.float64()),
    ("returned_model", pa.string()),
    ("fingerprint", pa.string()),
    ("engine", pa.string()),
]

REPLY = pa.schema(
    [
        ("key", pa.string()),
        ("prefix", pa.string()),  # its digest
        ("op", pa.string()),
        ("text", pa.string()),
        ("finish_reason", pa.string()),
        ("error", pa.string()),
        ("p_yes", pa.float64()),
        ("mass", pa.float64()),
        ("backend", pa.string()),
        ("model", pa.string()),
        ("revision", pa.string()),
        ("max_tokens", pa.int64()),
        ("temperature", pa.float64()),
        ("top_p", pa.float64()),
        *TRACE,
    ]
)

# Questions without an answer yet, a row for each job; `published` are the replies the ledger
# already holds, {ahead} those that another stage asked for in advance. What two pairs would ask
# alike is asked once. `known` are the keys that this very stage answered ahead of another.
_PENDING = """
WITH answered AS (SELECT key FROM published WHERE error IS NULL {ahead}),
asking AS (
    SELECT key, min(prefix) AS prefix, min(suffix) AS suffix, min(relation) AS relation,
        min(place) AS place
    FROM requests GROUP BY key
),
jobs AS (
    SELECT r.prefix, list({{'key': r.key, 'suffix': r.suffix, 'relation': r.relation}}
        ORDER BY r.place, r.key) AS asked
    FROM asking r LEFT JOIN answered d ON d.key = r.key WHERE d.key IS NULL GROUP BY r.prefix
),
foreseen AS ({foreseen})
SELECT x.*, j.asked, f.known FROM prefixes x JOIN jobs j ON j.prefix = x.item
LEFT JOIN foreseen f ON f.prefix = x.digest ORDER BY x.item
"""

_NOTHING = "SELECT NULL AS prefix, NULL AS known WHERE false"

PENDING = _PENDING.format(ahead="", foreseen=_NOTHING)

PENDING_BUT_AHEAD = _PENDING.format(
    ahead="UNION ALL SELECT key FROM ahead WHERE error IS NULL", foreseen=_NOTHING
)

PENDING_AND_AHEAD = _PENDING.format(
    ahead="",
    foreseen="""
    SELECT prefix, list(key) AS known FROM published_ahead WHERE error IS NULL GROUP BY prefix""",
)
"""Of the stage that asks ahead: with what it asked ahead before."""

Row = Mapping[str, Any]
Ahead = Callable[[Generator, Row, Sequence[Reply]], Job | None]
"""What to ask of the same prefix once its replies are there, while the model still has it."""

Note = Callable[[str, Row], None]
"""Keeps a row of an output the moment it is there."""


def _unnoted(output: str, row: Row) -> None:
    """Keeps nothing."""


class _Kept(list[Row]):
    """The rows of one output, each noted as it comes."""

    def __init__(self, output: str, note: Note) -> None:
        super().__init__()
        self._output, self._note = output, note

    def keep(self, row: Row) -> None:
        self._note(self._output, row)
        self.append(row)


def answer(
    batch: pa.RecordBatch,
    model: Generator,
    sampling: Sampling,
    op: Literal["generate", "judge"] = "generate",
    ahead: Ahead | None = None,
    note: Note = _unnoted,
) -> Outcome:
    """Ask the jobs of a batch; what is asked `ahead` of its stage is a table of its own."""
    replies, foreseen = _Kept("replies", note), _Kept("ahead", note)
    rows = batch.to_pylist()
    # A few jobs at a time, so that what is asked ahead finds their prefixes still at hand.
    for start in range(0, len(rows), model.together):
        some = rows[start : start + model.together]
        said = _asked(model, [_job(row, sampling, op) for row in some], replies)
        if ahead:
            more = (ahead(model, row, _of(row, said)) for row in some)
            _asked(model, [job for job in more if job], foreseen)
    tables = {"replies": pa.Table.from_pylist(replies, REPLY)}
    if ahead:
        tables["ahead"] = pa.Table.from_pylist(foreseen, REPLY)
    return Outcome(len(replies), tables)


def _job(row: Row, sampling: Sampling, op: Literal["generate", "judge"]) -> Job:
    asked = row["asked"]
    suffixes = tuple(question["suffix"] for question in asked)
    return Job(parts_of(row), suffixes, tuple(question["key"] for question in asked), sampling, op)


def parts_of(row: Row) -> tuple[Part, ...]:
    """The parts of a row of PREFIX."""
    return tuple(Part(**part) for part in row["parts"])


def _asked(model: Generator, jobs: list[Job], kept: _Kept) -> list[Reply]:
    return waited_for(_replies(model, jobs, kept)) if jobs else []


async def _replies(model: Generator, jobs: list[Job], kept: _Kept) -> list[Reply]:
    async def stream() -> AsyncIterator[Job]:
        for job in jobs:
            yield job

    owners = {key: job for job in jobs for key in job.keys}
    said = []
    async for reply in model.run(stream()):
        kept.keep(_told(model, owners[reply.key], reply))
        said.append(reply)
    return said


def _of(row: Row, said: Sequence[Reply]) -> list[Reply]:
    keys = {question["key"] for question in row["asked"]}
    return [reply for reply in said if reply.key in keys]


def _told(model: Generator, job: Job, reply: Reply) -> Row:
    told = asdict(reply)
    return {
        **told.pop("trace"),
        **told,
        **asdict(model.info),
        **asdict(job.sampling),
        "seed": reply.trace.seed,
        "prefix": prefix_digest(job.prefix),
        "op": job.op,
        "text": clean_lines(reply.text),
        "p_yes": _number(reply.p_yes),
        "mass": _number(reply.mass),
    }


def _number(score: float | None) -> float | None:
    """A score as it is, but none where a model gives what is no number."""
    return None if score is None or math.isnan(score) else score


def clean_lines(text: str) -> str:
    """A reply as it stands in a record: every line cleaned, one empty line between paragraphs."""
    lines = "\n".join(map(clean, text.splitlines()))
    return _GAP.sub("\n\n", lines).strip("\n")


_GAP = re.compile(r"\n{3,}")

# One reply a question: that with an answer where there is one, else the error in its place.
BEST = """
best AS (
    SELECT * FROM (
        SELECT *, row_number() OVER (
            PARTITION BY key ORDER BY error IS NOT NULL, text, p_yes, error
        ) AS rank FROM replies
    ) WHERE rank = 1
)
"""

FAILED = f"""
WITH {BEST}
SELECT 'model failed' AS reason, CAST(NULL AS VARCHAR) AS file, CAST(NULL AS BIGINT) AS row,
    r.relation AS field, r.item, b.error AS detail
FROM requests r LEFT JOIN best b ON b.key = r.key WHERE b.key IS NULL OR b.error IS NOT NULL
"""

ANSWERS = f"""
WITH {BEST}
SELECT r.item, r.relation, r.place, b.text, b.finish_reason
FROM requests r JOIN best b ON b.key = r.key AND b.error IS NULL ORDER BY r.item, r.place
"""
"""The answered questions of one step, with what was said; FAILED are the others."""

JUDGED = f"""
WITH {BEST}
SELECT r.item AS id, b.p_yes, b.mass, b.text,
    CASE WHEN b.key IS NULL THEN 'not answered yet' ELSE b.error END AS error
FROM requests r LEFT JOIN best b ON b.key = r.key ORDER BY id
"""
"""What was answered to each question for a verdict, or that it failed."""

# The record of a run: what was asked and answered, readable by the recorded model. With verdicts
# that were asked ahead of what was then left out: a replay asks for them too.
_KEPT = ", ".join(f"b.{name}" for name in REPLY.names if name != "error")

RECORD = f"""
WITH {BEST}, asked AS (
    SELECT key, min(step) AS step, min(item) AS item, min(relation) AS relation
    FROM requests GROUP BY key
)
SELECT coalesce(a.step, 'verdict') AS step, a.item, a.relation, {_KEPT}
FROM best b LEFT JOIN asked a ON a.key = b.key
WHERE b.error IS NULL AND (a.key IS NOT NULL OR (
    b.op = 'judge' AND b.prefix IN (SELECT digest FROM requests)
)) ORDER BY b.key
"""
