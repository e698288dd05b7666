"""Attention in two parts is attention: the parts, their merging, and what is refused."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import pytest

pytest.importorskip("transformers", reason="the extra [local] is not installed")

import torch
from torch.nn.functional import scaled_dot_product_attention

from mindgraph.models.local.cascade import (
    NAME,
    CascadeLayer,
    Kept,
    Seating,
    cascade_attention,
    cascading,
)
from mindgraph.models.local.lse import hidden_value, lse_attention, plain
from mindgraph.models.local.ways import WayError

CPU = torch.device("cpu")


def normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def hidden(*shape, dtype=torch.float32):
    return torch.full(shape, hidden_value(dtype), dtype=dtype)


# ---- one part


@pytest.mark.parametrize("size_of_values", [16, 24])
@pytest.mark.parametrize("masked", [False, True])
def test_a_part_gives_the_plain_output_and_log_sum_exp(masked, size_of_values):
    query, key = normal(1, 3, 2, 5, 16), normal(2, 3, 2, 9, 16)
    value = normal(3, 3, 2, 9, size_of_values)
    bias = torch.zeros(3, 1, 5, 9)
    bias[1, ..., :6] = hidden_value(torch.float32)
    told = lse_attention(query, key, value, 0.25, bias if masked else None)
    meant = plain(query, key, value, 0.25, bias if masked else None)
    torch.testing.assert_close(told, meant, atol=1e-5, rtol=1e-5)
    assert told[1].shape == (3, 2, 5, 1)


def test_the_plain_lines_are_softmax_attention():
    query, key, value = normal(1, 2, 2, 4, 8), normal(2, 2, 2, 7, 8), normal(3, 2, 2, 7, 8)
    meant = scaled_dot_product_attention(query, key, value, scale=0.3)
    output, lse = plain(query, key, value, 0.3)
    torch.testing.assert_close(output, meant)
    scores = query @ key.transpose(-1, -2) * 0.3
    torch.testing.assert_close(lse.exp(), scores.exp().sum(-1, keepdim=True))


def test_a_bias_of_one_line_holds_for_every_query():
    query, key, value = normal(1, 2, 2, 4, 8), normal(2, 2, 2, 7, 8), normal(3, 2, 2, 7, 8)
    bias = torch.zeros(2, 1, 1, 7)
    bias[0, ..., :3] = hidden_value(torch.float32)
    output, lse = lse_attention(query, key, value, 0.3, bias)
    short = lse_attention(query[:1], key[:1, :, 3:], value[:1, :, 3:], 0.3)
    torch.testing.assert_close((output[:1], lse[:1]), short)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("attend", [lse_attention, plain])
def test_a_part_of_which_nothing_counts_has_no_weight_and_no_nan(attend, dtype):
    query, key, value = (normal(seed, 1, 1, 2, 16).to(dtype) for seed in (1, 2, 3))
    output, lse = attend(query, key, value, 0.25, hidden(1, 1, 2, 2, dtype=dtype))
    assert output.isfinite().all()
    assert lse.dtype == torch.float32
    assert (torch.sigmoid(3.0 - lse) == 1).all()


SIZES = [(64, 64), (128, 128), (16, 24)]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("lines", [0, 1, 5])  # of the bias; five is one for each query
def test_a_card_gives_the_plain_output_and_log_sum_exp(dtype, lines):
    for columns, sizes in product([1, 9, 33, 1119], SIZES):
        shapes = [(3, 4, 5, sizes[0]), (3, 4, columns, sizes[0]), (3, 4, columns, sizes[1])]
        asked = [normal(seed, *shape).to("cuda", dtype) for seed, shape in enumerate(shapes)]
        bias = torch.zeros(3, 1, lines, columns, device="cuda", dtype=dtype)
        bias[1, ..., : columns // 2] = hidden_value(dtype)
        bias[2] = hidden_value(dtype)  # of the last row nothing counts
        agree_on_a_card(asked, bias if lines else None)


def agree_on_a_card(asked, bias):
    told = lse_attention(*asked, 0.125, bias)
    meant = plain(*(x.double() for x in asked), 0.125, None if bias is None else bias.float())
    near = 1e-4 if asked[0].dtype == torch.float32 else 2e-2
    rows = slice(0, 3 if bias is None else 2)
    for part, exact in zip(told, meant, strict=True):
        torch.testing.assert_close(part[rows].double(), exact[rows].double(), atol=near, rtol=near)
    assert told[0].isfinite().all()
    assert bias is None or (torch.sigmoid(3.0 - told[1][2]) == 1).all()


# ---- two parts


class Case:
    """Rows of several prefixes, and the same attention in one part for each row."""

    def __init__(self, of, lengths, heads=2, key_heads=2, sizes=(16, 16), own=5):
        self.of, self.lengths = of, lengths
        self.heads, self.key_heads, self.own = heads, key_heads, own
        self.query = normal(1, len(of), heads, own, sizes[0])
        self.key = normal(2, len(of), key_heads, own, sizes[0])
        self.value = normal(3, len(of), key_heads, own, sizes[1])
        longest = max(lengths)
        keys = normal(4, len(lengths), key_heads, longest, sizes[0])
        values = normal(5, len(lengths), key_heads, longest, sizes[1])
        bias = torch.zeros(len(lengths), 1, 1, longest)
        for place, length in enumerate(lengths):
            bias[place, ..., : longest - length] = hidden_value(torch.float32)
        self.kept = Kept(keys, values, bias if len(set(lengths)) > 1 else None)
        self.layer = CascadeLayer(self.kept, Seating(of, CPU))
        self.mask = torch.ones(own, longest + own, dtype=torch.bool).tril(longest)
        self.mask = self.mask.expand(len(of), 1, -1, -1)

    def cascaded(self):
        key, value = self.layer.update(self.key, self.value)
        return cascade_attention(None, self.query, key, value, self.mask, 0.25)[0]

    def in_one_part(self, row):
        prefix, start = self.of[row], max(self.lengths) - self.lengths[self.of[row]]
        joined = [
            torch.cat([kept[prefix, :, start:], own[row]], 1).repeat_interleave(
                self.heads // self.key_heads, 0
            )
            for kept, own in ((self.kept.keys, self.key), (self.kept.values, self.value))
        ]
        mask = self.mask[row, 0, :, start:]
        return scaled_dot_product_attention(self.query[row], *joined, mask, scale=0.25)

    def agrees(self):
        told = self.cascaded().transpose(1, 2)
        meant = torch.stack([self.in_one_part(row) for row in range(len(self.of))])
        torch.testing.assert_close(told, meant, atol=1e-5, rtol=1e-5)


CASES = {
    "one prefix": Case([0, 0, 0], [11]),
    "one row": Case([0], [11]),
    "query heads that share key heads": Case([0, 0, 0], [11], heads=6),
    "values of another size": Case([0, 0], [11], sizes=(16, 24)),
    "several prefixes": Case([0, 0, 1, 1], [11, 11]),
    "prefixes of different length": Case([0, 0, 1, 1, 2, 2], [11, 7, 3], heads=4),
    "prefixes with more and fewer rows": Case([0, 1, 1, 1, 2, 2], [11, 7, 3], heads=4),
    "more rows than the first buffer holds": Case([0, 0], [11], own=70),
}


@pytest.mark.parametrize("name", CASES)
def test_two_parts_are_one_attention(name):
    CASES[name].agrees()


def test_a_row_whose_own_part_is_all_padding_reads_the_prefix_alone():
    case = Case([0, 0], [11])
    case.mask = case.mask.clone()
    case.mask[1, ..., 11:] = False
    case.agrees()


def test_an_additive_mask_says_the_same_as_a_mask_of_truths():
    case, other = Case([0, 0], [11]), Case([0, 0], [11])
    other.mask = torch.zeros(other.mask.shape).masked_fill(~other.mask, -1e30)
    assert torch.equal(case.cascaded(), other.cascaded())


def test_what_is_added_in_pieces_is_kept_whole():
    layer = CascadeLayer(Kept(normal(1, 1, 2, 4, 8), normal(2, 1, 2, 4, 8)), Seating([0] * 3, CPU))
    pieces = [normal(seed, 3, 2, n, 8) for seed, n in ((3, 50), (4, 1), (5, 90))]
    for piece in pieces:
        key, value = layer.update(piece, -piece)
    assert torch.equal(key, torch.cat(pieces, 2))
    assert torch.equal(value, -key)
    assert layer.get_seq_length() == 4 + 141
    assert layer.get_mask_sizes(1) == (4 + 142, 0)


def test_rows_may_leave_and_the_prefix_of_the_last_one_with_them():
    whole = Case([0, 0, 1, 2, 2], [11, 7, 3])
    left = Case([0, 0, 1, 2, 2], [11, 7, 3])
    whole.cascaded(), left.cascaded()
    rows = torch.tensor([1, 4])
    left.layer.leave(rows, Seating([0, 2], CPU), torch.tensor([0, 2]))
    assert left.layer.kept.keys.shape[0] == 2
    told = [step(case, rows) for case, rows in ((whole, torch.arange(5)), (left, rows))]
    torch.testing.assert_close(told[0][rows], told[1])


def step(case, rows):
    key, value = case.layer.update(case.key[rows, :, :1], case.value[rows, :, :1])
    return cascade_attention(None, case.query[rows, :, :1], key, value, None, 0.25)[0]


# ---- what is refused


@pytest.mark.parametrize("name", ["softcap", "s_aux", "sinks", "position_bias"])
def test_attention_that_is_more_than_a_softmax_is_refused(name):
    case = Case([0], [11])
    key, value = case.layer.update(case.key, case.value)
    with pytest.raises(WayError, match=name):
        cascade_attention(None, case.query, key, value, case.mask, **{name: 1.0})


@pytest.mark.parametrize(
    ("more", "why"), [({"sliding_window": 8}, "window"), ({"attention_mask": None}, "no mask")]
)
def test_a_window_within_the_prefix_and_a_missing_mask_are_refused(more, why):
    case = Case([0], [11])
    key, value = case.layer.update(case.key, case.value)
    with pytest.raises(WayError, match=why):
        cascade_attention(None, case.query, key, value, **{"attention_mask": case.mask, **more})


def test_a_mask_of_each_head_is_refused():
    case = Case([0, 0], [11])
    case.mask = case.mask.expand(-1, 2, -1, -1)
    with pytest.raises(WayError, match="each head"):
        case.cascaded()


def test_a_cascaded_cache_is_not_reordered():
    with pytest.raises(WayError, match="reordered"):
        Case([0], [11]).layer.reorder_cache(torch.tensor([0]))


# ---- switching a model


def model():
    config = SimpleNamespace(_attn_implementation="sdpa")
    return SimpleNamespace(get_decoder=lambda: SimpleNamespace(config=config), config=config)


def test_a_layer_that_was_not_attended_to_is_an_error():
    switched, case = model(), Case([0], [11])
    with pytest.raises(WayError, match="code of its own"), cascading(switched, [case.layer]):
        case.layer.update(case.key, case.value)
    assert switched.config._attn_implementation == "sdpa"


def test_a_model_is_switched_back_also_after_an_error():
    switched, case = model(), Case([0], [11])
    with pytest.raises(ZeroDivisionError), cascading(switched, [case.layer]):
        assert switched.config._attn_implementation == NAME
        raise ZeroDivisionError
    assert switched.config._attn_implementation == "sdpa"


def test_keys_of_other_layers_are_attended_to_as_ever():
    case = Case([0, 0], [11])
    mask = case.mask[..., 11:]
    told, _ = cascade_attention(
        torch.nn.Module(), case.query, case.key, case.value, mask, scaling=0.25
    )
    meant = scaled_dot_product_attention(case.query, case.key, case.value, mask, scale=0.25)
    torch.testing.assert_close(told, meant.transpose(1, 2))
