"""The words that announce a purpose: "ideal for", "lets you", "when you're" and the like."""

from __future__ import annotations

from typing import Literal

from mindgraph.models.metadata.lines import Line, is_negated, word_at
from mindgraph.models.metadata.words import word_list

IDEAL = word_list(
    """ideal perfect use great good excellent suitable best designed made built meant intended used
    useful handy must essential enough companion choice tool partner gear crafted engineered
    recommended fantastic"""
)
"""Before "for", these say that a purpose follows, whatever its grammar."""
NOT_FOR = word_list(
    "look looking wait waiting ask known search searching except not famous called yourself"
)
"""Before "for", these say that none follows."""
HELPS = word_list("help helps let lets")
ALLOWS = word_list("allow allows enable enables help helps")
"""Before "you" and "you to", these say that a verb follows."""
WHENEVER = word_list("when while whether whenever if")

Cue = Literal["any", "event", "gerund", "verb"]
"""What may follow as a purpose: any phrase, an event, a gerund, or a verb."""


def cue_at(low: Line, at: int) -> Cue | None:
    """What the word at this place announces; None if no purpose."""
    cue = _cue(low, at)
    return None if cue and is_negated(low, at) else cue


def _cue(low: Line, at: int) -> Cue | None:
    word, before = low[at], word_at(low, at - 1)
    if word == "for":
        return _cue_of_for(before)
    if word == "you're" and before in WHENEVER:
        return "gerund"
    if word == "you" and before in HELPS:
        return "verb"
    if word == "to" and before == "you" and word_at(low, at - 2) in ALLOWS:
        return "verb"
    return None


def _cue_of_for(before: str) -> Cue | None:
    if before in IDEAL:
        return "any"
    if not before:
        return "event"
    return None if before in NOT_FOR else "gerund"
