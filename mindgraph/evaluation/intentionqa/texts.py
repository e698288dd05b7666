"""Texts as vectors: each distinct text once, with or without a model's weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mindgraph.evaluation.intentionqa.questions import Product, Question
from mindgraph.evaluation.intentionqa.statements import Statement
from mindgraph.evaluation.intentionqa.words import Named, Words

Vectors = NDArray[np.float32]
"""One row of unit length per text."""

Places = NDArray[np.int64]

DIMENSIONS = 384
"""Of the weight-free vectors: as many as those of the sentence model they stand beside."""


class Texts:
    """Distinct texts in the order in which they first came, and the place of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.place = {text: place for place, text in enumerate(dict.fromkeys(texts))}

    def at(self, texts: Iterable[str]) -> Places:
        """The places of texts that are all known."""
        return np.array([self.place[text] for text in texts], np.int64)

    def all(self) -> list[str]:
        """Every text, by place."""
        return list(self.place)


Encoder = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Corpus:
    """All texts of a benchmark and its graph, with their vectors by the name of their encoding.

    `titles` and `tails` are places. No text joins two products of a pair: vectors that are learned
    from the texts would else learn who was bought with whom, which is what task 2 asks.
    """

    texts: Texts
    vectors: Mapping[str, Vectors]
    words: Words
    concepts: Words | None
    titles: Places
    tails: Places
    tail_of: Callable[[str], str]


def read_corpus(
    questions: Iterable[Question],
    statements: Iterable[Statement],
    tail_of: Callable[[str], str],
    encoders: Mapping[str, Encoder],
    concepts_of: Named | None = None,
) -> Corpus:
    """Every text that is asked about or stated, each distinct one encoded once.

    `concepts_of` names the concepts of a text; without it the corpus has none.
    """
    products: dict[str, None] = {}
    sentences: dict[str, str] = {}
    for stated in statements:
        products.update(dict.fromkeys([stated.a.title, stated.b.title]))
        sentences[stated.text] = stated.tail
    for asked in questions:
        products.update(dict.fromkeys([asked.a.title, asked.b.title]))
        told = [asked.text, *(asked.options if asked.task == 1 else ())]
        sentences.update((sentence, tail_of(sentence)) for sentence in told)
        products.update(dict.fromkeys(asked.options if asked.task == 2 else ()))
    read = [*products, *sentences.values()]
    texts = Texts([*read, *sentences])
    return Corpus(
        texts,
        {name: encode(texts.all()) for name, encode in encoders.items()},
        Words(read),
        Words(read, concepts_of) if concepts_of else None,
        texts.at(products),
        texts.at(dict.fromkeys(sentences.values())),
        sentences.__getitem__,
    )


def pair_text(a: Product, b: Product) -> str:
    """Both titles as one text."""
    return f"{a.title} and {b.title}"


def characters(texts: Sequence[str]) -> Vectors:
    """Latent vectors of character n-grams weighted by TF-IDF: spelling and topic, no weights.

    Latent semantic analysis (Deerwester et al., 1990) of the very texts that are encoded.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    grams = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2, dtype=np.float32
    ).fit_transform(texts)
    size = min(DIMENSIONS, min(grams.shape) - 1)
    return unit(TruncatedSVD(size, n_iter=2, random_state=0).fit_transform(grams))


def unit(rows: NDArray[np.floating]) -> Vectors:
    """Rows scaled to length one; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
