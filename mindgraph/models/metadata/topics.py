"""What a product has to do with: the topics its names and its text are sure of."""

from __future__ import annotations

from mindgraph.models.metadata.lines import Line
from mindgraph.models.metadata.words import word_list
from mindgraph.text import lemma, words

TITLE_EVENTS = word_list(
    """yoga pilates running walking hiking trekking climbing riding racing cycling swimming skiing
    travel camping picnic wedding gym school gardening cooking baking grilling brewing sewing
    knitting fishing hunting beach massage meditation workout fitness training gaming bikram
    commuting touring sparring weightlifting"""
)
"""Before the head of a title, these tell what the product is for: a running short is for running.
"""
ACTIVITIES = word_list(
    """yoga pilates hiking camping swimming cycling biking jogging skiing gardening cooking baking
    grilling sewing knitting fishing hunting meditation workout fitness training gym bikram
    weightlifting picnic"""
)
"""Words that no text uses in passing: two products whose texts both say one are related to it."""

TOPICS = TITLE_EVENTS | word_list(
    """mountain road trail winter summer christmas halloween easter birthday party baby nursery
    aquarium kitchen bathroom bedroom garden patio lawn tea beer guitar piano violin music football
    soccer basketball baseball golf hockey boxing dance ballet bike bicycle motorcycle laptop
    printer"""
)
"""Words that are a topic in any title or category."""

SPOKEN = {
    **{place: f"the {place}" for place in ("beach", "campus", "gym", "office", "pool", "studio")},
    **{
        thing: thing + "s"
        for thing in (
            "bicycle bike birthday guitar laptop motorcycle mountain picnic piano"
            " printer road trail violin wedding workout"
        ).split()
    },
    "baby": "babies",
    "party": "parties",
}
"""How the bare noun of a title stands in a sentence."""


def topics_of(names: list[str], lines: list[Line]) -> frozenset[str]:
    """The topics that a title or a category names, and the activities that any sentence names."""
    named = {form for name in names for word in words(name) for form in (word, lemma(word))}
    told = {word.lower() for line in lines for word in line}
    told |= {word.removesuffix("s") for word in told}
    return frozenset(map(spoken, named & TOPICS | told & ACTIVITIES))


def spoken(noun: str) -> str:
    """A noun as a sentence says it: the gym, weddings, yoga."""
    return SPOKEN.get(noun, noun)
