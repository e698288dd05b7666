"""Ask one pair of products for all its relations in every order of work, and compare the costs.

    python benchmarks/lvlm.py [--hidden 768 ...] [--rows 3] [--rounds 2] [--quick] [--gpu]

A LLaVA with random weights states an intention for each relation and judges each, with one
thread, in float32, in processor seconds:

- published: each prompt alone and in full, the verdict as a sampled reason;
- one forward: the same, the verdict read off the next token;
- padded batch: all prompts in full in one left-padded batch, the verdict as above;
- repeat, cascade: the product's own ways, the prefix read once, by the product's own code.

The prompts that are asked alone are all alike: `--rows` of them are timed, and scaled to all. The
ways take turns, `--rounds` times; the table has the best of each. Before that, the answers of all
ways are compared, and it returns 1 where they differ. A JSON line follows with all that was
measured. `--gpu` measures on a GPU instead (`lvlm_gpu.py`).
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch
from lvlm_agreement import Agreement, agreement
from lvlm_asking import STEPS, Asked, Lengths, some
from lvlm_models import Geometry, parameters
from measure import load_average

from mindgraph.models import Job

TARGETS = {"published": 12.0, "one forward": 10.0}


# ---- what it costs


def seconds(work: Callable[[], object]) -> float:
    """Processor seconds of some work."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


class Round:
    """Everything is done once; every cost is that of all relations."""

    def __init__(self, asked: Asked, rows: int) -> None:
        self._asked, self._rows = asked, rows
        questions = asked.questions
        self._jobs = {step: questions.jobs(step) for step in STEPS}
        self._reasons = questions.jobs("verdicts", drawn=True)
        self._scale = len(self._reasons.suffixes) / rows

    def alone(self, job: Job) -> float:
        """Some prompts alone, scaled to all."""
        few = some(job, self._rows)
        return self._scale * seconds(lambda: self._asked.told("naive", few))

    def prefix(self) -> float:
        """Reading the prefix."""
        desk = self._asked.desk
        return seconds(lambda: desk.prefix(desk.pair(self._jobs["intentions"])))

    def shared(self, way: str, steps: Sequence[str] = STEPS) -> float:
        """Both steps, the prefix read once for them; or the first alone."""
        jobs = [self._jobs[step] for step in steps]
        return seconds(lambda: self._asked.told(way, *jobs))

    def costs(self, quick: bool) -> dict[str, float]:
        """The ways take turns, so that a busy machine is equally unfair to all."""
        works = {**self._works(), **({} if quick else self._slow_works())}
        return {name: told(name, work()) for name, work in works.items()}

    def _works(self) -> dict[str, Callable[[], float]]:
        intentions, verdicts = (self._jobs[step] for step in STEPS)
        return {
            "cascade": lambda: self.shared("cascade"),
            "alone: intentions": lambda: self.alone(intentions),
            "alone: verdicts, one forward": lambda: self.alone(verdicts),
            "alone: verdicts, sampled reason": lambda: self.alone(self._reasons),
            "cascade: intentions": lambda: self.shared("cascade", STEPS[:1]),
            "prefix": self.prefix,
        }

    def _slow_works(self) -> dict[str, Callable[[], float]]:
        intentions, verdicts = (self._jobs[step] for step in STEPS)
        batched = self._asked.batched
        return {
            "repeat": lambda: self.shared("repeat"),
            "repeat: intentions": lambda: self.shared("repeat", STEPS[:1]),
            "padded batch: intentions": lambda: seconds(lambda: batched(intentions)),
            "padded batch: verdicts": lambda: seconds(lambda: batched(verdicts)),
        }


def told(name: str, cost: float) -> float:
    """The cost, once it has been told to who waits for it."""
    print(f"{name:32} {cost:8.2f} CPU s", file=sys.stderr, flush=True)
    return cost


WAYS: Mapping[str, tuple[str, ...]] = {
    "published": ("alone: intentions", "alone: verdicts, sampled reason"),
    "one forward": ("alone: intentions", "alone: verdicts, one forward"),
    "padded batch": ("padded batch: intentions", "padded batch: verdicts"),
    "repeat": ("repeat",),
    "cascade": ("cascade",),
}


def both(costs: Mapping[str, float]) -> dict[str, float]:
    """What both steps cost in each way."""
    found = {way: parts for way, parts in WAYS.items() if costs.keys() >= set(parts)}
    return {way: sum(costs[part] for part in parts) for way, parts in found.items()}


def best(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The least of every cost: another program on the machine only ever adds."""
    return {name: min(costs[name] for costs in rounds) for name in rounds[0]}


def ratios(costs: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """How many times as much both loops take as each way."""
    whole = both(costs)
    return {way: {loop: whole[loop] / whole[way] for loop in TARGETS} for way in whole}


# ---- what is printed


def print_costs(rounds: Sequence[Mapping[str, float]]) -> None:
    """One line a way: processor seconds and the ratios to both loops, with their range."""
    from measure import print_table

    costs = best(rounds)
    table = [["way", "intentions", "verdicts", "both, CPU s", "published /", "one forward /"]]
    for way, whole in both(costs).items():
        first = costs[intentions_of(way)]
        cells = [f"{value:.2f}" for value in (first, whole - first, whole)]
        table.append([way, *cells, *(ranged(rounds, way, loop) for loop in TARGETS)])
    print_table(table)
    print(f"the prefix alone {costs['prefix']:.2f} CPU s, in the intentions of repeat and cascade")


def intentions_of(way: str) -> str:
    """The cost of a way's first step."""
    return WAYS[way][0] if len(WAYS[way]) > 1 else f"{way}: intentions"


def ranged(rounds: Sequence[Mapping[str, float]], way: str, loop: str) -> str:
    """A ratio of the best costs, and the least and greatest of the rounds' own."""
    told = [ratios(costs)[way][loop] for costs in rounds]
    return f"{ratios(best(rounds))[way][loop]:.1f}x ({min(told):.1f}-{max(told):.1f})"


def print_verdicts(found: Mapping[str, Any]) -> None:
    """Whether the answers agree, and whether the ratios are what was promised."""
    same: Agreement = found["agreement"]
    print(f"\n{same}\nanswers agree: {'yes' if same.holds else 'NO'}")
    for loop, target in TARGETS.items():
        ratio = found["ratios"]["cascade"][loop]
        verdict = "ok" if ratio >= target else "under"
        print(f"cascade against {loop}: {ratio:.2f}x, wanted {target:.0f}x: {verdict}")


# ---- running it


def measured(
    shape: Geometry, long: Lengths, rows: int, rounds: int, quick: bool = False
) -> dict[str, Any]:
    """Build the model, compare the ways' answers, then time them."""
    before, torch_threads = load_average(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            asked = Asked(shape, long, Path(folder))
            found = _found(asked, min(rows, long.relations), rounds, quick)
            return {"load_before": before, **found}
    finally:
        torch.set_num_threads(torch_threads)


def _found(asked: Asked, rows: int, rounds: int, quick: bool) -> dict[str, Any]:
    ways = {way: asked.chosen(way) for way in ("repeat", "cascade")}
    same = agreement(asked, rows)
    costs = [Round(asked, rows).costs(quick) for _ in range(rounds)]
    return {
        "parameters": parameters(asked.desk.loaded.model),
        "engine": asked.desk.loaded.engine,
        "tokens": tokens(asked),
        "ways": ways,
        "rows_timed_alone": rows,
        "agreement": same,
        "rounds": costs,
        "both": both(best(costs)),
        "ratios": ratios(best(costs)),
        "load_after": load_average(),
    }


def tokens(asked: Asked) -> dict[str, Any]:
    """How long the prompts turned out to be."""
    told = {step: asked.desk.pair(asked.questions.jobs(step)) for step in STEPS}
    lengths = {step: [len(suffix) for suffix in pair.suffixes] for step, pair in told.items()}
    kept = asked.desk.prefix(told["intentions"])
    ends = {step: [min(own), max(own)] for step, own in lengths.items()}
    return {"prefix": kept.prefix.length, "pictures": kept.image, **ends}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure the orders of work of a pair.")
    for field in fields(Geometry):
        name = f"--{field.name.replace('_', '-')}"
        parser.add_argument(name, type=int, default=field.default)
    parser.add_argument("--prefix-text", type=int, default=Lengths.prefix_text)
    parser.add_argument("--relations", type=int, default=Lengths.relations)
    parser.add_argument("--answer", type=int, default=Lengths.answer)
    for name in ("intention", "verdict", "opening"):
        ends = getattr(Lengths, name)
        parser.add_argument(f"--{name}", type=int, nargs=2, default=ends, metavar="TOKENS")
    parser.add_argument("--quick", action="store_true", help="no padded batch, no repeat")
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and print the table."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if "--gpu" in arguments:
        import lvlm_gpu

        return int(lvlm_gpu.main([one for one in arguments if one != "--gpu"]))
    args = parse(arguments)
    shape = Geometry(**{field.name: getattr(args, field.name) for field in fields(Geometry)})
    told = {field.name: getattr(args, field.name) for field in fields(Lengths)}
    long = Lengths(**{name: tuple(x) if isinstance(x, list) else x for name, x in told.items()})
    found = measured(shape, long, args.rows, args.rounds, args.quick)
    print_costs(found["rounds"])
    print_verdicts(found)
    shown = {"geometry": asdict(shape), "lengths": asdict(long), **found}
    print(json.dumps({**shown, "agreement": asdict(found["agreement"])}))
    return 0 if found["agreement"].holds else 1


if __name__ == "__main__":
    sys.exit(main())
