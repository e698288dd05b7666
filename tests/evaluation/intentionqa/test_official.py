"""The figures that the docs promise, on the released questions, without weights.

One draw and one shuffled graph, so that it is done in a minute; docs/intentionqa.md has the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mindgraph.evaluating import intentionqa
from mindgraph.evaluation.intentionqa.measuring import Plan

PLAN = Plan(draws=("official",), arms=("text", "text+graph", "text+shuffled"), shuffles=1)


@pytest.mark.data
@pytest.mark.slow
def test_the_graph_helps_to_tell_why_two_products_were_bought(data: Callable[[str], Path]) -> None:
    told = intentionqa(data("intentionqa"), tasks=(1,), plan=PLAN).as_dict()
    official = told["tasks"]["task 1"]["official"]
    accuracy, control = official["accuracy"]["weight-free"], official["accuracy"]["control"]
    assert accuracy["text+graph"]["accuracy"] >= 74.5
    assert 20 <= control["absent from the graph"]["accuracy"] <= 30
    assert official["effect"]["weight-free"]["real - shuffled graph"]["low"] > 0
