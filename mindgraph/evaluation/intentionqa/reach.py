"""The mask test: proof, by direct look-up, that no question can reach what is held out from it.

The masks are made from components. This looks instead into the statements themselves, by product
id and by title key, for every product of every pair that a question must not see: so a mask that
misses the pair reversed, its text under another relation, or a copy that merging would make one
with it, is found. The rule "the option that the graph does not hold" misses such partial leaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mindgraph.errors import LeakError
from mindgraph.evaluation.intentionqa.holdout import Masks, held_out
from mindgraph.evaluation.intentionqa.questions import Assertion, Product, Question
from mindgraph.evaluation.intentionqa.statements import Graph, Statement
from mindgraph.text import merge_key

_Key = tuple[str, str]


@dataclass(frozen=True)
class Leak:
    """A statement that a question can see though it is held out, and how it is akin to it."""

    question: Question
    statement: Statement
    kind: str

    def __str__(self) -> str:
        pair = f"{self.statement.a.id} + {self.statement.b.id}"
        return f"question {self.question.id} can see {self.kind}: {pair}, {self.statement.text!r}"


class Reach:
    """Finds a graph's statements by the ids and the titles of their products."""

    def __init__(self, graph: Graph, assertions: Iterable[Assertion]) -> None:
        self._graph = graph
        self._rows: dict[_Key, set[int]] = {}
        for place, stated in enumerate(graph.statements):
            for key in (*_keys(stated.a), *_keys(stated.b)):
                self._rows.setdefault(key, set()).add(place)
        self._golds: dict[str, list[Assertion]] = {}
        self._reached: dict[str, set[int]] = {}
        for gold in assertions:
            self._golds.setdefault(gold.component, []).append(gold)

    def leaks(
        self, questions: Sequence[Question], masks: Masks, holdout: str = "symmetric"
    ) -> Iterator[Leak]:
        """Every statement that can be seen in spite of the hold-out."""
        for question, mask in zip(questions, masks, strict=True):
            hidden = set(mask.tolist())
            for component in sorted(held_out(question, holdout)):
                for place in sorted(self._of(component) - hidden):
                    stated = self._graph.statements[place]
                    yield Leak(question, stated, _kind(stated, self._golds.get(component, ())))
            if question.task == 2 and holdout == "symmetric":
                for place in sorted(self._about(question.options) - hidden):
                    yield Leak(question, self._graph.statements[place], _KINDS[-1])

    def check(
        self, questions: Sequence[Question], masks: Masks, holdout: str = "symmetric"
    ) -> None:
        """LeakError with the first leak, where there is any."""
        for leak in self.leaks(questions, masks, holdout):
            raise LeakError(f"the hold-out leaks: {leak}; no figure of this evaluation holds")

    def _about(self, titles: Iterable[str]) -> set[int]:
        """The statements about products that are sold under one of these titles."""
        return set().union(*(self._rows.get(("title", merge_key(title)), ()) for title in titles))

    def _of(self, component: str) -> set[int]:
        """The statements about any product of a component's pairs."""
        if component not in self._reached:
            products = (side for one in self._golds.get(component, ()) for side in (one.a, one.b))
            keys = {("id", component)}.union(*map(_keys, products))
            self._reached[component] = set().union(*(self._rows.get(key, ()) for key in keys))
        return self._reached[component]


def _keys(product: Product) -> tuple[_Key, _Key]:
    return ("id", product.id), ("title", merge_key(product.title))


def _kind(stated: Statement, golds: Iterable[Assertion]) -> str:
    """How a statement is akin to the golds of a component, the closest kinship first."""
    kinds = {_kinship(stated, gold) for gold in golds}
    return next((kind for kind in _KINDS if kind in kinds), _KINDS[-1])


_KINDS = (
    "its own statement",
    "the same text under another relation",
    "the same pair reversed",
    "another statement of the same pair",
    "a merged near-duplicate",
    "a statement about one of the products",
)


def _kinship(stated: Statement, gold: Assertion) -> str:
    pair, held = (stated.a.id, stated.b.id), (gold.a.id, gold.b.id)
    if pair == held and merge_key(stated.text) == merge_key(gold.text):
        return _KINDS[0] if stated.relation == gold.relation else _KINDS[1]
    if pair == held[::-1]:
        return _KINDS[2]
    if pair == held:
        return _KINDS[3]
    titles = {merge_key(side.title) for side in (stated.a, stated.b)}
    alike = titles == {merge_key(side.title) for side in (gold.a, gold.b)}
    return _KINDS[4] if alike else _KINDS[5]
