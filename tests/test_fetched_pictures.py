"""Pictures by their address, in a whole build: fetched once, told where they fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

import mindgraph
from mindgraph.runs import Built
from tests.speaker import Speaker

ENDPOINT = {"url": "http://127.0.0.1:9/v1", "model": "none"}


class Shelf:
    """A web server with pictures by path; what is missing is a 404."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self.asked: list[str] = []
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shelf.asked.append(self.path)
                found = shelf.pictures.get(self.path)
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(found or b"")))
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *told: Any) -> None:
                """Nobody reads it."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


def png(color: str) -> bytes:
    written = BytesIO()
    Image.new("RGB", (40, 30), color).save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    """Two of three pictures; the third is missing for now."""
    server = Shelf()
    server.pictures = {"/a.png": png("red"), "/b.png": png("blue")}
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def config(shop: Callable[..., Path], shelf: Shelf, tmp_path: Path) -> Callable[..., Path]:
    """The small shop with pictures on the web; keywords go into `pictures`."""

    def write(**pictures: Any) -> Path:
        rows = [
            f"{id_},{id_} thing,,,,{shelf.at}/{id_[0].lower()}.png" for id_ in ("A1", "B2", "C3")
        ]
        text = "\n".join(["id,title,description,category,brand,image", *rows]) + "\n"
        generate = {"model": "endpoint", "endpoint": ENDPOINT, "relations": ["usedFor"]}
        told = {"cache": "cache", "allow_private": True, **pictures}
        return shop({"products.csv": text}, pictures=told, intentions={"generate": generate})

    return write


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    """The model that is shown the pictures."""
    model = Speaker()
    monkeypatch.setattr("mindgraph.pipeline.open_model", lambda *told: model)
    return model


def images(built: Built) -> dict[str, str]:
    rows = pq.read_table(built.folder / "nodes/Product.parquet").to_pylist()
    return {row["id"]: row["image"] for row in rows}


def test_a_picture_is_fetched_once_and_shown_to_the_model(
    config: Callable[..., Path], shelf: Shelf, speaker: Speaker, tmp_path: Path
) -> None:
    first = mindgraph.build(config(fetch=True), tmp_path / "run")
    assert [left.reason for left in first.left_out] == ["fetch failed"]
    assert f"{shelf.at}/c.png" in first.left_out[0].lines[0]
    shown = [part for job in speaker.jobs for part in job.prefix if part.kind == "image"]
    assert {Image.open(part.at).getpixel((0, 0)) for part in shown} == {(255, 0, 0), (0, 0, 255)}
    assert images(first)["A1"] == f"{shelf.at}/a.png"
    shelf.pictures["/c.png"] = png("green")
    second = mindgraph.build(config(fetch=True), tmp_path / "run")
    assert second.left_out == ()
    assert shelf.asked.count("/a.png") == shelf.asked.count("/b.png") == 1
    third = mindgraph.build(config(fetch=True), tmp_path / "other")
    assert third.left_out == ()
    assert len(shelf.asked) == 4


def test_nothing_is_fetched_unless_asked_nor_by_a_check(
    config: Callable[..., Path], shelf: Shelf, speaker: Speaker, tmp_path: Path
) -> None:
    built = mindgraph.build(config(), tmp_path / "run")
    assert built.left_out == ()
    assert mindgraph.check(config(fetch=True)).problems == ()
    mindgraph.plan(config(fetch=True), tmp_path / "other")
    assert shelf.asked == []
    dropped = next(s for s in built.manifest["stages"] if s["name"] == "pictures")["dropped"]
    assert dropped == {"picture not fetched": 3}


def test_a_private_address_is_refused(
    config: Callable[..., Path], shelf: Shelf, speaker: Speaker, tmp_path: Path
) -> None:
    built = mindgraph.build(config(fetch=True, allow_private=False), tmp_path / "run")
    assert [left.reason for left in built.left_out] == ["address refused"]
    assert shelf.asked == []
