"""Where a noun phrase begins and ends."""

from __future__ import annotations

from itertools import dropwhile

from mindgraph.models.metadata.lines import Line, trimmed, up_to
from mindgraph.models.metadata.verbs import THIRD
from mindgraph.models.metadata.words import DETERMINERS, ENDINGS, LOOSE, MEASURED, PREPOSITIONS


def ends_phrase(word: str) -> bool:
    """Whether a noun phrase can end before this word."""
    return not word or word in ENDINGS or word in THIRD


def noun_phrase(piece: Line) -> Line:
    """The phrase without its determiners, what measures it, and what follows its noun."""
    bare = dropwhile(lambda word: word in DETERMINERS, _unmeasured(piece))
    return trimmed(up_to(bare, lambda word: word in PREPOSITIONS), LOOSE)


def _unmeasured(piece: Line) -> Line:
    of = piece.index("of") if "of" in piece[:5] else 0
    return piece[of + 1 :] if MEASURED.intersection(piece[:of]) else piece
