"""The words in which a language model is asked IntentionQA's questions.

The pieces are files of `configs/benchmarks/intentionqa`: `{field}` is filled in once and what is
filled in is never looked at again; lines that start with `#` are comments. Every text of a file or
a graph goes through `quote`, so that a model can only take it for data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mindgraph.evaluation.intentionqa.contexts import Neighbour
from mindgraph.evaluation.intentionqa.letters import Order, letter_of
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.resources import resource

AsData = Callable[[str, int], str]
"""A text from outside as one line of so many characters at most that nothing takes for markup."""

_LONGEST = 300


@dataclass(frozen=True)
class Wording:
    """The pieces by the names of their files, and what makes data of a text from outside."""

    pieces: Mapping[str, str]
    as_data: AsData

    def note(self) -> str:
        """What is said first."""
        return self.pieces["note"]

    def subject(self, question: Question, seen: bool = True) -> str:
        """The pair of task 1, or the first product and the intention of task 2; unseen: neither."""
        if not seen:
            return self.pieces[f"unseen_{question.task}"]
        return self.pieces[f"subject_{question.task}"].format(
            title_a=self.quote(question.a.title),
            title_b=self.quote(question.b.title),
            intention=self.quote(question.text),
        )

    def question(self, question: Question, order: Order) -> str:
        """All options by their letters in this order; a letter is asked for."""
        options = "\n".join(
            f"{letter_of(place)}: {self.quote(question.options[option])}"
            for place, option in enumerate(order)
        )
        return self.pieces[f"question_{question.task}"].format(options=options)

    def judged(self, question: Question, option: int) -> str:
        """One option alone; yes or no is asked for."""
        return self.pieces[f"judged_{question.task}"].format(
            option=self.quote(question.options[option])
        )

    def context(self, neighbours: Iterable[Neighbour], intentions: bool = True) -> str:
        """Other pairs, a line each, with or without what is stated of them."""
        lines = "\n".join(self._line(one, intentions) for one in neighbours)
        return self.pieces["statements" if intentions else "pairs"].format(lines=lines)

    def examples(self, told: Iterable[str]) -> str:
        """Answered questions, one after another."""
        return self.pieces["examples"].format(examples="\n\n".join(told))

    def quote(self, text: str) -> str:
        """A text from outside, as data in quotation marks."""
        return f'"{self.as_data(text, _LONGEST)}"'

    def _line(self, pair: Neighbour, intentions: bool) -> str:
        named = f"- {self.quote(pair.a)} and {self.quote(pair.b)}"
        if not intentions:
            return named
        concepts = f" ({', '.join(map(self.quote, pair.concepts))})" if pair.concepts else ""
        return f"{named}: {'; '.join(map(self.quote, pair.intentions))}{concepts}"


def read_wording(as_data: AsData) -> Wording:
    """The bundled pieces."""
    folder = resource("configs") / "benchmarks" / "intentionqa"
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}
    return Wording({name: _uncommented(text) for name, text in texts.items()}, as_data)


def _uncommented(text: str) -> str:
    kept = (line for line in text.splitlines() if not line.startswith("#"))
    return "\n".join(kept).strip("\n")
