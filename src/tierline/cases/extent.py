"""How bad a case is and how far it reaches: impact, severity, a way round, the number of reports. Pure.

Policies of time ask for these. Refuses words no plan in force asks about, and numbers nobody could have counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from tierline.foundation.trouble import Unusable
from tierline.plans.planbook import Planbook

MOST_REPORTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Extent:
    """What is known of it; ``None``, or an empty severity, is not known. ``workaround``: whether there is a way round.

    ``reports`` counts like reports in all, ``reports_in_one_day`` those of the day with most;
    ``users_per_day`` is how many people a day it hits.
    """

    impacts: tuple[str, ...] = ()
    severity: str = ""
    workaround: bool | None = None
    reports: int | None = None
    reports_in_one_day: int | None = None
    users_per_day: int | None = None

    def said(self) -> dict[str, Any]:
        """Every field with its value, ready for a fact."""
        return {name: list(self.impacts) if name == "impacts" else getattr(self, name) for name in FIELDS}

    def differing(self, other: "Extent") -> dict[str, Any]:
        """The fields whose values are not those of the other."""
        before = other.said()
        return {name: value for name, value in self.said().items() if value != before[name]}


FIELDS: Final = tuple(field.name for field in fields(Extent))
UNKNOWN: Final = Extent()


def extent_from(said: Mapping[str, Any], before: Extent = UNKNOWN) -> Extent:
    """The extent with what was said of it; what was not said stays, and ``None`` takes it back."""
    known = {name: said[name] for name in FIELDS if name in said}
    if "impacts" in known:
        known["impacts"] = tuple(sorted(set(known["impacts"] or ())))
    if "severity" in known:
        known["severity"] = known["severity"] or ""
    return replace(before, **known) if known else before


def check_extent(extent: Extent, planbook: Planbook) -> None:
    """Refuse (Unusable, by field) what no policy could ask about."""
    if troubles := extent_troubles(extent, planbook):
        raise Unusable(" ".join(troubles.values()), troubles)


def extent_troubles(extent: Extent, planbook: Planbook) -> dict[str, str]:
    """What is wrong with it, by field."""
    if extent == UNKNOWN:
        return {}
    troubles: dict[str, str] = {}
    if stray := sorted(set(extent.impacts) - set(planbook.impacts)):
        troubles["impacts"] = f"No plan speaks of the impact '{stray[0]}'. {_known(planbook.impacts)}"
    if extent.severity and extent.severity not in planbook.severities:
        troubles["severity"] = f"No plan speaks of the severity '{extent.severity}'. {_known(planbook.severities)}"
    for name in ("reports", "reports_in_one_day", "users_per_day"):
        number = getattr(extent, name)
        if number is not None and not 0 <= number <= MOST_REPORTS:
            troubles[name] = f"Count them: a whole number up to {MOST_REPORTS:,}."
    if extent.reports is not None and (extent.reports_in_one_day or 0) > extent.reports:
        troubles["reports_in_one_day"] = "More reports on one day than in all: correct one of the two."
    return troubles


def _known(words: Iterable[str]) -> str:
    return f"Use one of {', '.join(words)}." if words else "The plans in force ask about none."
