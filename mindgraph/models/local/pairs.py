"""One pair at the model's door: what is made of a job before anything is computed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from mindgraph.errors import ModelError
from mindgraph.models import Job, PictureDoor, prefix_digest
from mindgraph.models.local.prefix import Prefix
from mindgraph.models.local.reading import PairError, Read, Reading
from mindgraph.models.local.weights import Loaded

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Pair:
    """A job with its pictures, the place where its suffixes begin, and their tokens.

    `cut` is 0, and there are no suffixes, where only whole prompts can be read.
    """

    job: Job
    digest: str
    pictures: Sequence[Image.Image]
    cut: int
    suffixes: list[list[int]]

    @property
    def key(self) -> tuple[str, int]:
        """What its prefix is kept under: the same for every job about the two products."""
        return self.digest, self.cut


@dataclass(frozen=True)
class Kept:
    """A prefix that the model has read, and how many of its tokens stand for pictures."""

    prefix: Prefix
    image: int


@dataclass(frozen=True)
class Desk:
    """Makes pairs of jobs and reads them, as a whole or up to the cut."""

    loaded: Loaded
    reading: Reading
    door: PictureDoor

    def pair(self, job: Job) -> Pair:
        """A job made ready; raises PairError for a picture that cannot be opened."""
        pictures = self.reading.pictures(job.prefix, self.door)
        digest = prefix_digest(job.prefix)
        try:
            cut, suffixes = self.reading.cut(job.prefix, job.suffixes)
        except ModelError:
            cut, suffixes = 0, []
        return Pair(job, digest, pictures, cut, suffixes)

    def prefix(self, pair: Pair) -> Kept:
        """A pair's prefix, read by the model; raises PairError where there is no room for it."""
        read = self.reading.shared(pair.job.prefix, pair.pictures, pair.cut)
        self.check_room(pair.job, read.length + max(map(len, pair.suffixes)))
        return Kept(Prefix(self.loaded.model, self._placed(read.inputs)), read.image)

    def whole(self, pair: Pair, suffix: str) -> Read:
        """A whole prompt; raises PairError where there is no room for it."""
        read = self.reading.whole(pair.job.prefix, suffix, pair.pictures)
        self.check_room(pair.job, read.length)
        return Read(self._placed(read.inputs), read.image)

    def check_room(self, job: Job, read: int) -> None:
        """Raises PairError where so many tokens and an answer are more than the model reads."""
        needed = read + (job.sampling.max_tokens if job.op == "generate" else 0)
        if self.loaded.room is not None and needed > self.loaded.room:
            raise PairError(
                f"the prompt and its answer take {needed} tokens, and the model reads "
                f"{self.loaded.room}; shorten the texts, or take a model that reads more"
            )

    def _placed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        model = self.loaded.model
        return {name: _placed(told, model) for name, told in inputs.items()}


def _placed(told: Any, model: Any) -> Any:
    if not isinstance(told, Tensor):
        return told
    kind = model.dtype if told.is_floating_point() else told.dtype
    return told.to(device=model.device, dtype=kind)


class Shelf:
    """The prefixes that were read last, at most `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._kept: OrderedDict[tuple[str, int], Kept] = OrderedDict()

    def make_room(self, pairs: Iterable[Pair]) -> None:
        """Let go of old prefixes before those of some pairs are read: both at once is too much."""
        needed = dict.fromkeys(pair.key for pair in pairs)
        for key in needed.keys() & self._kept.keys():
            self._kept.move_to_end(key)
        new = len(needed.keys() - self._kept.keys())
        while self._kept and len(self._kept) + new > max(self.capacity, len(needed)):
            self._kept.popitem(last=False)

    def get(self, pair: Pair, desk: Desk) -> tuple[Kept, bool]:
        """A pair's prefix, and whether it had to be read; raises PairError as the desk does."""
        fresh = pair.key not in self._kept
        if fresh:
            self._kept[pair.key] = desk.prefix(pair)
        kept = self._kept[pair.key]
        desk.check_room(pair.job, kept.prefix.length + max(map(len, pair.suffixes)))
        return kept, fresh

    def clear(self) -> None:
        """Let go of all."""
        self._kept.clear()
