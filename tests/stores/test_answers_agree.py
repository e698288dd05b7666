"""Both stores answer every question of the library alike, over graphs nobody counted by hand.

The demo's graph, that of IntentionQA's real assertions, and a random one full of ties and missing
values: the same rows in the same order, asked about busy things, any things, and nothing at all.
"""

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.asking import ask
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.records import pair_id, statement_id
from mindgraph.relations import RELATIONS
from mindgraph.runs import Built
from mindgraph.stores import Store
from mindgraph.stores.questions import Question, find_question, questions
from tests.conftest import ROOT
from tests.stores.conftest import STORES

Rows = list[dict[str, Any]]
Hubs = dict[str, list[str]]

MANY = 5
"""Things of a kind that each question is asked about."""


# ---- the graphs


def demo_graph(request: pytest.FixtureRequest, _: Path) -> Path:
    built: Built = request.getfixturevalue("demo")
    return built.folder


def intentionqa_graph(request: pytest.FixtureRequest, folder: Path) -> Path:
    os.environ["MINDGRAPH_DATA"] = str(request.getfixturevalue("data")("intentionqa").parent)
    return mindgraph.build(ROOT / "configs/intentionqa.yaml", folder / "run").folder


def random_graph(_: pytest.FixtureRequest, folder: Path) -> Path:
    """Sixty products in two hundred pairs: few distinct numbers, so that most orders are ties."""
    draw = random.Random(7)
    products = [f"p{number}" for number in range(60)]
    intentions = [f"i{number}" for number in range(90)]
    concepts = [f"k{number}" for number in range(25)]
    paths = ["A", "A/B", "A/B/C", "A/D", "E"]
    pairs = sorted({tuple(sorted(draw.sample(products, 2))) for _ in range(200)})
    stated = [*intentions[:5] * 16, *intentions[5:80]]
    statements = {
        (pair_id(*pair), draw.choice(list(RELATIONS)), draw.choice(stated))
        for pair in pairs[20:]
        for _ in range(draw.randrange(9))
    }  # fmt: skip
    support = {text: len({s[0] for s in statements if s[2] == text}) for text in intentions}
    words = ["camping", "Coffee", "rain", "a gift", "dry"]

    def maybe(*values: Any) -> Any:
        return draw.choice([*values, None])

    def title() -> str | None:
        return maybe(" ".join(draw.choices(words, k=draw.randrange(1, 4))))

    nodes = {
        "Product": [
            {"id": p, "title": title(), "category": maybe(*(x.replace("/", " > ") for x in paths))}
            for p in products
        ],
        "CoBuy": [
            {"id": pair_id(*pair), "support": maybe(1, 2, 3), "lift": maybe(0.5, 1.5),
             "source": "co-buy"}
            for pair in pairs
        ],
        "Intention": [
            {"id": i, "text": " ".join(draw.choices(words, k=3)), "support": support[i]}
            for i in intentions
        ],
        "Concept": [{"id": k, "name": k.replace("k", "c ")} for k in concepts],
        "Category": [{"id": path, "name": path[-1]} for path in paths],
        "Run": [{"id": "run-1", "model": "m", "version": "0.1.0"}],
    }  # fmt: skip
    edges: dict[str, Rows] = {edge.type: [] for edge in EDGES}
    for pair in pairs:
        edges["HAS_PRODUCT"] += [{"start": pair_id(*pair), "end": end} for end in pair]
    edges["IN_CATEGORY"] = [
        {"start": p["id"], "end": p["category"].replace(" > ", "/")}
        for p in nodes["Product"]
        if p["category"]
    ]
    edges["SUBCATEGORY_OF"] = [
        {"start": path, "end": path.rpartition("/")[0]} for path in paths if "/" in path
    ]
    links = {(i, draw.choice(concepts)) for i in intentions for _ in range(draw.randrange(5))}
    edges["HAS_CONCEPT"] = [
        {"start": i, "end": k, "mention": "x", "probability": draw.choice([0.25, 0.5, 0.75])}
        for i, k in sorted(links)
    ]
    edges["SUBCONCEPT_OF"] = [
        {"start": k, "end": draw.choice(concepts[place + 1 :]), "probability": 0.5}
        for place, k in enumerate(concepts[:-1])
    ]
    for pair, relation, intention in sorted(statements):
        edges[RELATIONS[relation].edge_type].append(
            {"start": pair, "end": intention, "id": statement_id(pair, relation, intention),
             "relation": relation, "surface": "said", "agreement": maybe(0.25, 0.5, 1.0),
             "plausibility": maybe(0.5), "typicality": maybe(0.25, 0.75), "run": "run-1"}
        )  # fmt: skip
    return write(folder / "random", nodes, edges)


def write(folder: Path, nodes: dict[str, Rows], edges: dict[str, Rows]) -> Path:
    parts = [("nodes", n.label, n.arrow, nodes[n.label]) for n in NODES]
    parts += [("edges", e.type, e.arrow, edges[e.type]) for e in EDGES]
    for kind, name, columns, rows in parts:
        (folder / kind).mkdir(parents=True, exist_ok=True)
        filled = [{column: row.get(column) for column in columns.names} for row in rows]
        pq.write_table(pa.Table.from_pylist(filled, columns), folder / kind / f"{name}.parquet")
    return folder


GRAPHS: dict[str, Callable[[pytest.FixtureRequest, Path], Path]] = {
    "demo": demo_graph,
    "intentionqa": intentionqa_graph,
    "random": random_graph,
}


# ---- what is asked


@pytest.fixture(scope="module", params=GRAPHS)
def stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Store]]:
    """One graph in every store at once."""
    run = GRAPHS[request.param](request, tmp_path_factory.mktemp(request.param))
    opened = {name: open_(run, request) for name, open_ in STORES.items()}
    yield opened
    for store in opened.values():
        store.close()


@pytest.fixture(scope="module")
def hubs(stores: dict[str, Store]) -> Hubs:
    """Ids and texts that questions are asked about: the busiest, others, and none."""
    return {name: [*ids(stores["ladybug"], text), "nothing"] for name, text in HUBS.items()}


HUBS = {
    "product": "MATCH (c:CoBuy)-[:HAS_PRODUCT]->(x:Product) "
    "RETURN x.id AS id, count(c) AS n ORDER BY n DESC, id",
    "intention": "MATCH (x:Intention) RETURN x.id AS id ORDER BY x.support DESC, id",
    "concept": "MATCH (:Intention)-[h:HAS_CONCEPT]->(x:Concept) "
    "RETURN x.name AS id, count(h) AS n ORDER BY n DESC, id",
    "category": "MATCH (p:Product)-[:IN_CATEGORY]->(x:Category) "
    "RETURN x.id AS id, count(p) AS n ORDER BY n DESC, id",
    "word": "MATCH (x:Intention) RETURN x.text AS id ORDER BY x.support DESC, x.id",
}


def ids(store: Store, text: str) -> list[str]:
    """The two busiest, and others from all over."""
    found = list(dict.fromkeys(row["id"] for row in store.ask(text)))
    return [*found[:2], *found[2 :: max(1, len(found) // (MANY - 2))]][:MANY]


def asked(question: Question, hubs: Hubs) -> Iterator[dict[str, Any]]:
    """What a question is asked with: every thing of its kind; two that differ for `a` and `b`."""
    names = [p.name for p in question.parameters if p.default is None]
    if not names:
        yield {}
        yield from ({"limit": 1} for p in question.parameters if p.name == "limit")
        return
    for place in range(MANY + 1):
        yield {name: thing(question, name, hubs, place) for name in names}


def thing(question: Question, name: str, hubs: Hubs, place: int) -> str:
    kinds = {"id": "product", "a": "product", "b": "product", "text": "word"}
    kind = kinds.get(name, name)
    if question.name == "co_buys_of_intention":
        kind = "intention"
    found = hubs[kind]
    text = found[(place + (name == "b")) % len(found)]
    return text.split()[0] if kind == "word" and text.split() else text


LIKE = [question for question in questions() if not question.name.startswith("search")]
"""All questions but those whose index knows whole words only."""


@pytest.mark.parametrize("question", LIKE, ids=lambda question: question.name)
def test_the_same_rows_in_the_same_order(
    stores: dict[str, Store], hubs: Hubs, question: Question
) -> None:
    for given in asked(question, hubs):
        answers = {name: list(ask(store, question, given)) for name, store in stores.items()}
        first = answers.pop("ladybug")
        for other in answers.values():
            assert told(other, question) == told(first, question), given


@pytest.mark.parametrize("name", ["search_intentions", "search_products"])
def test_a_search_finds_the_same_whole_words(
    stores: dict[str, Store], hubs: Hubs, name: str
) -> None:
    for text in hubs["word"]:
        (word, *_) = re.findall(r"[A-Za-z]+", text)
        given = {"text": word, "most": 100_000, "limit": 100_000}
        parts, whole = (
            list(ask(stores[engine], find_question(name), given)) for engine in ("ladybug", "neo4j")
        )
        own = re.compile(rf"(?<!\w)(?<!\w['’.:]){word}(?![\w'’.:]\w|\w)", re.IGNORECASE)
        assert whole == [row for row in parts if own.search(next(iter(row.values())))], word


def test_most_questions_have_an_answer(stores: dict[str, Store], hubs: Hubs) -> None:
    silent = [
        question.name
        for question in questions()
        if not any(list(ask(stores["neo4j"], question, given)) for given in asked(question, hubs))
    ]
    assert len(silent) <= len(questions()) // 3, silent


def told(rows: Rows, question: Question) -> list[list[Any]]:
    """Values in order; sums may differ in the last digit, as engines add in another order.

    Of chains that are as short as each other, either is right.
    """
    if question.name == "shortest_path":
        return [[row["co_buys"], row["ids"][0], row["ids"][-1]] for row in rows]
    return [
        [float(f"{v:.12g}") if isinstance(v, float) and math.isfinite(v) else v for v in r.values()]
        for r in rows
    ]
