"""Every family settles on a way that is right for it, and a wrong way is found out."""

from __future__ import annotations

import copy
import sys
import warnings
from types import SimpleNamespace

import pytest

pytest.importorskip("transformers", reason="the extra [local] is not installed")

import torch
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from mindgraph.models.local import gate
from mindgraph.models.local.gate import ladder, settle
from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.ways import NAIVE, Way, WayError, WayWarning
from tests.models.local.tiny_models import (
    BUCKETS,
    CASCADE,
    OTHERS,
    PAIR,
    REPEAT,
    SUFFIXES,
    SURE,
    answers,
    prefix_of,
    tiny,
)

ALL = [CASCADE, BUCKETS, REPEAT, Way("repeat", buckets=True), NAIVE]


def naive(family):
    return lambda place: answers(family)[place][1]


def settled(family, ways=None, **more):
    prefix = prefix_of(family)
    told = ways or ladder(prefix.model, prefix, prefix.length + 20)
    return settle(prefix, SUFFIXES, naive(family), 0, ways=told, **more)


# ---- families


@pytest.mark.parametrize("family", SURE)
def test_a_family_takes_the_way_its_cache_tells_and_warns_of_nothing(family):
    way, difference = settled(family)
    assert way == SURE[family]
    assert difference < 2e-5


def test_cross_attention_is_shared_as_far_as_the_installed_code_allows():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WayWarning)  # some releases refuse a cascade here
        way, difference = settled("mllama")
    assert way in (CASCADE, REPEAT)
    assert difference < 2e-5


def test_a_prompt_that_attends_both_ways_is_asked_alone():
    with pytest.warns(WayWarning, match="from asking alone"):
        assert settled("paligemma") == (NAIVE, 0.0)


def test_an_encoder_decoder_is_asked_alone_without_being_tried():
    assert ladder(tiny("florence2"), None, 100) == [NAIVE]


# ---- the reading


def read(*layers, total=100):
    model = SimpleNamespace(config=SimpleNamespace(is_encoder_decoder=False))
    return ladder(model, SimpleNamespace(layers=list(layers)), total)


def test_full_attention_allows_every_way():
    assert read(DynamicLayer(), DynamicLayer()) == ALL


def test_a_window_that_could_be_left_allows_no_padding():
    assert read(DynamicLayer(), DynamicSlidingWindowLayer(100)) == [BUCKETS, ALL[3], NAIVE]
    assert read(DynamicLayer(), DynamicSlidingWindowLayer(101)) == ALL


def test_windows_alone_are_repeated():
    assert read(DynamicSlidingWindowLayer(101)) == [REPEAT, ALL[3], NAIVE]


def test_a_layer_of_an_unknown_kind_shares_nothing():
    class Another(DynamicLayer):
        pass

    assert read(DynamicLayer(), Another()) == [NAIVE]


# ---- the measuring


def test_padding_where_a_window_counts_it_is_found_out():
    with pytest.warns(WayWarning, match=r"by cascade \(its logits are .* from asking alone"):
        way, difference = settled("gemma3", [CASCADE, BUCKETS, NAIVE])
    assert way == BUCKETS
    assert difference < 2e-5


@pytest.mark.parametrize("family", ["qwen3_5", "lfm2_vl"])
def test_padding_in_front_of_linear_attention_is_found_out(family):
    with pytest.warns(WayWarning):
        assert settled(family, [REPEAT, NAIVE]) == (NAIVE, 0.0)


def test_the_gate_is_safe_without_being_told_how_long_texts_become():
    prefix = prefix_of("gemma3")
    assert ladder(prefix.model, prefix, sys.maxsize)[0] == BUCKETS
    assert settle(prefix, SUFFIXES, naive("gemma3"), 0)[0] == BUCKETS


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl", "glm4v"])
def test_positions_of_another_prefix_are_found_out(family):
    prefix, other = prefix_of(family), prefix_of(family, OTHERS[1])
    prefix._rotations = other._rotations
    with pytest.warns(WayWarning):
        assert settle(prefix, SUFFIXES, naive(family), 0) == (NAIVE, 0.0)


@pytest.mark.parametrize("family", ["llava", "qwen3_vl", "gemma3", "qwen3_5", "lfm2_vl"])
def test_a_prefix_with_another_picture_is_found_out(family):
    prefix = prefix_of(family, OTHERS[2])
    with pytest.warns(WayWarning):
        assert settle(prefix, SUFFIXES, naive(family), 0) == (NAIVE, 0.0)


def test_judging_is_compared_too(monkeypatch):
    monkeypatch.setattr(gate, "next_logits", lambda *asked: torch.zeros(2, 512))
    with pytest.warns(WayWarning):
        assert settled("llava") == (NAIVE, 0.0)


@pytest.mark.parametrize("trouble", [RuntimeError("of the model's own"), WayError("refused")])
def test_any_error_is_a_step_down_that_says_why(monkeypatch, trouble):
    def fail(*asked):
        raise trouble

    monkeypatch.setattr(gate, "decode", fail)
    with pytest.warns(WayWarning, match=str(trouble)):
        assert settled("llava") == (NAIVE, 0.0)


def test_logits_that_are_no_numbers_are_a_step_down(monkeypatch):
    monkeypatch.setattr(gate, "next_logits", lambda *asked: torch.full((2, 512), torch.nan))
    with pytest.warns(WayWarning):
        assert settled("llava") == (NAIVE, 0.0)


def test_a_bound_of_its_own_is_kept():
    with pytest.warns(WayWarning):
        assert settled("llava", bound=0.0) == (NAIVE, 0.0)


def test_the_shortest_and_the_longest_suffix_are_asked():
    asked = []

    def told(place):
        asked.append(place)
        return answers("llava")[place][1]

    prefix = prefix_of("llava")
    assert settle(prefix, SUFFIXES, told, 0)[0] == CASCADE
    assert asked == [0, 1]  # of 5, 9, 7 and 9 tokens
    asked.clear()
    assert settle(prefix, SUFFIXES[:1], told, 0)[0] == CASCADE
    assert asked == [0]


def test_the_longest_is_asked_once_more_beside_one_that_begins_like_it(monkeypatch):
    asked, prefix = [], prefix_of("llava")
    opening = list(range(20, 30))
    suffixes = [[11], [*opening, 12], [*opening, 13, 14], [15, 16], [*opening[:7], *[17] * 9]]
    monkeypatch.setattr(gate, "_measured", lambda prefix, told, *_: asked.extend(told) or 0.0)
    settle(prefix, suffixes, lambda place: torch.zeros(4, 512), 0)
    # seven tokens in common are no opening
    assert [one.suffixes for one in asked] == [[suffixes[0], suffixes[4]]]
    asked.clear()
    settle(prefix, suffixes[:4], lambda place: torch.zeros(4, 512), 0)
    assert [one.suffixes for one in asked] == [[[11], suffixes[2]], suffixes[1:3]]


def test_an_answer_that_ended_early_is_compared_as_far_as_it_goes():
    prefix = prefix_of("llava")
    ended = {0: 2, 1: 4}
    way, _ = settle(prefix, SUFFIXES, lambda i: naive("llava")(i)[: ended[i]], 0)
    assert way == CASCADE


def test_asking_alone_is_never_measured():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert settled("llava", [NAIVE]) == (NAIVE, 0.0)


def test_bfloat16_is_shared_within_a_bound_of_its_own():
    model = copy.deepcopy(tiny("llava")).to(torch.bfloat16)
    given = PAIR.prompt("llava")
    halved = {**given, "pixel_values": given["pixel_values"].to(torch.bfloat16)}
    prefix = Prefix(model, halved)
    way, difference = settle(prefix, SUFFIXES, naive("llava"), 0, bound=0.1)
    assert way == CASCADE
    assert difference > 0
