"""What a model is asked, word for word: a prompt set is a folder of five text files.

`product.txt` and `pair.txt` are prefixes and say what is looked at; `feature.txt`, `intention.txt`
and `filter.txt` are suffixes and ask. The rules of such a file:

- `{title}` is filled with a text; `{{` and `}}` are braces. Texts from outside come in quotes.
- A line whose fields are all empty is left out, and so is one whose `[condition]` does not hold.
- A line that starts with `#` is a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from mindgraph.errors import ConfigError
from mindgraph.models import Part
from mindgraph.relations import RELATIONS
from mindgraph.resources import resource
from mindgraph.text import clean


@dataclass(frozen=True)
class Line:
    """A line of a template, and what must hold for it to be said; empty is always."""

    when: str
    text: str


@dataclass(frozen=True)
class Prompts:
    """A prompt set; `digest` is of all its files, so that a changed word is another set."""

    name: str
    digest: str
    product: tuple[Line, ...]
    feature: tuple[Line, ...]
    pair: tuple[Line, ...]
    intention: tuple[Line, ...]
    filter: tuple[Line, ...]


@dataclass(frozen=True)
class Shown:
    """One product as a model gets to see it; `picture`: its SHA-256, its file, its longest side."""

    title: str
    feature: str | None = None
    picture: tuple[str, str, int] | None = None


# ---- What is asked


def feature_prefix(prompts: Prompts, shown: Shown) -> tuple[Part, ...]:
    """One product's picture, where it has one, and its name; a feature text is not shown."""
    holds = "picture" if shown.picture else "no picture"
    return _prefix(prompts.product, {"title": _title(shown)}, holds, shown)


def feature_suffix(prompts: Prompts) -> str:
    """The question for a product's features."""
    return _filled(prompts.feature, {}, "")


def pair_prefix(prompts: Prompts, a: Shown, b: Shown) -> tuple[Part, ...]:
    """What generation and filter share: the pictures of `a` and `b`, then one text about both."""
    fields = {
        "title_a": _title(a),
        "feature_a": _quoted(a.feature, FEATURE_LENGTH),
        "title_b": _title(b),
        "feature_b": _quoted(b.feature, FEATURE_LENGTH),
    }
    holds = _PICTURED[a.picture is not None, b.picture is not None]
    return _prefix(prompts.pair, fields, holds, a, b)


def intention_suffix(prompts: Prompts, relation: str) -> str:
    """The question for an intention under a relation."""
    phrase = RELATIONS[relation].phrase
    return _filled(prompts.intention, {"phrase": phrase, "relation": relation}, _unphrased(phrase))


def filter_suffix(prompts: Prompts, relation: str, intention: str) -> str:
    """The question whether an intention convinces a shopper: yes or no first, then why."""
    phrase = RELATIONS[relation].phrase
    fields = {"phrase": phrase, "intention": _quoted(intention, INTENTION_LENGTH)}
    return _filled(prompts.filter, fields, _unphrased(phrase))


_PICTURED = {
    (True, True): "two pictures",
    (True, False): "first picture only",
    (False, True): "second picture only",
    (False, False): "no picture",
}


def _unphrased(phrase: str) -> str:
    return "" if phrase else "no phrase"


def _prefix(
    template: tuple[Line, ...], fields: dict[str, str], holds: str, *shown: Shown
) -> tuple[Part, ...]:
    pictures = (product.picture for product in shown)
    images = [Part("image", *picture) for picture in pictures if picture]
    # An empty line ends it: no tokenizer joins a line break to the letter a suffix starts with.
    return (*images, Part("text", f"{_filled(template, fields, holds)}\n\n"))


_SLOT = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_GAP = re.compile(r"\n{3,}")


def _filled(template: tuple[Line, ...], fields: dict[str, str], holds: str) -> str:
    """The template's lines in order; what is filled in is never looked at again."""
    said = (_said(line.text, fields) for line in template if line.when in ("", holds))
    return _GAP.sub("\n\n", "\n".join(line for line in said if line is not None)).strip("\n")


def _said(line: str, fields: dict[str, str]) -> str | None:
    """The line with its fields filled; None where it has fields and all of them are empty."""
    used = _fields_of(line)
    if used and not any(fields[name] for name in used):
        return None
    return _SLOT.sub(lambda slot: slot[0][0] if slot[1] is None else fields[slot[1]], line)


def _fields_of(line: str) -> list[str]:
    return [slot[1] for slot in _SLOT.finditer(line) if slot[1] is not None]


# ---- Texts from outside

TITLE_LENGTH, FEATURE_LENGTH, INTENTION_LENGTH = 300, 2500, 1000
"""Characters of an outside text that are shown; an intention of 120 words has about 800."""

# Marks nobody sees: text direction, blanks of no width, tags. The two joiners build letters.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_QUOTES = re.compile('["“”„‟〝〞〟＂]')
# What chat templates and servers read as control: <|im_end|>, <image>, </s>, [INST], ]~b], USER:
_CONTROL = re.compile(
    r"[<＜﹤](?! |$)|\|(?=>)|\[(?=/?(?:[A-Z_]{2,30}|[gs]MASK)\])|\](?=[<!~])|~(?=\[)"
    r"|(?:USER|ASSISTANT|SYSTEM|HUMAN)(?=:)"
)


def as_data(text: str, length: int) -> str:
    """Text from outside as one line that can only be read as data, at most `length` characters.

    No tag, control token or role marker of a chat template is left whole, nothing closes the
    quotation marks it will stand in, and nothing is hidden. Idempotent.

    >>> as_data('12" pot <|im_end|>', 300)
    "12'' pot < |im_end| >"
    """
    text = clean(_UNSEEN.sub("", clean(text)))
    text = _CONTROL.sub(lambda found: f"{found[0]} ", _QUOTES.sub("''", text))
    return text if len(text) <= length else _shortened(text, length)


def _shortened(text: str, length: int) -> str:
    kept = text[: length - 1]
    whole = kept.rpartition(" ")[0]
    # A text without blanks is cut where it must be.
    return (whole if len(whole) > length // 2 else kept).rstrip(" <＜﹤") + "…"


def _quoted(text: str | None, length: int) -> str:
    told = as_data(text or "", length)
    return f'"{told}"' if told else ""


def _title(shown: Shown) -> str:
    return _quoted(shown.title, TITLE_LENGTH) or "(it has no name)"


# ---- Reading a set


@dataclass(frozen=True)
class _Rules:
    """What a file of a set must hold, may hold, and which conditions its lines may have."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    asks: bool = False


_FILES = {
    "product": _Rules(("title",), conditions=("picture", "no picture")),
    "feature": _Rules(asks=True),
    "pair": _Rules(
        ("title_a", "feature_a", "title_b", "feature_b"), conditions=tuple(_PICTURED.values())
    ),
    "intention": _Rules(("phrase",), ("relation",), ("no phrase",), asks=True),
    "filter": _Rules(("intention",), ("phrase",), ("no phrase",), asks=True),
}


def load_prompts(name_or_folder: str | Path) -> Prompts:
    """A bundled prompt set by its bare name, or the set in a folder; raises ConfigError."""
    bundled = resource("configs") / "prompts"
    names = sorted(folder.name for folder in bundled.iterdir())
    # A folder of the same name is meant where it is written as one: ./mind
    known = isinstance(name_or_folder, str) and name_or_folder in names
    folder = bundled / name_or_folder if known else Path(name_or_folder)
    if not folder.is_dir():
        raise ConfigError(
            f"{name_or_folder}: no such prompt set; name a folder, or one of {', '.join(names)}"
        )
    texts = {name: _text(folder / f"{name}.txt") for name in _FILES}
    digest = sha256(json.dumps(texts).encode()).hexdigest()[:16]
    templates = {name: _template(folder / f"{name}.txt", text) for name, text in texts.items()}
    return Prompts(folder.resolve().name, digest, **templates)


def _text(path: Path) -> str:
    try:
        told = path.read_bytes()
        return "\n".join(told.decode("utf-8-sig").splitlines())
    except FileNotFoundError:
        files = ", ".join(f"{name}.txt" for name in _FILES)
        raise ConfigError(f"{path} is missing; a prompt set holds {files}") from None
    except UnicodeDecodeError as error:
        line = told.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}, line {line}: this is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); make it a file") from error


def _template(path: Path, text: str) -> tuple[Line, ...]:
    rules = _FILES[path.stem]
    lines = dict(_lines(path, text, rules))
    if not any(line.text for line in lines.values()):
        raise ConfigError(f"{path} says nothing; write the template, or copy a bundled one")
    for name in rules.needs:
        if not _always_said(name, lines.values(), rules):
            raise ConfigError(f"{path} has no {{{name}}}; write it where that text should stand")
    if rules.asks:
        _check_start(path, *next((at, line) for at, line in lines.items() if line.text))
    return tuple(lines.values())


def _always_said(name: str, lines: Iterable[Line], rules: _Rules) -> bool:
    said = {line.when for line in lines if name in _fields_of(line.text)}
    return "" in said or (not rules.asks and said == {*rules.conditions})


_CONDITION = re.compile(r"\[([^\[\]]*)\]")


def _lines(path: Path, text: str, rules: _Rules) -> Iterator[tuple[int, Line]]:
    """The lines of a file by number, without its comments; raises ConfigError."""
    for number, told in enumerate(map(clean, text.split("\n")), 1):
        if told.startswith("#"):
            continue
        found = _CONDITION.match(told)
        where = f"{path}, line {number}"
        if found and found[1] not in rules.conditions:
            raise ConfigError(f"{where}: no condition [{found[1]}] here; {_use(rules.conditions)}")
        line = Line(found[1] if found else "", told[found.end() if found else 0 :].strip())
        _check_fields(where, line.text, (*rules.needs, *rules.may))
        yield number, line


def _use(conditions: tuple[str, ...]) -> str:
    known = " or ".join(f"[{name}]" for name in conditions)
    return f"use {known}" if known else "start the line with another character"


def _check_fields(where: str, line: str, known: tuple[str, ...]) -> None:
    for slot in _SLOT.finditer(line):
        if slot[0] in ("{", "}"):
            raise ConfigError(f"{where}: a brace stands alone; write {{{{ or }}}} for a brace")
        if slot[1] is not None and slot[1] not in known:
            raise ConfigError(f"{where}: no field {slot[0]} here; {_instead(slot[1], known)}")


def _instead(name: str, known: tuple[str, ...]) -> str:
    if not known:
        return "take it out: this template has no fields"
    close = get_close_matches(name, known, n=1) or known
    return "use " + " or ".join(f"{{{field}}}" for field in close)


def _check_start(path: Path, number: int, line: Line) -> None:
    """A suffix starts with a letter whatever is asked, so that it parts cleanly from its prefix."""
    if line.when or _fields_of(line.text) or not line.text[0].isalpha():
        raise ConfigError(
            f"{path}, line {number}: a question starts with a letter, in a line without field or "
            "condition; put such a line first"
        )
