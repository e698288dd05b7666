"""Many questions in one: who is asked what, and what becomes of a reply that is cut or odd."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.errors import UsageError
from mindgraph.models import Job, ModelInfo, Part, Reply, Sampling, Tokens, Trace
from mindgraph.models.metadata import MetadataModel
from mindgraph.models.structured import Structured, answers

KEYS = ("a" * 64, "b" * 64, "c" * 64)
JOB = Job((Part("text", "two mugs"),), ("used for?", "is a?", "at?"), KEYS, Sampling(20))


class Scripted:
    """Answers a question by a function of its listed names and questions."""

    info = ModelInfo("scripted", "m", "r")
    reads = "prompts"
    together = 5

    def __init__(self, say):
        self.say = say
        self.asked = []

    async def run(self, jobs):
        async for job in jobs:
            self.asked.append(job)
            for suffix, key in zip(job.suffixes, job.keys, strict=True):
                told = self.say(dict(re.findall(r"^(q\d+): (.*)$", suffix, re.MULTILINE)))
                reply = told if isinstance(told, Reply) else Reply(key, told)
                trace = Trace(seconds=3.0, attempts=2, tokens_in=10, tokens_out=4)
                yield Reply(key, reply.text, reply.finish_reason, reply.error, trace=trace)

    def tokens(self, job):
        return Tokens(suffixes=len(job.suffixes), out=job.sampling.max_tokens)


def echo(questions):
    return json.dumps({name: f"on {told}" for name, told in questions.items()})


def by_key(told):
    return {reply.key: reply for reply in told}


def test_every_question_has_the_answer_under_its_own_name(replies):
    inner = Scripted(echo)
    told = by_key(replies(Structured(inner), [JOB]))
    assert {key: reply.text for key, reply in told.items()} == {
        KEYS[0]: "on used for?",
        KEYS[1]: "on is a?",
        KEYS[2]: "on at?",
    }
    (asked,) = inner.asked
    assert (len(asked.suffixes), asked.prefix) == (1, JOB.prefix)
    assert asked.sampling.max_tokens >= 3 * JOB.sampling.max_tokens


def test_the_cost_is_shared_and_sums_to_the_whole(replies):
    told = replies(Structured(Scripted(echo)), [JOB])
    assert sum(reply.trace.tokens_in for reply in told) == 10
    assert sum(reply.trace.tokens_out for reply in told) == 4
    assert sum(reply.trace.seconds for reply in told) == pytest.approx(3.0)
    assert {reply.trace.attempts for reply in told} == {2}


def question(replies, job, seed=0):
    inner = Scripted(echo)
    replies(Structured(inner, seed), [job])
    return inner.asked[0]


def test_the_order_is_the_seeds_not_the_callers(replies):
    turned = Job(JOB.prefix, JOB.suffixes[::-1], JOB.keys[::-1], JOB.sampling)
    assert question(replies, turned) == question(replies, JOB)
    orders = {question(replies, JOB, seed).suffixes for seed in range(20)}
    assert len(orders) > 1


def test_an_answer_that_is_lost_or_empty_is_an_error_to_ask_again(replies):
    def lossy(questions):
        names = {told: name for name, told in questions.items()}
        return json.dumps({names["used for?"]: "tea", names["is a?"]: " "})

    told = by_key(replies(Structured(Scripted(lossy)), [JOB]))
    assert told[KEYS[0]].text == "tea"
    for key in KEYS[1:]:
        assert (told[key].text, told[key].finish_reason) == ("", "error")
        assert "no answer under q" in told[key].error


def test_a_cut_reply_keeps_what_is_complete(replies):
    def cut(questions):
        whole = echo(questions)
        return Reply("", whole[: whole.rindex("on ") + 2], "length")

    told = replies(Structured(Scripted(cut)), [JOB])
    assert [reply.error is None for reply in told] == [True, True, False]
    assert "the reply was cut" in told[-1].error


def test_an_error_of_the_model_is_an_error_of_every_question(replies):
    failing = Scripted(lambda questions: Reply("", "", "error", "out of memory"))
    told = replies(Structured(failing), [JOB])
    assert sorted(reply.key for reply in told) == sorted(KEYS)
    assert {reply.error for reply in told} == {"out of memory"}


def test_the_same_job_twice_has_its_replies_twice(replies):
    told = replies(Structured(Scripted(echo)), [JOB, JOB])
    assert sorted(reply.key for reply in told) == sorted(KEYS * 2)


@pytest.mark.parametrize(
    "job",
    [
        Job(JOB.prefix, JOB.suffixes, KEYS, JOB.sampling, "judge"),
        Job(JOB.prefix, ("describe it",), KEYS[:1]),
    ],
)
def test_judges_and_single_questions_pass_through(replies, job):
    inner = Scripted(lambda questions: "yes")
    told = replies(Structured(inner), [job])
    assert inner.asked == [job]
    assert [reply.key for reply in told] == list(job.keys)


def test_it_is_the_model_asked_in_another_way():
    model = Structured(Scripted(echo))
    assert model.info == ModelInfo("scripted", "m", "r structured")
    assert (model.reads, model.together) == ("prompts", 5)
    assert model.tokens(JOB).suffixes == 1
    assert model.tokens(Job(JOB.prefix, JOB.suffixes, KEYS, op="judge")).suffixes == 3


def test_a_model_of_cards_cannot_be_asked_so():
    with pytest.raises(UsageError, match="metadata"):
        Structured(MetadataModel())


NAMES = {"q1": "", "q2": ""}
BOTH = {"q1": "tea", "q2": "camping"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"q1": "tea", "q2": "camping"}', BOTH),
        ('```json\n{"q1": "tea",\n "q2": "camping"}\n```', BOTH),
        ('Here {you} are: {"q1": "tea", "q2": "camping"} as asked', BOTH),
        ('<think>{"q1": "no"}</think>{"q1": "tea", "q2": "camping"}', BOTH),
        ('{"answers": {"q1": "tea", "q2": "camping"}}', BOTH),
        ('{"q1": "tea" "q2": "camping"', BOTH),
        ('{"q1": "tea", "note": [1, {"q2": "no"}], "q2": "camping"}', BOTH),
        ('{"q1": "tea", "q1": "no", "q2": "camping",}', BOTH),
        ('{"q1": "a\nb"}', {"q1": "a\nb"}),
        ('{"q1": "tea", "q2": "cam', {"q1": "tea"}),
        ('{"q1": "tea", "q2": ', {"q1": "tea"}),
        ('{"q1": "tea", "q2', {"q1": "tea"}),
        ('{"q1": "say \\"q2\\": \\"no\\""}', {"q1": 'say "q2": "no"'}),
        ('{"q1": 7, "q2": null}', {}),
        ('{"q9": "tea"}', {}),
        ("I cannot", {}),
        ("", {}),
        ('{"q1":' + "[" * 100_000, {}),
    ],
)
def test_what_is_complete_in_a_reply_counts(text, found):
    assert answers(text, NAMES) == found


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([f"q{n}" for n in range(1, 9)]), st.text()), st.data())
def test_a_cut_anywhere_loses_only_what_was_not_complete(told, data):
    text = json.dumps(told, ensure_ascii=data.draw(st.booleans()))
    found = answers(text[: data.draw(st.integers(0, len(text)))], told)
    assert found == dict(list(told.items())[: len(found)])
    assert answers(text, told) == told
