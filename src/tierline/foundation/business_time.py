"""Business time: when a promise falls due, and how much time has counted, each with the steps that lead there.

A span is counted in hours (only open, unpaused time counts) or in days (the same time of day so many open days
later). Refuses instants without an offset and negative spans. Loops over days, never over minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from tierline.foundation.calendars import (
    WEEKDAYS,
    Calendar,
    around_the_clock,
    instant_of,
    jump_between,
    zone_named,
)

NOTHING: Final = timedelta()
_LONGEST: Final = datetime.max.replace(tzinfo=UTC)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SPAN: Final = re.compile(r"([0-9]{1,5})(?:([mhd])| ?(?:(business|calendar) )?(minute|hour|day)s?)")
_UNITS: Final = {"m": "minute", "h": "hour", "d": "day"}


@dataclass(frozen=True, slots=True)
class Span:
    """So much time, or so many days; ``business`` spans count a calendar's hours or open days only."""

    time: timedelta = NOTHING
    days: int = 0
    business: bool = False

    def __post_init__(self) -> None:
        if self.time < NOTHING or self.days < 0 or (self.time and self.days):
            raise ValueError("a span is so much time or so many days, and never less than nothing")

    def __str__(self) -> str:
        what = "business " if self.business else ""
        if self.days:
            return f"{self.days} {what}day{'' if self.days == 1 else 's'}"
        minutes = int(self.time.total_seconds()) // 60
        number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
        return f"{number} {what}{unit}{'' if number == 1 else 's'}"


def span_of(text: str) -> Span:
    """A span as plans write it: ``30m``, ``4h``, ``7d``, ``48 business hours``, ``2 business days``.

    Without the word business it is calendar time. Raises ``ValueError`` with the forms there are.
    """
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError("a span of time is written like 30m, 4h, 7d, 48 business hours or 2 business days")
    unit, number = match[4] or _UNITS[match[2]], int(match[1])
    if unit == "day":
        return Span(days=number, business=match[3] == "business")
    return Span(timedelta(**{f"{unit}s": number}), business=match[3] == "business")


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that does not count, and why. Without ``ends`` it goes on."""

    begins: datetime
    ends: datetime | None
    why: str


class StepKind(StrEnum):
    """What a step of a count is."""

    COUNTED = "counted"
    CLOSED = "closed"
    PAUSED = "paused"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a count. Instants are in UTC; ``sentence()`` tells them in ``zone``.

    ``counted`` is the time this step adds to the count. ``why`` says what was skipped: night, weekend, the name of
    a holiday, the reason of a pause. A ``day`` step is one open day further, with what was skipped on the way; where
    every hour counts it is all ``days`` at once.
    """

    kind: StepKind
    begins: datetime
    ends: datetime | None
    counted: timedelta
    why: tuple[str, ...]
    zone: str
    days: int = 1

    def sentence(self) -> str:
        """The step for a page: from when to when, what was counted or why it was not."""
        zone = zone_named(self.zone)
        begins = self.begins.astimezone(zone)
        if self.ends is None:
            return f"From {in_words(begins)} on: not counted ({', '.join(self.why)}), and not over yet."
        where = f"{in_words(begins)} to {_end_in_words(begins, self.ends.astimezone(zone))}"
        if self.kind is StepKind.COUNTED:
            return f"{where}: {length_in_words(self.counted)} counted."
        if self.kind is StepKind.DAY:
            skipped = f" ({', '.join(self.why)} not counted)" if self.why else ""
            return f"{where}: {'one day' if self.days == 1 else f'{self.days} days'}{skipped}."
        return f"{where}: not counted ({', '.join(self.why)})."


@dataclass(frozen=True, slots=True)
class Due:
    """When a promise falls due, in UTC, and the steps there.

    ``at`` is ``None`` while a pause goes on: nothing falls due then, and ``left`` is what remains to be counted.
    """

    at: datetime | None
    steps: tuple[Step, ...]
    left: timedelta = NOTHING

    def sentences(self) -> tuple[str, ...]:
        """Every step as a sentence."""
        return tuple(step.sentence() for step in self.steps)


def due(start: datetime, span: Span, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Due:
    """When ``span`` has passed since ``start`` by the hours of the calendar and outside the pauses.

    A calendar span counts every hour, its days in the calendar's zone. What ends with a day's last hour is due
    then, not with the first of the next day. A day more is the same time of day on the next open day, moved into
    its hours; a start on a closed day counts from the next opening. Raises ``ValueError`` without an offset.
    """
    counting = calendar if span.business else around_the_clock(calendar.zone)
    start, standing = _utc(start), _merged(pauses)
    if span.days:
        return _due_by_days(start, span.days, counting, standing)
    return _due_by_time(start, span.time, counting, standing)


def elapsed(start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> timedelta:
    """How much time has counted from ``start`` to ``end``; nothing when the end is not later."""
    end = _utc(end)
    total = NOTHING
    for kind, begins, ends, _ in _stretches(_utc(start), calendar, _merged(pauses)):
        if begins >= end or ends is None:
            break
        if kind is StepKind.COUNTED:
            total += min(ends, end) - begins
    return total


_Part = tuple[StepKind, datetime, datetime | None, tuple[str, ...]]
_Open = tuple[StepKind, datetime, datetime, tuple[str, ...]]


def _due_by_time(start: datetime, left: timedelta, calendar: Calendar, pauses: list[Pause]) -> Due:
    if not left:
        return Due(start, ())
    steps: list[Step] = []
    for kind, begins, ends, why in _stretches(start, calendar, pauses):
        if ends is None:
            steps.append(Step(kind, begins, None, NOTHING, why, calendar.zone))
            return Due(None, tuple(steps), left)
        counted = NOTHING
        if kind is StepKind.COUNTED:
            counted = ends - begins
            if counted >= left:
                steps.append(Step(kind, begins, begins + left, left, why, calendar.zone))
                break
            left -= counted
        steps.append(Step(kind, begins, ends, counted, why, calendar.zone))
    return Due(begins + left, tuple(steps))


def _stretches(start: datetime, calendar: Calendar, pauses: list[Pause]) -> Iterator[_Part]:
    """Everything from ``start`` on, part by part, without a hole: counted, closed or paused."""
    waiting = [pause for pause in pauses if pause.ends is None or pause.ends > start]
    cursor, turn = start, 0
    for kind, _, ends, why in _open_and_closed(start, calendar):
        while cursor < ends:
            pause = waiting[turn] if turn < len(waiting) else None
            if pause is not None and pause.begins <= cursor:
                yield StepKind.PAUSED, cursor, pause.ends, (pause.why,)
                if pause.ends is None:
                    return
                cursor, turn = pause.ends, turn + 1
                continue
            stop = ends if pause is None else min(ends, pause.begins)
            yield kind, cursor, stop, why
            cursor = stop


def _open_and_closed(start: datetime, calendar: Calendar) -> Iterator[_Open]:
    """The same without pauses."""
    if calendar.always:
        yield StepKind.COUNTED, start, _LONGEST, ()
        return
    number, cursor, skipped = calendar.number_of(start), start, list[str]()
    while True:
        day = calendar.day(number)
        if day.closed is not None and day.closed not in skipped:
            skipped.append(day.closed)
        for place, (opens, closes) in enumerate(day.stretches):
            if closes <= cursor:
                continue
            if opens > cursor:
                yield StepKind.CLOSED, cursor, opens, tuple(skipped) or (("break" if place else "night"),)
                cursor = opens
            yield StepKind.COUNTED, cursor, closes, ()
            cursor, skipped = closes, []
        number += 1


def _due_by_days(start: datetime, days: int, calendar: Calendar, pauses: list[Pause]) -> Due:
    zone = zone_named(calendar.zone)
    local = _first_pass(start, calendar)
    number, steps, here = local.toordinal(), list[Step](), start
    of_day = local.time().replace(fold=0)
    if not calendar.day(number).stretches:
        number, skipped = _next_open(number, calendar)
        here, of_day = calendar.day(number).stretches[0][0], time()
        steps.append(Step(StepKind.CLOSED, start, here, NOTHING, skipped, calendar.zone))
    at_once = days if calendar.always else 1
    for _ in range(days // at_once):
        number, skipped = (number + at_once, ()) if calendar.always else _next_open(number, calendar)
        wanted = instant_of(datetime.combine(datetime.fromordinal(number), of_day), zone)
        there = _into_hours(wanted, number, calendar)
        steps.append(Step(StepKind.DAY, here, there, NOTHING, skipped, calendar.zone, at_once))
        here = there
    return _moved_by_pauses(start, here, steps, calendar, pauses)


def _first_pass(start: datetime, calendar: Calendar) -> datetime:
    """The local time of a start; of an hour that comes again it is the end, so that later stays later."""
    zone = zone_named(calendar.zone)
    local = start.astimezone(zone)
    if not local.fold:
        return local.replace(tzinfo=None)
    first = local.replace(fold=0)
    twice = (first.utcoffset() or NOTHING) - (local.utcoffset() or NOTHING)
    jump = jump_between(start - twice, start, zone)
    return (jump + (first.utcoffset() or NOTHING)).replace(tzinfo=None)


def _next_open(number: int, calendar: Calendar) -> tuple[int, tuple[str, ...]]:
    """The next day with hours, and why those before it have none."""
    skipped: list[str] = []
    while not (day := calendar.day(number := number + 1)).stretches:
        if day.closed is not None and day.closed not in skipped:
            skipped.append(day.closed)
    return number, tuple(skipped)


def _into_hours(wanted: datetime, number: int, calendar: Calendar) -> datetime:
    stretches = calendar.day(number).stretches
    for opens, closes in stretches:
        if wanted <= closes:
            return max(opens, wanted)
    # A day the zone's clocks left out (Samoa, 30 December 2011) has no hours: due at the instant of the jump.
    return stretches[-1][1] if stretches else wanted


def _moved_by_pauses(start: datetime, at: datetime, steps: list[Step], calendar: Calendar, pauses: list[Pause]) -> Due:
    """Open time that was paused on the way is counted after the day."""
    paused = NOTHING
    for pause in pauses:
        begins = max(start, pause.begins)
        ends = at if pause.ends is None else min(at, pause.ends)
        lost = elapsed(begins, ends, calendar)
        if not lost:
            continue
        paused += lost
        if pause.ends is None:
            steps = list(_up_to(begins, steps, calendar, pauses))
            steps.append(Step(StepKind.PAUSED, begins, None, NOTHING, (pause.why,), calendar.zone))
            return Due(None, tuple(steps), elapsed(start, at, calendar) - (elapsed(start, begins, calendar, pauses)))
        steps.append(Step(StepKind.PAUSED, begins, ends, NOTHING, (pause.why,), calendar.zone))
    after = _due_by_time(at, paused, calendar, pauses)
    return Due(after.at, (*steps, *after.steps), after.left)


def _up_to(until: datetime, steps: list[Step], calendar: Calendar, pauses: list[Pause]) -> Iterator[Step]:
    """The steps before a pause that goes on; of the days it cuts short, the time that had counted until then."""
    for step in steps:
        if step.kind is StepKind.PAUSED or (step.ends is not None and step.ends <= until):
            yield step
        elif counted := elapsed(step.begins, until, calendar, pauses):
            yield Step(StepKind.COUNTED, step.begins, until, counted, (), step.zone)


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Pauses in UTC, in order, those that overlap or touch as one; empty ones left out."""
    merged: list[Pause] = []
    known = [Pause(_utc(pause.begins), None if pause.ends is None else _utc(pause.ends), pause.why) for pause in pauses]
    for pause in sorted(known, key=lambda p: (p.begins, p.ends is None, p.ends or p.begins, p.why)):
        if pause.ends is not None and pause.ends <= pause.begins:
            continue
        last = merged[-1] if merged else None
        if last is None or (last.ends is not None and last.ends < pause.begins):
            merged.append(pause)
            continue
        whys = last.why.split(", ")
        why = last.why if pause.why in whys else f"{last.why}, {pause.why}"
        ends = None if last.ends is None or pause.ends is None else max(last.ends, pause.ends)
        merged[-1] = Pause(last.begins, ends, why)
    return merged


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("business time is counted between instants with an offset")
    return at.astimezone(UTC)


def in_words(local: datetime) -> str:
    """A local instant: ``Monday 9 March 2026, 09:00 EDT``."""
    day = f"{WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {_time_in_words(local)}"


def _end_in_words(begins: datetime, ends: datetime) -> str:
    return _time_in_words(ends) if begins.date() == ends.date() else in_words(ends)


def _time_in_words(local: datetime) -> str:
    seconds = f":{local.second:02}" if local.second else ""
    return f"{local.hour:02}:{local.minute:02}{seconds} {local.tzname()}"


def length_in_words(length: timedelta) -> str:
    """So much time: ``8 hours``, ``1 hour 30 minutes``, ``less than a second``."""
    seconds = int(length.total_seconds())
    sizes = (("hour", seconds // 3600), ("minute", seconds % 3600 // 60), ("second", seconds % 60))
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for unit, number in sizes if number]
    return " ".join(words) or "less than a second"
