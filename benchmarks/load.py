"""Load a graph of MIND's size into Neo4j: mindgraph, and a plain MERGE loop.

    python benchmarks/load.py [--scale 0.05] [--rounds 3] [--work DIR] [--heap 2g] [--biocypher PY]

It builds the run of `benchmarks/build.py` once per scale, starts a Neo4j of its own on loopback
(Java 17 and Maven), loads the graph both ways once to warm the server, then in turns, each time
into an emptied database, and prints the round of least processor time of each:

- wall seconds, processor seconds of client and server, the peak memory of the client;
- the same for a second load of the unchanged graph, and for writing the offline import's files;
- how many times as much the plain loop took, with the machine's load average.

`--biocypher` names a Python that has BioCypher; its writer then makes its import files of the same
tables. Its online mode needs the server's APOC plugin, which a server from Maven's jars has not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from build import HERE, build_ours, generate, locate
from measure import Cost, load_average, print_table, run
from neo4j import GraphDatabase

sys.path.insert(0, str(HERE.parent))
from tests.stores.neo4j.server import Server, own_server

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Round:
    """What one load took: the client's cost and the server's processor seconds."""

    client: Cost
    server: float

    @property
    def cpu(self) -> float:
        """Return the processor seconds of both."""
        return self.client.cpu + self.server


def server_seconds(pid: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(command: list[str], server: Server) -> Round:
    """Run a client; it must end well."""
    before = server_seconds(server.pid)
    cost = run([sys.executable, *command])
    if cost.exit_code:
        raise SystemExit(f"{' '.join(command)} ended with {cost.exit_code}")
    return Round(cost, server_seconds(server.pid) - before)


def empty(uri: str) -> None:
    """Take out all nodes, and the indexes that are no keys."""
    texts = [
        "MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS",
        "MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS OF 10000 ROWS",
    ]
    driver = GraphDatabase.driver(uri, notifications_min_severity="OFF")
    with driver, driver.session() as session:
        for row in session.run("SHOW INDEXES YIELD name, type, owningConstraint").data():
            if row["owningConstraint"] is None and row["type"] != "LOOKUP":
                session.run(f"DROP INDEX {row['name']}").consume()
        for text in texts:
            session.run(text).consume()


def rounds_of(folder: Path, server: Server, rounds: int) -> dict[str, list[Round]]:
    """Load both ways in turns; the first turn of each only warms the server."""
    ours = ["-m", "mindgraph", "load", str(folder), server.uri, "--quiet"]
    plain = [str(HERE / "naive_load.py"), str(folder), server.uri]
    ways = ("plain loop", "plain loop, rust", "mindgraph", "mindgraph again")
    done: dict[str, list[Round]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        took = {}
        empty(server.uri)
        took["plain loop"] = measured(plain, server)
        empty(server.uri)
        took["plain loop, rust"] = measured([*plain, "rust"], server)
        empty(server.uri)
        took["mindgraph"] = measured(ours, server)
        took["mindgraph again"] = measured(ours, server)
        for name, cost in took.items():
            told = f"{cost.client.wall:.1f} s, CPU {cost.client.cpu:.1f} + {cost.server:.1f} s"
            print(f"{'warming' if turn == 0 else turn} {name}: {told}; load {load_average()}")
            if turn:
                done[name].append(cost)
    return done


def offline(folder: Path, work: Path, biocypher: str | None) -> dict[str, Cost]:
    """Write import files, ours and BioCypher's."""
    commands = {"mindgraph --offline": [sys.executable, "-m", "mindgraph", "load", str(folder)]}
    commands["mindgraph --offline"] += ["--offline", str(work / "ours"), "--quiet"]
    if biocypher:
        script = str(HERE / "biocypher_write.py")
        commands["BioCypher's writer"] = [biocypher, script, str(folder), str(work / "biocypher")]
    costs = {}
    for name, command in commands.items():
        costs[name] = run(command, work / "log")
        if costs[name].exit_code:
            print(f"{name} failed:", (work / "log").read_text(errors="replace")[-2000:])
    return costs


def print_rounds(done: dict[str, list[Round]]) -> None:
    """Print the cheapest round of each, and the ratios."""
    best = {name: min(costs, key=lambda cost: cost.cpu) for name, costs in done.items()}
    table = [["way", "wall s", "client CPU s", "server CPU s", "client MB"]]
    for name, cost in best.items():
        numbers = [cost.client.wall, cost.client.cpu, cost.server, cost.client.peak_mb]
        table.append([name, *(f"{number:.1f}" for number in numbers)])
    print_table(table)
    plain, rust, ours, again = best.values()
    print_table(
        [
            ["ratio", "wall", "CPU"],
            ["plain loop / mindgraph", *ratios(plain, ours)],
            ["plain loop, rust / mindgraph", *ratios(rust, ours)],
            ["first load / again", *ratios(ours, again)],
        ]
    )


def ratios(more: Round, less: Round) -> list[str]:
    """Return how many times as much one took as the other."""
    return [f"{more.client.wall / less.client.wall:.2f}", f"{more.cpu / less.cpu:.2f}"]


def main() -> int:
    """Run what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description="Measure loads into Neo4j.")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--heap", default="2g")
    parser.add_argument("--biocypher", metavar="PYTHON")
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "mindgraph-bench"
    )
    args = parser.parse_args()
    inputs = locate(args.work, args.scale)
    if not (inputs.run / "manifest.json").exists():
        generate(inputs)
        if build_ours(inputs).exit_code:
            raise SystemExit("the build failed")
    print(f"scale {args.scale:g}; load average {load_average()}")
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "server.memory.pagecache.size": "1g",
            "db.tx_log.rotation.retention_policy": "false",
        }
        with own_server(Path(folder) / "server", heap=args.heap, settings=settings) as server:
            print_rounds(rounds_of(inputs.run, server, args.rounds))
        costs = offline(inputs.run, Path(folder), args.biocypher)
        shutil.rmtree(folder, ignore_errors=True)
    table = [["import files", "wall s", "CPU s", "peak MB"]]
    for name, cost in costs.items():
        table.append([name, f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mb:.0f}"])
    print_table(table)
    print(f"load average {load_average()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
