"""The benchmark of the ways runs, on a model too small to time anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
SMALL = (
    "--hidden 64 --layers 2 --heads 4 --vocabulary 300 --picture-side 56 --prefix-text 60 "
    "--relations 5 --answer 6 --rows 5 --rounds 1"
)


@pytest.fixture
def lvlm(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("transformers")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import lvlm

    return lvlm


def test_all_ways_say_the_same_and_every_cost_is_told(
    lvlm: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lvlm.main(SMALL.split()) == 0
    printed = capsys.readouterr().out
    found = json.loads(printed.splitlines()[-1])

    same = found["agreement"]
    assert same["equal_repeat"] == same["equal_cascade"] == same["cascade_is_repeat"] == 5
    assert max(same["logits_repeat"], same["logits_cascade"], same["p_yes_cascade"]) < 1e-4
    assert same["apart"] > 1e-4
    assert found["tokens"] == {
        "prefix": 60 + 16,
        "pictures": 16,
        "intentions": [39, 57],
        "verdicts": [98, 107],
    }
    assert found["ways"]["cascade"][0] == "cascade"
    assert set(found["both"]) == {"published", "one forward", "padded batch", "repeat", "cascade"}
    assert all(cost > 0 for told in found["rounds"] for cost in told.values())
    assert "answers agree: yes" in printed


def test_ways_that_disagree_are_told(lvlm: Any) -> None:
    told = dict.fromkeys((field for field in lvlm.Agreement.__dataclass_fields__), 5)
    close = dict.fromkeys((name for name in told if name.startswith(("logits", "p_yes"))), 1e-6)
    same = {**told, **close, "apart": 0.1}
    assert lvlm.Agreement(**same).holds
    for wrong in ({"equal_cascade": 4}, {"cascade_is_repeat": 4}, {"logits_cascade": 1e-3}):
        assert not lvlm.Agreement(**{**same, **wrong}).holds
    blind = {"apart": 0.0}
    assert not lvlm.Agreement(**{**same, **blind}).holds


def test_a_ratio_is_of_the_least_costs(lvlm: Any) -> None:
    parts = {part for way in lvlm.WAYS.values() for part in way}
    rounds = [{**dict.fromkeys(parts, 12.0), "cascade": cost} for cost in (3.0, 2.0)]
    assert lvlm.ratios(lvlm.best(rounds))["cascade"]["published"] == pytest.approx(12.0)
    assert lvlm.ranged(rounds, "cascade", "published") == "12.0x (8.0-12.0)"
