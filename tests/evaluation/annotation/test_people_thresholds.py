"""Precision and recall of a score against people, and the threshold for a wanted precision."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy", reason="needs the extra annotate")
pytest.importorskip("sklearn", reason="needs the extra annotate")
pytest.importorskip("statsmodels", reason="needs the extra annotate")

from mindgraph.evaluation.annotation.thresholds import majority, thresholds  # noqa: E402


def measured(scores, judged, wanted=0.9):
    judged = np.array(judged, dtype=float)
    return thresholds(scores, judged, np.ones(len(judged), dtype=bool), wanted)


def plain_point(scores, judged, threshold):
    kept = [said for score, said in zip(scores, judged, strict=True) if score >= threshold]
    return len(kept), sum(kept) / len(kept), sum(kept) / sum(judged)


@pytest.mark.parametrize("seed", range(5))
def test_every_point_equals_its_definition_also_where_scores_tie(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = (random.integers(8, size=60) / 8).tolist()
    judged = (random.random(60) < scores).astype(int).tolist()
    found = measured(scores, judged)
    assert [point.threshold for point in found.points] == sorted(set(scores))
    for point in found.points:
        expected = plain_point(scores, judged, point.threshold)
        assert (point.kept, point.precision, point.recall) == pytest.approx(expected)


def test_a_planted_threshold_is_found() -> None:
    scores = [place / 100 for place in range(100)]
    found = measured(scores, [score >= 0.7 for score in scores], wanted=1.0)
    assert found.chosen is not None
    assert (found.chosen.threshold, found.chosen.precision, found.chosen.recall) == (0.7, 1, 1)


def test_a_threshold_planted_in_noise_is_found_nearby() -> None:
    random = np.random.default_rng(0)
    scores = random.random(4000)
    judged = random.random(4000) < np.where(scores >= 0.6, 0.95, 0.3)
    found = measured(scores.tolist(), judged, wanted=0.93)
    assert found.chosen is not None
    # Of all claims from t on, (0.4 * 0.95 + (0.6 - t) * 0.3) / (1 - t) are plausible.
    assert found.chosen.threshold == pytest.approx(0.587, abs=0.02)
    assert found.precision.low < found.chosen.precision < found.precision.high
    assert found.recall.low < found.chosen.recall < found.recall.high


def test_equal_scores_are_kept_or_left_together() -> None:
    found = measured([0.9, 0.9, 0.9, 0.2], [1, 1, 0, 0], wanted=0.6)
    assert found.chosen is not None
    assert (found.chosen.threshold, found.chosen.kept) == (0.9, 3)


@pytest.mark.parametrize(
    ("judged", "wanted", "told"),
    [
        ([1, 1, 1], 0.9, "no claim implausible"),
        ([0, 0, 0], 0.9, "no claim plausible"),
        ([0, 1, 0], 0.9, "no threshold has precision 0.9; the best is 0.500, from 0.5 on"),
        ([np.nan] * 3, 0.9, "nothing to measure"),
    ],
)
def test_where_there_is_no_threshold_it_is_said_why(judged, wanted, told: str) -> None:
    found = measured([0.2, 0.5, 0.8], judged, wanted)
    assert found.chosen is None
    assert found.precision is None
    assert told in found.told


def test_claims_without_a_score_or_a_majority_are_counted_aside() -> None:
    counts = np.array([[1, 1], [0, 2], [2, 0], [0, 1], [0, 0]])
    found = thresholds([0.5, 0.9, 0.1, None, 0.3], majority(counts), counts.any(axis=1), 0.9)
    assert (found.plausible, found.implausible, found.split, found.unscored) == (1, 1, 1, 1)
    assert found.chosen is not None
    assert found.chosen.threshold == 0.9
