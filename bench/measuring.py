"""Timing calls, and what they cost: wall clock, CPU of web and database processes, memory.

Refuses to report a measure without its warm-up. All times in seconds inside, milliseconds where they are shown.
"""

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

WARM_UP = 20
LEAST_CALLS = 200
LONGEST = 5.0  # seconds a measure may take when its calls are slow
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Timed:
    """What calls took: seconds a call, the wall clock of all, CPU seconds a call, the machine's load while it ran."""

    seconds: tuple[float, ...]
    wall: float
    web_cpu: float
    database_cpu: float
    load: float

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.seconds) / self.wall

    def percentile(self, share: float) -> float:
        """The call that ``share`` of the calls were not slower than, in seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the CPU that the processes under measure have used."""

    web: Callable[[], Iterable[int]]
    database: Callable[[], Iterable[int]]

    def read(self) -> tuple[float, float]:
        """CPU seconds of the web processes and of the database's, since they began."""
        return sum(map(cpu_of, self.web())), sum(map(cpu_of, self.database()))


def timed(call: Callable[[], object], meter: Meter, *, clients: int = 1, calls: int = LEAST_CALLS) -> Timed:
    """Run ``call`` at least ``calls`` times (or for five seconds), after a warm-up."""
    return timed_by([call] * clients, meter, calls=calls)


def timed_by(callers: list[Callable[[], object]], meter: Meter, *, calls: int = LEAST_CALLS) -> Timed:
    """The same with several clients at once, each with a call of its own."""
    with ThreadPoolExecutor(len(callers)) as clients:
        list(clients.map(lambda call: [call() for _ in range(WARM_UP)], callers))
        web, database = meter.read()
        began = time.perf_counter()
        rounds = clients.map(lambda call: _loop(call, calls // len(callers), began + LONGEST), callers)
        seconds = [second for round_ in rounds for second in round_]
        wall = time.perf_counter() - began
    web_after, database_after = meter.read()
    made = len(seconds)
    return Timed(tuple(seconds), wall, (web_after - web) / made, (database_after - database) / made, os.getloadavg()[0])


def _loop(call: Callable[[], object], calls: int, until: float) -> list[float]:
    seconds: list[float] = []
    while len(seconds) < calls and time.perf_counter() < until:
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return seconds


def cpu_of(pid: int) -> float:
    """CPU seconds a process has used, its own and the system's for it; 0 when it has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK
    return 0.0


def memory_of(pid: int) -> int:
    """PSS of a process in bytes: its own pages, and its share of those it has in common with others."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
