"""The main colours of a picture, by name: what a model that cannot see is told of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

Color = tuple[int, int, int]

# Points of the eleven basic color terms and beige, in sRGB: each name's light and dark ends and
# the places where it borders on another name. Black, white and gray are told by lightness.
_PROTOTYPES = """
red     200 20 30 | 130 20 30 | 235 50 40 | 210 70 70
orange  255 125 20 | 235 150 50 | 250 170 90 | 250 100 50
yellow  255 225 30 | 220 200 50 | 240 235 130 | 215 225 110 | 210 215 150 | 190 145 30
yellow  255 250 180
green   0 130 60 | 20 70 40 | 90 170 40 | 130 220 140 | 100 110 45 | 190 235 150 | 15 120 100
green   150 225 200 | 80 160 130 | 130 140 70 | 200 235 170 | 145 190 145
blue    20 50 160 | 40 40 65 | 35 40 85 | 30 110 210 | 110 180 240 | 20 150 200 | 70 90 140
blue    50 165 175 | 80 95 190 | 20 10 200 | 160 190 220 | 0 90 110 | 140 145 205 | 20 60 110
blue    0 230 250 | 180 225 230 | 220 245 250
purple  110 40 150 | 75 50 130 | 155 110 205 | 140 50 125 | 185 165 240 | 60 30 70
purple  120 90 140 | 180 150 190
pink    250 165 190 | 225 80 150 | 245 130 150 | 215 170 180 | 250 60 115 | 250 200 210
pink    235 90 200 | 255 225 228
brown   110 70 40 | 70 45 30 | 145 95 65 | 100 85 65 | 150 90 75
beige   220 200 165 | 190 170 135 | 235 220 195 | 215 165 135 | 165 150 120 | 200 140 110
beige   242 240 215
"""

_GRID = 64  # a picture is looked at as 64 x 64 pixels
_EDGE = 0.02  # and without its outermost 2 %, where some shops draw a frame
_BORDER = [at for at in range(_GRID**2) if {at % _GRID, at // _GRID} & {0, _GRID - 1}]
_MOST = 0.6  # of the border, before what it shows is called background
_LEAST = 0.02  # of the picture, before what is left is called foreground
_SHARE = 0.2  # of the foreground, before a colour is one of its main colours


def main_colors(picture: Image.Image) -> list[str]:
    """Up to two names of colours, most frequent first, each on a fifth or more of the foreground.

    The names are the basic color terms of Berlin & Kay (1969) and "beige", each pixel taking the
    name of the nearest prototype in OKLab (Ottosson 2020). A plain or softly shaded background
    is left out. The limits: skin and second garments count as brown, beige or what they are; a
    white product on white is known by its shadows; shades between two names (teal, navy, silver)
    may fall to either; a picture of many small colours has none.
    """
    foreground = _foreground(_pixels(picture))
    names = Counter(_name(_coarse(color)) for color in foreground)
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return [name for name, count in ranked[:2] if count >= _SHARE * len(foreground)]


def _pixels(picture: Image.Image) -> list[Color]:
    from PIL import Image

    width, height = picture.size
    inner = (width * _EDGE, height * _EDGE, width * (1 - _EDGE), height * (1 - _EDGE))
    # Nearest, since a mean of black and white is a gray that thin things do not have.
    small = picture.convert("RGB").resize((_GRID, _GRID), Image.Resampling.NEAREST, inner)
    raw = small.tobytes()
    return list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))


def _foreground(pixels: list[Color]) -> list[Color]:
    behind = _plain_background(pixels) or _shaded_background(pixels)
    left = [color for at, color in enumerate(pixels) if at not in behind]
    return left if len(left) >= _LEAST * len(pixels) else pixels


def _plain_background(pixels: list[Color]) -> set[int]:
    border = [pixels[at] for at in _BORDER]
    usual = (
        median(c[0] for c in border),
        median(c[1] for c in border),
        median(c[2] for c in border),
    )
    return _if_most({at for at, color in enumerate(pixels) if _close(color, usual, 12)})


def _shaded_background(pixels: list[Color]) -> set[int]:
    # What small steps reach from the corners; the steps end at the edges of things.
    corners = [0, _GRID - 1, _GRID * (_GRID - 1), _GRID**2 - 1]
    reached = set(corners)
    while corners:
        here = corners.pop()
        for at in _beside(here):
            if at not in reached and _close(pixels[at], pixels[here], 8):
                reached.add(at)
                corners.append(at)
    return _if_most(reached)


def _beside(at: int) -> Iterator[int]:
    row, column = divmod(at, _GRID)
    if row > 0:
        yield at - _GRID
    if row < _GRID - 1:
        yield at + _GRID
    if column > 0:
        yield at - 1
    if column < _GRID - 1:
        yield at + 1


def _close(color: Color, other: tuple[float, float, float], step: int) -> bool:
    return (
        abs(color[0] - other[0]) <= step
        and abs(color[1] - other[1]) <= step
        and abs(color[2] - other[2]) <= step
    )


def _if_most(behind: set[int]) -> set[int]:
    return behind if sum(at in behind for at in _BORDER) >= _MOST * len(_BORDER) else set()


def _coarse(color: Color) -> Color:
    """32 levels a channel, so that the names of a process's pixels are few and soon all known."""
    return color[0] & 0xF8 | 4, color[1] & 0xF8 | 4, color[2] & 0xF8 | 4


@lru_cache(maxsize=1 << 15)
def _name(color: Color) -> str:
    light, a, b = _oklab(color)
    if light < 0.22 or math.hypot(a, b) < 0.03:
        return "black" if light < 0.34 else "white" if light > 0.9 else "gray"
    # Lightness weighs half: a name stays the same over more of it than of hue.
    return min(
        _prototypes(),
        key=lambda p: (p[1][0] - light) ** 2 / 2 + (p[1][1] - a) ** 2 + (p[1][2] - b) ** 2,
    )[0]


@lru_cache(maxsize=1)
def _prototypes() -> list[tuple[str, tuple[float, float, float]]]:
    points = []
    for line in _PROTOTYPES.strip().splitlines():
        name, _, colors = line.partition(" ")
        for color in colors.split("|"):
            red, green, blue = map(int, color.split())
            points.append((name, _oklab((red, green, blue))))
    return points


def _oklab(color: Color) -> tuple[float, float, float]:
    # Not CIELAB: there the blues of cloth bend into purple.
    r, g, b = (_linear(value / 255) for value in color)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
