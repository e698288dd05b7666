"""The coefficients of agreement, against published examples and against plain definitions."""

from __future__ import annotations

from itertools import permutations

import pytest

np = pytest.importorskip("numpy", reason="needs the extra annotate")
pytest.importorskip("krippendorff", reason="needs the extra annotate")
pytest.importorskip("statsmodels", reason="needs the extra annotate")

from mindgraph.evaluation.annotation.agreement import (  # noqa: E402 - after what it needs
    Figure,
    Statistic,
    _alphas,
    _kappas,
    _percents,
    agree,
    figure,
    fleiss_kappa,
    krippendorff_alpha,
    percent,
)

# Four observers, twelve units, five values, some missing: the example E of Krippendorff,
# "Computing Krippendorff's Alpha-Reliability" (2011), with the figures given there.
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]

# Fourteen raters, ten subjects, five categories: the worked example of the article
# "Fleiss' kappa" of the English Wikipedia, kappa 0.210.
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def counts_of(votes, domain):
    return np.array(
        [[column.count(value) for value in domain] for column in zip(*votes, strict=True)]
    )


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_of_krippendorffs_own_example(level: str, alpha: float) -> None:
    found = krippendorff_alpha(counts_of(KRIPPENDORFF, range(1, 6)), level)
    assert found == pytest.approx(alpha, abs=5e-4)


def test_kappa_of_the_example_of_fourteen_raters() -> None:
    assert fleiss_kappa(np.array(FOURTEEN_RATERS)) == pytest.approx(0.210, abs=5e-4)


# ---- the definitions, as plainly as can be


def plain_alpha(rows, level):
    """1 - observed / expected disagreement, over all pairs of votes."""
    units = [[v for v, n in enumerate(row) for _ in range(n)] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    votes = [vote for unit in units for vote in unit]
    totals = [votes.count(value) for value in range(len(rows[0]))]

    def apart(a, b):
        if level == "nominal":
            return a != b
        low, high = sorted((a, b))
        between = sum(totals[low : high + 1]) - (totals[low] + totals[high]) / 2
        return between**2 if a != b else 0

    observed = sum(
        sum(apart(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(votes)
    pairs = len(votes) * (len(votes) - 1)
    expected = sum(apart(a, b) for a, b in permutations(votes, 2)) / pairs
    return 1 - observed / expected


def plain_kappa(rows):
    votes = sum(rows[0])
    shares = [sum(column) / (len(rows) * votes) for column in zip(*rows, strict=True)]
    each = [sum(n * (n - 1) for n in row) / (votes * (votes - 1)) for row in rows]
    chance = sum(share**2 for share in shares)
    return (sum(each) / len(each) - chance) / (1 - chance)


def random_sheet(seed: int, values: int, missing: float):
    """Claims × values, of five annotators who follow a truth now and then and skip some claims."""
    random = np.random.default_rng(seed)
    truth = random.integers(values, size=40)
    votes = np.where(
        random.random((5, 40)) < 0.6, truth, random.integers(values, size=(5, 40))
    ).astype(float)
    votes[random.random((5, 40)) < missing] = np.nan
    return (votes.T[:, :, None] == np.arange(values)).sum(axis=1)


@pytest.mark.parametrize("level", ["nominal", "ordinal"])
@pytest.mark.parametrize("values", [2, 4])
@pytest.mark.parametrize("seed", range(6))
def test_alpha_equals_its_definition_on_random_sheets(seed: int, values: int, level: str) -> None:
    counts = random_sheet(seed, values, missing=0.4)
    assert krippendorff_alpha(counts, level) == pytest.approx(plain_alpha(counts.tolist(), level))


@pytest.mark.parametrize("seed", range(6))
def test_kappa_equals_its_definition_on_random_sheets(seed: int) -> None:
    counts = random_sheet(seed, 4, missing=0)
    assert fleiss_kappa(counts) == pytest.approx(plain_kappa(counts.tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_drawn_many_times_at_once_equals_one_after_another(seed: int) -> None:
    counts = random_sheet(seed, 4, missing=0.3)
    counts = counts[counts.sum(axis=1) >= 2]
    weights = np.random.default_rng(seed).multinomial(
        len(counts), [1 / len(counts)] * len(counts), 20
    )
    drawn = [np.repeat(counts, often, axis=0) for often in weights]
    for level in ("nominal", "ordinal"):
        expected = [krippendorff_alpha(one, level) for one in drawn]
        assert _alphas(level)(counts, weights.astype(float)) == pytest.approx(expected)
    assert _percents(counts, weights.astype(float)) == pytest.approx([percent(d) for d in drawn])


def test_kappas_drawn_at_once_equal_one_after_another() -> None:
    counts = random_sheet(1, 4, missing=0)
    weights = np.random.default_rng(1).multinomial(40, [1 / 40] * 40, 20)
    expected = [fleiss_kappa(np.repeat(counts, often, axis=0)) for often in weights]
    assert _kappas(counts, weights.astype(float)) == pytest.approx(expected)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    def sheet(random, claims):
        truth = random.random(claims) < 0.6
        votes = np.where(random.random((3, claims)) < 0.8, truth, ~truth)
        yes = votes.sum(axis=0)
        return np.stack([3 - yes, yes], axis=1)

    alpha = Statistic(lambda found: krippendorff_alpha(found, "nominal"), _alphas("nominal"))
    truth = krippendorff_alpha(sheet(np.random.default_rng(0), 200_000), "nominal")
    told = [
        figure(sheet(np.random.default_rng(seed), 120), alpha, draws=300) for seed in range(1, 301)
    ]
    covered = np.mean([one.low <= truth <= one.high for one in told])
    assert 0.91 <= covered <= 0.98


def test_an_interval_of_many_claims_is_narrower_and_the_same_every_time() -> None:
    few, many = (random_sheet(3, 2, 0.2), np.tile(random_sheet(3, 2, 0.2), (25, 1)))
    wide, narrow = agree("plausibility", "nominal", few), agree("plausibility", "nominal", many)
    assert narrow.alpha.high - narrow.alpha.low < (wide.alpha.high - wide.alpha.low) / 3
    assert agree("plausibility", "nominal", few) == wide


def test_votes_that_are_all_equal_have_no_alpha_and_no_kappa() -> None:
    found = agree("plausibility", "nominal", np.array([[0, 3], [0, 3]]))
    assert found.percent == Figure(1.0, 1.0, 1.0)
    assert (found.alpha, found.kappa) == (Figure(None), Figure(None))


def test_a_single_annotator_agrees_with_nobody() -> None:
    found = agree("plausibility", "nominal", np.array([[0, 1], [1, 0]]))
    assert (found.claims, found.votes, found.percent) == (0, 2, Figure(None))


def test_kappa_is_of_the_claims_with_the_usual_number_of_votes() -> None:
    usual = [[3, 0], [0, 3], [2, 1]]
    found = agree("plausibility", "nominal", np.array([*usual, [1, 1], [0, 1]]))
    assert (found.claims, found.even) == (4, 3)
    assert found.kappa.value == pytest.approx(plain_kappa(usual))
