"""Which products hang together: the unit of folds, of hold-out, and of bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mindgraph.text import merge_key

if TYPE_CHECKING:
    from mindgraph.evaluation.intentionqa.questions import Product


@dataclass(frozen=True)
class Components:
    """The product-connected components, each named by the smallest product id in it.

    Two listings with one title, whatever its word order and endings, count as one product.
    """

    of_products: Mapping[str, str]
    of_titles: Mapping[str, str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Product, Product]]) -> Components:
        """The components of pairs of products: an edge per pair, and one per shared title key."""
        forest = _Forest()
        titles: dict[str, str] = {}
        for pair in pairs:
            for product in pair:
                forest.join(product.id, titles.setdefault(merge_key(product.title), product.id))
            forest.join(pair[0].id, pair[1].id)
        products = {product: forest.root(product) for product in sorted(forest.parents)}
        return cls(products, {key: products[product] for key, product in titles.items()})

    def with_strangers(self, ids: Iterable[str], titles: Iterable[str]) -> Components:
        """These and products that are in no pair, each id and each title by itself.

        A run may state something of them, which then is held out as well; folds stay as they are.
        """
        keys = {key: f"title {key}" for key in map(merge_key, titles)}
        names = {id_: id_ for id_ in ids}
        return Components({**names, **self.of_products}, {**keys, **self.of_titles})

    def touched(self, product: Product) -> frozenset[str]:
        """The components of a product by its id and by its title, which a shop may have changed."""
        found = (self.of_products.get(product.id), self.of_title(product.title))
        return frozenset(name for name in found if name)

    def of_title(self, title: str) -> str | None:
        """The component of the product that is sold under this title."""
        return self.of_titles.get(merge_key(title))


class _Forest:
    """Disjoint sets whose root is their smallest member."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def root(self, member: str) -> str:
        parent = self.parents.setdefault(member, member)
        while parent != self.parents[parent]:
            parent = self.parents[parent] = self.parents[self.parents[parent]]
        self.parents[member] = parent
        return parent

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self.parents[second] = first
