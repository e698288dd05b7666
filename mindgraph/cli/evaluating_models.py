"""The half of `eval intentionqa` that asks a model: its options, its call, and its tables."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mindgraph.cli.printing import LEFT_OUT, heading, shown_progress, table
from mindgraph.errors import UsageError

if TYPE_CHECKING:
    from mindgraph.evaluation.intentionqa.asked_measuring import AskedEvaluation, AskedMeasured

_OPTIONS = (
    click.option("--model", metavar="CONFIG", help="Ask the model that this config names."),
    click.option(
        "--answers",
        type=click.Choice(["letter", "p_yes"]),
        default="letter",
        show_default=True,
        help="Of a model: it writes a letter, or judges every option.",
    ),
    click.option(
        "--orders",
        type=click.IntRange(1, 4),
        default=1,
        show_default=True,
        help="Of a model: in how many orders of the options a letter is asked for.",
    ),
    click.option(
        "--questions", type=click.IntRange(min=1), help="Of a model: only so many, drawn by seed."
    ),
    click.option(
        "--replies", metavar="FILE", help="Of a model: where its replies are kept, to go on later."
    ),
)


def asked_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that only a model has."""
    return reduce(lambda told, option: option(told), reversed(_OPTIONS), command)


_OF_A_MODEL = ("answers", "orders", "questions", "replies")
_OF_THE_RANKER = ("repeats", "shuffles", "vectors")


def refuse_misplaced(with_model: bool) -> None:
    """UsageError for an option that was given and would be ignored."""
    context, without = click.get_current_context(), "does not go with" if with_model else "needs"
    for name in _OF_THE_RANKER if with_model else _OF_A_MODEL:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise UsageError(f"--{name} {without} --model; drop one of both, or see --help")


def tell_left_out(arms: Iterable[str], isa: str | None) -> None:
    """Name the arms that cannot be run without an is-a table, where there is none."""
    missing = [] if isa else [name for name in arms if name.endswith("+concepts")]
    if missing:
        click.echo(f"mindgraph: without --isa left out: {', '.join(missing)}", err=True)


def ask(
    data: str,
    model: str,
    graph: str | None,
    tasks: tuple[int, ...],
    isa: str | None,
    replies: str | None,
    to: str | None,
    planned: dict[str, Any],
) -> None:
    """Ask, print, and end with 3 where questions got no reply."""
    from mindgraph import evaluating
    from mindgraph.evaluation.intentionqa.asked_measuring import AskedPlan

    plan = AskedPlan(**{name: value for name, value in planned.items() if value})
    tell_left_out(plan.arms, isa)
    with shown_progress(quiet=False) as progress:
        found = evaluating.intentionqa_asked(
            data, model, graph, tasks, plan, isa, replies, to, progress
        )
    _show(found)
    _tell_failed(sum(one.failed for one in found.tasks))


def _show(found: AskedEvaluation) -> None:
    if found.leaky:
        click.echo(f"LEAKY: hold-out {found.plan.holdout}; quote none of these figures")
    click.echo(f"model: {found.model.model} ({found.model.backend}, {found.model.revision})")
    for name, counts in found.read.items():
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if what != "sha256")
        click.echo(f"{name}: {told}")
    for measured in found.tasks:
        _show_task(measured)


def _show_task(measured: AskedMeasured) -> None:
    heading(f"task {measured.task}: percent right [95 % interval over components]")
    table([_row(one, "accuracy") for one in measured.accuracies])
    if measured.effects:
        heading(f"task {measured.task}: paired differences in points, and McNemar's p")
        table([_row(one, "points") for one in measured.effects])


def _row(one: Any, middle: str) -> dict[str, Any]:
    """A figure's fields as columns, its interval as one."""
    told = dict(vars(one))
    value, low, high = (told.pop(name) for name in (middle, "low", "high"))
    shown = None if value is None else f"{value:.1f} [{low:.1f}, {high:.1f}]"
    return {**told, middle: shown}


def _tell_failed(failed: int) -> None:
    if failed:
        asked = "1 question" if failed == 1 else f"{failed:,} questions"
        click.echo(f"mindgraph: {asked} got no reply; run the same again to ask them", err=True)
        sys.exit(LEFT_OUT)
