"""The one door through which every picture enters, and what is known of it at once.

A picture is bounded in bytes before it is read and in pixels before it is decoded; what comes in
is a still RGB picture, upright, on white, and without metadata. Whatever is wrong with a file
becomes one of the reasons of `reasons.py`; no error of Pillow's leaves this room.
"""

from __future__ import annotations

import errno
import math
import re
import stat
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from statistics import median
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mindgraph.records import PICTURE, Outcome, rejected
from mindgraph.text import clean

if TYPE_CHECKING:
    from PIL import Image, ImageFile

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Bounds:
    """How large a picture may be, and how large it stays: `max_side` is its longest side then."""

    max_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    max_side: int = 2048


class PictureRefused(Exception):  # noqa: N818 - a refusal is an outcome here, not an error
    """Why one picture does not come in: `reason` is a name of `reasons.py`, `detail` the cause."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


# ---- opening


def open_picture(path: Path, bounds: Bounds) -> Image.Image:
    """A picture as every later stage may use it: RGB of 8 bits, upright, on white, scaled down.

    JPEG, PNG, WebP, GIF, BMP and TIFF are read, of an MPO its first picture. Grey of more than
    16 bits is stretched from its darkest to its lightest value. Colour profiles are not applied.
    Raises PictureRefused; any other OSError (disk, open files) is the machine's and passes.
    """
    return _decode(_read(path, bounds.max_bytes), bounds)


_ABSENT = {
    errno.EACCES, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT,
    errno.ENOTDIR, errno.EPERM,
}  # fmt: skip


@contextmanager
def _absent_is_missing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        raise PictureRefused("picture missing", error.strerror or "no such file") from error
    except (ValueError, RuntimeError) as error:  # NUL or not UTF-8; links in a circle before 3.13
        raise PictureRefused("picture missing", "no file can have this name") from error


def _read(path: Path, max_bytes: int) -> bytes:
    with _absent_is_missing():
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
            raise PictureRefused("picture missing", "not a file")
        if found.st_size > max_bytes:
            detail = f"{found.st_size} bytes; at most {max_bytes}"
            raise PictureRefused("picture too large", detail)
        with path.open("rb") as file:
            return file.read(found.st_size)


def _decode(raw: bytes, bounds: Bounds) -> Image.Image:
    from PIL.Image import DecompressionBombError

    kind = _kind(raw)
    try:
        # Pillow warns of many harmless oddities, and of sizes that `bounds` allows.
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"PIL\.")
            with _plugin(kind)(BytesIO(raw)) as picture:
                _check(picture, bounds)
                return _still(picture, bounds.max_side)
    except PictureRefused:
        raise
    except (DecompressionBombError, MemoryError) as error:
        raise PictureRefused("picture too large", _said(error)) from error
    except Exception as error:  # Pillow's plugins raise nearly anything for a damaged file
        raise PictureRefused("picture broken", _said(error)) from error


def _said(error: Exception) -> str:
    text = clean(re.sub(r" at 0x[0-9a-f]+", "", str(error)))
    return text[:200] or type(error).__name__


_MARKS = re.compile(
    rb"(?P<JPEG>\xff\xd8\xff)|(?P<PNG>\x89PNG\r\n\x1a\n)|(?P<GIF>GIF8[79]a)"
    rb"|(?P<WEBP>RIFF....WEBP)|(?P<TIFF>II[*+]\0|MM\0[*+])"
    rb"|(?P<BMP>BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0)",  # "BM" alone begins many a text
    re.DOTALL,
)


def _kind(raw: bytes) -> str:
    found = _MARKS.match(raw)
    if found is None or found.lastgroup is None:
        detail = f"begins with {raw[:16]!r}" if raw else "the file is empty"
        raise PictureRefused("not a picture", detail)
    return found.lastgroup


def _plugin(kind: str) -> type[ImageFile.ImageFile]:
    # Not Image.open: its limit on pixels is the process's, and it takes an MPO for an animation.
    from PIL import (
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    return {
        "BMP": BmpImagePlugin.BmpImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "JPEG": JpegImagePlugin.JpegImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "WEBP": WebPImagePlugin.WebPImageFile,
    }[kind]


def _check(picture: ImageFile.ImageFile, bounds: Bounds) -> None:
    tags = getattr(picture, "tag_v2", {})  # of a TIFF, whose tiles may be larger than it is
    for width, height in (picture.size, (tags.get(322, 0), tags.get(323, 0))):
        if width * height > bounds.max_pixels:
            detail = f"{width} x {height} pixels; at most {bounds.max_pixels}"
            raise PictureRefused("picture too large", detail)
    if getattr(picture, "is_animated", False):  # n_frames would walk through all of them
        raise PictureRefused("picture moves", "more than one frame or page")


def _still(picture: Image.Image, max_side: int) -> Image.Image:
    from PIL import Image

    picture.draft(None, (max_side, max_side))  # a JPEG is scaled by its decoder, as far as it can
    picture.load()
    picture = _eight_bits(_upright(picture))
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode != mode:
        picture = picture.convert(mode)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A") if mode == "RGBA" else None)
    return white


_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}


def _upright(picture: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: it writes the EXIF anew, which fails on what cameras put there.
    from PIL import ExifTags, Image

    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture.transpose(Image.Transpose[turn]) if turn else picture


def _eight_bits(picture: Image.Image) -> Image.Image:
    # Pillow's own conversions clip at 255: all but the darkest greys would turn white.
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return picture
    low, high = (0, 65535) if picture.mode.startswith("I;16") else _range(picture)
    scale = 255 / (high - low or 1)
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _range(picture: Image.Image) -> tuple[float, float]:
    low, high = picture.getextrema()
    if not (isinstance(low, int | float) and isinstance(high, int | float)):
        raise ValueError(f"{picture.mode} has no one range of values")
    return low, high


# ---- finding

_ENDINGS = ("", ".jpg", ".jpeg", ".png", ".webp", ".gif")


def find_picture(folder: Path, name: str) -> Path:
    """The resolved file that a catalogue's name means: as named, else its bare name in `folder`.

    Backslashes part folders too, a leading "/" or "./" means `folder`, and an ending that the
    name lacks is tried; percent-encoding is not undone. Raises PictureRefused: "picture outside
    its folder" where the way (a link's too) leads out of `folder`, else "picture missing".
    """
    name = re.sub(r"^(?:\./|/)+", "", name.replace("\\", "/"))
    bare = PurePosixPath(name).name
    with _absent_is_missing():
        root = folder.resolve()
        for candidate in dict.fromkeys([name, bare, *(name + ending for ending in _ENDINGS)]):
            found = (root / candidate).resolve()
            if not found.is_relative_to(root):
                raise PictureRefused("picture outside its folder", "leads out of the folder")
            if found.is_file():
                str(found.relative_to(root)).encode()  # a link's target must fit a table as well
                return found
    raise PictureRefused("picture missing", "no such file in the pictures folder")


# ---- colours

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


# ---- the stage

_ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


def pictures_of(
    products: pa.RecordBatch | pa.Table, folder: Path | None, bounds: Bounds
) -> Outcome:
    """Look at the picture of every product row that names one.

    Takes `id`, `image`, `file` and `row`, none null; gives `pictures` (PICTURE; sides in pixels
    as opened) and `rejected`. An address is not fetched; without a folder every name is missing.
    """
    look = lru_cache(maxsize=1024)(partial(_look, bounds=bounds))  # variants share pictures
    kept: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    for product in products.select(["id", "image", "file", "row"]).to_pylist():
        try:
            kept.append(_picture(product, folder, look))
        except PictureRefused as refused:
            left.append(_refusal(product, refused))
    tables = {"pictures": pa.Table.from_pylist(kept, PICTURE), "rejected": rejected(left)}
    return Outcome(seen=products.num_rows, tables=tables)


def _picture(
    product: dict[str, Any], folder: Path | None, look: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    if _ADDRESS.match(product["image"]):
        raise PictureRefused("picture not fetched", product["image"])
    if folder is None:
        raise PictureRefused("picture missing", "no pictures folder is configured")
    found = find_picture(folder, product["image"])
    path = found.relative_to(folder.resolve()).as_posix()
    return {"product": product["id"], "path": path, **look(found)}


def _look(path: Path, bounds: Bounds) -> dict[str, Any]:
    raw = _read(path, bounds.max_bytes)
    picture = _decode(raw, bounds)
    return {
        "sha256": sha256(raw).hexdigest(),
        "width": picture.width,
        "height": picture.height,
        "colors": main_colors(picture),
    }


def _refusal(product: dict[str, Any], refused: PictureRefused) -> dict[str, Any]:
    detail = refused.detail
    if refused.reason != "picture not fetched":
        detail = f"{product['image'][:200]}: {detail}"
    return {
        "reason": refused.reason,
        "file": product["file"],
        "row": product["row"],
        "field": "image",
        "item": product["id"],
        "detail": detail,
    }
