"""How the suffixes of one prefix may share what the model made of the prefix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mindgraph.errors import ModelError


@dataclass(frozen=True)
class Way:
    """One way of asking many suffixes of a prefix.

    `naive` reads the prefix again for every suffix. `repeat` reads it once and copies its keys and
    values for every row; `cascade` keeps them once and lets all rows attend to them. `buckets`
    keeps suffixes of different lengths apart, so that no padding lies between prefix and suffix.
    """

    name: Literal["naive", "repeat", "cascade"]
    buckets: bool = False

    def __str__(self) -> str:
        return f"{self.name} in buckets" if self.buckets else self.name


NAIVE = Way("naive")


class WayError(ModelError):
    """A prefix cannot be shared with this model in the way that was tried."""


class WayWarning(UserWarning):
    """A way of sharing failed the comparison with asking alone, and a slower one is tried."""
