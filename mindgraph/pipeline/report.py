"""A run's report, written into its folder: the one place where report and picture door meet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindgraph.engines.ledger import write_durably
from mindgraph.errors import DiskError
from mindgraph.products.cache import sha256_of
from mindgraph.products.pictures import Bounds, PictureRefused, open_picture, picture_file

if TYPE_CHECKING:
    from PIL import Image

REPORT = "report.html"


def write_report(run: Path, manifest: Mapping[str, Any], path: Path | None = None) -> Path:
    """Write the report of a finished run, in one step; where it was written.

    RunError where a table of the run cannot be read, DiskError where the page cannot be written.
    """
    from mindgraph.evaluation.report.page import page

    told = manifest["config"]["pictures"]
    bounds = Bounds(**{name: told[name] for name in Bounds.__dataclass_fields__})
    folder = Path(told["folder"]) if told["folder"] else None
    text = page(run, manifest, partial(_unchanged, folder=folder, bounds=bounds))
    place = path or run / REPORT
    try:
        write_durably(place, text)
    except OSError as error:
        raise DiskError(f"{place}: cannot be written: {error.strerror}; choose another") from None
    return place


def _unchanged(
    picture: Mapping[str, Any], folder: Path | None, bounds: Bounds
) -> Image.Image | None:
    """The picture of a row of PICTURE; None where its file is gone, or is another one by now."""
    file = picture_file(folder, picture)
    if sha256_of(file) != picture["sha256"]:
        return None
    try:
        return open_picture(file, bounds)
    except PictureRefused:
        return None
