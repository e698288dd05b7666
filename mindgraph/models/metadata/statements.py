"""What both cards say under each relation, most specific first; where they say nothing, nothing."""

from __future__ import annotations

from itertools import chain

from mindgraph.models.metadata.categories import as_sold, kinds, subjects
from mindgraph.models.metadata.facts import Facts
from mindgraph.models.metadata.purposes import in_common
from mindgraph.models.metadata.titles import common_words
from mindgraph.models.metadata.topics import spoken
from mindgraph.models.metadata.verbs import gerund
from mindgraph.models.metadata.wordings import lemmas, ranked, shared, widest


def is_a(a: Facts, b: Facts) -> list[str]:
    """Kinds that categories name, and the head noun where both titles have the same."""
    heads = [as_sold(a.head)] if a.head == b.head else []
    return ranked([*kinds(a.paths, b.paths), *heads])


def made_of(a: Facts, b: Facts) -> list[str]:
    """Shared materials, without the broader names of the same."""
    return widest(shared(a.materials, b.materials))


def created_by(a: Facts, b: Facts) -> list[str]:
    """The brand, if both have the same."""
    return shared(a.brand, b.brand)


def has_a(a: Facts, b: Facts) -> list[str]:
    """Shared parts, but for what the products themselves are: a strap has no strap."""
    parts = widest(shared(a.parts, b.parts))
    return [part for part in parts if not {a.head, b.head}.intersection(lemmas(part))]


def used_for(a: Facts, b: Facts) -> list[str]:
    """What any purpose of the one has in common with any of the other."""
    return [
        spoken(tail) for tail in widest(in_common(p, q) for p in a.purposes for q in b.purposes)
    ]


def can(a: Facts, b: Facts) -> list[str]:
    """Shared abilities, the verb bare: keep drinks hot."""
    return widest(shared(a.abilities, b.abilities))


def capable_of(a: Facts, b: Facts) -> list[str]:
    """The same abilities, the verb as a gerund: keeping drinks hot."""
    split = (tail.partition(" ") for tail in can(a, b))
    return [f"{gerund(verb)} {rest}" for verb, _, rest in split]


def property_of(a: Facts, b: Facts) -> list[str]:
    """Qualities in the text, then one value of each attribute, then the pictures' colours."""
    names = sorted(a.values.keys() & b.values.keys())
    values = (ranked(shared(a.values[name], b.values[name]))[:1] for name in names)
    tails = ranked(shared(a.qualities, b.qualities)) + ranked(chain.from_iterable(values))
    return list(dict.fromkeys(tails + ranked(shared(a.colors, b.colors))))


def related_to(a: Facts, b: Facts) -> list[str]:
    """What categories are about, and the topics that both products have to do with."""
    return ranked([*subjects(a.paths, b.paths), *(a.topics & b.topics)])


def similar_to(a: Facts, b: Facts) -> list[str]:
    """The words that titles of one type share."""
    one_type = a.head and a.head == b.head
    words = common_words(a.title, b.title) if one_type else ""
    return [words] if words else []


def part_of(a: Facts, b: Facts) -> list[str]:
    """The collections that a category path of both names."""
    return [f"the {name} collection" for name in ranked(shared(a.collections, b.collections))]
