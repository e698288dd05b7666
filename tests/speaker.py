"""A model for tests that reads prompts: it answers by a rule, fails on request, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Literal

from mindgraph.models import Job, ModelInfo, Reply, Tokens, Trace

Fails = Callable[[Job, str], bool]
Scores = Callable[[str], tuple[float | None, float | None]]


class Speaker:
    """Says what its rules say; `fails` turns an answer into an error, `scores` is P(yes), mass."""

    reads: Literal["cards", "prompts"] = "prompts"
    together = 3

    def __init__(self) -> None:
        self.info = ModelInfo("speaker", "speaker", "1")
        self.jobs: list[Job] = []
        self.fails: Fails = lambda job, suffix: False
        self.says: Callable[[Job, str], str] = _say
        self.scores: Scores = lambda suffix: (0.75, 0.99)

    @property
    def asked(self) -> Counter[str]:
        """How often each question was asked, by its key."""
        return Counter(key for job in self.jobs for key in job.keys)

    def tokens(self, job: Job) -> Tokens:
        """Ten for a prefix, two a suffix, and what a reply may have."""
        return Tokens(10, 4, 0, 2 * len(job.suffixes), job.sampling.max_tokens * len(job.suffixes))

    def check(self) -> None:
        """It can always answer, or says so in a reply."""

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """Answers in turn; every reply tells what it took."""
        async for job in jobs:
            self.jobs.append(job)
            for key, suffix in zip(job.keys, job.suffixes, strict=True):
                yield self._reply(job, key, suffix)

    def _reply(self, job: Job, key: str, suffix: str) -> Reply:
        trace = Trace("2026-01-01T00:00:00Z", 0.5, tokens_in=12, tokens_cached=2, tokens_out=5)
        if self.fails(job, suffix):
            return Reply(key, "", "error", "too tired", trace=trace)
        if job.op == "judge":
            p_yes, mass = self.scores(suffix)
            return Reply(key, "", "judged", None, p_yes, mass, trace)
        return Reply(key, self.says(job, suffix), trace=trace)


def _say(job: Job, suffix: str) -> str:
    if "Yes or No" in suffix:
        return "Yes, because they belong together."
    if "used for" in suffix:
        return "they are both used for brewing coffee outdoors."
    if "type of" in suffix:
        return "they both are a type of kitchen gear."
    return "A sturdy thing of steel."
