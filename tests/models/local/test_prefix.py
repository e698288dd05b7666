"""A prefix is read once, stays as it was, and brings its positions with it."""

from __future__ import annotations

import pytest

pytest.importorskip("transformers", reason="the extra [local] is not installed")

import torch
from transformers.cache_utils import LinearAttentionCacheLayerMixin

from mindgraph.models.local.cascade import CascadeLayer
from mindgraph.models.local.decoding import decode, greedy
from mindgraph.models.local.prefix import Prefix, side_by_side
from mindgraph.models.local.ways import Way, WayError
from tests.models.local.tiny_models import (
    OTHERS,
    PAIR,
    STEPS,
    SUFFIXES,
    answers,
    asked_alone,
    furthest,
    prefix_of,
    text,
    tiny,
)

BUCKETS = [Way("cascade", buckets=True), Way("repeat", buckets=True)]


def tensors(prefix):
    """All that a prefix keeps, copied."""
    found = []
    for layer in prefix.layers:
        held = [layer.keys, layer.values] if hasattr(layer, "keys") else []
        for states in ("conv_states", "recurrent_states"):
            held += getattr(layer, states, {}).values()
        found += [tensor.clone() for tensor in held if tensor is not None]
    return found


def logits_of(prefix, way, suffixes=SUFFIXES, steps=5):
    seen = {row: [] for row in range(len(suffixes))}

    def watch(rows, logits):
        for row, told in zip(rows, logits, strict=True):
            seen[row].append(told)

    decode([prefix], [suffixes], way, greedy, steps, frozenset(), 0, watch)
    return [torch.stack(told) for told in seen.values()]


@pytest.mark.parametrize("family", ["llava", "gemma3", "qwen3_5", "lfm2_vl", "gemma4:shared keys"])
@pytest.mark.parametrize("way", BUCKETS, ids=str)
def test_what_is_asked_leaves_a_prefix_as_it_was(family, way):
    prefix = prefix_of(family)
    before = tensors(prefix)
    first = logits_of(prefix, way)
    assert before
    assert furthest(tensors(prefix), before) == 0
    assert furthest(logits_of(prefix, way), first) == 0


def test_the_models_own_setting_is_left_as_it_was():
    prefix = prefix_of("llava")
    config = prefix.model.get_decoder().config
    before = config._attn_implementation
    logits_of(prefix, BUCKETS[0])
    assert config._attn_implementation == before


def test_a_prefix_knows_its_tokens():
    given = PAIR.prompt("llava")
    prefix = Prefix(tiny("llava"), given)
    assert torch.equal(prefix.ids, given["input_ids"])
    assert prefix.length == given["input_ids"].shape[1]


@pytest.mark.parametrize("cascade", [True, False])
def test_an_expanded_cache_has_its_rows_and_the_prefixs_length(cascade):
    prefix = prefix_of("qwen3_5")
    cache = prefix.expanded(3, cascade)
    linear, full = cache.layers
    assert isinstance(linear, LinearAttentionCacheLayerMixin)
    assert linear.conv_states[0].shape[0] == 3
    assert isinstance(full, CascadeLayer) == cascade
    assert full.get_seq_length() == prefix.length
    assert prefix.layers[0].conv_states[0].shape[0] == 1


def test_an_encoder_decoder_has_no_prefix():
    with pytest.raises(WayError, match="encoder-decoder"):
        Prefix(tiny("florence2"), {"input_ids": torch.ones(1, 3, dtype=torch.long)})


def test_only_full_attention_is_asked_side_by_side():
    told = {family: side_by_side(prefix_of(family)) for family in ("llava", "gemma3", "qwen3_5")}
    assert told == {"llava": True, "gemma3": False, "qwen3_5": False}


# ---- M-RoPE


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl", "glm4v", "qwen3_5"])
@pytest.mark.parametrize("way", BUCKETS, ids=str)
def test_a_prefix_brings_its_positions_after_another_one_was_read(family, way):
    prefix = prefix_of(family)
    other = prefix_of(family, OTHERS[1])
    assert int(prefix.shift) != int(other.shift)
    alone = [logits for _, logits in answers(family)]
    prefix.model.model.rope_deltas = other.shift.clone()
    assert furthest(logits_of(prefix, way), alone) < 1e-4


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl"])
def test_what_a_model_remembers_is_put_back_whenever_a_prefix_is_asked(family):
    prefix = prefix_of(family)
    shift = prefix.shift.clone()
    prefix_of(family, OTHERS[1])
    assert not torch.equal(prefix.model.model.rope_deltas, shift)
    prefix.bind()
    assert torch.equal(prefix.model.model.rope_deltas, shift)
    prefix_of(family, OTHERS[1])
    logits_of(prefix, BUCKETS[0])
    assert torch.equal(prefix.model.model.rope_deltas, shift)
    with torch.inference_mode():
        prefix.model.model.rope_deltas += 1  # what the model does with its own is no matter
    assert torch.equal(prefix.shift, shift)


def test_a_model_without_m_rope_has_no_shift():
    assert prefix_of("llava").shift is None


@pytest.mark.parametrize("family", ["qwen2_5_vl", "qwen3_vl", "glm4v", "qwen3_5"])
def test_a_prefix_without_pictures_takes_no_positions_from_one_with_them(family):
    given = {"input_ids": text(5, 30)[None]}
    prefix_of(family)
    told = logits_of(Prefix(tiny(family), given), BUCKETS[0], SUFFIXES[:1])
    _, alone = asked_alone(tiny(family), given, SUFFIXES[0], STEPS)
    assert furthest(told, [alone]) < 1e-4
