"""How the verbs print: data to stdout, all else to stderr."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mindgraph.runs import Left

LEFT_OUT = 3
_WIDEST = 72


def tell(left_out: Sequence[Left], where: str) -> None:
    """Say which rows were left out by an error, the first of each kind a line each, and exit."""
    if not left_out:
        return
    for left in left_out:
        for line in left.lines:
            click.echo(f"mindgraph: {line}", err=True)
        if left.count > len(left.lines):
            more = left.count - len(left.lines)
            click.echo(f"mindgraph: … and {more:,} more: {left.reason} ({left.stage})", err=True)
    total = sum(left.count for left in left_out)
    rows = "1 row in error was" if total == 1 else f"{total:,} rows in error were"
    click.echo(f"mindgraph: {rows} left out; look in {where}", err=True)
    sys.exit(LEFT_OUT)


def heading(text: str) -> None:
    """Print the name of what follows."""
    click.echo(f"\n{text}")


def rows(rows: Iterator[dict[str, Any]], shape: str) -> None:
    """Print rows as they come; only a table has to wait for all of them."""
    if shape == "table":
        table(list(rows))
    elif shape == "csv":
        _csv(rows)
    elif shape == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
    else:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))


def _csv(rows: Iterator[dict[str, Any]]) -> None:
    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def table(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows in columns, numbers to the right, long texts cut, empty columns left out."""
    if not rows:
        click.echo("no rows", err=True)
        return
    told = dict.fromkeys(name for row in rows for name in row)
    names = [name for name in told if any(row.get(name) is not None for row in rows)]
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    numeric = [isinstance(rows[0].get(name), (int, float)) for name in names]
    for line in cells:
        click.echo("  ".join(_aligned(line, widths, numeric)).rstrip())


def _aligned(line: Iterable[str], widths: list[int], numeric: list[bool]) -> Iterator[str]:
    for cell, width, right in zip(line, widths, numeric, strict=True):
        yield cell.rjust(width) if right else cell.ljust(width)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


@contextmanager
def shown_progress(quiet: bool) -> Iterator[Any]:
    """A bar on a terminal, a line a minute in a log, nothing when quiet."""
    if quiet:
        yield lambda name, rows: None
        return
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    shown = {"mininterval": 0.2} if terminal else {"mininterval": 60, "ascii": True, "ncols": 80}
    with tqdm(
        unit=" rows", file=sys.stderr, leave=False, delay=1 if terminal else 60, **shown
    ) as bar:

        def progress(name: str, rows: int) -> None:
            bar.set_description_str(name, refresh=False)
            bar.update(rows)

        yield progress
