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
    told = _listed(row.get("categories") or row.get("category") or [])
    nested = any(isinstance(path, list) for path in told)
    paths = [_listed(path) for path in told] if nested else [told]
    return [path for path in paths if path] or [[row.get("main_cat") or row.get("main_category")]]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _first_picture(row: Row) -> str | None:
    """The address of the first picture, in the best size the row offers."""
    sizes = ("imageURLHighRes", "imageURL", "image", "images", "imUrl")
    addresses = map(_address, filter(None, map(row.get, sizes)))
    return next(filter(None, addresses), None)


def _address(told: Any) -> str | None:
    """The first address of a cell: a text, a list, an object of sizes, or one of lists."""
    first = _listed(told)[0]
    if isinstance(first, dict):
        first = first.get("hi_res") or first.get("large") or first.get("thumb")
    address = next(filter(None, _listed(first)), None)
    return address if isinstance(address, str) else None


def _told(row: Row) -> dict[str, Any]:
    details = row.get("details")
    if not isinstance(details, dict):
        return {}
    return {
        plain(name).rstrip(": "): value
        for name, value in details.items()
        if isinstance(name, str)
        and isinstance(value, str)
        and not plain(name).startswith(("ASIN", "UPC", "ISBN"))
    }


def also_links(kinds: Sequence[str]) -> Callable[[Row, str], Iterator[dict[str, Any]]]:
    """A reader of the also-buy lists of a row, as links to partners the file may not hold."""

    def links(row: Row, product: str) -> Iterator[dict[str, Any]]:
        related = row.get("related")
        for kind in kinds:
            told = row.get(kind) or (related.get(kind) if isinstance(related, dict) else None)
            partners = told if isinstance(told, list) else ()
            for partner in filter(lambda named: isinstance(named, str), partners):
                if name := iri_safe(plain(partner)):
                    source = f"co-buy ({kind.replace('_', '-')} list)"
                    yield {"a": product, "b": name, "source": source, "open": True}

    return links
