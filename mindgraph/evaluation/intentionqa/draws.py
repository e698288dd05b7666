"""Which questions are asked: the released ones, or the same golds with distractors drawn anew.

In the released files a counter that never reads the question scores 56 of 100 by taking the rarest
option. In the draws every option is gold once and a distractor three times, so it scores chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mindgraph.errors import InputError
from mindgraph.evaluation.intentionqa.questions import Benchmark, Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = ("official", "balanced", "hard")

DISTRACTORS = 3
_TRIES = 200


def draw(benchmark: Benchmark, name: str, seed: int = 0) -> tuple[Question, ...]:
    """The questions of a draw; `hard` has one set of distractors, so a seed only moves its letters.

    InputError where the benchmark is too small to draw distractors from other components.
    """
    if name == "official":
        return benchmark.scored
    import numpy as np

    unique = _unique(benchmark)
    if len(unique) <= DISTRACTORS:
        raise InputError(f"{len(unique)} distinct gold answers: too few to draw distractors from")
    random = np.random.default_rng(seed)
    chosen = _nearest(unique) if name == "hard" else _at_random(unique, random)
    return tuple(
        _asked(one, [unique[place] for place in places], random.permutation(DISTRACTORS + 1))
        for one, places in zip(unique, chosen, strict=True)
    )


def _unique(benchmark: Benchmark) -> list[Question]:
    """The first question of every gold answer, whatever its case and full stop."""
    first: dict[str, Question] = {}
    for question in benchmark.questions:
        first.setdefault(question.options[question.gold].casefold().strip(" ."), question)
    return list(first.values())


def _asked(one: Question, others: Sequence[Question], order: NDArray[np.int64]) -> Question:
    """The question with its own gold and those of others as options, in this order."""
    golds = [asked.options[asked.gold] for asked in (one, *others)]
    return replace(
        one,
        options=tuple(golds[place] for place in order),
        gold=int((order == 0).argmax()),
        sources=frozenset(other.component for other in others),
    )


def _at_random(unique: Sequence[Question], random: np.random.Generator) -> NDArray[np.int64]:
    """Three permutations, so that every gold is a distractor thrice; one row per question."""
    import numpy as np

    component = np.unique([one.component for one in unique], return_inverse=True)[1]
    chosen = np.empty((len(unique), 0), np.int64)
    for _ in range(DISTRACTORS):
        chosen = np.column_stack([chosen, _permutation(component, chosen, random)])
    return chosen


def _permutation(
    component: NDArray[np.int64], taken: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    """A permutation without own components and what is taken: its clashes are swapped away."""
    order = random.permutation(len(component))
    for _ in range(_TRIES):
        clash = (component[order] == component) | (taken == order[:, None]).any(axis=1)
        if not clash.any():
            return order
        for place in clash.nonzero()[0]:
            other = random.integers(len(order))
            order[place], order[other] = order[other], order[place]
    raise InputError("distractors of other components cannot be drawn: too few components")


def _nearest(unique: Sequence[Question]) -> NDArray[np.int64]:
    """Distractors of the pairs with the most similar titles: three assignments of least cost."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    component = np.unique([one.component for one in unique], return_inverse=True)[1]
    cost = -_title_similarity(unique)
    cost[component[:, None] == component] = len(unique)
    chosen = []
    for _ in range(DISTRACTORS):
        rows, columns = linear_sum_assignment(cost)
        cost[rows, columns] = len(unique)
        chosen.append(columns)
    return np.column_stack(chosen)


def _title_similarity(unique: Sequence[Question]) -> NDArray[np.float64]:
    """Cosines of character n-grams: pair with pair in task 1, product A with gold in task 2."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    both = unique[0].task == 1
    asked = [f"{one.a.title} {one.b.title}" if both else one.a.title for one in unique]
    golds = asked if both else [one.b.title for one in unique]
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    grams.fit([*asked, *golds])
    return np.asarray((grams.transform(asked) @ grams.transform(golds).T).todense())
