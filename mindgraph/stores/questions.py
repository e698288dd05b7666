"""The library of questions: the files of `cypher/`, each with what it asks and takes.

`queries/` has what every store answers alike. What cannot be said in one way, such as a shortest
path, stands in `ladybug/` and `neo4j/` under one name; a text there comes before a shared one.

A file starts with a comment: the question on its first line, then one line per parameter,
`// $name: type = default -- meaning` (no default where it must be given; `''` is the empty
text). A line that says `// Scans the whole graph` warns that the query is no look-up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mindgraph.errors import QueryError
from mindgraph.resources import resource
from mindgraph.stores.reading import parameters

ENGINES = ("ladybug", "neo4j")
"""Names of the stores' engines, and of their folders in `cypher/`."""

_PARAMETER = re.compile(r"\$(\w+): (text|whole|real)(?: = (\S+))? -- (.+)")
_SCANS = "// Scans the whole graph"
_KINDS = {"text": str, "whole": int, "real": float}
_FITS: dict[str, tuple[type, ...]] = {"text": (str,), "whole": (int,), "real": (float, int)}


@dataclass(frozen=True)
class Parameter:
    """A value that a question takes; without a default it must be given."""

    name: str
    kind: str
    default: str | None
    meaning: str

    def read(self, text: str) -> Any:
        """A value as the question needs it; QueryError where the text is no such value."""
        try:
            return _KINDS[self.kind](text)
        except ValueError:
            raise QueryError(f"{self.name}={text}: must be a {self.kind} value") from None

    def fits(self, value: Any) -> bool:
        """Whether a value is of the parameter's type; a store may cast another without a word."""
        return isinstance(value, _FITS[self.kind]) and not isinstance(value, bool)


@dataclass(frozen=True)
class Question:
    """One query file: what it asks, what it takes, and its Cypher."""

    name: str
    title: str
    parameters: tuple[Parameter, ...]
    text: str
    own: Mapping[str, str] = field(default_factory=dict)
    """Texts of the engines that need one of their own, by the engine's name."""

    def on(self, engine: str) -> str:
        """The Cypher that a store of this engine takes."""
        return self.own.get(engine, self.text)

    @property
    def scans(self) -> tuple[str, ...]:
        """Engines on which it is no look-up."""
        return tuple(engine for engine in ENGINES if _SCANS in self.on(engine))


def questions() -> list[Question]:
    """All questions of the library, by name."""
    files = {folder: _files(folder) for folder in ("queries", *ENGINES)}
    names = {name for found in files.values() for name in found}
    return [_gather(name, files) for name in sorted(names)]


def _files(folder: str) -> dict[str, Path]:
    return {path.stem: path for path in resource(f"cypher/{folder}").glob("*.cypher")}


def _gather(name: str, files: Mapping[str, Mapping[str, Path]]) -> Question:
    """A question with the texts of its engines; it is described where it stands first."""
    found = {folder: _read(paths[name]) for folder, paths in files.items() if name in paths}
    own = {engine: found[engine].text for engine in ENGINES if engine in found}
    return replace(next(iter(found.values())), own=own)


def _read(path: Path) -> Question:
    text = path.read_text(encoding="utf-8-sig")
    comment = [line[2:].strip() for line in text.splitlines() if line.startswith("//")]
    found = filter(None, map(_PARAMETER.fullmatch, comment[1:]))
    return Question(
        name=path.stem,
        title=comment[0] if comment else "",
        parameters=tuple(_parameter(*parts.groups()) for parts in found),
        text=text,
    )


def _parameter(name: str, kind: str, default: str | None, meaning: str) -> Parameter:
    return Parameter(name, kind, "" if default == "''" else default, meaning)


def find_question(query: str) -> Question:
    """The question a user means: a bare name of the library, a file, or Cypher itself."""
    if re.fullmatch(r"[\w-]+", query):
        known = {question.name: question for question in questions()}
        if query not in known:
            raise QueryError(f"no query is called {query!r}; see: mindgraph query --list")
        return known[query]
    if query.endswith(".cypher"):
        try:
            return _read(Path(query))
        except (OSError, ValueError) as error:
            told = getattr(error, "strerror", None) or "not a text file in UTF-8"
            raise QueryError(f"{query}: cannot be read ({told})") from None
    return Question("", "", (), query)


def bind(question: Question, given: Iterable[str]) -> dict[str, Any]:
    """Parameters from `name=value` texts; every parameter of the query must have a value.

    A declared parameter is read as its type. Others are read as JSON, else as text, so that
    `7` is a number, `"7"` and `B07` are texts.
    """
    texts = dict(_split(pair) for pair in given)
    declared = {parameter.name: parameter for parameter in question.parameters}
    values = {
        name: declared[name].read(text) if name in declared else _json_or_text(text)
        for name, text in texts.items()
    }
    for name, parameter in declared.items():
        if name not in values and parameter.default is not None:
            values[name] = parameter.read(parameter.default)
    return checked(question, values)


def checked(question: Question, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, when they are just those the query takes; a store may not say so itself."""
    used = parameters(question.text)
    if missing := sorted(used - set(values)):
        raise QueryError(f"${missing[0]} has no value; add: -p {missing[0]}=VALUE")
    if extra := sorted(set(values) - used):
        raise QueryError(
            f"the query has no ${extra[0]}; it takes {', '.join(sorted(used)) or 'none'}"
        )
    for parameter in question.parameters:
        if not parameter.fits(values[parameter.name]):
            raise QueryError(f"${parameter.name} must be a {parameter.kind} value")
    return dict(values)


def _split(pair: str) -> tuple[str, str]:
    name, equals, value = pair.partition("=")
    if not (name and equals):
        raise QueryError(f"{pair!r} is no parameter; write name=value")
    return name.removeprefix("$"), value


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return text


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
