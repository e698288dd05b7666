"""A real Neo4j for tests: one that NEO4J_URI names, else from Maven's jars, else from docker.

Where none can be had, tests are skipped with the reason; but where CI is set, or MINDGRAPH_NEO4J
is `required`, that is a failure. A server of one's own listens on loopback, on a port that was
free, in a folder that goes away with it.

A server that NEO4J_URI names must be empty, or hold what tests left: they empty it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "server"

IMAGE = "neo4j:5.26-community"

JAVA = (
    "-Xms128m -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -Dfile.encoding=UTF-8 "
    "-Dlog4j2.disable.jmx=true -Dio.netty.tryReflectionSetAccessible=true "
    "--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED "
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED "
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED"
).split()

SETTINGS = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.security.auth_enabled": "false",
    "dbms.usage_report.enabled": "false",
    "server.memory.pagecache.size": "256m",
}

MARK = "MindgraphTests"


def missing(reason: str) -> Any:
    """End a test that needs a server: a failure where one is required, else a skip."""
    if os.environ.get("CI") or os.environ.get("MINDGRAPH_NEO4J") == "required":
        pytest.fail(f"a Neo4j server is required here, but {reason}", pytrace=False)
    pytest.skip(f"no Neo4j server: {reason}")


@dataclass
class Server:
    """A server from Maven's jars, in a folder of its own; it can be killed and started again."""

    home: Path
    heap: str = "1g"
    settings: Mapping[str, str] = field(default_factory=dict)
    password: str | None = None
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def uri(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def start(self) -> None:
        """Start on the same port and folder as before; back when it answers."""
        self.port = self.port or free_port()
        self._write_settings()
        if self.password and not (self.home / "data/dbms").exists():
            self.admin("dbms", "set-initial-password", self.password)
        line = ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.home}"]
        line += [f"--config-dir={self.home}/conf", "--console-mode"]
        self.process = subprocess.Popen(
            self._java(*line), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._await_start(self.process)

    def _java(self, *words: str) -> list[str]:
        return ["java", *JAVA, f"-Xmx{self.heap}", "-cp", class_path(), *words]

    def _write_settings(self) -> None:
        for name in ("conf", "data", "logs", "run", "import", "plugins"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        address = f"127.0.0.1:{self.port}"
        bolt = dict.fromkeys(
            ("server.bolt.listen_address", "server.bolt.advertised_address"), address
        )
        told = {**SETTINGS, **bolt, **self.settings}
        if self.password:
            told["dbms.security.auth_enabled"] = "true"
        text = "".join(f"{name}={value}\n" for name, value in told.items())
        (self.home / "conf/neo4j.conf").write_text(text, encoding="utf-8")

    def admin(self, *words: str) -> str:
        """Run neo4j-admin while the server is stopped; what it says."""
        if not (self.home / "conf/neo4j.conf").exists():
            self._write_settings()
        told = {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": f"{self.home}/conf"}
        done = subprocess.run(
            self._java("org.neo4j.cli.AdminTool", *words), env=told, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _await_start(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        told = []
        for line in process.stdout:
            told.append(line)
            if "Started." in line:
                return  # it says little more, so nobody needs to read on
        raise AssertionError(f"the server did not start: {''.join(told[-5:])}")

    def kill(self) -> None:
        """Kill it, as a power cut or the kernel would."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        """Stop it cleanly, if it runs."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
        self._end()

    def _end(self) -> None:
        if self.process:
            try:
                self.process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()
            self.process = None


@contextmanager
def own_server(home: Path, **settings: Any) -> Iterator[Server]:
    """A server of one's own, to be killed, locked or starved; stopped and removed afterwards."""
    class_path()
    server = Server(home, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def shared_server(home: Path) -> Iterator[str]:
    """The address of a server whose one database tests may fill and empty."""
    if uri := os.environ.get("NEO4J_URI"):
        with _turn(uri):
            check_ours(uri)
            yield uri
    elif _no_jars() and not _no_docker():
        with _docker() as uri:
            yield uri
    else:
        with own_server(home) as server:
            yield server.uri


def empty(uri: str) -> None:
    """Take everything out of a database but its schema."""
    from mindgraph.stores.neo4j.connection import connect

    connection = connect(uri)
    with connection.session() as session:
        session.run(
            f"MATCH (n) WHERE NOT n:{MARK} "
            "CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
        ).consume()
    connection.close()


@contextmanager
def _turn(uri: str) -> Iterator[None]:
    """One test process at a time on a server that all of them were given."""
    with (cache() / f"{hashlib.blake2b(uri.encode(), digest_size=8).hexdigest()}.lock").open(
        "w"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def check_ours(uri: str) -> None:
    """Fail where a database holds anything that tests did not leave there; else mark it."""
    from mindgraph.stores.neo4j.connection import connect

    connection = connect(uri)
    try:
        ((foreign, marked),) = (
            row.values()
            for row in connection.read(
                f"RETURN COUNT {{ MATCH () }} AS foreign, COUNT {{ MATCH (:{MARK}) }} AS marked"
            )
        )
        if foreign and not marked:
            pytest.fail(f"{uri}: holds a graph, which tests would remove; empty it", pytrace=False)
        connection.write(lambda t: t.run(f"MERGE (:{MARK} {{id: 1}})").consume())
    finally:
        connection.close()


# ---- where a server comes from


def cache() -> Path:
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = root / "mindgraph-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


_found: dict[str, str] = {}


def class_path() -> str:
    """The jars of a server, fetched once for a machine; the test ends where they cannot be had."""
    if reason := _no_jars():
        missing(reason)
    return _found["jars"]


def _no_jars() -> str:
    """Why there are no jars; empty where there are."""
    if not _found:
        _found.update(_fetched())
    return _found.get("reason", "")


def _fetched() -> dict[str, str]:
    if not (_java_version() >= 17 and shutil.which("mvn")):
        return {"reason": "neither NEO4J_URI nor Java 17 with Maven nor docker is there"}
    pom = HERE / "pom.xml"
    file = cache() / f"{hashlib.blake2b(pom.read_bytes(), digest_size=8).hexdigest()}.classpath"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (file.exists() and all(map(os.path.exists, file.read_text().split(os.pathsep)))):
            done = _maven(pom, file)
            if done.returncode:
                return {"reason": f"Maven cannot fetch the jars: {done.stdout[-500:]}"}
    return {"jars": file.read_text().strip()}


def _java_version() -> int:
    if not shutil.which("java"):
        return 0
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _maven(pom: Path, file: Path) -> subprocess.CompletedProcess[str]:
    goal = [
        "dependency:build-classpath",
        f"-Dmdep.outputFile={file}",
        "-Dmdep.includeScope=runtime",
    ]
    return subprocess.run(
        ["mvn", "-B", "-q", "-f", str(pom), *goal], capture_output=True, text=True, check=False
    )


def _no_docker() -> bool:
    if not shutil.which("docker"):
        return True
    return bool(subprocess.run(["docker", "info"], capture_output=True, check=False).returncode)


@contextmanager
def _docker() -> Iterator[str]:
    port = free_port()
    line = ["docker", "run", "--rm", "-d", "-p", f"127.0.0.1:{port}:7687"]
    line += ["-e", "NEO4J_AUTH=none", "-e", "NEO4J_server_memory_heap_max__size=1g", IMAGE]
    name = subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
    try:
        logs = subprocess.Popen(["docker", "logs", "-f", name], stdout=subprocess.PIPE, text=True)
        assert logs.stdout
        assert any("Started." in line for line in logs.stdout)
        logs.kill()
        logs.wait()
        yield f"bolt://127.0.0.1:{port}"
    finally:
        subprocess.run(["docker", "stop", name], capture_output=True, check=False)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
