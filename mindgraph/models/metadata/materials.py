"""What a product is made of, where the catalogue says so of the product itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from mindgraph.models.metadata.attributes import MATERIAL_NAMES, is_value
from mindgraph.models.metadata.lines import Line, lower, word_at
from mindgraph.models.metadata.parts import is_of_a_part
from mindgraph.models.metadata.wordings import Said, lowered, said
from mindgraph.models.metadata.words import CLAUSE, PREPOSITIONS, looks_plural, word_list
from mindgraph.text import NEGATIONS, lemma, words

MATERIALS = word_list(
    """cotton organic_cotton wool merino_wool cashmere silk linen hemp denim leather suede goatskin
    nylon polyester spandex lycra elastane rayon viscose fleece microfiber canvas velvet satin felt
    bamboo wood oak walnut pine beech cedar teak mahogany rattan cork paper cardboard glass
    tempered_glass borosilicate_glass ceramic porcelain stoneware earthenware terracotta clay
    marble granite concrete steel stainless_steel carbon_steel aluminum aluminum_alloy cast_iron
    iron brass copper bronze titanium sterling_silver plastic polycarbonate polypropylene acrylic
    silicone rubber latex neoprene foam memory_foam carbon_fiber fiberglass kevlar resin"""
)
"""In American spelling and the singular."""
FAUX = word_list(
    "faux imitation synthetic vegan artificial mock like look effect style pu non free magnifying"
)
"""Next to a material, these say that it is another."""

MADE = word_list("made crafted constructed built woven knitted knit carved sewn % pure")
MAKE = word_list("construction fabric material build weave")
"""Before and after a material, these say that the product is made of it."""

WORKED_ON = word_list(
    """cleaner polish conditioner glue stain paint care shredder cutter drill saw finish repair
    adhesive dye filler marker punch protector remover primer varnish"""
)
"""A product called "leather conditioner" is made for the material, not of it."""


def materials_of(attributes: Mapping[str, list[str]], lines: list[Line]) -> Said:
    """The materials that the attributes name; where there are none, those the text is sure of."""
    names = sorted(MATERIAL_NAMES & attributes.keys())
    stated = [lowered(value) for name in names for value in attributes[name] if is_value(value)]
    if stated:
        return said([*stated, *map(_plainer, stated)])
    return said(chain.from_iterable(map(_made_of, lines)))


def _plainer(material: str) -> str:
    """The material without its modifiers: organic cotton is cotton, but faux leather no leather."""
    *front, last = words(material) or [""]
    return last if front and last in MATERIALS and FAUX.isdisjoint(front) else ""


def _made_of(line: Line) -> Iterator[str]:
    low = [lemma(word.lower()) for word in line]
    for start, end in _named(low):
        if _is_this(line, low, start, end) and _is_made(line, low, start, end):
            yield " ".join(low[start:end])


def _named(low: Line) -> Iterator[tuple[int, int]]:
    """Where materials stand, by their longer names: stainless steel is not also steel."""
    at = 0
    while at < len(low):
        size = next((n for n in (2, 1) if " ".join(low[at : at + n]) in MATERIALS), 0)
        if size:
            yield at, at + size
        at += size or 1


def _is_this(line: Line, low: Line, start: int, end: int) -> bool:
    """Whether it is the product's: no imitation, no part's, and nothing that is worked on."""
    after = word_at(low, end)
    if after in FAUX | WORKED_ON or is_of_a_part(low[end : end + 2]):
        return False
    return (FAUX | NEGATIONS).isdisjoint(_near(line, start))


def _is_made(line: Line, low: Line, start: int, end: int) -> bool:
    """Whether what stands around a material says that the product is made of it."""
    opens = start < 5 and not any(map(_ends_opening, line[:start]))
    return opens or not MADE.isdisjoint(_near(line, start)) or word_at(low, end) in MAKE


def _near(line: Line, start: int) -> Line:
    return lower(line[max(0, start - 4) : start])


def _ends_opening(word: str) -> bool:
    """Whether the noun phrase that opens a sentence is over after this word."""
    if word.lower() in PREPOSITIONS | CLAUSE or not word[0].isalpha():
        return True
    return looks_plural(word) and not word.endswith("'s") and word.lower() != "this"
