"""Where an address leads: how it is taken apart, and which hosts are not to be asked.

- Every spelling that a resolver would read as a number is known for one, or refused.
- What carries a private IPv4 address is as private as that.
- One private address among a host's addresses is enough.
"""

from __future__ import annotations

import socket
import threading
import time
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.products.addresses import is_public, place_of, resolved
from mindgraph.products.pictures import PictureRefused

PRIVATE = [
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - nothing binds here
    "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "192.0.0.192", "192.0.2.1", "192.168.1.1",
    "192.88.99.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%2", "fec0::1",
    "ff02::1", "100::1", "2001:db8::1", "2001::1", "3fff::1", "64:ff9b:1::1", "5f00::1",
]  # fmt: skip


def why(address: str) -> str:
    with pytest.raises(PictureRefused) as caught:
        place_of(address)
    assert caught.value.reason == "address refused"
    return caught.value.detail


# ---- addresses taken apart


@pytest.mark.parametrize(
    ("address", "one_spelling"),
    [
        ("http://Shop.Example/a.jpg", "http://shop.example/a.jpg"),
        ("HTTPS://shop.example", "https://shop.example/"),
        ("//cdn.shop.example/a.jpg", "https://cdn.shop.example/a.jpg"),
        ("http://shop.example:80/a", "http://shop.example/a"),
        ("http://shop.example:443/a", "http://shop.example:443/a"),
        ("https://shop.example./a b?c d#part", "https://shop.example/a%20b?c%20d"),
        ("https://shop.example/%7Ea/ü", "https://shop.example/%7Ea/%C3%BC"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://shop。example/", "https://shop.example/"),
        ("http://[2A00:1450::1]/", "http://[2a00:1450::1]/"),
        ("http://8.8.8.8?x", "http://8.8.8.8/?x"),
    ],
)
def test_an_address_has_one_spelling(address: str, one_spelling: str) -> None:
    assert place_of(address).address == one_spelling


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "gopher://x.org/1", "data:image/png;base64,AA", "ftp://x.org/", "//"],
)
def test_other_schemes_are_refused(address: str) -> None:
    assert why(address)


def test_a_user_or_a_password_is_refused_and_not_told() -> None:
    for address in ("http://me:secret@x.org/", "https://me@x.org", "http://x.org\\@secret.org/"):
        assert "secret" not in why(address)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.01", "0x",
        "1.2.3.4.5", "１２７.１", "shop.0x1", "[fe80::1%25eth0]", "[::1", "", "a..b", "x" * 64,
        "sh op.org", "shop%00.org", "a" * 300, "-\u2028",
    ],
)  # fmt: skip
def test_odd_hosts_are_refused(host: str) -> None:
    assert why(f"http://{host}/a.jpg")


@pytest.mark.parametrize("port", ["22", "0", "8080", "65536", "-1", "a", "80a"])
def test_odd_ports_are_refused(port: str) -> None:
    assert "port" in why(f"http://x.org:{port}/")


def test_any_port_is_for_the_asking() -> None:
    assert place_of("http://x.org:8080/a", any_port=True).authority == "x.org:8080"


def test_an_endless_address_is_refused() -> None:
    assert "longer than" in why("http://x.org/" + "a" * 5000)


@given(st.text() | st.text().map("http://x.org/".__add__) | st.text().map("http://".__add__))
def test_whatever_is_written_is_plain_or_refused(address: str) -> None:
    try:
        place = place_of(address)
    except PictureRefused:
        return
    told = place.address
    assert told.isascii() and told.isprintable() and " " not in told
    assert place_of(told) == place


# ---- private hosts


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2a00:1450::1", "64:ff9b::808:808"]
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@given(st.sampled_from([address for address in PRIVATE if ":" not in address]))
def test_what_carries_a_private_address_is_private(address: str) -> None:
    number = int(IPv4Address(address))
    for carried in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
        assert not is_public(str(IPv6Address(carried)))
    assert not is_public(f"::{address}")


def answering(*addresses: str) -> object:
    def getaddrinfo(host: str, port: int, **options: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_one_private_address_of_a_host_is_enough(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("93.184.216.34", address))
    with pytest.raises(PictureRefused, match="address refused"):
        resolved(place_of("http://shop.example/"), 5)
    assert resolved(place_of("http://shop.example/"), 5, allow_private=True)


def test_a_public_host_is_where_its_name_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("8.8.8.8", "2a00:1450::1", "8.8.8.8"))
    assert resolved(place_of("http://shop.example/"), 5) == ["8.8.8.8", "2a00:1450::1"]


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *told, **more: ended.wait(10) and [])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolved(place_of("http://shop.example/"), 0.05)
    ended.set()
    assert time.monotonic() - began < 3
