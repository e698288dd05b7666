"""Reads a query before it runs: what would write, or reach outside the graph, is refused.

An embedded store opened read-only still copies to files and reads foreign ones, so the store's
own guard is not enough. A word counts only outside strings, comments, names in backticks,
parameters, properties and labels. A store ends a number where its digits end, so a word that is
glued to one counts; and it may decode `\\uXXXX` before it reads, so the decoded text counts too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mindgraph.errors import QueryError

_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*` | //[^\n\r]* | /\*.*?\*/
    | (?P<open>['"`]|/\*) | \$\s*(?P<parameter>[^\W\d]\w*|\d+) | (?P<name>[.:]\s*[^\W\d]\w*)
    | (?P<number>\d[\w.]*) | (?P<word>\w+) | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)

_CODE = re.compile(r"\\u+([0-9a-fA-F]{4})")

_FORBIDDEN = frozenset(
    """create merge set delete detach remove drop alter copy load export import install uninstall
    update attach use foreach begin commit rollback checkpoint comment grant deny revoke insert
    force project start stop terminate enable rename macro analyze""".split()
)

_GLUED = re.compile(rf"[\d.](?:\w*?)({'|'.join(sorted(_FORBIDDEN))}|call)$", re.IGNORECASE)

_NAMED = re.compile(r"\s*[:.,)\]=]")
"""What follows a map's key, or a variable such as `start` in `start.id`; never a command."""

_SUBQUERY = re.compile(r"\s*(?:\([\w\s,*]*\)\s*)?\{")

_PROCEDURE = re.compile(r"\s*([\w.]+)")

_PROCEDURES = frozenset(
    """db.index.fulltext.querynodes db.index.fulltext.queryrelationships db.labels
    db.relationshiptypes db.schema.visualization show_tables table_info""".split()
)
"""Procedures that only read."""


def check_reads_only(text: str) -> None:
    """Raise QueryError where the text is more than one question, or would do more than read."""
    for read in dict.fromkeys((text, _CODE.sub(_decoded, text))):
        ended = False
        for found in _TOKEN.finditer(read):
            if found["open"]:
                raise QueryError(f"the query holds an unclosed {found['open']}; close it")
            if ended and found.lastgroup not in (None, "end"):
                raise QueryError("one query at a time; remove what follows the semicolon")
            ended = ended or bool(found["end"])
            _check_word(read, found)


def _decoded(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def parameters(text: str) -> set[str]:
    """The names of the parameters that a query uses, outside its strings and comments."""
    return set(_names(text))


def check_given(text: str, given: Iterable[str]) -> None:
    """Raise QueryError where a parameter has no value; a store may take it for null silently."""
    if missing := sorted(parameters(text) - set(given)):
        raise QueryError(f"${missing[0]} has no value; give one")


def _names(text: str) -> Iterator[str]:
    for found in _TOKEN.finditer(text):
        if found["parameter"]:
            yield found["parameter"]


def _check_word(text: str, found: re.Match[str]) -> None:
    glued = _GLUED.search(found["number"] or "")
    word = (glued[1] if glued else found["word"] or "").casefold()
    if word in _FORBIDDEN | {"call"} and not _NAMED.match(text, found.end()):
        if word != "call":
            raise QueryError(f"{word.upper()} is refused: queries may only read the graph")
        _check_procedure(text, found.end())


def _check_procedure(text: str, start: int) -> None:
    found = _PROCEDURE.match(text, start)
    name = found[1].casefold() if found else ""
    if name not in _PROCEDURES and not _SUBQUERY.match(text, start):
        raise QueryError(f"CALL {name or '…'} is refused: only procedures that read are allowed")
