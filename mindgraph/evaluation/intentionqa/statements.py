"""The graph that a ranker may look into: statements about pairs, and the components they touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mindgraph.evaluation.intentionqa.components import Components
from mindgraph.evaluation.intentionqa.questions import Assertion, Product


@dataclass(frozen=True)
class Statement:
    """Why two products were bought together: the sentence, and its tail without the template."""

    a: Product
    b: Product
    relation: str
    text: str
    tail: str


@dataclass(frozen=True)
class Graph:
    """Statements, and beside each the components of the benchmark that a part of it is from.

    `touched` has more than the pair's own components where the graph is shuffled: then the
    intention, or product B, is from another pair's statement.
    """

    statements: tuple[Statement, ...]
    touched: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, statements: Sequence[Statement], components: Components) -> Graph:
        """Statements with the components that their products lie in, by id or by title."""
        touched = (components.touched(one.a) | components.touched(one.b) for one in statements)
        return cls(tuple(statements), tuple(touched))

    @cached_property
    def rows_of(self) -> dict[str, list[int]]:
        """The places of the statements that touch a component."""
        rows: dict[str, list[int]] = {}
        for place, names in enumerate(self.touched):
            for name in names:
                rows.setdefault(name, []).append(place)
        return rows

    def shuffled(self, seed: int, task: int) -> Graph:
        """The same pairs with the intentions of others; in task 2 products B are moved as well."""
        import numpy as np

        random = np.random.default_rng(seed)
        size = len(self.statements)
        told = random.permutation(size).tolist()
        partner = random.permutation(size).tolist() if task == 2 else list(range(size))
        return Graph(
            tuple(
                Statement(s.a, self.statements[j].b, t.relation, t.text, t.tail)
                for s, t, j in zip(
                    self.statements, map(self.statements.__getitem__, told), partner, strict=True
                )
            ),
            tuple(
                self.touched[i] | self.touched[told[i]] | self.touched[partner[i]]
                for i in range(size)
            ),
        )


def gold_statements(
    assertions: Sequence[Assertion], tail_of: Callable[[str], str]
) -> list[Statement]:
    """The benchmark's own assertions as a graph's statements."""
    return [
        Statement(one.a, one.b, one.relation, one.text, tail_of(one.text)) for one in assertions
    ]
