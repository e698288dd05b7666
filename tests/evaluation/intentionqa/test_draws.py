"""Balanced draws: no option can be told by how often it is used."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.draws import draw
from tests.evaluation.intentionqa import small_benchmark as small


@pytest.mark.parametrize("task", [1, 2])
@pytest.mark.parametrize("name", ["balanced", "hard"])
@pytest.mark.parametrize("seed", [0, 7])
def test_every_answer_is_gold_once_and_distractor_thrice(
    tmp_path: Path, task: int, name: str, seed: int
) -> None:
    benchmark, _ = small.read(small.write(tmp_path, task), task)
    questions = draw(benchmark, name, seed)
    used = Counter(option for one in questions for option in one.options)
    golds = Counter(one.options[one.gold] for one in questions)
    assert set(golds.values()) == {1}
    assert set(used.values()) == {4}
    assert all(one.component not in one.sources for one in questions)
    assert all(len(set(one.options)) == 4 for one in questions)


def test_one_seed_is_one_draw_and_another_is_another(tmp_path: Path) -> None:
    benchmark, _ = small.read(small.write(tmp_path))
    assert draw(benchmark, "balanced", 3) == draw(benchmark, "balanced", 3)
    assert draw(benchmark, "balanced", 3) != draw(benchmark, "balanced", 4)


def test_hard_distractors_are_of_products_more_alike_than_random_ones(tmp_path: Path) -> None:
    benchmark, _ = small.read(small.write(tmp_path))

    def of_own_theme(name: str) -> int:
        questions = draw(benchmark, name)
        theme = {one.id: one.a.title.split()[1] for one in questions}
        at = {one.component: one.id for one in questions}
        return sum(
            theme[at[source]] == theme[one.id] for one in questions for source in one.sources
        )

    assert of_own_theme("hard") > 2 * of_own_theme("balanced")


def test_too_few_components_are_one_clear_line(tmp_path: Path) -> None:
    benchmark, _ = small.read(small.write(tmp_path, changed=small.rows()[:3]))
    with pytest.raises(InputError, match="too few to draw"):
        draw(benchmark, "balanced")
