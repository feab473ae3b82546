"""Times a person gives by the clock on the wall, and how they are shown again: with zone, both dates, and UTC.

Pure. Refuses a time that a clock jumps over, and asks which of two is meant where it comes twice; never takes one of
them silently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from tierline.downtime.content import Frame
from tierline.foundation.business_time import in_words
from tierline.foundation.calendars import holiday_names, jump_between, zone_named

Pass = Literal["first", "second"]
_STEP: Final = timedelta(hours=1)


class TimeRefused(ValueError):
    """A local time that is no one instant. ``choices`` are the two it may mean; empty when it is none at all."""

    def __init__(self, sentence: str, choices: tuple[datetime, ...] = ()) -> None:
        super().__init__(sentence)
        self.choices = choices


def instant_given(day: date, of_day: time, zone: str, which: Pass | None = None) -> datetime:
    """The instant, in UTC, of a day and a time on the wall in a zone.

    Raises ``TimeRefused`` for a time that does not exist that day, and for one that comes twice while ``which`` is
    not said.
    """
    where = zone_named(zone)
    local = datetime.combine(day, of_day)
    first, second = (local.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = f"{local:%H:%M} on {_day(day)}"
    if first == second:
        return first
    if first.astimezone(where).replace(tzinfo=None) != local:
        jump = jump_between(second, first, where)
        raise TimeRefused(
            f"There is no {shown} in {zone}: the clocks go forward then, to {jump.astimezone(where):%H:%M}. "
            "Give a time before or after."
        )
    if which is None:
        one, other = (in_words(at.astimezone(where)) for at in (first, second))
        raise TimeRefused(
            f"{shown} comes twice in {zone}: the clocks go back then. Say which you mean: {one}, or {other}.",
            (first, second),
        )
    return first if which == "first" else second


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def instant_in_words(at: datetime, zone: str) -> str:
    """``Sunday 8 March 2026, 01:00 EST (America/New_York), which is 2026-03-08 06:00 UTC``; once where that is UTC."""
    local = at.astimezone(zone_named(zone))
    if zone == "UTC":
        return in_words(local)
    return f"{in_words(local)} ({zone}), which is {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class FrameInWords:
    """A time frame for people: start and end with their dates on a line each, how long it is, what to mind in it."""

    starts: str
    ends: str
    lasts: str
    minds: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, line by line."""
        return (f"Starts {self.starts}", f"Ends {self.ends}", f"Lasts {self.lasts}", *self.minds)


def frame_in_words(frame: Frame) -> FrameInWords:
    """The frame in its own zone and in UTC."""
    if frame.ends is None:
        return FrameInWords(
            instant_in_words(frame.starts, frame.zone), "when it is done; nobody can say yet", "unknown"
        )
    minds = tuple(
        f"The clocks change in {frame.zone} at {jump.astimezone(UTC):%Y-%m-%d %H:%M} UTC, inside this time."
        for jump in clock_changes(frame)
    )
    return FrameInWords(
        instant_in_words(frame.starts, frame.zone),
        instant_in_words(frame.ends, frame.zone),
        length_in_words(frame.ends - frame.starts),
        minds,
    )


def length_in_words(length: timedelta) -> str:
    """So much time in days, hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    parts = (("day", minutes // 1440), ("hour", minutes % 1440 // 60), ("minute", minutes % 60))
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in parts if number) or "no time"


def clock_changes(frame: Frame) -> tuple[datetime, ...]:
    """The instants, in UTC, at which the zone's clocks change inside the frame."""
    if frame.ends is None:
        return ()
    zone = zone_named(frame.zone)
    found, here = [], frame.starts.astimezone(UTC)
    end = frame.ends.astimezone(UTC)
    while here < end:
        there = min(here + _STEP, end)
        if here.astimezone(zone).utcoffset() != there.astimezone(zone).utcoffset():
            jump = jump_between(here, there, zone)
            if jump < end:
                found.append(jump)
        here = there
    return tuple(found)


def holidays_in(frame: Frame, place: str) -> Iterator[tuple[date, str]]:
    """The holidays of a place on whose days the frame lies, by its own zone."""
    if frame.ends is None:
        return
    zone = zone_named(frame.zone)
    day = frame.starts.astimezone(zone).date()
    last = (frame.ends - timedelta(microseconds=1)).astimezone(zone).date()
    while day <= last:
        name = holiday_names(place, day.year).get(day)
        if name is not None:
            yield day, name
        day += timedelta(days=1)
