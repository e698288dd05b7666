"""The one door through which every picture enters.

A picture is bounded in bytes before it is read and in pixels before it is decoded; what comes in
is a still RGB picture, upright, on white, and without metadata. Whatever is wrong with a file
becomes one of the reasons of `reasons.py`; no error of Pillow's leaves this room.
"""

from __future__ import annotations

import errno
import re
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from mindgraph.products.cache import blob, sha256_of
from mindgraph.products.colors import main_colors
from mindgraph.records import PICTURE, Outcome, rejected
from mindgraph.text import clean

if TYPE_CHECKING:
    from PIL import Image, ImageFile


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

    kind = kind_of(raw)
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


def kind_of(raw: bytes) -> str:
    """Which kind of picture bytes begin, by Pillow's name; raises PictureRefused for no picture."""
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


# ---- the stage

ADDRESS = r"^(?:(?:[a-z][a-z0-9+.-]*:)?//|data:)"
"""What begins an address, in either case; every other name is that of a file."""

_USER = re.compile(r"^([^/?#]*//)[^/?#]*@")


def shown(address: str) -> str:
    """An address as a message may show it: without user and password, and no longer than a line."""
    return _USER.sub(r"\1", address)[:200]


def picture_file(folder: Path | None, picture: Mapping[str, Any]) -> Path:
    """The file that holds the bytes of a row of PICTURE; `folder` is the config's."""
    return Path(picture["at"]) if picture["at"] else (folder or Path()) / picture["path"]


def pictures_of(
    products: pa.RecordBatch | pa.Table,
    folder: Path | None,
    bounds: Bounds,
    cache: Path | None = None,
) -> Outcome:
    """Look at the picture of every product row that names one.

    Takes `id`, `image`, `file` and `row`, none null, and, where addresses are fetched, `sha256`,
    `reason` and `detail` of `fetching.FETCHED`; gives `pictures` (PICTURE; sides in pixels as
    opened) and `rejected`. Without a folder every file is missing. A copy in the cache that is
    damaged is deleted, so that it is fetched again.
    """
    look = lru_cache(maxsize=1024)(partial(_look, bounds=bounds))  # variants share pictures
    kept: list[dict[str, Any]] = []
    left: list[dict[str, Any]] = []
    for product in products.to_pylist():
        try:
            kept.append(_picture(product, folder, cache, look))
        except PictureRefused as refused:
            left.append(_refusal(product, refused))
    tables = {"pictures": pa.Table.from_pylist(kept, PICTURE), "rejected": rejected(left)}
    return Outcome(seen=products.num_rows, tables=tables)


_Look = Callable[[Path], dict[str, Any]]


def _picture(
    product: dict[str, Any], folder: Path | None, cache: Path | None, look: _Look
) -> dict[str, Any]:
    if re.match(ADDRESS, product["image"], re.IGNORECASE):
        return _fetched(product, cache, look)
    if folder is None:
        raise PictureRefused("picture missing", "no pictures folder is configured")
    found = find_picture(folder, product["image"])
    path = found.relative_to(folder.resolve()).as_posix()
    return {"product": product["id"], "path": path, **look(found)}


def _fetched(product: dict[str, Any], cache: Path | None, look: _Look) -> dict[str, Any]:
    if product.get("reason"):
        raise PictureRefused(product["reason"], product["detail"])
    digest = product.get("sha256")
    if cache is None or digest is None:
        raise PictureRefused("picture not fetched", shown(product["image"]))
    file = blob(cache, digest)
    seen = _copy(file, digest, look)
    # Its address stays its name: where the copy lies differs between machines.
    return {"product": product["id"], "path": product["image"], "at": str(file), **seen}


def _copy(file: Path, digest: str, look: _Look) -> dict[str, Any]:
    if sha256_of(file) != digest:
        file.unlink(missing_ok=True)
        raise PictureRefused("fetch failed", "its copy in the cache was lost or damaged")
    return look(file)


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
        detail = f"{shown(product['image'])}: {detail}"
    return {
        "reason": refused.reason,
        "file": product["file"],
        "row": product["row"],
        "field": "image",
        "item": product["id"],
        "detail": detail,
    }
