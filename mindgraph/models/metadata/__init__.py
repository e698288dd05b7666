"""What the catalogue itself says of two products at once: a baseline without weights.

A card is read once into `facts.py`, by one module per kind of fact; `statements.py` holds a rule
per relation that states what both cards say. Nothing is guessed: where the catalogue says nothing,
so does the model.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from typing import Literal

from mindgraph.errors import UsageError
from mindgraph.models import Job, ModelInfo, Part, Reply, Tokens
from mindgraph.models.metadata import statements
from mindgraph.models.metadata.facts import Facts, facts_of
from mindgraph.relations import RELATIONS

REVISION = "1"
"""Goes up when a rule or a word list changes: it is part of every request key."""

RULES: Mapping[str, Callable[[Facts, Facts], list[str]]] = {
    "isA": statements.is_a,
    "madeOf": statements.made_of,
    "createdBy": statements.created_by,
    "hasA": statements.has_a,
    "usedFor": statements.used_for,
    "can": statements.can,
    "capableOf": statements.capable_of,
    "propertyOf": statements.property_of,
    "relatedTo": statements.related_to,
    "similarTo": statements.similar_to,
    "partOf": statements.part_of,
}
"""The relations that a catalogue says something about; of the others it says nothing."""


class MetadataModel:
    """States what both products' catalogue entries say; a baseline, never a vision-language model.

    It has no weights and downloads nothing; pictures reach it only as the names of their main
    colours. `per_relation` is the most statements in one reply, the most specific first.
    """

    reads: Literal["cards", "prompts"] = "cards"
    together = 1000

    def __init__(self, per_relation: int = 3) -> None:
        if per_relation < 1:
            raise UsageError(f"per_relation is {per_relation}; use 1 or more")
        self._most = per_relation
        self.info = ModelInfo("metadata", "metadata", f"{REVISION} per_relation={per_relation}")

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        """One reply per suffix, in the jobs' order; a prefix that is no two cards is an error."""
        async for job in jobs:
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                yield self._reply(job.prefix, suffix, key)

    def check(self) -> None:
        """Nothing can be wrong with it."""

    def tokens(self, job: Job) -> Tokens:
        """None: there is no tokenizer."""
        return Tokens()

    def _reply(self, prefix: tuple[Part, ...], suffix: str, key: str) -> Reply:
        try:
            lines = _statements(suffix, *_two_cards(prefix))[: self._most]
        except ValueError as error:
            return Reply(key, "", "error", str(error))
        return Reply(key, "\n".join(lines), "stop" if lines else "nothing")


def _two_cards(prefix: tuple[Part, ...]) -> tuple[Facts, Facts]:
    if len(prefix) != 2 or any(part.kind != "text" for part in prefix):
        raise ValueError("the prefix is not two product cards; send two text parts of JSON")
    return facts_of(prefix[0].value), facts_of(prefix[1].value)


def _statements(relation: str, a: Facts, b: Facts) -> list[str]:
    if relation not in RELATIONS:
        raise ValueError(f"the suffix {relation[:40]!r} is no relation; use a name of relations.py")
    tails = RULES[relation](a, b) if relation in RULES else []
    return [f"{RELATIONS[relation].phrase} {tail}" for tail in tails]
