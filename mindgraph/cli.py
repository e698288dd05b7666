"""The verbs: each reads its options, calls one function, and prints.

This is the only place that exits. Data goes to stdout, all else to stderr. Exit codes: 0 done,
1 the run failed, 2 wrong use, config or input, 3 done, but rows in error were left out.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mindgraph import __version__
from mindgraph.errors import MindgraphError

if TYPE_CHECKING:
    from mindgraph.runs import Left

LEFT_OUT = 3


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


@main.command()
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
        _table(planning.plan(config, run))
        return
    with _progress(quiet) as progress:
        built = runs.build(config, run, progress)
    if not quiet:
        _summary(built.manifest)
        click.echo(f"{built.folder}: built; see: mindgraph stats {built.folder}", err=True)
    _tell(built.left_out, f"{built.folder}/rejected")


def _summary(manifest: dict[str, Any]) -> None:
    nodes = ", ".join(f"{rows:,} {label}" for label, rows in manifest["nodes"].items())
    edges = sum(manifest["edges"].values())
    click.echo(f"nodes: {nodes}; edges: {edges:,}", err=True)


def _tell(left_out: Sequence[Left], where: str) -> None:
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


@main.command()
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
    _tell(checked.left_out, "the files named above")
    click.echo(f"{config}: no problem found", err=True)


@main.command()
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
    _heading("stages")
    _table([_stage_row(stage) for stage in told["stages"]])
    for name in ("nodes", "edges", "coverage"):
        _heading(name)
        _table([{name: key, "rows": rows} for key, rows in told[name].items()])
    for name in ("relations", "categories", "concepts"):
        _heading(name)
        _table(told[name])
    for name in ("replies", "verdicts", "verdicts_by_category"):
        if told[name]:
            _heading(name.replace("_", " "))
            _table(told[name])


def _stage_row(stage: dict[str, Any]) -> dict[str, Any]:
    dropped = ", ".join(f"{reason}: {rows:,}" for reason, rows in stage["dropped"].items())
    return {"stage": stage["name"], "in": stage["in"], "out": stage["out"], "dropped": dropped}


@main.command()
@click.argument("run", required=False)
@click.argument("question", required=False, metavar="QUERY_OR_FILE")
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Bind a parameter.")
@click.option(
    "--format", "shape", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table"
)
@click.option("--seconds", default=60.0, show_default=True, help="Stop a slower query.")
@click.option("--database", metavar="NAME", help="A database of the server; else its default.")
@click.option("--list", "listed", is_flag=True, help="Print the library of questions.")
def query(
    run: str | None,
    question: str | None,
    parameters: tuple[str, ...],
    shape: str,
    seconds: float,
    database: str | None,
    listed: bool,
) -> None:
    """Ask RUN a read-only question: Cypher, a file, or a name of the library.

    RUN is a run folder or a Neo4j server, whose credentials NEO4J_USERNAME and NEO4J_PASSWORD hold.

    \b
    Example:
      mindgraph query --list
      mindgraph query runs/demo top_concepts -p relation=usedFor
      mindgraph query runs/demo 'MATCH (p:Product) RETURN p.title LIMIT 3' --format csv
      mindgraph query neo4j://localhost:7687 relation_counts
    """
    if listed:
        _list_questions()
        return
    if run is None or question is None:
        raise click.UsageError("give RUN and QUERY_OR_FILE, or --list")
    from mindgraph.stores import open_store
    from mindgraph.stores.questions import bind, find_question

    asked = find_question(question)
    values = bind(asked, parameters)
    with open_store(run, database) as store:
        _rows(store.ask(asked.on(store.engine), values, seconds), shape)


def _list_questions() -> None:
    from mindgraph.stores.questions import questions

    for question in questions():
        click.echo(f"{question.name}: {question.title}{' (scans)' if question.scans else ''}")
        for parameter in question.parameters:
            default = f" = {parameter.default or repr('')}" if parameter.default is not None else ""
            click.echo(f"    -p {parameter.name}: {parameter.kind}{default} -- {parameter.meaning}")


@main.command()
@click.argument("run")
@click.argument("product_a")
@click.argument("product_b")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
@click.option("--limit", default=20, show_default=True, help="Rows of each kind.")
@click.option("--database", metavar="NAME", help="A database of the server; else its default.")
def why(
    run: str, product_a: str, product_b: str, shape: str, limit: int, database: str | None
) -> None:
    """Say what joins two products, also where they were never bought together.

    \b
    Example:
      mindgraph why runs/demo COF-101 COF-102
    """
    from mindgraph import asking

    told = asking.why(run, product_a, product_b, limit, database)
    if shape == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(" + ".join(f"{product['title']} ({product['id']})" for product in told["products"]))
    for name, heading in _WHY.items():
        _heading(heading)
        _table(told[name]) if told[name] else click.echo("nothing")


_WHY = {
    "together": "stated of this very pair",
    "shared": "intentions stated of co-buys of both",
    "concepts": "concepts that intentions of both fall under",
}


@main.command()
@click.argument("run")
@click.argument("uri", required=False)
@click.option("--database", metavar="NAME", help="A database of the server; else its default.")
@click.option("--prune", is_flag=True, help="Remove what the database has and RUN has not.")
@click.option("--force", is_flag=True, help="Load a run of an older mindgraph over a newer one.")
@click.option("--offline", metavar="DIR", help="Write files for neo4j-admin instead.")
@click.option("--quiet", is_flag=True, help="No progress, no counts; errors only.")
def load(
    run: str,
    uri: str | None,
    database: str | None,
    prune: bool,
    force: bool,
    offline: str | None,
    quiet: bool,
) -> None:
    """Load RUN into the Neo4j server at URI, or write the files of an offline import.

    Loaded again, only what differs is written. The credentials are NEO4J_USERNAME and
    NEO4J_PASSWORD.

    \b
    Example:
      mindgraph load runs/demo neo4j://localhost:7687
      mindgraph load runs/demo --offline import/
    """
    if (uri is None) == (offline is None):
        raise click.UsageError("give URI, or --offline DIR")
    if uri:
        _load_online(run, uri, database, prune, force, quiet)
    elif offline:
        _load_offline(run, offline, database, quiet)


def _load_online(
    run: str, uri: str, database: str | None, prune: bool, force: bool, quiet: bool
) -> None:
    from mindgraph import loading

    with _progress(quiet) as progress:
        try:
            done = loading.load(run, uri, database, prune=prune, force=force, progress=progress)
        except KeyboardInterrupt:
            raise MindgraphError("interrupted; run the same load again to go on") from None
    if quiet:
        return
    _table([asdict(table) for table in done.tables if table.rows])
    if done.left:
        click.echo(
            f"{done.left:,} nodes and relationships there are not of this run; "
            "remove them with --prune",
            err=True,
        )
    click.echo(f"{done.where}: loaded; the counts are those of {run}", err=True)


def _load_offline(run: str, folder: str, database: str | None, quiet: bool) -> None:
    from pathlib import Path

    from mindgraph.stores.neo4j.offline import write_offline

    written = write_offline(Path(run), Path(folder), database or "neo4j")
    if not quiet:
        click.echo("\n".join(written.commands))
        click.echo(f"{folder}: {sum(written.rows.values()):,} rows written", err=True)


@main.command()
@click.argument("run")
@click.argument("format_", metavar="FORMAT")
@click.argument("path")
@click.option(
    "--relation",
    "chosen",
    multiple=True,
    metavar="NAME",
    help="Only statements of this relation or profile (usage, mind, folkscope).",
)
@click.option("--min-agreement", type=float, help="Only statements with at least this agreement.")
@click.option("--min-typicality", type=float, help="Only statements with at least this typicality.")
@click.option(
    "--category", multiple=True, metavar="PATH", help="Only co-buys with a product of it."
)
@click.option("--around", multiple=True, metavar="ID", help="Only what is near this node.")
@click.option("--hops", default=2, show_default=True, help="How near: edges from --around.")
@click.option(
    "--license", metavar="TEXT", help="The licence of the data: an IRI, an SPDX name, or words."
)
@click.option("--profile", metavar="NAME", help="rdf: rdf11 (reified statements) or rdf12.")
@click.option("--base", metavar="IRI", help="rdf: what the names of things begin with.")
@click.option(
    "--concept-scores/--no-concept-scores",
    default=None,
    help="rdf: mention and probability of concept links.",
)
@click.option("--relations", metavar="WHOSE", help="cskg: mindgraph or conceptnet.")
@click.option("--split", metavar="BY", help="kge: hold back by statement or by pair.")
@click.option("--seed", type=int, help="kge, atomic: another number, another split.")
@click.option("--valid", type=float, help="kge: the part to validate with, such as 0.1.")
@click.option("--test", type=float, help="kge: the part to test with, such as 0.1.")
@click.option("--database", metavar="NAME", help="neo4j-csv: the database that import.sh makes.")
@click.option("--quiet", is_flag=True, help="No counts; errors only.")
def export(
    run: str,
    format_: str,
    path: str,
    chosen: tuple[str, ...],
    min_agreement: float | None,
    min_typicality: float | None,
    category: tuple[str, ...],
    around: tuple[str, ...],
    hops: int,
    license: str | None,  # noqa: A002 - the option's name
    quiet: bool,
    **options: Any,
) -> None:
    """Write the graph of RUN, or a part of it, as files that others read.

    FORMAT is rdf, cskg, conceptnet, kgx, kge, atomic, neo4j-csv, graphml, node-link, pyg or
    parquet. A file is replaced in one step, and compressed where PATH ends in .gz or .zst; a
    folder has to be new or empty. exports/README.md says what is in them.

    \b
    Example:
      mindgraph export runs/demo rdf demo.ttl
      mindgraph export runs/demo cskg usage.tsv.gz --relation usage --relations conceptnet
      mindgraph export runs/demo kge kge/ --split pair --seed 1
      mindgraph export runs/demo graphml grinder.graphml --around COF-101 --hops 2
    """
    from mindgraph import exporting
    from mindgraph.exporters.selection import Selection

    selection = Selection(chosen, min_agreement, min_typicality, category, around, hops)
    given = {name: value for name, value in options.items() if value is not None}
    done = exporting.export(run, format_, path, selection, license=license, **given)
    if not quiet:
        _table([{"file": file.name, "rows": file.rows} for file in done.files if file.rows])
        told = ", ".join(place.name for place in done.beside)
        click.echo(f"{path}: written; described by {told}", err=True)


def _heading(text: str) -> None:
    click.echo(f"\n{text}")


def _rows(rows: Iterator[dict[str, Any]], shape: str) -> None:
    """Print rows as they come; only a table has to wait for all of them."""
    if shape == "table":
        _table(list(rows))
    elif shape == "csv":
        _csv(rows)
    elif shape == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, default=str))
    else:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))


def _csv(rows: Iterator[dict[str, Any]]) -> None:
    import csv

    writer = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


_WIDEST = 72


def _table(rows: Sequence[dict[str, Any]]) -> None:
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
def _progress(quiet: bool) -> Iterator[Any]:
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
