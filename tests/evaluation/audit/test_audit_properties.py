"""What holds of the audit of any graph."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mindgraph.evaluation.audit import Audit, audit
from mindgraph.relations import EXCLUSIONS, RELATIONS
from tests.evaluation.audit.handmade import Statement, write_run

WORDS = st.sampled_from("steel mug camping gift good use not 2 protection protecion tin".split())
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
IDS = tuple("ABCDEFGH")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, tuple[str, str | None]], list[Statement]]:
    """Up to eight products and up to forty statements, some of them of the same pair."""
    categories = st.sampled_from(["Kitchen", "Garden", "Toys", None])
    products = {product: (draw(TEXT), draw(categories)) for product in IDS}
    pairs = st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True).map(sorted)
    said = {}
    for _ in range(draw(st.integers(0, 40))):
        (a, b), relation = draw(pairs), draw(st.sampled_from(list(RELATIONS)))
        said[a, b, relation] = (a, b, relation, draw(TEXT))
    return products, list(said.values())


def audited(products: dict[str, tuple[str, str | None]], said: list[Statement]) -> Audit:
    concepts = {text: sorted(set(text.split())) for *_, text in said}
    with tempfile.TemporaryDirectory() as folder:
        return audit(write_run(Path(folder), products, said, concepts), worst=3)


@settings(max_examples=6, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_shares_are_shares_and_the_order_of_rows_is_no_matter(
    drawn: tuple[dict[str, tuple[str, str | None]], list[Statement]], chance: random.Random
) -> None:
    products, said = drawn
    found = audited(products, said)
    assert found.statements == len(said)
    for measure in found.measures:
        assert 0 <= measure.found <= measure.total
        assert (measure.share is None) == bool(measure.unmeasured)
        assert len(measure.worst) <= 3
        assert all(finding.statements for finding in measure.worst)
        assert {said for one in measure.worst for said in one.statements} <= found.said.keys()
    for rates in found.kept.values():
        assert all(0 <= row["kept_rate"] <= 1 for row in rates)
    shuffled = dict(chance.sample(list(products.items()), len(products)))
    assert audited(shuffled, chance.sample(said, len(said))).as_dict() == found.as_dict()


def test_exclusions_go_both_ways_and_nothing_excludes_itself() -> None:
    assert all((other, one) in EXCLUSIONS and one != other for one, other in EXCLUSIONS)
    assert {name for both in EXCLUSIONS for name in both} <= RELATIONS.keys()
