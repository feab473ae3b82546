"""``python -m bench.migration``: moving tickets from a rehearsed NSD to a rehearsed Dynamics, and comparing both.

    python -m bench.migration                      20,000 and 200,000 tickets
    python -m bench.migration --sizes 2000         these
    make bench-migration

The command, the partner and PostgreSQL are processes of their own; memory is the command's largest. Status 1 with
``--strict`` when a target was missed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring import cpu_of
from bench.moving import write_accounts
from tierline.plans.loading import SHIPPED
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.made_up_tickets import write_export

SIZES = (20_000, 200_000)
MOST_SECONDS = 300.0  # for 200,000 tickets
MOST_GROWTH = 1.3  # memory with ten times the tickets


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: seconds, the largest memory in MB, CPU seconds of the command and of the partner, what it said."""

    seconds: float
    memory: float
    cpu: float
    partner_cpu: float
    summary: dict[str, Any]
    status: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit status."""
    words = argparse.ArgumentParser(prog="python -m bench.migration")
    words.add_argument("--sizes", type=lambda t: tuple(int(w) for w in t.split(",")), default=SIZES)
    words.add_argument("--strict", action="store_true")
    words.add_argument("--partner", action="store_true", help=argparse.SUPPRESS)
    given = words.parse_args(arguments)
    if given.partner:
        return _partner()
    from bench.house import running_house  # noqa: PLC0415 - the partner's process needs no PostgreSQL

    missed, memory = [], {}
    with running_house() as house:
        publish = [sys.executable, "-m", "tierline.cli.main", "publish", str(SHIPPED)]
        subprocess.run(publish, env=house.environment("tierline"), check=True, capture_output=True)
        for size in given.sizes:
            name = f"moved_{size}"
            house.copy_database(name)
            run = _measure_size(house.environment(name), size)
            memory[size] = run.memory
            if run.seconds > MOST_SECONDS * size / 200_000 and size >= 200_000:
                missed.append(f"{size:,} tickets took {run.seconds:.0f} s, {MOST_SECONDS:.0f} are allowed")
    if len(memory) > 1 and memory[max(memory)] > MOST_GROWTH * memory[min(memory)]:
        missed.append(f"memory grew from {memory[min(memory)]:.0f} to {memory[max(memory)]:.0f} MB")
    print("\nMissed: " + "; ".join(missed) if missed else "\nEvery target was reached.")
    return int(given.strict and bool(missed))


def _measure_size(environment: dict[str, str], size: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="tierline-bench-move-") as home, _running_partner() as (address, partner):
        folder = Path(home)
        export = folder / "export.csv"
        write_export(export, size)
        accounts = write_accounts(folder / "accounts.yaml", address)
        environment = environment | {"TIERLINE_TRACKERS": str(accounts)}
        first = _measured("run", ["run", str(export)], environment, partner, size)
        assert first.summary["created"] == size, first.summary
        again = _measured("run again", ["run", str(export)], environment, partner, size)
        assert again.summary["unchanged"] == size, again.summary
        report = _measured("report", ["report", str(export)], environment, partner, size)
        assert report.status == 0, report.summary
        _measured("plan", ["plan", str(export)], environment, partner, size)
        return first


def _measured(what: str, words: list[str], environment: dict[str, str], partner: int, size: int) -> Measured:
    before, began, spent = cpu_of(partner), time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "tierline.cli.main", "migrate", *words, "--json"]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    largest = _Largest(child.pid)
    output, _ = child.communicate()
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime
    summary = json.loads(output.splitlines()[-1])["summary"]
    found = Measured(seconds, largest.stop(), cpu, cpu_of(partner) - before, summary, child.returncode)
    print(
        f"{what:<10} {size:>8,} tickets {found.seconds:>7.1f} s {size / found.seconds:>8,.0f}/s "
        f"{found.memory:>6.0f} MB  CPU {found.cpu:>6.1f} s, partner {found.partner_cpu:>6.1f} s",
        flush=True,
    )
    return found


class _Largest:
    """The largest resident memory of a process, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._path, self.most, self._ended = Path(f"/proc/{pid}/status"), 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            try:
                lines = self._path.read_text().splitlines()
            except OSError:
                return
            self.most = max([self.most, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))])

    def stop(self) -> float:
        """In MB."""
        self._ended.set()
        self._thread.join()
        return self.most / 1024


@contextmanager
def _running_partner() -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-m", "bench.migration", "--partner"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    try:
        assert child.stdout is not None
        yield child.stdout.readline().strip(), child.pid
    finally:
        child.kill()
        child.wait()


def _partner() -> int:
    """The rehearsed Dynamics, until its parent goes."""
    with Dynamics365(remembers=False) as desk:
        print(desk.url, flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
