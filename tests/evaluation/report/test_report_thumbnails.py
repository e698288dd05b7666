"""Thumbnails: few and small, made anew, and only of pictures that are still the run's own."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import mindgraph
from mindgraph.evaluation.report import thumbnails as room
from mindgraph.evaluation.report.thumbnails import MOST_BYTES, SIDE, thumbnails
from mindgraph.runs import Built


def pictures(page: Path) -> list[bytes]:
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page.read_text(encoding="utf-8"))
    return [b64decode(raw) for raw in found]


def test_the_demos_pictures_are_small_and_few(demo: Built) -> None:
    found = pictures(demo.folder / "report.html")
    assert 2 < len(found) <= 36
    for raw in found:
        assert len(raw) <= MOST_BYTES
        assert max(Image.open(BytesIO(raw)).size) <= SIDE


def test_no_more_pictures_are_opened_than_a_page_may_hold(
    demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST", 3)
    opened: list[str] = []

    def note(row: object) -> Image.Image:
        opened.append(str(row))
        return Image.new("RGB", (4, 4))

    products = [
        row["p.id"] for row in mindgraph.query(demo.folder, "MATCH (p:Product) RETURN p.id")
    ]
    assert len(thumbnails(demo.folder, demo.manifest, products, note)) == len(opened) <= 3


def test_a_picture_that_stays_too_large_is_left_out(
    demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 10)
    plain = Image.new("RGB", (400, 400))
    assert thumbnails(demo.folder, demo.manifest, ["BAB-801"], lambda row: plain.copy()) == {}


ORDERS = "order,product\n1,A1\n1,B2\n2,A1\n2,B2\n"
PRODUCTS = (
    "id,title,description,category,brand,image\n"
    "A1,Steel travel mug,For brewing coffee.,Kitchen,Alder,a.jpg\n"
    "B2,Paper coffee filters,For brewing coffee.,Kitchen,Alder,b.jpg\n"
)


@pytest.fixture
def photographed(shop: Callable[..., Path], tmp_path: Path) -> Built:
    """A shop of two products with photographs that hold more than is to be seen."""
    for name, color in (("a.jpg", "red"), ("b.jpg", "navy")):
        Image.new("RGB", (300, 200), color).save(tmp_path / name, comment=b"the owner's secret")
    config = shop({"products.csv": PRODUCTS, "orders.csv": ORDERS})
    return mindgraph.build(config, tmp_path / "run")


def test_a_thumbnail_holds_nothing_but_the_picture(photographed: Built) -> None:
    found = set(pictures(photographed.folder / "report.html"))
    assert len(found) == 2
    assert not any(b"secret" in raw for raw in found)


def test_a_picture_that_is_another_by_now_is_not_shown(photographed: Built, tmp_path: Path) -> None:
    Image.new("RGB", (300, 200), "green").save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").unlink()
    page = mindgraph.report(photographed.folder)
    assert pictures(page) == []
    assert "no picture" not in page.read_text(encoding="utf-8")
