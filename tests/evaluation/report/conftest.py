"""A browser, and a run whose every text means harm."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

import mindgraph
from mindgraph.runs import Built

SCRIPT = "<script>document.title='owned'</script>"
HARMFUL = (
    SCRIPT,
    '"><img src=x onerror="document.title=\'owned\'">',
    "' onmouseover='document.title=1' x='",
    "</style></svg><script>document.title='owned'</script>",
    "{{ 7 * 7 }} {% raw %} $\\frac{1}{0}$ &amp;",
    "\u202egnihtemos \u05d0\u05d1\u05d2 \u2066",
)
"""Texts that mean harm to a page: scripts, attributes, ends of elements, templates, directions."""


def _quoted(text: str) -> str:
    """A text as a cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"'


def _cell(text: str) -> str:
    """A cell that reading a catalogue turns into `text`, and not into what is left of its tags."""
    return _quoted(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@pytest.fixture(scope="session")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The run of a shop whose titles, categories, intentions, concepts and source mean harm."""
    folder = tmp_path_factory.mktemp("harmful")
    for name, text in {**_products(), **_intentions()}.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "isa.tsv").write_text(f"{SCRIPT}\tbrewing\t9\n", encoding="utf-8")
    told = {
        "name": "harmful",
        "products": [{"path": "products.csv", "columns": _COLUMNS}],
        "intentions": {"ready": [{"path": "ready.csv", "source": f"co-buy {HARMFUL[1]}"}]},
        "concepts": {"isa": "isa.tsv"},
    }
    (folder / "harmful.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")
    return mindgraph.build(folder / "harmful.yaml", folder / "run")


_COLUMNS = {"id": "id", "title": "title", "categories": "category"}


def _products() -> dict[str, str]:
    rows = (
        f"P{place},{_cell(f'{text} {place}')},{_cell(f'{text} > inner')}\n"
        for place, text in enumerate(HARMFUL)
    )
    return {"products.csv": f"id,title,category\n{''.join(rows)}"}


def _intentions() -> dict[str, str]:
    rows = (
        f"P{place},P{(place + 1) % len(HARMFUL)},usedFor,{_quoted(f'brewing {text}')},0.{place}\n"
        for place, text in enumerate(HARMFUL)
    )
    return {"ready.csv": f"product_a,product_b,relation,intention,typicality\n{''.join(rows)}"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium that notes every request; the test is skipped where there is none."""
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        missing.append("selenium")
    if missing:
        told = f"no {', '.join(missing)} here"
        if os.environ.get("MINDGRAPH_BROWSER") == "required":
            pytest.fail(told)
        pytest.skip(told)
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()
