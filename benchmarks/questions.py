"""How long the library's questions take, asked again and again about the hubs of a graph.

    python benchmarks/questions.py RUN_OR_URI [--repeats 20]

Every question of `cypher/` is asked of a run folder's store, or of a Neo4j server's default
database (credentials from the environment), opened once. Hubs are where a look-up is dearest: the
busiest product, partner, intention, concept and category. It prints the first answer's
milliseconds, the best and the median of the warm ones, and whether the median is under its bound:
1 ms for a product by its id on the embedded store, 100 ms for other look-ups and neighbourhoods;
whole-graph scans, which say so themselves, are measured and have none.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measure import load_average, print_table

KEY, NEAR = 1.0, 100.0
"""Milliseconds that the warm median of a look-up should stay under: by a key, by any other way."""

# The busiest product, another busy product, and the busiest of the rest.
HUBS = {
    "product": """MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product)
        RETURN p.id AS id, count(c) AS n ORDER BY n DESC, id LIMIT 1""",
    "other": """MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product)
        RETURN p.id AS id, count(c) AS n ORDER BY n DESC, id SKIP 1 LIMIT 1""",
    "intention": """MATCH (i:Intention)
        RETURN i.id AS id, i.support AS n ORDER BY n DESC, id LIMIT 1""",
    "concept": """MATCH (:Intention)-[h:HAS_CONCEPT]->(c:Concept)
        RETURN c.name AS id, count(h) AS n ORDER BY n DESC, id LIMIT 1""",
    "category": """MATCH (p:Product)-[:IN_CATEGORY]->(k:Category)
        RETURN k.id AS id, count(p) AS n ORDER BY n DESC, id LIMIT 1""",
}

PARTNER = """MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product {id: $id})
    MATCH (c)-[:HAS_PRODUCT]->(q:Product) WHERE q.id <> $id RETURN q.id AS id ORDER BY id LIMIT 1"""

ABOUT = {
    "id": "product", "a": "product", "b": "partner", "concept": "concept", "category": "category",
    "text": "word",
}  # fmt: skip
"""Which hub a question's parameter is, unless the question is one of these."""

APART = {
    "co_buys_of_intention": {"id": "intention"},
    "shortest_path": {"b": "other"},
    "why_concepts": {"b": "other"},
    "why_shared": {"b": "other"},
}


@dataclass(frozen=True)
class Latency:
    """How long a question took, in milliseconds."""

    rows: int
    first: float
    best: float
    median: float


def hubs(store: Any) -> dict[str, str]:
    """Find what the questions are asked about."""
    found = {name: next(store.ask(text))["id"] for name, text in HUBS.items()}
    found["partner"] = next(store.ask(PARTNER, {"id": found["product"]}))["id"]
    return {**found, "word": "bag"}


def time_question(store: Any, question: Any, about: Mapping[str, str], repeats: int) -> Latency:
    """Ask a question again and again; the first time is told apart from the warm ones."""
    from mindgraph.asking import ask

    wanted = {**ABOUT, **APART.get(question.name, {})}
    open_ones = [p.name for p in question.parameters if p.default is None]
    given = {name: about[wanted[name]] for name in open_ones}
    times, rows = [], 0
    for _ in range(1 + repeats):
        start = time.perf_counter()
        rows = len(list(ask(store, question, given)))
        times.append(1000 * (time.perf_counter() - start))
    return Latency(rows, times[0], min(times[1:]), statistics.median(times[1:]))


def bound(store: Any, question: Any) -> float | None:
    """Return the milliseconds that a question's warm median should stay under."""
    if store.engine in question.scans:
        return None
    return KEY if question.name == "product" and store.engine == "ladybug" else NEAR


def print_questions(store: Any, repeats: int = 20) -> None:
    """Print the latency of every question and whether its median is under its bound."""
    from mindgraph.stores.questions import questions

    table = [["question", "rows", "first ms", "best ms", "median ms", "bound ms", ""]]
    about = hubs(store)
    for question in questions():
        took = time_question(store, question, about, repeats)
        times = [f"{value:.2f}" for value in (took.first, took.best, took.median)]
        most = bound(store, question)
        verdict = "scan" if most is None else "ok" if took.median <= most else "over"
        told = "" if most is None else f"{most:.0f}"
        table.append([question.name, str(took.rows), *times, told, verdict])
    print_table(table)


def ask_questions(where: str, repeats: int = 20) -> None:
    """Measure the questions on a run or a server."""
    # Imported late: what this process holds is the floor of the memory it measures.
    import mindgraph

    with mindgraph.open_store(where) as store:
        print_questions(store, repeats)


def main() -> int:
    """Ask what the command line names."""
    parser = argparse.ArgumentParser(description="Measure the library's questions.")
    parser.add_argument("where", metavar="RUN_OR_URI")
    parser.add_argument("--repeats", type=int, default=20)
    args = parser.parse_args()
    print(f"{args.where}; load average {load_average()}")
    ask_questions(args.where, args.repeats)
    return 0


if __name__ == "__main__":
    sys.exit(main())
