"""Where an address leads, and whether one may go there on a catalogue's word.

Whoever writes a catalogue names the addresses that this machine asks, so an address that leads
into the machine itself, its network or its cloud's services is refused, however it is written.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from mindgraph.products.pictures import PictureRefused

PORTS = {"http": 80, "https": 443}

MAX_ADDRESS = 4096
"""Longest address, in characters."""


@dataclass(frozen=True)
class Place:
    """An address taken apart: ASCII all of it, without user name, password and fragment."""

    scheme: str
    host: str  # lower case; an IPv6 address has no brackets
    port: int
    target: str  # path and query, percent-encoded

    @property
    def authority(self) -> str:
        """The host as the `Host` header names it, with its port where that is not the usual."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        """The one spelling of the address."""
        return f"{self.scheme}://{self.authority}{self.target}"


def refused(why: str) -> PictureRefused:
    """What is raised of an address that is not to be asked."""
    return PictureRefused("address refused", why)


def place_of(address: str, any_port: bool = False) -> Place:
    """Take an address apart; one without a scheme is https.

    Raises PictureRefused ("address refused") unless it is plain http or https, names no user and
    no odd port, and its host is a name or an address in its usual spelling.
    """
    parts = _parts(address)
    if parts.scheme not in PORTS:
        raise refused(f"only http and https are fetched, not {parts.scheme[:20]!r}")
    if "@" in parts.netloc:
        raise refused("it holds a user name or a password")
    port = _port(parts)
    if not any_port and port not in PORTS.values():
        raise refused(f"port {port}, which is neither 80 nor 443")
    return Place(parts.scheme, _host(parts.hostname or ""), port, _target(parts))


def _parts(address: str) -> SplitResult:
    if len(address) > MAX_ADDRESS:
        raise refused(f"longer than {MAX_ADDRESS} characters")
    try:
        return urlsplit(f"https:{address}" if address.startswith("//") else address)
    except ValueError:
        raise refused("it is no address") from None


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise refused("its port is no number up to 65535") from None
    return PORTS[parts.scheme] if port is None else port


_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")


def _host(name: str) -> str:
    host = _ascii(name.removesuffix("."))
    numeric = ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2])
    # Resolvers read 2130706433, 0x7f.1 and 0177.0.0.1 as addresses; nobody else does.
    if numeric and not _is_address(host):
        raise refused("its host is a number in an odd spelling")
    if not numeric and not _HOST.fullmatch(host):
        raise refused("its host is no name")
    return host


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii").lower() if len(name) < 254 else ""
    except UnicodeError:
        return ""


def _is_address(host: str) -> bool:
    try:
        return "%" not in host and bool(ip_address(host))
    except ValueError:
        return False


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._", errors="replace")
    path = path if path.startswith("/") else f"/{path}"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?", errors="replace")
    return f"{path}?{query}" if query else path


# ---- where names lead


def resolved(place: Place, seconds: float, allow_private: bool = False) -> list[str]:
    """The addresses of a host, asked for once, so that what was checked is what is connected to.

    Raises PictureRefused where a single one of them is not public, OSError where there is none,
    and TimeoutError after `seconds`.
    """
    found = [sockaddr[0] for *_, sockaddr in _looked_up(place.host, place.port, seconds)]
    addresses = list(dict.fromkeys(map(str, found)))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise refused("its host lies in a private network or on this machine")
    return addresses


def _looked_up(host: str, port: int, seconds: float) -> list[tuple[Any, ...]]:
    # The system's resolver knows no time limit, so that it is left behind where it takes too long.
    answer: Future[list[tuple[Any, ...]]] = Future()

    def ask() -> None:
        try:
            answer.set_result(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as error:
            answer.set_exception(error)

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        return answer.result(timeout=max(seconds, 0))
    except TooLate:
        raise TimeoutError("its host's name took too long to look up") from None


_PUBLIC_6 = IPv6Network("2000::/3")  # all that was ever given out; mapped, local, multicast are not
_WITHIN_4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))  # IPv4 in the last 32 bits
_6TO4 = IPv6Network("2002::/16")
_NOT_PUBLIC_6 = (
    IPv6Network("2001::/23"),  # the protocols' own, Teredo among them
    IPv6Network("2001:db8::/32"),
    IPv6Network("3fff::/20"),
)
_NOT_PUBLIC_4 = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("168.63.129.16/32"),  # the services of a cloud, at an address that looks public
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("224.0.0.0/3"),
)


def is_public(address: str) -> bool:
    """Whether an IP address can only be a host of the public internet.

    IPv6 addresses that carry an IPv4 address (mapped, NAT64, 6to4) are what they carry.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _public_4(found) if isinstance(found, IPv4Address) else _public_6(found)


def _public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)


def _public_6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if any(address in network for network in _WITHIN_4):
        return _public_4(IPv4Address(int(address) & 0xFFFFFFFF))
    if address in _6TO4:
        return _public_4(IPv4Address(int(address) >> 80 & 0xFFFFFFFF))
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)
