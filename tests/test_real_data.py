"""Real files, through the bundled configs: the counts are those of the files themselves.

Marked `data`: they read the folder that MINDGRAPH_DATA names, and are skipped where it is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mindgraph
from mindgraph.runs import Built

pytestmark = pytest.mark.data
Data = Callable[[str], Path]


@pytest.fixture(scope="module")
def built(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Built]:
    """A run of a bundled config over real data, built once."""
    runs: dict[str, Built] = {}

    def build(config: str, folder: str) -> Built:
        root = data(folder).parent
        data("wordnet_isa")
        if config not in runs:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("MINDGRAPH_DATA", str(root))
                runs[config] = mindgraph.build(config, tmp_path_factory.mktemp(config) / "run")
        return runs[config]

    return build


def stages(built: Built) -> dict[str, dict[str, Any]]:
    told = {stage["name"]: stage for stage in built.manifest["stages"] if "in" in stage}
    for name, stage in told.items():
        assert stage["in"] == stage["out"] + sum(stage["dropped"].values()), name
    return told


def test_intentionqa(built: Callable[[str, str], Built]) -> None:
    run = built("intentionqa", "intentionqa")
    assert run.left_out == ()
    assert run.manifest["nodes"]["Product"] == 2507
    assert run.manifest["nodes"]["CoBuy"] == 1393
    told = stages(run)
    assert told["read_intentions_1"]["in"] == 2315
    left = sum(
        sum(told[name]["dropped"].values())
        for name in ("sifted_intentions", "intentions", "statements")
    )
    edges = sum(rows for name, rows in run.manifest["edges"].items() if name not in _STRUCTURE)
    assert edges + left == 2315


_STRUCTURE = ("HAS_PRODUCT", "IN_CATEGORY", "SUBCATEGORY_OF", "HAS_CONCEPT", "SUBCONCEPT_OF")


def test_intentionqa_keeps_typicality(built: Callable[[str, str], Built]) -> None:
    run = built("intentionqa", "intentionqa").folder
    rows = mindgraph.query(
        run,
        "MATCH (c:CoBuy)-[r]->(i:Intention) "
        "RETURN min(r.typicality) AS low, max(r.typicality) AS high",
    )
    assert rows == [{"low": 0.6, "high": 1.0}]


def test_magento_luma(built: Callable[[str, str], Built]) -> None:
    run = built("magento_luma", "magento_luma")
    told = stages(run)
    assert run.left_out == ()
    assert run.manifest["nodes"]["Product"] == 191
    assert told["pictures"]["out"] == 191
    assert told["read_links_1"]["in"] == 1404
    assert told["candidates"]["out"] == 1364
    sources = mindgraph.query(run.folder, "MATCH (c:CoBuy) RETURN DISTINCT c.source AS source")
    assert {row["source"] for row in sources} == {
        "merchant cross-sell",
        "merchant related",
        "merchant up-sell",
    }


def test_adventureworks(built: Callable[[str, str], Built]) -> None:
    run = built("adventureworks", "adventureworks")
    told = stages(run)
    assert run.manifest["nodes"]["Product"] == 295
    assert told["read_orders_1"]["in"] == 56046
    assert told["mined_1"]["in"] == 2040
    assert told["pictures"]["out"] == 157
    assert told["mined_1"]["out"] + told["mined_1"]["dropped"].get("lift too small", 0) == 1278


def test_gift_cards(built: Callable[[str, str], Built]) -> None:
    run = built("gift_cards", "amazon_2018_meta")
    told = stages(run)
    assert told["read_products_1"]["in"] == 1547
    assert told["candidates"]["out"] == 5286
    assert told["candidates"]["dropped"]["same pair again"] >= 707
    assert told["pictures"]["dropped"] == {"picture not fetched": 660}
    titles = mindgraph.query(
        run.folder, "MATCH (p:Product) RETURN p.title AS title, p.description AS told"
    )
    texts = [text for row in titles for text in row.values() if text]
    assert not [text for text in texts if "<br" in text or "&amp;" in text or "</" in text]


def test_every_bundled_config_passes_its_check(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINDGRAPH_DATA", str(data("intentionqa").parent))
    for config in ("demo", "intentionqa", "magento_luma", "adventureworks", "gift_cards"):
        assert mindgraph.check(config).problems == (), config
