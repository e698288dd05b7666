"""Whether all ways of asking say the same, and whether the comparison could tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from lvlm_asking import Asked, some

from mindgraph.models import Job, Reply
from mindgraph.models.local.alone import next_alone
from mindgraph.models.local.judging import next_logits
from mindgraph.models.local.ways import Way

BOUND = 1e-4  # how far logits and probabilities may lie apart, in float32
CASCADE, REPEAT = Way("cascade"), Way("repeat")


@dataclass(frozen=True)
class Agreement:
    """How the ways' answers compare; rows asked alone are `rows`, the others `relations`.

    `equal_*` count greedy texts equal to those asked alone, `cascade_is_repeat` those that both
    ways wrote alike. `logits_*` and `p_yes_*` are the largest differences of verdicts from asking
    alone, `apart` is how far two relations' logits lie apart at least: what a mix-up would show.
    """

    rows: int
    relations: int
    equal_repeat: int
    equal_cascade: int
    equal_batch: int
    cascade_is_repeat: int
    logits_repeat: float
    logits_cascade: float
    logits_batch: float
    p_yes_repeat: float
    p_yes_cascade: float
    apart: float
    distinct_texts: int

    @property
    def holds(self) -> bool:
        """Whether the product's ways say what asking alone says, and the test could tell."""
        texts = (self.equal_repeat, self.equal_cascade) == (self.rows, self.rows)
        alike = self.cascade_is_repeat == self.relations
        logits = (self.logits_repeat, self.logits_cascade, self.p_yes_repeat, self.p_yes_cascade)
        return texts and alike and max(logits) <= BOUND < self.apart


def agreement(asked: Asked, rows: int) -> Agreement:
    """Ask in every way and compare."""
    job, verdicts = asked.questions.jobs("intentions"), asked.questions.jobs("verdicts")
    alone = texts(asked.told("naive", some(job, rows)))
    repeat, cascade = (texts(asked.told(way, job)) for way in ("repeat", "cascade"))
    batch = asked.batched(some(job, rows))[0]
    return Agreement(
        rows,
        len(cascade),
        equal(repeat, alone),
        equal(cascade, alone),
        equal(batch, alone),
        equal(cascade, repeat),
        *logit_differences(asked, verdicts, rows),
        *chance_differences(asked, verdicts, rows),
        closest(shared_logits(asked, verdicts, "cascade")),
        len(set(cascade)),
    )


def texts(replies: Sequence[Reply]) -> list[str]:
    """The texts of replies."""
    return [reply.text for reply in replies]


def equal(some: Sequence[str], others: Sequence[str]) -> int:
    """How many texts are equal, of as many as both have."""
    return sum(one == other for one, other in zip(some, others, strict=False))


def logit_differences(asked: Asked, job: Job, rows: int) -> list[float]:
    """How far the verdicts' logits lie from asking alone: repeat, cascade, padded batch."""
    few = some(job, rows)
    pair = asked.desk.pair(few)
    whole = [asked.desk.whole(pair, suffix).inputs for suffix in few.suffixes]
    alone = torch.stack([next_alone(asked.desk.loaded.model, inputs) for inputs in whole])
    shared = [shared_logits(asked, job, way)[:rows] for way in ("repeat", "cascade")]
    return [furthest(told, alone) for told in (*shared, asked.batched(few)[1])]


def chance_differences(asked: Asked, job: Job, rows: int) -> list[float]:
    """How far P(yes) lies from asking alone: repeat, cascade."""
    alone = chances(asked.told("naive", some(job, rows)))
    shared = [chances(asked.told(way, job))[:rows] for way in ("repeat", "cascade")]
    return [furthest(told, alone) for told in shared]


def chances(replies: Sequence[Reply]) -> torch.Tensor:
    """P(yes) of replies."""
    return torch.tensor([reply.p_yes for reply in replies], dtype=torch.float64)


def shared_logits(asked: Asked, job: Job, way: str) -> torch.Tensor:
    """The logits after each suffix of a job, from its shared prefix."""
    pair = asked.desk.pair(job)
    prefix = asked.desk.prefix(pair).prefix
    named = CASCADE if way == "cascade" else REPEAT
    return next_logits([prefix], [pair.suffixes], named, asked.desk.loaded.pad)


def furthest(some: torch.Tensor, others: torch.Tensor) -> float:
    """The largest difference."""
    return float((some - others).abs().max())


def closest(logits: torch.Tensor) -> float:
    """The least of the largest differences between two rows."""
    rows = range(len(logits))
    return min((furthest(logits[a], logits[b]) for a in rows for b in rows if a < b), default=1.0)
