"""IntentionQA asked of a language model: the arms, what each is shown, and what came of it.

Arms differ in one thing, so that a difference of two has one reading. `options-only` is the control
for answers that a model knows by heart, as the questions have been public since 2024.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from mindgraph.errors import UsageError
from mindgraph.evaluation.intentionqa.answers import Answers
from mindgraph.evaluation.intentionqa.contexts import Contexts
from mindgraph.evaluation.intentionqa.examples import Examples
from mindgraph.evaluation.intentionqa.kept import Kept, Progress, unwatched
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.ways import Way
from mindgraph.evaluation.intentionqa.wording import Wording
from mindgraph.models import Generator, Job, Part, prefix_digest, request_key

Context = Literal["", "real", "shuffled", "concepts", "names"]


@dataclass(frozen=True)
class Arm:
    """What a model is shown before the options."""

    subject: bool = True
    examples: bool = False
    context: Context = ""


ARMS: dict[str, Arm] = {
    "zero-shot": Arm(),
    "few-shot": Arm(examples=True),
    "zero-shot+graph": Arm(context="real"),
    "zero-shot+shuffled": Arm(context="shuffled"),
    "zero-shot+graph+concepts": Arm(context="concepts"),
    "zero-shot+neighbours": Arm(context="names"),
    "options-only": Arm(subject=False),
}
"""Every arm by its name; `neighbours` are the graph's pairs without their intentions."""


class Asked:
    """Questions put to one model: the words, the graph's contexts, and the replies kept."""

    def __init__(
        self,
        model: Generator,
        wording: Wording,
        contexts: Contexts,
        kept: Kept,
        way: Way,
    ) -> None:
        if model.reads != "prompts":
            raise UsageError(
                f"the {model.info.backend} model reads no questions; "
                "name a config whose model is transformers, endpoint, vllm or recorded"
            )
        self._model, self._wording, self._contexts = model, wording, contexts
        self._kept, self._way = kept, way

    @property
    def graph(self) -> Graph:
        """The graph whose statements are shown."""
        return self._contexts.graph

    def can(self, name: str) -> bool:
        """Whether the graph has what an arm shows."""
        return ARMS[name].context != "concepts" or self._contexts.has_concepts

    def arm(
        self,
        name: str,
        questions: Sequence[Question],
        seed: int = 0,
        progress: Progress = unwatched,
    ) -> Answers:
        """Every question under one arm; examples are drawn from the questions by `seed`."""
        jobs = list(self.jobs(name, questions, seed))
        replies = self._kept.asked(jobs, partial(progress, name, 1))
        chosen = (
            self._way.chosen(one, [replies[key] for key in job.keys])
            for one, job in zip(questions, jobs, strict=True)
        )
        return Answers(name, tuple(chosen), tuple(one.gold for one in questions))

    def jobs(self, name: str, questions: Sequence[Question], seed: int = 0) -> Iterator[Job]:
        """What an arm asks: one job a question."""
        arm = ARMS[name]
        examples = Examples(questions, self._wording, self._way, seed)
        for question in questions:
            prefix = self._prefix(question, arm, examples)
            yield self._job(prefix, self._way.suffixes(question, self._wording))

    def _prefix(self, question: Question, arm: Arm, examples: Examples) -> str:
        told = [self._wording.note()]
        if arm.examples:
            told.append(self._wording.examples(examples.of(question)))
        if arm.context:
            told.append(self._context(question, arm.context))
        told.append(self._wording.subject(question, arm.subject))
        return "\n\n".join((*told, ""))

    def _context(self, question: Question, context: Context) -> str:
        find = {
            "real": self._contexts.real,
            "names": self._contexts.real,
            "shuffled": self._contexts.shuffled,
            "concepts": self._contexts.with_concepts,
        }[context]
        return self._wording.context(find(question), intentions=context != "names")

    def _job(self, prefix: str, suffixes: tuple[str, ...]) -> Job:
        parts, way = (Part("text", prefix),), self._way
        told, info = prefix_digest(parts), self._model.info
        keys = tuple(request_key(told, suffix, info, way.sampling, way.op) for suffix in suffixes)
        return Job(parts, suffixes, keys, way.sampling, way.op)
