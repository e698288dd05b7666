"""What attributes state of a product, and which of them state nothing that two could share."""

from __future__ import annotations

from collections.abc import Mapping

from mindgraph.models.metadata.qualities import QUALITIES
from mindgraph.models.metadata.wordings import Said, lowered, said
from mindgraph.models.metadata.words import word_list

MATERIAL_NAMES = word_list("material materials fabric fabrics material_type fabric_type")
"""Attribute names, lower case, whose values are materials."""
NO_VALUES = word_list("yes no true false none n/a na null other unknown various multi n.a. y n")
NOT_QUALITIES = word_list(
    """price cost size sizes id sku asin upc ean gtin mpn isbn weight date url image qty quantity
    stock rank rating model length width height depth dimensions dimension number code warranty new
    sale discount options count capacity volume currency tax availability variant title name
    description manufacturer brand category age"""
)
"""Words of attribute names whose values are no quality of the product."""


def is_value(value: str) -> bool:
    """Whether a value says something by itself: no flag, no number, no gap."""
    plain = value.casefold()
    return plain not in NO_VALUES | {""} and not any(sign.isdigit() for sign in plain)


def values_of(attributes: Mapping[str, list[str]]) -> Mapping[str, Said]:
    """What the attributes state of the product, but materials, sizes, prices, codes and flags."""
    return {
        name: said(_valued(name, value) for value in values if is_value(value))
        for name, values in attributes.items()
        if name not in MATERIAL_NAMES and NOT_QUALITIES.isdisjoint(name.split())
    }


def _valued(name: str, value: str) -> str:
    """A value as it is stated; one that says little alone keeps its name: "pattern: solid"."""
    if len(value.split()) > 4:
        return ""
    if name in ("color", "colour"):
        return color(value)
    quality = QUALITIES.get(value.lower().replace("-", " "))
    return quality or f"{name}: {lowered(value)}"


def color(name: str) -> str:
    """A colour as a property, worded alike whether a picture or an attribute tells it."""
    return f"the color {name.lower()}"
