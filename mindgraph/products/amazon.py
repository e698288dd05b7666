"""Amazon review metadata in its three public shapes.

2014 (Python literals: `related`, `imUrl`, `categories` as lists of paths), 2018 (`also_buy`,
`image` or `imageURL` lists, `category` as one path) and 2023 (`parent_asin`, `images` as objects,
`bought_together`). Which shape a row has is read off its own keys, since files are mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mindgraph.rows import Row
from mindgraph.text import iri_safe, plain


def read_amazon(row: Row) -> dict[str, Any]:
    """The fields of a product, whichever of the three shapes the row has."""
    return {
        "id": row.get("asin") or row.get("parent_asin"),
        "title": row.get("title"),
        "description": [row.get("description"), row.get("feature") or row.get("features")],
        "categories": _category_paths(row),
        "brand": row.get("brand") or row.get("store"),
        "variant_of": row.get("parent_asin"),
        "image": _first_picture(row),
        "attributes": _told(row),
    }


def _category_paths(row: Row) -> list[Any]:
    told = row.get("categories") or row.get("category") or []
    if isinstance(told, str):
        told = [told]
    nested = bool(told) and isinstance(told[0], list)
    paths = told if nested else [told]
    return [path for path in paths if path] or [[row.get("main_cat") or row.get("main_category")]]


def _first_picture(row: Row) -> str | None:
    """The address of the first picture, in the best size the row offers."""
    sizes = ("imageURLHighRes", "imageURL", "image", "images", "imUrl")
    for told in filter(None, map(row.get, sizes)):
        first = told[0] if isinstance(told, list) else told
        if isinstance(first, dict):
            first = first.get("hi_res") or first.get("large") or first.get("thumb")
        if first:
            return str(first)
    return None


def _told(row: Row) -> dict[str, Any]:
    details = row.get("details")
    if not isinstance(details, dict):
        return {}
    return {
        plain(name).rstrip(": "): value
        for name, value in details.items()
        if isinstance(value, str) and not plain(name).startswith(("ASIN", "UPC", "ISBN"))
    }


def also_links(kinds: Sequence[str]) -> Callable[[Row, str], Iterator[dict[str, Any]]]:
    """A reader of the also-buy lists of a row, as links to partners the file may not hold."""

    def links(row: Row, product: str) -> Iterator[dict[str, Any]]:
        related = row.get("related")
        for kind in kinds:
            told = row.get(kind) or (related.get(kind) if isinstance(related, dict) else None)
            for partner in told if isinstance(told, list) else ():
                if name := iri_safe(plain(str(partner))):
                    source = f"co-buy ({kind.replace('_', '-')} list)"
                    yield {"a": product, "b": name, "source": source, "open": True}

    return links
