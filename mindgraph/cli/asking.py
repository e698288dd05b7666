"""The verbs that ask a graph."""

from __future__ import annotations

import json

import click

from mindgraph.cli.printing import heading, rows, table


@click.command()
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
        rows(store.ask(asked.on(store.engine), values, seconds), shape)


def _list_questions() -> None:
    from mindgraph.stores.questions import ENGINES, questions

    for question in questions():
        where = "" if question.scans == ENGINES else " on " + ", ".join(question.scans)
        scans = f" (scans{where})" if question.scans else ""
        click.echo(f"{question.name}: {question.title}{scans}")
        for parameter in question.parameters:
            default = f" = {parameter.default or repr('')}" if parameter.default is not None else ""
            click.echo(f"    -p {parameter.name}: {parameter.kind}{default} -- {parameter.meaning}")


@click.command()
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
    for name, title in _WHY.items():
        heading(title)
        table(told[name]) if told[name] else click.echo("nothing")


_WHY = {
    "together": "stated of this very pair",
    "shared": "intentions stated of co-buys of both",
    "concepts": "concepts that intentions of both fall under",
}
