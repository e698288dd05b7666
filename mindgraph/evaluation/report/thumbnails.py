"""Product pictures, small enough to travel inside a page: few, and bounded in bytes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.evaluation.tables import rows

if TYPE_CHECKING:
    from PIL import Image

PictureDoor = Callable[[Mapping[str, Any]], "Image.Image | None"]
"""Opens the picture of a row of PICTURE; None where it is gone, or is another one by now."""

SIDE = 176
"""Longest side in pixels: shown at half of it, sharp on a dense screen."""

MOST, MOST_BYTES = 60, 12_000
"""Pictures of a page, and the bytes of each."""

_QUALITIES = (72, 50, 30)

_WANTED = """
SELECT * FROM read_parquet(?) WHERE product IN (SELECT unnest(?)) ORDER BY product
"""


def thumbnails(
    run: Path, manifest: Mapping[str, Any], products: Iterable[str], opened: PictureDoor
) -> dict[str, str]:
    """`data:` addresses of pictures by product; products whose picture does not open are absent."""
    wanted = list(dict.fromkeys(products))[:MOST]
    found = ((row["product"], opened(row)) for row in _pictures(run, manifest, wanted))
    small = ((product, _small(picture)) for product, picture in found if picture is not None)
    return {
        product: f"data:image/jpeg;base64,{b64encode(raw).decode()}"
        for product, raw in small
        if raw
    }


def _pictures(
    run: Path, manifest: Mapping[str, Any], wanted: list[str]
) -> Iterator[dict[str, Any]]:
    import duckdb

    folders = [stage["folder"] for stage in manifest["stages"] if stage["name"] == "pictures"]
    files = [str(file) for name in folders for file in sorted(_shards(run / "stages" / name))]
    if files:
        with duckdb.connect() as con:
            yield from rows(con, _WANTED, files, wanted)


def _shards(folder: Path) -> Iterator[Path]:
    return folder.glob("[0-9]*/pictures.parquet")


def _small(picture: Image.Image) -> bytes | None:
    """The picture as a small JPEG; None where even a poor one is too large."""
    from PIL import Image

    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        file = BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True, progressive=False)
        if file.tell() <= MOST_BYTES:
            return file.getvalue()
    return None
