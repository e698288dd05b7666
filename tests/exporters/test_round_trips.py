"""Texts of any kind, written in each format and read back by programs that are not ours.

What the entrance lets pass is in the tables already; what it does not is tried too, because the
tables may be somebody else's.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import networkx as nx
import numpy
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mindgraph
from mindgraph.exporters.cskg import COLUMNS
from mindgraph.exporters.kgx import EDGE_COLUMNS, NODE_COLUMNS
from mindgraph.exporters.tsv import text as text_sql
from mindgraph.exporters.tsv import told
from mindgraph.graph.schema import EDGES, NODES
from mindgraph.text import clean
from tests.exporters.conftest import BREAKING, NASTY, graph_of, write_tables

Reader = Callable[[Path, tuple[str, ...]], list[list[str]]]

ANY = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1)


def by_csv(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t"))[1:]


def by_csv_unquoted(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    with file.open(encoding="utf-8") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def by_hand(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    return [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]


def by_pandas(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    table = pandas.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    assert tuple(table.columns) == names
    return [list(map(str, row)) for row in table.itertuples(index=False)]


def by_pandas_unquoted(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    table = pandas.read_csv(file, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    return [list(map(str, row)) for row in table.itertuples(index=False)]


def by_duckdb(file: Path, names: tuple[str, ...]) -> list[list[str]]:
    columns = dict.fromkeys(names, "VARCHAR")
    with duckdb.connect() as con:
        rows = con.read_csv(
            io.StringIO(file.read_text(encoding="utf-8")), sep="\t", header=True, columns=columns
        ).fetchall()
    return [["" if cell is None else cell for cell in row] for row in rows]


READERS: list[Reader] = [
    by_csv, by_csv_unquoted, by_hand, by_pandas, by_pandas_unquoted, by_duckdb
]  # fmt: skip


def exported(texts: list[str], folder: Path, format_: str, name: str, **options: Any) -> Path:
    """A graph of the texts in one format."""
    run = write_tables(folder / "run", graph_of(texts))
    mindgraph.export(run, format_, folder / name, **options)
    return folder / name


@pytest.mark.parametrize("read", READERS)
class TestTables:
    """Every reader finds the same cells in a TSV file with a header, quoting or not."""

    def test_cskg(self, read: Reader, tmp_path: Path) -> None:
        file = exported(NASTY + BREAKING, tmp_path, "cskg", "c.tsv")
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in read(file, COLUMNS)]
        stated = [row for row in rows if ":statement/" in row["id"]]
        found = sorted(row["node2;label"] for row in stated)
        assert found == sorted(map(told, NASTY + BREAKING))
        assert all(row["sentence"] == row["node2;label"] for row in stated)
        assert len(rows) == 2 * len(stated)
        assert all(row[name] for row in stated for name in ("node1", "relation", "node2"))

    def test_the_qualifiers_of_cskg(self, read: Reader, tmp_path: Path) -> None:
        file = exported(NASTY, tmp_path, "cskg", "c.tsv").with_name("c.qualifiers.tsv")
        rows = read(file, ("node1", "label", "node2"))
        scores = sorted(float(value) for _, name, value in rows if name == "agreement")
        assert scores == sorted(1 / (place + 3) for place in range(len(NASTY)))

    def test_kgx(self, read: Reader, tmp_path: Path) -> None:
        folder = exported(NASTY + BREAKING, tmp_path, "kgx", "kgx")
        nodes = read(folder / "nodes.tsv", NODE_COLUMNS)
        named = sorted(row[2] for row in nodes if row[1].endswith("#Intention"))
        assert named == sorted(map(told, NASTY + BREAKING))
        edges = read(folder / "edges.tsv", EDGE_COLUMNS)
        known = {row[0] for row in nodes}
        assert {row[1] for row in edges} | {row[3] for row in edges} <= known
        assert len({row[0] for row in edges}) == len(edges)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_rule_is_the_same_in_sql(text: str) -> None:
    with duckdb.connect() as con:
        (row,) = con.execute(f"SELECT {text_sql('x')} FROM (SELECT ? AS x)", [text]).fetchall()
    assert row == (told(text),)
    assert not set(told(text)) & set('\t\n\r\x0b\x0c\x1c\x85\u2028\u2029"|')
    assert len(told(text)) == len(text)


@settings(max_examples=10, deadline=None)
@given(ANY)
def test_any_text_in_any_table(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        file = exported(texts, Path(scratch), "cskg", "c.tsv.zst")
        unpacked = file.with_suffix("")
        unpacked.write_bytes(_unpacked(file))
        for read in (by_csv, by_hand, by_pandas, by_duckdb):
            rows = read(unpacked, COLUMNS)
            assert sorted(row[5] for row in rows if ":statement/" in row[0]) == sorted(
                map(told, texts)
            )


def _unpacked(file: Path) -> bytes:
    with pa.CompressedInputStream(pa.OSFile(str(file)), "zstd") as stream:
        return bytes(stream.read())


@settings(max_examples=10, deadline=None)
@given(ANY)
def test_any_text_in_conceptnet(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        file = exported(texts, Path(scratch), "conceptnet", "c.csv")
        rows = [line.split("\t") for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    assert all(len(row) == 5 for row in rows)
    stated = [json.loads(row[4]) for row in rows if row[2].startswith("/x/mindgraph/cobuy/")]
    assert sorted(told["surfaceEnd"] for told in stated) == sorted(texts)
    for identity, relation, start, end, _ in rows:
        assert identity == f"/a/[{relation}/,{start}/,{end}/]"
        assert not set(end) & set(' \t"[],')
        assert end.startswith(("/c/en/", "/x/mindgraph/"))


@settings(max_examples=10, deadline=None)
@given(ANY)
def test_any_text_in_atomic(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        folder = exported(texts, Path(scratch), "atomic", "a")
        lines = "".join((folder / f"{name}.tsv").read_bytes().decode() for name in _PARTS)
    rows = [line.split("\t") for line in lines.split("\n")[:-1]]
    assert sorted(tail for _, _, tail in rows) == sorted(map(told, texts))
    assert all("other" in head for head, _, _ in rows)


_PARTS = ("train", "dev", "test")


@settings(max_examples=10, deadline=None)
@given(ANY)
def test_any_text_in_graphml_is_as_at_the_entrance(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        graph = nx.read_graphml(exported(texts, Path(scratch), "graphml", "g.graphml"))
    assert _intentions(graph) == sorted(map(clean, texts))


@settings(max_examples=10, deadline=None)
@given(ANY)
def test_any_text_in_node_link_is_kept(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        file = exported(texts, Path(scratch), "node-link", "g.json")
        told = json.loads(file.read_text(encoding="utf-8"))
    graph = nx.node_link_graph(told, edges="edges")
    assert _intentions(graph) == sorted(texts)
    assert graph.is_multigraph()
    assert graph.is_directed()


def _intentions(graph: Any) -> list[str]:
    nodes = graph.nodes(data=True)
    return sorted(told.get("text") or "" for _, told in nodes if told["label"] == "Intention")


@settings(max_examples=5, deadline=None)
@given(ANY)
def test_any_text_in_the_tables_of_arrays(texts: list[str]) -> None:
    with TemporaryDirectory() as scratch:
        folder = exported(texts, Path(scratch), "pyg", "p")
        rows = pq.read_table(folder / "nodes/Intention.parquet").to_pylist()
        with numpy.load(folder / "edges/HAS_CONCEPT.npz") as arrays:
            ends, scores = arrays["edge_index"], arrays["edge_attr"]
        concepts = pq.read_table(folder / "nodes/Concept.parquet").to_pylist()
    assert sorted(row["text"] for row in rows) == sorted(texts)
    assert ends.dtype == numpy.int64
    assert scores.shape == (len(texts), 1)
    linked = [(rows[a]["text"], concepts[b]["name"]) for a, b in ends.T]
    assert all(text == name for text, name in linked)


def test_any_text_in_parquet_is_kept(tmp_path: Path) -> None:
    folder = exported(NASTY + BREAKING, tmp_path, "parquet", "p")
    for kind, names in (("nodes", [n.label for n in NODES]), ("edges", [e.type for e in EDGES])):
        for name in names:
            ours = pq.read_table(tmp_path / "run" / kind / f"{name}.parquet")
            assert pq.read_table(folder / kind / f"{name}.parquet").equals(ours)


def test_any_text_in_neo4j_csv(tmp_path: Path) -> None:
    folder = exported(NASTY + BREAKING, tmp_path, "neo4j-csv", "n")
    with (folder / "Intention.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sorted(row["text"] for row in rows) == sorted(NASTY + BREAKING)
