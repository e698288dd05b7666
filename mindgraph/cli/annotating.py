"""The verbs that ask people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mindgraph.cli.printing import heading, table, tell

if TYPE_CHECKING:
    from mindgraph.evaluation.annotation.agreement import Agreement, Figure
    from mindgraph.evaluation.annotation.findings import Findings
    from mindgraph.evaluation.annotation.thresholds import Thresholds


@click.command()
@click.argument("run")
@click.argument("count", metavar="N", type=int)
@click.option("--to", required=True, metavar="FILE", help="The sheet: sheet.csv or sheet.xlsx.")
@click.option("--annotators", default=1, show_default=True, help="How many people: a sheet each.")
@click.option("--seed", default=0, show_default=True, help="Another number, another sample.")
@click.option("--kept", "verdict", flag_value="kept", help="Only what the graph states.")
@click.option("--rejected", "verdict", flag_value="rejected", help="Only claims judged no.")
@click.option("--both", "verdict", flag_value="both", default="both", help="Both (the default).")
def sample(run: str, count: int, to: str, annotators: int, seed: int, verdict: str) -> None:
    """Write N claims of RUN as a sheet for people to judge.

    Relations, verdicts and scores have their share of the sample; the sheet shows no score. Excel
    sheets have choices to pick from and links to click.

    \b
    Example:
      mindgraph sample runs/demo 100 --to sheet.xlsx --annotators 3
    """
    from mindgraph import annotating

    done = annotating.sample(
        run, count, to, annotators=annotators, seed=seed, verdict=verdict or "both"
    )
    parts = f"{done.kept:,} kept, {done.rejected:,} judged no, {done.pictures:,} pictures linked"
    for sheet in done.sheets:
        click.echo(f"{sheet}: {done.claims:,} claims ({parts})", err=True)


@click.command()
@click.argument("sheets", nargs=-1, required=True, metavar="SHEET…")
@click.option("--run", metavar="RUN", help="The run sampled from: hold its scores against people.")
@click.option(
    "--precision", default=0.9, show_default=True, help="Find the threshold for this precision."
)
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
def agreement(sheets: tuple[str, ...], run: str | None, precision: float, shape: str) -> None:
    """Count the votes of filled sheets: how far people agree, and on what they do not.

    \b
    Example:
      mindgraph agreement sheet-1.xlsx sheet-2.xlsx sheet-3.xlsx --run runs/demo
    """
    from mindgraph import annotating

    counted = annotating.agreement(*sheets, run=run, precision=precision)
    if shape == "json":
        click.echo(json.dumps(asdict(counted.findings), ensure_ascii=False, indent=1))
    else:
        _print(counted.findings)
    tell(counted.left_out, "the sheets named above")


_SHOWN = 20


def _print(found: Findings) -> None:
    share = _told(found.plausible)
    click.echo(f"{found.voted:,} of {found.claims:,} claims voted on by {len(found.annotators)}")
    click.echo(f"plausible to a majority: {share}; votes withheld: {found.unsure:,}")
    heading("agreement, with 95 % intervals over claims")
    table([_row(agreed) for agreed in found.agreement])
    heading("by relation")
    table([asdict(relation) for relation in found.relations])
    if found.disagreements:
        heading(f"disagreements, most split first ({len(found.disagreements):,} in all)")
        table([_shown(asdict(claim)) for claim in found.disagreements[:_SHOWN]])
    if found.thresholds:
        heading("the run's score against people")
        _print_thresholds(found.thresholds)


def _row(agreed: Agreement) -> dict[str, Any]:
    return {
        "question": agreed.question,
        "claims": agreed.claims,
        "votes": agreed.votes,
        "percent": _told(agreed.percent),
        "alpha": _told(agreed.alpha),
        "kappa": _told(agreed.kappa),
        "kappa of": agreed.even,
    }


def _shown(claim: dict[str, Any]) -> dict[str, Any]:
    return {name: claim[name] for name in ("plausibility", "typicality", "sentence", "id")}


def _told(figure: Figure) -> str:
    if figure.value is None:
        return "not defined"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def _print_thresholds(found: Thresholds) -> None:
    click.echo(
        f"{found.plausible:,} plausible, {found.implausible:,} implausible; left aside: "
        f"{found.split:,} without a majority, {found.unscored:,} without a score"
    )
    if found.points:
        table([asdict(point) for point in _some(found)])
    if found.chosen and found.precision and found.recall:
        click.echo(
            f"threshold for precision {found.wanted:g}: {found.chosen.threshold:.4g}, "
            f"precision {_told(found.precision)}, recall {_told(found.recall)}"
        )
    else:
        click.echo(f"no threshold: {found.told}")


def _some(found: Thresholds) -> Iterator[Any]:
    """Some twenty points of the curve, evenly apart, and the chosen one."""
    step = max(1, len(found.points) // _SHOWN)
    for place, point in enumerate(found.points):
        if place % step == 0 or point == found.chosen:
            yield point
