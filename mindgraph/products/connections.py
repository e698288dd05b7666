"""One request to one address: to the very host that was checked, and within a time for all of it.

Nothing is taken from the environment but the certificates that the system trusts: no proxy, no
password, no cookie. Whatever the network does becomes PictureRefused.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, cast

from mindgraph import __version__
from mindgraph.products.addresses import Place, resolved
from mindgraph.products.pictures import PictureRefused
from mindgraph.text import clean

_HEADERS = {
    "User-Agent": f"mindgraph/{__version__}",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

_MAX_HEAD = 64 * 1024
_BLOCK = 64 * 1024


class Passing(PictureRefused):
    """A fault that may be gone at the next try."""


def failed(why: str) -> PictureRefused:
    """What is raised of an address that does not answer as it should."""
    return PictureRefused("fetch failed", why)


def passing(why: str) -> Passing:
    """The same of one that may answer soon."""
    return Passing("fetch failed", why)


class Clock:
    """The seconds that one picture may take, from now on."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the end; TimeoutError where it has come."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let time pass uncounted."""
        began = time.monotonic()
        yield
        self._end += time.monotonic() - began


@contextmanager
def faults_told() -> Iterator[None]:
    """Turn what a network does into PictureRefused: Passing, or for good."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise failed(f"its certificate does not hold: {clean(error.verify_message)}") from error
    except socket.gaierror as error:
        told = passing if error.errno == socket.EAI_AGAIN else failed
        raise told("its host is not known") from error
    except TimeoutError as error:
        raise passing("it took too long") from error
    except OSError as error:
        raise passing(clean(error.strerror or type(error).__name__)[:200]) from error
    except (HTTPException, ValueError) as error:  # ValueError: a chunk of no size
        raise passing(f"no HTTP: {clean(str(error))[:200]}") from error


class Answer:
    """What came back, its head read and its body not."""

    def __init__(self, response: HTTPResponse, wire: _Wire) -> None:
        self.status = response.status
        self._response, self._wire = response, wire

    def header(self, name: str) -> str:
        """A header as text; empty where it is not there."""
        told = self._response.getheader(name) or ""
        return told.encode("latin-1", "replace").decode("utf-8", "replace").strip()

    def blocks(self, max_bytes: int) -> Iterator[bytes]:
        """The body, a block at a time; raises PictureRefused where it is too large or breaks off.

        A body without a length and without chunks ends where the connection does.
        """
        length, seen = self._response.length, 0
        _check_size(length or 0, max_bytes)
        self._wire.allowed = 2 * max_bytes + _MAX_HEAD  # chunks have sizes, and a tail
        while block := self._read():
            seen += len(block)
            _check_size(seen, max_bytes)
            yield block
        if length is not None and seen != length:
            raise passing(f"it broke off after {seen} of {length} bytes")

    def _read(self) -> bytes:
        with faults_told():
            return self._response.read(_BLOCK)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise PictureRefused("picture too large", f"over {max_bytes} bytes")


@contextmanager
def asked(place: Place, clock: Clock, allow_private: bool) -> Iterator[Answer]:
    """The answer of a place; a redirect is an answer like any other."""
    with faults_told():
        link = _connected(place, clock, allow_private)
    try:
        wire = _Wire(link, clock)
        with faults_told():
            response = _sent(place, wire)
        with closing(response):
            yield Answer(response, wire)
    finally:
        link.close()


def _sent(place: Place, wire: _Wire) -> HTTPResponse:
    connection = HTTPConnection(place.host, place.port)
    connection.sock = cast("socket.socket", _Plug(wire))
    connection.request("GET", place.target, headers={**_HEADERS, "Host": place.authority})
    return connection.getresponse()


def _connected(place: Place, clock: Clock, allow_private: bool) -> socket.socket:
    addresses = resolved(place, clock.left(), allow_private)
    for place_in_line, address in enumerate(addresses, start=1):
        share = clock.left() / (len(addresses) - place_in_line + 1)
        try:
            # By number: by now the name may lead elsewhere.
            link = socket.create_connection((address, place.port), timeout=share)
        except OSError:
            if place_in_line == len(addresses):
                raise
        else:
            return _secured(link, place, clock) if place.scheme == "https" else link
    raise failed("its host has no address")


def _secured(link: socket.socket, place: Place, clock: Clock) -> socket.socket:
    try:
        link.settimeout(clock.left())
        return _trust().wrap_socket(link, server_hostname=place.host, suppress_ragged_eofs=False)
    except BaseException:
        link.close()
        raise


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Wire(io.RawIOBase):
    """What a host says, until the clock ends or it has said more than `allowed`.

    A socket's own time limit begins anew with every byte that drips in.
    """

    def __init__(self, link: socket.socket, clock: Clock) -> None:
        self.allowed = _MAX_HEAD
        self._link, self._clock = link, clock

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next."""
        self._link.settimeout(self._clock.left())
        count = self._link.recv_into(buffer)
        self.allowed -= count
        if self.allowed < 0:
            raise HTTPException("it says too much beside the picture")
        return count

    def say(self, data: bytes) -> None:
        """Send all of the data."""
        self._link.settimeout(self._clock.left())
        self._link.sendall(data)


class _Plug:
    """As much of a socket as `http.client` asks for; closing is left to whoever opened it."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    def sendall(self, data: bytes) -> None:
        self._wire.say(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._wire)

    def close(self) -> None:
        """Nothing: `http.client` would close before the body is read."""
