"""Misspelt words of a vocabulary, found against its own frequent words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

RARE, OFTEN = 2, 10
"""Uses up to which an unknown word may be a slip, and from which a word can be what was meant."""

SHORTEST = 5
"""Letters that a word must have: among short words one letter makes another word."""


def misspelt(vocabulary: Mapping[str, int]) -> dict[str, str]:
    """What rare words that no dictionary has were meant to be: frequent words one slip away.

    A slip is a letter too many, too few or wrong, or two swapped. Words are compared by what is
    left when one letter is taken away, so the cost grows with the number of words (Garbe's
    symmetric deletes); of several candidates the most frequent one stands, then the first.
    """
    meant = _meant(vocabulary)
    found = {}
    for word in _suspects(vocabulary):
        close = {known for part in _parts(word) for known in meant.get(part, ())}
        near = [known for known in close if one_slip(word, known)]
        if near:
            found[word] = min(near, key=lambda known: (-vocabulary[known], known))
    return found


def _suspects(vocabulary: Mapping[str, int]) -> Iterator[str]:
    from simplemma import is_known

    for word, uses in vocabulary.items():
        if uses <= RARE and _spelt(word) and not is_known(word, lang="en"):
            yield word


def _meant(vocabulary: Mapping[str, int]) -> dict[str, list[str]]:
    """Frequent words by every text that is left of them with a letter taken away or none."""
    parts: dict[str, list[str]] = {}
    for word, uses in vocabulary.items():
        if uses >= OFTEN and _spelt(word):
            for part in _parts(word):
                parts.setdefault(part, []).append(word)
    return parts


def _spelt(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _parts(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def one_slip(one: str, other: str) -> bool:
    """Whether one letter added, lost or changed, or two neighbours swapped, make two words one.

    >>> one_slip("headphnoes", "headphones"), one_slip("wife", "son")
    (True, False)
    """
    short, long = sorted((one, other), key=len)
    place = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    swapped = short[place : place + 2] == long[place : place + 2][::-1]
    return short[place + 1 :] == long[place + 1 :] or (
        swapped and short[place + 2 :] == long[place + 2 :]
    )
