"""The parts a text says the product has, and whether something is said of a part only."""

from __future__ import annotations

from collections.abc import Iterator

from mindgraph.models.metadata.lines import Line, lower, word_at
from mindgraph.models.metadata.phrases import ends_phrase
from mindgraph.models.metadata.verbs import THIRD
from mindgraph.models.metadata.wordings import Said
from mindgraph.models.metadata.words import ENDINGS, word_list
from mindgraph.text import lemma

PARTS = {
    part: f"an {part}" if part[0] in "aeiou" else f"a {part}"
    for part in sorted(
        word_list(
            """handle lid pocket zipper hood strap button battery compartment drawstring waistband
            collar buckle clasp hook loop blade spout dial backlight stopwatch alarm timer
            speaker microphone camera charger keyboard touchscreen thermometer nozzle hose saucer
            tripod drawer shelf mirror canopy visor brim pouch hinge carabiner
            placket thumbhole gusset liner lining basket kickstand antenna"""
        )
    )
}
PART_PAIRS = {
    "usb port": "a USB port",
    "headphone jack": "a headphone jack",
    "shoulder strap": "a shoulder strap",
    "top handle": "a top handle",
    "carry handle": "a carry handle",
    "kangaroo pocket": "a kangaroo pocket",
    "flatlock seam": "flatlock seams",
    "flat seam": "flat seams",
    "carry bag": "a carry bag",
    "led display": "an LED display",
    "led backlight": "an LED backlight",
    "digital display": "a digital display",
    "rubber strap": "a rubber strap",
    "rain cover": "a rain cover",
    "crew neckline": "a crew neckline",
    "ribbed cuff": "ribbed cuffs",
    "elastic waistband": "an elastic waistband",
    "elasticized waistband": "an elastic waistband",
    "gel padding": "gel padding",
    "carrying case": "a carrying case",
    "storage case": "a storage case",
    "travel case": "a travel case",
    "power cord": "a power cord",
    "remote control": "a remote control",
    "touch screen": "a touchscreen",
}
"""Parts a product can have, and how they stand after "have"."""
ANY_PARTS = PARTS.keys() | word_list(
    """waist hem cuff ankle band sleeve seam trim panel neckline layer case closure padding insert
    end bumper spoke grip palm upper rim foot wheel"""
)
"""What an adjective or a material may belong to instead of the product."""
PLACED = word_list(
    """in into inside for to from without no on onto under over your of any at non out around
    between through off fits fit not behind against near like via per"""
)
"""Before a part, these say that it may be another product's."""


def parts_of(lines: list[Line]) -> Said:
    """The parts that are the product's own, not another's that it goes into."""
    return {part: stated for line in lines for part, stated in _had(lower(line))}


def _had(low: Line) -> Iterator[tuple[str, str]]:
    for at in range(len(low)):
        after = word_at(low, at + 1)
        if after != "to" and ends_phrase(after) and not _is_elsewhere(low[max(0, at - 5) : at]):
            yield from _called(word_at(low, at - 1), low[at])


def _called(before: str, word: str) -> Iterator[tuple[str, str]]:
    """What a noun names, with the word before it and alone: a shoulder strap is a strap too."""
    part = "" if word in THIRD else lemma(word)
    pair = f"{before} {part}"
    if pair in PART_PAIRS:
        yield pair, PART_PAIRS[pair]
    if part in PARTS:
        yield part, PARTS[part]


def _is_elsewhere(before: Line) -> bool:
    """Whether a part is only where something goes ("fits in your pocket"), or is not there."""
    near = (word for word in reversed(before) if word in PLACED | ENDINGS)
    return next(near, "") in PLACED


def is_of_a_part(after: Line) -> bool:
    """Whether what stands before is said of a part: an adjustable strap makes no adjustable bag."""
    return any(lemma(word) in ANY_PARTS for word in after)
