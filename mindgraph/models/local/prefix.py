"""What a model made of a prefix, kept so that many suffixes can go on from it.

A `Prefix` is read once and never changes. `Together` is one batch of rows that go on from one or
several prefixes; it holds what the rows add, and the prefixes stay as they were.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import transformers.cache_utils as kinds
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from mindgraph.models.local.cascade import CascadeLayer, Kept, Seating, cascading
from mindgraph.models.local.lse import hidden_value
from mindgraph.models.local.ways import WayError


def cache_kinds(*names: str) -> tuple[type, ...]:
    """The cache layer classes of these names that the installed transformers has."""
    return tuple(getattr(kinds, name) for name in names if hasattr(kinds, name))


_IN_PLACE = cache_kinds("LinearAttentionCacheLayerMixin")


class Prefix:
    """The keys, values and states of one prefix, read by the model once.

    `inputs` is what the processor made of the prefix, pictures and all, on any device; `ids` are
    its tokens [1, P]. Raises WayError where a model keeps nothing that could be shared.
    """

    @torch.inference_mode()
    def __init__(self, model: Any, inputs: Mapping[str, Tensor]) -> None:
        if getattr(model.config, "is_encoder_decoder", False):
            raise WayError("an encoder-decoder reads prefix and suffix in two places")
        given = {name: _moved(value, model.device) for name, value in inputs.items()}
        rotating = _forgotten(model)
        cache = DynamicCache(config=model.config)
        told = model(**given, past_key_values=cache, use_cache=True, **columns(model, 1))
        self.model = model
        self.ids: Tensor = given["input_ids"]
        self.length = int(self.ids.shape[1])
        self.cache = _checked(told.past_key_values, self.length)
        self._rotations = [(part, _copied(part.rope_deltas)) for part in rotating]

    @property
    def layers(self) -> list[Any]:
        """The layers of its cache, which nobody may change."""
        return list(self.cache.layers)

    @property
    def shift(self) -> Tensor | None:
        """How far M-RoPE's positions lie from the count of tokens: [1, 1], or None without it."""
        told = [shift for _, shift in self._rotations if shift is not None]
        return told[0][:1].reshape(1, 1) if told else None

    def bind(self) -> None:
        """Put back what the model itself remembers of a prefix: it keeps that of the last one."""
        for part, shift in self._rotations:
            part.rope_deltas = _copied(shift)

    @torch.inference_mode()
    def longer(self, tokens: list[int]) -> Prefix:
        """The prefix that goes on with these tokens, which the model reads; this one stays."""
        ids = torch.tensor([tokens], device=self.ids.device)
        alone = Together([self], [0], cascade=False)
        places = self.length + torch.arange(len(tokens), device=ids.device)[None]
        with alone.attending():
            alone.forward(ids, torch.ones_like(ids), places, 1)
        told = copy.copy(self)
        told.ids = torch.cat([self.ids, ids], 1)
        told.length = self.length + len(tokens)
        told.cache = _checked(alone.cache, told.length)
        return told

    @torch.inference_mode()
    def expanded(self, rows: int, cascade: bool) -> Any:
        """A cache for `rows` rows that go on from this prefix, which itself stays as it is."""
        return _cache_of([self], Seating([0] * rows, self.ids.device), cascade)


def columns(model: Any, wanted: int | Tensor) -> dict[str, Any]:
    """The argument by which a model computes logits of some columns only, where it has one.

    Some models have it and pay no heed: look at the shape of what comes back.
    """
    named = "logits_to_keep" in inspect.signature(model.forward).parameters
    return {"logits_to_keep": wanted} if named else {}


def _moved(value: Any, device: torch.device) -> Any:
    return value.to(device) if isinstance(value, Tensor) else value


def _checked(cache: Any, length: int) -> Any:
    if not isinstance(getattr(cache, "layers", None), list):
        raise WayError(f"the model keeps its prefix in a {type(cache).__name__}, unknown here")
    if cache.get_seq_length() != length:
        raise WayError(f"the model kept {cache.get_seq_length()} of the prefix's {length} tokens")
    return cache


def _forgotten(model: Any) -> list[Any]:
    rotating = [part for part in model.modules() if hasattr(part, "rope_deltas")]
    for part in rotating:
        part.rope_deltas = None  # a prefix without pictures would keep those of the last one
    return rotating


def _copied(shift: Tensor | None) -> Tensor | None:
    return None if shift is None else shift.clone()


# ---- one batch of rows


class Together:
    """Rows that go on from their prefixes in one batch: row i from `prefixes[of[i]]`.

    `of` never descends. Several prefixes may be of different lengths; they need `cascade` and
    layers of full attention throughout (`side_by_side`).
    """

    @torch.inference_mode()
    def __init__(self, prefixes: Sequence[Prefix], of: Sequence[int], cascade: bool) -> None:
        self.model = prefixes[0].model
        self.device = prefixes[0].ids.device
        self.rows = len(of)
        self._seating = Seating(of, self.device)
        self.cache = _cache_of(prefixes, self._seating, cascade)
        self._read = _read_columns(prefixes, of, self.device)
        self.lengths = self._read.sum(1, keepdim=True)  # [rows, 1], in tokens
        self._shift = _shifts(prefixes, of)
        self._bind: Callable[[], None] = prefixes[0].bind

    @contextmanager
    def attending(self) -> Iterator[None]:
        """The time in which `forward` may be called; raises WayError where sharing failed."""
        layers = list(self.cache.layers)
        self._bind()
        if not any(isinstance(layer, CascadeLayer) for layer in layers):
            yield
            return
        with cascading(self.model, layers):
            yield

    def forward(self, ids: Tensor, seen: Tensor, places: Tensor, wanted: int | Tensor) -> Tensor:
        """Logits of the next `ids` [rows, n] in the wanted columns, or in all n of them.

        `seen` [rows, all own columns so far] is 0 where a row is padded; `places` [rows, n] count
        a row's real tokens, the prefix's among them.
        """
        told = self.model(
            input_ids=ids,
            attention_mask=torch.cat([self._read, seen], 1),
            position_ids=self._positions(places),
            past_key_values=self.cache,
            use_cache=True,
            **columns(self.model, wanted),
        )
        logits: Tensor = told.logits
        return logits

    def _positions(self, places: Tensor) -> Tensor:
        if self._shift is None:
            return places
        return (places + self._shift)[None].expand(3, -1, -1)  # time, height and width

    def keep(self, rows: list[int]) -> None:
        """Let all rows but these leave the batch."""
        chosen = torch.tensor(rows, device=self.device)
        self._read = self._read[chosen]
        self._shift = None if self._shift is None else self._shift[chosen]
        before, self._seating = self._seating, _seated(self._seating, rows, self.device)
        places = _staying(before, self._seating, self.device)
        for layer in self.cache.layers:
            if isinstance(layer, CascadeLayer):
                layer.leave(chosen, self._seating, places)
            else:
                layer.reorder_cache(chosen)
        self.rows = len(rows)


def _seated(seating: Seating, rows: list[int], device: torch.device) -> Seating:
    return Seating([seating.of[row] for row in rows], device)


def _staying(before: Seating, after: Seating, device: torch.device) -> Tensor | None:
    if after.prefixes == before.prefixes:
        return None
    places = [before.prefixes.index(prefix) for prefix in after.prefixes]
    return torch.tensor(places, device=device)


def _read_columns(prefixes: Sequence[Prefix], of: Sequence[int], device: torch.device) -> Tensor:
    longest = max(prefix.length for prefix in prefixes)
    column = torch.arange(longest, device=device)
    starts = torch.tensor([longest - prefixes[place].length for place in of], device=device)
    return (column[None] >= starts[:, None]).long()


def _shifts(prefixes: Sequence[Prefix], of: Sequence[int]) -> Tensor | None:
    shifts = [prefix.shift for prefix in prefixes]
    told = [shift for shift in shifts if shift is not None]
    if len(told) < len(shifts):
        return None
    return torch.cat([told[place] for place in of])


# ---- caches for a batch


def side_by_side(prefix: Prefix) -> bool:
    """Whether it may share a batch with other prefixes: every layer attends to all of it."""
    return all(type(layer) is DynamicLayer and layer.is_initialized for layer in prefix.layers)


def _cache_of(prefixes: Sequence[Prefix], seating: Seating, cascade: bool) -> Any:
    cache = copy.copy(prefixes[0].cache)
    beside = zip(*(prefix.cache.layers for prefix in prefixes), strict=True)
    cache.layers = [_layer_of(layers, seating, cascade) for layers in beside]
    return cache


def _layer_of(layers: Sequence[Any], seating: Seating, cascade: bool) -> Any:
    if cascade and type(layers[0]) is DynamicLayer and layers[0].is_initialized:
        return CascadeLayer(_beside(layers), seating)
    if len(layers) > 1:
        raise WayError("only layers of full attention keep several prefixes side by side")
    return _repeated(layers[0], len(seating.of))


def _repeated(layer: Any, rows: int) -> Any:
    # linear attention writes into its states; the other layers put new tensors in their place
    apart: Any = copy.deepcopy(layer) if isinstance(layer, _IN_PLACE) else copy.copy(layer)
    apart.reorder_cache(torch.zeros(rows, dtype=torch.long, device=getattr(layer, "device", None)))
    return apart


def _beside(layers: Sequence[Any]) -> Kept:
    if len(layers) == 1:
        return Kept(layers[0].keys, layers[0].values)
    lengths = [layer.keys.shape[-2] for layer in layers]
    keys, values = (_stacked([getattr(x, name) for x in layers]) for name in ("keys", "values"))
    return Kept(keys, values, _padding(lengths, keys))


def _stacked(tensors: Sequence[Tensor]) -> Tensor:
    longest = max(tensor.shape[-2] for tensor in tensors)
    return torch.cat([pad(tensor, (0, 0, longest - tensor.shape[-2], 0)) for tensor in tensors])


def _padding(lengths: Sequence[int], keys: Tensor) -> Tensor | None:
    longest = max(lengths)
    if min(lengths) == longest:
        return None
    bias = keys.new_zeros(len(lengths), 1, 1, longest)
    for place, length in enumerate(lengths):
        bias[place, ..., : longest - length] = hidden_value(keys.dtype)
    return bias
