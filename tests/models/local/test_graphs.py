"""What the GPU benchmark is made of: steps in fixed shapes, and the floor that it compares with."""

from __future__ import annotations

import copy
from itertools import chain

import pytest

pytest.importorskip("transformers", reason="the extra [lvlm] is not installed")

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.lvlm_floor import Work, floor_flops, look_flops
from benchmarks.lvlm_graphs import FixedRows, decode_fixed
from mindgraph.models.local.decoding import decode, greedy, padded_left
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.prefix import Prefix
from tests.models.local.tiny_models import CASCADE, OTHERS, PICTURE, SUFFIXES, prefix_of, tiny

SHARES = [SUFFIXES[:3], SUFFIXES[1:2], SUFFIXES[2:]]
NEVER = frozenset()
PATCHES = 16


def eager(prefixes, suffixes, limit, eos=NEVER, pick=greedy):
    rows = decode(prefixes, suffixes, CASCADE, pick, limit, eos, 0)
    return [row.tokens for row in chain.from_iterable(rows)]


def fixed(prefixes, suffixes, limit, eos=NEVER, block=4, captured=False):
    limits = limit if isinstance(limit, list) else [limit] * sum(map(len, suffixes))
    return decode_fixed(prefixes, suffixes, limits, eos, 0, block, captured)


@pytest.mark.parametrize("block", [1, 4, 32])
@pytest.mark.parametrize("family", ["llava", "qwen3_vl", "smolvlm"])
def test_fixed_shapes_write_what_the_loop_writes(family, block):
    prefixes = [prefix_of(family, pair) for pair in OTHERS]
    told = fixed(prefixes, SHARES, 11, block=block)
    assert told == eager(prefixes, SHARES, 11)
    assert len(set(map(tuple, told))) > 1


@torch.inference_mode()
@pytest.mark.parametrize("family", ["llava", "qwen3_vl", "smolvlm"])
def test_every_step_sees_the_logits_that_the_loop_sees(family):
    prefixes = [prefix_of(family, pair) for pair in OTHERS]
    seen = []
    decode(prefixes, SHARES, CASCADE, greedy, 8, NEVER, 0, lambda _, logits: seen.append(logits))
    rows = FixedRows(prefixes, [0, 0, 0, 1, 2, 2], 40, torch.full((6,), 8))
    with rows.attending():
        told = [rows.read(*padded_left(list(chain(*SHARES)), 0, rows.device), torch.tensor([]))]
        rows.place.shown = 40
        told += [rows.advance() for _ in range(7)]
    torch.testing.assert_close(torch.stack(told), torch.stack(seen), atol=1e-4, rtol=0)


def test_one_token_needs_no_step():
    prefixes = [prefix_of("llava")]
    assert fixed(prefixes, [SUFFIXES], 1) == eager(prefixes, [SUFFIXES], 1)


def test_a_row_ends_at_its_end_token_and_the_others_go_on():
    prefixes = [prefix_of("llava", pair) for pair in OTHERS]
    without = eager(prefixes, SHARES, 11)
    eos = frozenset({without[0][5], without[4][2]})
    meant = eager(prefixes, SHARES, 11, eos)
    assert len({len(tokens) for tokens in meant}) > 1
    assert fixed(prefixes, SHARES, 11, eos) == meant


def test_rows_have_limits_of_their_own():
    prefixes = [prefix_of("llava", pair) for pair in OTHERS]
    limits = [3, 11, 1, 7, 5, 9]
    meant = [tokens[:n] for tokens, n in zip(eager(prefixes, SHARES, 11), limits, strict=True)]
    assert fixed(prefixes, SHARES, limits) == meant


def test_a_prefix_is_left_as_it_was():
    prefixes = [prefix_of("llava")]
    kept = [layer.keys.clone() for layer in prefixes[0].layers]
    fixed(prefixes, [SUFFIXES], 7)
    assert all(
        torch.equal(layer.keys, keys) for layer, keys in zip(prefixes[0].layers, kept, strict=True)
    )


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("family", ["llava", "qwen3_vl"])
def test_a_captured_step_writes_what_the_loop_writes(family):
    model = copy.deepcopy(tiny(family)).to("cuda")
    prefixes = [Prefix(model, pair.prompt(family)) for pair in OTHERS]
    meant = eager(prefixes, SHARES, 40)
    assert fixed(prefixes, SHARES, 40, block=16, captured=True) == meant
    limits = [3, 40, 1, 17, 25, 9]
    meant = [tokens[:n] for tokens, n in zip(meant, limits, strict=True)]
    assert fixed(prefixes, SHARES, limits, block=16, captured=True) == meant


# ---- the floor


def different(lengths):
    """Suffixes of these lengths with nothing in common, which would be read once."""
    return [[9 + place] * length for place, length in enumerate(lengths)]


def counted(work):
    """The operations that the package's own path computes for a pair, without its attention."""
    ids = torch.full((1, work.prefix), 9)
    ids[0, 2 : 2 + PATCHES] = PICTURE
    model = tiny("llava")
    seen = model.config.vision_config
    picture = torch.zeros(1, 3, seen.image_size, seen.image_size)
    counter = FlopCounterMode(display=False)
    with counter:
        prefix = Prefix(model, {"input_ids": ids, "pixel_values": picture})
        decode([prefix], [different(work.suffixes)], CASCADE, greedy, 4, NEVER, 0)
        next_logits([prefix], [different(work.verdicts)], CASCADE, 0)
    counts = counter.get_flop_counts()["Global"]
    return sum(count for op, count in counts.items() if "attention" not in str(op))


def test_the_floor_is_what_is_computed_but_for_attention_and_one_column():
    config = tiny("llava").config
    text, seen = config.text_config, config.vision_config
    work = Work(PATCHES + 20, [5, 5, 5], [4, 4, 4], [9, 9, 9])
    spans = [8, 8, 8, 9, 9, 9]
    looks = sum(range(1, work.prefix + 1))
    looks += sum(sum(range(work.prefix + 1, work.prefix + n + 1)) for n in spans)
    attention = looks * look_flops(text)
    attention += 4 * seen.num_hidden_layers * (PATCHES + 1) ** 2 * seen.hidden_size
    column = 2 * text.hidden_size * text.vocab_size  # of the prefix, whose next word is not read
    assert floor_flops(config, work) - attention + column == counted(work)
