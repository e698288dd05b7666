"""What every store does, whichever engine is behind it.

- It holds the Parquet tables: every label, every edge type, every value.
- Parameters are bound: a text never changes what is asked, and comes back as it went in.
- Rows come one by one, as plain values that JSON can hold.
- It only reads: what writes, or reaches outside the graph, is refused and leaves nothing behind.
- What it refuses, or cannot answer in time, is a QueryError of one line.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mindgraph.errors import QueryError
from mindgraph.graph.schema import EDGES, NODES, Edge, Node
from mindgraph.stores import Store

Rows = list[dict[str, Any]]

HOSTILE = st.text() | st.text("'\"`\\/*;${}()\n\r\t\x00\u200d\u202e\u2028\ufeff🏕é x")


def ask(store: Store, text: str, **parameters: Any) -> Rows:
    return list(store.ask(text, parameters))


def in_order(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: [(value is not None, str(value)) for value in row.values()])


def files_below(*folders: Path) -> dict[str, int]:
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path): path.stat().st_size for path in found}


WRITES = """
CREATE (:Product {id: 'X'})
create (:Product {id: 'X'})
CrEaTe (:Product {id: 'X'})
MERGE (:Product {id: 'X'})
MATCH (p:Product {id: 'A1'}) SET p.title = 'X'
MATCH (p:Product {id: 'A1'}) SET/* : */p.title = 'X'
MATCH (p:Product {id: 'A1'}) REMOVE p.title
MATCH (p:Product {id: 'A1'}) DELETE p
MATCH (p:Product {id: 'A1'}) DETACH DELETE p
MATCH (p:Product) FOREACH (x IN [1] | SET p.title = 'X')
DROP TABLE Product
ALTER TABLE Product ADD extra STRING
COPY (MATCH (p:Product) RETURN p.id) TO '{file}'
COPY Product FROM '{file}'
EXPORT DATABASE '{file}'
IMPORT DATABASE '{file}'
LOAD FROM '{file}' RETURN *
LOAD CSV FROM 'file://{file}' AS line RETURN line
UNWIND [1] AS x WITH x LIMIT 1LOAD FROM '{file}' RETURN *
MATCH (p:Product) WHERE 2 > .5LOAD FROM '{file}' RETURN *
MATCH (p:Product) WHERE 2 > 1e0LOAD FROM '{file}' RETURN *
LOAD EXTENSION '{file}'
INSTALL json
UNINSTALL json
ATTACH '{file}' AS other (dbtype duckdb)
DETACH other
USE other
ANALYZE
CHECKPOINT
BEGIN TRANSACTION
COMMENT ON TABLE Product IS 'X'
CALL threads = 1
CALL db.createLabel('X')
CALL dbms.setConfigValue('a', 'b')
CALL show_functions() RETURN *
CALL `apoc`.load.json('file://{file}')
RETURN 1 AS x; CREATE (:Product {id: 'X'})
RETURN 1 AS x; MATCH (p:Product) RETURN p.id
RETURN 1 AS x // the end
CREATE (:Product {id: 'X'})
/* a /* b */ CREATE (:Product {id: 'X'})
RETURN 'a\\'' AS x CREATE (:Product {id: '\\''})
\\u0043REATE (:Product {id: 'X'})
CRE\\u0041TE (:Product {id: 'X'})
RETURN '\\u0027 CREATE (:Product {id: 1}) // ' AS x
RETURN `a` CREATE (:Product {id: 'X'})
ſET p.title = 'X'
EXPLAIN CREATE (:Product {id: 'X'})
PROFILE COPY (MATCH (p:Product) RETURN p.id) TO '{file}'
"""


def writes() -> list[str]:
    """One text a line; two of them go on over a line's end, which a comment there would hide."""
    lines = WRITES.strip().splitlines()
    over = lines.index("RETURN 1 AS x // the end")
    rest = lines[:over] + lines[over + 2 :]
    return [*rest, "\n".join(lines[over : over + 2]), "\r".join(lines[over : over + 2])]


class TestHoldsTheTables:
    """The store answers with what the Parquet tables hold."""

    @pytest.mark.parametrize("node", NODES, ids=lambda node: node.label)
    def test_every_node_with_all_its_values(
        self, store: Store, tables: dict[str, Rows], node: Node
    ) -> None:
        told = ", ".join(f"n.{name} AS {name}" for name in node.arrow.names)
        rows = ask(store, f"MATCH (n:{node.label}) RETURN {told}")
        assert in_order(rows) == in_order(tables[node.label])

    @pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.type)
    def test_every_edge_with_all_its_values(
        self, store: Store, tables: dict[str, Rows], edge: Edge
    ) -> None:
        told = "".join(f", r.{name} AS {name}" for name in edge.properties)
        rows = ask(
            store,
            f"MATCH (a:{edge.start})-[r:{edge.type}]->(b:{edge.end}) "
            f"RETURN a.id AS `start`, b.id AS `end`{told}",
        )
        assert in_order(rows) == in_order(tables[edge.type])

    def test_any_relation_between_two_labels_is_all_their_edges(
        self, store: Store, tables: dict[str, Rows]
    ) -> None:
        rows = ask(
            store, "MATCH (c:CoBuy)-[r]->(i:Intention) RETURN r.relation AS name, r.id AS id"
        )
        stated = [row for name, table in tables.items() for row in table if "surface" in row]
        assert in_order(rows) == in_order(
            [{"name": row["relation"], "id": row["id"]} for row in stated]
        )


class TestBindsParameters:
    """A value is a value, whatever stands in it."""

    @settings(deadline=None)
    @given(HOSTILE)
    @example("'); MATCH (n) DETACH DELETE n //")
    @example("$id")
    @example("a\x00b")
    def test_a_text_comes_back_as_it_went_in(self, store: Store, text: str) -> None:
        assert ask(store, "RETURN $value AS value", value=text) == [{"value": text}]

    @settings(deadline=None)
    @given(HOSTILE)
    def test_a_text_never_changes_what_is_asked(
        self, store: Store, tables: dict[str, Rows], text: str
    ) -> None:
        rows = ask(store, "MATCH (p:Product) WHERE p.title = $title RETURN p.id AS id", title=text)
        assert rows == [{"id": p["id"]} for p in tables["Product"] if p["title"] == text]

    def test_each_product_is_found_by_its_id(self, store: Store, tables: dict[str, Rows]) -> None:
        for product in tables["Product"]:
            rows = ask(store, "MATCH (p:Product {id: $id}) RETURN p.title AS t", id=product["id"])
            assert rows == [{"t": product["title"]}]

    @pytest.mark.parametrize(
        "value", [0, -1, 2**63 - 1, -(2**63), 0.1, 1e-300, True, None, ["a", "b"], [1, 2]]
    )
    def test_a_plain_value_comes_back_with_its_type(self, store: Store, value: Any) -> None:
        (row,) = ask(store, "RETURN $value AS value", value=value)
        assert row["value"] == value
        assert type(row["value"]) is type(value)

    @pytest.mark.parametrize("value", ["\ud800", 2**63, 10**40, object(), {1, 2}, [1, "a"]])
    def test_a_value_that_no_store_holds_is_a_query_error(self, store: Store, value: Any) -> None:
        with pytest.raises(QueryError) as raised:
            ask(store, "RETURN $value AS value", value=value)
        assert "\n" not in str(raised.value)


class TestGivesRows:
    """Rows one by one, in plain values."""

    def test_rows_come_one_by_one(self, store: Store) -> None:
        rows = store.ask("UNWIND range(1, 300000) AS x RETURN x ORDER BY x")
        assert isinstance(rows, Iterator)
        assert [next(rows)["x"] for _ in range(3)] == [1, 2, 3]

    def test_two_questions_can_be_open_at_once(self, store: Store) -> None:
        first = store.ask("UNWIND [1, 2] AS x RETURN x ORDER BY x")
        assert next(first) == {"x": 1}
        assert ask(store, "RETURN 3 AS x") == [{"x": 3}]
        assert list(first) == [{"x": 2}]

    def test_columns_keep_the_order_asked_for(self, store: Store) -> None:
        (row,) = ask(store, "RETURN 1 AS b, 2 AS a, 3 AS `the c`")
        assert list(row) == ["b", "a", "the c"]

    def test_what_is_counted_is_an_integer_wherever_it_stands(self, store: Store) -> None:
        rows = ask(
            store,
            "MATCH (i:Intention) WITH sum(i.support) AS n "
            "RETURN n AS plain, [n] AS listed, {deep: [n]} AS mapped",
        )
        assert rows == [{"plain": 12, "listed": [12], "mapped": {"deep": [12]}}]
        assert json.loads(json.dumps(rows)) == rows

    def test_no_rows_are_no_rows(self, store: Store) -> None:
        assert ask(store, "MATCH (p:Product {id: 'none'}) RETURN p.title AS title") == []


class TestOnlyReads:
    """Nothing is written, and nothing outside the graph is read."""

    @pytest.mark.parametrize("text", writes())
    def test_a_write_is_refused_and_leaves_nothing(
        self,
        store: Store,
        tables: dict[str, Rows],
        run: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        text: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "out.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        before = files_below(run, tmp_path)
        with pytest.raises(QueryError) as raised:
            ask(store, text.replace("{file}", str(tmp_path / "out.csv")))
        assert "\n" not in str(raised.value)
        assert files_below(run, tmp_path) == before
        rows = ask(store, "MATCH (p:Product) RETURN p.id AS id, p.title AS title")
        assert in_order(rows) == in_order(
            [{"id": p["id"], "title": p["title"]} for p in tables["Product"]]
        )

    @given(st.text())
    @settings(max_examples=50, deadline=None)
    def test_any_text_is_answered_or_is_a_query_error(self, store: Store, text: str) -> None:
        try:
            ask(store, text)
        except QueryError as error:
            assert str(error)


class TestTellsWhatIsWrong:
    """One line that says what, and how to go on."""

    @pytest.mark.parametrize(
        "text",
        [
            "MATCH (n:Nope) RETURN n.id AS id ORDER BY nope",
            "MATCH (n:Product RETURN n",
            "RETURN",
            "",
            ";",
            "nonsense",
            "RETURN $missing.a.b.c[ AS x",
        ],
    )
    def test_a_query_that_cannot_be_read_is_one_line(self, store: Store, text: str) -> None:
        with pytest.raises(QueryError) as raised:
            ask(store, text)
        assert "\n" not in str(raised.value)
        assert len(str(raised.value)) < 300

    def test_an_unknown_label_is_named(self, store: Store) -> None:
        with pytest.raises(QueryError, match="Nope") as raised:
            ask(store, "MATCH (n:Nope) RETURN n.id AS id")
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize("seconds", [0.1, 0.0001])
    def test_a_slow_query_is_stopped(self, store: Store, seconds: float) -> None:
        slow = "UNWIND range(1, 3000) AS x UNWIND range(1, 100000) AS y RETURN count(x * y) AS n"
        start = time.monotonic()
        with pytest.raises(QueryError, match=r"stopped after .* s; ask for less"):
            list(store.ask(slow, seconds=seconds))
        assert time.monotonic() - start < 10
        assert ask(store, "RETURN 1 AS x") == [{"x": 1}]
