"""Calendars and policies of time in words, for documents and pages.

Refuses nothing and decides nothing; ``policies.py`` is what a policy means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from tierline.foundation.calendars import WEEKDAYS
from tierline.plans.clocks import CalendarEntry, Clock, Level, LevelWhen, PromiseKind, minute_in_words, span_of
from tierline.plans.conditions import Only

PROMISED: Final = {
    PromiseKind.ACKNOWLEDGEMENT: "acknowledged within",
    PromiseKind.FIRST_RESPONSE: "first response within",
    PromiseKind.RESOLUTION: "resolved within",
}
KINDS: Final = {
    PromiseKind.ACKNOWLEDGEMENT: "acknowledgement",
    PromiseKind.FIRST_RESPONSE: "first response",
    PromiseKind.RESOLUTION: "resolution",
}
PAUSES: Final = {"waiting-for-reporter": "waiting for the reporter", "on-hold": "on hold"}
Named = Callable[[str], str]


def hours_in_words(calendar: CalendarEntry) -> tuple[str, ...]:
    """The hours of a calendar by weekday, its zone and its holidays."""
    parts: list[str] = []
    for hours, days in groupby(range(7), key=lambda day: calendar.hours[day]):
        week = list(days)
        names = WEEKDAYS[week[0]] if len(week) == 1 else f"{WEEKDAYS[week[0]]} to {WEEKDAYS[week[-1]]}"
        spans = " and ".join(f"{minute_in_words(part.opens)}-{minute_in_words(part.closes)}" for part in hours)
        parts.append(f"{names} {spans or 'closed'}")
    told = [f"{', '.join(parts)} ({calendar.zone})"]
    if calendar.holidays:
        told.append(f"closed on the legal holidays of {calendar.holidays}, on the days they are observed")
    told += [f"closed on {closed.day}: {closed.name}" for closed in calendar.closed]
    return tuple(told)


def clock_in_words(clock: Clock, *, team: Named, service: Named, duty: str, hours: str) -> tuple[str, ...]:
    """What a policy is for and promises; ``duty`` and ``hours`` are the labels of those it names."""
    return tuple(
        line
        for line in (
            _scope(clock, team, service),
            f"counted by: {hours}" if hours else "",
            _promises(clock),
            *(_level(level) for level in clock.levels),
            _paused(clock),
            f"reminded after {', '.join(map(str, clock.nudges))}" if clock.nudges else "",
            _untouched(clock),
            _escalation(clock, duty),
        )
        if line
    )


def _scope(clock: Clock, team: Named, service: Named) -> str:
    parts = [
        f"at {' or '.join(map(team, clock.teams))}" if clock.teams else "",
        f"by {' or '.join(clock.by)}" if clock.by else "",
        f"about {' or '.join(map(service, clock.services))}" if clock.services else "",
        f"reported by {clock.audience[0]}" if len(clock.audience) == 1 else "",
    ]
    told = " ".join(part for part in parts if part)
    return f"for what is {told}" if told else ""


def _promises(part: Clock | Level) -> str:
    return ", ".join(f"{words} {span}" for kind, words in PROMISED.items() if (span := span_of(part, kind)))


def _level(level: Level) -> str:
    when = "; or ".join(told for standing in level.when if (told := standing_in_words(standing)))
    return f"{level.label}{f' ({when})' if when else ''}: {_promises(level) or 'no time is stated'}"


def standing_in_words(standing: LevelWhen) -> str:
    """The conditions of a level in one line; nothing when it is for every case."""
    parts: Iterator[str] = (
        f"{name} {told}"
        for name, told in (
            ("flagged", _only(standing.flags)),
            ("impact", _only(standing.impact)),
            ("severity", _only(standing.severity)),
            ("reports in all", standing.reports and str(standing.reports)),
            ("reports in one day", standing.reports_in_one_day and str(standing.reports_in_one_day)),
            ("service tier", standing.service_tier and str(int(standing.service_tier))),
            ("users a day", standing.users_per_day and str(standing.users_per_day)),
        )
        if told
    )
    around = {True: ["with a way round"], False: ["without a way round"], None: list[str]()}[standing.workaround]
    return ", ".join([*parts, *around])


def _only(only: Only | None) -> str:
    if only is None:
        return ""
    words = " or ".join(str(word) for word in only.values)
    return f"anything but {words}" if only.excluded else words


def _paused(clock: Clock) -> str:
    return (
        f"stands still while {' or '.join(PAUSES[word] for word in clock.pauses_while)}" if clock.pauses_while else ""
    )


def _untouched(clock: Clock) -> str:
    if clock.untouched is None:
        return ""
    return f"what nobody has touched is shown at log-on and at {minute_in_words(clock.untouched.afternoon)}"


def _escalation(clock: Clock, duty: str) -> str:
    escalation = clock.escalate_to
    if escalation is None:
        return ""
    all_of_them = len(escalation.missed) == len(PromiseKind)
    what = "a promise" if all_of_them else f"the {' or '.join(KINDS[kind] for kind in escalation.missed)}"
    when = f"{escalation.after} after {what} is late" if escalation.after else f"as soon as {what} is late"
    deputy = f", and the deputy {escalation.deputy_after} after that" if escalation.deputy_after else ""
    return f"{when}: told to {duty}{deputy}"
