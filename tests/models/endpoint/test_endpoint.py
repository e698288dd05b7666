"""Asking a real server that misbehaves: every question ends as a reply, whatever happens."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import asdict, replace

import pytest

from mindgraph.errors import ModelError, UsageError
from mindgraph.models import row_seed
from mindgraph.models.endpoint.limits import LONGEST, PATIENCE, Pace
from mindgraph.models.endpoint.servers import SERVERS
from tests.models.endpoint.conftest import KEY
from tests.models.endpoint.faulty_server import (
    FAULTS,
    LASTING,
    FaultyServer,
    Raw,
    answer_to,
    seeded,
)

HERE = "http://127.0.0.1:1/v1"


def once(fault):
    return lambda number, body: fault if number == 0 else None


def after_the_first(fault):
    return lambda number, body: fault if number else None


def always(fault):
    return lambda number, body: fault


def quoted(status, text):
    return Raw(json.dumps({"error": {"message": f"bad request: {text}"}}).encode(), status)


def said(replies):
    return {reply.key: replace(reply, trace=None) for reply in replies}


def test_a_question_is_answered_with_what_it_cost(endpoint, asks, replies):
    with FaultyServer() as server:
        job = asks("two mugs ", "used for?", "is a?")
        told = replies(endpoint(server.url), [job])
    assert {reply.key for reply in told} == set(job.keys)
    for reply in told:
        assert reply.error is None
        assert " and " in reply.text
        assert reply.finish_reason == "stop"
        trace = reply.trace
        assert (trace.attempts, trace.tokens_cached, trace.tokens_out) == (1, 5, 3)
        assert trace.tokens_in == 74
        assert (trace.returned_model, trace.fingerprint) == ("m-served", "fp_test")
        assert trace.engine.startswith("openai ")
        assert trace.started.endswith("+00:00")
        assert trace.seconds > 0


def test_a_judge_gives_p_yes_and_its_mass(endpoint, asks, replies):
    with FaultyServer() as server:
        (reply,) = replies(endpoint(server.url), [asks("two mugs ", "buy?", op="judge")])
    assert reply.finish_reason == "judged"
    assert 0 < reply.p_yes < 1
    assert reply.mass == pytest.approx(0.9)
    assert reply.text in ("Yes", "No")


MENDED = [fault for fault in FAULTS if fault not in {*LASTING, "no logprobs"}]


@pytest.mark.parametrize("op", ["generate", "judge"])
@pytest.mark.parametrize("fault", MENDED)
def test_a_fault_that_passes_changes_nothing_but_the_attempts(endpoint, asks, replies, fault, op):
    job = asks("two mugs ", "used for?", op=op)
    with FaultyServer() as server:
        sound = replies(endpoint(server.url), [job])
    with FaultyServer(once(fault), patience=0.6) as server:
        model = endpoint(server.url, timeout=0.5 if fault == "time-out" else 5)
        told = replies(model, [job])
        assert len(server.requests) == 2
    assert said(told) == said(sound)
    assert told[0].trace.attempts == 2


LASTS = {
    "server error": "status 500: out of memory",
    "time-out": "no answer within 0.2 seconds",
    "dropped connection": "the connection broke",
    "malformed JSON": "no JSON",
    "HTML": "the answer is no JSON: <html>",
    "truncated body": "the connection broke",
    "no choices": "no choices",
    "wrong types": "content is a dict",
    "null content": "no text",
    "refusal": "the model refused: I cannot help",
    "huge body": "larger than",
    "moved": "status 307",
    "bad request": "status 400: the prompt is too long",
}
ASKED_ONCE = {*LASTING, "moved", "bad request"}


@pytest.mark.parametrize("fault", LASTS)
def test_a_fault_that_lasts_ends_as_an_error_reply(endpoint, asks, replies, fault):
    job = asks("two mugs ", "used for?")
    with FaultyServer(always(fault), patience=0.3) as server:
        model = endpoint(server.url, timeout=0.2 if fault == "time-out" else 5)
        (reply,) = replies(model, [job])
        asked = len(server.requests)
    assert (reply.key, reply.text, reply.finish_reason) == (job.keys[0], "", "error")
    assert LASTS[fault] in reply.error
    assert len(reply.error) <= 200
    assert reply.trace.attempts == asked == (1 if fault in ASKED_ONCE else 3)


def test_a_judge_without_probabilities_has_no_number_and_no_error(endpoint, asks, replies):
    with FaultyServer(always("no logprobs")) as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "buy?", op="judge")])
    assert (reply.p_yes, reply.mass, reply.error) == (None, None, None)
    assert reply.text in ("Yes", "No")


def test_a_model_that_thinks_first_has_a_mass_of_nothing(endpoint, asks, replies):
    with FaultyServer(always("thinking")) as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "buy?", op="judge")])
    assert (reply.text, reply.p_yes, reply.mass) == ("<think>", None, 0.0)


@pytest.mark.parametrize(
    ("limit", "complaint", "listed"),
    [(5, "five alternatives", [20, 5, 5]), (0, "no alternatives", [20, 5, None, None])],
)
def test_how_many_alternatives_a_server_gives_is_learned_once(
    endpoint, asks, replies, limit, complaint, listed
):
    def refuse(number, body):
        return complaint if body.get("top_logprobs", 0) > limit else None

    with FaultyServer(refuse) as server:
        model = endpoint(server.url, concurrency=1, attempts=1)
        told = replies(model, [asks("mugs", "buy?", "both?", op="judge")])
        assert [body.get("top_logprobs") for body in server.requests] == listed
    assert all(reply.error is None for reply in told)
    assert {reply.mass is None for reply in told} == {limit == 0}


def test_the_limit_has_the_name_that_the_server_asks_for(endpoint, asks, replies):
    def refuse(number, body):
        return "other limit" if "max_tokens" in body else None

    with FaultyServer(refuse) as server:
        told = replies(endpoint(server.url, attempts=1), [asks("mugs", *map(str, range(20)))])
        assert server.requests[-1]["max_completion_tokens"] == 20
        assert "max_tokens" not in server.requests[-1]
    assert all(reply.error is None for reply in told)


@pytest.mark.parametrize(
    ("op", "knob", "sent"),
    [
        ("generate", "max_completion_tokens", "max_tokens"),
        ("generate", "logprobs", "max_tokens"),
        ("judge", "logprobs", "top_logprobs"),
    ],
)
def test_a_title_that_a_complaint_quotes_teaches_nothing(endpoint, asks, replies, op, knob, sent):
    def quoting(number, body):
        return quoted(400, body["messages"][0]["content"][0]["text"]) if number == 0 else None

    with FaultyServer(quoting) as server:
        model = endpoint(server.url, concurrency=1)
        told = replies(model, [asks(f"mug \x00{knob} ", "a", "b", op=op)])
        assert len(server.requests) == 2
        assert server.requests[1].get(sent) == {"max_tokens": 20, "top_logprobs": 20}[sent]
    assert [reply.error is None for reply in told] == [False, True]


def test_a_complaint_of_what_was_not_asked_teaches_nothing(endpoint, asks, replies):
    def refuse(number, body):
        return "no alternatives" if number == 0 else None

    with FaultyServer(refuse) as server:
        model = endpoint(server.url, concurrency=1)
        replies(model, [asks("mug", "a"), asks("mug", "b", op="judge")])
        assert [body.get("top_logprobs") for body in server.requests] == [None, 20]


def test_what_the_server_of_a_kind_is_sent_is_part_of_who_it_is(endpoint):
    revisions = {kind: endpoint(HERE, server=kind).info.revision for kind in SERVERS}
    assert revisions["vllm"] == "unpinned vllm"
    assert len(set(revisions.values())) == len(SERVERS)
    assert endpoint(HERE, revision="abc").info.revision == "abc openai"


# ---- answers that no client expects

CODECS = ["hex", "rot13", "bz2", "zlib", "idna", "undefined", "punycode", "utf-16", "nonsense"]


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("codec", CODECS)
def test_a_charset_is_not_believed(endpoint, asks, replies, codec, status):
    page = Raw("<p>schön \xff\xfe".encode("latin-1"), status, f"text/html; charset={codec}")
    with FaultyServer(always(page)) as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "a")])
    assert "<p>sch" in reply.error


def test_an_answer_that_the_client_stumbles_over_is_an_error_reply(
    endpoint, asks, replies, monkeypatch
):
    def stumble(*told, **options):
        raise AssertionError("unthinkable")

    monkeypatch.setattr("httpx2.AsyncClient.send", stumble)
    (reply,) = replies(endpoint(HERE), [asks("mugs", "a")])
    assert reply.error


# ---- pace


def too_busy_until(clock, seconds):
    began = clock()
    return lambda number, body: "too many requests" if clock() - began < seconds else None


@pytest.mark.parametrize("seconds", [6, 100])
def test_a_server_that_is_busy_for_a_while_costs_no_attempt(
    endpoint, asks, replies, clock, seconds
):
    with FaultyServer(too_busy_until(clock, seconds)) as server:
        told = replies(endpoint(server.url), [asks("mugs", *map(str, range(12)))])
    assert [reply.error for reply in told] == [None] * 12


@pytest.mark.parametrize("fault", ["too many requests", "too many requests, wait"])
def test_a_server_that_stays_busy_ends_as_an_error_reply(endpoint, asks, replies, clock, fault):
    with FaultyServer(always(fault), retry_after="0") as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "a")])
        assert reply.trace.attempts == len(server.requests) < 20
    assert reply.error == "status 429: slow down"
    assert PATIENCE <= sum(clock.slept) <= PATIENCE + 4 * LONGEST


def test_seconds_sum_to_the_time_that_passed(endpoint, asks, replies):
    with FaultyServer(seconds=0.05) as server:
        began = time.monotonic()
        told = replies(endpoint(server.url), [asks("mugs", *map(str, range(24)))])
        passed = time.monotonic() - began
    spent = sum(reply.trace.seconds for reply in told)
    assert 0.15 <= spent <= passed
    assert all(reply.trace.seconds > 0 for reply in told)


def test_all_wait_as_long_as_the_server_asks_one_to(endpoint, asks, replies, clock):
    with FaultyServer(once("too many requests, wait"), retry_after="7") as server:
        replies(endpoint(server.url, concurrency=1), [asks("mugs", "a", "b")])
    assert clock.slept == [7.0]


def test_those_who_were_not_told_wait_as_well(endpoint, asks, replies):
    came = []

    def refuse_the_first(number, body):
        came.append(time.monotonic())
        if number == 0:
            return "too many requests, wait"
        time.sleep(0.1 if number < 3 else 0)  # under way when the first is refused
        return None

    with FaultyServer(refuse_the_first, retry_after="0.4") as server:
        model = endpoint(server.url, concurrency=3, pace=Pace())
        told = replies(model, [asks("mugs", *map(str, range(8)))])
    assert all(reply.error is None for reply in told)
    assert min(came[3:]) - came[0] >= 0.39


def test_a_server_may_not_ask_for_more_than_a_minute(endpoint, asks, replies, clock):
    with FaultyServer(once("too many requests, wait"), retry_after="86400") as server:
        replies(endpoint(server.url), [asks("mugs", "a")])
    assert clock.slept == [60.0]


def test_requests_keep_to_so_many_a_minute(endpoint, asks, replies, clock):
    with FaultyServer() as server:
        model = endpoint(server.url, requests_per_minute=30)
        replies(model, [asks("mugs", *map(str, range(10)))])
    assert clock.now - 100 == pytest.approx(18.0)


def test_no_more_requests_are_under_way_than_allowed(endpoint, asks, replies):
    with FaultyServer(seconds=0.01) as server:
        replies(endpoint(server.url, concurrency=3), [asks("mugs", *map(str, range(30)))])
        assert server.most_at_once == 3


def test_the_stream_of_jobs_is_not_drained_ahead(endpoint, asks):
    given = 0

    async def endless():
        nonlocal given
        while True:
            given += 1
            yield asks(f"pair {given} ", "why?")

    async def ask(model):
        told = model.run(endless())
        ahead = []
        for number in range(20):
            await anext(told)
            ahead.append(given - number)
        await told.aclose()
        return max(ahead)

    with FaultyServer() as server:
        assert asyncio.run(ask(endpoint(server.url, concurrency=4))) <= 9


def test_the_order_of_questions_changes_no_answer(endpoint, asks, replies):
    jobs = [asks(f"pair {n} ", "a", "b", sampling={"temperature": 0.7}) for n in range(6)]
    with FaultyServer(seeded(3, 0.3, ("server error", "malformed JSON"))) as server:
        forward = replies(endpoint(server.url, attempts=9), jobs)
    with FaultyServer(seeded(4, 0.3, ("no choices", "HTML"))) as server:
        backward = replies(endpoint(server.url, attempts=9, concurrency=1), jobs[::-1])
    assert all(reply.error is None for reply in forward)
    assert said(forward) == said(backward)


@pytest.mark.parametrize("op", ["generate", "judge"])
def test_under_all_faults_together_every_question_has_one_reply(endpoint, asks, replies, op):
    jobs = [asks(f"pair {n} ", "a", "b", "c", op=op) for n in range(20)]
    with FaultyServer(seeded(1, 0.5), patience=0.02, retry_after="1") as server:
        model = endpoint(server.url, concurrency=16)
        told = replies(model, jobs)
        assert sum(reply.trace.attempts for reply in told) == len(server.requests)
    assert sorted(reply.key for reply in told) == sorted(key for job in jobs for key in job.keys)
    failed = [reply for reply in told if reply.error]
    assert 0 < len(failed) < len(told)
    assert all(reply.text == "" and "\n" not in reply.error for reply in failed)


# ---- what is no use at all


@pytest.mark.parametrize(
    ("fault", "models", "repair"),
    [
        ("wrong key", ("m",), "key_variable"),
        ("forbidden", "forbidden", "another key"),
        ("forbidden", "wrong key", "another key"),
        ("no such model", ("other",), "mend `model`"),
        ("no such model", "no such model", "mend `model`"),
        ("no such model", "forbidden", "mend `model`"),
    ],
)
def test_a_server_that_refuses_from_the_start_ends_the_run(
    endpoint, asks, replies, fault, models, repair
):
    with FaultyServer(always(fault), models=models) as server:
        with pytest.raises(ModelError, match=repair) as refused:
            replies(endpoint(server.url), [asks("mugs", *map(str, range(30)))])
        assert len(server.requests) <= 16
    assert KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("fault", "models"),
    [
        ("forbidden", ("m",)),
        ("forbidden", ("other",)),
        ("forbidden", "no such model"),
        ("forbidden", "server error"),
        ("no such model", ("m",)),
        ("no such model", "server error"),
    ],
)
def test_a_question_that_alone_is_refused_is_an_error_reply(endpoint, asks, replies, fault, models):
    with FaultyServer(always(fault), models=models) as server:
        told = replies(endpoint(server.url, concurrency=1), [asks("mugs", "a", "b")])
        assert len(server.requests) == 2
    assert all("status 40" in reply.error for reply in told)


def test_a_server_is_asked_for_its_models_once(endpoint, asks, replies):
    with FaultyServer(always("forbidden"), models=("m",)) as server:
        replies(endpoint(server.url, concurrency=1), [asks("mugs", *map(str, range(9)))])
        assert server.lists == 1


@pytest.mark.parametrize("models", [("m",), "no such model", "cannot do that"])
def test_a_server_need_not_list_its_models_to_be_there(endpoint, models):
    with FaultyServer(models=models) as server:
        endpoint(server.url).check()
        assert server.lists == 1


@pytest.mark.parametrize("models", ["wrong key", "forbidden"])
def test_a_server_that_refuses_the_key_is_told_beforehand(endpoint, models):
    with FaultyServer(models=models) as server, pytest.raises(ModelError, match="key"):
        endpoint(server.url).check()


def test_a_server_that_refuses_later_is_an_error_reply(endpoint, asks, replies):
    with FaultyServer(after_the_first("forbidden")) as server:
        told = replies(endpoint(server.url, concurrency=1), [asks("mugs", "a", "b")])
    assert [reply.error is None for reply in told] == [True, False]


def test_where_nobody_listens_the_run_ends(endpoint, asks, replies, clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelError, match="nothing answers at 127"):
        replies(endpoint(url), [asks("mugs", "a")])
    assert len(clock.slept) == 2


def test_a_name_that_cannot_be_resolved_ends_the_run_at_once(endpoint, asks, replies, clock):
    with pytest.raises(ModelError, match=r"nothing answers at shop\.invalid"):
        replies(endpoint("http://shop.invalid/v1"), [asks("mugs", "a")])
    assert clock.slept == []


# ---- the key


def test_the_key_is_sent_and_told_nowhere_else(endpoint, asks, replies):
    def quoting(number, body):
        return "wrong key" if number else None

    with FaultyServer(quoting) as server:
        model = endpoint(server.url, model=f"m {KEY}", concurrency=1)
        told = replies(model, [asks("mugs", "a", "b")])
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        assert not [name for name in server.headers[0] if name == "openai-organization"]
    assert told[0].trace.returned_model == "m [key]-served"
    assert KEY not in repr([asdict(reply) for reply in told])
    model = endpoint(server.url)
    assert KEY not in repr(model) + repr(vars(model)) + repr(model.info)


def test_a_server_that_quotes_the_key_is_not_quoted(endpoint, asks, replies):
    with FaultyServer(always("quoted key")) as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "a")])
    assert "status 400" in reply.error
    assert KEY[:4] not in reply.error


LONG = "sk-" + "secret/4711-" * 13 + "end"


def echoing(**message):
    told = answer_to({"model": "m", "messages": []})
    told["choices"][0]["message"] |= message
    return Raw(json.dumps(told).encode())


@pytest.mark.parametrize(
    "answer",
    [
        Raw(f"<html>{'x' * 100} {LONG}</html>".encode(), kind="text/html"),
        Raw(json.dumps({"choices": [], "error": f"{'x' * 100} {LONG}"}).encode()),
        Raw(json.dumps({"error": {"message": f"{'x' * 100} {LONG}"}}).encode(), 500),
        Raw(f"<html>{'x' * 100} {LONG}</html>".encode(), 500, "text/html"),
        echoing(refusal=f"{'x' * 100} {LONG}"),
        echoing(content=f"my key is {LONG}"),
    ],
)
def test_a_long_key_is_told_nowhere_not_even_half_of_it(
    endpoint, asks, replies, monkeypatch, answer
):
    assert len(LONG) == 162
    monkeypatch.setenv("OPENAI_API_KEY", LONG)
    with FaultyServer(always(answer)) as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "a")])
    assert "[key]" in f"{reply.text}{reply.error}"
    assert "secret" not in repr(reply)


@pytest.mark.parametrize("key", ["ключ", "two\nlines"])
def test_what_cannot_be_a_key_is_refused_without_being_told(
    endpoint, asks, replies, monkeypatch, key
):
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as refused:
        replies(endpoint("http://127.0.0.1:1/v1"), [asks("mugs", "a")])
    assert key not in str(refused.value)


def test_this_machine_needs_no_key(endpoint, asks, replies, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with FaultyServer() as server:
        (reply,) = replies(endpoint(server.url), [asks("mugs", "a")])
        assert server.headers[0]["authorization"] == "Bearer none"
    assert reply.error is None


def test_another_machine_needs_one(endpoint, asks, replies, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(UsageError, match="OPENAI_API_KEY is empty"):
        replies(endpoint("https://shop.invalid/v1"), [asks("mugs", "a")])


@pytest.mark.parametrize(
    "options",
    [
        {"url": "127.0.0.1:8000/v1"},
        {"url": "https://me:secret@shop.invalid/v1"},
        {"url": "https://shop.invalid/v1?key=secret"},
        {"url": "http://[::1"},
        {"url": "http://me:secret@[::1"},
        {"url": "http://a\u2100b/v1"},
        {"url": "http://127.0.0.1:99999/v1"},
        {"url": "http://127.0.0.1:port/v1"},
        {"url": "http://127.0.0.1 /v1"},
        {"url": "http://127.0.0.1\n/v1"},
        {"url": "http://127.0.0.1/\x00v1"},
        {"server": "telepathy"},
        {"concurrency": 0},
        {"attempts": 0},
        {"timeout": 0},
        {"requests_per_minute": 0},
    ],
)
def test_settings_that_cannot_be_are_refused_without_their_secrets(endpoint, options):
    with pytest.raises(UsageError) as refused:
        endpoint(**{"url": "http://127.0.0.1/v1", **options})
    assert "secret" not in str(refused.value).replace("secrets", "")


def test_a_host_that_cannot_be_is_refused(endpoint):
    with pytest.raises(UsageError, match="url is like"):
        endpoint("http://ü_x/v1").check()


def test_where_and_how_fast_it_runs_is_no_part_of_who_it_is(endpoint):
    one = endpoint("http://127.0.0.1:1/v1", concurrency=2)
    other = endpoint("https://shop.invalid/v1")
    assert one.info == other.info


def test_a_seed_is_the_same_in_the_request_and_in_the_trace(endpoint, asks, replies):
    job = asks("mugs", "a", sampling={"temperature": 1.0})
    with FaultyServer() as server:
        (reply,) = replies(endpoint(server.url), [job])
        assert server.requests[0]["seed"] == reply.trace.seed == row_seed(job.keys[0]) % (1 << 31)


def test_the_cost_of_a_job_is_told_without_asking(endpoint, asks):
    model = endpoint("http://127.0.0.1:1/v1")
    told = model.tokens(asks("x" * 400, "y" * 8, "z" * 9))
    assert (told.shared, told.image, told.suffixes, told.out) == (100, 0, 5, 40)
    assert model.tokens(asks("x", "y", op="judge")).out == 1
