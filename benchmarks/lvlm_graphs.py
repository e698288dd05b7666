"""Writing answers in fixed shapes, so that a step on a GPU can be captured once and replayed.

An eager step of a large model is a thousand small launches, and a graph makes them one. What it
wants is that nothing changes its shape or its place: rows write their keys at a column that a
tensor names, attend to all columns of their room under a mask, and note tokens and ends on the
device. Every `block` steps the host looks: ended rows leave, the room grows, a new graph is made.

It writes what `decode` with `greedy` writes. It is part of the benchmark and not of the package,
until a measurement on a GPU says that it is worth its lines there.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mindgraph.models.local.cascade import _MARK, CascadeLayer
from mindgraph.models.local.decoding import padded_left
from mindgraph.models.local.prefix import Prefix, Together, columns


@dataclass
class Place:
    """The columns [n] that are written next, and how many columns are attended to."""

    columns: Tensor
    shown: int


class FixedLayer(CascadeLayer):  # type: ignore[no-untyped-call]
    """A cascaded layer with room for all that its rows will ever add, written at a `Place`."""

    def __init__(self, layer: CascadeLayer, room: int, place: Place) -> None:
        """Take over the prefix and the seating of a layer to which nothing was added yet."""
        super().__init__(layer.kept, layer.seating)
        self.place = place
        rows = len(layer.seating.of)
        # zeros: what is hidden is still multiplied, and must be finite
        keys, values = (
            kept.new_zeros(rows, kept.shape[1], room, kept.shape[-1])
            for kept in (layer.kept.keys, layer.kept.values)
        )
        self._own: tuple[Tensor, Tensor] = (keys, values)

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Write [rows, heads, n, D] at the place; gives all the columns that are shown."""
        keys, values = self._own
        keys.index_copy_(2, self.place.columns, key_states)
        values.index_copy_(2, self.place.columns, value_states)
        self.updates += 1
        marked = keys[..., : self.place.shown, :]
        setattr(marked, _MARK, weakref.ref(self))
        return marked, values[..., : self.place.shown, :]


class FixedRows(Together):
    """Rows that go on from their prefixes and are advanced one token at a time, in place.

    `limits` [rows] are the most tokens of each row. What a row writes after its end is computed,
    and nobody reads it.
    """

    def __init__(
        self, prefixes: Sequence[Prefix], of: Sequence[int], room: int, limits: Tensor
    ) -> None:
        """Set up rows that have read their prefixes and nothing else."""
        super().__init__(prefixes, of, cascade=True)
        self.place = Place(torch.arange(0, device=self.device), 0)
        self.cache.layers = [FixedLayer(one, room, self.place) for one in self.cache.layers]
        self.limits = limits
        self.ended = torch.zeros_like(limits, dtype=torch.bool)
        self.seen = torch.zeros(len(of), room, dtype=torch.bool, device=self.device)
        self.written = torch.zeros(len(of), int(limits.max()), dtype=torch.long, device=self.device)
        self.step = torch.zeros(1, dtype=torch.long, device=self.device)

    def read(self, ids: Tensor, seen: Tensor, eos: Tensor) -> Tensor:
        """Read the suffixes [rows, n], padded on the left, and note the first token of each.

        Gives the logits [rows, V] that it was taken from; `eos` [k] are the tokens that end a row.
        """
        width = ids.shape[1]
        self.eos = eos
        self.place.columns = torch.arange(width, device=self.device)
        self.place.shown = width
        self.seen[:, :width] = seen.bool()
        places = (self.lengths + seen.cumsum(1) - 1).masked_fill(seen == 0, 0)
        logits = self.forward(ids, seen, places, 1)
        self.places = places[:, -1:] + 1
        self.place.columns = torch.full((1,), width, device=self.device)
        self.ids = ids[:, -1:].clone()
        return self._note(logits)

    def advance(self) -> Tensor:
        """One more token of every row, and the logits [rows, V] that it was taken from.

        It changes tensors in place and asks the device nothing, so it can be captured.
        """
        self.seen.index_fill_(1, self.place.columns, True)
        told = self.model(
            input_ids=self.ids,
            attention_mask=self.seen[:, None, None, : self.place.shown],
            position_ids=self._positions(self.places),
            past_key_values=self.cache,
            use_cache=True,
            **columns(self.model, 1),
        )
        self.place.columns += 1
        self.places += 1
        return self._note(told.logits)

    def _note(self, logits: Tensor) -> Tensor:
        last = logits[:, -1].float()
        tokens = last.argmax(-1)
        self.written.index_copy_(1, self.step, tokens[:, None])
        self.step += 1
        self.ended |= (tokens[:, None] == self.eos).any(-1) | (self.limits <= self.step)
        self.ids.copy_(tokens[:, None])
        return last

    def keep(self, rows: list[int]) -> None:
        """Let all rows but these leave the batch."""
        super().keep(rows)
        chosen = torch.tensor(rows, device=self.device)
        for name in ("limits", "ended", "seen", "written", "ids", "places"):
            setattr(self, name, getattr(self, name)[chosen])


@torch.inference_mode()
def decode_fixed(
    prefixes: Sequence[Prefix],
    suffixes: Sequence[Sequence[list[int]]],
    limits: Sequence[int],
    eos: frozenset[int],
    pad: int,
    block: int = 32,
    captured: bool = True,
) -> list[list[int]]:
    """The greedy tokens of every row through all prefixes, without the one that ended it.

    `limits` are the most tokens of each row. With `captured`, which needs a CUDA device, the steps
    of a block are one graph that is replayed; without, they are computed as they come.
    """
    of = [place for place, own in enumerate(suffixes) for _ in own]
    device = prefixes[0].ids.device
    ids, seen = padded_left([suffix for own in suffixes for suffix in own], pad, device)
    width, room = ids.shape[1], ids.shape[1] + max(limits)
    rows = FixedRows(prefixes, of, room, torch.tensor(limits, device=device))
    answers = _Answers(list(limits), eos)
    with rows.attending():
        rows.read(ids, seen, torch.tensor(sorted(eos), device=device))
        done = 1
        while (left := answers.left(rows, done)) > 0:
            steps = min(left, block)
            rows.place.shown = min(width + done + block, room)
            step = Captured(rows.advance) if captured else rows.advance
            for _ in range(steps):
                step()
            done += steps
    return answers.tokens


class _Answers:
    """What the rows have written, read off the device once a block."""

    def __init__(self, limits: list[int], eos: frozenset[int]) -> None:
        self.tokens: list[list[int]] = [[] for _ in limits]
        self._limits, self._eos = limits, eos
        self._numbers = list(range(len(limits)))

    def left(self, rows: FixedRows, done: int) -> int:
        """Let the rows leave that have ended; the steps that the longest still has to go."""
        ended = rows.ended.tolist()
        if any(ended):
            self._take(rows.written[:, :done].tolist(), ended)
            staying = [row for row, over in enumerate(ended) if not over]
            self._numbers = [self._numbers[row] for row in staying]
            if staying:
                rows.keep(staying)
        return max((self._limits[number] - done for number in self._numbers), default=0)

    def _take(self, written: list[list[int]], ended: list[bool]) -> None:
        for number, tokens, over in zip(self._numbers, written, ended, strict=True):
            if over:
                within = tokens[: self._limits[number]]
                ends = [place for place, token in enumerate(within) if token in self._eos]
                self.tokens[number] = within[: ends[0]] if ends else within


class Captured:
    """A step that is computed once, captured at its second call and replayed from then on.

    The first call is a real one: it lets libraries choose their kernels and set up workspaces,
    which may not happen inside a capture.
    """

    def __init__(self, step: Callable[[], object]) -> None:
        """Nothing is computed yet."""
        self._step = step
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._graph: Any = None
        self._warm = False

    def __call__(self) -> None:
        """Do the step."""
        if not self._warm:
            self._compute()
            return
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph, stream=self._stream):
                self._step()
        self._graph.replay()

    def _compute(self) -> None:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            self._step()
        torch.cuda.current_stream().wait_stream(self._stream)
        self._warm = True
