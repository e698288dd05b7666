"""A real server on this machine that speaks OpenAI's chat API, and misbehaves when told to.

An answer is a function of the request's body alone, so that order, retries and concurrency cannot
change it. `faults(number, body)` is asked once for every request that comes in, with its number
from 0, and names one of `FAULTS`, or None for a sound answer, or is the answer itself, `Raw`.
"""

from __future__ import annotations

import json
import math
import random
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple


class Raw(NamedTuple):
    """An answer, byte by byte."""

    body: bytes
    status: int = 200
    kind: str = "application/json"


Faults = Callable[[int, Mapping[str, Any]], "str | Raw | None"]

FAULTS = (
    "too many requests",
    "too many requests, wait",
    "server error",
    "time-out",
    "dropped connection",
    "malformed JSON",
    "HTML",
    "truncated body",
    "no choices",
    "null content",
    "refusal",
    "no logprobs",
    "wrong types",
    "huge body",
)
"""The faults that any server may have at times; a lasting one has more names, see `_STATUSES`."""

LASTING = frozenset({"null content", "refusal", "huge body"})
"""Faults that asking once more does not mend, so that the client need not try."""

WORDS = "camping hiking brewing baking painting cycling sewing fishing reading gardening".split()


def digest(body: Mapping[str, Any]) -> str:
    """The SHA-256 of a request's body as canonical JSON."""
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def sound(number: int, body: Mapping[str, Any]) -> None:
    """No fault at all."""


def seeded(seed: int, share: float, names: tuple[str, ...] = FAULTS) -> Faults:
    """Faults for about this share of requests, by a request's digest and how often it came."""
    seen: dict[str, int] = {}
    lock = threading.Lock()

    def fault(number: int, body: Mapping[str, Any]) -> str | None:
        told = digest(body)
        with lock:
            seen[told] = times = seen.get(told, 0) + 1
        chance = random.Random(f"{seed} {told} {times}")
        return chance.choice(names) if chance.random() < share else None

    return fault


class FaultyServer:
    """The server, while the context is open; `url` ends in /v1.

    `requests` are the bodies in the order they came, `log` their digests, `headers` what came
    with them, and `most_at_once` how many were being answered at a time. `seconds` is how long an
    answer takes, `patience` how long a time-out lasts, `retry_after` what a 429 asks for. `models`
    is what the list of models holds, or the fault it ends in; `lists` counts who asked for it.
    """

    def __init__(
        self,
        faults: Faults = sound,
        *,
        seconds: float = 0.0,
        patience: float = 0.3,
        retry_after: str = "7",
        models: tuple[str, ...] | str = "no such model",
    ) -> None:
        self.models = models
        self.lists = 0
        self.faults = faults
        self.seconds = seconds
        self.patience = patience
        self.retry_after = retry_after
        self.requests: list[dict[str, Any]] = []
        self.log: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self) -> FaultyServer:
        server = self

        class Handler(_Handler):
            of = server

        self._http = _Http(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def taken(self, body: dict[str, Any], headers: Mapping[str, str]) -> int:
        """Note a request, and give it its number."""
        with self._lock:
            self.requests.append(body)
            self.log.append(digest(body))
            self.headers.append({name.lower(): value for name, value in headers.items()})
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            return len(self.requests) - 1

    def done(self) -> None:
        """Note that a request is no longer being answered."""
        with self._lock:
            self._at_once -= 1

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        self._closing.wait(seconds)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: FaultyServer

    def log_message(self, *told: Any) -> None:
        """Nobody reads it."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = self.of.taken(body, self.headers)
        try:
            self.of.wait(self.of.seconds)
            self._play(self.of.faults(number, body), body)
        finally:
            self.of.done()

    def do_GET(self) -> None:
        self.of.lists += 1
        if isinstance(self.of.models, str):
            return self._play(self.of.models, {})
        told = {"object": "list", "data": [{"id": name} for name in self.of.models]}
        return self._send(json.dumps(told).encode(), 200, {})

    def _play(self, fault: str | Raw | None, body: dict[str, Any]) -> None:
        if isinstance(fault, Raw):
            self._send(fault.body, fault.status, {"Content-Type": fault.kind})
        elif fault in _STATUSES:
            status, message = _STATUSES[fault]
            waits = {"Retry-After": self.of.retry_after} if fault.endswith("wait") else {}
            self._send(json.dumps({"error": {"message": message}}).encode(), status, waits)
        elif fault == "time-out":
            self.of.wait(self.of.patience)
            self.close_connection = True
        elif fault == "dropped connection":
            self.close_connection = True
        elif fault == "quoted key":
            quoted = {"error": {"message": f"{'x' * 180} {self.headers['Authorization']}"}}
            self._send(json.dumps(quoted).encode(), 400, {})
        elif fault == "moved":
            self._send(b"", 307, {"Location": "http://elsewhere.invalid/v1/chat/completions"})
        else:
            self._send_answer(fault, body)

    def _send_answer(self, fault: str | None, body: dict[str, Any]) -> None:
        raw = json.dumps(_spoiled(answer_to(body), fault)).encode()
        if fault == "malformed JSON":
            raw = raw[: len(raw) // 2]
        if fault == "HTML":
            return self._send(b"<html>proxy</html>", 200, {"Content-Type": "text/html"})
        if fault == "truncated body":
            self.close_connection = True
            return self._send(raw, 200, {"Content-Length": str(len(raw) + 500)})
        return self._send(raw, 200, {})

    def _send(self, raw: bytes, status: int, headers: Mapping[str, str]) -> None:
        told = {
            "Content-Type": "application/json",
            "Content-Length": str(len(raw)),
            **headers,
        }
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


_STATUSES = {
    "too many requests": (429, "slow down"),
    "too many requests, wait": (429, "slow down"),
    "server error": (500, "out of memory"),
    "no such model": (404, "the model does not exist"),
    "wrong key": (401, "incorrect API key"),
    "forbidden": (403, "no access"),
    "five alternatives": (400, "top_logprobs must be at most 5"),
    "no alternatives": (400, "logprobs are not supported with this model"),
    "cannot do that": (501, "unsupported method"),
    "other limit": (400, "max_tokens is not supported; use max_completion_tokens"),
    "bad request": (400, "the prompt is too long"),
}


def _spoiled(answer: dict[str, Any], fault: str | None) -> Any:
    choice = answer["choices"][0]
    if fault == "no choices":
        answer["choices"] = []
    elif fault == "null content":
        choice["message"]["content"] = choice["logprobs"] = None
    elif fault == "refusal":
        choice["message"] |= {"content": None, "refusal": "I cannot help with that"}
    elif fault == "no logprobs":
        choice["logprobs"] = None
    elif fault == "wrong types":
        choice["message"]["content"] = {"text": ["yes"]}
        choice["logprobs"] = "none"
    elif fault == "thinking":
        _rewrite(choice, [("<think>", -0.01)])
    elif fault == "huge body":
        answer["padding"] = " " * (5 << 20)
    return answer


# ---- sound answers


def answer_to(body: Mapping[str, Any]) -> dict[str, Any]:
    """The sound answer to a request: two words, or yes and no with probabilities."""
    told = digest({name: body[name] for name in ("model", "messages")})
    chance = random.Random(f"{told} {body.get('seed')}")
    choice: dict[str, Any] = {"index": 0, "finish_reason": "stop", "logprobs": None}
    choice["message"] = {"role": "assistant", "content": " and ".join(chance.sample(WORDS, 2))}
    if body.get("logprobs"):
        _rewrite(choice, _opinion(chance, body["top_logprobs"]))
    read = 10 + len(told)
    return {
        "id": told[:12],
        "object": "chat.completion",
        "created": 1,
        "model": f"{body['model']}-served",
        "system_fingerprint": "fp_test",
        "choices": [choice],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": 3,
            "total_tokens": read + 3,
            "prompt_tokens_details": {"cached_tokens": 5},
        },
    }


def _opinion(chance: random.Random, alternatives: int) -> list[tuple[str, float]]:
    yes = chance.uniform(0.05, 0.85)
    shares = {"Yes": yes * 0.9, " yes": yes * 0.1, "No": 0.9 - yes, "Not": 0.05, "I": 0.02}
    told = sorted(shares.items(), key=lambda entry: -entry[1])[:alternatives]
    return [(token, math.log(share)) for token, share in told]


def _rewrite(choice: dict[str, Any], opinion: list[tuple[str, float]]) -> None:
    listed = [{"token": token, "logprob": logprob, "bytes": None} for token, logprob in opinion]
    choice["message"]["content"] = opinion[0][0]
    choice["finish_reason"] = "length"
    choice["logprobs"] = {"content": [{**listed[0], "top_logprobs": listed}]}
