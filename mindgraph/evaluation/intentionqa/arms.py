"""The arms that ask no language model: which features each may use."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = frozenset({"text"})
GRAPH = frozenset({"knn", "pmi", "link"})
CONCEPTS = frozenset({"concepts", "concept pmi"})
LESSER = (TEXT | {"link"}, TEXT | {"link", "pmi"})
"""Without the evidence that misleads where near pairs differ in their intentions."""


@dataclass(frozen=True)
class Arm:
    """The families of features an arm uses, or the one feature by which it ranks unfitted.

    `lesser` are smaller sets of families that the training folds may prefer.
    """

    families: frozenset[str]
    lesser: tuple[frozenset[str], ...] = ()
    single: tuple[str, str] | None = None
    shuffled: bool = False


ARMS = {
    "cosine": Arm(TEXT, single=("both", "A")),
    "hub-cosine": Arm(TEXT, single=("both, hubs", "A, hubs")),
    "text": Arm(TEXT),
    "text+concepts": Arm(TEXT | {"concepts"}),
    "graph": Arm(GRAPH),
    "text+knn": Arm(TEXT | {"knn"}),
    "text+pmi": Arm(TEXT | {"pmi"}),
    "text+link": Arm(TEXT | {"link"}),
    "text+graph": Arm(TEXT | GRAPH, LESSER),
    "text+graph+concepts": Arm(TEXT | GRAPH | CONCEPTS, tuple(one | CONCEPTS for one in LESSER)),
    "text+shuffled": Arm(TEXT | GRAPH, LESSER, shuffled=True),
}
"""Every arm by its name. `single` names the feature in task 1 and in task 2."""

CHARACTERS = "characters"
"""The encoding without weights: latent vectors of character n-grams."""
SENTENCES = "sentences"
"""The encoding of a sentence model."""

KITS = {"weight-free": (CHARACTERS,), "vectors": (CHARACTERS, SENTENCES)}
"""Which encodings an arm is run with; `vectors` only where a sentence model is given."""

CONTROL = "control"
"""The kit of what uses no feature of the question."""
