"""What a model is told before it is asked: the shared beginning of all questions about a pair.

The weight-free model reads product cards; vision-language models read pictures and a prompt. Either
way a pair has one prefix, for its intentions and for the verdicts on them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from mindgraph.intentions.prompts import (
    Prompts,
    Shown,
    feature_prefix,
    feature_suffix,
    intention_suffix,
    pair_prefix,
)
from mindgraph.intentions.replies import PREFIX, REQUEST
from mindgraph.models import Generator, Part, Sampling, prefix_digest, request_key
from mindgraph.records import Outcome, rejected

CARD = pa.schema([("product", pa.string()), ("card", pa.string())])
"""What the weight-free model is told of a product: canonical JSON."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Showing:
    """How pictures are shown: the file of a row of pictures (path, at), and their longest side."""

    locate: Callable[[Row], Path]
    side: int

    def picture(self, row: Row) -> tuple[str, str, int]:
        """A picture's digest, file and side."""
        return row["sha256"], str(self.locate(row)), self.side


def cards(batch: pa.RecordBatch) -> Outcome:
    """Products, with their pictures' main colours, as cards."""
    told = [{"product": row["id"], "card": _card(row)} for row in batch.to_pylist()]
    return Outcome(len(batch), {"cards": pa.Table.from_pylist(told, CARD)})


def _card(product: Row) -> str:
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


def of_cards(batch: pa.RecordBatch) -> Outcome:
    """Pairs (item, card_a, card_b, title_a, title_b) as prefixes of two cards."""
    return _prefixes(
        (row, (Part("text", row["card_a"]), Part("text", row["card_b"])))
        for row in batch.to_pylist()
    )


def of_products(batch: pa.RecordBatch, prompts: Prompts, showing: Showing | None) -> Outcome:
    """Products (item, title_a, picture_a) as prefixes of the question for their features."""
    return _prefixes(
        (row, feature_prefix(prompts, _shown(row, "a", showing))) for row in batch.to_pylist()
    )


def of_pairs(batch: pa.RecordBatch, prompts: Prompts, showing: Showing | None) -> Outcome:
    """Pairs with both products' titles, features and pictures as prefixes.

    A pair one of whose features has an error is left out until the feature is there: asked
    without it, the pair would be asked twice.
    """
    rows = batch.to_pylist()
    waiting = [row for row in rows if row["failed"]]
    ready = (row for row in rows if not row["failed"])
    outcome = _prefixes(
        (row, pair_prefix(prompts, _shown(row, "a", showing), _shown(row, "b", showing)))
        for row in ready
    )
    outcome.tables["rejected"] = rejected([_waiting(row) for row in waiting])
    return Outcome(len(rows), outcome.tables)


def _waiting(row: Row) -> dict[str, Any]:
    detail = f"the feature of {row['failed']} failed"
    return {"reason": "model failed", "item": row["item"], "detail": detail}


def _shown(row: Row, side: str, showing: Showing | None) -> Shown:
    seen = row[f"picture_{side}"]
    return Shown(
        title=row[f"title_{side}"] or "",
        feature=row.get(f"feature_{side}"),
        picture=showing.picture(seen) if showing and seen else None,
    )


def _prefixes(told: Iterable[tuple[Row, tuple[Part, ...]]]) -> Outcome:
    rows = [_prefix(row, parts) for row, parts in told]
    return Outcome(len(rows), {"prefixes": pa.Table.from_pylist(rows, PREFIX)})


def _prefix(row: Row, parts: tuple[Part, ...]) -> dict[str, Any]:
    return {
        "item": row["item"],
        "digest": prefix_digest(parts),
        "parts": [asdict(part) for part in parts],
        "title_a": row["title_a"],
        "title_b": row.get("title_b"),
    }


# ---- what is asked of them


def feature_requests(
    batch: pa.RecordBatch, prompts: Prompts, model: Generator, sampling: Sampling
) -> Outcome:
    """One question a product."""
    asked = {"": feature_suffix(prompts)}
    return _requests(batch, "feature", asked, model, sampling)


def intention_requests(
    batch: pa.RecordBatch,
    relations: Sequence[str],
    prompts: Prompts | None,
    model: Generator,
    sampling: Sampling,
) -> Outcome:
    """One question per pair and relation; the weight-free model is asked by the bare name."""
    asked = {name: intention_suffix(prompts, name) if prompts else name for name in relations}
    return _requests(batch, "intention", asked, model, sampling)


def _requests(
    batch: pa.RecordBatch,
    step: str,
    suffixes: Mapping[str, str],
    model: Generator,
    sampling: Sampling,
) -> Outcome:
    asked = [
        {
            "step": step,
            "key": request_key(digest, suffix, model.info, sampling),
            "item": item,
            "prefix": item,
            "digest": digest,
            "relation": relation,
            "suffix": suffix,
            "place": place,
        }
        for item, digest in zip(batch["item"].to_pylist(), batch["digest"].to_pylist(), strict=True)
        for place, (relation, suffix) in enumerate(suffixes.items())
    ]
    return Outcome(len(asked), {"requests": pa.Table.from_pylist(asked, REQUEST)})
