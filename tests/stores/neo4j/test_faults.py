"""What can go wrong with a server: one line that says what and how to go on, with its exit code.

One server with a password and little memory for transactions serves most of it; it is started
again read-only, and stopped, for the rest. What a refused load left is mended by the next.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mindgraph
from mindgraph.errors import MindgraphError, QueryError, StoreError, UsageError
from mindgraph.runs import Built
from mindgraph.stores.neo4j import schema
from mindgraph.stores.neo4j.connection import RETRY, checked_address, connect
from mindgraph.stores.neo4j.online import load_tables
from tests.stores.neo4j.conftest import in_server, in_tables
from tests.stores.neo4j.server import Server, free_port, own_server
from tests.stores.neo4j.test_loading import write

PASSWORD = "right-'pass' word"  # noqa: S105 - of a server that lives for a minute

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants a password and gives all transactions together 30 MB."""
    settings = {"dbms.memory.transaction.total.max": "30m"}
    home = tmp_path_factory.mktemp("guarded")
    with own_server(home, heap="512m", password=PASSWORD, settings=settings) as server:
        yield server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The right ones, in the environment; a test may set others."""
    monkeypatch.setenv("NEO4J_USERNAME", "neo4j")
    monkeypatch.setenv("NEO4J_PASSWORD", PASSWORD)
    return monkeypatch


def run(server: Server, text: str, **parameters: Any) -> list[dict[str, Any]]:
    connection = connect(server.uri)
    try:
        with connection.session() as session:
            return session.run(text, parameters).data()
    finally:
        connection.close()


def refused(kind: type[MindgraphError], call: Callable[[], object]) -> str:
    """The one line of an error; no password is in it."""
    with pytest.raises(kind) as raised:
        call()
    assert type(raised.value) is kind
    line = str(raised.value)
    assert "\n" not in line
    assert len(line) < 400
    assert PASSWORD not in line
    assert "wrong" not in line.replace("wrong passwords", "")
    return line


# ---- data that stands in the way; these come first, while the server has no constraints yet


def test_a_constraint_that_data_breaks_is_told_with_the_value(guarded: Server, demo: Built) -> None:
    run(guarded, "UNWIND [1, 2] AS x CREATE (:Concept {id: 'it\\'s \"same\"'})")
    line = refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri))
    assert "two Concept nodes whose id is 'it's \"same\"'; remove one" in line
    run(guarded, "MATCH (c:Concept) DETACH DELETE c")


def test_a_name_that_another_constraint_has_is_told(guarded: Server, demo: Built) -> None:
    run(guarded, "DROP CONSTRAINT run_id IF EXISTS")
    run(guarded, "CREATE CONSTRAINT run_id FOR (n:Other) REQUIRE n.key IS UNIQUE")
    line = refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri))
    assert "the graph needs the name run_id, which a constraint on Other.key has; drop" in line
    run(guarded, "DROP CONSTRAINT run_id")
    mindgraph.load(demo.folder, guarded.uri)
    assert in_server(guarded.uri) == in_tables(demo.folder)


# ---- the way in


def test_a_wrong_password_is_told_and_not_repeated(
    guarded: Server, demo: Built, credentials: pytest.MonkeyPatch, command: Command
) -> None:
    credentials.setenv("NEO4J_PASSWORD", "wrong-word")
    line = refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri))
    assert "refuses the credentials; set NEO4J_USERNAME and NEO4J_PASSWORD" in line
    done = command("load", demo.folder, guarded.uri)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"mindgraph: {line}\n"
    credentials.delenv("NEO4J_USERNAME")
    credentials.delenv("NEO4J_PASSWORD")
    assert refused(UsageError, lambda: mindgraph.open_store(guarded.uri)) == line


def test_too_many_wrong_passwords_are_told_apart(
    guarded: Server, credentials: pytest.MonkeyPatch
) -> None:
    run(guarded, "CREATE USER guest SET PASSWORD 'guest-word' SET PASSWORD CHANGE NOT REQUIRED")
    credentials.setenv("NEO4J_USERNAME", "guest")
    credentials.setenv("NEO4J_PASSWORD", "wrong-word")
    for _ in range(3):
        refused(UsageError, lambda: mindgraph.open_store(guarded.uri))
    credentials.setenv("NEO4J_PASSWORD", "guest-word")
    line = refused(UsageError, lambda: mindgraph.open_store(guarded.uri))
    assert "too many wrong passwords in a row; wait ten seconds" in line


def test_a_database_that_is_missing_is_named(
    guarded: Server, demo: Built, command: Command
) -> None:
    line = refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri, "nope"))
    assert "the server has no database nope; name one that it has with --database" in line
    done = command("query", guarded.uri, "RETURN 1 AS x", "--database", "nope")
    assert done.returncode == 2
    assert "no database nope" in done.stderr
    with mindgraph.open_store(guarded.uri, "neo4j") as store:
        assert list(store.ask("RETURN 1 AS x")) == [{"x": 1}]


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("http://localhost:7474", "no address of a Neo4j server; write neo4j://HOST:7687"),
        ("bolt://", "no address"),
        ("neo4j://host:port", "no address"),
        ("bolt://[half", "no address"),
        ("bolt://host:7687?policy=eu", "no address"),
        ("bolt://neo4j:secret@host:7687", "the address holds credentials; set NEO4J_USERNAME"),
        ("http://neo4j:secret@host:7687", "the address holds credentials; set NEO4J_USERNAME"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_secrets(uri: str, told: str) -> None:
    line = refused(UsageError, lambda: mindgraph.open_store(uri))
    assert told in line
    assert "secret" not in line


def test_an_address_is_shown_without_what_a_log_need_not_keep() -> None:
    assert checked_address("neo4j+s://Host:7687/?region=eu") == "neo4j+s://host:7687"
    assert checked_address("bolt://[::1]:7687") == "bolt://[::1]:7687"


def test_a_server_that_is_not_there_is_told_in_seconds(demo: Built, command: Command) -> None:
    uri = f"bolt://127.0.0.1:{free_port()}"
    start = time.monotonic()
    done = command("load", demo.folder, uri)
    assert time.monotonic() - start < 15
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"mindgraph: {uri}: no Neo4j server answers there (")
    assert line.endswith("start it, or check the address")


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+ssc"])
def test_encryption_that_the_server_does_not_speak_is_told(guarded: Server, scheme: str) -> None:
    uri = guarded.uri.replace("bolt", scheme)
    assert "no Neo4j server answers there" in refused(StoreError, lambda: mindgraph.open_store(uri))


def test_a_name_that_no_host_has_is_told() -> None:
    line = refused(StoreError, lambda: mindgraph.open_store("neo4j://no-such-host.invalid:7687"))
    assert "no Neo4j server answers there" in line


# ---- rows that are too much


def test_batches_that_are_too_big_are_halved(guarded: Server, tmp_path: Path) -> None:
    write(tmp_path, Product=[{"id": f"{n:04}", "title": "x" * 20_000} for n in range(3000)])
    connection = connect(guarded.uri)
    (product, *_) = load_tables(tmp_path, connection, prune=True)
    connection.close()
    assert product.created == 3000
    assert in_server(guarded.uri) == in_tables(tmp_path)


def test_a_row_larger_than_a_transaction_is_named(guarded: Server, tmp_path: Path) -> None:
    rows = [{"id": "small", "title": "x"}, {"id": "too-large", "title": "x" * 40_000_000}]
    write(tmp_path, Product=rows)
    connection = connect(guarded.uri)
    line = refused(StoreError, lambda: load_tables(tmp_path, connection))
    connection.close()
    assert "too-large: larger than a transaction of the server may be (" in line
    assert run(guarded, "MATCH (p:Product {id: 'small'}) RETURN p.title AS t") == [{"t": "x"}]


# ---- a server that only reads, and one that is gone; these come last


@pytest.mark.slow
def test_a_read_only_database_is_told(
    guarded: Server, demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    mindgraph.load(demo.folder, guarded.uri, prune=True)
    guarded.stop()
    guarded.settings = {"server.databases.default_to_read_only": "true"}
    guarded.start()
    told = "the database is read-only; make it writable, or load into another one"
    assert told in refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri))
    more = "CREATE CONSTRAINT new IF NOT EXISTS FOR (n:New) REQUIRE n.id IS UNIQUE"
    monkeypatch.setattr(schema, "neo4j_schema", lambda: f"{more};\n")
    assert told in refused(UsageError, lambda: mindgraph.load(demo.folder, guarded.uri))
    assert len(mindgraph.query(guarded.uri, "product", id="COF-101")) == 1
    assert in_server(guarded.uri) == in_tables(demo.folder)


@pytest.mark.slow
def test_a_server_that_goes_away_is_told_and_the_next_load_mends_it(
    guarded: Server, demo: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded.stop()
    guarded.settings = {}
    guarded.start()
    run(guarded, "MATCH (n) DETACH DELETE n")
    monkeypatch.setitem(RETRY, "seconds", 1.0)

    def killed(name: str, rows: int) -> None:
        if name == "Intention":
            guarded.kill()

    with mindgraph.open_store(guarded.uri) as store:
        line = refused(
            StoreError, lambda: mindgraph.load(demo.folder, guarded.uri, progress=killed)
        )
        assert "no Neo4j server answers there" in line
        with pytest.raises((StoreError, QueryError)):
            list(store.ask("RETURN 1 AS x"))
    guarded.start()
    mindgraph.load(demo.folder, guarded.uri)
    assert in_server(guarded.uri) == in_tables(demo.folder)
