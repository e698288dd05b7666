"""What a command costs: wall time, processor time and memory.

    python benchmarks/measure.py COMMAND [ARGUMENT ...]

It runs the command and prints its cost and the machine's load average.

Processor time is that of the command and of all its finished children, as the kernel counted it.
The peak is that of the largest single process: a command that spreads over processes uses more
in all. On Linux it is read from /proc while the command runs, and taken from the kernel's
`ru_maxrss` where that says more; elsewhere `ru_maxrss` is all there is. Windows has neither.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

# Seconds between two looks at /proc: a peak of less than this at the very end is left to the
# kernel's own number.
INTERVAL = 0.1

PROC = Path("/proc")


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    wall: float
    cpu: float
    peak_mb: float
    exit_code: int


def load_average() -> str:
    """Return the load of the last 1, 5 and 15 minutes, and the number of processors."""
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    return f"{loads} on {os.cpu_count()} processors"


def maxrss_mb(usage: resource.struct_rusage) -> float:
    """Return the largest resident size; macOS counts it in bytes, Linux in KiB."""
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def children(pid: int) -> list[int]:
    """Return the running children of a process, or none where /proc does not say."""
    found = []
    for path in PROC.glob(f"{pid}/task/*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            continue
    return found


def high_water_mb(pid: int) -> float:
    """Return the largest size so far of any process of a tree, 0 where /proc does not say."""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    own = int(found[1]) / 1024 if found else 0.0
    return max([own, *(high_water_mb(child) for child in children(pid))])


class Sampler(threading.Thread):
    """Looks at a process tree again and again until told to stop."""

    def __init__(self, pid: int) -> None:
        """Set up the thread, which is still to be started."""
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0.0, threading.Event()

    def run(self) -> None:
        """Keep the largest size seen."""
        while True:
            self.peak = max(self.peak, high_water_mb(self.pid))
            if self.done.wait(INTERVAL):
                return

    def stop(self) -> None:
        """Stop looking."""
        self.done.set()
        self.join()


def peak_mb(sampled: float, usage: resource.struct_rusage) -> float:
    """Return the peak of the command alone.

    The kernel's number starts from the size of the process that started the command, so it says
    something of the command only where it is above that.
    """
    kernel = maxrss_mb(usage)
    floor = maxrss_mb(resource.getrusage(resource.RUSAGE_SELF))
    return max(sampled, kernel) if kernel > floor or not sampled else sampled


def wait(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """Wait for a command; return what it and its finished children used."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        raise
    # Popen would otherwise wait for a process that is gone.
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def run(command: list[str], log: Path | None = None) -> Cost:
    """Run a command and return its cost; its output goes to the log, or else where ours goes."""
    sys.stdout.flush()
    with log.open("wb") if log else nullcontext() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output)
        sampler = Sampler(process.pid)
        sampler.start()
        usage = wait(process)
        wall = time.perf_counter() - start
    sampler.stop()
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, peak_mb(sampler.peak, usage), process.returncode)


def main() -> int:
    """Run the command given and print its cost."""
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    cost = run(sys.argv[1:])
    print(f"wall {cost.wall:.2f} s, processor {cost.cpu:.2f} s, peak {cost.peak_mb:.0f} MB")
    print(f"load average {load_average()}")
    return cost.exit_code


if __name__ == "__main__":
    sys.exit(main())


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print a table, the first column to the left and the others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    print()
