"""How the tests of this folder write product cards and ask models about them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import pytest

from mindgraph.models import Generator, Job, Part, Reply, prefix_digest, request_key
from mindgraph.models.metadata import MetadataModel


def _job(model: Generator, a: str, b: str, *relations: str) -> Job:
    prefix = (Part("text", a), Part("text", b))
    told = prefix_digest(prefix)
    keys = tuple(request_key(told, relation, model.info) for relation in relations)
    return Job(prefix, relations, keys)


def _replies(model: Generator, jobs: Iterable[Job]) -> list[Reply]:
    async def stream() -> AsyncIterator[Job]:
        for job in jobs:
            yield job

    async def collect() -> list[Reply]:
        return [reply async for reply in model.run(stream())]

    return asyncio.run(collect())


def _card(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


@pytest.fixture(scope="session")
def card() -> Callable[..., str]:
    """A product card of the given fields, as canonical JSON."""
    return _card


@pytest.fixture(scope="session")
def job() -> Callable[..., Job]:
    """A job about two cards, with the request keys of a model."""
    return _job


@pytest.fixture(scope="session")
def replies() -> Callable[[Generator, Iterable[Job]], list[Reply]]:
    """All replies of a model to some jobs, in the order given."""
    return _replies


@pytest.fixture(scope="session")
def says() -> Callable[..., list[str]]:
    """What the metadata model states of two cards under one relation, a line each."""

    def ask(relation: str, a: str, b: str, **options: int) -> list[str]:
        model = MetadataModel(**options)
        (reply,) = _replies(model, [_job(model, a, b, relation)])
        assert reply.error is None
        return reply.text.splitlines()

    return ask
