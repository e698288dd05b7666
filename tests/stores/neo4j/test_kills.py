"""Killed at any moment, loader or server, the next load ends with the same graph.

No node twice, no relationship twice or missing, none without its ends. The loader is a process of
its own, which writes in small batches and tells each one, so that a kill falls between any two of
them while another is on its way.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mindgraph
from mindgraph.runs import Built
from tests.stores.neo4j.conftest import Graph, in_server, in_tables
from tests.stores.neo4j.server import Server, empty, own_server

pytestmark = pytest.mark.slow

LOADER = """
import sys
import mindgraph
from mindgraph.stores.neo4j import connection, scratch

scratch.BATCH = 24
connection.RETRY["seconds"] = 0.5
try:
    mindgraph.load(*sys.argv[1:], progress=lambda name, rows: print(name, flush=True))
except mindgraph.MindgraphError as error:
    sys.exit(f"{error}")
"""


def loading(run: Path, uri: str) -> subprocess.Popen[str]:
    """A load as a process of its own; it prints a line for each batch that is written."""
    return subprocess.Popen(
        [sys.executable, "-c", LOADER, str(run), uri],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed_after(loader: subprocess.Popen[str], batches: int, server: Server | None) -> str:
    """Kill the loader, or the server it writes to, after some batches; what the loader said."""
    assert loader.stdout
    for _ in range(batches):
        loader.stdout.readline()
    if server:
        server.kill()
    else:
        loader.kill()
    return loader.communicate(timeout=120)[1]


def is_part_of(there: Graph, whole: Graph) -> bool:
    """Whether a graph holds nothing but what another holds, and nothing twice."""
    return all(
        len(set(rows)) == len(rows) and set(rows) <= set(whole[name])
        for name, rows in there.items()
    )


@pytest.fixture(scope="module")
def wanted(demo: Built) -> Graph:
    return in_tables(demo.folder)


@pytest.fixture(scope="module")
def batches(wanted: Graph) -> int:
    return sum(-(-len(rows) // 24) for rows in wanted.values())


@pytest.mark.parametrize("moment", range(10))
def test_a_loader_killed_at_a_random_moment(
    moment: int, demo: Built, server: str, wanted: Graph, batches: int
) -> None:
    # One moment in each tenth of the load, so that nodes and relationships have their turn.
    share = (moment + random.Random(moment).random()) / 10
    killed_after(loading(demo.folder, server), int(share * batches), None)
    done = mindgraph.load(demo.folder, server)
    assert in_server(server) == wanted
    created = sum(table.created for table in done.tables)
    assert created < sum(map(len, wanted.values())) or share < 0.1


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_server(tmp_path_factory.mktemp("mortal"), heap="512m") as server:
        yield server


@pytest.mark.parametrize("moment", range(5))
def test_a_server_killed_at_a_random_moment(
    moment: int, demo: Built, mortal: Server, wanted: Graph, batches: int
) -> None:
    share = (moment + random.Random(moment).random()) / 5
    told = killed_after(loading(demo.folder, mortal.uri), int(share * batches), mortal)
    assert len(told.splitlines()) == 1
    assert told.startswith(f"{mortal.uri}: no Neo4j server answers there (")
    mortal.start()
    assert is_part_of(in_server(mortal.uri), wanted)
    mindgraph.load(demo.folder, mortal.uri)
    assert in_server(mortal.uri) == wanted
    empty(mortal.uri)
