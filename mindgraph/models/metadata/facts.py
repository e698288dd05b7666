"""All that one card says, each thing under the key it is compared by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from mindgraph.models.metadata.abilities import abilities_of
from mindgraph.models.metadata.attributes import color, values_of
from mindgraph.models.metadata.cards import read_card
from mindgraph.models.metadata.categories import Paths, collections_of, paths_of
from mindgraph.models.metadata.lines import lines_of
from mindgraph.models.metadata.materials import materials_of
from mindgraph.models.metadata.parts import parts_of
from mindgraph.models.metadata.purposes import Purpose, purposes_of, title_purposes
from mindgraph.models.metadata.qualities import qualities_of
from mindgraph.models.metadata.titles import core_of, head_of, own_words
from mindgraph.models.metadata.topics import topics_of
from mindgraph.models.metadata.wordings import Said, said

MOST = 60
"""Purposes, and abilities, read from one card, so that no text makes a pair slow."""


@dataclass(frozen=True)
class Facts:
    """What one card says, ready to be compared with another."""

    paths: Paths
    collections: Said
    head: str
    title: Said
    topics: frozenset[str]
    brand: Said
    materials: Said
    purposes: tuple[Purpose, ...]
    abilities: Said
    qualities: Said
    values: Mapping[str, Said]
    colors: Said
    parts: Said


@lru_cache(maxsize=4096)
def facts_of(told: str) -> Facts:
    """The card's facts, read once for all its pairs; raises ValueError for what is no card."""
    card = read_card(told)
    text = lines_of(card.description)
    lines = [*lines_of(card.title), *text]
    core, paths = core_of(card.title), paths_of(card.categories)
    return Facts(
        paths=paths,
        collections=collections_of(card.categories),
        head=head_of(core, card.brand, lines),
        title=own_words(core, card.brand),
        topics=topics_of([card.title, *chain(*paths)], lines),
        brand=said([card.brand]),
        materials=materials_of(card.attributes, lines),
        purposes=tuple(islice(chain(title_purposes(core), purposes_of(lines)), MOST)),
        abilities=dict(islice(abilities_of(lines), MOST)),
        qualities=qualities_of(lines),
        values=values_of(card.attributes),
        # The most frequent come first; from the third on they are details of a picture.
        colors=said(color(name) for name in card.colors[:2] if name),
        # A title's parts stand after "with": before it stands what the product itself is.
        parts=parts_of([*lines_of(card.title.partition(" with ")[2]), *text]),
    )
