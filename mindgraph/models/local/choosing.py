"""Choosing how a model's prefixes are shared: once, on the first pair, by comparison."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import torch
from torch import Tensor

from mindgraph.models.local.alone import logits_alone
from mindgraph.models.local.gate import ladder, settle
from mindgraph.models.local.pairs import Desk, Kept, Pair
from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.reading import PairError
from mindgraph.models.local.ways import NAIVE, Way, WayWarning

_MORE = " Would somebody who buys one of the two products want to have the other one with it too?"
_STEPS = 4  # tokens whose logits are compared
_ROUNDING = 4  # in units of the last place: what half precision may differ by, and be no worse


@dataclass
class Choosing:
    """The way of a model's pairs, with pictures and without: families may differ in the two.

    `ceiling` is the best way that may be taken: auto or cascade, repeat, naive.
    """

    desk: Desk
    ceiling: str = "auto"
    _chosen: dict[bool, tuple[Way, float]] = field(default_factory=dict)

    def way(self, pair: Pair, read: Callable[[], Kept]) -> tuple[Way, float]:
        """A pair's way and the difference that was measured for it; `read` gives its prefix."""
        seeing = bool(pair.pictures)
        if self.ceiling == "naive" or not pair.cut:
            return NAIVE, 0.0
        if seeing not in self._chosen:
            self._chosen[seeing] = self._settled(pair, read)
        return self._chosen[seeing]

    def _settled(self, pair: Pair, read: Callable[[], Kept]) -> tuple[Way, float]:
        try:
            prefix = read().prefix
        except (PairError, torch.OutOfMemoryError):
            raise
        except Exception as error:  # whatever a model's code makes of a prompt that breaks off
            why = f"{type(error).__name__}: {str(error)[:200]}"
            warnings.warn(WayWarning(f"this model's pairs are asked alone ({why})"), stacklevel=4)
            return NAIVE, 0.0
        texts, suffixes = self._samples(pair, prefix.length)
        alone = self._alone(pair, texts)
        bound = self._bound(alone(0))
        ways, pad = self._allowed(prefix), self.desk.loaded.pad
        return settle(prefix, suffixes, alone, pad, _STEPS, bound, ways)

    def _samples(self, pair: Pair, read: int) -> tuple[list[str], list[list[int]]]:
        """A pair's suffixes and, if they fit, two longer ones, as verdicts' questions would be.

        Those two begin alike, so that reading an opening once is compared as well.
        """
        own = list(pair.job.suffixes)
        longer = max(own, key=len) + _MORE
        texts = [*own, longer, longer + _MORE]
        cut, suffixes = self.desk.reading.cut(pair.job.prefix, texts)
        try:
            self.desk.check_room(pair.job, read + len(suffixes[-1]))
        except PairError:
            return own, pair.suffixes
        return (texts, suffixes) if cut == pair.cut else (own, pair.suffixes)

    def _alone(self, pair: Pair, texts: Sequence[str]) -> Callable[[int], Tensor]:
        loaded = self.desk.loaded

        @cache
        def logits(place: int) -> Tensor:
            inputs = self.desk.whole(pair, texts[place]).inputs
            return logits_alone(loaded.model, inputs, _STEPS, loaded.pad)

        return logits

    def _bound(self, logits: Tensor) -> float:
        rounding = torch.finfo(self.desk.loaded.model.dtype).eps * float(logits.abs().max())
        return max(1e-3, _ROUNDING * rounding)

    def _allowed(self, prefix: Prefix) -> list[Way]:
        # a window counts as short, however long: the next pair may be longer than this one
        ways = ladder(self.desk.loaded.model, prefix, sys.maxsize)
        return [way for way in ways if self.ceiling != "repeat" or way.name != "cascade"]
