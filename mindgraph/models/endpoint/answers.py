"""What came back: read as data that may be anything, and told apart by what it is good for.

Clients take an HTML page with status 200, an answer without choices and fields of a wrong type
for answers, so the body is read here, field by field.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mindgraph.text import clean

_EXCERPT = 200  # characters of a foreign text that a message may hold
_SECRET = 8  # characters; a shorter key is a word, and may well stand in any answer


class UnusableError(Exception):
    """An answer that says nothing; `again` where asking once more may help."""

    def __init__(self, told: str, again: bool = True) -> None:
        super().__init__(told)
        self.again = again


@dataclass(frozen=True)
class Answer:
    """What an answer says of itself and of the question; nothing in it is trusted further."""

    text: str | None
    refusal: str | None
    finish_reason: str
    alternatives: tuple[tuple[str, float], ...] | None  # tokens with their log-probabilities
    model: str | None
    fingerprint: str | None
    tokens_in: int | None
    tokens_cached: int | None
    tokens_out: int | None


def excerpt(text: str, key: str | None = None) -> str:
    """A foreign text in one clean line of 200 characters at most, without the key it may quote."""
    if key:
        text = text.replace(key, "[key]")
    return clean(text[: 20 * _EXCERPT])[:_EXCERPT]


def redacted(body: bytes, key: str | None) -> bytes:
    """A body without the key it may quote, plainly or as JSON spells it.

    It comes before all reading, as of a key that was cut in two no half is recognised.

    >>> redacted(b"no such key: sk-4711-0815", "sk-4711-0815")
    b'no such key: [key]'
    """
    if key is None or len(key) < _SECRET:
        return body
    in_json = json.dumps(key)[1:-1]
    for spelling in (key, in_json, in_json.replace("/", "\\/")):
        body = body.replace(spelling.encode(), b"[key]")
    return body


# ---- reading the body


def read(body: bytes) -> Answer:
    """An answer out of a body of JSON; raises UnusableError that says what it is instead."""
    told = _parsed(body)
    choice = _first_choice(told)
    message = _of(choice, "message", dict) or {}
    usage = _of(told, "usage", dict) or {}
    cached = (_of(usage, "prompt_tokens_details", dict) or {}).get("cached_tokens")
    return Answer(
        text=_of(message, "content", str),
        refusal=_of(message, "refusal", str),
        finish_reason=_of(choice, "finish_reason", str) or "stop",
        alternatives=_alternatives(choice),
        model=_of(told, "model", str),
        fingerprint=_of(told, "system_fingerprint", str),
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_cached=_count(cached),
        tokens_out=_count(usage.get("completion_tokens")),
    )


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        begins = excerpt(body[:400].decode(errors="replace"))
        raise UnusableError(f"the answer is no JSON: {begins}") from None
    if not isinstance(told, dict):
        raise UnusableError("the answer is no JSON object")
    return told


def _first_choice(told: dict[str, Any]) -> dict[str, Any]:
    choices = _of(told, "choices", list)
    if not choices:
        raise UnusableError(f"the answer has no choices: {_quoted(told.get('error'))}")
    if not isinstance(choices[0], dict):
        raise UnusableError("the answer's choice is no object")
    return choices[0]


def _quoted(said: object) -> str:
    try:
        return excerpt(json.dumps(said))
    except RecursionError:  # what could just be read may be too deep to be written
        return "an error of many layers"


def _of(told: dict[str, Any], name: str, kind: type) -> Any:
    """A field that is of its type or absent."""
    value = told.get(name)
    if value is not None and not isinstance(value, kind):
        raise UnusableError(f"the answer's {name} is a {type(value).__name__}")
    return value


def _count(value: object) -> int | None:
    counts = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62
    return value if counts else None  # type: ignore[return-value]


def _alternatives(choice: dict[str, Any]) -> tuple[tuple[str, float], ...] | None:
    tokens = _of(_of(choice, "logprobs", dict) or {}, "content", list)
    if not tokens:
        return None
    first = tokens[0]
    listed = _of(first, "top_logprobs", list) if isinstance(first, dict) else None
    if not listed:
        return None
    found = tuple(_token(entry) for entry in listed)
    drawn = _token(first)  # a server need not list the token it wrote
    return found if drawn[0] in dict(found) else (*found, drawn)


def _token(entry: object) -> tuple[str, float]:
    told = entry if isinstance(entry, dict) else {}
    token, logprob = told.get("token"), told.get("logprob")
    number = _number(logprob)
    if not isinstance(token, str) or number is None:
        raise UnusableError("the answer's logprobs are no tokens with numbers")
    return token, min(number, 0.0)


def _number(value: object) -> float | None:
    # True is a number to Python, and NaN is one to its JSON reader
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return None if math.isnan(number) else number


def listed(body: bytes) -> frozenset[str] | None:
    """The names in a list of models; None where the body is no such list."""
    try:
        told = _parsed(body).get("data")
    except UnusableError:
        return None
    if not isinstance(told, list):
        return None
    names = (entry.get("id") for entry in told if isinstance(entry, dict))
    return frozenset(name for name in names if isinstance(name, str))


# ---- what it says


def written(answer: Answer) -> tuple[str, str]:
    """The text and why it ends; raises UnusableError where there is none to be had."""
    if answer.refusal:
        raise UnusableError(f"the model refused: {excerpt(answer.refusal)}", again=False)
    if answer.finish_reason == "content_filter":
        raise UnusableError("the server's content filter cut the answer", again=False)
    if answer.finish_reason == "length" and not (answer.text or "").strip():
        raise UnusableError(
            "the model wrote nothing within max_tokens; raise it, or turn its thinking off",
            again=False,
        )
    if answer.text is None:
        raise UnusableError("the answer has no text", again=False)
    ended = "length" if answer.finish_reason == "length" else "stop"
    return answer.text, ended if answer.text.strip() else "nothing"


def judged(answer: Answer) -> tuple[str, float | None, float | None]:
    """The likeliest first token, P(yes), and the mass of yes and no; null without probabilities.

    The token that was drawn says nothing that the list does not say better. Where neither yes nor
    no is listed the mass is 0 and P(yes) null.
    """
    if answer.refusal:
        raise UnusableError(f"the model refused: {excerpt(answer.refusal)}", again=False)
    if not answer.alternatives:
        return answer.text or "", None, None
    likeliest = max(answer.alternatives, key=lambda told: told[1])[0]
    p_yes, mass = verdict(answer.alternatives)
    return likeliest, p_yes, mass


def verdict(
    alternatives: Iterable[tuple[str, float]],
) -> tuple[float | None, float]:
    """P(yes) among yes and no, and the mass of both, of all their spellings in a list."""
    shares = {"yes": 0.0, "no": 0.0}
    for token, logprob in alternatives:
        side = _BESIDE_WORD.sub("", token).casefold()
        if side in shares:
            shares[side] += math.exp(logprob)
    mass = shares["yes"] + shares["no"]
    return (shares["yes"] / mass if mass else None), min(mass, 1.0)


# Besides punctuation: the blank and the line break as byte-level tokenisers spell them.
_BESIDE_WORD = re.compile(r"[\W_ĠĊ]+")
