"""Attention in two parts: to a prefix that is kept once, and to what each row has of its own.

Each part gives its output and the log-sum-exp of its scores, and the two are merged exactly, as if
one softmax had run over both (the idea is Hydragen's, Juravsky et al. 2024). A row's cache holds
its own keys and values only; those of the prefix stay at the size of one row.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.cache_utils import DynamicLayer
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from mindgraph.models.local.lse import hidden_value, lse_attention
from mindgraph.models.local.ways import WayError

NAME = "mindgraph_cascade"
"""What the two-part attention is called among the attention functions of transformers."""

_MARK = "mindgraph_layer"
_SPARE = 64  # columns; fewer would grow the buffer more often than it is worth


class Seating:
    """Which row reads which prefix: all rows of a prefix sit together and are served at once.

    `of` names the prefix of each row and never descends. Prefixes with fewer rows than the fullest
    one get empty seats, whose results nobody reads.
    """

    def __init__(self, of: Sequence[int], device: torch.device) -> None:
        self.of = list(of)
        self.prefixes = sorted(set(self.of))
        counts = [self.of.count(prefix) for prefix in self.prefixes]
        self.width = max(counts)
        seats = [
            place * self.width + rank for place, count in enumerate(counts) for rank in range(count)
        ]
        full = len(seats) == self.width * len(counts)
        self._seats = None if full else torch.tensor(seats, device=device)
        self._last: tuple[Tensor, int, Tensor] | None = None

    def together(self, rows: Tensor) -> Tensor:
        """[rows, heads, m, D] -> [prefixes, heads, width * m, D]."""
        heads, m, size = rows.shape[1:]
        if self._seats is not None:
            seated = rows.new_zeros(len(self.prefixes) * self.width, heads, m, size)
            seated[self._seats] = rows
            rows = seated
        rows = rows.view(len(self.prefixes), self.width, heads, m, size).transpose(1, 2)
        return rows.reshape(len(self.prefixes), heads, self.width * m, size)

    def apart(self, served: Tensor) -> Tensor:
        """What `together` made, undone: [prefixes, heads, width * m, D] -> [rows, heads, m, D]."""
        heads, columns, size = served.shape[1:]
        m = columns // self.width
        rows = served.view(len(self.prefixes), heads, self.width, m, size).transpose(1, 2)
        rows = rows.reshape(len(self.prefixes) * self.width, heads, m, size)
        return rows if self._seats is None else rows[self._seats]

    def bias(self, mask: Tensor, own: int, groups: int, dtype: torch.dtype) -> Tensor:
        """The last `own` columns of a mask [rows, 1, n, all] as a bias [rows, 1, groups * n, own].

        Made once for all layers of a step: they are given the same mask.
        """
        if self._last is None or self._last[0] is not mask or self._last[1] != groups:
            self._last = (mask, groups, _bias(mask[..., -own:], len(self.of), groups, dtype))
        return self._last[2]


def _bias(mask: Tensor, rows: int, groups: int, dtype: torch.dtype) -> Tensor:
    if mask.shape[1] != 1:
        raise WayError("the model masks each head in a way of its own, which is not cascaded")
    if mask.dtype == torch.bool:
        shown = torch.zeros_like(mask, dtype=dtype)
        mask = shown.masked_fill(~mask, hidden_value(dtype))
    return mask.expand(rows, -1, -1, -1).repeat(1, 1, groups, 1)


@dataclass
class Kept:
    """One layer's keys and values of the prefixes side by side: [prefixes, heads, P, D].

    Shorter prefixes are padded on the left, which `bias` [prefixes, 1, 1, P] hides.
    """

    keys: Tensor
    values: Tensor
    bias: Tensor | None = None

    def only(self, places: Tensor) -> Kept:
        """The prefixes at these places."""
        bias = None if self.bias is None else self.bias[places]
        return Kept(self.keys[places], self.values[places], bias)


class CascadeLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """A cache layer that keeps the prefix once and what each row adds in a buffer that grows.

    It marks the keys that it hands out, so that the attention function finds the prefix, also
    where another layer reads the same keys.
    """

    def __init__(self, kept: Kept, seating: Seating) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept, self.seating = kept, seating
        self.updates = self.calls = 0
        self._own: tuple[Tensor, Tensor] | None = None
        self._length = 0
        self.dtype, self.device = kept.keys.dtype, kept.keys.device
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Add [rows, heads, n, D]; gives all that the rows have of their own, not the prefix."""
        start, self._length = self._length, self._length + key_states.shape[-2]
        keys, values = self._room(key_states, value_states)
        keys[..., start : self._length, :] = key_states
        values[..., start : self._length, :] = value_states
        self.updates += 1
        marked = keys[..., : self._length, :]
        setattr(marked, _MARK, weakref.ref(self))  # a strong one would be a circle of memory
        return marked, values[..., : self._length, :]

    def _room(self, *added: Tensor) -> tuple[Tensor, Tensor]:
        if self._own is None or self._own[0].shape[-2] < self._length:
            held = self._length - added[0].shape[-2]
            # what is read first is often all there is: nothing is written after a judgement
            room = self._length + (0 if self._own is None else _SPARE)
            wider = [x.new_empty(*x.shape[:-2], room, x.shape[-1]) for x in added]
            for new, old in zip(wider, self._own or (), strict=False):
                new[..., :held, :] = old[..., :held, :]
            self._own = (wider[0], wider[1])
        return self._own

    def leave(self, rows: Tensor, seating: Seating, places: Tensor | None) -> None:
        """Keep these rows, seated anew; `places` are the prefixes that still have rows."""
        self.seating = seating
        if places is not None:
            self.kept = self.kept.only(places)
        if self._own is not None:
            keys, values = (own.index_select(0, rows) for own in self._own)
            self._own = (keys, values)

    def reorder_cache(self, beam_idx: Tensor) -> None:
        """Refused: rows leave by `leave`, which seats them anew."""
        raise WayError("a cascaded cache cannot be reordered")

    def get_seq_length(self) -> int:
        """Columns of the longest prefix and of the rows' own."""
        return int(self.kept.keys.shape[-2]) + self._length

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """A mask covers the prefix too, although only its last columns are read."""
        return self.get_seq_length() + query_length, 0


def cascade_attention(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """Attention of queries [rows, H, n, D], as transformers calls it; gives [rows, n, H, D].

    Keys that no `CascadeLayer` handed out are attended to as ever. Raises WayError for soft caps,
    sinks and position biases, which are not cascaded.
    """
    layer = _layer_of(key)
    if layer is None:
        plain = ALL_ATTENTION_FUNCTIONS["sdpa"]
        told: tuple[Tensor, None] = plain(
            module, query, key, value, attention_mask, scaling=scaling, **kwargs
        )
        return told
    _refuse(layer, query, attention_mask, kwargs)
    layer.calls += 1
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return _two_parts(layer, query, key, value, attention_mask, scale), None


def _layer_of(key: Tensor) -> CascadeLayer | None:
    mark = getattr(key, _MARK, None)
    return None if mark is None else mark()


def _refuse(
    layer: CascadeLayer, query: Tensor, mask: Tensor | None, kwargs: dict[str, Any]
) -> None:
    for name in ("softcap", "s_aux", "sinks", "position_bias"):
        if kwargs.get(name) is not None:
            raise WayError(f"attention with {name} is not cascaded")
    window = kwargs.get("sliding_window")
    if window is not None and layer.get_seq_length() > window:
        raise WayError("the prefix does not lie within the attention window of a cascaded layer")
    if mask is None and query.shape[2] > 1:
        raise WayError("the model gives no mask for several columns at once")


def _two_parts(
    layer: CascadeLayer,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    scale: float,
) -> Tensor:
    rows, heads, n, size = query.shape
    groups = heads // key.shape[1]
    # the query heads that share a key head lie side by side, as more columns of it
    query = query.reshape(rows, key.shape[1], groups * n, size)
    bias = None
    if mask is not None:
        bias = layer.seating.bias(mask, key.shape[2], groups, query.dtype)
    own, own_lse = lse_attention(query, key, value, scale, bias)
    prefix, prefix_lse = _to_prefix(layer, query, scale)
    share = torch.sigmoid(prefix_lse - own_lse)  # of the softmax, that fell on the prefix
    merged = torch.lerp(own.float(), prefix.float(), share).to(query.dtype)
    return merged.view(rows, heads, n, -1).transpose(1, 2).contiguous()


def _to_prefix(layer: CascadeLayer, query: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    kept, seating = layer.kept, layer.seating
    output, lse = lse_attention(seating.together(query), kept.keys, kept.values, scale, kept.bias)
    return seating.apart(output), seating.apart(lse)


AttentionInterface.register(NAME, cascade_attention)
AttentionMaskInterface.register(NAME, ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])


@contextmanager
def cascading(model: Any, layers: Sequence[Any]) -> Iterator[None]:
    """Let the model's language part attend through `cascade_attention` for a while.

    Raises WayError at its end if a cascaded layer was not attended to as often as it was updated:
    then the model has attention code of its own, and what it computed left the prefix out.
    """
    config = model.get_decoder().config
    before = config._attn_implementation
    config._attn_implementation = NAME
    try:
        yield
    finally:
        config._attn_implementation = before
    cascaded = [layer for layer in layers if isinstance(layer, CascadeLayer)]
    if not all(layer.calls >= layer.updates > 0 for layer in cascaded):
        raise WayError("the model attends to its cache by code of its own, which left out a prefix")
