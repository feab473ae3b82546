"""What stands in the way of planned work at its time: other work, freezes, incidents, windows, the calendar. Pure.

Each conflict blocks, warns or informs, says in a sentence what it is, and has a key by which somebody can answer for it
with a reason. Times are half-open, in UTC: work that begins when other work ends does not overlap it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol

from tierline.downtime.content import Frame, Level
from tierline.downtime.timing import clock_changes, holidays_in
from tierline.foundation.calendars import instant_of, zone_named
from tierline.plans.downtimes import Freeze

END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
WINDOW_KEY: Final = "window:"  # how the keys of windows that are not ours begin
UNWRITTEN_QUIET: Final = timedelta(hours=2)


class Weight(StrEnum):
    """How much a conflict weighs. ``block``: not without a reason somebody writes down."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing in the way. ``key`` stays the same as long as it is the same thing."""

    key: str
    weight: Weight
    sentence: str


@dataclass(frozen=True, slots=True)
class Work:
    """Planned work as others have to reckon with it. ``stands_on``: its services with all they depend on."""

    reference: str
    title: str
    services: frozenset[str]
    stands_on: frozenset[str]
    frame: Frame
    level: Level | None = None
    audience: frozenset[str] = frozenset()
    tells_at: tuple[datetime, ...] = ()


class Incident(Protocol):
    """An unplanned loss of service that is still open. This is what is asked of one."""

    @property
    def reference(self) -> str:
        """What people call it."""
        ...

    @property
    def title(self) -> str:
        """What it is."""
        ...

    @property
    def services(self) -> frozenset[str]:
        """The services or systems it hits."""
        ...


@dataclass(frozen=True, slots=True)
class ForeignWindow:
    """A window that keeps alarms quiet and is not ours."""

    id: str
    label: str
    services: frozenset[str]
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything planned work is held against. ``holidays`` is a country, or one and its part; ``quiet`` how near
    another notice to the same people may come."""

    others: tuple[Work, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    incidents: tuple[Incident, ...] = ()
    windows: tuple[ForeignWindow, ...] = ()
    holidays: str | None = None
    zone: str = "UTC"
    quiet: timedelta = UNWRITTEN_QUIET
    label: Callable[[str], str] = str


def conflicts(work: Work, around: Surroundings) -> tuple[Conflict, ...]:
    """Everything in the way of the work, what blocks first."""
    found = [
        *_other_work(work, around),
        *_freezes(work, around),
        *_incidents(work, around),
        *_windows(work, around),
        *_calendar(work, around),
        *_near_notices(work, around),
    ]
    order = list(Weight)
    return tuple(sorted(found, key=lambda conflict: (order.index(conflict.weight), conflict.key)))


def overlap(one: Frame, other: Frame) -> bool:
    """Whether two frames share time; one without an end goes on."""
    return one.starts < (other.ends or END_OF_TIME) and other.starts < (one.ends or END_OF_TIME)


def _other_work(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for other in around.others:
        if other.reference == work.reference or not overlap(work.frame, other.frame):
            continue
        same = work.services & other.services
        key = f"work:{other.reference}"
        if same:
            names = _names(same, around)
            yield Conflict(key, Weight.BLOCK, f"{other.reference} ({other.title}) takes down {names} at the same time.")
        elif below := (work.stands_on & other.services) | (other.stands_on & work.services):
            names = _names(below, around)
            yield Conflict(
                key, Weight.WARN, f"{other.reference} ({other.title}) works on {names}, on which the other stands."
            )
        elif shared := work.stands_on & other.stands_on:
            names = _names(shared, around)
            yield Conflict(key, Weight.INFO, f"{other.reference} ({other.title}) also stands on {names}.")


def _freezes(work: Work, around: Surroundings) -> Iterator[Conflict]:
    zone = zone_named(around.zone)
    for freeze in around.freezes:
        if freeze.services and not set(freeze.services) & (work.services | work.stands_on):
            continue
        begins, ends = (instant_of(datetime.combine(day, time()), zone) for day in (freeze.from_, freeze.until))
        if overlap(work.frame, Frame(begins, ends, around.zone)):
            yield Conflict(
                f"freeze:{freeze.id}",
                Weight.BLOCK,
                f"{freeze.label}: {freeze.text} (from {freeze.from_} until {freeze.until}, not that day)",
            )


def _incidents(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for incident in around.incidents:
        hit = incident.services & (work.services | work.stands_on)
        if hit:
            names = _names(hit, around)
            yield Conflict(
                f"incident:{incident.reference}",
                Weight.WARN,
                f"{incident.reference} ({incident.title}) is open on {names}. Is this the time to take it down?",
            )


def _windows(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for window in around.windows:
        hit = window.services & (work.services | work.stands_on)
        if hit and overlap(work.frame, Frame(window.starts, window.ends, around.zone)):
            names = _names(hit, around)
            yield Conflict(
                f"{WINDOW_KEY}{window.id}",
                Weight.WARN,
                f"A window that is not ours ({window.label}) keeps alarms of {names} quiet at that time.",
            )


def _calendar(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for jump in clock_changes(work.frame):
        yield Conflict(
            f"clocks:{jump:%Y-%m-%d}",
            Weight.WARN,
            f"The clocks change in {work.frame.zone} at {jump:%Y-%m-%d %H:%M} UTC, while the work goes on.",
        )
    if around.holidays:
        for day, name in holidays_in(work.frame, around.holidays):
            yield Conflict(f"holiday:{day}", Weight.INFO, f"{day:%-d %B %Y} is a holiday ({name}).")


def _near_notices(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for other in around.others:
        if other.reference == work.reference or not work.audience & other.audience:
            continue
        if _near(work.tells_at, other.tells_at, around.quiet):
            shared = len(work.audience & other.audience)
            yield Conflict(
                f"notice:{other.reference}",
                Weight.INFO,
                f"{other.reference} ({other.title}) is told to {shared} of the same people within "
                f"{int(around.quiet.total_seconds()) // 60} minutes. One joint notice may serve them better.",
            )


def _near(ours: Sequence[datetime], theirs: Sequence[datetime], quiet: timedelta) -> bool:
    return any(abs(one - other) < quiet for one in ours for other in theirs)


def _names(words: Iterable[str], around: Surroundings) -> str:
    return ", ".join(sorted(around.label(word) for word in words))


def overlapping_pairs(works: Sequence[Work]) -> Iterator[tuple[Work, Work]]:
    """Every pair of works that share time, by one sweep over their starts; for a board of thousands."""
    standing: list[Work] = []
    for work in sorted(works, key=lambda one: one.frame.starts):
        standing = [other for other in standing if (other.frame.ends or END_OF_TIME) > work.frame.starts]
        yield from ((other, work) for other in standing)
        standing.append(work)


def unanswered(found: Iterable[Conflict], answered: Iterable[str]) -> tuple[Conflict, ...]:
    """The blocking conflicts nobody gave a reason for."""
    keys = frozenset(answered)
    return tuple(one for one in found if one.weight is Weight.BLOCK and one.key not in keys)
