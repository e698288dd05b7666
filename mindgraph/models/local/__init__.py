"""A vision-language model on this machine, through transformers.

The heavy libraries are imported when the first job is asked; who the model is, is known before.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mindgraph.errors import UsageError
from mindgraph.models import Job, PictureDoor, Reply, Tokens
from mindgraph.models.local.identity import check_extra, device_of, dtype_of, info

if TYPE_CHECKING:
    from mindgraph.models.local.answering import Answering
    from mindgraph.models.local.reading import Reading
    from mindgraph.models.local.weights import Checkpoint

_WAYS = ("auto", "cascade", "repeat", "naive")


class TransformersModel:
    """Answers jobs with a checkpoint: a folder, or a hub's id with its commit as `revision`.

    A pair's pictures and texts are read once for all of its suffixes, in the best way that gives
    the same logits as asking each alone; `way` is the best that may be taken. `stacked` puts a
    pair's pictures into one (None: only where the model takes no two). `dtype` auto is float32 on
    a CPU and the checkpoint's own on a GPU; `pairs_in_flight` 0 is as many as fit a GPU's memory,
    and one on a CPU. In float32, what is asked beside a question changes no answer to it.
    Raises UsageError for a checkpoint that is not there, and where a library is missing.
    """

    reads: Literal["cards", "prompts"] = "prompts"

    def __init__(
        self,
        weights: str,
        open_picture: PictureDoor,
        revision: str | None = None,
        dtype: str = "auto",
        device: str = "auto",
        way: str = "auto",
        pairs_in_flight: int = 0,
        threads: int | None = None,
        stacked: bool | None = None,
    ) -> None:
        check_extra()
        if way not in _WAYS:
            raise UsageError(f"way {way!r} is none of {', '.join(_WAYS)}")
        self._weights, self._revision = weights, revision
        self._device = device_of(device)
        self._dtype = dtype_of(dtype, self._device)
        self.info = info(weights, revision, self._dtype, stacked)
        self._door, self._way, self._stacked = open_picture, way, stacked
        self._pairs, self._threads = pairs_in_flight, threads

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply a suffix; raises ModelError where the checkpoint cannot be loaded."""
        async for alike in _alike(jobs, self.together):
            for reply in self._answering.answer(alike):
                yield reply

    def tokens(self, job: Job) -> Tokens:
        """What a job would cost, counted by the model's own processor; its weights stay unread.

        A job whose pictures the model cannot be shown is never asked, and costs nothing.
        """
        from mindgraph.models.local.reading import PairError

        try:
            image, before = self._reading.image_tokens(self._reading.sizes(job.prefix, self._door))
        except PairError:
            return Tokens()
        cut, suffixes = self._reading.cut(job.prefix, job.suffixes)
        shared = cut + image - before
        return Tokens(
            shared=shared,
            image=image,
            again=shared * (len(suffixes) - 1) if self._way == "naive" else 0,
            suffixes=sum(map(len, suffixes)),
            out=len(suffixes) * (job.sampling.max_tokens if job.op == "generate" else 1),
        )

    def check(self) -> None:
        """Raises UsageError or ModelError for a checkpoint whose processor cannot be read."""
        _ = self._reading

    @property
    def sees(self) -> bool:
        """Whether the model takes pictures, told by its processor; its weights stay unread.

        Raises as `check` does.
        """
        return self._reading.sees

    @cached_property
    def together(self) -> int:
        """How many pairs are asked at once."""
        if self._pairs > 0 or not self._device.startswith("cuda"):
            return max(1, self._pairs)
        return self._pairs_that_fit()

    def _pairs_that_fit(self) -> int:
        import torch

        from mindgraph.models.local.memory import pairs_that_fit, weight_bytes

        _check_gpu(self._device)
        free = torch.cuda.mem_get_info(torch.device(self._device))[0]
        width = 4 if self._dtype == "float32" else 2
        weights = weight_bytes(Path(self._weights))
        return pairs_that_fit(self._checkpoint.config, free, weights, width)

    # ---- what is loaded when it is needed

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        from mindgraph.models.local.weights import Checkpoint

        return Checkpoint(self._weights, self._revision)

    @cached_property
    def _reading(self) -> Reading:
        from mindgraph.models.local.reading import Reading

        return Reading(self._checkpoint.processor(), self._stacked)

    @cached_property
    def _answering(self) -> Answering:
        import torch

        from mindgraph.models.local.answering import Answering
        from mindgraph.models.local.choosing import Choosing
        from mindgraph.models.local.pairs import Desk

        if self._threads is not None:
            torch.set_num_threads(self._threads)
        _check_gpu(self._device)
        together = self.together  # counted before the weights take their memory
        loaded = self._checkpoint.load(self._dtype, self._device, self._reading.tokenizer)
        desk = Desk(loaded, self._reading, self._door)
        return Answering(Choosing(desk, self._way), together)


def _check_gpu(device: str) -> None:
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UsageError(
            "this machine has a GPU that the installed torch cannot use; "
            "install a torch built for it, or set the model's `device` to cpu"
        )


async def _alike(jobs: AsyncIterable[Job], most: int) -> AsyncIterator[list[Job]]:
    """Jobs that can be answered in one batch, at most so many: of one op and one sampling."""
    alike: list[Job] = []
    async for job in jobs:
        fits = not alike or (job.op, job.sampling) == (alike[0].op, alike[0].sampling)
        if alike and (len(alike) == most or not fits):
            yield alike
            alike = []
        alike.append(job)
    if alike:
        yield alike
