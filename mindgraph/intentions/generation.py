"""What a model's answers say: the features of products, and claims about pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mindgraph.intentions.spoken import Unsaid, claim_of, feature_of
from mindgraph.records import CLAIM, Outcome, rejected

FEATURE = pa.schema([("product", pa.string()), ("feature", pa.string())])
"""What a model saw in a product."""

Row = Mapping[str, Any]


def features(batch: pa.RecordBatch) -> Outcome:
    """Answered questions about products (item, text, finish_reason), as features."""
    said, left = [], []
    for row in batch.to_pylist():
        try:
            feature = feature_of(row["text"], row["finish_reason"])
            said.append({"product": row["item"], "feature": feature})
        except Unsaid as unsaid:
            left.append({"reason": unsaid.reason, "item": row["item"], "detail": row["text"]})
    tables = {"features": pa.Table.from_pylist(said, FEATURE), "rejected": rejected(left)}
    return Outcome(len(batch), tables)


def claims(batch: pa.RecordBatch, by_line: bool) -> Outcome:
    """Answers (item, relation, text, finish_reason, a, b) as claims.

    The weight-free model states a claim a line; of all others the reply is one claim. An answer
    that says nothing is counted as that.
    """
    said: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    for row in batch.to_pylist():
        try:
            said += ({**_about(row), "text": text} for text in _said(row, by_line))
        except Unsaid as unsaid:
            left.append(_left_out(row, unsaid.reason))
    tables = {"claims": pa.Table.from_pylist(said, CLAIM), "rejected": rejected(left)}
    return Outcome(len(said) + len(left), tables)


def _said(row: Row, by_line: bool) -> list[str]:
    if not by_line:
        return [claim_of(row["text"], row["relation"], row["finish_reason"])]
    lines = [line for line in row["text"].split("\n") if line]
    if not lines:
        raise Unsaid("nothing said")
    return lines


def _about(row: Row) -> dict[str, Any]:
    return {"a": row["a"], "b": row["b"], "pair": row["item"], "relation": row["relation"]}


def _left_out(row: Row, reason: str) -> dict[str, Any]:
    detail = row["text"] or None
    return {"reason": reason, "field": row["relation"], "item": row["item"], "detail": detail}
