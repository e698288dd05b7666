"""Sheets of real runs: IntentionQA's statements, and Magento Luma's photographs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

import mindgraph
from tests.evaluation.annotation.people import fill, rows_of

pytestmark = pytest.mark.data
Data = Callable[[str], Path]


@pytest.fixture
def build(data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Builds a bundled config over real data."""

    def built(config: str) -> Path:
        monkeypatch.setenv("MINDGRAPH_DATA", str(data(config).parent))
        data("wordnet_isa")
        return mindgraph.build(config, tmp_path / "run").folder

    return built


def test_a_sample_of_intentionqa_has_its_relations(
    build: Callable[[str], Path], tmp_path: Path
) -> None:
    pytest.importorskip("statsmodels", reason="needs the extra annotate")
    run = build("intentionqa")
    (sheet,) = mindgraph.sample(run, 200, tmp_path / "s.csv").sheets
    sampled = Counter(row["relation"] for row in rows_of(sheet))
    stated = {row["relation"]: row["statements"] for row in mindgraph.stats(run)["relations"]}
    total = sum(stated.values())
    assert len(stated) > 5
    for relation, size in stated.items():
        assert abs(sampled[relation] - 200 * size / total) < 1, relation
    fill(sheet, lambda row: {"plausibility": "yes", "typicality": "3"})
    found = mindgraph.agreement(sheet, run=run).findings
    assert found.thresholds is not None
    assert found.thresholds.unscored == 200  # this data tells no verdicts


def test_the_photographs_of_luma_open_from_the_sheet(
    build: Callable[[str], Path], tmp_path: Path
) -> None:
    run = build("magento_luma")
    done = mindgraph.sample(run, 100, tmp_path / "s.csv")
    links = [row[name] for row in rows_of(done.sheets[0]) for name in ("picture_a", "picture_b")]
    assert done.pictures == len(links) == 200
    for link in set(links):
        with Image.open(unquote(urlsplit(link).path)) as picture:
            assert picture.width > 100
