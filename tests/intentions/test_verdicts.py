"""Verdicts.

- An answer is yes, no, or unparsed, never a guess; no answer is no verdict.
- A leading block of thought is no answer.
- A share is P(yes), and a yes from one half on.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.intentions.verdicts import verdict_of

NOT_JUDGED = (None, None)
YES, NO, UNPARSED = ("yes", 1.0), ("no", 0.0), ("unparsed", None)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Yes", YES),
        ("Yes.", YES),
        ("YES, because both fit.", YES),
        ("**Yes**", YES),
        ("'yes'", YES),
        ("\n Yes\nNo", YES),
        ("no,", NO),
        ("No", NO),
        ("- No: they do not fit", NO),
        ("<think>Yes? Yes!</think> No.", NO),
        ("<think>\nno\n</think>\n\n**Yes**", YES),
        ("<Thinking>no</Thinking>yes", YES),
        ("<think></think>Yes", YES),
        ("Nope", UNPARSED),
        ("Not", UNPARSED),
        ("Not really, no", UNPARSED),
        ("Yesterday", UNPARSED),
        ("Perhaps", UNPARSED),
        ("I would say yes", UNPARSED),
        ("<think>Yes", UNPARSED),
        ("<think>Yes</think>", UNPARSED),
        ("?", UNPARSED),
        ("0.9", ("yes", 0.9)),
        (" 0.5 ", ("yes", 0.5)),
        ("0.49", ("no", 0.49)),
        ("1", ("yes", 1.0)),
        ("0", ("no", 0.0)),
        ("1.5", UNPARSED),
        ("-0.2", UNPARSED),
        ("90", UNPARSED),
        ("", NOT_JUDGED),
        (" \n", NOT_JUDGED),
        (None, NOT_JUDGED),
    ],
)
def test_what_a_judge_said(text: str | None, verdict: tuple[str | None, float | None]) -> None:
    assert verdict_of(text) == verdict


@given(st.text(max_size=60))
def test_any_answer_is_one_of_four_things(text: str) -> None:
    found, agreement = verdict_of(text)
    assert found in ("yes", "no", "unparsed", None)
    assert (found is None) == (not text.strip())
    assert (agreement is None) == (found in ("unparsed", None))
    assert verdict_of(f"<think>{text.replace('<', '')}</think>No") == NO
