"""Misspelt words are found against a vocabulary's own frequent words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.evaluation.audit.spelling import misspelt, one_slip


@pytest.mark.parametrize(
    ("word", "slip"),
    [
        ("headphones", "headphnoes"),  # swapped
        ("headphones", "headphone"),  # lost
        ("headphones", "headphoness"),  # added
        ("headphones", "hesdphones"),  # changed
    ],
)
def test_one_slip_is_one_letter_or_two_swapped(word: str, slip: str) -> None:
    assert one_slip(word, slip)
    assert one_slip(slip, word)


@pytest.mark.parametrize("other", ["headphsnoe", "handphones", "phones", ""])
def test_two_slips_are_two_words(other: str) -> None:
    assert not one_slip("headphones", other)


def test_a_rare_unknown_word_was_meant_to_be_a_frequent_one() -> None:
    vocabulary = {"jewelry": 40, "jewerly": 1, "camera": 12, "camra": 3, "wife": 50, "wifi": 1}
    assert misspelt(vocabulary) == {"jewerly": "jewelry"}  # too often; too short


def test_a_rare_word_of_the_dictionary_is_no_slip() -> None:
    assert misspelt({"charge": 40, "change": 1}) == {}


def test_of_two_candidates_the_more_frequent_one_was_meant() -> None:
    assert misspelt({"cables": 30, "tables": 20, "qables": 1}) == {"qables": "cables"}


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert one_slip(one, other) == one_slip(other, one)
