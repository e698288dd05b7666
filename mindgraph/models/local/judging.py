"""What would come next after many suffixes of shared prefixes: one forward, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from mindgraph.models.local.decoding import Batch, batches
from mindgraph.models.local.prefix import Prefix, Together
from mindgraph.models.local.ways import Way

_CPU_TOKENS = 512  # a forward of so many stays in a CPU's caches; of fewer, it reads weights often


@torch.inference_mode()
def next_logits(
    prefixes: Sequence[Prefix], suffixes: Sequence[Sequence[list[int]]], way: Way, pad: int
) -> Tensor:
    """The logits [rows, V] in float32 of the token after each suffix, through all prefixes.

    Suffixes are padded on the right, which no real token ever sees: that is exact for windows and
    linear attention too, so nothing needs buckets. Raises WayError as `decode` does.
    """
    found: dict[int, Tensor] = {}
    for batch in batches(prefixes, suffixes, way, buckets=False):
        for piece in _pieces(batch):
            found.update(zip(piece.numbers, _judged(piece, way, pad), strict=True))
    return torch.stack([found[number] for number in range(len(found))])


def _pieces(batch: Batch) -> Iterator[Batch]:
    """The batch as its device computes it best: a CPU a few rows of nearly one length at once."""
    if batch.prefixes[0].ids.device.type != "cpu":
        yield batch
        return
    width = max(map(len, batch.suffixes))
    rows = max(1, _CPU_TOKENS // width)
    order = sorted(range(len(batch.of)), key=lambda row: (batch.of[row], len(batch.suffixes[row])))
    for start in range(0, len(order), rows):
        yield batch.only(order[start : start + rows])


def _judged(batch: Batch, way: Way, pad: int) -> Tensor:
    together = Together(batch.prefixes, batch.of, way.name == "cascade")
    ids, ends = _padded_right(batch.suffixes, pad, together.device)
    places = together.lengths + torch.arange(ids.shape[1], device=together.device)
    wanted = torch.unique(ends)
    with together.attending():
        logits = together.forward(ids, torch.ones_like(ids), places, wanted)
    # a model that pays no heed to what is wanted gives all columns
    heeded = logits.shape[1] == len(wanted)
    at = torch.searchsorted(wanted, ends) if heeded else ends
    return logits[torch.arange(len(ends), device=logits.device), at].float()


def _padded_right(
    suffixes: Sequence[list[int]], pad: int, device: torch.device
) -> tuple[Tensor, Tensor]:
    width = max(map(len, suffixes))
    ids = [suffix + [pad] * (width - len(suffix)) for suffix in suffixes]
    ends = [len(suffix) - 1 for suffix in suffixes]
    return torch.tensor(ids, device=device), torch.tensor(ends, device=device)
