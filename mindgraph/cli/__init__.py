"""The verbs: each reads its options, calls one function, and prints.

This is the only place that exits. Data goes to stdout, all else to stderr. Exit codes: 0 done,
1 the run failed, 2 wrong use, config or input, 3 done, but rows in error were left out.
"""

from __future__ import annotations

import traceback
from typing import Any

import click

from mindgraph import __version__
from mindgraph.cli.annotating import agreement, sample
from mindgraph.cli.asking import query, why
from mindgraph.cli.auditing import audit, compare
from mindgraph.cli.building import build, check, stats
from mindgraph.cli.carrying import export, load
from mindgraph.cli.evaluating import evaluate
from mindgraph.cli.reporting import report
from mindgraph.errors import MindgraphError


class _Verbs(click.Group):
    """A group whose verbs end in clear lines, and with a traceback only where `--debug` asks."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                traceback.print_exc()
            for line in _told(error):
                click.echo(f"mindgraph: {line}", err=True)
            ctx.exit(getattr(error, "exit_code", 1))


def _told(error: Exception) -> list[str]:
    if isinstance(error, MindgraphError):
        return str(error).splitlines()
    if "nterrupted" in str(error):
        return ["interrupted; run the same build again to continue"]
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return [f"a defect of mindgraph: {what}; report what `mindgraph --debug …` prints"]


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show a traceback where something fails.")
def main(debug: bool) -> None:
    """Build a graph of why products are bought together, and ask it.

    \b
    Example:
      mindgraph build demo
      mindgraph why runs/demo COF-101 COF-102
    """


for _verb in (
    build,
    check,
    stats,
    query,
    why,
    load,
    export,
    audit,
    compare,
    sample,
    agreement,
    report,
    evaluate,
):
    main.add_command(_verb)
