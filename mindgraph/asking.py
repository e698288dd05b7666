"""What a finished run answers: its counts, a query, and why two products go together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mindgraph.errors import QueryError
from mindgraph.evaluation.statistics import statistics
from mindgraph.runs import read_manifest
from mindgraph.stores import Rows, Store, open_store
from mindgraph.stores.questions import Question, checked, find_question
from mindgraph.text import iri_safe, plain


def stats(run: str | Path) -> dict[str, Any]:
    """Counts of a run: stages, relations, categories, coverage, top concepts."""
    return statistics(Path(run), read_manifest(run))


def query(run: str | Path, text: str, **parameters: Any) -> list[dict[str, Any]]:
    """Rows of a read-only query: Cypher, a file, or the name of a question of the library."""
    with open_store(run) as store:
        return list(ask(store, find_question(text), parameters))


def ask(store: Store, question: Question, parameters: Mapping[str, Any]) -> Rows:
    """Rows of a question; parameters that are not given take their defaults."""
    defaults = {
        parameter.name: parameter.read(parameter.default)
        for parameter in question.parameters
        if parameter.default is not None
    }
    return store.ask(question.on(store.engine), checked(question, {**defaults, **parameters}))


def why(
    run: str | Path, product_a: str, product_b: str, limit: int = 20, database: str | None = None
) -> dict[str, Any]:
    """What joins two products, whether or not they were ever bought together.

    `together`: what their own co-buy states; `shared`: intentions that co-buys of both state;
    `concepts`: concepts under which intentions of both fall. Ids as in the shop's own data.
    """
    with open_store(run, database) as store:
        products = [_product(store, product_a), _product(store, product_b)]
        ends = {"a": products[0]["id"], "b": products[1]["id"], "limit": limit}
        found = {
            name: list(ask(store, find_question(f"why_{name}"), ends))
            for name in ("together", "shared", "concepts")
        }
    return {"products": products, **found}


def _product(store: Store, given: str) -> dict[str, Any]:
    """A product by the id as the shop writes it, or as the graph does."""
    question = find_question("product")
    for identity in (iri_safe(plain(given)), given):
        for row in ask(store, question, {"id": identity}):
            return row
    raise QueryError(f"no product {given!r} in this graph; find one with: query RUN find_product")
