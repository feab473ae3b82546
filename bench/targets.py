"""What is to be reached on a machine with two cores, and how a figure is held against it. Pure.

Refuses to be lenient: a figure that was not measured is not met.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A limit of a figure: at most (``<=``) or at least (``>=``) a number of a unit."""

    figure: str
    sign: str
    limit: float
    unit: str

    def met_by(self, value: float | None) -> bool:
        """Whether a measured value keeps the limit."""
        if value is None:
            return False
        return value <= self.limit if self.sign == "<=" else value >= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:,.0f} {self.unit}"


PAGE = Target("p50", "<=", 10, "ms")
SEARCH = Target("p50", "<=", 20, "ms")
CHANGE = Target("p50", "<=", 6, "ms")
STATEMENTS = Target("sql", "<=", 12, "SQL")
MEMORY = Target("memory", "<=", 120, "MB")

TARGETS: dict[str, tuple[Target, ...]] = {
    "queue": (PAGE, STATEMENTS),
    "case": (PAGE, STATEMENTS),
    "search-unique": (SEARCH,),
    "search-1-in-1000": (SEARCH,),
    "search-1-percent": (SEARCH,),
    "search-20-percent": (SEARCH,),
    "api-search-unique": (SEARCH,),
    "api-search-1-in-1000": (SEARCH,),
    "api-search-1-percent": (SEARCH,),
    "api-search-20-percent": (SEARCH,),
    "update": (CHANGE,),
    "comment": (CHANGE,),
    "create-2-clients": (Target("rate", ">=", 400, "/s"),),
    "sweep": (Target("rate", ">=", 20_000, "/s"),),
    "import": (Target("rate", ">=", 2_000, "/s"),),
    "route": (Target("rate", ">=", 40_000, "/s"),),
    "memory": (MEMORY,),
}
#: A million cases may cost this many times what ten thousand cost.
GROWTH = Target("growth", "<=", 1.3, "x")
