"""Features: what is masked has no influence, and fits without it are those of a fresh fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.evaluation.intentionqa.association import Association
from mindgraph.evaluation.intentionqa.columns import AskedColumns, Columns, GraphColumns
from mindgraph.evaluation.intentionqa.holdout import hold_out
from mindgraph.evaluation.intentionqa.neighbours import nearest
from mindgraph.evaluation.intentionqa.ridge import Ridge
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus, characters, read_corpus
from mindgraph.evaluation.intentionqa.words import Words
from tests.evaluation.intentionqa import small_benchmark as small


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(0, 12), penalty=st.floats(0.1, 10))
def test_ridge_without_rows_is_a_fresh_fit_on_the_others(
    seed: int, size: int, penalty: float
) -> None:
    random = np.random.default_rng(seed)
    rows, values, new = (
        random.normal(size=shape).astype(np.float32) for shape in ((30, 5), (30, 3), (2, 5))
    )
    masks = [np.sort(random.permutation(30)[:size]), np.arange(0, dtype=np.int64)]
    predicted = Ridge.of(rows, penalty).predict(new, masks, values)
    for item, mask, told in zip(new, masks, predicted, strict=True):
        kept = np.setdiff1d(np.arange(30), mask)
        inner = rows[kept].T @ rows[kept] + penalty * np.eye(5)
        fresh = item @ np.linalg.solve(inner, rows[kept].T @ values[kept])
        np.testing.assert_allclose(told, fresh, rtol=2e-3, atol=2e-3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_counts_without_rows_are_counts_of_the_others(seed: int) -> None:
    random = np.random.default_rng(seed)
    known = np.array("boat cup dog fish goat hat".split())
    texts = [" ".join(random.choice(known, 3)) + f" {place}" for place in range(12)]
    words = Words(texts)
    left, right = ([words.bags[text] for text in half] for half in (texts[:6], texts[6:]))
    mask = np.sort(random.permutation(6)[:2])
    kept = np.setdiff1d(np.arange(6), mask)
    fresh = Association(words, [left[k] for k in kept], [right[k] for k in kept])
    nothing = np.arange(0, dtype=np.int64)
    np.testing.assert_allclose(
        Association(words, left, right).features(left[0], right, mask),
        fresh.features(left[0], right, nothing),
        atol=1e-5,
    )


def test_nearest_never_weighs_what_is_masked() -> None:
    similarity = np.array([[0.9, 0.5, 0.1]], np.float32)
    found, weights = nearest(similarity, [np.array([0, 1])], count=2)
    assert weights[found == 0].sum() == weights[found == 1].sum() == 0
    assert weights.sum() == pytest.approx(1)
    _, none = nearest(similarity, [np.array([0, 1, 2])])
    assert none.sum() == 0


def _columns(graph: Graph, asked: AskedColumns, corpus: Corpus, task: int) -> Columns:
    masks = hold_out(asked.questions, graph)
    return GraphColumns(graph, corpus, task).of(asked, masks)


@pytest.mark.parametrize("task", [1, 2])
def test_no_feature_of_a_graph_changes_with_what_is_held_out(tmp_path: Path, task: int) -> None:
    benchmark, graph = small.read(small.write(tmp_path, task), task)
    question = benchmark.scored[0]
    corpus = read_corpus(
        benchmark.questions, graph.statements, small.tail, {"characters": characters}
    )
    asked = AskedColumns([question], corpus)
    before = _columns(graph, asked, corpus, task)
    strange = graph.statements[-1]
    (hidden,) = hold_out([question], graph)
    changed = tuple(
        replace(one, text=strange.text, tail=strange.tail) if place in hidden else one
        for place, one in enumerate(graph.statements)
    )
    after = _columns(replace(graph, statements=changed), asked, corpus, task)
    for family, features in before.items():
        for name, column in features.items():
            np.testing.assert_allclose(after[family][name], column, atol=2e-3, err_msg=name)


@pytest.mark.parametrize("task", [1, 2])
def test_vectors_are_made_of_single_products_and_single_sentences(
    tmp_path: Path, task: int
) -> None:
    """A text with both titles would teach learned vectors who was bought with whom."""
    benchmark, graph = small.read(small.write(tmp_path, task), task)
    corpus = read_corpus(benchmark.questions, graph.statements, small.tail, {})
    for one in benchmark.questions:
        both = [text for text in corpus.texts.all() if one.a.title in text and one.b.title in text]
        assert both == []
