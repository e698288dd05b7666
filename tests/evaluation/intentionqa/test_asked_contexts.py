"""What a prompt shows of a graph: never what is held out, never the text of an option."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.asked import Asked
from mindgraph.evaluation.intentionqa.asked_measuring import AskedPlan, measure_asked
from mindgraph.evaluation.intentionqa.contexts import PAIRS, Contexts, Neighbour
from mindgraph.evaluation.intentionqa.draws import draw
from mindgraph.evaluation.intentionqa.examples import EXAMPLES, Examples
from mindgraph.evaluation.intentionqa.holdout import held_out, hold_out
from mindgraph.evaluation.intentionqa.kept import Kept
from mindgraph.evaluation.intentionqa.questions import Benchmark, Product, Question, read_benchmark
from mindgraph.evaluation.intentionqa.statements import Graph, Statement, gold_statements
from mindgraph.evaluation.intentionqa.ways import Letters
from mindgraph.evaluation.intentionqa.wording import read_wording
from mindgraph.intentions.prompts import as_data
from mindgraph.intentions.tails import relation_of
from mindgraph.models import Job, ModelInfo, Reply, Tokens
from mindgraph.text import content_lemmas, merge_key, words
from tests.evaluation.intentionqa.camp_shop import COMPONENTS, GRAPH, STATEMENTS, questions, tail


def said(shown: tuple[Neighbour, ...]) -> list[str]:
    return [text for one in shown for text in one.intentions]


def lengths(shown: tuple[Neighbour, ...]) -> list[list[int]]:
    return [[len(words(text)) for text in one.intentions] for one in shown]


# ---- a small shop


@pytest.mark.parametrize("task", [1, 2])
def test_the_shuffled_context_has_the_pairs_and_lengths_but_none_of_the_intentions(
    task: int,
) -> None:
    contexts = Contexts(GRAPH, tail)
    for question in questions(task):
        real, mixed = contexts.real(question), contexts.shuffled(question)
        assert [one.a for one in real] == [one.a for one in mixed]
        assert lengths(real) == lengths(mixed)
        assert not {*said(real)} & {*said(mixed)}
        partners = [one.b == other.b for one, other in zip(real, mixed, strict=True)]
        assert all(partners) if task == 1 else not any(partners)


def test_a_context_is_the_same_twice_and_another_seed_shuffles_otherwise() -> None:
    question = questions()[0]
    first, again, other = (Contexts(GRAPH, tail, seed=seed) for seed in (3, 3, 4))
    assert first.shuffled(question) == again.shuffled(question)
    assert first.shuffled(question) != other.shuffled(question)
    assert first.real(question) == other.real(question)


def test_the_nearest_pairs_come_first() -> None:
    question = questions()[0]
    shown = Contexts(GRAPH, tail).real(question)
    assert {"Small tent for the kitchen", "Small tent for the harbour"} == {
        one.a for one in shown[:2]
    }


def planted(question: Question, kind: str) -> Statement:
    """A statement that gives a question's answer away."""
    own = next(one for one in STATEMENTS if one.text == question.text)
    strange = Product("X1", "Crate"), Product("X2", f"Box like a {question.a.title}")
    if kind == "the pair reversed":
        return replace(own, a=own.b, b=own.a, text="because of a trip.", tail="a trip")
    if kind == "the pair under other ids":
        a, b = (Product(f"X-{one.id}", one.title.upper()) for one in (own.a, own.b))
        return replace(own, a=a, b=b, text="because of a trip.", tail="a trip")
    if kind == "the text under another relation":
        text = f"because they both are capable of {own.tail}."
        return Statement(*strange, "capableOf", text, tail(text))
    text = own.text.replace("carrying a", "to carry the").upper()
    return Statement(*strange, "usedFor", text, tail(text))


@pytest.mark.parametrize(
    "kind",
    [
        "the pair reversed",
        "the pair under other ids",
        "the text under another relation",
        "a near-duplicate of the text",
    ],
)
def test_a_planted_leak_reaches_no_prompt(kind: str) -> None:
    for question in questions()[:6]:
        leak = planted(question, kind)
        contexts = Contexts(Graph.of([*STATEMENTS, leak], COMPONENTS), tail)
        for shown in (contexts.real(question), contexts.shuffled(question)):
            assert leak.text not in said(shown)
            assert all(len(STATEMENTS) not in one.places for one in shown)


def test_the_same_statement_is_shown_where_nothing_is_held_out() -> None:
    question = questions()[0]
    text = "because of a trip."
    own = replace(STATEMENTS[0], text=text, tail=tail(text))
    graph = Graph.of([*STATEMENTS, own], COMPONENTS)
    assert text in said(Contexts(graph, tail, holdout="none").real(question))
    assert text not in said(Contexts(graph, tail).real(question))


def test_in_task_2_a_pair_with_an_option_among_its_products_is_not_shown() -> None:
    question = questions(2)[0]
    b = replace(question.b, id="elsewhere")
    leak = Statement(Product("X", question.a.title + " II"), b, "other", "a gift", "a gift")
    told = Graph((*STATEMENTS, leak), (*GRAPH.touched, frozenset()))
    assert all(one.b != b.title for one in Contexts(told, tail).real(question))


def test_a_concept_that_says_what_an_option_says_is_left_out() -> None:
    question = questions()[0]
    gold = tail(question.options[question.gold])
    contexts = Contexts(GRAPH, tail, concepts_of=lambda text: [gold, "luggage"])
    assert {one.concepts for one in contexts.with_concepts(question)} == {("luggage",)}


def test_a_graph_without_concepts_or_without_others_is_told_so() -> None:
    question = questions()[0]
    with pytest.raises(InputError, match="no concepts"):
        Contexts(GRAPH, tail).with_concepts(question)
    few = Graph.of(STATEMENTS[1:4], COMPONENTS)
    with pytest.raises(InputError, match="too few statements to shuffle"):
        Contexts(few, tail).shuffled(replace(question, sources=frozenset()))


@given(st.sets(st.integers(0, len(STATEMENTS) - 1)), st.integers(0, len(STATEMENTS) - 1))
def test_whatever_the_graph_holds_nothing_held_out_is_shown(kept: set[int], asked: int) -> None:
    graph = Graph.of([STATEMENTS[place] for place in sorted({*kept, 0})], COMPONENTS)
    question = questions()[asked]
    (mask,) = hold_out([question], graph)
    for one in Contexts(graph, tail).real(question):
        assert not {*one.places} & {*mask.tolist()}
        assert not {*one.intentions} & {*question.options}


# ---- the official questions


@pytest.fixture(scope="module", params=[1, 2])
def benchmark(request: pytest.FixtureRequest, data: Callable[[str], Path]) -> Benchmark:
    return read_benchmark(data("intentionqa"), request.param, relation_of)


@pytest.fixture(scope="module")
def graph(benchmark: Benchmark) -> Graph:
    return Graph.of(gold_statements(benchmark.assertions, tail), benchmark.components)


def shown_of(contexts: Contexts, asked: tuple[Question, ...]) -> Iterator[tuple[Neighbour, ...]]:
    for question in asked:
        yield contexts.real(question)
        yield contexts.shuffled(question)


@pytest.mark.data
def test_no_prompt_of_any_official_question_shows_what_is_masked(
    benchmark: Benchmark, graph: Graph
) -> None:
    contexts, asked = Contexts(graph, tail), benchmark.scored
    masks = hold_out(asked, graph)
    shown = shown_of(contexts, asked)
    for question, mask in zip(asked, masks, strict=True):
        masked = {*mask.tolist()}
        hidden, options = held_out(question, "symmetric"), {*map(merge_key, question.options)}
        for neighbours in islice(shown, 2):
            assert len(neighbours) == PAIRS
            for one in neighbours:
                # by place, and by looking the very texts up again
                assert masked.isdisjoint(one.places)
                assert benchmark.components.of_title(one.a) not in hidden
                assert benchmark.components.of_title(one.b) not in hidden
                assert options.isdisjoint(map(merge_key, (one.a, one.b, *one.intentions))) or (
                    question.task == 2 and options.isdisjoint({merge_key(one.a), merge_key(one.b)})
                )


@pytest.mark.data
def test_real_and_shuffled_contexts_of_the_official_questions_are_equally_long(
    benchmark: Benchmark, graph: Graph
) -> None:
    contexts = Contexts(graph, tail)
    told = [(contexts.real(one), contexts.shuffled(one)) for one in benchmark.scored[:300]]
    real, mixed = ([lengths(one[place]) for one in told] for place in (0, 1))
    assert [[len(one) for one in shown] for shown in real] == [
        [len(one) for one in shown] for shown in mixed
    ]
    words_of = [sum(sum(map(sum, shown)) for shown in arm) for arm in (real, mixed)]
    assert words_of[1] == pytest.approx(words_of[0], rel=0.005)


@pytest.mark.data
@pytest.mark.parametrize("name", ["official", "balanced"])
def test_no_example_touches_what_its_question_may_not_see(benchmark: Benchmark, name: str) -> None:
    asked = draw(benchmark, name)
    examples = Examples(asked, read_wording(as_data), Letters())
    for question in asked:
        chosen = list(islice(examples.chosen(question), EXAMPLES))
        assert len(chosen) == EXAMPLES
        hidden = held_out(question, "symmetric")
        for one in chosen:
            assert held_out(one, "symmetric").isdisjoint(hidden)
            assert {*one.options}.isdisjoint(question.options)


class WordCounter:
    """Stands in for a model that reads: chooses the option most of whose words it was shown."""

    info, reads, together = ModelInfo("test", "word counter", "1"), "prompts", 1

    async def run(self, jobs: AsyncIterable[Job]) -> AsyncIterator[Reply]:
        async for job in jobs:
            shown = {*content_lemmas(words(job.prefix[0].value))}
            yield Reply(job.keys[0], self.chosen(job.suffixes[0], shown))

    def chosen(self, asked: str, shown: set[str]) -> str:
        options = re.findall(r'^([A-Z]): "(.*)"$', asked, re.MULTILINE)
        return max(options, key=lambda option: self.share(option[1], shown))[0]

    def share(self, option: str, shown: set[str]) -> float:
        told = {*content_lemmas(words(tail(option)))}
        return len(told & shown) / (1 + len(told))

    def check(self) -> None: ...

    def tokens(self, job: Job) -> Tokens:
        return Tokens()


@pytest.mark.data
def test_who_only_counts_words_gains_from_the_real_graph_over_the_shuffled_one(
    benchmark: Benchmark, graph: Graph
) -> None:
    model = WordCounter()
    asked = Asked(model, read_wording(as_data), Contexts(graph, tail), Kept(model), Letters())
    arms = ("options-only", "zero-shot+graph", "zero-shot+shuffled")
    plan = AskedPlan(draws=("balanced",), arms=arms, questions=800)
    found = measure_asked(benchmark, asked, plan)
    (effect,) = (one for one in found.effects if one.of == "real - shuffled graph")
    assert effect.low > 0
    assert 20 < (found.accuracies[0].accuracy or 0) < 32
