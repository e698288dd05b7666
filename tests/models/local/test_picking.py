"""Picking tokens: greedy, and samples that no neighbour can change."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.models.local.picking import Pick, gumbel, likeliest

CPU = torch.device("cpu")
SEEDS = st.integers(0, 2**63 - 1)


def some_logits(rows, size=50, seed=1):
    return torch.randn(rows, size, generator=torch.Generator().manual_seed(seed)) * 3


def test_at_temperature_zero_the_likeliest_token_is_taken():
    logits = some_logits(3)
    assert Pick([1, 2, 3])(logits, [0, 1, 2], 5).tolist() == logits.argmax(-1).tolist()


@given(st.lists(SEEDS, min_size=1, max_size=8, unique=True), st.integers(0, 300), st.data())
def test_a_rows_sample_does_not_depend_on_its_neighbours(seeds, step, data):
    logits = some_logits(len(seeds))
    pick = Pick(seeds, temperature=0.7, top_p=0.9)
    whole = pick(logits, list(range(len(seeds))), step).tolist()
    some = data.draw(st.permutations(range(len(seeds))))[: max(1, len(seeds) // 2)]
    assert pick(logits[some], list(some), step).tolist() == [whole[row] for row in some]


def test_many_rows_are_picked_as_few_are():
    seeds = list(range(150))
    logits, pick = some_logits(150), Pick(list(range(150)), temperature=1.0)
    each = [int(pick(logits[row : row + 1], [row], 3)) for row in seeds]
    assert pick(logits, seeds, 3).tolist() == each


@given(SEEDS, st.integers(0, 1000))
def test_noise_is_the_same_every_time_and_new_at_every_step_and_seed(seed, step):
    noise = gumbel([seed], step, 30, CPU)
    assert torch.equal(noise, gumbel([seed], step, 30, CPU))
    assert torch.equal(noise[:, :10], gumbel([seed], step, 10, CPU))
    assert noise.isfinite().all()
    assert not torch.equal(noise, gumbel([seed], step + 1, 30, CPU))
    assert not torch.equal(noise, gumbel([seed ^ 1], step, 30, CPU))


def test_noise_is_gumbels():
    noise = gumbel([7, 8, 9, 10], 0, 50_000, CPU)
    places = torch.tensor([-1.0, 0.0, 0.5, 1.0, 3.0], dtype=torch.float64)
    below = (noise[..., None] <= places).double().mean((0, 1))
    assert torch.allclose(below, torch.exp(-torch.exp(-places)), atol=0.005)
    assert abs(float(torch.corrcoef(noise)[0, 1])) < 0.02
    assert abs(float(torch.corrcoef(torch.stack([noise[0, 1:], noise[0, :-1]]))[0, 1])) < 0.02


def test_samples_come_as_often_as_the_model_says():
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]]).expand(20_000, -1)
    rows = list(range(20_000))
    drawn = Pick(rows, temperature=0.5)(logits, rows, 0)
    often = drawn.bincount(minlength=4) / len(rows)
    assert torch.allclose(often, (logits[0] / 0.5).softmax(-1), atol=0.01)


def test_only_the_likeliest_tokens_that_reach_top_p_are_drawn():
    scores = torch.tensor([[0.1, 0.5, 0.15, 0.25], [0.97, 0.01, 0.01, 0.01]]).log()
    kept = likeliest(scores, 0.7).isfinite().tolist()
    assert kept == [[False, True, False, True], [True, False, False, False]]
    assert likeliest(scores, 0.0).isfinite().sum(-1).tolist() == [1, 1]
    assert likeliest(scores, 0.999).isfinite().all()


@given(st.floats(0.05, 0.999), st.integers(1, 10_000))
def test_what_top_p_keeps_reaches_it_and_no_less_would(top_p, seed):
    scores = some_logits(4, seed=seed).double()
    chances = scores.softmax(-1)
    kept = likeliest(scores, top_p).isfinite()
    reached = (chances * kept).sum(-1)
    least = chances.masked_fill(~kept, 2.0).amin(-1)
    assert (reached >= top_p - 1e-9).all()
    assert (reached - least < top_p + 1e-9).all()


def test_tokens_outside_top_p_never_come():
    logits = torch.tensor([[3.0, 2.9, -1.0, -1.0]]).expand(500, -1)
    drawn = Pick(list(range(500)), temperature=1.0, top_p=0.5)(logits, list(range(500)), 1)
    assert set(drawn.tolist()) == {0}
