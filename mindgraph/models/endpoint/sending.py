"""One attempt over the wire: a body goes out, bytes of bounded size come back, or why not.

Nothing of the environment but the named key has a say in what is sent, no redirect is followed,
and no library's error leaves this room.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from mindgraph.errors import UsageError
from mindgraph.models.endpoint.answers import excerpt, listed, redacted
from mindgraph.models.endpoint.limits import told_to_wait

if TYPE_CHECKING:
    import httpx2
    import openai

MOST_BYTES = 4 << 20
"""How large an answer may be."""

_NO_LIST = {404, 405, 501}  # of a server that answers questions alone


class FailedError(Exception):
    """An attempt without an answer: `status` of HTTP where there was one, and what may help."""

    def __init__(
        self,
        told: str,
        status: int | None = None,
        wait: float | None = None,
        again: bool = True,
        unreachable: bool = False,
    ) -> None:
        super().__init__(told)
        self.status = status
        self.wait = wait
        self.again = again
        self.unreachable = unreachable


@dataclass(frozen=True)
class Place:
    """Where a server is, and the name of the variable that holds its key; never the key.

    Raises UsageError for what is no address.
    """

    url: str
    key_variable: str
    timeout: float

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _no_url()
        if "@" in parts.netloc or parts.query:
            raise UsageError("an endpoint's url holds no secrets; name the key's variable instead")

    @property
    def host(self) -> str:
        """The server's name and port, as messages tell it."""
        return urlsplit(self.url).netloc

    def key(self) -> str | None:
        """The key; None for this very machine. Raises UsageError where one is needed and absent."""
        found = os.environ.get(self.key_variable, "").strip()
        if not (found.isascii() and found.isprintable()):
            raise UsageError(f"{self.key_variable} holds no key: a key is one line of plain ASCII")
        if found or self.is_here:
            return found or None
        raise UsageError(
            f"{self.host} wants a key and {self.key_variable} is empty; put the key into it, "
            "or name another variable as the model's key_variable"
        )

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this machine."""
        name = urlsplit(self.url).hostname or ""
        try:
            return name == "localhost" or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _no_url() -> UsageError:
    return UsageError("an endpoint's url is like http://127.0.0.1:8000/v1, of plain characters")


def _parts(url: str) -> SplitResult:
    # urlsplit drops line breaks in silence, and tells of a wrong port only when asked for it
    if " " in url or not url.isprintable():
        raise _no_url()
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _no_url() from None
    return parts


class Wire:
    """An open client of one server."""

    def __init__(self, client: openai.AsyncOpenAI, place: Place, key: str | None) -> None:
        self.host = place.host
        self._client = client
        self._key = key
        self._timeout = place.timeout

    def excerpt(self, text: str) -> str:
        """A foreign text as a message may quote it."""
        return excerpt(text, self._key)

    async def send(self, body: Mapping[str, Any]) -> bytes:
        """The bytes of an answer with status 200, without the key; raises FailedError."""
        return redacted(await self._within(self._post(body)), self._key)

    async def reach(self) -> frozenset[str] | None:
        """The models that the server lists; None where it answers, but keeps no such list.

        That needs the server and the key. Raises FailedError.
        """
        try:
            return listed(await self._within(self._list()))
        except FailedError as error:
            if error.status in _NO_LIST:
                return None
            raise

    async def _within(self, asked: Coroutine[Any, Any, bytes]) -> bytes:
        import httpx2
        import openai

        try:
            # The client's own limit is one of silence; a server may drip for hours.
            return await asyncio.wait_for(asked, self._timeout)
        except (asyncio.TimeoutError, openai.APITimeoutError):
            raise FailedError(f"no answer within {self._timeout:g} seconds") from None
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except _TooLargeError as error:
            raise FailedError(str(error), again=False) from None
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError) as error:
            raise self._cut(error) from None
        except Exception as error:  # whatever an answer made the client stumble over
            raise FailedError(f"the client cannot read it ({type(error).__name__})") from None

    async def _post(self, body: Mapping[str, Any]) -> bytes:
        # Raw, as the client would take nearly anything for an answer.
        knobs = {name: body[name] for name in body if name not in ("model", "messages")}
        answer = await self._client.chat.completions.with_raw_response.create(
            model=body["model"], messages=body["messages"], extra_body=knobs
        )
        return answer.content

    async def _list(self) -> bytes:
        return (await self._client.models.with_raw_response.list()).content

    def _refused(self, error: openai.APIStatusError) -> FailedError:
        status = error.status_code
        body = redacted(error.response.content, self._key).decode(errors="replace")
        told = f"status {status}: {self.excerpt(_said(body))}"
        wait = told_to_wait(error.response.headers.get("retry-after"))
        return FailedError(told, status, wait, again=status in (408, 409, 429) or status >= 500)

    def _cut(self, error: Exception) -> FailedError:
        import httpx2

        causes = _causes(error)
        unreachable = any(isinstance(cause, httpx2.ConnectError) for cause in causes)
        unknown = any(isinstance(cause, socket.gaierror) for cause in causes)
        names = self.excerpt(" ".join(type(cause).__name__ for cause in causes[:2]))
        told = "no connection" if unreachable else "the connection broke"
        return FailedError(f"{told} ({names})", again=not unknown, unreachable=unreachable)


def _causes(error: BaseException | None) -> list[BaseException]:
    """What lies under an error, or the error itself."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found[1:] or found


def _said(text: str) -> str:
    """The message inside a server's error, or all it sent."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    error = told.get("error", told) if isinstance(told, dict) else told
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else text


# ---- opening


@asynccontextmanager
async def opened(place: Place) -> AsyncIterator[Wire]:
    """A wire to a server, closed at the end.

    Raises UsageError without the library or the key, and for a host that cannot be.
    """
    try:
        import openai  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError(
            "the endpoint model needs openai; pip install 'mindgraph[endpoint]'"
        ) from error
    key = place.key()
    async with _client(place, key) as client:
        yield Wire(client, place, key)


def _client(place: Place, key: str | None) -> openai.AsyncOpenAI:
    import httpx2
    import openai

    try:
        client = openai.AsyncOpenAI(
            api_key=key or "none",
            base_url=place.url,
            max_retries=0,
            timeout=place.timeout,
            http_client=_http_client(place),
        )
    except httpx2.InvalidURL:
        raise _no_url() from None
    # taken from the environment, and no business of a server that the config names
    client.organization = client.project = None
    return client


def _http_client(place: Place) -> httpx2.AsyncClient:
    import httpx2

    return httpx2.AsyncClient(
        follow_redirects=False,
        timeout=place.timeout,
        headers={"Accept-Encoding": "identity"},  # what is packed can be of any size
        event_hooks={"response": [_spelt_plainly, _bound]},
        limits=httpx2.Limits(max_connections=None),
        trust_env=not place.is_here,
    )


async def _spelt_plainly(response: httpx2.Response) -> None:
    # The client decodes by the charset that is told, which may be any codec that Python has.
    response.headers["content-type"] = "application/json; charset=utf-8"


class _TooLargeError(Exception):
    pass


async def _bound(response: httpx2.Response) -> None:
    import httpx2

    if response.headers.get("content-encoding", "identity") != "identity":
        raise _TooLargeError("the answer is packed, so that its size cannot be known")
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _bounded(response.stream)


def _bounded(stream: httpx2.AsyncByteStream) -> httpx2.AsyncByteStream:
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = MOST_BYTES
            async for piece in stream:
                left -= len(piece)
                if left < 0:
                    raise _TooLargeError(f"the answer is larger than {MOST_BYTES} bytes")
                yield piece

        async def aclose(self) -> None:
            await stream.aclose()

    return Bounded()
