"""What category paths say of two products: the kinds of thing both are, and what both are about."""

from __future__ import annotations

import re
from itertools import chain, pairwise, takewhile

from mindgraph.models.metadata.wordings import Said, lowered, said
from mindgraph.models.metadata.words import looks_plural, word_list
from mindgraph.text import clean, lemma, merge_key, words

MERCHANDISING = word_list(
    """collections promotions promotion collection sale deals specials clearance featured gifts
    offers new_arrivals what's_new"""
)
"""Levels that only serve selling; so do those below them."""
OPAQUE = word_list(
    """men women kids boys girls unisex men's women's default_category all root home shop products
    catalog catalogue misc miscellaneous other general new sale featured collections promotions
    everything items departments"""
)
"""Names that only sort goods."""
KIND_NOUNS = word_list(
    """equipment gear clothing apparel furniture jewelry jewellery software footwear hardware wear
    cookware tableware drinkware bakeware sportswear underwear outerwear swimwear bedding luggage
    stationery lingerie hosiery cutlery flatware machinery"""
)
"""Nouns that name a kind of thing although they are singular."""
TOPICAL_PLURALS = word_list(
    "sports kids boys girls basics essentials crafts arts arrivals brands ideas news series women's"
)
"""Plurals that name no kind of thing."""
PLURAL_ONLY = {
    "short": "shorts",
    "pant": "pants",
    "tight": "tights",
    "legging": "leggings",
    "glass": "glasses",
    "sunglass": "sunglasses",
    "jean": "jeans",
    "trouser": "trousers",
    "scissor": "scissors",
    "shear": "shears",
    "headphone": "headphones",
    "good": "goods",
    "supply": "supplies",
    "electronic": "electronics",
    "clothe": "clothes",
    "overall": "overalls",
}
"""Nouns that a shop uses in the plural, by their lemma."""

Paths = tuple[tuple[str, ...], ...]
"""Category paths, each from broad to narrow."""


def paths_of(categories: list[str]) -> Paths:
    """The paths up to the first level that only serves selling, such as "Sale"."""
    paths = (tuple(takewhile(_sorts, _levels(category))) for category in categories)
    return tuple(path for path in paths if path)


def collections_of(categories: list[str]) -> Said:
    """The names that stand right below a level "Collections"."""
    steps = chain.from_iterable(pairwise(_levels(category)) for category in categories)
    names = [name for above, name in steps if above.casefold() == "collections"]
    return said(re.sub(r" collection$", "", name, flags=re.IGNORECASE) for name in names)


def kinds(a: Paths, b: Paths) -> list[str]:
    """The narrowest categories of both that name a kind of thing, as types."""
    return [_singular(name) for name in _narrowest(a, b) if _is_kind(name)]


def subjects(a: Paths, b: Paths) -> list[str]:
    """The narrowest categories of both that name no kind, and those right above the narrowest."""
    narrowest = _narrowest(a, b)
    above = _parents(b, narrowest)
    named = [name for name in narrowest if not _is_kind(name)]
    named += [name for name in _parents(a, narrowest) if name in above]
    return [lowered(name) for name in named if name.casefold() not in OPAQUE]


def as_sold(noun: str) -> str:
    """A noun in the number that a shop uses it in: a jacket, but shorts."""
    return PLURAL_ONLY.get(noun, noun)


def _levels(category: str) -> list[str]:
    return [level for level in map(clean, category.split(" > ")) if level]


def _sorts(level: str) -> bool:
    return level.casefold() not in MERCHANDISING


def _narrowest(a: Paths, b: Paths) -> list[str]:
    """The names that stand in a path of both, but for those above another such name."""
    shared = said(chain(*a)).keys() & said(chain(*b)).keys()
    paths = [[name for name in path if merge_key(name) in shared] for path in a + b]
    above = {merge_key(name) for path in paths for name in path[:-1]}
    lowest = (name for path in paths for name in path if merge_key(name) not in above)
    return list(said(lowest).values())


def _parents(paths: Paths, names: list[str]) -> list[str]:
    keys = {merge_key(name) for name in names}
    steps = chain.from_iterable(map(pairwise, paths))
    return [upper for upper, lower in steps if merge_key(lower) in keys]


def _is_kind(name: str) -> bool:
    """Whether a category's name names things (Jackets, Fitness Equipment) and no topic (Coffee)."""
    last = (words(name) or [""])[-1]
    plural = looks_plural(last) and last not in TOPICAL_PLURALS
    return name.casefold() not in OPAQUE and (plural or last in KIND_NOUNS)


def _singular(name: str) -> str:
    """A category's name as a type: `Road Bikes` is `road bike`; a list of types stays."""
    *front, last = lowered(name).split(" ")
    listed = {"&", "and"}.intersection(front) or "," in name
    if listed or not last.isalpha() or last in KIND_NOUNS:
        return lowered(name)
    return " ".join([*front, as_sold(lemma(last))])
