"""Calendars: the hours that count on each weekday in one time zone, and the holidays on which none do.

A day is asked for by its number (``date.toordinal``) and answers with the stretches of its hours in UTC, so that days
of 23 and 25 hours come out right by themselves. Refuses a calendar that is never open, hours that overlap or run
backwards, and zones and countries nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

MIDNIGHT: Final = 24 * 60  # minutes; the end of a day
MOST_REMEMBERED: Final = 8_192  # days of one calendar, about 22 years
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOT_OPEN: Final = "it has to be open at some time of the week"

Stretch = tuple[datetime, datetime]  # in UTC; the end is no part of it


class CalendarRefused(ValueError):
    """A calendar that nothing could be counted by; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a day in minutes after local midnight; ``closes`` may be 1440, the end of the day."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar: when it is open, or why it is not (``weekend``, the name of a holiday)."""

    stretches: tuple[Stretch, ...]
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours of each weekday (Monday first) in an IANA ``zone``.

    ``holidays`` is a country, or a country and its part, as the ``holidays`` library writes them (``US``,
    ``DE-BY``); for ``US`` these are the federal ones with the days they are observed on. ``closed`` are days of
    its own with their names.
    """

    id: str
    label: str
    zone: str
    weekly: tuple[tuple[Hours, ...], ...]
    holidays: str | None = None
    closed: tuple[tuple[date, str], ...] = ()
    _days: dict[int, Day] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if len(self.weekly) != len(WEEKDAYS):
            raise CalendarRefused("a calendar has hours, or none, for each of the seven days")
        if not any(self.weekly):
            raise CalendarRefused(_NOT_OPEN)
        for name, day in zip(WEEKDAYS, self.weekly, strict=True):
            edges = [minute for hours in day for minute in (hours.opens, hours.closes)]
            if edges != sorted(set(edges)) or not all(0 <= minute <= MIDNIGHT for minute in edges):
                raise CalendarRefused(f"the hours of {name} overlap, touch, run backwards or leave the day")
        if self.holidays is not None:
            holiday_names(self.holidays, 2026)

    @property
    def always(self) -> bool:
        """Whether every hour counts."""
        return self.holidays is None and not self.closed and self.weekly == _ALWAYS

    def day(self, number: int) -> Day:
        """The day of that number, remembered."""
        found = self._days.get(number)
        if found is None:
            if len(self._days) >= MOST_REMEMBERED:
                self._days.clear()
            found = self._days[number] = self._day(date.fromordinal(number))
        return found

    def _day(self, day: date) -> Day:
        hours = self.weekly[day.weekday()]
        if not hours:
            weekend = day.weekday() in (5, 6)
            return Day((), "weekend" if weekend else f"closed on {WEEKDAYS[day.weekday()]}s")
        name = next((name for closed, name in self.closed if closed == day), None)
        if name is None and self.holidays is not None:
            name = holiday_names(self.holidays, day.year).get(day)
        if name is not None:
            return Day((), name)
        stretches = ((self.instant(day, part.opens), self.instant(day, part.closes)) for part in hours)
        # A day the zone left out, and hours a clock jumped over, are empty.
        return Day(tuple(part for part in stretches if part[0] < part[1]))

    def number_of(self, at: datetime) -> int:
        """The number of the local day that holds the instant."""
        return at.astimezone(zone_named(self.zone)).toordinal()

    def instant(self, day: date, minute: int) -> datetime:
        """The instant of so many minutes after midnight on a clock on the wall, in UTC."""
        local = datetime.combine(day, time()) + timedelta(minutes=minute)
        return instant_of(local, zone_named(self.zone))


_ALWAYS: Final = ((Hours(0, MIDNIGHT),),) * len(WEEKDAYS)


@lru_cache(maxsize=128)
def around_the_clock(zone: str) -> Calendar:
    """Calendar hours: every hour of every day counts; a day is one of ``zone``."""
    return Calendar("calendar-hours", "calendar hours", zone, _ALWAYS)


@lru_cache(maxsize=128)
def zone_named(zone: str) -> ZoneInfo:
    """The zone; raises ``CalendarRefused`` when the time zone database does not hold it."""
    try:
        return ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise CalendarRefused(f"{zone} is no zone of the time zone database, as America/New_York is") from error


@lru_cache(maxsize=1024)
def holiday_names(place: str, year: int) -> dict[date, str]:
    """The legal holidays of a country or its part with their names, in English where the library knows them so."""
    import holidays  # noqa: PLC0415 - it takes a tenth of a second, which a command without calendars need not wait

    country, _, part = place.partition("-")
    try:
        # Some observed days belong to the next year's holiday; the library lists them in the year they fall in.
        found = holidays.country_holidays(country, subdiv=part or None, years=year, language=_english(country))
    except NotImplementedError as error:
        raise CalendarRefused(f"{place} is no country, or part of one, whose holidays are known") from error
    return {day: found[day] for day in found}


def _english(country: str) -> str | None:
    import holidays  # noqa: PLC0415 - as above

    return next((word for word in holidays.list_localized_countries().get(country, ()) if word.startswith("en")), None)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local time without an offset, in UTC.

    Of a time that comes twice it is the first; one that a clock jumps over is the instant of the jump. So what is
    later on the wall is never an earlier instant.
    """
    at = local.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return at
    return jump_between(local.replace(tzinfo=zone, fold=1).astimezone(UTC), at, zone)


def jump_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant, between two in UTC, at which the zone's clocks changed to what they show at ``after``."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
