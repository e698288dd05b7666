"""The verbs that carry a graph away."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from mindgraph.cli.printing import shown_progress, table
from mindgraph.errors import MindgraphError


@click.command()
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

    with shown_progress(quiet) as progress:
        try:
            done = loading.load(run, uri, database, prune=prune, force=force, progress=progress)
        except KeyboardInterrupt:
            raise MindgraphError("interrupted; run the same load again to go on") from None
    if quiet:
        return
    table([asdict(table) for table in done.tables if table.rows])
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


@click.command()
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
        table([{"file": file.name, "rows": file.rows} for file in done.files if file.rows])
        told = ", ".join(place.name for place in done.beside)
        click.echo(f"{path}: written; described by {told}", err=True)
