"""What a sentence says once its template is taken away.

- Every wording that MIND and FolkScope asked for is known, and leaves the tail alone.
- A lead-in is whole words: a longer word that starts like one is part of the tail.
- A tail is a piece of its text, without outer quotes and full stop.
- Any text has a tail, in time that grows with its length.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mindgraph.intentions.tails import relation_of, tail_of
from mindgraph.relations import RELATIONS

MIND = {
    "can": "they both can",
    "effect": "they both have an effect of",
    "usedFor": "they are both used for",
    "createdBy": "they are created by",
    "isA": "they both are a type of",
    "capableOf": "they both are capable of",
    "propertyOf": "they both have a property of",
    "open": "",
    "cause": "the person wants to",
    "mannerOf": "they both are a manner of",
    "definedAs": "they both are defined as",
    "partOf": "they both are a part of",
    "symbolOf": "they both are symbols of",
    "similarTo": "they both are similar to",
    "deriveFrom": "they are derived from",
    "madeOf": "they both are made of",
    "distinctFrom": "they are distinct from",
    "relatedTo": "they both are related to",
    "other": "they both are",
    "causeDesire": "the person wants his",
}
FOLKSCOPE = {
    **{name: f"because {phrase}" for name, phrase in MIND.items() if name != "other"},
    "open": "because",
    "can": "because they could both",
    "effect": "as a result, the person will",
    "hasA": "because they both have",
    "motivatedBy": "and buying them was motivated by",
}
ASKED = "The potential co-buy intention could be {}"
BENT = "The potential intention for these two products could be that {}"
BOUGHT = "PersonX bought a product of Item A and a product of Item B {}"
TITLED = 'PersonX bought "Mug, 12 oz." and "Tea for 2" {}'


def sentences() -> Iterator[tuple[str, str]]:
    """Every wording of every relation, up to where the tail starts."""
    for relation in RELATIONS.values():
        yield relation.name, relation.phrase
    for name, phrase in MIND.items():
        yield from ((name, lead_in.format(phrase)) for lead_in in ("{}", ASKED, BENT))
    for name, phrase in FOLKSCOPE.items():
        yield from ((name, lead_in.format(phrase)) for lead_in in ("{}", BOUGHT, TITLED))


SENTENCES = sorted(set(sentences()))


def test_every_relation_has_its_wordings() -> None:
    assert {name for name, _ in SENTENCES} == {*MIND, *FOLKSCOPE} == set(RELATIONS)


@pytest.mark.parametrize(("relation", "template"), SENTENCES)
def test_a_template_tells_its_relation_and_leaves_its_tail(relation: str, template: str) -> None:
    text = f"{template} keeping tea hot.".strip()
    assert tail_of(relation, text) == "keeping tea hot"
    assert tail_of(relation, text.upper()) == "KEEPING TEA HOT"
    assert relation_of(text) == ("other" if RELATIONS[relation].generic else relation)


@pytest.mark.parametrize(
    ("relation", "text", "tail"),
    [
        ("usedFor", "They are both used for camping.", "camping"),
        ("usedFor", "used for camping", "camping"),
        ("usedFor", "Both products are used for: camping", "camping"),
        ("usedFor", "These two products are also used for camping", "camping"),
        ("usedFor", "because it is used for camping", "camping"),
        ("usedFor", "they could both be used for camping", "camping"),
        ("isA", "they are both types of tent", "tent"),
        ("madeOf", "they both are made from steel", "steel"),
        ("can", "they both could fly", "fly"),
        ("hasA", "they both have a handle", "handle"),
        ("hasA", "they both have an anti-slip handle", "anti-slip handle"),
        ("effect", "as a result, he sleeps well", "he sleeps well"),
        ("cause", "customers want to sleep well", "sleep well"),
        ("cause", "She wants to sleep well", "sleep well"),
    ],
)
def test_other_wordings(relation: str, text: str, tail: str) -> None:
    assert tail_of(relation, text) == tail


@pytest.mark.parametrize(
    "text",
    [
        '"camping"',
        "“camping”",
        "'camping'.",
        "«camping»",
        " camping. ",
        "camping...",
        '"They are both used for camping."',
        "“They are both used for camping”.",
        "They are both used for 'camping'.",
        'because they are both used for "camping".',
    ],
)
def test_outer_quotes_and_the_full_stop_are_no_part_of_a_tail(text: str) -> None:
    assert tail_of("usedFor", text) == "camping"


def test_quotes_and_stops_inside_stay() -> None:
    assert tail_of("usedFor", 'used for a 12" pot, e.g. tea.') == 'a 12" pot, e.g. tea'
    assert tail_of("usedFor", "used for men's shirts") == "men's shirts"


@pytest.mark.parametrize(
    ("relation", "text"),
    [
        ("usedFor", "used forever"),
        ("can", "canvas bags"),
        ("can", "cannot be washed"),
        ("hasA", "haven for cats"),
        ("isA", "a typeface"),
        ("cause", "wants tomatoes"),
        ("causeDesire", "wants history books"),
        ("relatedTo", "related toys"),
        ("partOf", "part office, part home"),
        ("other", "area rugs"),
        ("other", "theyre warm"),
        ("open", "becausel"),
    ],
)
def test_a_longer_word_that_starts_like_a_lead_in_is_no_lead_in(relation: str, text: str) -> None:
    assert tail_of(relation, text) == text
    assert relation_of(text) == "other"


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("text", ["keeping tea hot", "Tea", "a gift, because he sleeps badly"])
def test_free_text_is_its_own_tail(relation: str, text: str) -> None:
    assert tail_of(relation, text) == text


def test_a_template_of_another_relation_stays() -> None:
    text = "they both are a type of tent"
    assert tail_of("usedFor", text) == text


def test_free_statements_lose_no_more_than_what_opens_them() -> None:
    assert tail_of("open", "PersonX bought a mug because he likes tea.") == "he likes tea"
    assert tail_of("open", "they both are warm") == "they both are warm"
    assert tail_of("other", "they both are warm") == "warm"
    assert tail_of("other", "The person is cold") == "cold"


@pytest.mark.parametrize("text", ["", " ", ".", '"', "they both are a type of", "a type of ."])
def test_a_template_without_a_tail_has_an_empty_one(text: str) -> None:
    assert tail_of("isA", text) == ""


def test_what_two_relations_could_say_is_told_by_the_words_asked_for() -> None:
    assert relation_of("they could both be used for camping") == "can"
    assert relation_of("they could both be similar to tents") == "can"
    assert relation_of("they both have an effect of warmth") == "effect"
    assert relation_of("they both have a property of warmth") == "propertyOf"
    assert relation_of("they both have warmth") == "hasA"
    assert relation_of("the person wants his wife to be happy") == "causeDesire"
    assert relation_of("the person wants to be happy") == "cause"


# ---- Any text

TEMPLATE_WORDS = sorted({word for _, template in SENTENCES for word in template.split()})
PIECE = st.sampled_from([*TEMPLATE_WORDS, "PersonX bought", "because", '"', ".", " ", "tea"])
TEXT = st.lists(PIECE | st.text(max_size=5), max_size=12).map(" ".join) | st.text(max_size=60)
PLAIN_TAIL = st.lists(st.sampled_from("tea cup hot warm 12 oz e.g. men's keep".split()), min_size=1)


@given(st.sampled_from(sorted(RELATIONS)), TEXT)
@example("isA", "\x00\ud800\u2028they both are a type of")
@example("open", "PersonX bought because because")
def test_a_tail_is_a_piece_of_its_text(relation: str, text: str) -> None:
    tail = tail_of(relation, text)
    assert tail in text
    assert tail == tail.strip(" .\"'")
    assert relation_of(text) in RELATIONS


@given(st.sampled_from(SENTENCES), PLAIN_TAIL.map(" ".join))
def test_a_tail_taken_once_stays_as_it_is(sentence: tuple[str, str], said: str) -> None:
    relation, template = sentence
    tail = tail_of(relation, f"{template} {said}")
    assert tail == said.rstrip(".")
    assert tail_of(relation, tail) == tail


@pytest.mark.parametrize(
    "piece",
    [
        "are ",
        "they both are ",
        "because ",
        "PersonX bought ",
        "The potential intention could ",
        " ",
        '"',
        "a type of ",
        "both all ",
        "have a",
        ".",
        "x",
    ],
)
def test_a_hostile_text_takes_no_more_time_than_its_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    started = time.process_time()
    for told in (text, f"they both are {text}"):
        relation_of(told)
        for relation in ("usedFor", "can", "other", "open"):
            assert len(tail_of(relation, told)) <= len(told)
    # one or two seconds; what grows with the square of the length takes minutes
    assert time.process_time() - started < 10
