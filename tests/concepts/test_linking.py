"""Linking intentions to concepts.

- The longest phrase that the is-a table knows is the mention, and words are used up once.
- A plural is found by its lemma, a compound with or without its hyphen.
- A function word is no mention, nor does one start or end a mention.
- An intention gets its likeliest concepts over all mentions, ties by name; none is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.concepts.linking import LINK, LINKED, LONGEST, PARENT, link, mentions, parents
from mindgraph.concepts.probase import IsA, isa_rows
from mindgraph.records import REJECTED
from mindgraph.text import STOP_WORDS, lemma, words


def knowledge(*lines: str, top: int = 10) -> IsA:
    """An is-a table of lines with blanks for tabs: "drink/green tea/7"."""
    columns = {
        "_row": pa.array(range(len(lines)), pa.int64()),
        "_line": pa.array([line.replace("/", "\t") for line in lines], pa.string()),
        "_error": pa.nulls(len(lines), pa.string()),
    }
    outcome = isa_rows(pa.RecordBatch.from_pydict(columns), "isa.tsv")
    assert outcome.tables["rejected"].num_rows == 0
    return IsA(outcome.tables["isa"].to_batches(), top)


def found(text: str, *instances: str) -> list[str]:
    """The mentions of a text, where these instances are known."""
    return [mention for mention, _ in mentions(text, knowledge(*(f"x/{i}/1" for i in instances)))]


# ---- Mentions


def test_the_longest_match_wins() -> None:
    known = ("steel", "bottle", "stainless steel", "stainless steel bottle", "steel bottle")
    assert found("a stainless steel bottle", *known) == ["stainless steel bottle"]
    assert found("a steel bottle of steel", *known) == ["steel bottle", "steel"]
    assert found("stainless bottle", *known) == ["bottle"]


def test_words_are_used_up_from_left_to_right() -> None:
    assert found("green tea pot", "green tea", "tea pot", "pot") == ["green tea", "pot"]


@pytest.mark.parametrize("text", ["tents", "Tents", "tent", "TENT", "two tents."])
def test_a_plural_is_found_by_its_lemma(text: str) -> None:
    assert [mention.rstrip("s") for mention in found(text, "tent")] == ["tent"]


def test_the_last_word_of_a_phrase_may_be_a_plural() -> None:
    assert found("sleeping bags", "sleeping bag") == ["sleeping bags"]
    assert found("sleeping bags", "sleeping bags", "sleeping bag") == ["sleeping bags"]


def test_a_plural_that_is_known_itself_is_not_changed() -> None:
    isa = knowledge("garment/glasses/1", "dish/glass/1")
    assert list(mentions("glasses", isa)) == [("glasses", [("garment", 1.0)])]
    assert list(mentions("a glass", isa)) == [("glass", [("dish", 1.0)])]


@pytest.mark.parametrize("text", ["T-shirt", "t shirt", "T-Shirts", "a nice t-shirt!"])
@pytest.mark.parametrize("instance", ["t-shirt", "t shirt"])
def test_hyphens_do_not_matter(text: str, instance: str) -> None:
    (mention,) = found(text, instance)
    assert mention.removesuffix("s") == "t shirt"


@pytest.mark.parametrize("word", ["the", "it", "for", "people", "product", "both"])
def test_a_function_word_is_no_mention(word: str) -> None:
    assert word in STOP_WORDS
    assert found(f"{word} tea", word, f"{word} tea", "tea") == ["tea"]
    assert found(f"tea {word}", word, f"tea {word}") == []


def test_a_function_word_may_stand_inside_a_mention() -> None:
    assert found("a cup of tea", "cup of tea", "cup", "tea") == ["cup of tea"]


def test_a_mention_has_four_words_at_most() -> None:
    assert LONGEST == 4
    long = "one pot green leaf tea set".split()[1:]
    assert found(" ".join(long), " ".join(long[:4])) == [" ".join(long[:4])]
    assert found(" ".join(long), " ".join(long)) == []


def test_a_mention_may_hold_numbers() -> None:
    assert found("a 4k monitor or usb 2.0 cables", "4 k monitor", "usb 2.0 cable") == [
        "4 k monitor",
        "usb 2.0 cables",
    ]


def test_what_is_only_its_own_concept_is_no_mention() -> None:
    assert list(mentions("tea", knowledge("tea/tea/3"))) == []


@pytest.mark.parametrize("text", ["", "…", "the of and", "unheard words"])
def test_a_text_without_mentions(text: str) -> None:
    assert found(text, "tea") == []


def naive(text: str, isa: IsA) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """The longest match as one writes it down first: every length at every place."""
    left = words(text)
    while left:
        for length in range(min(4, len(left)), 0, -1):
            phrase = left[:length]
            if {phrase[0], phrase[-1]} & STOP_WORDS:
                continue
            concepts = isa.concepts(" ".join(phrase))
            if not concepts and phrase[-1].isalpha():
                concepts = isa.concepts(" ".join([*phrase[:-1], lemma(phrase[-1])]))
            if concepts:
                yield " ".join(phrase), concepts
                break
        else:
            length = 1
        left = left[length:]


WORD = st.sampled_from("tea teas green pot pots the of cup 2.0 4k steel bottle bottles".split())
PHRASE = st.lists(WORD, min_size=1, max_size=5)
SPELT = st.tuples(PHRASE, st.sampled_from([" ", "-"])).map(lambda told: told[1].join(told[0]))
TEXT = st.lists(WORD | st.sampled_from(["-", ",", "'s", "zzz"]), max_size=14).map(" ".join)


@settings(max_examples=200)
@given(st.lists(st.tuples(WORD, SPELT), max_size=15), TEXT)
def test_mentions_are_those_of_a_naive_longest_match(
    table: list[tuple[str, str]], text: str
) -> None:
    isa = knowledge(*(f"{concept}/{instance}/1" for concept, instance in table))
    assert list(mentions(text, isa)) == list(naive(text, isa))


# ---- Links


def linked(*texts: str, isa: IsA, top: int = 3) -> tuple[list[dict[str, object]], list[str]]:
    """Links, and the texts without any, after every intention has been counted."""
    batch = pa.RecordBatch.from_pydict({"id": [f"i{n}" for n in range(len(texts))], "text": texts})
    outcome = link(batch, isa, top)
    tables = outcome.tables
    assert {name: table.schema for name, table in tables.items()} == {
        "linked": LINKED,
        "links": LINK,
        "rejected": REJECTED,
    }
    assert outcome.seen == len(texts) == tables["linked"].num_rows + tables["rejected"].num_rows
    links = tables["links"].to_pylist()
    assert {row["intention"] for row in links} == set(tables["linked"]["intention"].to_pylist())
    left = tables["rejected"].to_pylist()
    assert {row["reason"] for row in left} <= {"no concept found"}
    assert [texts[int(row["item"][1:])] for row in left] == [row["detail"] for row in left]
    return links, [row["detail"] for row in left]


SHOP = ("drink/tea/6", "hot drink/tea/3", "plant/tea/1", "dish/cup/8", "container/cup/2")


def test_an_intention_gets_its_likeliest_concepts_over_all_mentions() -> None:
    links, _ = linked("a cup for tea", isa=knowledge(*SHOP))
    assert links == [
        {
            "intention": "i0",
            "concept": concept,
            "name": name,
            "mention": mention,
            "probability": probability,
        }
        for concept, name, mention, probability in [
            ("dish", "dish", "cup", 0.8),
            ("drink", "drink", "tea", 0.6),
            ("hot%20drink", "hot drink", "tea", 0.3),
        ]
    ]


def test_only_the_top_concepts_are_linked() -> None:
    links, _ = linked("a cup for tea", isa=knowledge(*SHOP), top=1)
    assert [row["concept"] for row in links] == ["dish"]


def test_ties_go_by_the_concepts_name() -> None:
    isa = knowledge("b/tea/1", "c/cup/1", "a/pot/1")
    links, _ = linked("tea cup pot", isa=isa, top=2)
    assert [row["concept"] for row in links] == ["a", "b"]


def test_a_concept_of_two_mentions_stands_once_with_the_better() -> None:
    isa = knowledge("ware/cup/1", "thing/cup/1", "ware/pot/3", "thing/pot/1")
    links, _ = linked("cup and pot", isa=isa)
    assert [(row["concept"], row["mention"], row["probability"]) for row in links] == [
        ("ware", "pot", 0.75),
        ("thing", "cup", 0.5),
    ]


def test_an_intention_without_concepts_is_told_with_its_text() -> None:
    links, left = linked("tea", "unheard", "for the", "cups", isa=knowledge(*SHOP))
    assert left == ["unheard", "for the"]
    assert {row["intention"] for row in links} == {"i0", "i3"}


def test_no_intentions_and_no_knowledge() -> None:
    assert linked(isa=knowledge(*SHOP)) == ([], [])
    assert linked("tea", isa=knowledge()) == ([], ["tea"])


@given(st.lists(TEXT, max_size=5), st.integers(1, 4))
def test_every_intention_is_linked_or_told(texts: list[str], top: int) -> None:
    isa = knowledge("drink/tea/2", "plant/tea/1", "leaf/tea/1", "dish/pot/1", "x/green tea/1")
    links, left = linked(*texts, isa=isa, top=top)
    for number, text in enumerate(texts):
        of_text = [row for row in links if row["intention"] == f"i{number}"]
        assert len(of_text) <= top
        assert len({row["concept"] for row in of_text}) == len(of_text)
        assert bool(of_text) == bool(list(mentions(text, isa))) == (text not in left)


# ---- Parents


def above(*names: str, isa: IsA, top: int = 2) -> list[tuple[str, str, str, float]]:
    batch = pa.RecordBatch.from_pydict(
        {"id": [name.replace(" ", "%20") for name in names], "name": names}
    )
    outcome = parents(batch, isa, top)
    table = outcome.tables["parents"]
    assert table.schema == PARENT and outcome.seen == table.num_rows
    return [
        (row["concept"], row["parent"], row["parent_name"], row["probability"])
        for row in table.to_pylist()
    ]


def test_concepts_have_their_own_likeliest_concepts_above_them() -> None:
    isa = knowledge(
        "drink/hot drink/6", "soft drink/hot drink/3", "x/hot drink/1", "liquid/drink/1"
    )
    assert above("hot drink", "drink", "thing", isa=isa) == [
        ("hot%20drink", "drink", "drink", 0.6),
        ("hot%20drink", "soft%20drink", "soft drink", 0.3),
        ("drink", "liquid", "liquid", 1.0),
    ]
    assert len(above("hot drink", "drink", isa=isa, top=1)) == 2


def test_a_concept_with_a_hyphen_is_found_and_is_not_its_own_parent() -> None:
    isa = knowledge("vehicle/two-wheeler/1", "two-wheeler/two wheeler/1")
    assert above("two-wheeler", isa=isa) == [("two-wheeler", "vehicle", "vehicle", 0.5)]


def test_no_concepts_have_none_above_them() -> None:
    assert above(isa=knowledge(*SHOP)) == []
