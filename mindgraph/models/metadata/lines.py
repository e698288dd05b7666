"""A text as lines of words: its sentences, cut again where a dash or a bracket cuts them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from itertools import dropwhile, groupby, takewhile

from mindgraph.text import NEGATIONS

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:[-'][^\W_]+)*|[^\w\s]")
_ENDS = frozenset('.!?;:•|()[]{}–—*…-"')
_MARKS = str.maketrans({"’": "'", "™": None, "®": None, "©": None})

Line = list[str]
"""Words, numbers and signs, in order."""


def tokens(text: str) -> Line:
    """All words, numbers and signs of a text; a word keeps its hyphens and apostrophes."""
    return _TOKEN.findall(text.translate(_MARKS))


def lines_of(text: str) -> list[Line]:
    """The text's tokens, cut where a sentence, an aside or an item of a list ends."""
    cut = groupby(tokens(text), lambda token: token in _ENDS)
    return [list(line) for ends, line in cut if not ends]


def lower(line: Line) -> Line:
    """The words as the word lists hold them."""
    return [word.lower() for word in line]


def word_at(line: Line, place: int) -> str:
    """The word at a place; empty before the line's start and after its end."""
    return line[place] if 0 <= place < len(line) else ""


def up_to(line: Iterable[str], ends: Callable[[str], bool]) -> Line:
    """What stands before the first word that ends it."""
    return list(takewhile(lambda word: not ends(word), line))


def trimmed(line: Line, trailing: Set[str]) -> Line:
    """The line without those of its last words that are only `trailing`."""
    return list(dropwhile(lambda word: word in trailing, reversed(line)))[::-1]


def is_negated(low: Line, at: int) -> bool:
    """Whether one of the three words before this one denies it."""
    return any(word in NEGATIONS or word.endswith("n't") for word in low[max(0, at - 3) : at])
