"""Pictures behind addresses, asked of a real server on this machine that misbehaves.

- Each is fetched once, and kept whole or not at all.
- Time, bytes, redirects, and how much is asked at once, are bounded whatever a server does.
- No way leads to a private address unless that is allowed, redirects and changing names included.
- What failed is tried again by the next build, and alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from socketserver import TCPServer
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from mindgraph import __version__
from mindgraph.config import Config
from mindgraph.engines import Rel, Stage
from mindgraph.engines import Table as Output
from mindgraph.engines.local import LocalEngine
from mindgraph.errors import ConfigError, DiskError
from mindgraph.pipeline import products as stages
from mindgraph.products import connections
from mindgraph.products.cache import PictureCache, blob, usual_cache
from mindgraph.products.fetching import (
    FETCHED,
    Fetcher,
    Limits,
    fetch,
    fetch_pictures,
    latest_answers,
)
from mindgraph.products.pictures import PictureRefused, picture_file
from mindgraph.reasons import REASONS

LOCAL = Limits(max_bytes=100_000, seconds=10, allow_private=True, pauses=(0.0, 0.0))


def png(color: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), color).save(file, "PNG")
    return file.getvalue()


RED = png()
RED_SHA256 = hashlib.sha256(RED).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Answers as its shop's routes say."""

    protocol_version = "HTTP/1.1"
    server: Shop

    def do_GET(self) -> None:
        self.close_connection = True
        path = self.path.partition("?")[0]
        self.server.seen.append((path, dict(self.headers)))
        try:
            self.server.routes[path](self)
        except OSError:  # who asked has gone away
            return

    def log_message(self, *told: object) -> None:
        """Nothing."""

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        told = {"Content-Length": str(len(body)), **headers}
        self.head(status, **told)
        self.wfile.write(body)

    def head(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


Route = Callable[[Handler], None]


class Shop(ThreadingHTTPServer):
    """A server that notes what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Route] = {"/red.png": serving(RED)}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking for the name of 127.0.0.1

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def route(self, path: str, route: Route) -> str:
        self.routes[path] = route
        return self.at(path)

    @property
    def asked(self) -> list[str]:
        return [path for path, _ in self.seen]

    def handle_error(self, *told: object) -> None:
        """Nothing: clients break off on purpose."""


def serving(body: bytes = RED, status: int = 200, **headers: str) -> Route:
    return lambda handler: handler.answer(body, status, **headers)


def in_turn(*routes: Route) -> Route:
    waiting = list(routes)
    return lambda handler: (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(tmp_path: Path) -> PictureCache:
    return PictureCache(tmp_path / "cache")


def kept(cache: PictureCache) -> list[str]:
    """What of the cache is a file: blobs and notes, and what was left under a passing name."""
    return sorted(str(p.relative_to(cache.folder)) for p in cache.folder.rglob("*") if p.is_file())


def refusal(cache: PictureCache, address: str, limits: Limits = LOCAL) -> PictureRefused:
    with pytest.raises(PictureRefused) as caught:
        Fetcher(cache, limits).fetch(address)
    assert caught.value.reason in REASONS
    assert kept(cache) == []
    return caught.value


# ---- what comes in


def test_a_picture_is_fetched_once(shop: Shop, cache: PictureCache) -> None:
    address = shop.at("/red.png")
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256
    assert blob(cache.folder, RED_SHA256).read_bytes() == RED
    assert Fetcher(cache, LOCAL).fetch(address + "#part") == RED_SHA256
    assert shop.asked == ["/red.png"]


def test_what_is_asked_is_plain_and_says_who_asks(
    shop: Shop, cache: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    Fetcher(cache, LOCAL).fetch(shop.at("/red.png?size=1 2"))
    ((_, headers),) = shop.seen
    assert headers == {
        "User-Agent": f"mindgraph/{__version__}",
        "Accept": "image/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Host": f"127.0.0.1:{shop.port}",
    }


def test_equal_bytes_are_one_file(shop: Shop, cache: PictureCache) -> None:
    shop.route("/again.png", serving())
    rows = fetch([shop.at("/red.png"), shop.at("/again.png")], cache, LOCAL)
    assert [row["sha256"] for row in rows] == [RED_SHA256] * 2
    folders = Counter(Path(name).parts[0] for name in kept(cache))
    assert folders == {"blobs": 1, "addresses": 2}


def test_a_note_says_what_was_fetched(shop: Shop, cache: PictureCache) -> None:
    Fetcher(cache, LOCAL).fetch(shop.at("/red.png"))
    (note,) = (cache.folder / "addresses").iterdir()
    told = json.loads(note.read_text())
    assert note.stem == hashlib.sha256(told["url"].encode()).hexdigest()
    assert (told["url"], told["sha256"]) == (shop.at("/red.png"), RED_SHA256)
    assert told["fetched"].endswith("+00:00")


def test_the_bytes_decide_not_what_the_server_calls_them(shop: Shop, cache: PictureCache) -> None:
    address = shop.route("/a", serving(Content_Type="text/html"))
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256


def test_chunks_and_an_end_by_closing_are_read(shop: Shop, cache: PictureCache) -> None:
    def chunked(handler: Handler) -> None:
        handler.head(Transfer_Encoding="chunked")
        for at in range(0, len(RED), 7):
            part = RED[at : at + 7]
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")

    def closed(handler: Handler) -> None:
        handler.head()
        handler.wfile.write(RED)

    for address in (shop.route("/a", chunked), shop.route("/b", closed)):
        assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256


def test_redirects_are_followed(shop: Shop, cache: PictureCache) -> None:
    shop.route("/c", serving(b"", 302, Location="red.png"))
    shop.route("/b", serving(b"", 308, Location=shop.at("/c")))
    first = shop.route("/ä".replace("ä", "%C3%A4"), serving(b"", 301, Location="/b"))
    assert Fetcher(cache, LOCAL).fetch(first) == RED_SHA256
    assert Fetcher(cache, LOCAL).fetch(first) == RED_SHA256
    assert len(shop.asked) == 4


# ---- what does not


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204, 206, 304])
def test_an_answer_for_good_is_asked_for_once(shop: Shop, cache: PictureCache, status: int) -> None:
    refused = refusal(cache, shop.route("/a", serving(b"", status)))
    assert (refused.reason, refused.detail) == ("fetch failed", f"status {status}")
    assert len(shop.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_tried_again(shop: Shop, cache: PictureCache, status: int) -> None:
    address = shop.route("/a", in_turn(serving(b"", status), serving()))
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256
    assert len(shop.asked) == 2


def test_a_fault_that_stays_is_told_after_three_tries(shop: Shop, cache: PictureCache) -> None:
    refused = refusal(cache, shop.route("/a", serving(b"", 500)))
    assert (refused.reason, refused.detail) == ("fetch failed", "status 500")
    assert len(shop.asked) == 3


def test_no_try_is_begun_that_the_time_does_not_hold(shop: Shop, cache: PictureCache) -> None:
    limits = replace(LOCAL, seconds=5, pauses=(60.0,))
    assert refusal(cache, shop.route("/a", serving(b"", 500)), limits).detail == "status 500"
    assert len(shop.asked) == 1


def test_other_bytes_are_no_picture(shop: Shop, cache: PictureCache) -> None:
    html = serving(b"<!DOCTYPE html><html>", Content_Type="image/png")
    assert refusal(cache, shop.route("/a", html)).reason == "not a picture"
    assert refusal(cache, shop.route("/b", serving(b""))).reason == "not a picture"


def test_packed_bytes_are_refused(shop: Shop, cache: PictureCache) -> None:
    refused = refusal(cache, shop.route("/a", serving(Content_Encoding="gzip")))
    assert (refused.reason, refused.detail) == ("fetch failed", "it comes packed as 'gzip'")
    identity = shop.route("/b", serving(Content_Encoding="Identity"))
    assert Fetcher(cache, LOCAL).fetch(identity) == RED_SHA256


def flood(handler: Handler) -> None:
    while not handler.server.ended.is_set():
        handler.wfile.write(RED + bytes(10_000))


def test_a_body_larger_than_the_bound_is_left(shop: Shop, cache: PictureCache) -> None:
    def honest(handler: Handler) -> None:
        handler.head(Content_Length="100001")

    def silent(handler: Handler) -> None:
        handler.head()
        flood(handler)

    def chunked(handler: Handler) -> None:
        handler.head(Transfer_Encoding="chunked")
        while not handler.server.ended.is_set():
            handler.wfile.write(b"2710\r\n" + RED.ljust(10_000) + b"\r\n")

    def negative(handler: Handler) -> None:
        handler.head(Content_Length="-5")
        flood(handler)

    for place, route in enumerate((honest, silent, chunked, negative)):
        refused = refusal(cache, shop.route(f"/{place}", route))
        assert (refused.reason, refused.detail) == ("picture too large", "over 100000 bytes")


def test_of_a_body_longer_than_its_length_the_length_is_read(
    shop: Shop, cache: PictureCache
) -> None:
    def lying(handler: Handler) -> None:
        handler.answer(RED)
        flood(handler)

    assert Fetcher(cache, LOCAL).fetch(shop.route("/a", lying)) == RED_SHA256


def test_a_body_that_breaks_off_is_no_picture_yet(shop: Shop, cache: PictureCache) -> None:
    def broken(handler: Handler) -> None:
        handler.head(Content_Length="1000")
        handler.wfile.write(RED[:50])

    def chunk(handler: Handler) -> None:
        handler.head(Transfer_Encoding="chunked")
        handler.wfile.write(b"ff\r\n" + RED[:50])

    assert "broke off after 50 of 1000" in refusal(cache, shop.route("/a", broken)).detail
    assert refusal(cache, shop.route("/b", chunk)).reason == "fetch failed"
    address = shop.route("/c", in_turn(broken, chunk, serving()))
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256


def test_a_dropped_connection_is_a_passing_fault(shop: Shop, cache: PictureCache) -> None:
    def dropped(handler: Handler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    assert refusal(cache, shop.route("/a", dropped)).reason == "fetch failed"
    assert len(shop.asked) == 3
    address = shop.route("/b", in_turn(dropped, serving()))
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 100_000,
    ],
    ids=["no http", "many headers", "long header", "endless continue", "no chunk", "long tail"],
)
def test_no_http_is_told(shop: Shop, cache: PictureCache, raw: bytes) -> None:
    address = shop.route("/a", lambda handler: handler.wfile.write(raw))
    assert refusal(cache, address).detail.startswith("no HTTP: ")


def test_nobody_there_is_told(cache: PictureCache) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refusal(cache, f"http://127.0.0.1:{port}/").detail == "Connection refused"


@pytest.mark.parametrize("where", ["head", "body", "silence"])
def test_a_drip_does_not_outlast_the_time(shop: Shop, cache: PictureCache, where: str) -> None:
    def dripping(handler: Handler) -> None:
        if where == "body":
            handler.head(Content_Length="1000")
        elif where == "head":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nA: ")
        while not handler.server.ended.wait(0.02):
            handler.wfile.write(b"" if where == "silence" else b"\x89")

    began = time.monotonic()
    refused = refusal(cache, shop.route("/a", dripping), replace(LOCAL, seconds=0.3))
    assert (refused.reason, refused.detail) == ("fetch failed", "it took too long")
    assert time.monotonic() - began < 3


# ---- where redirects lead


def test_redirects_end(shop: Shop, cache: PictureCache) -> None:
    address = shop.route("/a", serving(b"", 302, Location="/a"))
    refused = refusal(cache, address)
    assert (refused.reason, refused.detail) == ("fetch failed", "over 3 redirects")
    assert len(shop.asked) == 4


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://me:secret@127.0.0.1/", "gopher://x.org/", "http://2130706433/"],
)
def test_a_redirect_is_an_address_like_any_other(
    shop: Shop, cache: PictureCache, location: str
) -> None:
    refused = refusal(cache, shop.route("/a", serving(b"", 302, Location=location)))
    assert refused.reason == "address refused"


@pytest.mark.parametrize(
    "location", ["http://[::1", "//[", "http://a\u2100b/".encode().decode("latin-1"), "http://]/"]
)
def test_a_redirect_to_what_is_no_address_is_not_followed(
    shop: Shop, cache: PictureCache, location: str
) -> None:
    refused = refusal(cache, shop.route("/a", serving(b"", 302, Location=location)))
    assert refused.reason == "address refused"


class Internet:
    """Names that lead to a public address, behind which the shop stands."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.connected: list[str] = []
        really_ask = socket.getaddrinfo

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            self.connected.append(address[0])
            link = socket.socket()
            link.settimeout(timeout)
            link.connect(("127.0.0.1", shop.port))
            return link

        def ask(host: str, port: int, **more: Any) -> Any:
            if host not in self.names:
                return really_ask(host, port, flags=socket.AI_NUMERICHOST, **more)
            answers = self.names[host]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(0, 0, 0, "", (address, port)) for address in found]

        monkeypatch.setattr(socket, "create_connection", connect)
        monkeypatch.setattr(socket, "getaddrinfo", ask)


@pytest.fixture
def internet(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Internet:
    return Internet(shop, monkeypatch)


PUBLIC = "93.184.216.34"
OUTSIDE = replace(LOCAL, allow_private=False)


def test_a_public_host_is_asked_under_its_name(
    shop: Shop, cache: PictureCache, internet: Internet
) -> None:
    internet.names["shop.example"] = [[PUBLIC]]
    assert Fetcher(cache, OUTSIDE).fetch("http://shop.example/red.png") == RED_SHA256
    assert shop.seen[0][1]["Host"] == "shop.example"
    assert internet.connected == [PUBLIC]


def test_without_leave_no_private_address_is_asked(
    shop: Shop, cache: PictureCache, internet: Internet
) -> None:
    internet.names |= {"in.example": [["10.0.0.1"]], "both.example": [[PUBLIC, "127.0.0.1"]]}
    hosts = ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "169.254.169.254"]
    for host in (*hosts, "2130706433", "0x7f.1", "0177.0.0.1", "in.example", "both.example"):
        assert refusal(cache, f"http://{host}/red.png", OUTSIDE).reason == "address refused"
    assert refusal(cache, shop.at("/red.png"), OUTSIDE).reason == "address refused"
    assert (shop.asked, internet.connected) == ([], [])


def test_a_redirect_into_a_private_network_is_not_followed(
    shop: Shop, cache: PictureCache, internet: Internet
) -> None:
    internet.names["shop.example"] = [[PUBLIC]]
    for location in ("http://127.0.0.1/red.png", "//169.254.169.254/", "http://x.example:22/"):
        shop.route("/a", serving(b"", 302, Location=location))
        refused = refusal(cache, "http://shop.example/a", OUTSIDE)
        assert refused.reason == "address refused"
    assert set(shop.asked) == {"/a"}


def test_a_name_that_changes_is_connected_to_as_it_was_checked(
    cache: PictureCache, internet: Internet
) -> None:
    internet.names["shop.example"] = [[PUBLIC], ["127.0.0.1"]]
    assert Fetcher(cache, OUTSIDE).fetch("http://shop.example/red.png") == RED_SHA256
    assert internet.connected == [PUBLIC]


def test_a_name_that_changes_is_checked_at_every_redirect(
    shop: Shop, cache: PictureCache, internet: Internet
) -> None:
    internet.names["shop.example"] = [[PUBLIC], ["127.0.0.1"]]
    shop.route("/a", serving(b"", 302, Location="/red.png"))
    refused = refusal(cache, "http://shop.example/a", OUTSIDE)
    assert refused.reason == "address refused"
    assert shop.asked == ["/a"]


def test_an_unknown_host_is_told(cache: PictureCache, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ask(*told: object, **more: object) -> None:
        asked.append(told)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    refused = refusal(cache, "http://nowhere.example/", OUTSIDE)
    assert (refused.reason, refused.detail) == ("fetch failed", "its host is not known")
    assert len(asked) == 1


def test_the_next_address_of_a_host_is_tried(
    shop: Shop, cache: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_ask = socket.getaddrinfo

    def ask(host: str, port: int, *more: Any, **named: Any) -> Any:
        if host != "shop.example":
            return really_ask(host, port, *more, **named)
        return [(0, 0, 0, "", (address, port)) for address in ("::1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    address = shop.at("/red.png", "shop.example")
    assert Fetcher(cache, LOCAL).fetch(address) == RED_SHA256


# ---- https


@pytest.fixture
def secure(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop behind TLS, with a certificate for shop.example that this machine trusts."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is absent; it makes the certificate")
    key, cert = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    named = ["-subj", "/CN=shop.example", "-addext", "subjectAltName=DNS:shop.example"]
    command = ["openssl", *made.split(), *named, "-keyout", key, "-out", cert]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    shop.socket = context.wrap_socket(shop.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", cert)
    connections._trust.cache_clear()
    yield shop
    connections._trust.cache_clear()


def test_https_is_held_to_its_name(secure: Shop, cache: PictureCache, internet: Internet) -> None:
    internet.names |= {"other.example": [[PUBLIC]], "shop.example": [[PUBLIC]]}
    refused = refusal(cache, "https://other.example/red.png", OUTSIDE)
    assert refused.detail.startswith("its certificate does not hold: ")
    assert secure.asked == []
    assert Fetcher(cache, OUTSIDE).fetch("//shop.example/red.png") == RED_SHA256


def test_https_leads_not_back_to_http(
    secure: Shop, cache: PictureCache, internet: Internet
) -> None:
    internet.names["shop.example"] = [[PUBLIC]]
    secure.route("/a", serving(b"", 302, Location="http://shop.example/red.png"))
    refused = refusal(cache, "https://shop.example/a", OUTSIDE)
    assert (refused.reason, refused.detail) == ("address refused", "it leads from https to http")


def test_https_that_breaks_off_is_noticed(
    secure: Shop, cache: PictureCache, internet: Internet
) -> None:
    def cut(handler: Handler) -> None:
        handler.head()
        handler.wfile.write(RED[:50])
        handler.connection.shutdown(socket.SHUT_RDWR)  # without the farewell of TLS

    internet.names["shop.example"] = [[PUBLIC]]
    secure.route("/a", cut)
    assert refusal(cache, "https://shop.example/a", OUTSIDE).reason == "fetch failed"


# ---- the cache


def test_a_damaged_copy_is_fetched_again(shop: Shop, cache: PictureCache) -> None:
    Fetcher(cache, LOCAL).fetch(shop.at("/red.png"))
    blob(cache.folder, RED_SHA256).write_bytes(RED[:-1])
    assert Fetcher(cache, LOCAL).fetch(shop.at("/red.png")) == RED_SHA256
    assert blob(cache.folder, RED_SHA256).read_bytes() == RED
    assert len(shop.asked) == 2


@pytest.mark.parametrize(
    "note",
    [
        "",
        "[]",
        "{}",
        "null",
        json.dumps({"url": "http://x.org/", "sha256": RED_SHA256}),
        '{"sha256": "../../../etc/passwd"}',
    ],
)
def test_a_damaged_note_is_no_note(shop: Shop, cache: PictureCache, note: str) -> None:
    Fetcher(cache, LOCAL).fetch(shop.at("/red.png"))
    (file,) = (cache.folder / "addresses").iterdir()
    file.write_text(note)
    assert cache.find(shop.at("/red.png")) is None
    assert Fetcher(cache, LOCAL).fetch(shop.at("/red.png")) == RED_SHA256


KILLED = """
import os, sys
from pathlib import Path
from mindgraph.products.cache import PictureCache
def blocks():
    yield bytes(1 << 20)
    os._exit(9)
PictureCache(Path(sys.argv[1])).keep("http://x.org/", blocks())
"""


def test_a_killed_process_leaves_no_picture(cache: PictureCache) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(cache.folder)], check=False)
    assert ended.returncode == 9
    (left,) = kept(cache)
    assert left.startswith("drafts/")
    assert cache.find("http://x.org/") is None
    PictureCache(cache.folder)
    assert kept(cache) == [left]  # its process could be alive
    os.utime(cache.folder / left, (0, 0))
    PictureCache(cache.folder)
    assert kept(cache) == []


def test_a_full_disk_is_no_picture_s_fault(
    shop: Shop, cache: PictureCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        fetch([shop.at("/red.png")], cache, LOCAL)
    assert kept(cache) == []


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match=r"name another pictures\.cache"):
        PictureCache(tmp_path / "file" / "cache")


def test_the_usual_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert usual_cache() == tmp_path / "mindgraph" / "pictures"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert usual_cache() == Path.home() / ".cache" / "mindgraph" / "pictures"


def test_two_may_fetch_into_one_cache(shop: Shop, cache: PictureCache) -> None:
    both = threading.Barrier(2, timeout=10)

    def together(handler: Handler) -> None:
        both.wait()
        handler.answer(RED)

    address = shop.route("/a", together)
    found: list[str] = []
    other = PictureCache(cache.folder)
    threads = [
        threading.Thread(target=lambda c=c: found.append(Fetcher(c, LOCAL).fetch(address)))
        for c in (cache, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [RED_SHA256] * 2
    assert len(kept(cache)) == 2


# ---- bounds


def test_only_so_much_is_asked_at_once(shop: Shop, cache: PictureCache) -> None:
    lock, active, most = threading.Lock(), Counter[str](), Counter[str]()

    def slow(handler: Handler) -> None:
        host = handler.headers["Host"].partition(":")[0]
        with lock:
            active.update([host, "all"])
            most.update(active - most)
        handler.server.ended.wait(0.02)
        with lock:
            active.subtract([host, "all"])
        handler.answer(RED)

    addresses = [shop.route(f"/{place}", slow) for place in range(10)]
    rows = fetch(addresses, cache, replace(LOCAL, at_once=8, per_host=2))
    assert [row["sha256"] for row in rows] == [RED_SHA256] * 10
    assert most == {"127.0.0.1": 2, "all": 2}
    shutil.rmtree(cache.folder / "addresses")
    fetch(addresses, cache, replace(LOCAL, at_once=3, per_host=4))
    assert most["all"] == 3


def test_waiting_for_a_turn_takes_none_of_a_pictures_time(shop: Shop, cache: PictureCache) -> None:
    def slow(handler: Handler) -> None:
        handler.server.ended.wait(0.2)
        handler.answer(RED)

    addresses = [shop.route(f"/{place}", slow) for place in range(5)]
    rows = fetch(addresses, cache, replace(LOCAL, seconds=0.7, at_once=5, per_host=1))
    assert all(row["sha256"] for row in rows)


def test_memory_does_not_grow_with_a_picture(shop: Shop, cache: PictureCache) -> None:
    block = bytes(100_000)

    def large(handler: Handler) -> None:
        handler.head(Content_Length=str(len(RED) + 200 * len(block)))
        handler.wfile.write(RED)
        for _ in range(200):
            handler.wfile.write(block)

    address = shop.route("/a", large)
    tracemalloc.start()
    Fetcher(cache, replace(LOCAL, max_bytes=50_000_000)).fetch(address)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000


# ---- the stages


def test_every_address_has_one_row(shop: Shop, tmp_path: Path) -> None:
    addresses = [shop.at("/red.png"), "ftp://x.org/a", shop.route("/b", serving(b"", 404))]
    outcome = fetch_pictures(pa.table({"address": addresses}), tmp_path / "cache", LOCAL)
    rows = outcome.tables["fetched"]
    assert (outcome.seen, rows.schema) == (3, FETCHED)
    assert rows["address"].to_pylist() == addresses
    assert rows["sha256"].to_pylist() == [RED_SHA256, None, None]
    assert rows["reason"].to_pylist() == [None, "address refused", "fetch failed"]
    assert rows["detail"].to_pylist()[2] == "status 404"


class Building:
    """Builds of one run, as far as its pictures."""

    def __init__(self, run: Path, images: list[str], **pictures: Any) -> None:
        told = {"fetch": True, "cache": run / "cache", "allow_private": True, **pictures}
        told = {"name": "shop", "products": [{"path": run / "p.csv"}], "pictures": told}
        self.config = Config.model_validate(told)
        self.folder, self.images = run, images

    def products(self) -> Stage:
        rows = ", ".join(
            f"('P{at}', '{image}', 'p.csv', {at})" for at, image in enumerate(self.images)
        )
        sql = f"SELECT * FROM (VALUES {rows}) AS p(id, image, file, row)"
        return Rel("products", {}, {"products": sql}, "products", f"SELECT {len(self.images)}")

    def build(self) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
        """One build: its rows of pictures, and what was left out."""
        engine = LocalEngine(self.folder / "run")
        products = self.products()
        engine.run(products)
        fetched = stages.fetched(self.config, products)
        answered = ""
        if fetched:
            engine.run(fetched)
            answered = latest_answers(engine.files(Output(fetched, "fetched")))
        seen = stages.pictures_of(self.config, products, fetched, answered)
        for table in seen.reads["fetched"]:
            engine.run(table.stage)
        engine.run(seen)
        self.identity = seen.identity
        kept, left = (self.rows(engine, seen, name) for name in ("pictures", "rejected"))
        return kept, [(row["reason"], row["detail"]) for row in left]

    def rows(self, engine: LocalEngine, stage: Stage, name: str) -> list[dict[str, Any]]:
        import pyarrow.parquet as pq

        files = engine.files(Output(stage, name))
        return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def test_fetched_pictures_keep_their_address_as_their_name(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "blue.png").write_bytes(png("blue"))
    images = [shop.at("/red.png"), "blue.png", shop.at("/red.png")]
    building = Building(tmp_path, images, folder=tmp_path)
    kept, left = building.build()
    assert left == []
    assert [row["path"] for row in kept] == images
    assert [row["colors"] for row in kept] == [["red"], ["blue"], ["red"]]
    assert [picture_file(tmp_path, row).read_bytes() for row in kept] == [RED, png("blue"), RED]
    assert shop.asked == ["/red.png"]


def test_without_leave_to_fetch_nothing_is_asked(shop: Shop, tmp_path: Path) -> None:
    address = shop.at("/red.png")
    kept, left = Building(tmp_path, [address], fetch=False).build()
    assert (kept, left) == ([], [("picture not fetched", address)])
    assert shop.asked == []
    assert not (tmp_path / "cache").exists()


def test_the_next_build_asks_for_what_failed_and_for_nothing_else(
    shop: Shop, tmp_path: Path
) -> None:
    late = shop.route("/late.png", serving(b"", 404))
    building = Building(tmp_path, [shop.at("/red.png"), late])
    kept, left = building.build()
    assert left == [("fetch failed", f"{late}: status 404")]
    first = building.identity
    building.build()
    assert building.identity == first  # the same fault says nothing new
    shop.route("/late.png", serving(png("blue")))
    kept, left = building.build()
    assert ([row["colors"] for row in kept], left) == ([["red"], ["blue"]], [])
    assert building.identity != first
    asked, last = Counter(shop.asked), building.identity
    assert asked == {"/red.png": 1, "/late.png": 3}
    building.build()
    assert (Counter(shop.asked), building.identity) == (asked, last)


def test_a_new_run_is_made_from_the_cache(shop: Shop, tmp_path: Path) -> None:
    building = Building(tmp_path, [shop.at("/red.png")])
    before = building.build()
    shutil.rmtree(tmp_path / "run")
    assert building.build() == before
    assert len(shop.asked) == 1


def test_what_the_cache_lost_is_fetched_again(shop: Shop, tmp_path: Path) -> None:
    building = Building(tmp_path, [shop.at("/red.png")])
    before = building.build()
    shutil.rmtree(tmp_path / "cache")
    assert building.build() == before
    assert blob(tmp_path / "cache", RED_SHA256).read_bytes() == RED
    assert len(shop.asked) == 2


def test_a_copy_that_was_damaged_is_told_and_then_fetched_again(shop: Shop, tmp_path: Path) -> None:
    building = Building(tmp_path, [shop.at("/red.png")])
    before = building.build()
    blob(tmp_path / "cache", RED_SHA256).write_bytes(b"else")
    shutil.rmtree(next((tmp_path / "run" / "stages").glob("pictures-*")))
    kept, left = building.build()
    assert (kept, [reason for reason, _ in left]) == ([], ["fetch failed"])
    assert building.build() == before


def test_one_run_keeps_its_private_words(tmp_path: Path) -> None:
    _, left = Building(
        tmp_path, ["http://me:secret@x.org/a.png", "data:image/png;base64,AA"]
    ).build()
    assert [reason for reason, _ in left] == ["address refused"] * 2
    assert "secret" not in str(left) and "x.org/a.png" in left[0][1]


def test_a_cache_whose_name_is_a_pattern_is_refused(tmp_path: Path) -> None:
    building = Building(tmp_path, ["//x.org/"], cache=tmp_path / "ca[ch]e")
    with pytest.raises(ConfigError, match=r"set another pictures\.cache"):
        building.build()


def test_a_cache_may_have_a_quote_in_its_name(shop: Shop, tmp_path: Path) -> None:
    building = Building(tmp_path, [shop.at("/red.png")], cache=tmp_path / "Pat's = cache")
    building.build()
    kept, _ = building.build()
    assert len(kept) == 1 == len(shop.asked)
