"""The embedded store's own file: made from the tables, replaced as a whole, thrown away freely.

- A run folder of any name can hold it; a second build replaces the first.
- Tables that cannot be loaded are told in one line, and no half file stays.
- A file that is no store, or none at all, is told with the way to make one.
- After it is closed, asking and reading on are errors of this tool, not of the engine.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mindgraph.errors import DiskError, QueryError, RunError, UsageError
from mindgraph.stores import STORE_FILE, open_store
from mindgraph.stores.ladybug import build


def copied(run: Path, folder: Path) -> Path:
    """The tables of a run in a folder of their own."""
    for kind in ("nodes", "edges"):
        shutil.copytree(run / kind, folder / kind)
    return folder


@pytest.mark.parametrize("name", ['it\'s "a" st*r [x] {a,b} ? ünï 👩\u200d🍳 \\', "-dash"])
def test_a_run_folder_of_any_name_can_hold_a_store(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = copied(run, Path(name))
    (folder / STORE_FILE).write_bytes(b"an older one")
    build(folder, folder / STORE_FILE)
    with open_store(folder) as store:
        assert list(store.ask("MATCH (p:Product) RETURN count(*) AS n")) == [{"n": 7}]
    assert sorted(path.name for path in folder.iterdir()) == ["edges", STORE_FILE, "nodes"]


def test_tables_that_cannot_be_loaded_leave_no_file(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "r")
    (folder / "edges/USED_FOR.parquet").unlink()
    with pytest.raises(DiskError, match="cannot be written") as raised:
        build(folder, folder / STORE_FILE)
    assert "\n" not in str(raised.value)
    assert sorted(path.name for path in folder.iterdir()) == ["edges", "nodes"]


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / STORE_FILE).write_bytes(b"not a store" * 1000)
    with pytest.raises(RunError, match="cannot be opened"):
        open_store(tmp_path)


def test_a_folder_without_a_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="mindgraph build"):
        open_store(tmp_path)


def test_an_address_is_not_mistaken_for_a_folder() -> None:
    with pytest.raises(UsageError, match="no address of a Neo4j server"):
        open_store("file://localhost/run")


def test_a_run_folder_has_no_databases(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a run folder holds one graph; leave --database out"):
        open_store(tmp_path, "neo4j")


def test_a_closed_store_answers_no_more(run: Path, tmp_path: Path) -> None:
    folder = copied(run, tmp_path / "r")
    build(folder, folder / STORE_FILE)
    with open_store(folder) as store:
        rows = store.ask("MATCH (p:Product) RETURN p.id AS id ORDER BY id")
        next(rows)
    with pytest.raises(QueryError):
        list(rows)
    with pytest.raises(QueryError):
        list(store.ask("RETURN 1 AS x"))
