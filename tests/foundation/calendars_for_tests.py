"""Calendars of several zones, with and without holidays, breaks and short days."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from tierline.foundation.calendars import Calendar, Hours

NEW_YORK: Final = ZoneInfo("America/New_York")


def calendar(zone: str, *weekly: str, holidays: str | None = None) -> Calendar:
    """Hours written like ``9-17``, ``9-12 13-17`` or nothing; seven of them, or one for Monday to Friday."""
    days = weekly if len(weekly) == 7 else (*weekly * 5, "", "")
    hours = tuple(tuple(Hours(*(int(hour) * 60 for hour in part.split("-"))) for part in day.split()) for day in days)
    return Calendar("office", "Office hours", zone, hours, holidays)


OFFICE: Final = calendar("America/New_York", "9-17", holidays="US")
EVEN: Final = [
    OFFICE,
    calendar("Europe/Oslo", "8-16", holidays="NO"),
    calendar("Asia/Kolkata", "10-18", holidays="IN"),
    calendar("Australia/Lord_Howe", "9-17", "9-17", "9-17", "9-17", "9-17", "9-17", "9-17"),
]
UNEVEN: Final = [
    calendar("Europe/London", "9-12 13-17", "9-12 13-17", "9-17", "7-20", "9-13", "", "22-24", holidays="GB-ENG"),
    calendar("America/Havana", *("0-24",) * 6, "0-2 4-24"),
    calendar("America/New_York", *("0-24",) * 7, holidays="US"),
    calendar("Pacific/Apia", *("0-24",) * 5, "", ""),
]


def local(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    """A local time such as ``2026-03-06 16:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)
