"""The folder of `mindgraph export RUN neo4j-csv DIR` is one that neo4j-admin imports whole."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mindgraph.exporters.selection import Selection, selected
from mindgraph.runs import Built
from mindgraph.stores.neo4j.offline import Offline
from tests.stores.neo4j.conftest import in_server, in_tables
from tests.stores.neo4j.server import Server, class_path
from tests.stores.neo4j.test_offline import run_import

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "selection"),
    [([], Selection()), (["--relation", "usage"], Selection(relations=("usage",)))],
    ids=["whole", "part"],
)
def test_neo4j_admin_imports_the_export(
    demo: Built, command: Command, tmp_path: Path, words: list[str], selection: Selection
) -> None:
    class_path()
    folder = tmp_path / "neo4j-csv"
    done = command("export", demo.folder, "neo4j-csv", folder, *words)
    assert done.returncode == 0, done.stderr
    server = Server(tmp_path / "home")
    try:
        taken = run_import(server, Offline(folder, {}, ()))
        assert taken.returncode == 0, taken.stdout + taken.stderr
        server.start()
        with selected(demo.folder, selection) as tables:
            assert in_server(server.uri) == in_tables(tables)
    finally:
        server.stop()
        shutil.rmtree(server.home, ignore_errors=True)
