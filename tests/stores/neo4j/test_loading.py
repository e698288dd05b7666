"""A run in a server: its tables, property for property, however often and over whatever.

- Loaded once, twice, or over what another run or a broken load left, the graph is the tables.
- The counts are what really happened; `--prune` takes away what the run has not, and no more.
- What is not of the graph's own labels and types is left alone.
- Texts come back exactly, whatever stands in them.
- Rows that no transaction can take are told by name; batches that are too big are halved.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mindgraph
from mindgraph.errors import RunError, StoreError, UsageError
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.loading import Load
from mindgraph.runs import Built
from mindgraph.stores.neo4j import scratch
from mindgraph.stores.neo4j.connection import connect
from mindgraph.stores.neo4j.online import Loaded, load_tables
from tests.stores.neo4j.conftest import in_server, in_tables

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def changed(demo: Built, tmp_path: Path) -> Path:
    """The demo's run with some values other, a product more, and two statements fewer."""
    folder = tmp_path / "changed"
    for kind in ("nodes", "edges"):
        shutil.copytree(demo.folder / kind, folder / kind)
    edit(
        folder / "nodes/Product.parquet",
        add={"id": "NEW-1", "title": "A new `mug`"},
        set_={"title": {0: "Another title"}, "image": {1: None}},
    )
    edit(folder / "nodes/CoBuy.parquet", set_={"support": {0: 99}, "lift": {1: 0.5}})
    edit(folder / "edges/USED_FOR.parquet", drop=2, set_={"surface": {0: "another wording"}})
    edit(folder / "edges/HAS_CONCEPT.parquet", set_={"probability": {5: 0.125}})
    manifest = json.loads((demo.folder / "manifest.json").read_text())
    manifest["nodes"]["Product"] += 1
    manifest["edges"]["USED_FOR"] -= 2
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def edit(
    file: Path,
    add: dict[str, Any] | None = None,
    drop: int = 0,
    set_: dict[str, dict[int, Any]] | None = None,
) -> None:
    """Write a table anew: values set by row, a row added, the last ones dropped."""
    table = pq.ParquetFile(file).read()
    rows = table.to_pylist()
    for name, values in (set_ or {}).items():
        for row, value in values.items():
            rows[row][name] = value
    rows = rows[: len(rows) - drop] + ([add] if add else [])
    file.unlink()  # a link to a stage's own file
    pq.write_table(pa.Table.from_pylist(rows, table.schema), file)


def totals(done: Load) -> dict[str, int]:
    kinds = ("created", "changed", "unchanged", "removed", "left")
    return {kind: sum(getattr(table, kind) for table in done.tables) for kind in kinds}


def of(done: Load, name: str) -> Loaded:
    (table,) = (table for table in done.tables if table.name == name)
    return table


def rows_of(run: Path) -> int:
    return sum(map(len, in_tables(run).values()))


# ---- the graph is the tables


def test_a_run_loaded_into_nothing_is_its_tables(demo: Built, server: str) -> None:
    done = mindgraph.load(demo.folder, server)
    assert in_server(server) == in_tables(demo.folder)
    assert totals(done) == {
        "created": rows_of(demo.folder),
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "left": 0,
    }
    assert {table.name: table.created for table in done.tables} == {
        **demo.manifest["nodes"],
        **demo.manifest["edges"],
    }


def test_a_second_load_changes_nothing(demo: Built, server: str) -> None:
    mindgraph.load(demo.folder, server)
    done = mindgraph.load(demo.folder, server)
    assert totals(done)["unchanged"] == rows_of(demo.folder)
    assert totals(done)["created"] == totals(done)["changed"] == totals(done)["left"] == 0
    assert in_server(server) == in_tables(demo.folder)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("config", ["intentionqa", "magento_luma"])
def test_real_data_loaded_twice_is_its_tables(
    config: str,
    data: Callable[[str], Path],
    server: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MINDGRAPH_DATA", str(data(config).parent))
    run = mindgraph.build(config, tmp_path / "run").folder
    for kind in ("created", "unchanged"):
        assert totals(mindgraph.load(run, server))[kind] == rows_of(run)
        assert in_server(server) == in_tables(run)


def test_hostile_texts_come_back_exactly(run: Path, server: str) -> None:
    connection = connect(server)
    load_tables(run, connection)
    connection.close()
    assert in_server(server) == in_tables(run)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=20, max_size=80))
def test_any_text_is_a_value_and_any_text_is_a_key(
    neo4j_uri: str, tmp_path_factory: pytest.TempPathFactory, products: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    write(folder, Product=[{"id": key, "title": text} for key, text in sorted(products.items())])
    connection = connect(neo4j_uri)
    for _ in range(2):
        load_tables(folder, connection, prune=True)
    connection.close()
    assert in_server(neo4j_uri) == in_tables(folder)


def write(folder: Path, **tables: list[dict[str, Any]]) -> None:
    """A run's tables, empty but for these."""
    for kind, shapes in (("nodes", NODES), ("edges", EDGES)):
        (folder / kind).mkdir()
        for shape in shapes:
            name = getattr(shape, "label", None) or shape.type  # type: ignore[union-attr]
            rows = pa.Table.from_pylist(tables.get(name, []), shape.arrow)
            pq.write_table(rows, folder / kind / f"{name}.parquet")


# ---- a run over another one


@pytest.mark.parametrize("at_once", [scratch.AT_ONCE, 40])
def test_a_changed_run_is_added_to_what_is_there(
    demo: Built, changed: Path, server: str, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(scratch, "AT_ONCE", at_once)
    mindgraph.load(demo.folder, server)
    done = mindgraph.load(changed, server)
    assert of(done, "Product") == Loaded("Product", 1, 2, demo.manifest["nodes"]["Product"] - 2)
    assert of(done, "CoBuy").changed == 2
    assert of(done, "HAS_CONCEPT").changed == 1
    used_for = demo.manifest["edges"]["USED_FOR"]
    assert of(done, "USED_FOR") == Loaded("USED_FOR", 0, 1, used_for - 3, left=2)
    assert done.left == 2
    there, wanted = in_server(server), in_tables(changed)
    assert set(wanted["USED_FOR"]) < set(there.pop("USED_FOR"))
    assert there == {name: rows for name, rows in wanted.items() if name != "USED_FOR"}


def test_a_pruned_load_leaves_the_run_alone(demo: Built, changed: Path, server: str) -> None:
    mindgraph.load(changed, server)
    done = mindgraph.load(demo.folder, server, prune=True)
    assert of(done, "Product").removed == 1
    assert of(done, "USED_FOR").created == 2
    assert in_server(server) == in_tables(demo.folder)


def test_another_shop_is_pruned_with_all_its_edges(demo: Built, run: Path, server: str) -> None:
    connection = connect(server)
    load_tables(run, connection)
    connection.close()
    done = mindgraph.load(demo.folder, server, prune=True)
    assert of(done, "Product").removed == 7
    assert in_server(server) == in_tables(demo.folder)


def test_what_is_not_of_the_graph_is_left_alone(demo: Built, server: str, ask: Ask) -> None:
    mindgraph.load(demo.folder, server)
    ask(
        "MATCH (p:Product) WITH p ORDER BY p.id LIMIT 1 "
        "CREATE (p)-[:SOLD_IN]->(:Shop {id: 's'}), (p)-[:USED_FOR]->(:Shop {id: 't'}), (:Product)"
    )
    done = mindgraph.load(demo.folder, server, prune=True)
    assert totals(done)["removed"] == totals(done)["left"] == 0
    (row,) = ask(
        "RETURN COUNT { (:Product)-[:SOLD_IN|USED_FOR]->(:Shop) } AS n, "
        "COUNT { MATCH (p:Product) WHERE p.id IS NULL } AS keyless"
    )
    assert row == {"n": 2, "keyless": 1}


def test_what_others_did_to_the_graph_is_mended(demo: Built, server: str, ask: Ask) -> None:
    mindgraph.load(demo.folder, server)
    ask("MATCH (p:Product) WITH p ORDER BY p.id LIMIT 3 SET p.title = 7, p.image = ['a', 'b']")
    ask("MATCH (:CoBuy)-[r:USED_FOR]->(:Intention) WITH r LIMIT 4 SET r.agreement = 'high'")
    ask(
        "MATCH (a:CoBuy)-[r:USED_FOR]->(b) WITH a, r, b LIMIT 2 "
        "CREATE (a)-[c:USED_FOR]->(b) SET c = properties(r)"
    )
    ask("MATCH (c:Concept) WITH c ORDER BY c.id LIMIT 2 DETACH DELETE c")
    done = mindgraph.load(demo.folder, server)
    assert of(done, "Product").changed == 3
    assert of(done, "USED_FOR").changed in range(3, 5)  # one of a doubled pair may be the odd one
    assert of(done, "USED_FOR").removed == 2
    assert of(done, "Concept").created == 2
    assert in_server(server) == in_tables(demo.folder)


def test_constraints_are_the_schemas_and_are_made_once(demo: Built, server: str, ask: Ask) -> None:
    for _ in range(2):
        mindgraph.load(demo.folder, server)
        told = ask("SHOW CONSTRAINTS YIELD labelsOrTypes AS labels, type, properties")
        unique = {row["labels"][0] for row in told if row["properties"] == ["id"]}
        assert {node.label for node in NODES} <= unique


# ---- what is refused


def test_an_older_run_over_a_newer_one_is_refused(demo: Built, server: str, ask: Ask) -> None:
    ask("MERGE (r:Run {id: 'of-tomorrow'}) SET r.version = '12.10.1'")
    with pytest.raises(
        UsageError, match=r"the run of-tomorrow of 12\.10\.1; build it anew, or"
    ) as e:
        mindgraph.load(demo.folder, server)
    assert "\n" not in str(e.value)
    assert ask("MATCH (p:Product) RETURN count(p) AS n") == [{"n": 0}]
    mindgraph.load(demo.folder, server, force=True, prune=True)
    assert in_server(server) == in_tables(demo.folder)


def test_a_table_that_was_cut_is_refused_before_anything_is_written(
    changed: Path, server: str, ask: Ask
) -> None:
    edit(changed / "nodes/CoBuy.parquet", drop=1)
    with pytest.raises(RunError, match=r"CoBuy.parquet: 54 rows, not 55; run the build again"):
        mindgraph.load(changed, server)
    assert ask("MATCH (c:CoBuy) RETURN count(c) AS n") == [{"n": 0}]


def test_an_edge_without_its_node_is_told(server: str, tmp_path: Path) -> None:
    write(tmp_path, CoBuy=[{"id": "A~B"}], HAS_PRODUCT=[{"start": "A~B", "end": "A"}])
    connection = connect(server)
    with pytest.raises(RunError, match=r"HAS_PRODUCT\.parquet: names nodes that the run has not"):
        load_tables(tmp_path, connection)
    connection.close()


def test_two_loads_at_once_are_one_too_many(
    demo: Built, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mindgraph.stores.neo4j.alone._PATIENCE", 0.0)
    refused = []

    def second(name: str, rows: int) -> None:
        if not refused:
            with pytest.raises(StoreError, match="another load is at work") as raised:
                mindgraph.load(demo.folder, server)
            refused.append(raised.value)

    mindgraph.load(demo.folder, server, progress=second)
    assert refused
    assert in_server(server) == in_tables(demo.folder)


def test_a_key_too_long_for_the_index_is_named(server: str, tmp_path: Path) -> None:
    write(tmp_path, Product=[{"id": "a" * 5000}, {"id": "k" * 9000}, {"id": "z"}])
    connection = connect(server)
    with pytest.raises(UsageError, match=r"id kkkkkkk\S+ has 9,000 bytes, more than the"):
        load_tables(tmp_path, connection)
    connection.close()


def test_a_load_that_is_interrupted_goes_on_later(demo: Built, server: str) -> None:
    def interrupted(name: str, rows: int) -> None:
        if name == "USED_FOR":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mindgraph.load(demo.folder, server, progress=interrupted)
    done = mindgraph.load(demo.folder, server)
    assert of(done, "Product").created == 0
    assert totals(done)["created"] > 0
    assert in_server(server) == in_tables(demo.folder)
