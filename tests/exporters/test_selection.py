"""A part of the graph: what was chosen, all that belongs to it, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from mindgraph.errors import UsageError
from mindgraph.exporters.selection import Selection, selected
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.relations import PROFILES, RELATIONS
from mindgraph.runs import Built

Tables = dict[str, list[dict[str, Any]]]


def read(folder: Path) -> Tables:
    files = [*folder.glob("nodes/*.parquet"), *folder.glob("edges/*.parquet")]
    return {file.stem: pq.ParquetFile(file).read().to_pylist() for file in files}


def chosen(run: Path, **how: Any) -> Tables:
    with selected(run, Selection(**how)) as folder:
        return read(folder)


def ids(tables: Tables, label: str) -> set[str]:
    return {row["id"] for row in tables[label]}


def stated(tables: Tables) -> list[dict[str, Any]]:
    return [row for relation in RELATIONS.values() for row in tables[relation.edge_type]]


@pytest.fixture(scope="module")
def run(demo: Built) -> Path:
    return demo.folder


@pytest.fixture(scope="module")
def whole(run: Path) -> Tables:
    return read(run)


WAYS: list[dict[str, Any]] = [
    {"relations": ("usage",)},
    {"relations": ("isA", "madeOf")},
    {"categories": ("Kitchen",)},
    {"around": ("COF-101",)},
    {"around": ("COF-101", "GAR-401"), "hops": 3, "relations": ("usedFor",)},
]


@pytest.mark.parametrize("how", WAYS)
class TestAnyPart:
    """What holds of every selection."""

    def test_its_rows_are_rows_of_the_run_in_their_order(
        self, run: Path, whole: Tables, how: dict[str, Any]
    ) -> None:
        for name, rows in chosen(run, **how).items():
            kept = [row for row in whole[name] if row in rows]
            assert rows == kept

    def test_no_edge_has_a_loose_end(self, run: Path, how: dict[str, Any]) -> None:
        tables = chosen(run, **how)
        for edge in EDGES:
            assert {row["start"] for row in tables[edge.type]} <= ids(tables, edge.start)
            assert {row["end"] for row in tables[edge.type]} <= ids(tables, edge.end)

    def test_every_co_buy_has_both_products(self, run: Path, how: dict[str, Any]) -> None:
        tables = chosen(run, **how)
        ends = [row["start"] for row in tables["HAS_PRODUCT"]]
        assert all(ends.count(pair) == 2 for pair in ids(tables, "CoBuy"))

    def test_it_has_the_columns_of_a_run(self, run: Path, how: dict[str, Any]) -> None:
        with selected(run, Selection(**how)) as folder:
            for kind, name, columns in [
                *(("nodes", n.label, n.arrow) for n in NODES),
                *(("edges", e.type, e.arrow) for e in EDGES),
            ]:
                assert pq.read_schema(folder / kind / f"{name}.parquet").equals(columns)
        assert not folder.exists()


def test_the_whole_is_the_run_itself(run: Path) -> None:
    with selected(run, Selection()) as folder:
        assert folder == run


def test_a_profile_is_its_relations(run: Path, whole: Tables) -> None:
    tables = chosen(run, relations=("usage",))
    expected = [row for row in stated(whole) if row["relation"] in PROFILES["usage"]]
    assert stated(tables) == expected
    assert ids(tables, "Intention") == {row["end"] for row in expected}
    assert ids(tables, "CoBuy") == {row["start"] for row in expected}


def test_an_alias_is_its_relation(run: Path) -> None:
    told = chosen(run, relations=("propertOf",))
    assert told == chosen(run, relations=("propertyOf",))


def test_a_category_is_one_of_both_products_at_any_depth(run: Path, whole: Tables) -> None:
    tables = chosen(run, categories=("Kitchen",))
    inside = {row["start"] for row in whole["IN_CATEGORY"] if row["end"].startswith("Kitchen")}
    pairs = {row["start"] for row in whole["HAS_PRODUCT"] if row["end"] in inside}
    assert ids(tables, "CoBuy") == pairs
    assert 0 < len(pairs) < len(whole["CoBuy"])


def test_scores_have_bounds_and_no_score_passes_none(
    stores_run: Path,
) -> None:
    tables = chosen(stores_run, min_agreement=0.5)
    assert {row["agreement"] for row in stated(tables)} == {0.5, 1.0}
    typical = chosen(stores_run, min_typicality=0.5, min_agreement=1)
    assert {row["typicality"] for row in stated(typical)} == {0.5, 0.6, 0.8, 0.9}


@pytest.fixture(scope="module")
def stores_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.stores.conftest import _tables, _write

    folder = tmp_path_factory.mktemp("run [it's] *")
    _write(folder, _tables())
    return folder


def near(whole: Tables, start: tuple[str, str], hops: int) -> set[tuple[str, str]]:
    """What is at most that many edges away, by a plain breadth-first search."""
    steps: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for edge in EDGES:
        if edge.type in ("IN_CATEGORY", "SUBCATEGORY_OF"):
            continue
        for row in whole[edge.type]:
            a, b = (edge.start, row["start"]), (edge.end, row["end"])
            steps.setdefault(a, set()).add(b)
            steps.setdefault(b, set()).add(a)
    found = {start}
    for _ in range(hops):
        found |= {end for node in found for end in steps.get(node, ())}
    return found


@pytest.mark.parametrize("hops", [2, 3, 4])
@pytest.mark.parametrize(
    ("label", "identity"), [("Product", "COF-101"), ("CoBuy", "COF-101~COF-102")]
)
def test_a_neighbourhood_is_what_a_search_finds(
    run: Path, whole: Tables, label: str, identity: str, hops: int
) -> None:
    tables = chosen(run, around=(identity,), hops=hops)
    found = near(whole, (label, identity), hops)
    for kind in ("CoBuy", "Intention"):
        assert ids(tables, kind) == {name for place, name in found if place == kind}
    # A co-buy's products and an intention's concepts come along beyond the last step.
    for kind in ("Product", "Concept"):
        assert ids(tables, kind) >= {name for place, name in found if place == kind}


def test_a_misprinted_relation_is_told_with_the_nearest(run: Path) -> None:
    with pytest.raises(UsageError, match="usedfor: no relation; did you mean usedFor"):
        chosen(run, relations=("usedfor",))


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"categories": ("Spaceships",)}, "Spaceships: no category here"),
        ({"around": ("X-1",)}, "X-1: no product, co-buy, intention or concept"),
        ({"relations": ("symbolOf",)}, "no statement is left"),
        ({"min_agreement": 0.1}, "no statement is left"),
        ({"around": ("COF-101",), "hops": 0}, "no statement is left"),
        ({"around": ("COF-101",), "hops": -1}, "--hops -1: give 0 or more"),
    ],
)
def test_what_is_not_there_is_told(run: Path, how: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told) as raised:
        chosen(run, **how)
    assert "\n" not in str(raised.value)
