"""How the tests of this folder ask an endpoint, with a clock that nobody has to wait for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mindgraph.models import Job, ModelInfo, Part, Sampling, prefix_digest, request_key
from mindgraph.models.endpoint import EndpointModel
from mindgraph.models.endpoint.limits import Pace

KEY = "sk-very-secret-4711"


class Clock:
    """Seconds that pass only when somebody sleeps; `slept` are the naps taken."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def open_picture(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


@pytest.fixture
def clock() -> Clock:
    """A clock at which no test has to wait."""
    return Clock()


@pytest.fixture(autouse=True)
def _key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def endpoint(clock: Clock) -> Callable[..., EndpointModel]:
    """A model at a server, which waits by the test's clock."""

    def at(url: str, **options: Any) -> EndpointModel:
        pace = Pace(options.get("requests_per_minute"), clock.sleep, clock)
        told = {"model": "m", "open_picture": open_picture, "timeout": 5, "pace": pace, **options}
        return EndpointModel(url=url, **told)

    return at


INFO = ModelInfo("endpoint", "m", "unpinned openai")


@pytest.fixture(scope="session")
def asks() -> Callable[..., Job]:
    """A job about one prefix: texts, or parts."""

    def job(prefix: str | tuple[Part, ...], *suffixes: str, **options: Any) -> Job:
        parts = (Part("text", prefix),) if isinstance(prefix, str) else prefix
        sampling = Sampling(**{"max_tokens": 20, **options.pop("sampling", {})})
        op = options.pop("op", "generate")
        told = prefix_digest(parts)
        keys = tuple(request_key(told, suffix, INFO, sampling, op) for suffix in suffixes)
        return Job(parts, suffixes, keys, sampling, op)

    return job
