"""Task 2, which product was bought with A for an intention: what text says of every option."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mindgraph.evaluation.intentionqa.layout import Features, Layout
from mindgraph.evaluation.intentionqa.neighbours import dots, hubness_of
from mindgraph.evaluation.intentionqa.questions import Question
from mindgraph.evaluation.intentionqa.texts import Corpus
from mindgraph.evaluation.intentionqa.words import Words


class ProductQuestions:
    """Questions of task 2 as places in a corpus: A and the intention per question, options per row.

    Product B of a question is the gold answer, so it is nowhere here but among the options.
    """

    def __init__(self, questions: Sequence[Question], corpus: Corpus) -> None:
        self.layout = Layout.of(questions)
        self.titles = [one.a.title for one in questions]
        self.tails = [corpus.tail_of(one.text) for one in questions]
        self.options = [option for one in questions for option in one.options]
        self.a = corpus.texts.at(self.titles)
        self.full = corpus.texts.at(one.text for one in questions)
        self.tail = corpus.texts.at(self.tails)
        self.option = corpus.texts.at(self.options)


def word_features(asked: ProductQuestions, words: Words) -> Features:
    """Words an option shares with A's title and with the intention, weighted by IDF."""
    bags = words.bags
    rows = [
        (bags[asked.titles[place]], bags[asked.tails[place]], bags[option])
        for place, option in zip(asked.layout.question, asked.options, strict=True)
    ]
    return {
        "A words cosine": np.array([words.cosine(a, option) for a, _, option in rows]),
        "A words cover": np.array([words.cover(a, option) for a, _, option in rows]),
        "I words cosine": np.array([words.cosine(tail, option) for _, tail, option in rows]),
        "I words cover": np.array([words.cover(tail, option) for _, tail, option in rows]),
    }


def vector_features(asked: ProductQuestions, corpus: Corpus, name: str) -> Features:
    """How near an option is to A and to the intention, with and without correction for hubs."""
    vectors, at = corpus.vectors[name], asked.layout.question
    option, a = vectors[asked.option], vectors[asked.a][at]
    tail, full = vectors[asked.tail][at], vectors[asked.full][at]
    among_titles = hubness_of(asked.option, vectors, vectors[corpus.titles])
    among_tails = hubness_of(asked.option, vectors, vectors[corpus.tails])
    told = {
        "A": dots(option, a),
        "A, hubs": dots(option, a) - among_titles,
        "I": dots(option, full),
        "I tail": dots(option, tail),
        "I tail, hubs": dots(option, tail) - among_tails,
    }
    return {f"{name} {view}": column for view, column in told.items()}
