"""The difference of two arms, paired by question."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.evaluation.intentionqa.answers import FAILED, UNPARSED, Answers
from mindgraph.evaluation.intentionqa.paired import Effect, effects, mcnemar
from mindgraph.evaluation.intentionqa.questions import Question
from tests.evaluation.intentionqa.camp_shop import questions

QUESTIONS = questions()
REAL, SHUFFLED = "zero-shot+graph", "zero-shot+shuffled"
GOLD = tuple(one.gold for one in QUESTIONS)


def answers(arm: str, right: int, failed: int = 0) -> Answers:
    """An arm that is right on the first questions, and gets no reply to the last."""
    rest = len(GOLD) - right - failed
    chosen = [*GOLD[:right], *[UNPARSED] * rest, *[FAILED] * failed]
    return Answers(arm, tuple((place,) for place in chosen), GOLD)


def found(asked: list[Question], one: Answers, other: Answers) -> Effect:
    (only,) = effects("official", asked, [one, other])
    return only


def test_only_questions_that_both_arms_answered_are_compared() -> None:
    told = found(QUESTIONS, answers(REAL, 30, failed=5), answers(SHUFFLED, 20))
    assert (told.draw, told.of) == ("official", "real - shuffled graph")
    assert (told.questions, told.better, told.worse) == (40, 10, 0)
    assert told.points == 100 * 10 / 40
    assert told.low < told.points < told.high
    assert told.p == 2 * 0.5**10


def test_arms_that_answer_alike_have_no_effect() -> None:
    told = found(QUESTIONS, answers(REAL, 30), answers(SHUFFLED, 30))
    assert (told.points, told.low, told.high, told.p) == (0, 0, 0, 1)


def test_the_interval_is_drawn_over_components_not_over_questions() -> None:
    joined = [replace(one, component=one.component[:4]) for one in QUESTIONS]
    assert len({one.component for one in joined}) < len(QUESTIONS)
    arms = answers(REAL, 30), answers(SHUFFLED, 20)
    apart, together = found(QUESTIONS, *arms), found(joined, *arms)
    assert together.points == apart.points
    assert together.high - together.low > apart.high - apart.low


def test_the_graphs_effect_is_the_real_graph_minus_the_shuffled_one() -> None:
    told = [answers(SHUFFLED, 10), answers(REAL, 19), answers("zero-shot", 19)]
    points = {one.of: one.points for one in effects("official", QUESTIONS, told)}
    assert points == {"real - shuffled graph": 20.0, "graph and its products": 0.0}


def test_arms_that_answered_no_question_in_common_have_no_effect() -> None:
    told = [answers(REAL, 0, failed=45), answers(SHUFFLED, 45)]
    assert effects("official", QUESTIONS, told) == []


@given(st.integers(0, 300), st.integers(0, 300))
def test_mcnemar_is_the_two_tails_of_a_fair_coin(better: int, worse: int) -> None:
    total = better + worse
    tail = sum(comb(total, heads) for heads in range(min(better, worse) + 1))
    assert mcnemar(better, worse) == pytest.approx(min(1.0, 2 * tail / 2**total), abs=1e-12)
