"""What every model must keep to, whoever it is.

A model is given as the fixture `asked`: the model, and jobs in its own terms. A new one joins by a
line in `MODELS`. Models that need a server or weights get a real server, and real code on tiny
random weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mindgraph.models import (
    Generator,
    Job,
    Part,
    Reply,
    Sampling,
    open_model,
    prefix_digest,
    request_key,
)
from mindgraph.models.metadata import MetadataModel
from mindgraph.models.recorded import RecordedModel
from mindgraph.models.structured import Structured
from mindgraph.relations import RELATIONS
from tests.models.endpoint.faulty_server import FaultyServer

CARDS = [
    {"title": "Trail Tent", "description": "Ideal for camping trips.", "brand": "Taldern"},
    {"title": "Roll-Up Mat", "description": "Perfect for camping trips.", "brand": "Taldern"},
    {"title": "Coffee Grinder", "attributes": {"material": ["steel", "oak"]}},
    {},
]
PAIRS = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 3)]
SHORT = Sampling(max_tokens=4)

Asked = tuple[Generator, list[Job]]
Tell = Callable[[Any, Any], list[Reply]]


def with_cards(model: Generator) -> list[Job]:
    cards = [Part("text", json.dumps(card, sort_keys=True)) for card in CARDS]
    return [_job(model, (cards[a], cards[b]), tuple(RELATIONS), Sampling()) for a, b in PAIRS]


def with_prompts(model: Generator) -> list[Job]:
    names = ["a steel mug", "coffee <image> filters", "a lamp"]
    told = [(Part("text", f"Two products: {a} and {b}.\n\n"),) for a in names for b in names[:2]]
    suffixes = ("What are they for?", "Why both?", "Would you buy them? Yes or No?")
    return [_job(model, prefix, suffixes, SHORT) for prefix in told[:4]]


def _job(
    model: Generator, prefix: tuple[Part, ...], suffixes: tuple[str, ...], sampling: Sampling
) -> Job:
    digest = prefix_digest(prefix)
    keys = tuple(request_key(digest, suffix, model.info, sampling) for suffix in suffixes)
    return Job(prefix, suffixes, keys, sampling)


# ---- every model


@contextmanager
def metadata(folder: Path, replies: Tell) -> Iterator[Asked]:
    model = MetadataModel()
    yield model, with_cards(model)


@contextmanager
def recorded(folder: Path, replies: Tell) -> Iterator[Asked]:
    live = MetadataModel()
    told = vars(live.info) if hasattr(live.info, "__dict__") else {}
    rows = [
        {"key": said.key, "text": said.text, "finish_reason": said.finish_reason, **told}
        for said in replies(live, with_cards(live))
    ]
    record = folder / "record.jsonl"
    record.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    model = RecordedModel(record)
    yield model, with_cards(model)


@contextmanager
def endpoint(folder: Path, replies: Tell) -> Iterator[Asked]:
    with FaultyServer() as server:
        model = open_model("endpoint", {"url": server.url, "model": "tiny"}, _no_door)
        yield model, with_prompts(model)


@contextmanager
def transformers(folder: Path, replies: Tell) -> Iterator[Asked]:
    pytest.importorskip("torch", reason="needs the extra lvlm")
    from tests.models.local.tiny import save

    weights = str(save("llava", folder / "tiny"))
    model = open_model("transformers", {"weights": weights, "threads": 1}, _no_door)
    yield model, with_prompts(model)


@contextmanager
def structured(folder: Path, replies: Tell) -> Iterator[Asked]:
    with FaultyServer() as server:
        inner = open_model("endpoint", {"url": server.url, "model": "tiny"}, _no_door)
        model = Structured(inner)
        yield model, with_prompts(model)


def _no_door(path: Path) -> Any:
    raise AssertionError(f"no job here shows a picture, but {path} was opened")


MODELS: dict[str, Callable[[Path, Tell], AbstractContextManager[Asked]]] = {
    "metadata": metadata,
    "recorded": recorded,
    "endpoint": endpoint,
    "transformers": transformers,
    "structured": structured,
}


@pytest.fixture(scope="module", params=MODELS)
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, replies: Tell
) -> Iterator[Asked]:
    """Each model in turn, with jobs it can be asked."""
    with MODELS[request.param](tmp_path_factory.mktemp("model"), replies) as ready:
        yield ready


def said(replies: list[Reply]) -> dict[str, tuple[str, str, bool]]:
    """What each reply says, without how it came about."""
    return {one.key: (one.text, one.finish_reason, one.error is None) for one in replies}


class TestEveryModel:
    """The promises of `Generator`."""

    def test_answers_every_suffix_once_under_the_key_of_the_job(self, asked, replies):
        model, jobs = asked
        answered = [reply.key for reply in replies(model, jobs)]
        assert sorted(answered) == sorted(key for one in jobs for key in one.keys)

    def test_says_the_same_when_asked_again(self, asked, replies):
        model, jobs = asked
        assert said(replies(model, jobs)) == said(replies(model, jobs))

    def test_says_the_same_in_whatever_order_it_is_asked(self, asked, replies):
        model, jobs = asked
        if isinstance(model, Structured):
            pytest.skip("later questions of one reply read the earlier ones: documented")
        turned = [
            Job(one.prefix, one.suffixes[::-1], one.keys[::-1], one.sampling)
            for one in reversed(jobs)
        ]
        assert said(replies(model, turned)) == said(replies(model, jobs))

    def test_says_nothing_when_nobody_asks(self, asked, replies):
        assert replies(asked[0], []) == []

    def test_gives_an_error_or_a_text_but_never_both(self, asked, replies):
        for reply in replies(*asked):
            assert reply.error is None or reply.text == ""
            assert reply.text or reply.error or reply.finish_reason == "nothing"

    def test_a_verdict_is_a_share_with_its_mass_or_nothing(self, asked, replies):
        model, jobs = asked
        if model.reads == "cards":
            pytest.skip("it reads cards and judges nothing")
        judged = [Job(one.prefix, one.suffixes, one.keys, SHORT, "judge") for one in jobs]
        for reply in replies(model, judged):
            assert reply.error is None
            assert reply.finish_reason == "judged"
            assert 0 <= reply.p_yes <= 1
            assert 0 < reply.mass <= 1 + 1e-9

    def test_counts_tokens_without_asking(self, asked):
        model, jobs = asked
        counted = model.tokens(jobs[0])
        assert counted.image <= counted.shared
        assert min(counted.shared, counted.again, counted.suffixes, counted.out) >= 0

    def test_names_itself_so_that_the_same_can_be_asked_again(self, asked):
        info = asked[0].info
        assert info.backend and info.model and info.revision
        assert asked[0].together >= 1


def test_the_weight_free_model_says_something_where_there_is_something_to_say(replies):
    model = MetadataModel()
    texts = {reply.text for reply in replies(model, with_cards(model))}
    assert {"they are both used for camping trips", "they are created by Taldern"} <= texts
