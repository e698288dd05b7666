"""The stages of the role-aware filter: P(yes), spoken verdicts, and what they decide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from mindgraph.engines import BatchMap, Rel, Stage, Table, nothing, worker
from mindgraph.intentions import judging, replies
from mindgraph.pipeline.generation import Asking, Generated, Step, replies_of, requests_of, step_of
from mindgraph.records import REJECTED, STATEMENT

_JUDGED = {"answers": replies.JUDGED}


@dataclass(frozen=True)
class Judged:
    """The statements that passed, and the steps that were asked for it."""

    statements: BatchMap
    steps: tuple[Step, ...]


def judge(of: Generated, statements: Stage, keep_unparsed: bool) -> Judged | None:
    """Verdict steps and what they decide; None where the config or the model has no filter."""
    wanted = of.asking.told.filter
    if of.asking.prompts is None or wanted.way == "none":
        return None
    unjudged = _Unjudged(of, (Table(statements, "statements"),))
    verdict = _verdicts(unjudged) if wanted.way == "p_yes" else None
    spoken = _spoken(unjudged, verdict)
    steps = (verdict, spoken) if verdict else (spoken,)
    rule = {**wanted.model_dump(exclude={"reasons"}), "keep_unparsed": keep_unparsed}
    return Judged(_judged(unjudged, verdict, spoken, rule), steps)


@dataclass(frozen=True)
class _Unjudged:
    of: Generated
    statements: tuple[Table, ...]

    @property
    def by(self) -> Asking:
        return self.of.asking

    @property
    def prefixes(self) -> tuple[Table, ...]:
        return (Table(self.of.prefixes, "prefixes"),)


def _verdicts(unjudged: _Unjudged) -> Step:
    by = unjudged.by
    requests = requests_of(
        by,
        "verdict_requests",
        worker(
            judging.verdict_requests,
            prompts=by.prompts,
            model=by.model,
            sampling=judging.JUDGING,
            op="judge",
        ),
        {"statements": unjudged.statements, "prefixes": unjudged.prefixes},
        judging.UNJUDGED,
    )
    ahead = (Table(unjudged.of.steps[-1].replies, "ahead"),)
    make = worker(replies.answer, model=by.model, sampling=judging.JUDGING, op="judge")
    told = unjudged.of.prefixes
    answered = replies_of(by, "verdict_replies", told, requests, make, ahead=ahead)
    return step_of(by, "verdict", told, requests, answered, _JUDGED, ahead)


def _spoken(unjudged: _Unjudged, verdict: Step | None) -> Step:
    by = unjudged.by
    sampling = by.sampling("spoken")
    unclear = _unclear(unjudged, verdict)
    requests = requests_of(
        by,
        "spoken_requests",
        worker(
            judging.verdict_requests,
            prompts=by.prompts,
            model=by.model,
            sampling=sampling,
            op="generate",
        ),
        {"unclear": (Table(unclear, "unclear"),)},
        "SELECT * FROM unclear ORDER BY id",
    )
    make = worker(replies.answer, model=by.model, sampling=sampling)
    told = unjudged.of.prefixes
    answered = replies_of(by, "spoken_replies", told, requests, make)
    return step_of(by, "spoken", told, requests, answered, _JUDGED)


def _unclear(unjudged: _Unjudged, verdict: Step | None) -> Rel:
    return Rel(
        name="unclear",
        reads={
            "statements": unjudged.statements,
            "prefixes": unjudged.prefixes,
            "verdicts": (_answers(verdict),),
        },
        outputs={"unclear": judging.UNCLEAR},
        main="unclear",
        seen=f"SELECT count(*) FROM ({judging.UNCLEAR})",
        settings=unjudged.by.told.filter.model_dump(),
    )


def _answers(of: Step | None) -> Table:
    return Table(of.answers, "answers") if of else nothing(judging.ANSWER)


def _judged(
    unjudged: _Unjudged, verdict: Step | None, spoken: Step, rule: dict[str, Any]
) -> BatchMap:
    return BatchMap(
        name="judged",
        make=lambda sides: partial(judging.judged, rule=judging.Rule(**rule)),
        outputs={"statements": STATEMENT, "verdicts": judging.VERDICT, "rejected": REJECTED},
        main="statements",
        reads={
            "statements": unjudged.statements,
            "verdicts": (_answers(verdict),),
            "spoken": (_answers(spoken),),
        },
        select=judging.ANSWERED,
        settings=rule,
    )
