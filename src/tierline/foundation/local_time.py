"""Wall-clock times without a zone, as exports write them, made into instants. Pure.

A time that happens twice (clocks go back) is taken as the first of the two, one that never was (clocks go forward) as
the moment the clocks showed instead; both are said. Refuses what fits none of the mapping's forms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class LocalTime:
    """The instant meant, and a remark when the wall clock left a doubt."""

    at: datetime
    remark: str | None = None


def instant_of(text: str, forms: Iterable[str], zone: ZoneInfo) -> LocalTime | None:
    """The instant that ``text`` means in ``zone``; None when no form fits."""
    wall = _wall_clock(text, forms)
    if wall is None:
        return None
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    at = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return LocalTime(at)
    if at.astimezone(zone).replace(tzinfo=None) != wall:
        shown = at.astimezone(zone)
        return LocalTime(
            at, f"{text} never was in {zone.key} (clocks went forward); it was taken as {shown:%Y-%m-%d %H:%M %Z}."
        )
    return LocalTime(at, f"{text} was twice in {zone.key} (clocks went back); the first of the two was taken.")


@lru_cache(maxsize=4096)
def day_of(text: str, forms: tuple[str, ...]) -> date | None:
    """The day that ``text`` means; None when no form fits or there is no such day."""
    wall = _wall_clock(text, forms)
    return wall.date() if wall else None


def _wall_clock(text: str, forms: Iterable[str]) -> datetime | None:
    for form in forms:
        try:
            wall = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's to say
        except ValueError:
            continue
        return wall if 1970 <= wall.year <= 9000 else None
    return None
