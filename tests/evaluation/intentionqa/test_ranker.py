"""The ranker, its folds, ties and intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.evaluation.intentionqa.bootstrap import interval
from mindgraph.evaluation.intentionqa.layout import Layout
from mindgraph.evaluation.intentionqa.ranker import FOLDS, cross_validated, fitted, folds_of
from tests.evaluation.intentionqa import small_benchmark as small


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    benchmark, _ = small.read(small.write(tmp_path))
    return Layout.of(benchmark.scored)


def test_a_feature_that_knows_the_gold_answers_all_and_noise_answers_a_quarter(
    layout: Layout,
) -> None:
    random = np.random.default_rng(0)
    noise = random.normal(size=(len(layout.question), 2))
    telling = layout.gold + 0.1 * random.normal(size=len(layout.question))
    assert layout.correct(cross_validated(layout, [noise])).mean() == pytest.approx(0.25, abs=0.15)
    with_gold = np.column_stack([noise, telling])
    assert layout.correct(cross_validated(layout, [noise, with_gold])).mean() == 1.0


def test_the_fit_is_where_the_penalised_likelihood_is_flat(layout: Layout) -> None:
    random = np.random.default_rng(1)
    features = random.normal(size=(len(layout.question), 3)) + layout.gold[:, None] * [1, 0.5, 0]
    centred = layout.centred(features)
    weights = fitted(layout, centred, 2.0)
    scale = centred.std(axis=0) + 1e-9
    slope = (centred / scale).T @ (layout.softmax(centred @ weights) - layout.gold)
    np.testing.assert_allclose(slope + 2.0 * weights * scale, 0, atol=1e-3)


def test_ties_share_the_point(layout: Layout) -> None:
    assert set(layout.correct(np.zeros(len(layout.question)))) == {0.25}
    two = np.zeros(len(layout.question))
    two[layout.starts] = two[layout.starts + 1] = 1
    assert set(layout.correct(two)) <= {0.0, 0.5}


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 9), min_size=FOLDS, max_size=60))
def test_folds_keep_components_whole_and_are_nearly_even(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    folds = folds_of(groups, FOLDS)
    assert all(len(set(folds[groups == group].tolist())) == 1 for group in range(len(sizes)))
    filled = np.bincount(folds, minlength=FOLDS)
    assert filled.min() > 0
    assert filled.max() - filled.min() <= max(sizes)


def test_an_interval_over_components_is_wider_where_their_questions_agree() -> None:
    values = np.tile([0.0, 1.0], 50)
    together, apart = np.repeat(np.arange(10), 10), np.arange(100)
    agreeing = np.repeat([0.0, 1.0], 50)
    assert interval(values, apart).mean == 0.5
    wide, narrow = interval(agreeing, together), interval(agreeing, apart)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert interval(agreeing, together) == interval(agreeing, together)
