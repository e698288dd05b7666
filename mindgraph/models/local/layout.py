"""Pictures as one model can take them: never cropped, and stacked where it takes but one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

Color = tuple[int, int, int]

_SLENDER = 50  # times as long as wide; processors refuse pictures not far beyond
_BAR = 20  # pixels between two stacked pictures, at their common width


def stacked(pictures: Sequence[Image.Image], color: Color) -> Image.Image:
    """All pictures at the width of the widest, one above the other, a bar between, in a square."""
    from PIL import Image

    width = max(picture.width for picture in pictures)
    scaled = [_of_width(picture, width) for picture in pictures]
    height = sum(picture.height for picture in scaled) + _BAR * (len(scaled) - 1)
    sheet, top = Image.new("RGB", (width, height), color), 0
    for picture in scaled:
        sheet.paste(picture, (0, top))
        top += picture.height + _BAR
    return padded(sheet, 1.0, 1.0, color)


def _of_width(picture: Image.Image, width: int) -> Image.Image:
    from PIL import Image

    size = (width, max(1, round(picture.height * width / picture.width)))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def padded(picture: Image.Image, shape: float, room: float, color: Color) -> Image.Image:
    """The picture in the middle of a field of `shape` (width / height) that is `room` times it."""
    from PIL import Image

    height = max(picture.height, picture.width / shape) * room
    # Rounded first: 55 / 50 * 50 is a hair more than 55.
    size = (math.ceil(round(height * shape, 6)), math.ceil(round(height, 6)))
    if size == picture.size:
        return picture
    field = Image.new("RGB", size, color)
    place = ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2)
    field.paste(picture, place)
    return field


def seemly(picture: Image.Image, processor: Any) -> Image.Image:
    """The picture, padded where it is so long and thin that an image processor would refuse it."""
    shape = picture.width / picture.height
    if 1 / _SLENDER <= shape <= _SLENDER:
        return picture
    return padded(picture, min(max(shape, 1 / _SLENDER), _SLENDER), 1.0, background(processor))


def uncropped(picture: Image.Image, processor: Any) -> Image.Image:
    """The picture padded so that an image processor which crops its centre loses nothing of it."""
    crop = getattr(processor, "crop_size", None)
    tiles = hasattr(processor, "image_grid_pinpoints")  # of a picture in tiles, each tile is whole
    if tiles or not (getattr(processor, "do_center_crop", False) and crop):
        return picture
    width, height = crop["width"], crop["height"]
    room = _scaled_to(processor, width, height)
    return padded(picture, width / height, room, background(processor))


def _scaled_to(processor: Any, width: int, height: int) -> float:
    """How much larger than its crop a picture is made first; 1 where the crop takes all of it."""
    size = getattr(processor, "size", None)
    if not (getattr(processor, "do_resize", False) and size):
        return 1.0
    if side := getattr(size, "shortest_edge", None):
        return max(1.0, float(side) / min(width, height))
    return max(1.0, float(size["height"]) / height, float(size["width"]) / width)


def background(processor: Any) -> Color:
    """The colour that an image processor turns into zeros: padding of it says least."""
    mean = getattr(processor, "image_mean", None) or (0.5, 0.5, 0.5)
    red, green, blue = (round(255 * part) for part in mean)
    return red, green, blue
