"""Draw the pictures of the demo shop's products.

Every picture is a flat drawing made of filled shapes: 320 x 320 pixels, RGB, on an
off-white ground. The main colour of each drawing is the colour named in the ``color``
column of ``products.csv``. The drawings are deterministic and need Pillow only.

Run ``python -m mindgraph.demo.draw`` or ``python draw.py``; the pictures are written into
the folder ``pictures`` beside this file.

How it works: a shape is a mask (an "L" image) drawn four times too large. ``Sheet.paint``
fills a mask with a colour, a lighter edge on the left and a darker edge on the right, and
``Sheet.finish`` scales the sheet down, which smooths all edges. Coordinates are those of
the finished picture, from (0, 0) at the top left to (320, 320) at the bottom right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

SIDE = 320
SCALE = 4
PICTURES = Path(__file__).resolve().parent / "pictures"

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
Mask = Image.Image

PAPER: Colour = (249, 248, 244)
SHADOW: Colour = (229, 226, 218)

BLACK: Colour = (44, 46, 52)
GREY: Colour = (150, 153, 158)
SILVER: Colour = (196, 199, 204)
CREAM: Colour = (245, 236, 216)
RED: Colour = (200, 48, 46)
ORANGE: Colour = (236, 126, 36)
YELLOW: Colour = (243, 196, 48)
GREEN: Colour = (62, 140, 84)
BLUE: Colour = (48, 104, 184)
PURPLE: Colour = (118, 72, 158)
PINK: Colour = (238, 140, 170)
BROWN: Colour = (136, 86, 48)
KRAFT: Colour = (164, 114, 66)
WOOD: Colour = (184, 130, 76)
BRASS: Colour = (206, 162, 76)


# Colours


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return ``first`` with ``share`` (0 to 1) of ``second`` mixed in."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def light(colour: Colour, share: float = 0.2) -> Colour:
    """Return a lighter tone of ``colour``."""
    return mix(colour, (255, 255, 255), share)


def dark(colour: Colour, share: float = 0.2) -> Colour:
    """Return a darker tone of ``colour``; warm colours darken towards brown."""
    warm = colour[0] > colour[2] + 60
    return mix(colour, (72, 22, 4) if warm else (10, 8, 20), share)


# Shapes: each function returns a mask


def _blank() -> Mask:
    return Image.new("L", (SIDE * SCALE, SIDE * SCALE), 0)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _corners(area: Box) -> Box:
    left, top, right, bottom = area
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def polygon(*points: Point) -> Mask:
    """A polygon with straight edges."""
    mask = _blank()
    ImageDraw.Draw(mask).polygon(_scaled(points), fill=255)
    return mask


def ellipse(left: float, top: float, right: float, bottom: float) -> Mask:
    """An ellipse inside the given box."""
    mask = _blank()
    ImageDraw.Draw(mask).ellipse(_corners((left, top, right, bottom)), fill=255)
    return mask


def disc(x: float, y: float, radius: float) -> Mask:
    """A circle around a point."""
    return ellipse(x - radius, y - radius, x + radius, y + radius)


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> Mask:
    """A rectangle with rounded corners."""
    mask = _blank()
    corners = _corners((left, top, right, bottom))
    ImageDraw.Draw(mask).rounded_rectangle(corners, radius * SCALE, fill=255)
    return mask


def stroke(points: Sequence[Point], width: float) -> Mask:
    """A line through the points with round joints and ends."""
    mask = _blank()
    pen = ImageDraw.Draw(mask)
    big = _scaled(points)
    half = width * SCALE / 2
    pen.line(big, fill=255, width=round(width * SCALE))
    for x, y in big:
        pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return mask


def curve(points: Sequence[Point], closed: bool = False, steps: int = 24) -> list[Point]:
    """The points of a smooth (Catmull-Rom) curve through ``points``."""
    count = len(points)
    smooth: list[Point] = []
    for start in range(count if closed else count - 1):
        around = [start + step for step in (-1, 0, 1, 2)]
        if closed:
            around = [index % count for index in around]
        else:
            around = [min(max(index, 0), count - 1) for index in around]
        a, b, c, d = (points[index] for index in around)
        for step in range(steps):
            t = step / steps
            smooth.append(
                (_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t))
            )
    if not closed:
        smooth.append(points[-1])
    return smooth


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    linear = c - a
    square = 2 * a - 5 * b + 4 * c - d
    cube = 3 * b - a - 3 * c + d
    return b + (linear * t + square * t * t + cube * t * t * t) / 2


def blob(*points: Point) -> Mask:
    """A closed shape with a smooth outline through the points."""
    return polygon(*curve(points, closed=True))


def join(*masks: Mask) -> Mask:
    """All that lies in any of the masks."""
    whole = masks[0]
    for mask in masks[1:]:
        whole = ImageChops.lighter(whole, mask)
    return whole


def cut(mask: Mask, *holes: Mask) -> Mask:
    """The mask without the holes."""
    for hole in holes:
        mask = ImageChops.subtract(mask, hole)
    return mask


def clip(mask: Mask, window: Mask) -> Mask:
    """What of the mask lies inside the window."""
    return ImageChops.darker(mask, window)


def shift(mask: Mask, across: float, down: float) -> Mask:
    """The mask moved; nothing wraps around as drawings keep a margin."""
    return ImageChops.offset(mask, round(across * SCALE), round(down * SCALE))


def ring(x: float, y: float, radius: float, width: float) -> Mask:
    """A circular band whose outer radius is given."""
    return cut(disc(x, y, radius), disc(x, y, radius - width))


def along(points: Sequence[Point], gap: float) -> list[Point]:
    """Points at equal distances on the line through ``points``."""
    places: list[Point] = []
    walked = gap / 2
    for (x, y), (next_x, next_y) in pairwise(points):
        walked += math.hypot(next_x - x, next_y - y)
        if walked >= gap:
            walked -= gap
            places.append((next_x, next_y))
    return places


class Sheet:
    """One picture in the making."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), PAPER)

    def flat(self, mask: Mask, colour: Colour) -> None:
        """Fill a mask with one colour."""
        self.image.paste(colour, (0, 0), mask)

    def paint(self, mask: Mask, colour: Colour, edge: float = 6) -> None:
        """Fill a mask and shade its edges, with light from the upper left."""
        self.flat(mask, colour)
        self.flat(cut(mask, shift(mask, edge * 0.5, edge * 0.25)), light(colour, 0.22))
        self.flat(cut(mask, shift(mask, -edge, -edge * 0.4)), dark(colour, 0.22))

    def ground(self, x: float, y: float, width: float) -> None:
        """The shadow below a thing that stands."""
        self.flat(ellipse(x - width / 2, y - 9, x + width / 2, y + 9), SHADOW)

    def cast(self, mask: Mask) -> None:
        """The shadow of a thing that lies flat."""
        self.flat(shift(mask, 5, 8), SHADOW)

    def turn(self, degrees: float) -> None:
        """Turn all that is drawn so far, counter-clockwise around the centre."""
        self.image = self.image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=PAPER)

    def finish(self) -> Image.Image:
        """The picture in its final size."""
        return self.image.reduce(SCALE)


# Kitchen


def _grinder(sheet: Sheet) -> None:
    sheet.ground(160, 280, 150)
    sheet.paint(stroke([(160, 82), (228, 74)], 8), SILVER, 2)
    sheet.paint(box(150, 76, 170, 104, 5), SILVER, 4)
    sheet.paint(blob((228, 38), (243, 50), (238, 76), (228, 82), (218, 76), (213, 50)), WOOD, 6)
    sheet.paint(box(112, 98, 208, 128, 10), light(BLACK, 0.08), 14)
    sheet.paint(box(118, 120, 202, 282, 12), BLACK, 16)
    sheet.flat(box(118, 196, 202, 204), SILVER)
    sheet.flat(box(190, 196, 202, 204), GREY)
    for height in (220, 232, 244, 256):
        sheet.flat(box(132, height, 188, height + 4, 2), light(BLACK, 0.16))


def _beans(sheet: Sheet) -> None:
    sheet.ground(160, 282, 180)
    bag = polygon((98, 78), (222, 78), (240, 270), (234, 284), (86, 284), (80, 270))
    sheet.paint(bag, BROWN, 14)
    sheet.paint(box(92, 40, 228, 80, 4), dark(BROWN, 0.12), 8)
    sheet.flat(box(92, 56, 228, 60), dark(BROWN, 0.4))
    sheet.flat(box(84, 64, 236, 74, 3), BRASS)
    sheet.flat(disc(160, 182, 46), CREAM)
    bean = blob((160, 146), (184, 162), (182, 200), (160, 218), (138, 202), (136, 164))
    sheet.paint(bean, dark(BROWN, 0.3), 6)
    crease = curve([(166, 148), (152, 168), (168, 194), (154, 216)])
    sheet.flat(clip(stroke(crease, 5), bean), CREAM)


def _filters(sheet: Sheet) -> None:
    sheet.ground(160, 266, 160)
    for step, colour in enumerate((dark(KRAFT, 0.16), mix(KRAFT, CREAM, 0.18), KRAFT)):
        left = 96 - 20 * step
        up = 14 + 5 * step
        rim = curve([(left, 100 + up), (left + 84, 74 + up), (left + 168, 100 + up)])
        cone = polygon(*rim, (left + 124, 242 + up), (left + 44, 242 + up))
        sheet.paint(cone, colour, 6)
    seam = polygon((56, 124), (68, 118), (112, 266), (100, 266))
    sheet.flat(seam, dark(KRAFT, 0.18))
    for step in range(9):
        sheet.flat(stroke([(112 + 8 * step, 258), (116 + 8 * step, 258)], 2), dark(KRAFT, 0.3))


def _dripper(sheet: Sheet) -> None:
    sheet.ground(156, 266, 150)
    grip = cut(ellipse(208, 118, 276, 200), ellipse(224, 134, 260, 184))
    sheet.paint(grip, dark(RED, 0.08), 6)
    sheet.paint(polygon((126, 226), (186, 226), (192, 266), (120, 266)), dark(RED, 0.12), 10)
    sheet.paint(polygon((68, 98), (244, 98), (194, 218), (118, 218)), RED, 18)
    for top, low in ((100, 134), (140, 152), (180, 172)):
        sheet.flat(stroke(curve([(top, 112), (top + 8, 160), (low, 206)]), 4), dark(RED, 0.2))
    sheet.paint(ellipse(64, 82, 248, 114), light(RED, 0.1), 4)
    sheet.flat(ellipse(76, 87, 236, 109), dark(RED, 0.45))
    sheet.paint(box(86, 214, 226, 232, 9), RED, 8)


def _kettle(sheet: Sheet) -> None:
    sheet.ground(165, 272, 190)
    grip = curve([(206, 140), (262, 126), (278, 160), (256, 226)])
    sheet.paint(stroke(grip, 15), BLACK, 5)
    spout = curve([(128, 246), (78, 236), (78, 180), (64, 128), (36, 112)])
    for index, width in ((0, 20), (10, 17), (40, 14), (64, 12)):
        sheet.flat(stroke(spout[index:], width), dark(GREY, 0.12))
    sheet.flat(stroke(spout, 6), light(GREY, 0.12))
    body = blob((118, 142), (165, 134), (212, 142), (236, 250), (224, 272), (106, 272), (94, 250))
    sheet.paint(body, GREY, 22)
    sheet.flat(clip(stroke([(126, 152), (112, 250)], 9), body), light(GREY, 0.4))
    sheet.paint(ellipse(114, 124, 216, 152), light(GREY, 0.15), 6)
    sheet.paint(box(158, 112, 172, 132, 3), GREY, 4)
    sheet.paint(disc(165, 102, 14), BLACK, 5)


def _mug(colour: Colour, sheet: Sheet) -> None:
    sheet.ground(156, 270, 170)
    handle = cut(ellipse(186, 124, 272, 228), ellipse(206, 146, 250, 206))
    sheet.paint(handle, dark(colour, 0.08), 6)
    body = join(box(76, 90, 220, 240), box(76, 180, 220, 272, 34))
    sheet.paint(body, colour, 22)
    sheet.flat(clip(box(70, 254, 230, 290), body), mix(CREAM, WOOD, 0.35))
    sheet.flat(clip(box(198, 254, 230, 290), body), mix(CREAM, WOOD, 0.6))
    sheet.flat(ellipse(76, 72, 220, 108), light(colour, 0.3))
    sheet.flat(ellipse(84, 77, 212, 104), dark(colour, 0.35))
    coffee = clip(ellipse(84, 84, 212, 112), ellipse(84, 77, 212, 104))
    sheet.flat(coffee, dark(BROWN, 0.4))
    sheet.flat(box(94, 124, 102, 216, 4), light(colour, 0.3))


def _scale(sheet: Sheet) -> None:
    plate = box(58, 62, 262, 258, 22)
    sheet.cast(plate)
    sheet.paint(plate, BLACK, 8)
    sheet.flat(cut(disc(160, 144, 66), disc(160, 144, 63)), light(BLACK, 0.3))
    sheet.flat(cut(disc(160, 144, 40), disc(160, 144, 38)), light(BLACK, 0.2))
    sheet.flat(polygon((84, 62), (124, 62), (58, 150), (58, 96)), light(BLACK, 0.07))
    sheet.flat(box(116, 220, 204, 248, 5), (158, 190, 172))
    for x, digit in ((132, "7"), (150, "0"), (168, "5")):
        _digit(sheet, x, 225, digit)
    for x in (88, 232):
        sheet.flat(ring(x, 234, 9, 3), SILVER)


def _digit(sheet: Sheet, x: float, y: float, digit: str) -> None:
    """One digit of a display, 11 x 18 pixels, in seven segments."""
    bars = {
        "a": (x, y, x + 11, y + 3),
        "b": (x + 8, y, x + 11, y + 9),
        "c": (x + 8, y + 9, x + 11, y + 18),
        "d": (x, y + 15, x + 11, y + 18),
        "e": (x, y + 9, x + 3, y + 18),
        "f": (x, y, x + 3, y + 9),
        "g": (x, y + 7.5, x + 11, y + 10.5),
    }
    for bar in {"0": "abcdef", "5": "acdfg", "7": "abc"}[digit]:
        sheet.flat(box(*bars[bar]), BLACK)


def _bowl(sheet: Sheet) -> None:
    sheet.ground(160, 268, 150)
    sheet.flat(ellipse(48, 112, 272, 164), light(GREEN, 0.65))
    sheet.flat(ellipse(56, 117, 264, 160), mix(CREAM, GREEN, 0.12))
    sheet.paint(stroke([(176, 146), (236, 46)], 13), WOOD, 4)
    half = clip(ellipse(48, 14, 272, 264), box(0, 138, 320, 320))
    sheet.paint(box(112, 246, 208, 270, 6), dark(GREEN, 0.15), 12)
    sheet.paint(cut(half, ellipse(56, 117, 264, 160)), GREEN, 24)
    rim = cut(ellipse(48, 112, 272, 164), ellipse(54, 110, 266, 158))
    sheet.flat(clip(rim, box(0, 138, 320, 320)), light(GREEN, 0.65))
    shine = curve([(74, 178), (86, 210), (108, 236)])
    sheet.flat(stroke(shine, 8), light(GREEN, 0.3))


def _loaf_tin(sheet: Sheet) -> None:
    sheet.ground(160, 244, 220)
    sheet.paint(polygon((86, 104), (234, 104), (276, 146), (44, 146)), light(GREY, 0.25), 4)
    sheet.flat(polygon((92, 109), (228, 109), (260, 141), (60, 141)), dark(GREY, 0.4))
    sheet.flat(polygon((60, 141), (260, 141), (244, 126), (76, 126)), dark(GREY, 0.25))
    sheet.paint(polygon((50, 150), (270, 150), (250, 246), (70, 246)), GREY, 14)
    sheet.paint(box(38, 142, 282, 158, 8), light(GREY, 0.18), 6)
    sheet.flat(stroke([(74, 174), (86, 232)], 6), light(GREY, 0.35))


# Outdoor


def _tent(sheet: Sheet) -> None:
    sheet.ground(162, 252, 270)
    for rope in ([(146, 78), (22, 250)], [(238, 104), (304, 246)]):
        sheet.flat(stroke(rope, 2.5), GREY)
    sheet.flat(polygon((146, 72), (240, 100), (292, 244), (210, 256)), dark(GREEN, 0.24))
    sheet.flat(stroke(curve([(240, 100), (262, 170), (292, 244)]), 4), dark(GREEN, 0.45))
    sheet.paint(polygon((146, 72), (212, 256), (44, 256)), GREEN, 6)
    sheet.flat(polygon((146, 104), (178, 256), (94, 256)), dark(GREEN, 0.6))
    sheet.flat(polygon((146, 104), (146, 150), (112, 256), (84, 256)), light(GREEN, 0.3))
    sheet.flat(stroke([(136, 78), (146, 70), (158, 76)], 5), ORANGE)
    sheet.flat(polygon((204, 128), (236, 137), (244, 166), (214, 160)), light(GREEN, 0.5))


def _sleeping_mat(sheet: Sheet) -> None:
    sheet.ground(160, 246, 250)

    def rest(x: float) -> Mask:
        """All of the roll to the right of a cut at ``x``."""
        return join(ellipse(x, 98, x + 68, 246), box(x + 34, 98, 248, 246))

    roll = rest(44)
    sheet.flat(roll, ORANGE)
    sheet.flat(clip(box(0, 214, 320, 320), roll), dark(ORANGE, 0.2))
    sheet.flat(clip(box(0, 112, 320, 124), roll), light(ORANGE, 0.3))
    for x in (82, 148):
        sheet.flat(cut(rest(x), rest(x + 14)), BLACK)
        sheet.flat(box(x - 3, 164, x + 17, 181, 3), SILVER)
    sheet.paint(ellipse(208, 98, 276, 246), light(ORANGE, 0.16), 4)
    spiral = []
    for step in range(150):
        angle = step / 150 * 6.4 * math.pi
        reach = 0.12 + 0.86 * step / 150
        spiral.append((242 + 33 * reach * math.cos(angle), 172 + 73 * reach * math.sin(angle)))
    sheet.flat(stroke(spiral, 4), dark(ORANGE, 0.3))


def _sleeping_bag(sheet: Sheet) -> None:
    bag = blob(
        (160, 22), (206, 40), (228, 96), (222, 170), (204, 258), (188, 294),
        (132, 294), (116, 258), (98, 170), (92, 96), (114, 40),
    )  # fmt: skip
    sheet.cast(bag)
    sheet.paint(bag, BLUE, 12)
    for y in (138, 172, 206, 240, 272):
        seam = stroke(curve([(84, y), (160, y + 10), (236, y)]), 3)
        sheet.flat(clip(seam, bag), dark(BLUE, 0.3))
    opening = blob((160, 36), (194, 54), (204, 92), (188, 124), (160, 132), (132, 124), (116, 92),
                   (126, 54))  # fmt: skip
    sheet.flat(opening, dark(BLUE, 0.5))
    sheet.flat(clip(ellipse(118, 78, 202, 150), opening), light(BLUE, 0.55))
    sheet.flat(stroke([(188, 124), (194, 200), (186, 262)], 4), YELLOW)
    sheet.flat(box(183, 128, 195, 148, 4), YELLOW)


def _gas_stove(sheet: Sheet) -> None:
    sheet.ground(160, 282, 170)
    canister = join(box(88, 222, 232, 284, 16), box(88, 208, 232, 240), ellipse(88, 156, 232, 260))
    sheet.paint(canister, RED, 20)
    sheet.flat(clip(box(80, 224, 240, 254), canister), light(RED, 0.75))
    sheet.flat(clip(box(212, 224, 240, 254), canister), light(RED, 0.5))
    flame = blob((160, 230), (170, 242), (160, 251), (150, 242))
    sheet.flat(flame, RED)
    sheet.paint(box(146, 128, 174, 164, 4), BRASS, 6)
    sheet.paint(stroke([(174, 146), (214, 146)], 5), SILVER, 2)
    sheet.paint(disc(218, 146, 10), BLACK, 4)
    sheet.paint(polygon((142, 106), (178, 106), (170, 130), (150, 130)), GREY, 6)
    sheet.paint(box(136, 96, 184, 108, 5), SILVER, 5)
    for x in (142, 160, 178):
        sheet.flat(blob((x, 70), (x + 6, 86), (x, 97), (x - 6, 86)), light(BLUE, 0.25))
    for points in ([(148, 118), (96, 96), (92, 66)], [(172, 118), (224, 96), (228, 66)]):
        sheet.paint(stroke(points, 6), GREY, 2)
    for x in (78, 214):
        sheet.paint(box(x, 58, x + 28, 66, 4), GREY, 2)


def _flask(sheet: Sheet) -> None:
    sheet.ground(160, 284, 140)
    sheet.paint(box(118, 34, 202, 98, 12), SILVER, 14)
    sheet.flat(box(118, 84, 202, 88), GREY)
    shoulder = polygon((126, 98), (194, 98), (210, 124), (110, 124))
    body = join(shoulder, box(110, 124, 210, 240), box(110, 200, 210, 284, 14))
    sheet.paint(body, GREEN, 18)
    sheet.flat(box(122, 96, 198, 104, 3), dark(GREY, 0.35))
    sheet.flat(box(122, 136, 130, 262, 4), light(GREEN, 0.35))
    peaks = polygon((136, 222), (158, 184), (168, 202), (176, 192), (192, 222))
    sheet.flat(peaks, light(GREEN, 0.6))


def _headlamp(sheet: Sheet) -> None:
    sheet.ground(160, 262, 200)
    back = cut(ellipse(40, 66, 280, 206), ellipse(54, 88, 266, 214))
    sheet.flat(back, dark(YELLOW, 0.35))
    front = clip(ellipse(40, 62, 280, 244), box(0, 130, 320, 320))
    inner = ellipse(50, 40, 270, 196)
    sheet.paint(cut(front, inner), YELLOW, 8)
    line = curve([(62, 186), (100, 212), (160, 222), (220, 212), (258, 186)])
    sheet.flat(clip(stroke(line, 4), cut(front, inner)), dark(YELLOW, 0.3))
    sheet.paint(box(100, 164, 220, 262, 22), YELLOW, 12)
    sheet.paint(box(114, 176, 206, 250, 16), BLACK, 5)
    sheet.paint(disc(150, 213, 29), SILVER, 5)
    sheet.flat(disc(150, 213, 21), (255, 250, 214))
    sheet.flat(disc(150, 213, 8), YELLOW)
    sheet.flat(disc(192, 200, 7), RED)
    sheet.flat(disc(192, 226, 7), SILVER)


def _backpack(sheet: Sheet) -> None:
    sheet.ground(160, 288, 180)
    sheet.paint(cut(ellipse(138, 22, 182, 66), ellipse(147, 31, 173, 66)), BLACK, 3)
    for side in (-1, 1):
        pocket = blob(
            (160 + side * 72, 176), (160 + side * 102, 184), (160 + side * 106, 262),
            (160 + side * 92, 284), (160 + side * 68, 280),
        )  # fmt: skip
        sheet.paint(pocket, dark(ORANGE, 0.25), 6)
    sheet.paint(join(box(80, 60, 240, 200, 50), box(80, 150, 240, 290, 26)), ORANGE, 18)
    lid = blob((84, 112), (98, 62), (160, 44), (222, 62), (236, 112), (160, 126))
    sheet.paint(lid, light(ORANGE, 0.12), 8)
    sheet.flat(stroke([(122, 92), (198, 92)], 4), dark(ORANGE, 0.3))
    for x in (112, 208):
        sheet.flat(box(x - 6, 106, x + 6, 176, 3), BLACK)
        sheet.flat(box(x - 10, 140, x + 10, 156, 3), SILVER)
    sheet.paint(box(100, 178, 220, 274, 20), dark(ORANGE, 0.1), 8)
    sheet.flat(stroke([(118, 202), (202, 202)], 4), dark(ORANGE, 0.45))
    sheet.flat(box(196, 198, 202, 220, 2), BLACK)


# Garden


def _trowel(sheet: Sheet) -> None:
    blade = blob((160, 296), (132, 258), (116, 212), (118, 168), (134, 156), (186, 156), (202, 168),
                 (204, 212), (188, 258))  # fmt: skip
    neck = box(152, 122, 168, 172, 4)
    grip = blob((160, 22), (176, 30), (178, 72), (172, 124), (148, 124), (142, 72), (144, 30))
    sheet.cast(join(blade, neck, grip))
    sheet.paint(neck, GREY, 5)
    sheet.paint(blade, GREEN, 14)
    dish = blob((160, 276), (142, 240), (134, 196), (144, 174), (176, 174), (186, 196), (178, 240))
    sheet.flat(dish, dark(GREEN, 0.14))
    for y in (196, 212, 228, 244):
        sheet.flat(stroke([(154, y), (166, y)], 3), light(GREEN, 0.7))
    sheet.paint(grip, WOOD, 10)
    sheet.flat(box(147, 114, 173, 128, 3), SILVER)
    sheet.flat(disc(160, 38, 5), dark(WOOD, 0.5))
    sheet.turn(-28)


def _shears(sheet: Sheet) -> None:
    left = stroke(curve([(166, 142), (134, 176), (112, 226), (118, 278)]), 30)
    right = stroke(curve([(154, 142), (186, 176), (208, 226), (202, 278)]), 30)
    hook = blob((148, 144), (126, 108), (126, 72), (142, 46), (138, 84), (152, 112), (174, 136))
    blade = blob((172, 148), (192, 112), (190, 62), (168, 24), (156, 62), (150, 108), (150, 138))
    sheet.cast(join(left, right, hook, blade))
    sheet.paint(hook, dark(GREY, 0.35), 5)
    sheet.paint(left, RED, 8)
    sheet.paint(blade, SILVER, 10)
    sheet.paint(right, RED, 8)
    sheet.paint(stroke([(140, 200), (180, 200)], 8), GREY, 3)
    sheet.paint(disc(160, 146, 15), dark(GREY, 0.2), 5)
    sheet.flat(disc(160, 146, 6), SILVER)
    sheet.turn(-14)


def _gloves(sheet: Sheet) -> None:
    back = _glove(-1, 40, -12)
    front = _glove(1, -28, 6)
    sheet.cast(join(back, front))
    sheet.paint(back, dark(YELLOW, 0.16), 7)
    sheet.flat(clip(box(0, 238, 320, 320), back), dark(BROWN, 0.1))
    sheet.paint(front, YELLOW, 7)
    cuff = clip(box(0, 254, 320, 320), front)
    sheet.flat(cuff, BROWN)
    sheet.flat(clip(box(0, 250, 320, 256), front), dark(BROWN, 0.3))
    for x in (98, 122, 146):
        sheet.flat(stroke([(x, 136), (x, 170)], 3), dark(YELLOW, 0.3))
    palm = stroke(curve([(92, 200), (122, 186), (156, 200)]), 3)
    sheet.flat(palm, dark(YELLOW, 0.3))


def _glove(side: int, across: float, down: float) -> Mask:
    """An open hand with its thumb on the right (1) or on the left (-1)."""

    def at(x: float, y: float) -> Point:
        return 160 + side * (x - 160) + across, y + down

    fingers = [
        stroke([at(116, 166), at(108, 92)], 27),
        stroke([at(140, 160), at(138, 64)], 27),
        stroke([at(164, 160), at(167, 68)], 27),
        stroke([at(187, 166), at(195, 92)], 26),
        stroke([at(180, 220), at(222, 188), at(238, 160)], 28),
    ]
    left, right = sorted((at(103, 0)[0], at(200, 0)[0]))
    palm = box(left, 140 + down, right, 262 + down, 24)
    cuff = polygon(at(110, 230), at(194, 230), at(204, 284), at(100, 284))
    return join(palm, cuff, *fingers)


def _watering_can(sheet: Sheet) -> None:
    sheet.ground(180, 266, 180)
    sheet.paint(stroke(curve([(146, 134), (160, 66), (214, 62), (262, 120), (254, 226)]), 13),
                dark(BLUE, 0.12), 4)  # fmt: skip
    sheet.paint(polygon((126, 246), (132, 206), (68, 112), (54, 122)), dark(BLUE, 0.1), 5)
    sheet.paint(polygon((72, 113), (53, 125), (26, 106), (66, 80)), BRASS, 5)
    sheet.paint(stroke([(26, 106), (66, 80)], 9), light(BRASS, 0.15), 3)
    sheet.paint(join(polygon((124, 132), (240, 132), (250, 258), (114, 258)),
                     box(114, 244, 250, 268, 8)), BLUE, 20)  # fmt: skip
    sheet.flat(box(119, 186, 245, 192), dark(BLUE, 0.2))
    sheet.paint(ellipse(122, 118, 242, 146), light(BLUE, 0.2), 4)
    sheet.flat(ellipse(132, 123, 232, 142), dark(BLUE, 0.5))
    sheet.flat(stroke([(138, 158), (130, 246)], 7), light(BLUE, 0.3))


def _seeds(sheet: Sheet) -> None:
    packet = box(80, 34, 240, 288, 5)
    sheet.cast(packet)
    sheet.paint(packet, RED, 8)
    sheet.flat(box(80, 34, 240, 54, 4), dark(RED, 0.25))
    for x in range(88, 240, 12):
        sheet.flat(stroke([(x, 40), (x, 48)], 2), light(RED, 0.3))
    sheet.flat(box(98, 74, 222, 206, 10), CREAM)
    tomato = blob((160, 116), (188, 108), (204, 132), (198, 170), (160, 190), (122, 170),
                  (116, 132), (132, 108))  # fmt: skip
    sheet.paint(tomato, (222, 58, 44), 10)
    sheet.flat(blob((134, 126), (142, 120), (140, 136), (130, 144)), light(RED, 0.6))
    for x, y in ((132, 106), (146, 128), (172, 128), (190, 106)):
        sheet.flat(stroke([(160, 112), (x, y)], 7), GREEN)
    sheet.flat(stroke(curve([(160, 114), (162, 98), (172, 88)]), 6), dark(GREEN, 0.2))
    for x, y in ((132, 236), (146, 248), (160, 236), (174, 248), (188, 236), (160, 260)):
        sheet.flat(ellipse(x - 4, y - 6, x + 4, y + 6), light(YELLOW, 0.4))


def _plant_pot(sheet: Sheet) -> None:
    clay: Colour = (220, 116, 58)
    sheet.ground(160, 276, 210)
    sheet.paint(polygon((72, 252), (248, 252), (232, 278), (88, 278)), dark(clay, 0.1), 12)
    sheet.flat(ellipse(72, 242, 248, 262), dark(clay, 0.3))
    sheet.paint(polygon((86, 122), (234, 122), (210, 258), (110, 258)), clay, 22)
    sheet.flat(polygon((86, 122), (234, 122), (232, 134), (88, 134)), dark(clay, 0.25))
    sheet.paint(box(70, 84, 250, 124, 6), light(clay, 0.06), 20)
    sheet.flat(ellipse(70, 66, 250, 104), light(clay, 0.3))
    sheet.flat(ellipse(80, 71, 240, 100), dark(clay, 0.45))
    sheet.flat(stroke([(106, 146), (120, 240)], 7), light(clay, 0.25))


# Office


def _fountain_pen(sheet: Sheet) -> None:
    barrel = box(142, 96, 178, 214, 5)
    end = blob((160, 22), (172, 28), (177, 60), (178, 104), (142, 104), (143, 60), (148, 28))
    section = polygon((145, 212), (175, 212), (170, 250), (150, 250))
    nib = polygon(*curve([(149, 248), (148, 264), (160, 300), (172, 264), (171, 248)]))
    sheet.cast(join(barrel, end, section, nib))
    sheet.paint(nib, BRASS, 6)
    sheet.flat(stroke([(160, 266), (160, 296)], 2), dark(BRASS, 0.6))
    sheet.flat(disc(160, 264, 3.5), dark(BRASS, 0.6))
    sheet.paint(section, dark(BLUE, 0.45), 7)
    sheet.paint(join(end, barrel), BLUE, 11)
    sheet.flat(box(152, 40, 156, 204, 2), light(BLUE, 0.45))
    sheet.flat(box(141, 206, 179, 214, 2), BRASS)
    sheet.flat(box(141, 98, 179, 106, 2), BRASS)
    sheet.paint(join(box(166, 34, 174, 98, 4), disc(170, 96, 6)), BRASS, 3)
    sheet.turn(-42)


def _ink(sheet: Sheet) -> None:
    sheet.ground(160, 276, 200)
    glass = join(box(74, 136, 246, 278, 26), polygon((124, 112), (196, 112), (232, 148), (88, 148)))
    sheet.flat(glass, mix(BLUE, PAPER, 0.72))
    fluid = join(box(84, 164, 236, 268, 18), box(84, 160, 236, 190, 6))
    sheet.paint(fluid, dark(BLUE, 0.06), 16)
    sheet.flat(ellipse(84, 152, 236, 170), light(BLUE, 0.22))
    sheet.flat(box(84, 178, 92, 254, 4), light(BLUE, 0.35))
    sheet.paint(box(114, 62, 206, 112, 8), BLACK, 10)
    for x in range(124, 200, 12):
        sheet.flat(stroke([(x, 72), (x, 102)], 2.5), light(BLACK, 0.2))
    sheet.flat(box(118, 112, 202, 120, 2), mix(BLUE, PAPER, 0.5))
    sheet.flat(box(122, 194, 198, 248, 4), CREAM)
    drop = blob((160, 200), (172, 224), (168, 236), (160, 240), (152, 236), (148, 224))
    sheet.flat(drop, dark(BLUE, 0.06))


def _notebook(sheet: Sheet) -> None:
    pages = box(86, 46, 250, 284, 8)
    cover = box(76, 38, 242, 278, 10)
    sheet.cast(pages)
    sheet.flat(stroke([(128, 270), (128, 300)], 8), RED)
    sheet.flat(pages, CREAM)
    for edge in (246, 248):
        sheet.flat(box(edge - 1, 52, edge, 280), dark(CREAM, 0.2))
    sheet.paint(cover, PURPLE, 6)
    sheet.flat(clip(box(60, 30, 100, 290), cover), dark(PURPLE, 0.25))
    sheet.flat(box(118, 88, 196, 132, 4), CREAM)
    for y in (102, 116):
        sheet.flat(stroke([(130, y), (184, y)], 3), dark(CREAM, 0.35))
    sheet.flat(box(216, 38, 225, 278), BLACK)
    sheet.turn(6)


def _pencils(sheet: Sheet) -> None:
    for degrees in (46, -23):
        _pencil(sheet)
        sheet.turn(degrees)
    _pencil(sheet)


def _pencil(sheet: Sheet) -> None:
    x = SIDE / 2
    wood = polygon((x - 15, 84), (x + 15, 84), (x + 4, 42), (x - 4, 42))
    lead = polygon((x - 5, 46), (x + 5, 46), (x, 26))
    shaft = box(x - 15, 82, x + 15, 266)
    tail = box(x - 15, 258, x + 15, 296, 6)
    sheet.cast(join(wood, lead, shaft, tail))
    sheet.paint(tail, PINK, 7)
    sheet.flat(shaft, YELLOW)
    sheet.flat(box(x - 15, 82, x - 6, 266), light(YELLOW, 0.3))
    sheet.flat(box(x + 6, 82, x + 15, 266), dark(YELLOW, 0.16))
    sheet.flat(box(x - 15, 254, x + 15, 272), SILVER)
    sheet.flat(box(x - 15, 260, x + 15, 263), GREY)
    sheet.paint(wood, mix(CREAM, WOOD, 0.4), 6)
    sheet.flat(lead, BLACK)


def _desk_lamp(sheet: Sheet) -> None:
    sheet.ground(136, 284, 190)
    sheet.paint(stroke([(130, 262), (88, 164)], 16), GREEN, 4)
    sheet.paint(stroke([(88, 164), (224, 66)], 16), GREEN, 4)
    sheet.paint(disc(88, 164, 14), dark(GREEN, 0.2), 5)
    sheet.flat(disc(88, 164, 5), SILVER)
    sheet.flat(clip(disc(236, 126, 24), box(0, 120, 320, 320)), YELLOW)
    shade = polygon((210, 56), (250, 56), (292, 132), (180, 132))
    sheet.paint(join(shade, box(212, 40, 248, 64, 8)), GREEN, 16)
    sheet.flat(box(178, 128, 294, 136, 4), dark(GREEN, 0.3))
    sheet.flat(stroke([(214, 72), (196, 116)], 6), light(GREEN, 0.35))
    sheet.paint(box(54, 264, 214, 286, 11), GREEN, 10)
    sheet.paint(box(108, 250, 152, 268, 6), dark(GREEN, 0.15), 6)


# Sports


def _bike_light(size: float, sheet: Sheet) -> None:
    def at(x: float, y: float) -> Point:
        return 160 + (x - 160) * size, 168 + (y - 168) * size

    def part(left: float, top: float, right: float, bottom: float, radius: float) -> Mask:
        return box(*at(left, top), *at(right, bottom), radius * size)

    def oval(left: float, top: float, right: float, bottom: float) -> Mask:
        return ellipse(*at(left, top), *at(right, bottom))

    sheet.ground(160, at(0, 270)[1], 190 * size)
    sheet.paint(cut(oval(132, 180, 226, 272), oval(150, 198, 208, 254)), light(BLACK, 0.1), 5)
    sheet.paint(part(148, 182, 212, 206, 6), light(BLACK, 0.05), 5)
    sheet.paint(join(part(86, 92, 262, 192, 22), oval(46, 82, 128, 202)), BLACK, 12)
    for x in (170, 188, 206, 224):
        sheet.flat(part(x, 106, x + 8, 140, 4), light(BLACK, 0.22))
    sheet.flat(part(170, 156, 232, 166, 5), light(GREEN, 0.3))
    sheet.paint(part(188, 82, 222, 98, 6), RED, 3)
    sheet.flat(oval(54, 94, 116, 190), SILVER)
    sheet.flat(oval(60, 102, 110, 182), (255, 250, 220))
    sheet.flat(oval(74, 122, 98, 162), light(YELLOW, 0.3))


def _helmet(sheet: Sheet) -> None:
    sheet.flat(stroke([(118, 196), (164, 268), (206, 196)], 7), BLACK)
    sheet.paint(box(150, 256, 178, 276, 5), BLACK, 4)
    dome = polygon(
        *curve([(36, 196), (46, 130), (94, 80), (164, 66), (236, 88), (276, 142), (284, 198)]),
        *curve([(284, 198), (226, 208), (160, 196), (90, 210), (36, 196)]),
    )
    sheet.paint(dome, RED, 14)
    vents = (
        ((74, 142), (104, 108), (122, 100), (104, 134), (82, 160)),
        ((128, 142), (148, 104), (172, 94), (164, 132), (138, 160)),
        ((186, 138), (196, 104), (216, 104), (222, 138), (202, 158)),
        ((240, 146), (238, 116), (254, 132), (264, 158), (252, 168)),
    )
    for vent in vents:
        sheet.flat(clip(blob(*vent), dome), dark(RED, 0.7))
    stripe = curve([(44, 184), (98, 188), (160, 178), (226, 190), (280, 186)])
    sheet.flat(clip(stroke(stripe, 5), dome), light(RED, 0.6))
    sheet.paint(polygon((36, 192), (22, 208), (54, 216), (94, 208)), BLACK, 3)


def _u_lock(sheet: Sheet) -> None:
    sheet.ground(160, 276, 220)
    arch = curve(
        [(100, 226), (98, 160), (102, 96), (128, 56), (160, 46), (192, 56), (218, 96), (222, 160),
         (220, 226)]
    )  # fmt: skip
    shackle = stroke(arch, 32)
    sheet.paint(shackle, ORANGE, 9)
    sheet.flat(clip(box(60, 196, 260, 222), shackle), SILVER)
    sheet.flat(clip(box(110, 196, 120, 222), shackle), GREY)
    sheet.flat(clip(box(230, 196, 240, 222), shackle), GREY)
    sheet.paint(box(56, 216, 264, 276, 20), ORANGE, 10)
    sheet.flat(box(56, 232, 84, 260), dark(ORANGE, 0.25))
    sheet.flat(box(236, 232, 264, 260), dark(ORANGE, 0.35))
    sheet.paint(disc(160, 246, 20), BLACK, 5)
    sheet.flat(join(disc(160, 241, 5), box(157, 241, 163, 256, 2)), SILVER)


def _floor_pump(sheet: Sheet) -> None:
    sheet.ground(158, 286, 200)
    hose = curve([(160, 250), (226, 246), (252, 180), (240, 108), (214, 96), (200, 128)])
    sheet.flat(stroke(hose, 6), BLACK)
    sheet.paint(box(192, 122, 208, 146, 4), BLACK, 4)
    sheet.paint(box(153, 48, 167, 120), SILVER, 5)
    sheet.paint(box(96, 34, 224, 58, 12), WOOD, 6)
    sheet.paint(box(144, 32, 176, 62, 6), YELLOW, 6)
    sheet.paint(box(136, 100, 184, 272, 8), YELLOW, 14)
    sheet.flat(box(136, 116, 184, 122), dark(YELLOW, 0.4))
    sheet.flat(box(143, 132, 149, 200, 3), light(YELLOW, 0.5))
    sheet.paint(box(84, 264, 236, 288, 10), YELLOW, 8)
    sheet.paint(disc(160, 228, 30), BLACK, 5)
    sheet.flat(disc(160, 228, 23), PAPER)
    for step in range(7):
        angle = math.radians(150 + 40 * step)
        tick = (160 + 18 * math.cos(angle), 228 + 18 * math.sin(angle))
        sheet.flat(disc(*tick, 2), BLACK)
    sheet.flat(stroke([(160, 228), (172, 216)], 3.5), RED)
    sheet.flat(disc(160, 228, 4), BLACK)


def _repair_kit(sheet: Sheet) -> None:
    tin = box(44, 66, 276, 210, 20)
    sheet.cast(tin)
    sheet.paint(tin, GREEN, 8)
    sheet.flat(cut(box(56, 78, 264, 198, 13), box(60, 82, 260, 194, 10)), light(GREEN, 0.4))
    sheet.flat(ring(160, 138, 42, 8), CREAM)
    for step in range(12):
        angle = math.radians(30 * step)
        rim = (160 + 36 * math.cos(angle), 138 + 36 * math.sin(angle))
        sheet.flat(stroke([(160, 138), rim], 2), CREAM)
    sheet.flat(disc(160, 138, 7), CREAM)
    for x, y, radius in ((96, 240, 27), (146, 250, 21)):
        sheet.cast(disc(x, y, radius))
        sheet.flat(disc(x, y, radius), RED)
        sheet.flat(disc(x, y, radius - 6), BLACK)
    tube = polygon((192, 228), (254, 234), (250, 268), (190, 262))
    sheet.cast(tube)
    sheet.paint(tube, SILVER, 5)
    sheet.flat(polygon((206, 229), (238, 232), (235, 267), (204, 264)), light(GREEN, 0.2))
    sheet.flat(polygon((254, 242), (274, 244), (273, 258), (252, 256)), BLACK)


# Music


def _guitar(sheet: Sheet) -> None:
    body = blob(
        (160, 142), (186, 140), (206, 158), (204, 184), (200, 198), (214, 222), (220, 254),
        (204, 288), (160, 298), (116, 288), (100, 254), (106, 222), (120, 198), (116, 184),
        (114, 158), (134, 140),
    )  # fmt: skip
    head = polygon((146, 58), (141, 18), (150, 14), (170, 14), (179, 18), (174, 58))
    neck = polygon((151, 54), (169, 54), (172, 182), (148, 182))
    sheet.cast(join(body, head, neck))
    sheet.paint(body, dark(BROWN, 0.3), 4)
    top = ImageChops.darker(shift(body, 3, 3), shift(body, -3, -3))
    sheet.paint(top, (158, 98, 50), 5)
    sheet.flat(blob((172, 190), (190, 206), (192, 232), (174, 226), (164, 212)), dark(BROWN, 0.45))
    sheet.flat(disc(160, 196, 27), BRASS)
    sheet.flat(disc(160, 196, 23), dark(BROWN, 0.7))
    sheet.paint(box(128, 250, 192, 262, 5), dark(BROWN, 0.5), 3)
    sheet.paint(neck, dark(BROWN, 0.5), 4)
    for y in (72, 88, 103, 117, 130, 142, 153, 163):
        sheet.flat(box(149, y, 171, y + 2), SILVER)
    sheet.paint(head, dark(BROWN, 0.2), 4)
    for y in (24, 37, 50):
        for x in (136, 184):
            sheet.flat(disc(x, y, 5), SILVER)
    for x in (154, 158, 162, 166):
        sheet.flat(box(x - 0.5, 56, x + 0.5, 252), light(BRASS, 0.55))
    sheet.turn(-22)


def _strings(sheet: Sheet) -> None:
    packet = box(62, 46, 258, 278, 6)
    sheet.cast(packet)
    sheet.paint(packet, YELLOW, 8)
    sheet.flat(polygon((62, 52), (258, 52), (160, 108)), dark(YELLOW, 0.16))
    sheet.flat(polygon((66, 46), (254, 46), (160, 98)), light(YELLOW, 0.2))
    bronze = mix(BRASS, BROWN, 0.6)
    for x, y, radius in ((160, 188, 72), (163, 186, 66), (157, 190, 61)):
        sheet.flat(ring(x, y, radius, 3), bronze)
    sheet.flat(ring(160, 188, 69, 1.5), light(BRASS, 0.5))
    for angle in (40, 160, 280):
        across, down = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        sheet.flat(disc(160 + 66 * across, 188 + 66 * down, 9), bronze)
    sheet.flat(ring(160, 188, 14, 5), SILVER)


def _tuner(sheet: Sheet) -> None:
    sheet.ground(160, 282, 150)
    sheet.paint(box(150, 176, 170, 226, 6), light(BLACK, 0.14), 6)
    jaw = cut(
        join(polygon((104, 218), (216, 218), (216, 238), (104, 238)), box(130, 230, 190, 282)),
        box(152, 242, 168, 290),
    )
    sheet.paint(jaw, BLACK, 8)
    sheet.paint(disc(160, 200, 17), light(BLACK, 0.1), 6)
    sheet.paint(box(54, 40, 266, 188, 30), BLACK, 12)
    screen = box(74, 60, 246, 166, 14)
    sheet.flat(screen, dark(BLACK, 0.55))
    for step in range(11):
        angle = math.radians(205 + 13 * step)
        outer = (160 + 70 * math.cos(angle), 152 + 70 * math.sin(angle))
        inner = (160 + 58 * math.cos(angle), 152 + 58 * math.sin(angle))
        colour = light(GREEN, 0.3) if 4 <= step <= 6 else ORANGE
        sheet.flat(stroke([inner, outer], 5), colour)
    sheet.flat(stroke([(160, 150), (160, 104)], 5), light(GREEN, 0.4))
    sheet.flat(disc(160, 150, 8), light(GREEN, 0.4))


def _strap(sheet: Sheet) -> None:
    path = curve(
        [(76, 64), (190, 62), (244, 108), (160, 160), (76, 212), (130, 258), (244, 256)]
    )  # fmt: skip
    band = stroke(path, 46)
    tips = [
        polygon((92, 40), (92, 88), (60, 86), (30, 74), (30, 54), (60, 42)),
        polygon((228, 232), (228, 280), (260, 278), (290, 266), (290, 246), (260, 234)),
    ]
    sheet.cast(join(band, *tips))
    sheet.paint(band, PURPLE, 7)
    for x, y in along(path, 22):
        diamond = polygon((x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y))
        sheet.flat(diamond, light(PURPLE, 0.55))
    for tip, x, y, seam in zip(tips, (44, 276), (64, 256), (86, 232), strict=True):
        sheet.paint(tip, BROWN, 5)
        sheet.flat(box(seam, y - 22, seam + 3, y + 22), light(BROWN, 0.4))
        sheet.flat(disc(x, y, 5), dark(BROWN, 0.9))


# Baby


def _baby_bottle(sheet: Sheet) -> None:
    sheet.ground(160, 288, 140)
    teat = blob((160, 22), (172, 30), (174, 52), (196, 86), (124, 86), (146, 52), (148, 30))
    sheet.paint(teat, mix(CREAM, WOOD, 0.4), 7)
    sheet.paint(box(108, 80, 212, 114, 8), dark(PINK, 0.1), 14)
    for x in range(118, 206, 11):
        sheet.flat(stroke([(x, 88), (x, 106)], 2.5), dark(PINK, 0.25))
    body = join(box(104, 114, 216, 200, 20), box(104, 160, 216, 290, 28))
    sheet.paint(body, PINK, 18)
    sheet.flat(box(114, 136, 122, 262, 4), light(PINK, 0.5))
    for step in range(5):
        y = 156 + 24 * step
        sheet.flat(stroke([(160 if step % 2 else 148, y), (184, y)], 4), light(PINK, 0.75))


def _bib(sheet: Sheet) -> None:
    outline = blob(
        (110, 40), (94, 58), (92, 96), (72, 132), (64, 200), (76, 262), (116, 286), (204, 286),
        (244, 262), (256, 200), (248, 132), (228, 96), (226, 58), (210, 40), (196, 50), (204, 90),
        (190, 122), (160, 134), (130, 122), (116, 90), (124, 50),
    )  # fmt: skip
    mint = light(GREEN, 0.16)
    sheet.cast(outline)
    sheet.paint(outline, mint, 9)
    pocket = clip(box(50, 216, 270, 300), outline)
    sheet.flat(pocket, dark(mint, 0.12))
    sheet.flat(ellipse(72, 204, 248, 232), dark(mint, 0.42))
    lip = cut(ellipse(66, 202, 254, 238), ellipse(72, 196, 248, 229))
    sheet.flat(clip(lip, outline), light(mint, 0.3))
    for x, y in ((110, 52), (211, 54)):
        sheet.flat(disc(x, y, 5), dark(mint, 0.35))
    sheet.flat(disc(160, 172, 17), light(mint, 0.5))
    for x in (146, 174):
        sheet.flat(disc(x, 158, 7), light(mint, 0.5))
    for x in (154, 166):
        sheet.flat(disc(x, 169, 2.5), dark(mint, 0.6))
    sheet.flat(ellipse(156, 174, 164, 180), dark(mint, 0.6))


def _muslins(sheet: Sheet) -> None:
    sky: Colour = (92, 146, 214)
    sheet.ground(160, 258, 240)
    for y, colour in ((198, dark(sky, 0.1)), (142, light(sky, 0.16)), (86, sky)):
        sheet.paint(box(48, y, 272, y + 60, 24), colour, 8)
        fold = curve([(66, y + 34), (120, y + 28), (200, y + 31), (268, y + 28)])
        sheet.flat(stroke(fold, 3), dark(colour, 0.25))
        for row in range(2):
            for x in range(84 + 12 * row, 256, 28):
                sheet.flat(disc(x, y + 15 + 29 * row, 4), light(colour, 0.7))


def _night_light(sheet: Sheet) -> None:
    sheet.ground(160, 286, 170)
    sheet.paint(join(box(92, 258, 228, 286, 10), box(108, 250, 212, 270, 6)), WOOD, 12)
    moon = cut(disc(156, 146, 112), disc(206, 112, 86))
    sheet.paint(moon, YELLOW, 10)
    for x, y, radius in ((74, 176, 9), (104, 222, 7), (172, 240, 8)):
        sheet.flat(disc(x, y, radius), dark(YELLOW, 0.12))
    sheet.flat(stroke(curve([(84, 148), (92, 154), (102, 150)]), 4), dark(YELLOW, 0.7))
    sheet.flat(stroke(curve([(106, 184), (118, 190), (126, 184)]), 4), dark(YELLOW, 0.7))
    for x, y, radius in ((208, 104, 20), (244, 66, 11)):
        star = []
        for step in range(10):
            reach = radius if step % 2 == 0 else radius * 0.45
            angle = math.radians(36 * step - 90)
            star.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        sheet.flat(polygon(*star), light(YELLOW, 0.2))


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "COF-101": _grinder,
    "COF-102": _beans,
    "COF-103": _filters,
    "COF-104": _dripper,
    "COF-105": _kettle,
    "COF-106": partial(_mug, BLUE),
    "COF-107": partial(_mug, YELLOW),
    "BAK-201": _scale,
    "BAK-202": _bowl,
    "BAK-203": _loaf_tin,
    "CMP-301": _tent,
    "CMP-302": _sleeping_mat,
    "CMP-303": _sleeping_bag,
    "CMP-304": _gas_stove,
    "CMP-305": _flask,
    "CMP-306": _headlamp,
    "CMP-307": _backpack,
    "GAR-401": _trowel,
    "GAR-402": _shears,
    "GAR-403": _gloves,
    "GAR-404": _watering_can,
    "GAR-411": _seeds,
    "GAR-412": _plant_pot,
    "OFF-501": _fountain_pen,
    "OFF-502": _ink,
    "OFF-503": _notebook,
    "OFF-504": _pencils,
    "OFF-511": _desk_lamp,
    "CYC-601": partial(_bike_light, 0.76),
    "CYC-602": partial(_bike_light, 1.08),
    "CYC-603": _helmet,
    "CYC-604": _u_lock,
    "CYC-606": _floor_pump,
    "CYC-607": _repair_kit,
    "MUS-701": _guitar,
    "MUS-702": _strings,
    "MUS-703": _tuner,
    "MUS-705": _strap,
    "BAB-801": _baby_bottle,
    "BAB-802": _bib,
    "BAB-803": _muslins,
    "BAB-804": _night_light,
}


def draw(product: str) -> Image.Image:
    """Draw one product's picture."""
    sheet = Sheet()
    DRAWINGS[product](sheet)
    return sheet.finish()


def main(folder: Path = PICTURES) -> None:
    """Draw all pictures into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for product in DRAWINGS:
        draw(product).save(folder / f"{product}.png", optimize=True)


if __name__ == "__main__":
    main()
