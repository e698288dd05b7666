"""Option letters: the orders in which options are shown, and what counts as an answer.

    answer  = [blanks] [opening] letter [closing] [blanks]
    opening = up to three of  ( [ " ' *
    closing = up to four of   ) ] " ' * . :
    letter  = the letter of an option that was shown, of either case

A reply is an answer only where all of it is one. "A. used for camping", "The answer is A", "A or B"
and a letter beyond the options are not: nothing is guessed.
"""

from __future__ import annotations

import re

Order = tuple[int, ...]
"""Which option stands under each letter, by its place in the question."""

MOST_ORDERS = 4
"""As many as a question has options at least, so that an option stands under a letter once."""

_ANSWER = re.compile(r"""\s*[(\["'*]{0,3}([A-Za-z])[)\]"'*.:]{0,4}\s*""")


def orders(options: int, count: int) -> tuple[Order, ...]:
    """The question's own order first, then it turned by one, by two …; each is another order.

    Over four of them a model that always says one letter chooses every one of four options once.
    """
    return tuple(
        tuple((place + turn) % options for place in range(options)) for turn in range(count)
    )


def letter_of(place: int) -> str:
    """The letter of the option that is shown at a place, from 0."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]


def answered(reply: str, options: int) -> int | None:
    """The place of the option that a reply names by its letter; None where it is no answer.

    >>> answered("(b)", 4), answered("E", 4), answered("A, because", 4)
    (1, None, None)
    """
    found = _ANSWER.fullmatch(reply)
    if found is None:
        return None
    place = ord(found[1].upper()) - ord("A")
    return place if place < options else None
