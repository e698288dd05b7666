"""All features of a draw's questions by family and encoding, for either task."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa import (
    intention_choice,
    intention_evidence,
    product_choice,
    product_evidence,
)
from mindgraph.evaluation.intentionqa.holdout import Masks
from mindgraph.evaluation.intentionqa.intention_links import IntentionLinks
from mindgraph.evaluation.intentionqa.layout import Features, Layout
from mindgraph.evaluation.intentionqa.product_links import ProductLinks
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.statements import Graph
from mindgraph.evaluation.intentionqa.texts import Corpus

Columns = dict[tuple[str, str], Features]
"""Features by family (`text`, `knn`, …) and encoding; "" where a family needs no vectors."""


@dataclass(frozen=True)
class _Task:
    """What differs between the tasks: how questions are placed, and who tells their features."""

    asked: Callable[[Sequence[Question], Corpus], Any]
    words: Callable[..., Features]
    vectors: Callable[..., Features]
    association: Callable[..., Features]
    neighbours: Callable[..., Any]
    links: Callable[..., Any]


_TASKS = {
    1: _Task(
        intention_choice.PairQuestions,
        intention_choice.word_features,
        intention_choice.vector_features,
        intention_evidence.association_features,
        intention_evidence.IntentionNeighbours,
        IntentionLinks,
    ),
    2: _Task(
        product_choice.ProductQuestions,
        product_choice.word_features,
        product_choice.vector_features,
        product_evidence.association_features,
        product_evidence.ProductNeighbours,
        ProductLinks,
    ),
}


class AskedColumns:
    """Questions of one draw in a corpus, and what text alone says of their options."""

    def __init__(self, questions: Sequence[Question], corpus: Corpus) -> None:
        self.questions = tuple(questions)
        self._task, self._corpus = _TASKS[questions[0].task], corpus
        self.asked = self._task.asked(questions, corpus)

    @property
    def layout(self) -> Layout:
        """Which rows are whose."""
        layout: Layout = self.asked.layout
        return layout

    def text(self) -> Columns:
        """Shared words and concepts, and cosines in every encoding."""
        task, corpus = self._task, self._corpus
        told = {("text", ""): task.words(self.asked, corpus.words)}
        if corpus.concepts:
            told["concepts", ""] = task.words(self.asked, corpus.concepts)
        for name in corpus.vectors:
            told["text", name] = task.vectors(self.asked, corpus, name)
        return told


class GraphColumns:
    """What one graph says of options; made once for all draws."""

    def __init__(self, graph: Graph, corpus: Corpus, task: int) -> None:
        self.graph, self._corpus, self._task = graph, corpus, _TASKS[task]
        self._neighbours = [self._task.neighbours(graph, corpus, name) for name in corpus.vectors]
        self._links = [self._task.links(graph, corpus, name) for name in corpus.vectors]

    def of(self, asked: AskedColumns, masks: Masks) -> Columns:
        """Neighbours, links and associations, without what is masked."""
        corpus, told = self._corpus, Columns()
        for name, near, link in zip(corpus.vectors, self._neighbours, self._links, strict=True):
            told["knn", name] = near.features(asked.asked, masks)
            told["link", name] = link.features(asked.asked, masks)
        told["pmi", ""] = self._association(asked, masks, corpus.words)
        if corpus.concepts:
            told["concept pmi", ""] = self._association(asked, masks, corpus.concepts)
        return told

    def _association(self, asked: AskedColumns, masks: Masks, words: Any) -> Features:
        return self._task.association(asked.asked, masks, self.graph, words)


def matrix(
    columns: Columns, families: Collection[str], encodings: Collection[str]
) -> NDArray[np.float64]:
    """The columns of these families in these encodings: options x features."""
    chosen = [
        column
        for (family, encoding), features in columns.items()
        if family in families and encoding in ("", *encodings)
        for column in features.values()
    ]
    return np.column_stack(chosen).astype(np.float64)
