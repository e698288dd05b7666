"""What every model must keep to, whoever it is."""

from __future__ import annotations

import json

import pytest

from mindgraph.models.metadata import MetadataModel
from mindgraph.models.recorded import RecordedModel
from mindgraph.relations import RELATIONS

CARDS = [
    {"title": "Trail Tent", "description": "Ideal for camping trips.", "brand": "Taldern"},
    {"title": "Roll-Up Mat", "description": "Perfect for camping trips.", "brand": "Taldern"},
    {"title": "Coffee Grinder", "attributes": {"material": ["steel", "oak"]}},
    {},
]
PAIRS = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 3)]


def asked(model, job, card):
    cards = [card(**fields) for fields in CARDS]
    return [job(model, cards[a], cards[b], *RELATIONS) for a, b in PAIRS]


@pytest.fixture(params=["metadata", "recorded"])
def model(request, tmp_path, job, card, replies):
    live = MetadataModel()
    if request.param == "metadata":
        return live
    identity = {"backend": "metadata", "model": live.info.model, "revision": live.info.revision}
    path = tmp_path / "record.jsonl"
    path.write_text(
        "".join(
            json.dumps(
                {
                    "key": reply.key,
                    "text": reply.text,
                    "finish_reason": reply.finish_reason,
                    **identity,
                }
            )
            + "\n"
            for reply in replies(live, asked(live, job, card))
        )
    )
    return RecordedModel(path)


class TestEveryModel:
    """A model is given as the fixture `model`; a new one joins by a line there."""

    def test_answers_every_suffix_once_under_the_key_of_the_job(self, model, job, card, replies):
        jobs = asked(model, job, card)
        answered = [reply.key for reply in replies(model, jobs)]
        assert sorted(answered) == sorted(key for one in jobs for key in one.keys)

    def test_says_the_same_when_asked_again(self, model, job, card, replies):
        jobs = asked(model, job, card)
        assert replies(model, jobs) == replies(model, jobs)

    def test_says_the_same_in_whatever_order_it_is_asked(self, model, job, card, replies):
        jobs = asked(model, job, card)
        turned = [
            job(model, *(part.value for part in one.prefix), *reversed(one.suffixes))
            for one in reversed(jobs)
        ]
        forward = {reply.key: reply for reply in replies(model, jobs)}
        assert {reply.key: reply for reply in replies(model, turned)} == forward

    def test_says_nothing_when_nobody_asks(self, model, replies):
        assert replies(model, []) == []

    def test_gives_an_error_or_a_text_but_never_both(self, model, job, card, replies):
        for reply in replies(model, asked(model, job, card)):
            assert reply.error is None or reply.text == ""
            assert reply.text or reply.error or reply.finish_reason == "nothing"

    def test_says_something_where_there_is_something_to_say(self, model, job, card, replies):
        texts = {reply.text for reply in replies(model, asked(model, job, card))}
        assert {"they are both used for camping trips", "they are created by Taldern"} <= texts

    def test_names_itself_so_that_the_same_can_be_asked_again(self, model):
        assert model.info.backend
        assert model.info.model
        assert model.info.revision
