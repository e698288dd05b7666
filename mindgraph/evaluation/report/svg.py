"""A drawing of matplotlib's as a part of a page: text stays text, and the page gives the colours.

What is drawn in one of the inks becomes a class, so that a dark page and a printed one have their
own colours; no style attribute, no outside name and no unused id is left, and ids begin with the
drawing's name, so that several drawings fit on one page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, KEPT, PALE, PAPER, RULE = "#010101", "#020202", "#030303", "#040404", "#050505"
_CLASSES = {INK: "ink", KEPT: "kept", PALE: "pale", PAPER: "paper", RULE: "rule"}

_FONT = re.compile(r"([\d.]+)px")
_REFERENCE = re.compile(r"#([\w-]+)")


def inline(figure: Figure, name: str, title: str) -> str:
    """A figure as an `<svg>` element that says what it is by `title`."""
    root = ET.fromstring(_drawn(figure))  # noqa: S314 - matplotlib wrote it a moment ago
    for element in list(root.iter()):
        _plain(element)
        for child in [child for child in element if _is_overhead(child)]:
            element.remove(child)
    _name_ids(root, name)
    return ET.tostring(_told(root, name, title), encoding="unicode")


def _drawn(figure: Figure) -> str:
    written = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(written, format="svg", metadata=nothing, transparent=True)
    return written.getvalue()


def _is_overhead(element: ET.Element) -> bool:
    return _local(element.tag) in ("metadata", "style")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _plain(element: ET.Element) -> None:
    """Names without namespaces, attributes in place of styles."""
    element.tag = _local(element.tag)
    given = {_local(name): value for name, value in element.attrib.items()}
    given.update(_styles(given.pop("style", "")))
    classes = [f"{part}-{_CLASSES[given.pop(part)]}" for part in _inked(given)]
    element.attrib.clear()
    element.attrib.update({**given, **({"class": " ".join(classes)} if classes else {})})


def _inked(given: dict[str, str]) -> list[str]:
    return [part for part in ("fill", "stroke") if given.get(part) in _CLASSES]


def _styles(style: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, style.split(";")):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        if name == "font":
            size = _FONT.search(value)
            yield "font-size", size[1] if size else "10"
            if "bold" in value or "700" in value:
                yield "font-weight", "600"
        else:
            yield name, value


def _name_ids(root: ET.Element, name: str) -> None:
    used = {
        found
        for element in root.iter()
        for value in element.attrib.values()
        for found in _REFERENCE.findall(value)
    }
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id" and value in used:
                element.set(key, f"{name}-{value}")
            elif key == "id":
                del element.attrib[key]
            elif key == "href" or value.startswith("url("):
                element.set(key, _REFERENCE.sub(rf"#{name}-\1", value))


def _told(root: ET.Element, name: str, title: str) -> ET.Element:
    size = {"viewBox": root.attrib["viewBox"]}
    root.attrib.clear()
    root.attrib.update(size, role="img", **{"class": "plot", "aria-labelledby": f"{name}-title"})
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt"})
    told = ET.Element("title", id=f"{name}-title")
    told.text = title
    root.insert(0, told)
    return root
