"""Build the graph of a made-up file of MIND's size, with mindgraph and with plain pandas.

    python benchmarks/build.py [--scale 0.05] [--work DIR] [--rounds N] [--only ours|peer|queries]

It writes the inputs into DIR once per scale (default: mindgraph-bench in the system's temporary
folder), builds the graph with both, one after the other, and prints

- a table of both builds: wall and processor seconds, peak memory, input rows per second, and how
  many times as much the peer took, with the machine's load average before and after;
- mindgraph's stages, and the same comparison without loading the store, since the peer loads none;
- the latency of all questions over the store that was built (`benchmarks/questions.py`).

Scale 1.0 needs about 4 GB of disk. `--only` runs one part; `--only queries` uses the last build.
Machines vary: with `--rounds 3` the builds take turns three times, and the table has the round of
least processor time of each. It returns 1 where a build failed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from measure import Cost, load_average, print_table, run
from mind_size import row_count
from questions import ask_questions

HERE = Path(__file__).resolve().parent

# What the inputs depend on: other words, other files.
GENERATOR = ("mind_size.py", "phrases.py", "vocabulary.py")

STORE_STAGE = "store"

CONFIG = """\
name: mind-size
intentions:
  ready:
    - {{path: {csv}, format: mind}}
concepts:
  isa: {isa}
"""


@dataclass(frozen=True)
class Inputs:
    """The files of one scale, in a folder of their own."""

    folder: Path
    scale: float

    @property
    def csv(self) -> Path:
        """Return where the MIND file is."""
        return self.folder / "mind.csv"

    @property
    def isa(self) -> Path:
        """Return where the is-a table is."""
        return self.folder / "isa.tsv"

    @property
    def run(self) -> Path:
        """Return where mindgraph builds."""
        return self.folder / "run"


@dataclass(frozen=True)
class Build:
    """One build: what it took, and its stages where it tells of them."""

    cost: Cost
    stages: list[dict[str, Any]]


def fingerprint() -> str:
    """Return a digest of the generator, so that a changed one writes new inputs."""
    digest = blake2b(digest_size=4)
    for name in GENERATOR:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def locate(work: Path, scale: float) -> Inputs:
    """Return the inputs of a scale, which need not be there yet."""
    return Inputs(work.resolve() / f"scale-{scale:g}-{fingerprint()}", scale)


def generate(inputs: Inputs) -> None:
    """Write the inputs unless they are there; the names are given only to whole files."""
    if inputs.csv.exists() and inputs.isa.exists():
        return
    inputs.folder.mkdir(parents=True, exist_ok=True)
    parts = [path.with_suffix(".part") for path in (inputs.csv, inputs.isa)]
    script = [sys.executable, str(HERE / "mind_size.py"), str(parts[0])]
    cost = run([*script, "--isa", str(parts[1]), "--scale", str(inputs.scale)])
    if cost.exit_code:
        raise SystemExit("mind_size.py failed")
    parts[0].replace(inputs.csv)
    parts[1].replace(inputs.isa)


def read_through(path: Path) -> None:
    """Read a file once, so that both builds find it in the system's cache."""
    with path.open("rb") as file:
        # What is still to be written back would be written during the first build.
        os.fsync(file.fileno())
        while file.read(1 << 20):
            pass


def read_stages(folder: Path) -> list[dict[str, Any]]:
    """Return the stages of a run's manifest, none where it does not tell."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    stages = manifest.get("stages") if isinstance(manifest, dict) else None
    return [stage for stage in stages or [] if isinstance(stage, dict)]


def build_ours(inputs: Inputs) -> Cost:
    """Build with mindgraph, from nothing."""
    shutil.rmtree(inputs.run, ignore_errors=True)
    config = inputs.folder / "config.yaml"
    paths = {"csv": json.dumps(str(inputs.csv)), "isa": json.dumps(str(inputs.isa))}
    config.write_text(CONFIG.format(**paths), encoding="utf-8")
    command = [sys.executable, "-m", "mindgraph", "build", str(config)]
    command += ["--run", str(inputs.run), "--quiet"]
    return run(command, inputs.folder / "ours.log")


def build_peer(inputs: Inputs) -> Cost:
    """Build with plain pandas, from nothing."""
    out = inputs.folder / "peer"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, str(HERE / "naive_pandas.py")]
    command += [str(inputs.csv), str(inputs.isa), str(out)]
    return run(command, inputs.folder / "peer.log")


BUILDERS = {"ours": build_ours, "peer": build_peer}


def build_once(inputs: Inputs, name: str) -> Build | None:
    """Run one build; tell of it and return nothing where it fails."""
    read_through(inputs.csv)
    cost = BUILDERS[name](inputs)
    if cost.exit_code == 0:
        return Build(cost, read_stages(inputs.run) if name == "ours" else [])
    lines = (inputs.folder / f"{name}.log").read_text(errors="replace").splitlines()
    print(f"{name} failed with {cost.exit_code}:", *lines[-10:], sep="\n  ")
    return None


def build(inputs: Inputs, wanted: Sequence[str], rounds: int) -> dict[str, Build]:
    """Run the builds in turn; return the cheapest round of each that never failed."""
    done: dict[str, list[Build]] = {name: [] for name in wanted}
    for _ in range(rounds):
        for name in wanted:
            result = build_once(inputs, name)
            if result:
                done[name].append(result)
    whole = {name: results for name, results in done.items() if len(results) == rounds}
    return {name: min(results, key=lambda r: r.cost.cpu) for name, results in whole.items()}


def print_costs(builds: Mapping[str, Build], rows: int) -> None:
    """Print what the builds took, and how many times as much the peer did."""
    costs = {name: built.cost for name, built in builds.items()}
    table = [["step", "wall s", "CPU s", "peak MB", "rows/s"]]
    for name, cost in costs.items():
        seconds = [f"{cost.wall:.2f}", f"{cost.cpu:.2f}"]
        table.append([name, *seconds, f"{cost.peak_mb:.0f}", f"{rows / cost.wall:,.0f}"])
    if {"ours", "peer"} <= costs.keys():
        ours, peer = costs["ours"], costs["peer"]
        ratios = [peer.wall / ours.wall, peer.cpu / ours.cpu, peer.peak_mb / ours.peak_mb]
        table.append(["peer/ours", *(f"{ratio:.2f}" for ratio in ratios), ""])
    print_table(table)


def store_seconds(stages: Sequence[Mapping[str, Any]], key: str) -> float:
    """Return the seconds of the store's stage."""
    return sum(float(stage.get(key) or 0) for stage in stages if stage.get("name") == STORE_STAGE)


def print_stages(builds: Mapping[str, Build]) -> None:
    """Print the stages of our build, and what is left of it without the store."""
    cost, stages = builds["ours"].cost, builds["ours"].stages
    table = [["stage", "wall s", "CPU s"]]
    for stage in stages:
        seconds = [float(stage.get(key) or 0) for key in ("seconds", "cpu_seconds")]
        table.append([str(stage.get("name")), *(f"{value:.2f}" for value in seconds)])
    # The whole command less the store, so that starting up counts, as it does for the peer.
    wall = cost.wall - store_seconds(stages, "seconds")
    cpu = cost.cpu - store_seconds(stages, "cpu_seconds")
    table.append(["all but the store", f"{wall:.2f}", f"{cpu:.2f}"])
    if "peer" in builds and wall > 0 and cpu > 0:
        peer = builds["peer"].cost
        table.append(["peer/that", f"{peer.wall / wall:.2f}", f"{peer.cpu / cpu:.2f}"])
    print_table(table)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure mindgraph's build and its peer's.")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "mindgraph-bench"
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=("ours", "peer", "queries"))
    return parser.parse_args()


def main() -> int:
    """Run what was asked for and print the tables."""
    args = parse()
    inputs = locate(args.work, args.scale)
    wanted = [name for name in BUILDERS if args.only in (None, name)]
    builds: dict[str, Build] = {}
    if wanted:
        generate(inputs)
        before = load_average()
        builds = build(inputs, wanted, args.rounds)
        print(f"\nscale {args.scale:g}, {row_count(args.scale):,} rows")
        print(f"load average before {before}, after {load_average()}\n")
        print_costs(builds, row_count(args.scale))
    if "ours" in builds:
        print_stages(builds)
    if "ours" in builds or args.only == "queries":
        ask_questions(str(inputs.run))
    return 0 if len(builds) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
