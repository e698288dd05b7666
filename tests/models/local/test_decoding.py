"""Rows that share a prefix say what each says alone: its tokens, its logits, its end."""

from __future__ import annotations

import copy

import pytest

pytest.importorskip("transformers", reason="the extra [local] is not installed")

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mindgraph.models.local.decoding import Row, decode, greedy
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.ways import NAIVE, Way, WayError
from tests.models.local.tiny_models import (
    CASCADE,
    OTHERS,
    PAIR,
    REPEAT,
    STEPS,
    SUFFIXES,
    SURE,
    Pair,
    alone,
    answers,
    furthest,
    prefix_of,
    tiny,
)

WAYS = [Way(name, buckets) for name in ("cascade", "repeat") for buckets in (False, True)]
TAKEN = {**SURE, "mllama": REPEAT}
NEVER = frozenset()
NEAR = 1e-4


class Watched:
    """The logits that every row saw."""

    def __init__(self):
        self.seen = {}

    def __call__(self, rows, logits):
        for row, told in zip(rows, logits, strict=True):
            self.seen.setdefault(row, []).append(told)

    def stacked(self):
        return [torch.stack(self.seen[row]) for row in sorted(self.seen)]


def written(prefixes, suffixes, way=CASCADE, max_tokens=STEPS, eos=NEVER, pick=greedy):
    watch = Watched()
    rows = decode(prefixes, suffixes, way, pick, max_tokens, eos, 0, watch)
    return rows, watch.stacked()


# ---- families


@pytest.mark.parametrize("family", TAKEN)
def test_a_family_writes_and_judges_as_it_does_alone(family):
    prefix, way = prefix_of(family), TAKEN[family]
    [rows], logits = written([prefix], [SUFFIXES], way)
    tokens, meant = zip(*answers(family), strict=True)
    assert [row.tokens for row in rows] == list(tokens)
    assert furthest(logits, meant) < NEAR
    judged = next_logits([prefix], [SUFFIXES], way, 0)
    assert judged.dtype == torch.float32
    assert furthest(judged, [told[0] for told in meant]) < NEAR


@pytest.mark.parametrize("family", sorted(SURE))
def test_no_family_is_blind_or_says_the_same_to_everything(family):
    first = [told[0] for _, told in answers(family)]
    _, other = alone(family, Pair(seed=2), SUFFIXES[0], 1)
    assert furthest(other, first[:1]) > 100 * NEAR
    assert furthest(first[:1], first[1:2]) > 100 * NEAR


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_full_attention_may_take_every_way(way):
    [rows], logits = written([prefix_of("llava")], [SUFFIXES], way)
    assert [row.tokens for row in rows] == [tokens for tokens, _ in answers("llava")]
    assert furthest(logits, [told for _, told in answers("llava")]) < NEAR


def test_asking_alone_is_not_asked_here():
    with pytest.raises(WayError, match="shares no prefix"):
        written([prefix_of("llava")], [SUFFIXES], NAIVE)


def test_a_suffix_without_a_token_is_refused():
    with pytest.raises(WayError, match="without a token"):
        written([prefix_of("llava")], [[[11], []]])


# ---- several prefixes


BESIDE = ["llava", "qwen2_5_vl", "qwen3_vl", "smolvlm"]
SHARES = [SUFFIXES[:3], SUFFIXES[1:2], SUFFIXES[2:]]


def each_alone(family):
    """What each pair's share of the suffixes is answered alone."""
    asked = [(pair, suffix) for pair, own in zip(OTHERS, SHARES, strict=True) for suffix in own]
    return [alone(family, *one, STEPS) for one in asked]


def several(family):
    return [prefix_of(family, pair) for pair in OTHERS]


@pytest.mark.parametrize(
    ("family", "way"),
    [(family, CASCADE) for family in BESIDE]
    + [("llava", REPEAT), ("llava", WAYS[1]), ("gemma3", WAYS[1]), ("qwen3_5", WAYS[1])],
    ids=str,
)
def test_pairs_in_flight_say_what_each_says_alone(family, way):
    prefixes = several(family)
    assert len({prefix.length for prefix in prefixes}) == 3
    rows, logits = written(prefixes, SHARES, way)
    meant = each_alone(family)
    assert [row.tokens for own in rows for row in own] == [tokens for tokens, _ in meant]
    assert furthest(logits, [told for _, told in meant]) < NEAR
    judged = next_logits(prefixes, SHARES, way, 0)
    assert furthest(judged, [told[0] for _, told in meant]) < NEAR


@pytest.mark.parametrize("family", BESIDE)
def test_prefixes_that_are_swapped_are_not_taken_for_each_other(family):
    one, other, _ = several(family)
    shares = [SUFFIXES[:2], SUFFIXES[:2]]
    right, swapped = (next_logits(x, shares, CASCADE, 0) for x in ([one, other], [other, one]))
    assert all((a - b).abs().max() > 100 * NEAR for a, b in zip(right, swapped, strict=True))
    torch.testing.assert_close(right, swapped[[2, 3, 0, 1]], atol=NEAR, rtol=0)


def test_a_prefix_without_suffixes_is_passed_over():
    rows, _ = written(several("llava"), [[], SUFFIXES[:2], []])
    assert [len(own) for own in rows] == [0, 2, 0]
    assert written(several("llava"), [[], [], []])[0] == [[], [], []]


def test_rows_leave_a_batch_of_several_pairs_until_none_is_left():
    prefixes = several("qwen2_5_vl")
    limits = [2, 1, 5]  # the second pair leaves first, then the first
    rows, logits = written(prefixes, SHARES, max_tokens=limits)
    full, told = written(prefixes, SHARES)
    for own, whole, limit in zip(rows, full, limits, strict=True):
        assert [row.tokens for row in own] == [row.tokens[:limit] for row in whole]
    assert furthest(logits, [x[: len(y)] for x, y in zip(told, logits, strict=True)]) < NEAR


# ---- how a row ends


@pytest.mark.parametrize("family", ["llava", "gemma3", "qwen3_5", "lfm2_vl", "idefics2"])
def test_a_row_that_ends_leaves_and_the_others_go_on_unchanged(family):
    way, prefix = TAKEN[family], prefix_of(family)
    tokens = [told for told, _ in answers(family)]
    eos = tokens[1][2]
    [rows], logits = written([prefix], [SUFFIXES], way, eos=frozenset({eos}))
    for row, whole in zip(rows, tokens, strict=True):
        assert row == ended(whole, eos)
    steps = [len(row.tokens) + row.ended for row in rows]
    assert [len(told) for told in logits] == steps
    assert len(set(steps)) > 1
    meant = [told[:n] for (_, told), n in zip(answers(family), steps, strict=True)]
    assert furthest(logits, meant) < NEAR


def ended(tokens, eos):
    return Row(tokens[: tokens.index(eos)], True) if eos in tokens else Row(tokens, False)


def test_a_row_may_end_with_its_first_token():
    first = answers("llava")[0][0][0]
    [[row]], _ = written([prefix_of("llava")], [SUFFIXES[:1]], eos=frozenset({first}))
    assert row == Row([], True)


def test_the_end_counts_at_the_limit_too():
    tokens = answers("llava")[0][0]
    asked = [prefix_of("llava")], [SUFFIXES[:1]], CASCADE
    assert written(*asked, max_tokens=2)[0] == [[Row(tokens[:2], False)]]
    third = frozenset(tokens[2:3])
    assert written(*asked, max_tokens=3, eos=third)[0] == [[ended(tokens[:3], tokens[2])]]


# ---- rows do not know of each other


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(range(4)), st.integers(1, 4))
@pytest.mark.parametrize("family", ["qwen3_vl", "qwen3_5"])
def test_a_row_says_the_same_whatever_is_asked_beside_it(family, order, many):
    prefix, chosen = prefix_of(family), list(order[:many])
    [rows], logits = written([prefix], [[SUFFIXES[x] for x in chosen]], TAKEN[family])
    meant = [answers(family)[x] for x in chosen]
    assert [row.tokens for row in rows] == [tokens for tokens, _ in meant]
    assert furthest(logits, [told for _, told in meant]) < NEAR


def test_a_pick_is_given_the_numbers_that_rows_have_through_all_prefixes():
    seen = []

    def pick(logits, rows, step):
        seen.append((list(rows), step, tuple(logits.shape), logits.dtype))
        return torch.tensor([7 if row == 1 and step == 1 else 8 for row in rows])

    rows, _ = written(several("llava"), SHARES, max_tokens=3, eos=frozenset({7}), pick=pick)
    assert seen == [
        ([0, 1, 2, 3, 4, 5], 0, (6, 512), torch.float32),
        ([0, 1, 2, 3, 4, 5], 1, (6, 512), torch.float32),
        ([0, 2, 3, 4, 5], 2, (5, 512), torch.float32),
    ]
    assert rows[0][1] == Row([8], True)
    assert rows[2] == [Row([8, 8, 8], False)] * 2


def test_rows_keep_their_numbers_in_buckets():
    seen = set()

    def pick(logits, rows, step):
        seen.add(tuple(rows))
        return logits.argmax(-1)

    [rows], _ = written([prefix_of("gemma3")], [SUFFIXES], WAYS[1], pick=pick)
    assert seen == {(0,), (1, 3), (2,)}  # of 5, of 9 and of 7 tokens
    assert [row.tokens for row in rows] == [tokens for tokens, _ in answers("gemma3")]


# ---- models that compute more than is wanted


@pytest.fixture
def heedless(monkeypatch):
    """A model that computes the logits of all columns, whichever are wanted."""
    model = tiny("llava")
    inner = type(model).forward

    def forward(self, *given, logits_to_keep=0, **named):
        return inner(self, *given, **named)

    monkeypatch.setattr(type(model), "forward", forward)
    return model


def test_a_model_that_computes_all_columns_is_read_at_the_right_ones(heedless):
    prefix = Prefix(heedless, PAIR.prompt("llava"))
    _, logits = written([prefix], [SUFFIXES])
    assert furthest(logits, [told for _, told in answers("llava")]) < NEAR
    judged = next_logits([prefix], [SUFFIXES], CASCADE, 0)
    assert furthest(judged, [told[0] for _, told in answers("llava")]) < NEAR


# ---- another device


def cast(given, dtype):
    return {name: x.to(dtype) if x.is_floating_point() else x for name, x in given.items()}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("family", ["llava", "qwen3_vl", "gemma3", "qwen3_5"])
def test_a_card_says_what_the_processor_says(family, dtype):
    model = copy.deepcopy(tiny(family)).to("cuda", dtype)
    halved = [
        {
            name: x.to(dtype) if x.is_floating_point() else x
            for name, x in pair.prompt(family).items()
        }
        for pair in OTHERS
    ]
    prefixes = [Prefix(model, given) for given in halved]
    forced = each_alone(family)

    def pick(logits, rows, step):
        return torch.tensor([forced[row][0][step] for row in rows])

    _, logits = written(prefixes, SHARES, TAKEN[family], pick=pick)
    near = 1e-3 if dtype == torch.float32 else 0.15
    assert furthest([told.cpu() for told in logits], [told for _, told in forced]) < near
    judged = next_logits(prefixes, SHARES, TAKEN[family], 0).cpu()
    assert furthest(judged, [told[0] for _, told in forced]) < near
