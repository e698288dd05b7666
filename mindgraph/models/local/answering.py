"""Answering jobs with a model that is loaded: several pairs at once, as memory allows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from time import perf_counter

import torch
from torch import Tensor

from mindgraph.models import Job, Reply, Trace, row_seed
from mindgraph.models.local.alone import Inputs, generate_alone, next_alone
from mindgraph.models.local.choosing import Choosing
from mindgraph.models.local.decoding import Row, Watch, decode
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.pairs import Kept, Pair, Shelf
from mindgraph.models.local.picking import Pick
from mindgraph.models.local.reading import PairError
from mindgraph.models.local.ways import NAIVE, Way, WayError, WayWarning

_NO_MEMORY = "the GPU's memory ended with one pair; take a smaller model, or half precision"


@dataclass(frozen=True)
class _Told:
    """What the model said to one suffix, and the tokens it read for it."""

    key: str
    said: Row | Tensor | PairError
    tokens_in: int | None = None
    cached: int | None = None
    image: int | None = None


@dataclass(frozen=True)
class _Seen:
    """A pair whose prefix is at hand; `fresh` if it was read for this very job."""

    pair: Pair
    kept: Kept
    fresh: bool


class Answering:
    """Answers jobs of one op and one sampling, keeping the prefixes of the last `capacity` pairs.

    `watch`, if it is set, is shown the logits of every row that is not asked alone.
    """

    def __init__(self, choosing: Choosing, capacity: int) -> None:
        self.watch: Watch | None = None
        self._choosing = choosing
        self._desk = choosing.desk
        self._loaded = choosing.desk.loaded
        self._shelf = Shelf(capacity)

    def answer(self, jobs: Sequence[Job]) -> Iterator[Reply]:
        """One reply a suffix, in no certain order; what is wrong with a pair is in its replies.

        Where memory ends, fewer pairs are asked at once from then on.
        """
        jobs = [job for job in jobs if job.suffixes]
        while jobs:
            some = jobs[: self._shelf.capacity]
            replies = self._tried(some)
            if replies is None and len(some) > 1:
                self._shelf.capacity = len(some) // 2
                continue
            yield from replies or _failed(some[0], _NO_MEMORY)
            jobs = jobs[len(some) :]

    def _tried(self, jobs: Sequence[Job]) -> list[Reply] | None:
        started, clock = datetime.now(timezone.utc), perf_counter()
        try:
            replies = list(self._answered(jobs))
        except torch.OutOfMemoryError:
            replies = None
        except Exception as error:  # whatever a model's code makes of a pair, the others go on
            if len(jobs) > 1:
                return [reply for job in jobs for reply in self.answer([job])]
            replies = _failed(jobs[0], f"the model's code failed: {type(error).__name__}: {error}")
        if replies is None:  # only now has the error let go of what was computed
            self._shelf.clear()
            torch.cuda.empty_cache()
            return None
        seconds = (perf_counter() - clock) / max(1, len(replies))
        begun = started.isoformat(timespec="milliseconds")
        return [_timed(reply, begun, seconds) for reply in replies]

    def _answered(self, jobs: Sequence[Job]) -> Iterator[Reply]:
        pairs: list[Pair] = []
        for job in jobs:
            try:
                pairs.append(self._desk.pair(job))
            except PairError as error:
                yield from _failed(job, str(error))
        self._shelf.make_room(pairs)
        shared: dict[tuple[Way, float], list[_Seen]] = {}
        for pair in pairs:
            try:
                yield from self._alone_or(pair, shared)
            except PairError as error:
                yield from _failed(pair.job, str(error))
        for (way, difference), seen in shared.items():
            yield from self._shared(seen, way, difference)

    def _shared(self, seen: Sequence[_Seen], way: Way, difference: float) -> Iterator[Reply]:
        """The replies to pairs whose prefixes are shared; alone, should one not allow it."""
        job = seen[0].pair.job
        try:
            told = list(self._told_shared(seen, way))
        except WayError as error:
            warnings.warn(WayWarning(f"pairs are asked alone: {error}"), stacklevel=2)
            for one in seen:
                yield from self._replies(self._told_alone(one.pair), NAIVE, 0.0, one.pair.job)
            return
        yield from self._replies(iter(told), way, difference, job)

    def _alone_or(
        self, pair: Pair, shared: dict[tuple[Way, float], list[_Seen]]
    ) -> Iterator[Reply]:
        """The replies to a pair that is asked alone; another one is put among the shared."""
        seen: list[_Seen] = []

        def read() -> Kept:
            seen[:] = seen or [_Seen(pair, *self._shelf.get(pair, self._desk))]
            return seen[0].kept

        way, difference = self._choosing.way(pair, read)
        if way == NAIVE:
            yield from self._replies(self._told_alone(pair), way, difference, pair.job)
            return
        read()
        shared.setdefault((way, difference), []).append(seen[0])

    # ---- asking

    def _told_alone(self, pair: Pair) -> Iterator[_Told]:
        for suffix, key in zip(pair.job.suffixes, pair.job.keys, strict=True):
            try:
                read = self._desk.whole(pair, suffix)
            except PairError as error:
                yield _Told(key, error)
                continue
            said = self._said_alone(pair.job, key, read.inputs)
            yield _Told(key, said, read.length, 0, read.image)

    def _said_alone(self, job: Job, key: str, inputs: Inputs) -> Row | Tensor:
        loaded, sampling = self._loaded, job.sampling
        if job.op == "judge":
            return next_alone(loaded.model, inputs)
        pick = _pick(job, [key]) if sampling.temperature > 0 else None
        limit = sampling.max_tokens
        return generate_alone(loaded.model, inputs, pick, limit, loaded.eos, loaded.pad)

    def _told_shared(self, seen: Sequence[_Seen], way: Way) -> Iterator[_Told]:
        said: Iterator[Row | Tensor] = iter(self._said_shared(seen, way))
        for one in seen:
            length, image = one.kept.prefix.length, one.kept.image
            keys = one.pair.job.keys
            for place, (key, suffix) in enumerate(zip(keys, one.pair.suffixes, strict=True)):
                cached = 0 if one.fresh and place == 0 else length
                yield _Told(key, next(said), length + len(suffix), cached, image)

    def _said_shared(self, seen: Sequence[_Seen], way: Way) -> list[Row] | list[Tensor]:
        prefixes = [one.kept.prefix for one in seen]
        suffixes = [one.pair.suffixes for one in seen]
        job, loaded = seen[0].pair.job, self._loaded
        if job.op == "judge":
            return list(next_logits(prefixes, suffixes, way, loaded.pad))
        pick = _pick(job, [key for one in seen for key in one.pair.job.keys])
        limit, eos = job.sampling.max_tokens, loaded.eos
        rows = decode(prefixes, suffixes, way, pick, limit, eos, loaded.pad, self.watch)
        return [row for own in rows for row in own]

    # ---- replying

    def _replies(
        self, told: Iterator[_Told], way: Way, difference: float, job: Job
    ) -> Iterator[Reply]:
        trace = Trace(way=str(way), difference=difference, engine=self._loaded.engine)
        for one in told:
            if isinstance(one.said, PairError):
                yield _error(one.key, str(one.said))
                continue
            read = replace(
                trace, tokens_in=one.tokens_in, tokens_cached=one.cached, tokens_image=one.image
            )
            if isinstance(one.said, Row):
                drawn = job.sampling.temperature > 0
                yield self._text(one.key, one.said, replace(read, seed=_seed(one.key, drawn)))
            else:
                yield self._verdict(one.key, one.said, read)

    def _text(self, key: str, row: Row, trace: Trace) -> Reply:
        text = self._desk.reading.text(row.tokens)
        reason = "stop" if row.ended else "length"
        trace = replace(trace, tokens_out=len(row.tokens))
        return Reply(key, text, reason if text.strip() else "nothing", trace=trace)

    def _verdict(self, key: str, logits: Tensor, trace: Trace) -> Reply:
        chances = logits.double().softmax(-1)
        yes, no = (float(chances[tokens].sum()) for tokens in self._desk.reading.answers)
        mass = yes + no
        p_yes = yes / mass if mass else None
        return Reply(key, "", "judged", p_yes=p_yes, mass=mass, trace=replace(trace, tokens_out=0))


def _pick(job: Job, keys: Sequence[str]) -> Pick:
    seeds = [row_seed(key) for key in keys]
    return Pick(seeds, job.sampling.temperature, job.sampling.top_p)


def _seed(key: str, drawn: bool) -> int | None:
    return row_seed(key) if drawn else None


def _timed(reply: Reply, started: str, seconds: float) -> Reply:
    return replace(reply, trace=replace(reply.trace, started=started, seconds=seconds))


def _failed(job: Job, error: str) -> list[Reply]:
    return [_error(key, error) for key in job.keys]


def _error(key: str, error: str) -> Reply:
    return Reply(key, "", "error", error)
