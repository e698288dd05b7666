"""The verb that writes the report of a run."""

from __future__ import annotations

import click


@click.command()
@click.argument("run")
@click.option("--to", "path", metavar="FILE", help="Where to; by default report.html in RUN.")
def report(run: str, path: str | None) -> None:
    """Write the report of RUN again: one page that opens without a server.

    It tells what went in and out, what was dropped and why, scores, statements with their
    pictures, weak spots, cost, and where all of it is from. A build writes it at its end.

    \b
    Example:
      mindgraph report runs/demo
      mindgraph report runs/demo --to demo.html
    """
    from mindgraph import reporting

    click.echo(f"{reporting.report(run, path)}: written", err=True)
