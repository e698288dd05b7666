"""What counts as an answer, and in which orders options are shown."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.evaluation.intentionqa.letters import answered, letter_of, orders


@pytest.mark.parametrize(
    "reply", ["B", "b", " B\n", "B.", "(B)", "[B]", "B)", "**B**", '"B"', "'b'.", "B:"]
)
def test_a_lone_letter_is_an_answer_whatever_stands_close_around_it(reply: str) -> None:
    assert answered(reply, 4) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "  ",
        "E",
        "AB",
        "A or B",
        "A, B",
        "A B",
        "The answer is A",
        "Answer: A",
        "A: because they are both used for camping.",
        "<think>hm</think>A",
        "1",
        "because they are both used for camping.",
        "А",  # Cyrillic
        "Ａ",  # of full width
        "((((A",
        "I cannot tell",
    ],
)
def test_nothing_else_is_an_answer(reply: str) -> None:
    assert answered(reply, 4) is None


@given(st.text(alphabet=string.printable, max_size=12), st.integers(2, 8))
def test_an_answer_holds_one_letter_and_it_is_the_one_that_was_read(text: str, size: int) -> None:
    place = answered(text, size)
    if place is not None:
        assert re.findall(r"\w", text.upper()) == [letter_of(place)]
        assert place < size


@given(st.integers(4, 9), st.integers(1, 4))
def test_over_its_orders_an_option_never_stands_twice_under_a_letter(size: int, count: int) -> None:
    found = orders(size, count)
    assert found[0] == tuple(range(size))
    assert all(sorted(order) == list(range(size)) for order in found)
    assert all(len(set(column)) == count for column in zip(*found, strict=True))
