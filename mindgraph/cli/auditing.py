"""The verbs that look for weak spots, in one run or between several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mindgraph.cli.printing import heading, rows, table

if TYPE_CHECKING:
    from mindgraph.evaluation.audit import Audit, Measure, Said
    from mindgraph.evaluation.comparison import Comparison
    from mindgraph.evaluation.differences import Difference

_LONGEST = 25
"""Rows of a table that are printed of a comparison; the other formats have all."""


@click.command()
@click.argument("run")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
@click.option(
    "--worst",
    default=20,
    show_default=True,
    help="Places of each kind to look at.",
)
def audit(run: str, shape: str, worst: int) -> None:
    """Look for the weak spots of RUN, and name the worst statements with where they are from.

    docs/audit.md says what each measure means and how to read it.

    \b
    Example:
      mindgraph audit runs/demo --worst 5
      mindgraph audit runs/demo --format json
    """
    from mindgraph import auditing

    found = auditing.audit(run, worst)
    if shape == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
        return
    click.echo(f"{found.run}: {found.statements:,} statements")
    heading("weak spots")
    table([_headline(measure) for measure in found.measures])
    for by, rates in found.kept.items():
        if rates:
            heading(f"kept rate by {by}")
            table(rates)
    for measure in found.measures:
        _show_worst(measure, found)


def _headline(measure: Measure) -> dict[str, Any]:
    figures = (
        f"{name} {value:.4g}" for name, value in measure.figures.items() if value is not None
    )
    return {
        "measure": measure.name,
        "share": measure.share,
        "found": measure.found,
        "of": f"{measure.total:,} {measure.of}",
        "more": measure.unmeasured or ", ".join(figures),
    }


def _show_worst(measure: Measure, found: Audit) -> None:
    if measure.worst:
        heading(f"{measure.name}: the worst {len(measure.worst)}")
    for finding in measure.worst:
        click.echo(_told(finding.figures))
        for statement in finding.statements:
            for line in _lines(found.said[statement]):
                click.echo(f"    {line}")


def _told(figures: Mapping[str, Any]) -> str:
    given = ((name, value) for name, value in figures.items() if value is not None)
    return "; ".join(f"{name}: {value}" for name, value in given)


def _lines(said: Said) -> list[str]:
    agreement = "" if said.agreement is None else f" [agreement {said.agreement:.4g}]"
    where = f"{said.file}:{said.row}" if said.file else None
    who = [said.source, said.model, said.prompt, where]
    return [
        f"{said.relation}: {said.surface}{agreement}",
        f"  {said.pair} = {' + '.join(said.titles)}",
        f"  from {', '.join(filter(None, who))}",
    ]


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN …")
@click.option("--format", "shape", type=click.Choice(["table", "json", "csv"]), default="table")
def compare(runs: tuple[str, ...], shape: str) -> None:
    """Show two runs or more side by side: what they differ in, and what came of it.

    Results kept with a run, RUN/evaluation/*.json, are compared as well. CSV has one row per
    number: run, table, key, value.

    \b
    Example:
      mindgraph compare runs/with_pictures runs/without_pictures
      mindgraph compare runs/a runs/b runs/c --format csv > figures.csv
    """
    from mindgraph import auditing

    found = auditing.compare(runs)
    if found.warning:
        click.echo(f"mindgraph: {found.warning}", err=True)
    if shape == "json":
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    elif shape == "csv":
        rows((asdict(row) for row in found.rows), "csv")
    else:
        _show_comparison(found)


def _show_comparison(found: Comparison) -> None:
    heading("what differs")
    table([_differing(difference, found.runs) for difference in found.differences])
    for name, keys in found.tables().items():
        heading(name)
        laid = [{name: key, **values} for key, values in keys.items()]
        if len(laid) <= _LONGEST:
            table(laid)
        else:
            table(sorted(laid, key=_largest, reverse=True)[:_LONGEST])
            click.echo(f"… and {len(laid) - _LONGEST:,} more with --format csv")


def _largest(row: Mapping[str, Any]) -> float:
    return max(value for value in row.values() if isinstance(value, (int, float)))


def _differing(difference: Difference, runs: tuple[str, ...]) -> dict[str, Any]:
    values = (json.dumps(value, ensure_ascii=False) for value in difference.values)
    return {
        "thing": difference.thing,
        "key": difference.key,
        **dict(zip(runs, values, strict=True)),
    }
