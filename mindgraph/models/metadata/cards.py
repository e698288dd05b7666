"""A product card: JSON that others wrote, checked field by field before anything reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mindgraph.text import clean, words


@dataclass(frozen=True)
class Card:
    """What a catalogue holds of one product, all texts clean; what is absent is empty."""

    title: str
    description: str
    brand: str
    categories: list[str]
    colors: list[str]
    attributes: dict[str, list[str]]


def read_card(told: str) -> Card:
    """The card as it was sent; raises ValueError, with the repair, for what is no card."""
    given = _object(told)
    return Card(
        title=_text("title", given),
        description=_text("description", given),
        brand=_text("brand", given),
        categories=_texts("categories", given),
        colors=_texts("colors", given),
        attributes=_attributes("attributes", given),
    )


def _object(told: str) -> dict[str, Any]:
    try:
        given = json.loads(told)
    except (ValueError, RecursionError):
        raise ValueError("a product card is not JSON; write one JSON object per product") from None
    if not isinstance(given, dict):
        raise ValueError("a product card is not a JSON object; write one per product")
    return {name: value for name, value in given.items() if value is not None}


def _text(name: str, given: dict[str, Any]) -> str:
    text = given.get(name, "")
    if not isinstance(text, str):
        raise _wrong_type(name)
    return clean(text)


def _texts(name: str, given: dict[str, Any]) -> list[str]:
    return _all_clean(name, given.get(name, []))


def _attributes(name: str, given: dict[str, Any]) -> dict[str, list[str]]:
    values = given.get(name, {})
    if not isinstance(values, dict):
        raise _wrong_type(name)
    return {_spaced(key): _all_clean(name, texts) for key, texts in values.items()}


def _all_clean(name: str, texts: Any) -> list[str]:
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _wrong_type(name)
    return [clean(text) for text in texts]


def _spaced(name: str) -> str:
    """An attribute's name as words: `Fabric_Type` is `fabric type`."""
    return " ".join(words(name.replace("_", " ")))


def _wrong_type(name: str) -> ValueError:
    return ValueError(f"the field {name!r} of a product card has a wrong type; see its format")
