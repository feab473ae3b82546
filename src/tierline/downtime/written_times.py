"""A day and a time as people write them in a mail, read as one instant, or not at all with the reason why. Pure.

Refuses (``Unread``) to guess: a time without a zone, a date in figures that could be two days, a standard time given
for a day of summer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tierline.downtime.timing import TimeRefused, instant_given
from tierline.foundation.calendars import CalendarRefused, zone_named

#: Abbreviations that mean one offset whatever the day. EST in July is a mistake somebody should look at.
_OFFSETS: Final[Mapping[str, tuple[str, int]]] = {
    "EST": ("America/New_York", -5),
    "EDT": ("America/New_York", -4),
    "CST": ("America/Chicago", -6),
    "CDT": ("America/Chicago", -5),
    "MST": ("America/Denver", -7),
    "MDT": ("America/Denver", -6),
    "PST": ("America/Los_Angeles", -8),
    "PDT": ("America/Los_Angeles", -7),
    "UTC": ("UTC", 0),
    "GMT": ("UTC", 0),
    "Z": ("UTC", 0),
}
#: What people write for "by the clock there", standard or summer.
_PLACES: Final[Mapping[str, str]] = {
    "ET": "America/New_York",
    "EASTERN": "America/New_York",
    "CT": "America/Chicago",
    "CENTRAL": "America/Chicago",
    "MT": "America/Denver",
    "MOUNTAIN": "America/Denver",
    "PT": "America/Los_Angeles",
    "PACIFIC": "America/Los_Angeles",
}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME: Final = re.compile(
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})|(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})"
    r"|(?P<day2>\d{1,2}) (?P<name2>[A-Za-z]{3,9})\.?,? (?P<year2>\d{4})"
    r"|(?P<figures>\d{1,2}/\d{1,2}/\d{2,4}))"
    r"(?:,| at|T)? ?(?P<hour>\d{1,2})(?::?(?P<minute>\d{2}))?(?::\d{2})? ?(?P<half>[AaPp]\.?[Mm]\.?)? ?"
    r"(?P<zone>Z|[A-Z]{2,4}\b|Eastern|Central|Mountain|Pacific|[A-Z][a-z]+/[A-Za-z_]+)?"
)


class Unread(ValueError):
    """A time that is not read; ``str()`` continues "The start" or "The end"."""


def instant_written(text: str) -> tuple[datetime, str, int, int]:
    """The instant in UTC, the zone it was written in, and from which characters it was read."""
    match = _TIME.search(text)
    if match is None:
        raise Unread(f"{text[:80]!r} is not written as a day and a time that can be read.")
    at, zone = _zoned(_day(match), _of_day(match), match["zone"])
    return at, zone, match.start(), match.end()


def instant_in(day: date, of_day: time, zone: str) -> datetime:
    """The instant of a time on the wall in a zone; ``Unread`` when it is none, or two."""
    try:
        zone_named(zone)
        return instant_given(day, of_day, zone)
    except TimeRefused as refusal:
        raise Unread(f"is open: {refusal}") from None
    except CalendarRefused:
        raise Unread(f"is given in the zone {zone!r}, which nobody knows.") from None


def _zoned(day: date, of_day: time, written: str | None) -> tuple[datetime, str]:
    if not written:
        raise Unread("says no zone. Ask in which it is meant.")
    word = written.upper()
    if word not in _OFFSETS:
        zone = _PLACES.get(word, written)
        return instant_in(day, of_day, zone), zone
    zone, hours = _OFFSETS[word]
    at = datetime.combine(day, of_day, UTC) - timedelta(hours=hours)
    if at.astimezone(zone_named(zone)).utcoffset() != timedelta(hours=hours):
        raise Unread(f"is given in {word}, but the clocks there show another time on that day. Ask.")
    return at, zone


def _day(match: re.Match[str]) -> date:
    if match["figures"]:
        first, second, year = (int(part) for part in match["figures"].split("/"))
        if first <= 12 and second <= 12 and first != second:
            raise Unread(f"{match['figures']} could be two days. Write the month as a word.")
        month, day = (first, second) if first <= 12 else (second, first)
        year += 2000 if year < 100 else 0
    elif match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
    else:
        name = (match["name"] or match["name2"])[:3].lower()
        if name not in _MONTHS:
            raise Unread("names no month that can be read.")
        year, month = int(match["year"] or match["year2"]), _MONTHS.index(name) + 1
        day = int(match["day"] or match["day2"])
    try:
        return date(year, month, day)
    except ValueError:
        raise Unread("is no day of the calendar.") from None


def _of_day(match: re.Match[str]) -> time:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if match["minute"] is None and not half:
        raise Unread("gives no time of day that can be read.")
    if half and not 1 <= hour <= 12:
        raise Unread("has no such hour.")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise Unread("has no such time of day.") from None
