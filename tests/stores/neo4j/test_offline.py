"""The offline import: what neo4j-admin makes of the files is the graph of the Parquet tables.

- Imported by the very script that was written, every label, type and property is as in the tables,
  whatever the texts hold; no value and an empty text stay apart.
- The statements for afterwards make every constraint and index of the schema.
- An online load on top of an import finds nothing to do.
- The files appear all at once in a folder that was empty; a folder that holds something, a run
  that did not end, and tables that cannot be read are told in one line and leave nothing behind.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mindgraph
from mindgraph.errors import DiskError, RunError, UsageError
from mindgraph.graph.schema import NODES, neo4j_schema
from mindgraph.runs import Built
from mindgraph.stores.neo4j.connection import connect
from mindgraph.stores.neo4j.offline import Offline, write_offline
from mindgraph.stores.neo4j.online import load_tables
from tests.stores.neo4j.conftest import in_server, in_tables
from tests.stores.neo4j.server import Server, class_path

TEXTS = [
    "", " ", "  both  ", "\x00", "a\x00b", "\ufeff", "\ufeffx", "\r", "\n", "\r\n", "a\rb", "\\",
    '\\"', '"', '""', '"a"', 'a""\n"b', ",", ";", "\t", "null", "NULL", "\u2028", "\x85", "\uffff",
    "\U0010ffff", "\x1a", "\x1c", "'", "#", "\\n", "e\u0301", "\u202etfel\u202c", "👩\u200d🍳",
]  # fmt: skip

NUMBERS = [0.1, 1 / 3, -0.0, 5e-324, 1e308, 1e22, 123456789012345680.0, math.inf, -math.inf]

FOLDER = 'it\'s an "import" $HOME'


def add(file: Path, rows: list[dict[str, Any]]) -> None:
    table = pq.ParquetFile(file).read()
    pq.write_table(pa.concat_tables([table, pa.Table.from_pylist(rows, table.schema)]), file)


def copied(run: Path, folder: Path) -> Path:
    for kind in ("nodes", "edges"):
        shutil.copytree(run / kind, folder / kind)
    return folder


def run_import(server: Server, offline: Offline, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the script that was written, with the admin tool of the tests' own server."""
    server._write_settings()
    tool = server.home / "neo4j-admin"
    line = shlex.join(server._java("org.neo4j.cli.AdminTool"))
    tool.write_text(f'#!/bin/sh\nexec {line} "$@"\n', encoding="utf-8")
    tool.chmod(0o755)
    told = {
        **os.environ,
        "NEO4J_ADMIN": str(tool),
        "NEO4J_HOME": str(server.home),
        "NEO4J_CONF": f"{server.home}/conf",
        "TMPDIR": str(server.home),
    }
    script = str(offline.folder / "import.sh")
    return subprocess.run(["sh", script, *more], env=told, capture_output=True, text=True)


def run_afterwards(server: Server, offline: Offline) -> None:
    connection = connect(server.uri)
    text = (offline.folder / "after-import.cypher").read_text(encoding="utf-8")
    statements = [line.rstrip(";") for line in text.splitlines() if not line.startswith("//")]
    with connection.session() as session:
        for statement in filter(None, statements):
            session.run(statement).consume()
    connection.close()


@pytest.fixture(scope="module")
def hostile(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small graph of hostile texts, with more of them, and with numbers at their ends."""
    folder = copied(run, tmp_path_factory.mktemp("run") / "r")
    products = [
        {"id": f"x{place}", "title": text, "image": text, "feature": text}
        for place, text in enumerate([*TEXTS, "y" * 5_000_000, '"' * 5_000_000])
    ]
    add(folder / "nodes/Product.parquet", products)
    pairs = [{"id": f"x{place}", "lift": number} for place, number in enumerate(NUMBERS)]
    ends = [{"id": "least", "support": -(2**63)}, {"id": "most", "support": 2**63 - 1}]
    add(folder / "nodes/CoBuy.parquet", pairs + ends)
    return folder


@pytest.fixture(scope="module")
def imported(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was started on an import of the hostile graph."""
    class_path()
    place = tmp_path_factory.mktemp("offline")
    offline = write_offline(hostile, place / FOLDER)
    server = Server(place / "home")
    try:
        done = run_import(server, offline)
        assert done.returncode == 0, done.stdout + done.stderr
        server.start()
        run_afterwards(server, offline)
        yield server
    finally:
        server.stop()


class TestImported:
    """What stands in the server afterwards."""

    def test_every_node_and_edge_is_as_in_the_tables(self, imported: Server, hostile: Path) -> None:
        assert in_server(imported.uri) == in_tables(hostile)

    def test_every_constraint_and_index_is_made(self, imported: Server) -> None:
        connection = connect(imported.uri)
        connection.read("CALL db.awaitIndexes(60)")
        made = {row["name"]: row["state"] for row in connection.read("SHOW INDEXES")}
        keys = {row["name"] for row in connection.read("SHOW CONSTRAINTS")}
        connection.close()
        statements = neo4j_schema().splitlines()
        named = {line.split(" IF ")[0].split()[-1] for line in statements if " IF " in line}
        assert named <= set(made)
        assert {f"{node.label.lower()}_id" for node in NODES} == keys
        assert set(made.values()) == {"ONLINE"}

    def test_an_online_load_on_top_finds_nothing_to_do(
        self, imported: Server, hostile: Path
    ) -> None:
        connection = connect(imported.uri)
        done = load_tables(hostile, connection)
        connection.close()
        assert sum(table.created + table.changed + table.removed for table in done) == 0
        assert sum(table.unchanged for table in done) == sum(map(len, in_tables(hostile).values()))


def test_the_demo_is_imported_whole_and_a_second_time_only_where_asked(
    demo: Built, tmp_path: Path
) -> None:
    class_path()
    offline = write_offline(demo.folder, tmp_path / "import")
    server = Server(tmp_path / "home")
    try:
        assert run_import(server, offline).returncode == 0
        assert run_import(server, offline).returncode != 0
        again = run_import(server, offline, "--overwrite-destination=true")
        assert again.returncode == 0, again.stdout + again.stderr
        server.start()
        assert in_server(server.uri) == in_tables(demo.folder)
    finally:
        server.stop()


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["intentionqa", "magento_luma"])
def test_a_real_graph_is_imported_whole(
    name: str, data: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_path()
    monkeypatch.setenv("MINDGRAPH_DATA", str(data(name).parent))
    built = mindgraph.build(name, tmp_path / "run")
    server = Server(tmp_path / "home")
    try:
        done = run_import(server, write_offline(built.folder, tmp_path / "import"))
        assert done.returncode == 0, done.stdout + done.stderr
        server.start()
        assert in_server(server.uri) == in_tables(built.folder)
    finally:
        server.stop()


class TestWritten:
    """The files, without a server."""

    def test_the_rows_and_the_commands_are_told(self, run: Path, tmp_path: Path) -> None:
        offline = write_offline(run, tmp_path / "a b", "shop")
        assert offline.rows == {name: len(rows) for name, rows in in_tables(run).items()}
        assert f"sh '{tmp_path}/a b/import.sh'" in offline.commands
        assert any("-d shop " in line and "after-import" in line for line in offline.commands)
        assert (offline.folder / "import.sh").read_text().endswith('"$@" -- shop\n')
        assert [path.name for path in tmp_path.iterdir()] == ["a b"]

    def test_no_value_is_an_empty_field_and_an_empty_text_is_quoted(
        self, run: Path, tmp_path: Path
    ) -> None:
        write_offline(run, tmp_path / "o")
        lines = (tmp_path / "o/Product.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == "id:ID(Product),title,category,image,description,feature"
        assert '"E5",,,,,' in lines
        assert lines[-2].endswith(',"","",""')

    def test_numbers_and_the_ends_of_an_edge_are_typed(self, run: Path, tmp_path: Path) -> None:
        write_offline(run, tmp_path / "o")
        pairs = (tmp_path / "o/CoBuy.csv").read_text(encoding="utf-8")
        links = (tmp_path / "o/HAS_CONCEPT.csv").read_text(encoding="utf-8")
        assert pairs.startswith("id:ID(CoBuy),support:long,lift:double,source\n")
        assert links.startswith(
            ":START_ID(Intention),:END_ID(Concept),mention,probability:double\n"
        )

    def test_numbers_that_are_none_are_written_as_the_tool_reads_them(
        self, run: Path, tmp_path: Path
    ) -> None:
        folder = copied(run, tmp_path / "r")
        numbers = {"n": math.nan, "p": math.inf, "m": -math.inf}
        rows = [{"id": name, "lift": number} for name, number in numbers.items()]
        add(folder / "nodes/CoBuy.parquet", rows)
        write_offline(folder, tmp_path / "o")
        lines = (tmp_path / "o/CoBuy.csv").read_text(encoding="utf-8").splitlines()[-3:]
        assert lines == ['"n",,"NaN",', '"p",,"Infinity",', '"m",,"-Infinity",']

    @pytest.mark.parametrize(("letters", "buffer"), [(10, 4194304), (3_000_000, 6001024)])
    def test_the_read_buffer_holds_the_longest_value(
        self, run: Path, tmp_path: Path, letters: int, buffer: int
    ) -> None:
        folder = copied(run, tmp_path / "r")
        add(folder / "nodes/Intention.parquet", [{"id": "long", "text": '"' * letters}])
        write_offline(folder, tmp_path / "o")
        assert f"--read-buffer-size={buffer} " in (tmp_path / "o/import.sh").read_text()

    def test_an_empty_folder_and_what_a_killed_one_left_give_way(
        self, run: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "o").mkdir()
        (tmp_path / ".o.draft").mkdir()
        (tmp_path / ".o.draft/half.csv").write_text("half")
        write_offline(run, tmp_path / "o")
        assert [path.name for path in tmp_path.iterdir()] == ["o"]
        assert not (tmp_path / "o/half.csv").exists()

    def test_a_folder_that_holds_something_is_left_alone(self, run: Path, tmp_path: Path) -> None:
        (tmp_path / "o").mkdir()
        (tmp_path / "o/mine.txt").write_text("mine")
        for place in (tmp_path / "o", tmp_path / "o/mine.txt"):
            with pytest.raises(UsageError, match="holds something already; name a new"):
                write_offline(run, place)
        assert [path.name for path in (tmp_path / "o").iterdir()] == ["mine.txt"]

    def test_what_is_no_finished_run_is_told(self, run: Path, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="no graph here; build it with"):
            write_offline(tmp_path, tmp_path / "o")
        folder = copied(run, tmp_path / "r")
        (folder / "manifest.json").write_text(json.dumps({"state": "building"}))
        with pytest.raises(RunError, match="the build did not end"):
            write_offline(folder, tmp_path / "o")
        assert [path.name for path in tmp_path.iterdir()] == ["r"]

    @pytest.mark.parametrize("content", [None, b"", b"no table"])
    def test_a_table_that_cannot_be_read_leaves_nothing(
        self, run: Path, tmp_path: Path, content: bytes | None
    ) -> None:
        folder = copied(run, tmp_path / "r")
        table = folder / "edges/USED_FOR.parquet"
        table.write_bytes(content) if content is not None else table.unlink()
        with pytest.raises(RunError, match=r"USED_FOR\.parquet: cannot be read \(") as raised:
            write_offline(folder, tmp_path / "o")
        assert "\n" not in str(raised.value)
        assert [path.name for path in tmp_path.iterdir()] == ["r"]

    def test_a_place_that_cannot_be_written_is_told(self, run: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(DiskError, match="cannot be written") as raised:
            write_offline(run, tmp_path / "file/o")
        assert "\n" not in str(raised.value)
