"""The phrases that a sentence announces as purposes, also where they stand in a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice

from mindgraph.models.metadata.cues import Cue, cue_at
from mindgraph.models.metadata.lines import Line, lower, up_to
from mindgraph.models.metadata.phrases import noun_phrase
from mindgraph.models.metadata.qualities import ADJECTIVES
from mindgraph.models.metadata.verbs import gerund, is_gerund
from mindgraph.models.metadata.words import AND, CLAUSE, EDGES, NUMBERS, PREPOSITIONS, word_list
from mindgraph.text import lemma

REACH = 39
"""Words after a cue that are looked at, so that a text without full stops is read in no time."""

ALONE = word_list(
    """camping hiking running walking training cycling swimming skiing trekking fishing hunting
    jogging working gaming touring commuting traveling travelling"""
)
"""Gerunds that take no object: what follows them in a list stands by itself."""

EVENTS = word_list(
    """training workout exercise fitness yoga pilates run running walk walking hike hiking trek
    trekking climb climbing ride riding race racing cycling biking swim swimming ski skiing trip
    travel vacation holiday camp camping outing picnic party wedding birthday work school class gym
    studio office campus yardwork gardening cooking baking grilling brewing crafts sewing knitting
    painting drawing writing reading journaling meeting weekend commute commuting fishing hunting
    hike match game practice competition concert festival retreat beach pool adventure layering
    massage meditation recreation sport gaming photography"""
)
"""Nouns that name an occasion: at a sentence's head, "for" plus one of these tells a purpose."""


def announced(line: Line) -> Iterator[Line]:
    """Every phrase that a cue of this line announces; none of them is empty."""
    low = lower(line)
    for at in range(len(low)):
        cue, after = cue_at(low, at), line[at + 1 : at + 1 + REACH]
        if cue:
            yield from _first_deed(after) if cue == "verb" else _listed(after, cue)


def _first_deed(after: Line) -> Iterator[Line]:
    """What "lets you" is followed by; later members of its list may be other verbs."""
    for verb, *rest in islice(_pieces(after), 1):
        yield [gerund(verb), *rest]


def _listed(after: Line, cue: Cue) -> Iterator[Line]:
    """The phrases of a list such as "drinking tea, coffee or soup and for baking bread"."""
    verb: str | None = None  # what nouns later in the list may still be the object of
    for place, piece in enumerate(_pieces(after)):
        if place and piece[0] == "for":
            piece, verb = piece[1:] or ["it"], None
        if is_gerund(piece[0]):
            # After "riding on roads, trails" it is open what the trails belong to.
            verb = piece[0] if PREPOSITIONS.isdisjoint(piece) else ""
            yield piece
        elif verb is not None and verb not in ALONE:
            if not verb or not _is_object(piece):
                return
            yield [verb, *piece]
        elif _is_event(piece, cue, place):
            yield piece
        else:
            return


def _pieces(after: Line) -> Iterator[Line]:
    """The members of a list up to where the clause ends."""
    for joins, members in groupby(up_to(after, _ends_clause), lambda word: word in AND):
        if not joins:
            yield list(members)


def _ends_clause(word: str) -> bool:
    """Whether a new clause, a name or a number begins with this word."""
    plain = word in AND or (word[0].isalpha() and word == word.lower())
    return word in CLAUSE or not plain


def _is_object(piece: Line) -> bool:
    return len(piece) < 3 and EDGES.isdisjoint(piece)


def _is_event(piece: Line, cue: Cue, place: int) -> bool:
    """Whether a noun phrase can be a purpose after this cue, at this place of a list."""
    noun = noun_phrase(piece)
    if not noun or (place and len(noun) > 3):
        return False
    if noun[-1] in ADJECTIVES or noun[-1].endswith("ed") or noun[0] in NUMBERS:
        return False
    told = cue == "event" and lemma(noun[-1]) in EVENTS
    return told or cue == "any" or is_gerund(noun[-1])
