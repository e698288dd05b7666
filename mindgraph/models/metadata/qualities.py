"""The qualities a text claims for the product itself, under whatever wording."""

from __future__ import annotations

from collections.abc import Iterator

from mindgraph.models.metadata.lines import Line, is_negated
from mindgraph.models.metadata.parts import is_of_a_part
from mindgraph.models.metadata.wordings import Said
from mindgraph.models.metadata.words import word_list

ADJECTIVES = word_list(
    """waterproof water-resistant water-repellent windproof wind-resistant weatherproof
    weather-resistant leakproof spill-proof splash-proof shockproof dustproof fireproof
    flame-retardant heat-resistant stain-resistant scratch-resistant scratch-proof rust-resistant
    rustproof wrinkle-resistant tear-resistant abrasion-resistant chafe-resistant burst-resistant
    frost-resistant odor-resistant slip-resistant non-slip non-stick non-toxic bpa-free
    antimicrobial antibacterial hypoallergenic lightweight ultra-lightweight portable foldable
    collapsible reversible removable detachable adjustable rechargeable wireless cordless bluetooth
    battery-powered solar-powered organic biodegradable compostable recyclable breathable insulated
    padded quilted stretchy elastic seamless moisture-wicking quick-drying machine_washable
    dishwasher_safe microwave_safe oven_safe easy_to_clean easy_to_install easy_to_assemble washable
    handmade hand-crafted stackable ergonomic magnetic digital analog programmable dimmable
    inflatable reusable disposable transparent reflective all-weather heavy-duty heavyweight
    sleeveless hooded sugar-free gluten-free vegan unscented fragrance-free caffeine-free wheeled
    self-sealing clipless aerodynamic heat-treated tagless pre-shrunk thermal unisex"""
)
"""What a shopper can check."""
QUALITIES = {quality.replace("-", " "): quality for quality in sorted(ADJECTIVES)} | {
    "light weight": "lightweight",
    "ultra light": "ultra-lightweight",
    "ultra breathable": "breathable",
    "anti microbial": "antimicrobial",
    "anti bacterial": "antibacterial",
    "quick dry": "quick-drying",
    "fast drying": "quick-drying",
    "sweat wicking": "moisture-wicking",
    "machine wash": "machine washable",
    "leak proof": "leakproof",
    "water proof": "waterproof",
    "rip resistant": "tear-resistant",
    "odour resistant": "odor-resistant",
    "anti slip": "non-slip",
    "battery operated": "battery-powered",
    "anti chafe": "chafe-resistant",
    "nontoxic": "non-toxic",
}
"""Wordings of a quality, without hyphens, and the one that is stated."""


def qualities_of(lines: list[Line]) -> Said:
    """The qualities that no sentence denies or says of a part."""
    return {quality: quality for line in lines for quality in _claimed(line)}


def _claimed(line: Line) -> Iterator[str]:
    low = [part for word in line for part in word.lower().split("-")]
    for at in range(len(low)):
        for end in range(at + 1, at + 4):
            quality = QUALITIES.get(" ".join(low[at:end]))
            if quality and not is_negated(low, at) and not is_of_a_part(low[end : end + 3]):
                yield quality
