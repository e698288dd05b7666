"""What all suffixes of a prefix begin with is read once, and changes nothing."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.models.local.decoding import common, decode, greedy, opened
from mindgraph.models.local.judging import next_logits
from tests.models.local.tiny_models import CASCADE, PAIR, STEPS, SURE, alone, furthest, prefix_of
from tests.models.local.tiny_models import text as words

OPENING = words(50, 11).tolist()
OPENED = [OPENING + words(60 + place, length).tolist() for place, length in enumerate((3, 7, 5))]
FAMILIES = ("llava", "qwen3_vl", "gemma3", "qwen3_5", "glm4v", "smolvlm")


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_and_logits_are_those_of_asking_alone(family: str) -> None:
    prefix, way = prefix_of(family), SURE[family]
    expected = [alone(family, PAIR, suffix, STEPS) for suffix in OPENED]
    logits: dict[int, list[torch.Tensor]] = {}

    def watch(rows: list[int], told: torch.Tensor) -> None:
        for row, one in zip(rows, told, strict=True):
            logits.setdefault(row, []).append(one)

    rows = decode([prefix], [OPENED], way, greedy, STEPS, frozenset(), 0, watch)[0]
    assert [row.tokens for row in rows] == [tokens for tokens, _ in expected]
    shared = [torch.stack(logits[row]) for row in range(len(OPENED))]
    assert furthest(shared, [told for _, told in expected]) < 1e-4
    judged = next_logits([prefix], [OPENED], way, 0)
    assert furthest(judged, [told[0] for _, told in expected]) < 1e-4


def test_the_opening_is_read_once() -> None:
    prefix = prefix_of("llava")
    (longer,), (rest,) = opened([prefix], [OPENED])
    assert longer.length == prefix.length + len(OPENING)
    assert longer.ids[0].tolist() == prefix.ids[0].tolist() + OPENING
    assert rest == [suffix[len(OPENING) :] for suffix in OPENED]


@pytest.mark.parametrize("family", ["llava", "qwen3_5"])
def test_a_prefix_that_was_made_longer_stays_as_it_was(family: str) -> None:
    prefix = prefix_of(family)
    before = next_logits([prefix], [[[11, 12, 13]]], SURE[family], 0)
    prefix.longer(OPENING)
    assert torch.equal(next_logits([prefix], [[[11, 12, 13]]], SURE[family], 0), before)


@pytest.mark.parametrize("own", [OPENED[:1], [[*OPENING[:7], 20], [*OPENING[:7], 21]], [[]], []])
def test_what_is_not_worth_a_forward_stays_in_the_suffixes(own: list[list[int]]) -> None:
    prefix = prefix_of("llava")
    assert opened([prefix], [own]) == ([prefix], [own])


def test_another_opening_gives_another_answer() -> None:
    other = [words(51, 11).tolist() + suffix[11:] for suffix in OPENED]
    told = [next_logits([prefix_of("llava")], [own], CASCADE, 0) for own in (OPENED, other)]
    assert furthest(*told) > 1e-3


@given(st.lists(st.integers(0, 3)), st.lists(st.lists(st.integers(0, 3), min_size=1), min_size=1))
def test_what_is_common_is_common_and_leaves_each_a_token(
    opening: list[int], tails: list[list[int]]
) -> None:
    suffixes = [opening + tail for tail in tails]
    shared = common(suffixes)
    assert shared >= min(len(opening), min(map(len, suffixes)) - 1)
    assert all(suffix[:shared] == suffixes[0][:shared] for suffix in suffixes)
    assert shared < min(map(len, suffixes))
