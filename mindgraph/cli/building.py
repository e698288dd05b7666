"""The verbs that build a run and tell of it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from mindgraph.cli.printing import heading, shown_progress, table, tell


@click.command()
@click.argument("config")
@click.option("--run", metavar="DIR", help="The run folder; by default runs/<name of the config>.")
@click.option(
    "--engine", type=click.Choice(["local"]), default="local", help="Where the stages run."
)
@click.option("--dry-run", is_flag=True, help="Ask no model; print what would be done, per stage.")
@click.option("--quiet", is_flag=True, help="No progress; errors only.")
def build(config: str, run: str | None, engine: str, dry_run: bool, quiet: bool) -> None:
    """Run or continue the pipeline of CONFIG.

    CONFIG is a YAML file, or the bare name of a bundled one. Started again, a build continues.

    \b
    Example:
      mindgraph build configs/demo.yaml --run runs/demo
    """
    from mindgraph import planning, runs

    if dry_run:
        table(planning.plan(config, run))
        return
    with shown_progress(quiet) as progress:
        built = runs.build(config, run, progress)
    if not quiet:
        _summary(built.manifest)
        click.echo(f"{built.folder}: built; see: mindgraph stats {built.folder}", err=True)
    if built.unreported:
        click.echo(f"mindgraph: {built.unreported}", err=True)
    tell(built.left_out, f"{built.folder}/rejected")


def _summary(manifest: dict[str, Any]) -> None:
    nodes = ", ".join(f"{rows:,} {label}" for label, rows in manifest["nodes"].items())
    edges = sum(manifest["edges"].values())
    click.echo(f"nodes: {nodes}; edges: {edges:,}", err=True)


@click.command()
@click.argument("config")
def check(config: str) -> None:
    """Check CONFIG and all it names: every problem in one go, with its repair.

    \b
    Example:
      mindgraph check configs/demo.yaml
    """
    from mindgraph import runs

    checked = runs.check(config)
    for problem in checked.problems:
        click.echo(f"mindgraph: {problem}", err=True)
    if checked.problems:
        sys.exit(2)
    tell(checked.left_out, "the files named above")
    click.echo(f"{config}: no problem found", err=True)


@click.command()
@click.argument("run")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
def stats(run: str, shape: str) -> None:
    """Print the counts of RUN: stages, relations, categories, coverage, top concepts.

    \b
    Example:
      mindgraph stats runs/demo --format json
    """
    from mindgraph import asking

    told = asking.stats(run)
    if shape == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    heading("stages")
    table([_stage_row(stage) for stage in told["stages"]])
    for name in ("nodes", "edges", "coverage"):
        heading(name)
        table([{name: key, "rows": rows} for key, rows in told[name].items()])
    for name in ("relations", "categories", "concepts"):
        heading(name)
        table(told[name])
    for name in ("replies", "verdicts", "verdicts_by_category"):
        if told[name]:
            heading(name.replace("_", " "))
            table(told[name])


def _stage_row(stage: dict[str, Any]) -> dict[str, Any]:
    dropped = ", ".join(f"{reason}: {rows:,}" for reason, rows in stage["dropped"].items())
    return {"stage": stage["name"], "in": stage["in"], "out": stage["out"], "dropped": dropped}
