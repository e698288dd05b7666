"""Which way of sharing a prefix is right for a model: read off its cache, then measured.

The reading alone is wrong for some families, silently; so no way is taken before its logits have
been compared with those of asking alone, step by step, on a text of the model's own.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import DynamicLayer

from mindgraph.models.local.decoding import OPENING, common, decode
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.prefix import Prefix, cache_kinds
from mindgraph.models.local.ways import NAIVE, Way, WayWarning

_WINDOWS = cache_kinds("DynamicSlidingWindowLayer")
_KNOWN = _WINDOWS + cache_kinds("DynamicLayer", "DynamicIndexedLayer", "DummyLayer")
_LINEAR = cache_kinds("LinearAttentionCacheLayerMixin")


def ladder(model: Any, prefix: Prefix, total: int) -> list[Way]:
    """The ways that a model's cache seems to allow, best first; the last is to ask alone.

    `total` bounds prefix, suffix and answer in tokens: a window wider than that hides nothing.
    """
    if getattr(model.config, "is_encoder_decoder", False):
        return [NAIVE]
    layers = prefix.layers
    if not all(type(layer) in _KNOWN or isinstance(layer, _LINEAR) for layer in layers):
        return [NAIVE]
    padded = all(_keeps_all(layer, total) for layer in layers)
    cascades = any(type(layer) is DynamicLayer for layer in layers)
    orders = (False, True) if padded else (True,)
    cascaded = [Way("cascade", buckets) for buckets in orders if cascades]
    return [*cascaded, *(Way("repeat", buckets) for buckets in orders), NAIVE]


def _keeps_all(layer: Any, total: int) -> bool:
    if type(layer) in _WINDOWS:
        return bool(layer.sliding_window > total)
    return type(layer) is DynamicLayer


def settle(
    prefix: Prefix,
    suffixes: Sequence[list[int]],
    naive_logits: Callable[[int], Tensor],
    pad: int,
    steps: int = 4,
    bound: float = 1e-3,
    ways: Sequence[Way] | None = None,
) -> tuple[Way, float]:
    """The best way whose logits are within `bound` of asking alone, and how far they were.

    The shortest and the longest suffix are asked, then the longest with one that begins like it,
    `steps` tokens each; `naive_logits(i)` gives the logits [steps, V] of suffix i when asked alone
    and answered greedily, and its tokens are what every way is made to write. Warns with
    WayWarning of each way that is given up.
    """
    asked = [_Asked.of(places, suffixes, naive_logits, steps) for places in _beside(suffixes)]
    for way in ladder(prefix.model, prefix, sys.maxsize) if ways is None else ways:
        if way == NAIVE:
            break
        measured = _measured(prefix, asked, way, pad)
        if isinstance(measured, float) and measured <= bound:
            return way, measured
        _give_up(way, measured, bound)
    return NAIVE, 0.0


@dataclass(frozen=True)
class _Asked:
    """Suffixes that are asked at once, and the logits [steps, V] of each when asked alone."""

    suffixes: list[list[int]]
    alone: list[Tensor]

    @classmethod
    def of(
        cls,
        places: Sequence[int],
        suffixes: Sequence[list[int]],
        naive_logits: Callable[[int], Tensor],
        steps: int,
    ) -> _Asked:
        alone = [naive_logits(place)[:steps].float() for place in places]
        return cls([suffixes[place] for place in places], _of_one_length(alone))


def _of_one_length(alone: list[Tensor]) -> list[Tensor]:
    steps = min(map(len, alone))  # an answer may have ended before its time
    return [logits[:steps] for logits in alone]


def _beside(suffixes: Sequence[list[int]]) -> list[list[int]]:
    """Places of suffixes that are asked at once: of all lengths, and with an opening in common."""
    longest = _longest(suffixes)
    apart = sorted({_shortest(suffixes), longest})
    alike = sorted({_likest(suffixes, longest), longest})
    opens = len(alike) > 1 and common([suffixes[place] for place in alike]) >= OPENING
    return [apart, alike] if opens and alike != apart else [apart]


def _likest(suffixes: Sequence[list[int]], to: int) -> int:
    others = [place for place in range(len(suffixes)) if place != to]
    return max(others, key=lambda place: common([suffixes[place], suffixes[to]]), default=to)


def _shortest(suffixes: Sequence[list[int]]) -> int:
    return min(range(len(suffixes)), key=lambda place: len(suffixes[place]))


def _longest(suffixes: Sequence[list[int]]) -> int:
    return max(range(len(suffixes)), key=lambda place: len(suffixes[place]))


def _measured(prefix: Prefix, asked: Sequence[_Asked], way: Way, pad: int) -> float | Exception:
    try:
        return max(_furthest(prefix, one, way, pad) for one in asked)
    except torch.OutOfMemoryError:
        raise  # too little memory says nothing about the way
    except Exception as error:  # whatever a model's code makes of a cache it does not expect
        return error


def _furthest(prefix: Prefix, asked: _Asked, way: Way, pad: int) -> float:
    written = _written(prefix, asked, way, pad)
    judged = next_logits([prefix], [asked.suffixes], way, pad)
    pairs = [
        *zip(written, asked.alone, strict=True),
        *zip(judged, (logits[0] for logits in asked.alone), strict=True),
    ]
    return max(_apart(shared, naive) for shared, naive in pairs)


def _apart(shared: Tensor, naive: Tensor) -> float:
    told = float((shared - naive.to(shared.device)).abs().max())
    return told if told == told else float("inf")  # NaN is no number to compare


def _written(prefix: Prefix, asked: _Asked, way: Way, pad: int) -> list[Tensor]:
    tokens = torch.stack([logits.argmax(-1) for logits in asked.alone])  # [rows, steps]
    seen: list[list[Tensor]] = [[] for _ in asked.suffixes]

    def watch(rows: list[int], logits: Tensor) -> None:
        for row, told in zip(rows, logits, strict=True):
            seen[row].append(told)

    def same(logits: Tensor, rows: list[int], step: int) -> Tensor:
        return tokens[rows, step]

    decode([prefix], [asked.suffixes], way, same, tokens.shape[1], frozenset(), pad, watch)
    return [torch.stack(told) for told in seen]


def _give_up(way: Way, measured: float | Exception, bound: float) -> None:
    if isinstance(measured, Exception):
        why = f"{type(measured).__name__}: {str(measured)[:200]}"
    else:
        why = f"its logits are {measured:.2g} from asking alone, more than {bound:.2g}"
    warnings.warn(f"this model cannot share a prefix by {way} ({why})", WayWarning, stacklevel=3)
