"""Answered questions that a model is shown before its own: few-shot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from mindgraph.evaluation.intentionqa.holdout import held_out
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.ways import Way
from mindgraph.evaluation.intentionqa.wording import Wording
from mindgraph.text import merge_key

EXAMPLES = 4
"""One with the answer under each letter; where options are judged, yes and no by turns."""


class Examples:
    """The same few questions for nearly every question, so that a model may keep them.

    One that touches a component which a question may not see, or shares an option with it, gives
    way to the next.
    """

    def __init__(
        self, questions: Sequence[Question], wording: Wording, way: Way, seed: int = 0
    ) -> None:
        self._questions = sorted(questions, key=lambda one: one.id)
        Random(seed).shuffle(self._questions)  # noqa: S311 - no secret
        self._options = {one.id: frozenset(map(merge_key, one.options)) for one in questions}
        self._wording, self._way = wording, way

    def of(self, question: Question) -> list[str]:
        """Up to four examples, worded as the questions are, each with its answer."""
        chosen = islice(self.chosen(question), EXAMPLES)
        return [self._told(one, turn) for turn, one in enumerate(chosen)]

    def chosen(self, question: Question) -> Iterator[Question]:
        """All questions that may be shown before this one, in the order of their turn."""
        hidden, options = held_out(question, "symmetric"), self._options[question.id]
        for one in self._questions:
            if held_out(one, "symmetric").isdisjoint(hidden) and options.isdisjoint(
                self._options[one.id]
            ):
                yield one

    def _told(self, one: Question, turn: int) -> str:
        asked, answer = self._way.example(one, self._wording, turn)
        return f"{self._wording.subject(one)}\n\n{asked}\nAnswer: {answer}"
