"""What a title says: the words before its details, the noun that names the type, shared words."""

from __future__ import annotations

from itertools import dropwhile

from mindgraph.models.metadata.lines import Line, lower, tokens, trimmed, up_to, word_at
from mindgraph.models.metadata.qualities import ADJECTIVES
from mindgraph.models.metadata.wordings import Said, lemmas
from mindgraph.models.metadata.words import LIGHT, PEOPLE, PREPOSITIONS, word_list
from mindgraph.text import lemma, merge_key, words

COLORS = word_list(
    """black white gray grey red green blue yellow orange purple pink brown beige navy teal lime
    gold silver ivory cream tan khaki olive maroon burgundy turquoise aqua salmon coral lavender
    mint charcoal multi multicolor multicolored clear transparent heather slate royal"""
)
SIZES = word_list(
    """xs s m l xl xxl xxxl small medium large mini big tall wide long regular plus oz lb lbs
    kg g ml cm mm inch inches ft foot feet"""
)
VARIANTS = COLORS | SIZES
"""Words that tell the variants of one product apart."""
UNITS = word_list(
    "oz lb lbs kg g ml l cm mm m inch inches in ft foot feet pack piece pieces x %"
) | {'"'}
TITLE_ENDS = word_list(", ( [ { - – — | : ; / . with for in by from of featuring w plus + –")
NO_HEADS = word_list(
    """set kit pack pair piece bundle box lot item product edition version model series collection
    count case combo assortment accessory unit size style pcs pc refill replacement gift part"""
)
"""Heads of titles that tell no type: a set of mugs is no type of set."""
NO_TYPES = NO_HEADS | LIGHT | PEOPLE | PREPOSITIONS


def core_of(title: str) -> Line:
    """The title's words before its first comma, dash, bracket, number or "for".

    Before a number that is no measure, before "of" and before a slash stands a name, or half of
    one ("Forerunner 15", "Wizard of Oz", "Laptop/Tablet Bag"): then the last word is left empty.
    """
    told = list(dropwhile(lambda token: not token[0].isalpha(), tokens(title)))
    core = up_to(told, _ends_core)
    return [*core, ""] if _goes_on(lower(told[len(core) : len(core) + 2])) else core


def _ends_core(token: str) -> bool:
    return token.lower() in TITLE_ENDS or any(sign.isdigit() for sign in token)


def _goes_on(after: Line) -> bool:
    """Whether what stands before is a name, or half of one."""
    first, second = word_at(after, 0), word_at(after, 1)
    measured = first in TITLE_ENDS | {""} or second in UNITS
    return first in ("of", "/") or not measured


def head_of(core: Line, brand: str, lines: list[Line]) -> str:
    """The noun that names the product's type, as its lemma; empty where the title shows none."""
    low = trimmed(lower(core), VARIANTS)
    last = word_at(low, len(low) - 1)
    head = lemma(last)
    if len(last) < 3 or not last.isalpha() or last in ADJECTIVES or head in words(brand):
        return ""
    # A title of one word may be a name; that its text uses it in lower case shows a noun.
    known = any(last in line for line in lines) or (len(low) > 1 and _is_english(last))
    return head if known and head not in NO_TYPES else ""


def _is_english(word: str) -> bool:
    import simplemma

    return bool(simplemma.is_known(word, lang="en"))


def own_words(core: Line, brand: str) -> Said:
    """The words of a title's core that are not the brand, in order."""
    left_out = set(lemmas(brand))
    keyed = ((merge_key(word), word) for word in core if word[:1].isalpha())
    return {key: word for key, word in keyed if key not in left_out}


def common_words(a: Said, b: Said) -> str:
    """What two titles share, in the order of one of them; empty if too little or too much."""
    first, second = sorted((a, b), key=lambda title: list(title.items()))
    shared = [key for key in first if key in second]
    telling = [key for key in shared if key not in VARIANTS]
    fits = len(telling) >= 2 and len(shared) <= 6
    return " ".join(first[key] for key in shared) if fits else ""
