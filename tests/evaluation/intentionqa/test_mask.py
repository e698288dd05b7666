"""The hold-out, and the mask test that must fail when a leak is planted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.errors import LeakError
from mindgraph.evaluation.intentionqa.controls import controls
from mindgraph.evaluation.intentionqa.holdout import hold_out
from mindgraph.evaluation.intentionqa.layout import Layout
from mindgraph.evaluation.intentionqa.measuring import Plan, measure
from mindgraph.evaluation.intentionqa.questions import Benchmark, Product
from mindgraph.evaluation.intentionqa.reach import Reach
from mindgraph.evaluation.intentionqa.statements import Graph, Statement
from mindgraph.evaluation.intentionqa.texts import characters, read_corpus
from tests.evaluation.intentionqa import small_benchmark as small


@pytest.fixture(scope="module")
def benchmark_and_graph(tmp_path_factory: pytest.TempPathFactory) -> tuple[Benchmark, Graph]:
    return small.read(small.write(tmp_path_factory.mktemp("benchmark")))


def reversed_pair(own: Statement) -> Statement:
    return replace(own, a=own.b, b=own.a, text="because he liked them", tail="he liked them")


def other_relation(own: Statement) -> Statement:
    return replace(own, relation="capableOf")


def merged_near_duplicate(own: Statement) -> Statement:
    """A second listing of both products, and wordings that merging makes one with the gold."""
    a = Product("X1", " ".join(reversed(own.a.title.upper().split())))
    b = Product("X2", f"The {own.b.title}")
    text = own.text.replace("used for", "used for the").removesuffix(".")
    return Statement(a, b, own.relation, text, small.tail(text))


PLANTED = {
    "the same pair reversed": reversed_pair,
    "the same text under another relation": other_relation,
    "a merged near-duplicate": merged_near_duplicate,
}


@pytest.mark.parametrize("kind", PLANTED)
@pytest.mark.parametrize("whose", ["own", "a distractor's"])
def test_a_planted_leak_fails_the_mask_test(
    benchmark_and_graph: tuple[Benchmark, Graph], kind: str, whose: str
) -> None:
    benchmark, graph = benchmark_and_graph
    question = benchmark.scored[0]
    component = question.component if whose == "own" else min(question.sources)
    own = graph.statements[graph.rows_of[component][0]]
    leaky = small.with_statement(graph, PLANTED[kind](own))
    masks = hold_out([question], leaky)
    with pytest.raises(LeakError, match=kind):
        Reach(leaky, benchmark.assertions).check([question], masks)


@pytest.mark.parametrize("kind", PLANTED)
def test_no_figure_is_made_where_a_leak_is_planted(
    benchmark_and_graph: tuple[Benchmark, Graph], kind: str
) -> None:
    benchmark, graph = benchmark_and_graph
    leaky = small.with_statement(graph, PLANTED[kind](graph.statements[0]))
    encoders = {"characters": characters}
    corpus = read_corpus(benchmark.questions, leaky.statements, small.tail, encoders)
    with pytest.raises(LeakError, match="no figure of this evaluation holds"):
        measure(benchmark, leaky, corpus, Plan(draws=("official",)))


@pytest.mark.parametrize("kind", PLANTED)
def test_a_graph_that_has_such_statements_masks_them_itself(
    benchmark_and_graph: tuple[Benchmark, Graph], kind: str
) -> None:
    benchmark, graph = benchmark_and_graph
    stated = [*graph.statements, PLANTED[kind](graph.statements[0])]
    more = Graph.of(stated, benchmark.components)
    question = benchmark.scored[0]
    masks = hold_out([question], more)
    assert len(stated) - 1 in masks[0]
    Reach(more, benchmark.assertions).check([question], masks)


def test_a_product_that_another_ones_title_was_given_is_held_out_with_both(
    benchmark_and_graph: tuple[Benchmark, Graph],
) -> None:
    benchmark, graph = benchmark_and_graph
    one, other = graph.statements[0], graph.statements[1]
    retitled = replace(one, a=Product(one.a.id, other.a.title), b=Product("X1", "nothing known"))
    more = Graph.of([*graph.statements, retitled], benchmark.components)
    masks = hold_out(benchmark.scored, more)
    Reach(more, benchmark.assertions).check(benchmark.scored, masks)
    assert all(len(graph.statements) in masks[place] for place in (0, 1))


STRANGER = Product("S9", "Unpaired stranger model z9")


@pytest.mark.parametrize("name", ["id", "title"])
def test_what_a_run_states_of_a_distractor_that_is_in_no_pair_is_held_out(
    tmp_path: Path, name: str
) -> None:
    rows = small.rows(2)
    wrong = next(letter for letter in "ABCD" if letter != rows[0]["gold_ind"])
    rows[0]["options"][wrong] = STRANGER.title
    rows[0]["distractors_id"] = ["S9"]
    benchmark, graph = small.read(small.write(tmp_path, 2, rows), 2)
    told = replace(STRANGER, **{"title": "Renamed"} if name == "id" else {"id": "R1"})
    stated = [*graph.statements, replace(graph.statements[5], a=told, b=Product("S8", "Other"))]
    more = Graph.of(stated, benchmark.components)
    masks = hold_out(benchmark.scored, more)
    assert len(graph.statements) in masks[0]
    Reach(more, benchmark.assertions).check(benchmark.scored, masks)
    with pytest.raises(LeakError, match="a statement about one of the products"):
        Reach(more, benchmark.assertions).check([benchmark.scored[0]], [masks[0][:-1]])


def test_a_mask_that_misses_one_statement_is_found(
    benchmark_and_graph: tuple[Benchmark, Graph],
) -> None:
    benchmark, graph = benchmark_and_graph
    masks = hold_out(benchmark.scored, graph)
    masks[5] = masks[5][1:]
    leaks = list(Reach(graph, benchmark.assertions).leaks(benchmark.scored, masks))
    assert [leak.question.id for leak in leaks] == [benchmark.scored[5].id]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), task=st.sampled_from([1, 2]))
def test_shuffled_graphs_hold_out_both_where_a_statement_stands_and_where_it_is_from(
    benchmark_and_graph: tuple[Benchmark, Graph], seed: int, task: int
) -> None:
    benchmark, graph = benchmark_and_graph
    mixed = graph.shuffled(seed, task)
    masks = hold_out(benchmark.scored, mixed)
    Reach(mixed, benchmark.assertions).check(benchmark.scored, masks)
    for question, mask in zip(benchmark.scored, masks, strict=True):
        golds = {one.text for one in benchmark.assertions if one.component == question.component}
        seen = np.delete(np.arange(len(mixed.statements)), mask)
        assert golds.isdisjoint(mixed.statements[place].text for place in seen)


def test_only_the_symmetric_hold_out_leaves_the_absent_option_at_chance(
    benchmark_and_graph: tuple[Benchmark, Graph],
) -> None:
    benchmark, graph = benchmark_and_graph
    layout = Layout.of(benchmark.scored)

    def absent(holdout: str) -> float:
        masks = hold_out(benchmark.scored, graph, holdout)
        scores = controls(benchmark.scored, graph, masks)["absent from the graph"]
        return float(layout.correct(scores).mean())

    assert absent("symmetric") == pytest.approx(0.25)
    assert absent("own") == 1.0
