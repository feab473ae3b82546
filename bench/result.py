"""One line of the table: a measure, its figures, and whether they are what was to be reached. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from bench.measuring import Timed
from bench.targets import TARGETS


@dataclass(frozen=True, slots=True)
class Result:
    """Times in milliseconds, CPU in milliseconds a call, memory in MB; None where a figure makes no sense."""

    measure: str
    size: int
    p50: float | None = None
    p95: float | None = None
    rate: float | None = None
    cpu_web: float | None = None
    cpu_database: float | None = None
    sql: int | None = None
    memory: float | None = None
    load: float | None = None
    remark: str = ""

    @property
    def missed(self) -> tuple[str, ...]:
        """The targets this result does not reach, in words."""
        return tuple(str(t) for t in TARGETS.get(self.measure, ()) if not t.met_by(getattr(self, t.figure)))

    def as_json(self) -> dict[str, Any]:
        """For ``results.json``."""
        targets = [str(target) for target in TARGETS.get(self.measure, ())]
        return asdict(self) | {"targets": targets, "met": not self.missed if targets else None}


def result_of(measure: str, size: int, timed: Timed, *, sql: int | None = None, remark: str = "") -> Result:
    """The figures of timed calls."""
    return Result(
        measure,
        size,
        p50=timed.percentile(0.5) * 1000,
        p95=timed.percentile(0.95) * 1000,
        rate=timed.rate,
        cpu_web=timed.web_cpu * 1000,
        cpu_database=timed.database_cpu * 1000,
        sql=sql,
        load=timed.load,
        remark=remark,
    )
