"""What many tests share: the demo's run, small shops, and the folder of real data."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import mindgraph
from mindgraph.runs import Built

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """A folder of real data by name; the test is skipped, with the reason, where it is absent."""
    root = Path(os.environ.get("MINDGRAPH_DATA") or ROOT / "../shared/data").resolve()

    def folder(name: str) -> Path:
        if not (root / name).is_dir():
            pytest.skip(f"no real data {name!r}; name its folder in MINDGRAPH_DATA")
        return root / name

    return folder


@pytest.fixture(scope="module", autouse=True)
def unreported(request: pytest.FixtureRequest) -> Iterator[None]:
    """Builds in this process end without their page, but where tests look at it.

    It takes longer than a small graph does; builds by the command line write it everywhere.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "report" not in request.path.parts:
            patch.setattr("mindgraph.runs.write_report", lambda run, manifest: run)
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The demo, built once for a test process."""
    built = mindgraph.build("demo", tmp_path_factory.mktemp("demo") / "run")
    mindgraph.report(built.folder)  # whichever module asks first
    return built


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line as a process of its own."""

    def run(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "mindgraph", *map(str, words)]
        return subprocess.run(line, capture_output=True, text=True, timeout=120, **options)

    return run


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small shop: three products, four orders, a config; parts can be replaced.

    `files` maps file names to their content; `config` is merged over the shop's own sections.
    """

    def write(files: Mapping[str, str | bytes] | None = None, **config: Any) -> Path:
        for name, content in {**_SHOP, **(files or {})}.items():
            raw = content.encode() if isinstance(content, str) else content
            (tmp_path / name).write_bytes(raw)
        told = {**yaml.safe_load(_CONFIG), **config}
        path = tmp_path / "shop.yaml"
        path.write_text(yaml.safe_dump(told), encoding="utf-8")
        return path

    return write


_SHOP = {
    "products.csv": (
        "id,title,description,category,brand,image\n"
        "A1,Steel travel mug,Keeps drinks hot for brewing coffee outdoors.,Kitchen > Mugs,Alder,\n"
        "B2,Paper coffee filters,For brewing coffee at home.,Kitchen > Coffee,Alder,\n"
        "C3,Gas camping stove,For brewing coffee outdoors.,Outdoor > Camping,Birch,\n"
    ),
    "orders.csv": "order,product\n1,A1\n1,B2\n2,A1\n2,B2\n3,A1\n3,C3\n4,C3\n4,A1\n",
    "isa.tsv": "beverage\tcoffee\t9\nactivity\tbrewing\t3\ndrink\tbeverage\t4\n",
}

_CONFIG = """
name: shop
products:
  - path: products.csv
    columns: {id: id, title: title, description: description, categories: category,
              brand: brand, image: image}
pictures: {folder: .}
pairs:
  orders: [{path: orders.csv}]
  min_lift: 0
intentions:
  generate: {model: metadata}
concepts: {isa: isa.tsv}
"""
