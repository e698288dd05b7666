"""What a product is said to do, and how it is said to keep its owner or its content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, takewhile

from mindgraph.models.metadata.lines import Line, is_negated, lower, up_to, word_at
from mindgraph.models.metadata.phrases import ends_phrase
from mindgraph.models.metadata.qualities import ADJECTIVES
from mindgraph.models.metadata.verbs import GERUND, THIRD, VERBS
from mindgraph.models.metadata.words import (
    AND,
    DETERMINERS,
    EDGES,
    ENDINGS,
    LIGHT,
    MEASURED,
    NUMBERS,
    PARTICLES,
    PEOPLE,
    POINTERS,
    PREPOSITIONS,
    looks_plural,
    word_list,
)
from mindgraph.text import lemma

HELPED = word_list("to can will help helps and you")
"""Before a bare verb, these say that it is one."""
LEADING = DETERMINERS | PARTICLES
"""What may stand between a verb and its object."""
WAYS = {"dry": word_list("quickly fast"), "fold": word_list("flat away small")}
"""How a product dries or folds; these need no object."""
MOISTURE = word_list("sweat perspiration moisture")
"""What is wicked away is the same by any name."""

STATES = word_list(
    """dry cool warm hot cold fresh clean safe comfortable hydrated organized tidy protected out
    sharp quiet steady ventilated"""
)
"""What a product keeps its owner or its content."""
PERSONAL = word_list("dry cool warm safe comfortable hydrated ventilated")
"""Of these, what it can keep its owner; "keeps cold outside" is of the weather."""
WEARER = word_list("you body skin yourself")
"""Whom a product keeps dry or warm, by any name."""

Ability = tuple[str, str]
"""The key that two abilities are compared by, verb and noun, and the wording."""


def abilities_of(lines: list[Line]) -> Iterator[Ability]:
    """What the verbs, and compounds such as moisture-wicking, say that the product does."""
    for low in map(lower, lines):
        for at, word in enumerate(low):
            verb = THIRD.get(word) or (word if word in VERBS else "")
            if verb and _acts(low, at):
                yield from _deeds(word, verb, low[at + 1 : at + 12])
            yield from _compound(word)


def _acts(low: Line, at: int) -> bool:
    """Whether this word is a verb with the product, or a part of it, as its subject."""
    if is_negated(low, at):
        return False
    before, after = word_at(low, at - 1), word_at(low, at + 1)
    if low[at] in THIRD:
        return before == "that" or before not in EDGES
    promised = low[at] == "keep" and after in ("you", "your")
    return promised or before in HELPED or _is_plural(before)


def _is_plural(word: str) -> bool:
    return looks_plural(word) and len(word) > 3 and word not in THIRD


def _deeds(word: str, verb: str, after: Line) -> Iterator[Ability]:
    way = word_at(after, 0)
    after = [other for other in after if not other.endswith("ly")]
    if way in WAYS.get(verb, ()):
        yield _plain(f"{verb} {way}")
    elif word == "stays":
        yield from (_plain(f"stay {state}") for state in _states(after))
    else:
        yield from _kept(verb, after) if verb in ("keep", "stay") else _done(verb, after)


def _plain(wording: str) -> Ability:
    return wording, wording


def _kept(verb: str, after: Line) -> Iterator[Ability]:
    """To keep your body cool and dry is to keep you cool, and to keep you dry."""
    first = next((n for n, word in enumerate(after[:5]) if word in STATES), 0)
    kept = [word for word in after[:first] if word not in DETERMINERS]
    if not (ENDINGS | POINTERS).isdisjoint(set(kept) - {"you"}):
        return
    owner = verb == "stay" or not kept or kept[-1] in WEARER
    whom = "you" if owner else " ".join(kept)
    for state in _states(after[first:]):
        if not owner or state in PERSONAL:
            yield f"keep {lemma(whom.split()[-1])} {state}", f"keep {whom} {state}"


def _states(after: Line) -> Iterator[str]:
    listed = takewhile(lambda word: word in STATES | AND, after)
    return (word for word in listed if word in STATES)


def _done(verb: str, after: Line) -> Iterator[Ability]:
    what = _object(after)
    if not _is_clear(what):
        return
    if verb == "wick" and what[-1] in MOISTURE:
        what = ["moisture"]
    yield f"{verb} {lemma(what[-1])}", " ".join([verb, *what])


def _object(after: Line) -> Line:
    """What a verb acts on, bare: "out the cold wind" is "cold wind"."""
    return up_to(dropwhile(lambda word: word in LEADING, after), _ends_object)


def _ends_object(word: str) -> bool:
    return ends_phrase(word) or word in PARTICLES or not word[0].isalpha()


def _is_clear(what: Line) -> bool:
    """Whether an object says by itself what is meant."""
    if not what or len(what) > 4 or not (POINTERS | DETERMINERS | NUMBERS).isdisjoint(what):
        return False
    return lemma(what[-1]) not in LIGHT | PEOPLE | MEASURED


def _compound(word: str) -> Iterator[Ability]:
    """What is moisture-wicking wicks moisture; what is quick-drying dries quickly."""
    what, _, doing = word.partition("-")
    verb = GERUND.get(doing)
    if verb and what in ("quick", "fast"):
        yield _plain(f"{verb} quickly")
    elif verb and what not in ADJECTIVES | LIGHT | PREPOSITIONS:
        yield from _done(verb, [what])
