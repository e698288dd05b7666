"""Load a graph of MIND's size into Neo4j: mindgraph, and a plain MERGE loop.

    python benchmarks/load.py [--scale 0.05] [--rounds 3] [--work DIR] [--heap 2g] [--rust]
        [--biocypher PYTHON]

It builds the run of `benchmarks/build.py` once per scale, starts a Neo4j of its own on loopback
(Java 17 and Maven), loads a graph (of at most a twentieth of MIND's size) both ways to warm the
server, then the graph in turns, each time into an emptied database, and prints the round of least
processor time of each:

- wall seconds, processor seconds of client and server, the peak memory of the client;
- the same for a second load of the unchanged graph, and for writing the offline import's files;
- how many times as much the plain loop took, with the machine's load average.

`--rust` adds the plain loop with neo4j-rust-ext, which `mindgraph[neo4j]` brings too.
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

from build import HERE, Inputs, build_ours, generate, locate
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


def built(work: Path, scale: float) -> Inputs:
    """Return the inputs of a scale, with the run that was built of them."""
    inputs = locate(work, scale)
    if not (inputs.run / "manifest.json").exists():
        generate(inputs)
        if build_ours(inputs).exit_code:
            raise SystemExit("the build failed")
    return inputs


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


def turn(folder: Path, server: Server, rust: bool) -> dict[str, Round]:
    """Load a run in each way, each time into an emptied database, and once more with mindgraph."""
    ours = ["-m", "mindgraph", "load", str(folder), server.uri, "--quiet"]
    plain = [str(HERE / "naive_load.py"), str(folder), server.uri]
    ways = {"plain loop": plain, **({"plain loop, rust": [*plain, "rust"]} if rust else {})}
    took = {}
    for name, command in {**ways, "mindgraph": ours}.items():
        empty(server.uri)
        took[name] = measured(command, server)
    return {**took, "mindgraph again": measured(ours, server)}


def rounds_of(
    warming: Path, folder: Path, server: Server, args: argparse.Namespace
) -> list[dict[str, Round]]:
    """Load in turns; the first turn, of another run, only warms the server."""
    done = []
    for number in range(args.rounds + 1):
        took = turn(folder if number else warming, server, args.rust)
        for name, cost in took.items():
            told = f"{cost.client.wall:.1f} s, CPU {cost.client.cpu:.1f} + {cost.server:.1f} s"
            print(f"{number or 'warming'} {name}: {told}; load {load_average()}", flush=True)
        done.append(took)
    return done[1:]


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


def print_rounds(done: list[dict[str, Round]]) -> None:
    """Print the cheapest round of each, and the ratios."""
    best = {name: min((took[name] for took in done), key=lambda cost: cost.cpu) for name in done[0]}
    table = [["way", "wall s", "client CPU s", "server CPU s", "client MB"]]
    for name, cost in best.items():
        numbers = [cost.client.wall, cost.client.cpu, cost.server, cost.client.peak_mb]
        table.append([name, *(f"{number:.1f}" for number in numbers)])
    print_table(table)
    *plain, ours, again = best
    table = [["ratio", "wall", "CPU"]]
    for more, less in [*((name, ours) for name in plain), (ours, again)]:
        table.append([f"{more} / {less}", *ratios(best[more], best[less])])
    print_table(table)


def ratios(more: Round, less: Round) -> list[str]:
    """Return how many times as much one took as the other."""
    return [f"{more.client.wall / less.client.wall:.2f}", f"{more.cpu / less.cpu:.2f}"]


def main() -> int:
    """Run what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description="Measure loads into Neo4j.")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--heap", default="2g")
    parser.add_argument("--rust", action="store_true")
    parser.add_argument("--biocypher", metavar="PYTHON")
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "mindgraph-bench"
    )
    args = parser.parse_args()
    warming, inputs = (built(args.work, scale) for scale in (min(args.scale, 0.05), args.scale))
    print(f"scale {args.scale:g}; load average {load_average()}")
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "server.memory.pagecache.size": "1g",
            "db.tx_log.rotation.retention_policy": "false",
        }
        with own_server(Path(folder) / "server", heap=args.heap, settings=settings) as server:
            print_rounds(rounds_of(warming.run, inputs.run, server, args))
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
