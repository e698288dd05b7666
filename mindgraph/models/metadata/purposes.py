"""What a product is for, as its title and its text say it, and what two purposes share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from mindgraph.models.metadata.announced import announced
from mindgraph.models.metadata.lines import Line, lower, trimmed
from mindgraph.models.metadata.phrases import noun_phrase
from mindgraph.models.metadata.topics import TITLE_EVENTS
from mindgraph.models.metadata.verbs import is_gerund
from mindgraph.models.metadata.wordings import lemmas, shortness
from mindgraph.models.metadata.words import EDGES, LIGHT, LOOSE, NUMBERS, PEOPLE, POINTERS
from mindgraph.text import lemma

LONGEST = 8
"""Words in a purpose."""


@dataclass(frozen=True)
class Purpose:
    """One thing a product is for; a verbal one begins with its verb, another ends with its noun."""

    words: tuple[str, ...]
    lemmas: tuple[str, ...]
    verbal: bool

    @property
    def head(self) -> str:
        """The lemma that two purposes must share to have anything in common."""
        return self.lemmas[0 if self.verbal else -1]

    @property
    def text(self) -> str:
        """The purpose as it is stated after "used for"."""
        return " ".join(self.words)


# ---- Reading them


def title_purposes(core: Line) -> Iterator[Purpose]:
    """What a title says of its head: a yoga mat is for yoga."""
    for word in lower(core[-2:-1]):
        if word in TITLE_EVENTS:
            yield _worded([word], is_gerund(word))


def purposes_of(lines: list[Line]) -> Iterator[Purpose]:
    """The announced phrases that say something, and not only for whom."""
    for phrase in chain.from_iterable(map(announced, lines)):
        purpose = _purpose(phrase)
        if purpose and purpose.head not in PEOPLE and _has_content(purpose.words):
            yield purpose


def _purpose(phrase: Line) -> Purpose | None:
    verbal = is_gerund(phrase[0])
    whole = trimmed(phrase[:LONGEST] if verbal else noun_phrase(phrase), EDGES | NUMBERS)
    if not whole or len(whole) > LONGEST or not POINTERS.isdisjoint(whole):
        return None
    return _worded(whole, verbal)


def _worded(phrase: Line, verbal: bool) -> Purpose:
    return Purpose(tuple(phrase), tuple(map(lemma, phrase)), verbal)


def _has_content(phrase: Iterable[str]) -> bool:
    forms = ((word, form) for word in phrase for form in lemmas(word))
    return any(word not in LIGHT and form not in LIGHT for word, form in forms)


# ---- Comparing two


def in_common(p: Purpose, q: Purpose) -> str:
    """What two purposes share, in the words of the shorter; empty if that is nothing."""
    if p.head != q.head:
        return ""
    p, q = sorted((p, q), key=lambda purpose: shortness(purpose.text))
    if set(lemmas(p.text)) <= set(lemmas(q.text)):
        return p.text
    both = _same_start(p, q) if p.verbal and q.verbal else _same_end(p, q)
    return " ".join(both) if _has_content(both) else ""


def _same_start(p: Purpose, q: Purpose) -> tuple[str, ...]:
    """The longest common beginning that cuts no noun phrase in two."""
    pairs = zip(p.lemmas, q.lemmas, strict=False)
    same = next((n for n, (left, right) in enumerate(pairs) if left != right), len(p.lemmas))
    while same > 1 and not (_is_whole(p, same) and _is_whole(q, same)):
        same -= 1
    return p.words[:same] if same > 1 or _is_whole(p, 1) or _is_whole(q, 1) else ()


def _is_whole(purpose: Purpose, size: int) -> bool:
    """Whether the first words of a purpose end where one of its phrases does."""
    last, *rest = purpose.words[size - 1 :]
    if last in EDGES:
        return False
    return not rest or last in LOOSE or rest[0] in EDGES | LOOSE


def _same_end(p: Purpose, q: Purpose) -> tuple[str, ...]:
    """The longest common end of two noun phrases; of a verb and a noun, what is a word of both."""
    if p.verbal or q.verbal:
        return p.words[:1] if p.verbal else p.words[-1:]
    size = 1
    while size < len(p.words) and p.lemmas[-size - 1 :] == q.lemmas[-size - 1 :]:
        size += 1
    return p.words[-size:]
