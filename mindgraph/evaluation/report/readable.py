"""Values as people read them: what the templates call to say a number, a text, a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from mindgraph.text import clean

if TYPE_CHECKING:
    from markupsafe import Markup

    from mindgraph.evaluation.audit import Finding

Column = tuple[str, str, str]
"""Of a table: the key of its values, its heading, and what they are."""

_LONGEST = 240
"""Characters of a text of others that are shown."""


def shown(value: Any) -> str:
    """A value as people read it: thousands apart, four digits, a dash for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value)) or "–"
    return short(str(value))


def short(text: str) -> str:
    """Text of others on one line, without control characters, and no longer than a few lines."""
    text = clean(text)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def named(name: str) -> str:
    """A name of the code's as words."""
    return name.replace("_", " ")


def begun(text: str) -> str:
    """A text as it begins a line."""
    return text[:1].upper() + text[1:]


def broken(name: str) -> Markup:
    """A name of the code's that may be broken where it has an underscore."""
    from markupsafe import Markup

    return Markup("_<wbr>").join(short(name).split("_"))


def percent(part: float, whole: float = 1.0) -> str:
    """A share in percent; a dash for a share of nothing."""
    if not whole:
        return "–"
    share = 100 * part / whole
    return "< 0.1 %" if 0 < share < 0.1 else f"{round(share, 1):g} %"


def seconds(spent: float) -> str:
    """Seconds to a tenth."""
    return f"{spent:,.1f}"


def score(value: float) -> str:
    """A score in [0, 1], to a thousandth."""
    return f"{value:.3f}"


def figures(told: Mapping[str, Any], words: bool = True) -> list[dict[str, Any]]:
    """Named values as rows of a table, their names as words; what is not known is left out."""
    return [
        {"name": named(name) if words else name, "value": value}
        for name, value in told.items()
        if value is not None
    ]


def finding_columns(found: Sequence[Finding]) -> list[Column]:
    """The columns of an audit's findings: numbers are aligned as numbers, empty ones left out."""
    rows = [finding.figures for finding in found]
    columns = []
    for name in rows[0]:
        filled = [row[name] for row in rows if row[name] not in (None, "")]
        kind = "number" if all(isinstance(value, (int, float)) for value in filled) else "text"
        columns += [(name, begun(named(name)), kind)] if filled else []
    return columns


def origin(row: Mapping[str, Any]) -> list[str]:
    """Where a dropped row is from: its item, its field, its file and row."""
    file = row["file"] and tail(row["file"])
    place = f"{file}, row {row['row']}" if file and row["row"] else file
    parts = (row["item"] if row["detail"] else None, row["field"], place)
    return [short(part) for part in parts if part]


def tail(path: str) -> str:
    """A file without the folders above its own: a page is passed on, a home folder is not."""
    return "/".join(PurePath(path).parts[-2:])


FILTERS: tuple[Callable[..., Any], ...] = (
    shown, short, named, begun, broken, percent, seconds, figures, finding_columns, origin,
)  # fmt: skip
"""What the templates may call, by its name."""

SPOKEN: dict[str, Callable[[float], str]] = {"share": percent, "seconds": seconds, "score": score}
"""How the numbers of a column are said, by its kind."""
