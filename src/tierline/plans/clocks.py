"""Promises of time as a plan's file writes them: calendars, policies with levels, reminders and escalations.

Refuses hours that are none, zones and countries nobody knows, ranges of numbers in other forms than ``>= 10``, ``< 10``
or ``10-99``, and business time without a calendar. Which level a case has is ``policies.py``'s.
"""

from __future__ import annotations

import re
from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from tierline.foundation import business_time
from tierline.foundation.calendars import MIDNIGHT, WEEKDAYS, Calendar, Hours
from tierline.plans.conditions import Condition, Entry, Only, words_among
from tierline.plans.decision import By
from tierline.plans.entries import Counted, Label, Sentence, Slug, Source, require
from tierline.plans.facts import FLAGS, Audience

PauseWord = Literal["waiting-for-reporter", "on-hold"]
MOST_LEVELS: Final = 12
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_RANGE: Final = re.compile(r"(>=|<=|>|<) ?([0-9]{1,9})|([0-9]{1,9})(?:-([0-9]{1,9}))?")
_DAY_NAMES: Final = tuple(name.lower() for name in WEEKDAYS)


class PromiseKind(StrEnum):
    """What can be promised a time for."""

    ACKNOWLEDGEMENT = "acknowledgement"
    FIRST_RESPONSE = "first-response"
    RESOLUTION = "resolution"


class ServiceTier(IntEnum):
    """How critical a service is; 1 is most. Another thing than the tier of a support team."""

    ONE = 1
    TWO = 2
    THREE = 3


def minute_of(text: object) -> int:
    """``13:30`` as minutes after midnight; ``24:00`` is the end of the day."""
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    minute = int(match[1]) * 60 + int(match[2]) if match else MIDNIGHT + 1
    require(minute <= MIDNIGHT, "a time of day is written like 09:00, up to 24:00")
    return minute


def minute_in_words(minute: int) -> str:
    """The same back as text."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _weekly(value: object) -> object:
    """``{monday-friday: 09:00-17:00, saturday: [09:00-12:00, 13:00-15:00]}`` as seven days."""
    if isinstance(value, tuple):
        return value
    require(isinstance(value, dict), "hours are written by weekday, like {monday-friday: 09:00-17:00}")
    days: dict[int, tuple[Hours, ...]] = {}
    for name, texts in value.items() if isinstance(value, dict) else ():
        for day in _days_named(name):
            require(day not in days, f"{_DAY_NAMES[day]} has its hours twice")
            days[day] = tuple(_hours(text) for text in (texts if isinstance(texts, list) else [texts]))
    return tuple(days.get(day, ()) for day in range(7))


def _days_named(name: object) -> range:
    first, _, last = str(name).partition("-")
    known = first in _DAY_NAMES and (not last or last in _DAY_NAMES)
    require(known, "a weekday is written like monday or monday-friday")
    start = _DAY_NAMES.index(first)
    end = _DAY_NAMES.index(last) if last else start
    require(start <= end, "a range of weekdays runs from an earlier to a later one, monday being the first")
    return range(start, end + 1)


def _hours(text: object) -> Hours:
    opens, dash, closes = str(text).partition("-")
    require(bool(dash), "hours are written like 09:00-17:00")
    return Hours(minute_of(opens), minute_of(closes))


class ClosedDay(Entry):
    """A day on which a calendar's hours do not count, beside its holidays."""

    day: date
    name: Label


class CalendarEntry(Entry):
    """The hours that business time counts in a zone. ``holidays``: a country, or one and its part (US, DE-BY)."""

    id: Slug
    label: Label
    zone: str
    hours: Annotated[
        tuple[tuple[Hours, ...], ...],
        BeforeValidator(_weekly),
        WithJsonSchema({"type": "object", "format": "hours by weekday, like {monday-friday: 09:00-17:00}"}),
    ]
    holidays: str | None = None
    closed: tuple[ClosedDay, ...] = ()
    source: Source
    text: Sentence

    @model_validator(mode="after")
    def _countable(self) -> Self:
        require(self.id != "calendar-hours", "the id calendar-hours is kept for the hours that always count")
        self.compiled()
        return self

    def compiled(self) -> Calendar:
        """The calendar to count by."""
        closed = tuple((entry.day, entry.name) for entry in self.closed)
        return Calendar(self.id, self.label, self.zone, self.hours, self.holidays, closed)


class Range(Entry):
    """Whole numbers from ``low`` to ``high``, both among them; without ``high`` there is no end."""

    low: int = 0
    high: int | None = None

    def holds(self, number: int | None) -> bool:
        """Whether a number is among them; one that is not known is not."""
        return number is not None and self.low <= number and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        if not self.low:
            return f"at most {self.high}"
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


def _range(value: object) -> object:
    if isinstance(value, Range):
        return value
    match = _RANGE.fullmatch(str(value)) if isinstance(value, str | int) else None
    require(match is not None, "a range of numbers is written like >= 10, < 10, > 1000 or 10-99")
    sign, number, low, high = match.groups("") if match else ("", "", "0", "")
    if not sign:
        found = Range(low=int(low), high=int(high or low))
    else:
        edge = int(number)
        found = {
            ">=": Range(low=edge),
            ">": Range(low=edge + 1),
            "<=": Range(high=edge),
            "<": Range(high=edge - 1),
        }[sign]
    require(found.high is None or found.low <= found.high, "the range holds no number")
    return found


Numbers = Annotated[
    Range,
    BeforeValidator(_range),
    WithJsonSchema({"type": "string", "format": "numbers like >= 10, < 10, > 1000 or 10-99"}),
]


class LevelWhen(Entry):
    """What a level is for; what is left out may be anything, and what is not known meets no condition."""

    flags: Annotated[Only, words_among(*FLAGS)] | None = None
    impact: Condition | None = None
    severity: Condition | None = None
    reports: Numbers | None = None
    reports_in_one_day: Numbers | None = None
    workaround: bool | None = None
    service_tier: ServiceTier | None = None
    users_per_day: Numbers | None = None


def _alternatives(value: object) -> object:
    return [value] if isinstance(value, dict) else value


class Level(Entry):
    """One level of a policy: the cases whose standing meets any of ``when``, and what they are promised."""

    id: Slug
    label: Label
    when: Annotated[tuple[LevelWhen, ...], BeforeValidator(_alternatives)] = (LevelWhen(),)
    acknowledge_within: Counted | None = None
    first_response: Counted | None = None
    resolution: Counted | None = None


class Untouched(Entry):
    """What nobody has touched since the check before is shown at log-on and again at an hour of the afternoon."""

    afternoon: Annotated[int, BeforeValidator(minute_of), WithJsonSchema({"type": "string", "format": "time"})]


class Escalation(Entry):
    """Who hears of a promise not kept: who holds the duty, and after that the duty's deputy."""

    duty: Slug
    missed: Annotated[tuple[PromiseKind, ...], Field(min_length=1)] = tuple(PromiseKind)
    after: Counted | None = None
    deputy_after: Counted | None = None


class Clock(Entry):
    """A policy of time for what goes to ``teams`` (all when empty) ``by`` a channel (all when empty).

    The first level whose conditions a case meets is its level; what a level leaves out, the policy may say for all.
    """

    id: Slug
    label: Label
    teams: tuple[Slug, ...] = ()
    by: tuple[By, ...] = ()
    services: tuple[Slug, ...] = ()
    audience: Annotated[tuple[Audience, ...], Field(min_length=1)] = ("veteran", "staff")
    calendar: Slug | None = None
    acknowledge_within: Counted | None = None
    first_response: Counted | None = None
    resolution: Counted | None = None
    levels: Annotated[tuple[Level, ...], Field(max_length=MOST_LEVELS)] = ()
    pauses_while: tuple[PauseWord, ...] = ()
    nudges: tuple[Counted, ...] = ()
    untouched: Untouched | None = None
    escalate_to: Escalation | None = None
    source: Source
    text: Sentence

    @model_validator(mode="after")
    def _countable(self) -> Self:
        names = [level.id for level in self.levels]
        require(len(names) == len(set(names)), "two of its levels have the same id")
        counted = self.calendar is not None
        require(counted or not any(span.business for span in self.spans()), "business time needs a calendar")
        require(counted or self.untouched is None, "untouched needs a calendar: its days are those with hours")
        return self

    def spans(self) -> tuple[business_time.Span, ...]:
        """Every span the policy names."""
        escalated = () if self.escalate_to is None else (self.escalate_to.after, self.escalate_to.deputy_after)
        parts: tuple[Clock | Level, ...] = (self, *self.levels)
        promised = [span for part in parts for kind in PromiseKind if (span := span_of(part, kind))]
        return (*promised, *self.nudges, *(span for span in escalated if span is not None))


def span_of(promising: Clock | Level, kind: PromiseKind) -> business_time.Span | None:
    """What a policy or one of its levels promises of a kind."""
    return {
        PromiseKind.ACKNOWLEDGEMENT: promising.acknowledge_within,
        PromiseKind.FIRST_RESPONSE: promising.first_response,
        PromiseKind.RESOLUTION: promising.resolution,
    }[kind]
