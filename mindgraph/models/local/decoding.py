"""Writing answers to many suffixes of shared prefixes: one token a row and step.

The loop is one of our own: nothing of a checkpoint's generation settings can leak into it, and a
row that has ended leaves the batch instead of being computed until the longest one ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count

import torch
from torch import Tensor

from mindgraph.models.local.prefix import Prefix, Together, side_by_side
from mindgraph.models.local.ways import Way, WayError

Pick = Callable[[Tensor, list[int], int], Tensor]
"""Picks tokens [b] from logits [b, V] in float32, given the rows' numbers and the step.

Rows are numbered through all prefixes, in the order in which their suffixes were given.
"""

Watch = Callable[[list[int], Tensor], None]
"""Is shown the rows' numbers and the logits [b, V] of every step, before a token is picked."""


OPENING = 8  # tokens; for fewer, one more forward costs more than it spares


@dataclass(frozen=True)
class Row:
    """The tokens of one answer, without the one that ended it; `ended` is false at the limit."""

    tokens: list[int]
    ended: bool


def greedy(logits: Tensor, rows: list[int], step: int) -> Tensor:
    """The `Pick` that takes the likeliest token."""
    return logits.argmax(-1)


def decode(
    prefixes: Sequence[Prefix],
    suffixes: Sequence[Sequence[list[int]]],
    way: Way,
    pick: Pick,
    max_tokens: Sequence[int] | int,
    eos: frozenset[int],
    pad: int,
    watch: Watch | None = None,
) -> list[list[Row]]:
    """An answer to every suffix of every prefix, each as long as it would be if asked alone.

    `max_tokens` (at least 1) holds for all, or is one number a prefix. With a cascade without
    buckets, prefixes of full attention are decoded side by side, the others one after another.
    Raises WayError where the model cannot go on from a prefix in this way.
    """
    limits = [max_tokens] * len(prefixes) if isinstance(max_tokens, int) else list(max_tokens)
    limit_of = [limit for limit, own in zip(limits, suffixes, strict=True) for _ in own]
    notes = _Notes(limit_of, eos)
    for batch in batches(prefixes, suffixes, way, way.buckets):
        _write(batch, way, _Talk(pick, watch, pad), notes)
    rows = [Row(tokens, ended) for tokens, ended in zip(notes.tokens, notes.ended, strict=True)]
    ends = list(accumulate(len(own) for own in suffixes))
    return [rows[end - len(own) : end] for end, own in zip(ends, suffixes, strict=True)]


# ---- what is computed in one batch


@dataclass
class Batch:
    """Rows that are computed at once: of each its prefix's place, its number and its suffix."""

    prefixes: list[Prefix] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    suffixes: list[list[int]] = field(default_factory=list)

    def add(self, prefix: Prefix, number: int, suffix: list[int]) -> None:
        """One more row; rows of a prefix are added one after another."""
        if not self.prefixes or self.prefixes[-1] is not prefix:
            self.prefixes.append(prefix)
        self.of.append(len(self.prefixes) - 1)
        self.numbers.append(number)
        self.suffixes.append(suffix)

    def only(self, rows: Sequence[int]) -> Batch:
        """These rows, of which those of a prefix follow one another."""
        some = Batch()
        for row in rows:
            some.add(self.prefixes[self.of[row]], self.numbers[row], self.suffixes[row])
        return some


def batches(
    prefixes: Sequence[Prefix], suffixes: Sequence[Sequence[list[int]]], way: Way, buckets: bool
) -> Iterator[Batch]:
    """The batches that a way allows; in buckets, one for each prefix and length of suffix."""
    if way.name == "naive":
        raise WayError("asking alone shares no prefix")
    found: dict[tuple[int, int], Batch] = {}
    prefixes, suffixes = opened(prefixes, suffixes)
    beside = _beside(prefixes, way)
    for number, (place, suffix) in enumerate(_numbered(suffixes)):
        key = (-1 if beside else place, len(suffix) if buckets else 0)
        found.setdefault(key, Batch()).add(prefixes[place], number, suffix)
    yield from found.values()


def opened(
    prefixes: Sequence[Prefix], suffixes: Sequence[Sequence[list[int]]]
) -> tuple[list[Prefix], list[list[list[int]]]]:
    """Each prefix, longer by what its suffixes all begin with, and what is left of them.

    Questions of one step differ late: what they have in common need not be read for every row.
    """
    found = [_opened(prefix, own) for prefix, own in zip(prefixes, suffixes, strict=True)]
    return [prefix for prefix, _ in found], [own for _, own in found]


def _opened(prefix: Prefix, own: Sequence[list[int]]) -> tuple[Prefix, list[list[int]]]:
    shared = common(own)
    if len(own) < 2 or shared < OPENING:
        return prefix, list(own)
    return prefix.longer(own[0][:shared]), [suffix[shared:] for suffix in own]


def common(suffixes: Sequence[list[int]]) -> int:
    """How many tokens all suffixes begin with; each keeps one of its own."""
    shortest = min(map(len, suffixes), default=0) - 1
    for place in range(shortest):
        if len({suffix[place] for suffix in suffixes}) > 1:
            return place
    return max(0, shortest)


def _beside(prefixes: Sequence[Prefix], way: Way) -> bool:
    plain = way == Way("cascade") and len(prefixes) > 1
    return plain and all(side_by_side(prefix) for prefix in prefixes)


def _numbered(suffixes: Sequence[Sequence[list[int]]]) -> Iterator[tuple[int, list[int]]]:
    for place, own in enumerate(suffixes):
        for suffix in own:
            if not suffix:
                raise WayError("a suffix without a token has nothing to go on from")
            yield place, suffix


# ---- the loop


@dataclass(frozen=True)
class _Talk:
    pick: Pick
    watch: Watch | None
    pad: int


class _Notes:
    """What each row has written so far."""

    def __init__(self, limits: list[int], eos: frozenset[int]) -> None:
        self.tokens: list[list[int]] = [[] for _ in limits]
        self.ended = [False] * len(limits)
        self._limits, self._eos = limits, eos

    def take(self, number: int, token: int) -> bool:
        """Note a row's next token; whether the row goes on."""
        if token in self._eos:
            self.ended[number] = True
            return False
        self.tokens[number].append(token)
        return len(self.tokens[number]) < self._limits[number]


class _Rows:
    """The rows that are still being written, and what is read of them next."""

    def __init__(self, batch: Batch, way: Way, pad: int) -> None:
        self.together = Together(batch.prefixes, batch.of, way.name == "cascade")
        self.numbers = batch.numbers
        self._ids, self._seen = padded_left(batch.suffixes, pad, self.together.device)
        self._places = self.together.lengths + self._seen.cumsum(1) - 1

    def logits(self) -> Tensor:
        """Of the token that comes next in every row, in float32."""
        return self.together.forward(self._ids, self._seen, self._places, 1)[:, -1].float()

    def go_on(self, tokens: Tensor, staying: list[int]) -> None:
        """Read these tokens next; rows that do not stay leave the batch."""
        if len(staying) < len(self.numbers):
            self.together.keep(staying)
            self.numbers = [self.numbers[row] for row in staying]
            tokens, self._seen = tokens[staying], self._seen[staying]
            self._places = self._places[staying]
        self._ids, self._places = tokens[:, None], self._places[:, -1:] + 1
        self._seen = torch.cat([self._seen, torch.ones_like(self._ids)], 1)


@torch.inference_mode()
def _write(batch: Batch, way: Way, talk: _Talk, notes: _Notes) -> None:
    rows = _Rows(batch, way, talk.pad)
    with rows.together.attending():
        for step in count():
            tokens = _picked(talk, rows.numbers, rows.logits(), step)
            pairs = zip(rows.numbers, tokens.tolist(), strict=True)
            staying = [row for row, pair in enumerate(pairs) if notes.take(*pair)]
            if not staying:
                return
            rows.go_on(tokens, staying)


def _picked(talk: _Talk, numbers: list[int], logits: Tensor, step: int) -> Tensor:
    if talk.watch is not None:
        talk.watch(numbers, logits)
    return talk.pick(logits, numbers, step).to(logits.device)


def padded_left(
    suffixes: Sequence[list[int]], pad: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    """Tokens [rows, n] and where they are real: every row's last token is in the last column."""
    width = max(map(len, suffixes))
    ids = [[pad] * (width - len(suffix)) + suffix for suffix in suffixes]
    real = [[0] * (width - len(suffix)) + [1] * len(suffix) for suffix in suffixes]
    return torch.tensor(ids, device=device), torch.tensor(real, device=device)
