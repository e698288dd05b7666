"""A benchmark of IntentionQA's shape, small enough to reason about: themes whose golds repeat."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mindgraph.evaluation.intentionqa.questions import Benchmark, read_benchmark
from mindgraph.evaluation.intentionqa.statements import Graph, Statement, gold_statements
from mindgraph.intentions.tails import relation_of, tail_of

THEMES = {
    "tent": ("Camping", "sleeping in the woods"),
    "kettle": ("Kitchen", "boiling water for tea"),
    "guitar": ("Music", "playing songs on a stage"),
    "leash": ("Pets", "walking a dog in the park"),
    "racket": ("Sports", "hitting balls across a net"),
    "lens": ("Photo", "taking pictures of birds"),
    "easel": ("Art", "painting portraits in oil"),
    "drill": ("Tools", "making holes in walls"),
}
_NAMES = "Alto Brio Corda Dune Eron Fjord Gala Halo Iris Juno".split()


def rows(task: int = 1, seed: int = 0) -> list[dict[str, Any]]:
    """Ten pairs of every theme, each with one gold; distractors are golds of other themes."""
    random_ = random.Random(seed)
    pairs = [(theme, name) for theme in THEMES for name in _NAMES]
    return [_row(place, pairs, task, random_) for place in range(len(pairs))]


def _row(
    place: int, pairs: list[tuple[str, str]], task: int, random_: random.Random
) -> dict[str, Any]:
    theme = pairs[place][0]
    strangers = [n for n, (other, _) in enumerate(pairs) if other != theme]
    chosen = random_.sample(strangers, 3)
    texts = [_answer(n, pairs, task) for n in (place, *chosen)]
    order = random_.sample(range(4), 4)
    return {
        "id": f"Q{place}",
        "item_a_id": f"A{place}",
        "item_b_id": f"B{place}",
        "item_a_name": _title(place, pairs, "a"),
        "item_b_name": _title(place, pairs, "b"),
        "relation": "all",
        "assertion": f"PersonX bought a product of Item A {_told(place, pairs)}",
        "distractors_id": [f"Q{n}" if task == 1 else f"B{n}" for n in sorted(chosen)],
        "gold_ind": "ABCD"[order.index(0)],
        "options": {letter: texts[n] for letter, n in zip("ABCD", order, strict=True)},
    }


def _title(place: int, pairs: list[tuple[str, str]], side: str) -> str:
    theme, name = pairs[place]
    return f"{name} {theme} model {side}{place}"


def _told(place: int, pairs: list[tuple[str, str]]) -> str:
    theme, name = pairs[place]
    return f"because they are both used for {THEMES[theme][1]} with {name.lower()}."


def _answer(place: int, pairs: list[tuple[str, str]], task: int) -> str:
    return _told(place, pairs) if task == 1 else _title(place, pairs, "b")


def write(folder: Path, task: int = 1, changed: Iterable[dict[str, Any]] | None = None) -> Path:
    """The file of one task in a data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row) for row in (rows(task) if changed is None else changed)]
    (folder / f"QA_fullInfo_task{task}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def read(folder: Path, task: int = 1) -> tuple[Benchmark, Graph]:
    """The benchmark of a folder, and its golds as the graph."""
    benchmark = read_benchmark(folder, task, relation_of)
    golds = gold_statements(benchmark.assertions, tail)
    return benchmark, Graph.of(golds, benchmark.components)


def tail(text: str) -> str:
    """The part of a sentence after its template."""
    return tail_of(relation_of(text), text)


def with_statement(graph: Graph, planted: Statement) -> Graph:
    """The graph with one more statement that no component claims: a leak that masks miss."""
    return Graph((*graph.statements, planted), (*graph.touched, frozenset()))
