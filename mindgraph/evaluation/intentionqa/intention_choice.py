"""Task 1, which intention two products were bought for: what text says of every option."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mindgraph.evaluation.intentionqa.layout import Features, Layout
from mindgraph.evaluation.intentionqa.neighbours import dots, hubness_of
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.texts import Corpus
from mindgraph.evaluation.intentionqa.words import Words


class PairQuestions:
    """Questions of task 1 as places in a corpus: the pair per question, options per row."""

    def __init__(self, questions: Sequence[Question], corpus: Corpus) -> None:
        options = [option for one in questions for option in one.options]
        self.layout = Layout.of(questions)
        self.a = corpus.texts.at(one.a.title for one in questions)
        self.b = corpus.texts.at(one.b.title for one in questions)
        self.full = corpus.texts.at(options)
        self.tail = corpus.texts.at(map(corpus.tail_of, options))
        self.titles = [(one.a.title, one.b.title) for one in questions]
        self.tails = [corpus.tail_of(option) for option in options]


def word_features(asked: PairQuestions, words: Words) -> Features:
    """Words an option shares with the titles, weighted by IDF."""
    bags = words.bags
    sides = [(bags[a], bags[b], words.bag(a, b)) for a, b in asked.titles]
    rows = [
        (*sides[place], bags[tail])
        for place, tail in zip(asked.layout.question, asked.tails, strict=True)
    ]
    cover = words.cover
    return {
        "words cosine": np.array([words.cosine(told, both) for _, _, both, told in rows]),
        "words cover": np.array([cover(told, both) for _, _, both, told in rows]),
        "words least": np.array([min(cover(told, a), cover(told, b)) for a, b, _, told in rows]),
    }


def vector_features(asked: PairQuestions, corpus: Corpus, name: str) -> Features:
    """How near an option is to the titles, with and without the correction for hubs."""
    vectors, at = corpus.vectors[name], asked.layout.question
    crowd = vectors[corpus.titles]
    full, tail = vectors[asked.full], vectors[asked.tail]
    a, b = vectors[asked.a][at], vectors[asked.b][at]
    told = {
        "both": dots(full, a + b),
        "tail": dots(tail, a + b),
        "least": np.minimum(dots(tail, a), dots(tail, b)),
        "both, hubs": dots(full, a + b) - 2 * hubness_of(asked.full, vectors, crowd),
        "tail, hubs": dots(tail, a + b) - 2 * hubness_of(asked.tail, vectors, crowd),
    }
    return {f"{name} {feature}": column for feature, column in told.items()}
