"""What a language model is shown of a graph: the pairs nearest by title, and what they state.

Of nothing that a question may not see, and of no text that is one of its options, whatever the
template before it: neither can be copied from the prompt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from random import Random

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.holdout import held_out
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.statements import Graph, Statement
from mindgraph.evaluation.intentionqa.texts import pair_text
from mindgraph.text import merge_key, words

PAIRS, INTENTIONS = 5, 3
"""How many pairs are shown, and how many intentions of each at most."""

TextOf = Callable[[str], str]
ConceptsOf = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Neighbour:
    """A pair near the question's: its titles, what is said of it, and the concepts of that.

    `places` are the statements of the graph that any of its texts are from.
    """

    a: str
    b: str
    intentions: tuple[str, ...]
    places: tuple[int, ...]
    concepts: tuple[str, ...] = ()


class View:
    """What one question may be shown of a graph."""

    def __init__(self, question: Question, graph: Graph, tail_of: TextOf, holdout: str) -> None:
        self._told = graph.statements
        self._task = question.task
        components = held_out(question, holdout)
        self.hidden = {place for name in components for place in graph.rows_of.get(name, ())}
        tails = map(tail_of, question.options) if question.task == 1 else ()
        self._options = {_key(text) for text in (*question.options, *tails)}

    def shows(self, place: int) -> bool:
        """Whether a statement is neither held out nor repeats an option."""
        one = self._told[place]
        texts = (one.text, one.tail) if self._task == 1 else (one.a.title, one.b.title)
        return place not in self.hidden and not any(map(self.repeats, texts))

    def repeats(self, text: str) -> bool:
        """Whether a text says what an option says, with other endings or function words."""
        return _key(text) in self._options


class Contexts:
    """The neighbours of questions in one graph.

    `tail_of` gives a sentence without its template, as the graph's own tails are; `concepts_of`
    names what a tail falls under, where the graph has concepts.
    """

    def __init__(
        self,
        graph: Graph,
        tail_of: TextOf,
        *,
        concepts_of: ConceptsOf | None = None,
        holdout: str = "symmetric",
        seed: int = 0,
    ) -> None:
        self.graph = graph
        self._tail_of, self._concepts_of = tail_of, concepts_of
        self._holdout, self._seed = holdout, seed
        self._pairs = _by_pair(graph)
        self._near = _Near(pair_text(one.a, one.b) for one in map(self._first, self._pairs))
        self._texts = _Lengths(one.text for one in graph.statements)
        self._partners = _Lengths(one.b.title for one in graph.statements)
        self._found: dict[Question, list[tuple[int, ...]]] = {}

    @property
    def has_concepts(self) -> bool:
        """Whether it is known what tails fall under."""
        return self._concepts_of is not None

    def real(self, question: Question) -> tuple[Neighbour, ...]:
        """The nearest pairs with what the graph states of them; fewer where it holds fewer."""
        return tuple(map(self._neighbour, self._shown(question)))

    def shuffled(self, question: Question) -> tuple[Neighbour, ...]:
        """The same pairs with intentions of others, as many words long; in task 2 others' B too.

        InputError where the graph is too small to have others.
        """
        shown = self._shown(question)
        random = Random(f"{self._seed} {question.id}")  # noqa: S311 - no secret
        free = _Free(self.view(question), {place for places in shown for place in places}, random)
        return tuple(self._exchanged(places, free, question.task) for places in shown)

    def with_concepts(self, question: Question) -> tuple[Neighbour, ...]:
        """The real neighbours, each with the concepts that its intentions fall under."""
        view = self.view(question)
        return tuple(self._conceived(one, view) for one in self.real(question))

    def view(self, question: Question) -> View:
        """What a question may be shown."""
        return View(question, self.graph, self._tail_of, self._holdout)

    def _shown(self, question: Question) -> list[tuple[int, ...]]:
        """The statements of the nearest pairs that have any to show, pair by pair."""
        if question not in self._found:  # all arms show the same pairs
            self._found[question] = self._nearest(question)
        return self._found[question]

    def _nearest(self, question: Question) -> list[tuple[int, ...]]:
        view = self.view(question)
        asked = pair_text(question.a, question.b) if question.task == 1 else question.a.title
        open_places = (filter(view.shows, self._pairs[at]) for at in self._near.to(asked))
        shown = (tuple(islice(places, INTENTIONS)) for places in open_places)
        return list(islice(filter(None, shown), PAIRS))

    def _first(self, places: Sequence[int]) -> Statement:
        return self.graph.statements[places[0]]

    def _neighbour(self, places: tuple[int, ...]) -> Neighbour:
        one = self._first(places)
        return Neighbour(one.a.title, one.b.title, self._said(places), places)

    def _said(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.graph.statements[place].text for place in places)

    def _exchanged(self, places: tuple[int, ...], free: _Free, task: int) -> Neighbour:
        real = self._neighbour(places)
        others = tuple(free.other(self._texts, text) for text in real.intentions)
        told = replace(real, intentions=self._said(others), places=(*places, *others))
        if task == 1:
            return told
        partner = free.other(self._partners, real.b)
        title = self.graph.statements[partner].b.title
        return replace(told, b=title, places=(*told.places, partner))

    def _conceived(self, neighbour: Neighbour, view: View) -> Neighbour:
        if self._concepts_of is None:
            raise InputError("this graph has no concepts; leave out the arm that shows them")
        tails = (self.graph.statements[place].tail for place in neighbour.places)
        found = dict.fromkeys(name for tail in tails for name in self._concepts_of(tail))
        return replace(neighbour, concepts=tuple(name for name in found if not view.repeats(name)))


class _Free:
    """Statements that may stand in for others in one question's prompt, each but once."""

    def __init__(self, view: View, taken: set[int], random: Random) -> None:
        self._view, self._taken, self._random = view, taken, random

    def other(self, lengths: _Lengths, text: str) -> int:
        """A statement drawn from those whose text is nearest in length to this one."""
        for places in lengths.around(text):
            for place in self._random.choices(places, k=_TRIES):
                if place not in self._taken and self._view.shows(place):
                    self._taken.add(place)
                    return place
        raise InputError("the graph has too few statements to shuffle; leave out that arm")


_TRIES = 50


class _Lengths:
    """Places of texts by their number of words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._places: dict[int, list[int]] = {}
        for place, text in enumerate(texts):
            self._places.setdefault(len(words(text)), []).append(place)

    def around(self, text: str) -> Iterator[list[int]]:
        """The places of texts of one length after another, the nearest first."""
        wanted = len(words(text))
        for length in sorted(self._places, key=lambda length: (abs(length - wanted), length)):
            yield self._places[length]


class _Near:
    """Texts by the cosine of their character n-grams, weighted by TF-IDF."""

    def __init__(self, texts: Iterable[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
        self._texts = self._grams.fit_transform(texts)

    def to(self, text: str) -> Iterator[int]:
        """The places of all texts, the nearest first; equals in their order."""
        cosines = self._texts @ self._grams.transform([text]).toarray()[0]
        return map(int, (-cosines).argsort(kind="stable"))


def _by_pair(graph: Graph) -> list[list[int]]:
    """The places of the statements of every pair, pairs in the order in which they first come."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(graph.statements):
        found.setdefault((one.a.id, one.b.id), []).append(place)
    return list(found.values())


@lru_cache(maxsize=1 << 16)
def _key(text: str) -> str:
    return merge_key(text)
