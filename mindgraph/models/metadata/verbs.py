"""The verbs that tell what a product does, and the forms that verbs stand in."""

from __future__ import annotations

import re

from mindgraph.models.metadata.words import word_list

VERBS = word_list(
    """keep hold resist protect wick dry fold block absorb repel prevent reduce trap retain support
    store carry shield cover seal wash charge cut measure track monitor control relieve eliminate
    insulate stretch dissolve remove catch spread stay boil connect cook grind mix blend inflate
    illuminate massage soothe moisturize strengthen tone burn combat stop fight release lock reflect
    freeze chop slice whip polish hide separate collect drain sharpen trim mow"""
)

NOT_GERUNDS = word_list(
    """everything nothing anything something string spring evening morning ceiling lining clothing
    wedding bedding padding building king wing swing sling bearing earring setting sibling
    darling herring railing plumbing stuffing coating housing piping stitching seating icing
    dumpling ongoing amazing exciting interesting outstanding lasting long-lasting during including
    demanding challenging refreshing flattering missing existing matching remaining upcoming
    anti-aging growing-up increasing"""
)

_DOUBLED = word_list("repel prefer begin forget admit control propel unplug reset")
_ONE_SHORT_VOWEL = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]")


def gerund(verb: str) -> str:
    """The -ing form of one regular English verb.

    >>> [gerund(verb) for verb in ("keep", "ride", "cut", "tie", "repel", "see")]
    ['keeping', 'riding', 'cutting', 'tying', 'repelling', 'seeing']
    """
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if verb in _DOUBLED or _ONE_SHORT_VOWEL.fullmatch(verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"


def third_person(verb: str) -> str:
    """The form of one regular English verb after "it".

    >>> [third_person(verb) for verb in ("keep", "dry", "catch", "play")]
    ['keeps', 'dries', 'catches', 'plays']
    """
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def is_gerund(word: str) -> bool:
    """Whether a word ends in -ing because it is a verb's form: riding, but not ring or evening."""
    shaped = word.endswith("ing") and len(word) > 4 and word.isalpha()
    return shaped and word not in NOT_GERUNDS


THIRD = {third_person(verb): verb for verb in sorted(VERBS)}
GERUND = {gerund(verb): verb for verb in sorted(VERBS)}
"""The listed verbs by these forms of theirs."""
