"""A file is whole or not there, and what stood there before stays until it is.

- An export that breaks off, by a torn table, a full disk or a kill, leaves no file that looks
  whole; what was there before stays with its descriptions.
- Each fault is one line that says where and what to do.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mindgraph.errors import DiskError, MindgraphError, RunError
from mindgraph.exporters.rdf import write_rdf
from mindgraph.runs import Built
from tests.exporters.conftest import Rows, write_tables
from tests.exporters.rdf.conftest import ABOUT


@pytest.fixture
def run(demo: Built, tmp_path: Path) -> Path:
    """The demo's tables, to be spoiled."""
    for kind in ("nodes", "edges"):
        shutil.copytree(demo.folder / kind, tmp_path / "run" / kind)
    return tmp_path / "run"


def seen(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def one_line(error: pytest.ExceptionInfo[MindgraphError]) -> str:
    told = str(error.value)
    assert "\n" not in told
    return told


@pytest.mark.parametrize("name", ["graph.ttl", "graph.nt.gz", "graph.jsonld.zst"])
@pytest.mark.parametrize("table", ["nodes/Run", "edges/USED_FOR"])
def test_a_torn_table_leaves_what_was_there(
    run: Path, tmp_path: Path, name: str, table: str
) -> None:
    out = tmp_path / "out"
    write_rdf(run, out / name, about=ABOUT)
    before = seen(out)
    file = run / f"{table}.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(RunError) as error:
        write_rdf(run, out / name, about=ABOUT)
    assert table in one_line(error)
    assert seen(out) == before


def test_a_table_with_a_torn_page_leaves_nothing(run: Path, tmp_path: Path) -> None:
    file = run / "edges/RELATED_TO.parquet"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 4 : len(raw) // 2] = b"\xff" * (len(raw) // 2 - len(raw) // 4)
    file.write_bytes(raw)
    with pytest.raises(RunError) as error:
        write_rdf(run, tmp_path / "out/graph.ttl", about=ABOUT)
    assert "run the build again" in one_line(error)
    assert seen(tmp_path / "out") == {}


def test_a_table_without_its_columns_is_told(run: Path, tmp_path: Path) -> None:
    shutil.copy(run / "edges/IN_CATEGORY.parquet", run / "edges/USED_FOR.parquet")
    with pytest.raises(RunError) as error:
        write_rdf(run, tmp_path / "out/graph.ttl", about=ABOUT)
    assert "run the build again" in one_line(error)
    assert seen(tmp_path / "out") == {}


def test_no_tables_are_told(tmp_path: Path) -> None:
    with pytest.raises(RunError) as error:
        write_rdf(tmp_path, tmp_path / "graph.ttl", about=ABOUT)
    assert "Product" in one_line(error)


UNSAFE: list[tuple[str, Rows]] = [
    ("Product", {"Product": [{"id": "a b"}]}),
    ("Concept", {"Concept": [{"id": "50%"}]}),
    ("Category", {"Category": [{"id": 'x"y'}]}),
    ("Run", {"Run": [{"id": "\\"}]}),
]


@pytest.mark.parametrize(("label", "rows"), UNSAFE)
def test_an_id_that_no_iri_can_hold_is_told_and_not_written(
    tmp_path: Path, label: str, rows: Rows
) -> None:
    run = write_tables(tmp_path / "run", rows)
    with pytest.raises(RunError) as error:
        write_rdf(run, tmp_path / "out/graph.ttl", about=ABOUT)
    assert one_line(error).startswith(f"{label}: the id ")
    assert seen(tmp_path / "out") == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_is_told(run: Path, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(DiskError, match="cannot be written"):
        write_rdf(run, tmp_path / "closed/graph.ttl", about=ABOUT)


def test_a_path_below_a_file_is_told(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DiskError) as error:
        write_rdf(run, tmp_path / "file/graph.ttl", about=ABOUT)
    assert "cannot be written" in one_line(error)


SCRIPT = """
import sys
from pathlib import Path
from mindgraph.errors import DiskError
from mindgraph.exporters import rdf
from mindgraph.exporters.about import About
{before}
try:
    rdf.write_rdf(Path(sys.argv[1]), Path(sys.argv[2]), about=About("r", "n", "0", None, (), {{}}))
except DiskError as error:
    sys.exit(f"told: {{error}}")
"""


def scripted(run: Path, out: Path, *before: str) -> subprocess.Popen[str]:
    """A process that exports, after some lines of its own."""
    script = SCRIPT.format(before="\n".join(before))
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", script, str(run), str(out)],
        stdin=pipe, stdout=pipe, stderr=pipe, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["graph.ttl", "graph.ttl.gz", "graph.nt.zst"])
def test_a_full_disk_is_one_line_and_leaves_nothing(run: Path, tmp_path: Path, name: str) -> None:
    # A file may grow no further than this; to the one who writes it is a full disk.
    limit = (
        "import resource, signal",
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))",
    )
    process = scripted(run, tmp_path / "out" / name, *limit)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert told.startswith("told: ")
    assert "cannot be written" in told
    assert len(told.strip().splitlines()) == 1
    assert seen(tmp_path / "out") == {}


def test_killed_halfway_nothing_stands_there_and_the_next_export_does(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    # It stops after half of the batches, as if it were slow, and is killed there.
    halfway = (
        "letters = rdf._letters",
        "counted = iter(range(9))",
        "def slow(batch):",
        "    if next(counted) == 8:",
        "        print('half', flush=True)",
        "        sys.stdin.read()",
        "    return letters(batch)",
        "rdf._letters = slow",
    )
    process = scripted(run, out / "graph.ttl", *halfway)
    assert process.stdout
    assert process.stdout.readline() == "half\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert not any(path.name.startswith("graph") for path in out.iterdir())
    write_rdf(run, out / "graph.ttl", about=ABOUT)
    assert {path.name for path in out.iterdir()} == {
        "graph.ttl", "graph.ttl.void.ttl", "graph.ttl.croissant.json",
    }  # fmt: skip
