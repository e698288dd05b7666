"""The two ways in which a model gives an answer: it writes a letter, or it judges each option.

A letter is written by any model, and read strictly. P(yes) is read off the next token of a model
that tells probabilities; no position can be favoured by it, and nothing is left to be read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mindgraph.errors import UsageError
from mindgraph.evaluation.intentionqa.answers import FAILED, UNPARSED
from mindgraph.evaluation.intentionqa.letters import (
    MOST_ORDERS,
    Order,
    answered,
    letter_of,
    orders,
)
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.wording import Wording
from mindgraph.models import Reply, Sampling


class Way(Protocol):
    """How a question's options are asked about, and what its replies choose."""

    @property
    def op(self) -> Literal["generate", "judge"]:
        """Whether a text is written or P(yes) is read."""
        ...

    @property
    def sampling(self) -> Sampling:
        """How replies are drawn."""
        ...

    def suffixes(self, question: Question, wording: Wording) -> tuple[str, ...]:
        """What is asked once the question is told."""
        ...

    def chosen(self, question: Question, replies: Sequence[Reply]) -> tuple[int, ...]:
        """The options chosen by the replies to the suffixes; UNPARSED or FAILED for none."""
        ...

    def example(self, question: Question, wording: Wording, turn: int) -> tuple[str, str]:
        """A question's suffix and its right answer, another answer at every turn."""
        ...


_LETTER, _JUDGED = Sampling(max_tokens=8), Sampling(max_tokens=1)


@dataclass(frozen=True)
class Letters:
    """One letter is written under each of 1 to 4 orders of the options."""

    orders: int = 1
    op: Literal["generate", "judge"] = "generate"
    sampling: Sampling = _LETTER

    def __post_init__(self) -> None:
        if not 1 <= self.orders <= MOST_ORDERS:
            raise UsageError(f"letters can be asked for in 1 to {MOST_ORDERS} orders")

    def suffixes(self, question: Question, wording: Wording) -> tuple[str, ...]:
        """All options under each order."""
        return tuple(wording.question(question, order) for order in self._orders(question))

    def chosen(self, question: Question, replies: Sequence[Reply]) -> tuple[int, ...]:
        """One choice for each order."""
        return tuple(map(_lettered, replies, self._orders(question)))

    def example(self, question: Question, wording: Wording, turn: int) -> tuple[str, str]:
        """With the gold under A, then under B, and so on."""
        size = len(question.options)
        order = tuple((question.gold - turn + place) % size for place in range(size))
        return wording.question(question, order), letter_of(turn)

    def _orders(self, question: Question) -> tuple[Order, ...]:
        return orders(len(question.options), self.orders)


@dataclass(frozen=True)
class Judgements:
    """Every option is judged by itself; chosen is the one with the highest P(yes)."""

    op: Literal["generate", "judge"] = "judge"
    sampling: Sampling = _JUDGED

    def suffixes(self, question: Question, wording: Wording) -> tuple[str, ...]:
        """One question an option."""
        return tuple(wording.judged(question, option) for option in range(len(question.options)))

    def chosen(self, question: Question, replies: Sequence[Reply]) -> tuple[int, ...]:
        """The likeliest option, the first of equals; none where one has no P(yes)."""
        if any(reply.error is not None for reply in replies):
            return (FAILED,)
        told = [math.nan if reply.p_yes is None else reply.p_yes for reply in replies]
        return (UNPARSED if any(map(math.isnan, told)) else told.index(max(told)),)

    def example(self, question: Question, wording: Wording, turn: int) -> tuple[str, str]:
        """The gold and yes, then another option and no, by turns."""
        right = turn % 2 == 0
        option = question.gold if right else (question.gold + 1) % len(question.options)
        return wording.judged(question, option), "Yes" if right else "No"


def _lettered(reply: Reply, order: Order) -> int:
    if reply.error is not None:
        return FAILED
    place = answered(reply.text, len(order))
    return UNPARSED if place is None else order[place]
