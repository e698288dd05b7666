"""The bundled demo.

- Its graph is the one kept in `tests/golden_demo` (`make golden` writes that anew).
- Its catalogue is clean, and every picture is the one that `draw.py` draws.
- What the README shows of it is what it answers.
"""

from __future__ import annotations

import csv
import runpy
from pathlib import Path

import pytest

import mindgraph
from mindgraph.resources import resource
from mindgraph.runs import Built
from tests import golden


def test_the_graph_of_the_demo_is_the_golden_one(demo: Built) -> None:
    kept = {file.name: file.read_text(encoding="utf-8") for file in golden.FOLDER.glob("*.jsonl")}
    built = golden.told(demo.folder)
    assert sorted(built) == sorted(kept)
    for name, text in built.items():
        assert text == kept[name], f"{name} differs; if that is meant, run: make golden"


def test_no_row_of_the_demo_is_left_out_by_an_error(demo: Built) -> None:
    assert demo.left_out == ()


def test_every_product_of_the_demo_is_in_its_graph(demo: Built) -> None:
    with (resource("demo") / "products.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["id"]: row["title"] for row in csv.DictReader(file)}
    rows = mindgraph.query(demo.folder, "MATCH (p:Product) RETURN p.id AS id, p.title AS title")
    assert {row["id"]: row["title"] for row in rows} == listed


def test_most_pairs_of_the_demo_have_an_intention(demo: Built) -> None:
    coverage = mindgraph.stats(demo.folder)["coverage"]
    assert coverage["pairs_with_intention"] >= 0.9 * coverage["pairs"]
    assert coverage["intentions_with_concept"] >= 0.9 * coverage["intentions"]


def test_a_pair_bought_together_is_explained_with_provenance(demo: Built) -> None:
    told = mindgraph.why(demo.folder, "COF-101", "COF-102")
    stated = {(row["relation"], row["intention"]) for row in told["together"]}
    assert any("coffee" in intention for _, intention in stated)
    assert all(row["run"] == demo.manifest["run"] for row in told["together"])


def test_two_products_never_bought_together_are_joined_by_what_they_share(demo: Built) -> None:
    told = mindgraph.why(demo.folder, "COF-101", "COF-106")
    assert told["together"] == []
    assert told["shared"] and told["concepts"]


@pytest.mark.slow
def test_the_pictures_are_the_ones_that_the_script_draws(
    tmp_path: Path,
) -> None:
    from PIL import Image

    from mindgraph.demo import draw

    draw.main(tmp_path)
    kept = sorted((resource("demo") / "pictures").glob("*.png"))
    assert [file.name for file in kept] == sorted(file.name for file in tmp_path.glob("*.png"))
    for file in kept:
        with Image.open(file) as old, Image.open(tmp_path / file.name) as new:
            assert old.tobytes() == new.tobytes(), file.name


def test_the_module_that_draws_can_be_run_as_a_script() -> None:
    assert callable(runpy.run_path(str(resource("demo") / "draw.py"))["main"])
