"""Picking the next token of each row, so that no row's choice depends on its neighbours.

A sample is the largest of logits / temperature plus Gumbel noise (Gumbel 1954), and the noise is a
function of the row's seed, the step and the token alone: the same in any batch, on any device.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_ROWS_AT_ONCE = 64  # the noise of more rows over a large vocabulary would need gigabytes


class Pick:
    """Tokens [b] out of logits [b, V], given the rows' numbers and the step.

    `seeds[row]` draws a row's noise; at temperature 0 the likeliest token is taken. `top_p` keeps,
    of each row, the fewest likeliest tokens that together reach it.
    """

    def __init__(self, seeds: Sequence[int], temperature: float = 0.0, top_p: float = 1.0) -> None:
        self._seeds = seeds
        self._temperature = temperature
        self._top_p = top_p

    def __call__(self, logits: Tensor, rows: list[int], step: int) -> Tensor:
        """The tokens of some rows; `rows` are their places in `seeds`."""
        if self._temperature <= 0:
            return logits.argmax(-1)
        starts = range(0, len(rows), _ROWS_AT_ONCE)
        parts = [slice(start, start + _ROWS_AT_ONCE) for start in starts]
        return torch.cat([self._sampled(logits[part], rows[part], step) for part in parts])

    def _sampled(self, logits: Tensor, rows: list[int], step: int) -> Tensor:
        scores = logits.double() / self._temperature
        if self._top_p < 1:
            scores = likeliest(scores, self._top_p)
        seeds = [self._seeds[row] for row in rows]
        return (scores + gumbel(seeds, step, logits.shape[-1], logits.device)).argmax(-1)


def likeliest(scores: Tensor, top_p: float) -> Tensor:
    """Scores [b, V] with minus infinity for all but the likeliest tokens that reach `top_p`."""
    ordered, places = scores.sort(dim=-1, descending=True, stable=True)
    before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
    dropped = before >= top_p
    dropped[..., 0] = False
    return scores.masked_fill(dropped.scatter(-1, places, dropped), -torch.inf)


def gumbel(seeds: Sequence[int], step: int, size: int, device: torch.device) -> Tensor:
    """Gumbel noise [len(seeds), size] in float64, a function of seed, step and place alone."""
    starts = torch.tensor([_start(seed, step) for seed in seeds], device=device)
    places = torch.arange(1, size + 1, device=device) * _signed(_GOLDEN)
    drawn = _mixed(starts[:, None] + places[None])
    uniform = (_shifted(drawn, 11).double() + 0.5) * 2.0**-53
    return -(-uniform.log()).log()


# ---- SplitMix64 (Steele, Lea and Flood 2014): a counter is hashed, so nothing has to be in order

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_ALL = (1 << 64) - 1


def _start(seed: int, step: int) -> int:
    return _signed(_mixed_number(_mixed_number(seed) + (step + 1) * _GOLDEN))


def _mixed_number(number: int) -> int:
    number = ((number & _ALL) ^ ((number & _ALL) >> 30)) * _FIRST & _ALL
    number = (number ^ (number >> 27)) * _SECOND & _ALL
    return number ^ (number >> 31)


def _mixed(numbers: Tensor) -> Tensor:
    numbers = (numbers ^ _shifted(numbers, 30)) * _signed(_FIRST)
    numbers = (numbers ^ _shifted(numbers, 27)) * _signed(_SECOND)
    return numbers ^ _shifted(numbers, 31)


def _shifted(numbers: Tensor, by: int) -> Tensor:
    return (numbers >> by) & ((1 << (64 - by)) - 1)  # torch has no shift that brings in zeros


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number
