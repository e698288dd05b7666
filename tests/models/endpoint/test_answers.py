"""Reading bodies that may be anything, and the waits that a server asks for."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.models.endpoint.abreast import SharedTime
from mindgraph.models.endpoint.answers import (
    UnusableError,
    excerpt,
    judged,
    listed,
    read,
    redacted,
    verdict,
    written,
)
from mindgraph.models.endpoint.limits import LONGEST, Pace, backoff, told_to_wait
from tests.models.endpoint.faulty_server import answer_to

ASKED = {"model": "m", "messages": [], "logprobs": True, "top_logprobs": 20}


def answer(**message):
    told = answer_to(ASKED)
    choice = told["choices"][0]
    choice["finish_reason"] = message.pop("finish_reason", "stop")
    choice["message"] |= message
    return read(json.dumps(told).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def places(told, path=()):
    if isinstance(told, dict | list):
        entries = told.items() if isinstance(told, dict) else enumerate(told)
        for name, value in list(entries):
            yield (told, name)
            yield from places(value)


@settings(deadline=None)
@given(data=st.data(), value=JSON)
def test_whatever_stands_in_a_field_is_read_or_refused(data, value):
    told = answer_to(ASKED)
    holder, name = data.draw(st.sampled_from(list(places(told))))
    holder[name] = value
    body = json.dumps(told).encode()
    for use in (written, judged):
        try:
            use(read(body))
        except UnusableError as unusable:
            assert "\n" not in str(unusable)
            assert len(str(unusable)) < 300


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    with pytest.raises(UnusableError):
        read(body)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"7", b"{}", b"[" * 100_000, b"9" * 10_000, b'"\xff"']
)
def test_json_that_is_no_answer_is_refused(body):
    with pytest.raises(UnusableError):
        read(body)


@pytest.mark.parametrize("logprob", [-(10**400), 10**400, True, "low", None, float("nan")])
def test_a_logprob_that_is_no_float_is_refused(logprob):
    told = answer_to(ASKED)
    told["choices"][0]["logprobs"]["content"][0]["logprob"] = logprob
    with pytest.raises(UnusableError, match="no tokens with numbers"):
        read(json.dumps(told).encode())


def test_an_error_of_any_depth_is_refused():
    for depth in range(1, 1100):
        with pytest.raises(UnusableError):
            read(b'{"error":' + b"[" * depth + b"]" * depth + b"}")


def test_the_key_is_taken_out_of_a_body_however_json_spells_it():
    key = 'sk-"a/b"-4711'
    quoted = json.dumps({"content": f"{key} and {key}"})
    for body in (key, quoted, quoted.replace("/", r"\/")):
        assert b"4711" not in redacted(body.encode(), key)
        assert b"[key]" in redacted(body.encode(), key)


@pytest.mark.parametrize("key", [None, "", "x", "content"])
def test_a_word_that_is_given_for_a_key_spoils_no_answer(key):
    body = json.dumps(answer_to(ASKED)).encode()
    assert redacted(body, key) == body


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'{"data": [{"id": "a"}, {"id": 7}, "b", {}]}', {"a"}),
        (b'{"data": []}', set()),
        (b'{"data": {"id": "a"}}', None),
        (b"[]", None),
        (b"<html>", None),
    ],
)
def test_a_list_of_models_is_read_or_none(body, names):
    assert listed(body) == names


def test_an_answer_of_blanks_says_nothing():
    assert written(answer(content=" \n")) == (" \n", "nothing")


def test_an_answer_cut_by_its_limit_is_kept_as_that():
    assert written(answer(content="used for", finish_reason="length")) == ("used for", "length")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ({"content": None, "finish_reason": "length"}, "raise it, or turn its thinking off"),
        ({"content": "", "finish_reason": "length"}, "raise it, or turn its thinking off"),
        ({"content": "us", "finish_reason": "content_filter"}, "content filter"),
        ({"content": "x", "refusal": "no"}, "refused: no"),
        ({"content": None}, "no text"),
    ],
)
def test_what_will_not_mend_is_not_asked_again(message, told):
    with pytest.raises(UnusableError, match=told) as unusable:
        written(answer(**message))
    assert not unusable.value.again


def test_reasoning_is_not_the_answer():
    told = answer(content="yes", reasoning_content="no, no, no")
    assert told.text == "yes"


def test_all_spellings_of_a_side_are_summed():
    tokens = [" Yes", "YES", "**yes", "▁yes", "Ġyes", "No", "no.", "Not", "Nothing", "yesterday"]
    p_yes, mass = verdict([(token, math.log(0.1)) for token in tokens])
    assert (p_yes, mass) == (pytest.approx(5 / 7), pytest.approx(0.7))


def test_the_token_that_was_drawn_counts_if_the_list_lacks_it():
    told = answer_to(ASKED)
    first = told["choices"][0]["logprobs"]["content"][0]
    first["top_logprobs"] = [{"token": "Yes", "logprob": math.log(0.6)}]
    first |= {"token": "No", "logprob": math.log(0.2)}
    token, p_yes, mass = judged(read(json.dumps(told).encode()))
    assert (token, p_yes, mass) == ("Yes", pytest.approx(0.75), pytest.approx(0.8))


def test_rounding_above_one_is_no_mass_above_one():
    assert verdict([("Yes", 0.0), ("No", -1e-9)])[1] == 1.0


def test_an_excerpt_is_one_line_without_the_key_even_where_it_would_be_cut():
    text = "x" * 195 + "sk-secret\nmore"
    told = excerpt(text, "sk-secret")
    assert "sk-s" not in told
    assert len(told) == 200
    assert excerpt("a\n\x00b", None) == "a b"


# ---- waits


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("3", 3.0),
        ("0.5", 0.5),
        ("-4", 0.0),
        ("99999", LONGEST),
        ("inf", LONGEST),
        ("nan", None),
        ("soon", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Fri, 01 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_a_retry_after_is_seconds_within_a_minute(header, seconds):
    assert told_to_wait(header) == seconds


def test_a_retry_after_may_be_a_date():
    assert 5 < told_to_wait(formatdate(time.time() + 20, usegmt=True)) <= 20


@settings(deadline=None)
@given(st.integers(1, 1000), st.integers())
def test_a_wait_is_drawn_between_bounds(failures, seed):
    bound = min(LONGEST, 0.5 * 2 ** (failures - 1))
    assert bound / 2 <= backoff(failures, random.Random(seed)) <= bound


def test_a_pause_holds_back_those_who_already_wait(clock):
    async def sleep_while_another_is_refused(seconds):
        await clock.sleep(seconds)
        if len(clock.slept) == 1:
            pace.pause(9)

    pace = Pace(None, sleep_while_another_is_refused, clock)
    pace.pause(5)
    asyncio.run(pace.turn())
    assert clock.slept == [5, 9]


def test_the_longer_of_two_pauses_counts(clock):
    pace = Pace(None, clock.sleep, clock)
    pace.pause(9)
    pace.pause(2)
    asyncio.run(pace.turn())
    assert clock.now == 109


# ---- time


def test_shares_of_time_sum_to_the_time_that_passed():
    now = 10.0
    time = SharedTime(lambda: now)
    with time.share() as first:
        now += 4
        with time.share() as second:
            now += 6
            shares = [second()]
        now += 1
        shares.append(first())
    now += 100  # nobody is in hand
    with time.share() as third:
        now += 2
        shares.append(third())
    assert shares == [3.0, 8.0, 2.0]
