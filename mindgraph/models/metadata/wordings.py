"""What two cards say alike: wordings under the key they are compared by, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mindgraph.text import content_lemmas, merge_key, words

Said = Mapping[str, str]
"""What a card says: the key that two cards are compared by, and the wording."""


def said(texts: Iterable[str]) -> Said:
    """Texts by merge key; of two wordings the shorter stands, so that order does not matter."""
    kept: dict[str, str] = {}
    for text in filter(None, texts):
        key = merge_key(text)
        kept[key] = min(kept.get(key, text), text, key=shortness)
    return kept


def shortness(text: str) -> tuple[int, str]:
    """Sorts shorter texts first, and those of one length by alphabet."""
    return len(text), text


def shared(a: Said, b: Said) -> list[str]:
    """What both say, in the shorter wording."""
    return [min(a[key], b[key], key=shortness) for key in sorted(a.keys() & b.keys())]


def ranked(tails: Iterable[str]) -> list[str]:
    """One tail per meaning, those with more content first, then by alphabet."""
    return sorted(said(tails).values(), key=lambda tail: (-len(set(lemmas(tail))), tail))


def widest(tails: Iterable[str]) -> list[str]:
    """`ranked` without the tails that another one contains: organic cotton, not also cotton."""
    kept: list[str] = []
    for tail in ranked(tails):
        if not any(set(lemmas(tail)) < set(lemmas(other)) for other in kept):
            kept.append(tail)
    return kept


def lemmas(text: str) -> list[str]:
    """The dictionary forms of the words that carry meaning, in order."""
    return content_lemmas(words(text))


def lowered(text: str) -> str:
    """Lower case, but for acronyms and trade names: `Full HD Screens` is `full HD screens`."""
    if text.isupper():
        return text.lower()
    return " ".join(word if _is_name(word) else word.lower() for word in text.split(" "))


def _is_name(word: str) -> bool:
    inner = any(part[1:] != part[1:].lower() for part in word.split("-"))
    return inner or "™" in word or "®" in word
