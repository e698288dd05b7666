"""Reads a query before it runs: what would write, or reach outside the graph, is refused.

An embedded store opened read-only still copies to files and reads foreign ones, so the store's
own guard is not enough. A word counts only outside strings, comments, names in backticks,
parameters, properties and labels.
"""

from __future__ import annotations

import re

from mindgraph.errors import QueryError

_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `[^`]*` | //[^\n]* | /\*.*?\*/
    | (?P<open>['"`]|/\*) | (?P<name>[.:$]\s*\w+) | (?P<word>\w+) | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)

_FORBIDDEN = frozenset(
    """create merge set delete detach remove drop alter copy load export import install uninstall
    update attach use foreach begin commit rollback checkpoint comment grant deny revoke insert
    force project start stop terminate enable rename macro""".split()
)

_PROCEDURES = frozenset(
    """db.index.fulltext.querynodes db.index.fulltext.queryrelationships db.labels
    db.relationshiptypes db.schema.visualization show_tables table_info""".split()
)
"""Procedures that only read."""


def check_reads_only(text: str) -> None:
    """Raise QueryError where the text is more than one question, or would do more than read."""
    ended = False
    for found in _TOKEN.finditer(text):
        if found["open"]:
            raise QueryError(f"the query holds an unclosed {found['open']}; close it")
        if ended and (found["word"] or found["name"]):
            raise QueryError("one query at a time; remove what follows the semicolon")
        ended = ended or bool(found["end"])
        word = (found["word"] or "").casefold()
        if word in _FORBIDDEN and not _is_a_name(text, found.end()):
            raise QueryError(f"{word.upper()} is refused: queries may only read the graph")
        if word == "call":
            _check_procedure(text[found.end() :])


def _is_a_name(text: str, end: int) -> bool:
    """Whether a word is a map key or a variable with a property, such as `start.id`."""
    return re.match(r"\s*[:.,)\]=]", text[end:]) is not None and text[end : end + 1] != ""


def _check_procedure(rest: str) -> None:
    found = re.match(r"\s*(?:(\{)|([\w.]+))", rest)
    name = (found[2] or "").casefold() if found else ""
    if not (found and (found[1] or name in _PROCEDURES)):
        raise QueryError(f"CALL {name or '…'} is refused: only procedures that read are allowed")
