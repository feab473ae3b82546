"""What stands in the way of planned work at its time: other work, freezes, incidents, windows, the calendar. Pure.

Each conflict blocks, warns or informs as its kind usually does or as the plan says, tells in a sentence what it is, and
has a key by which somebody can answer for it with a reason. Times are half-open, in UTC: work that begins when other
work ends does not overlap it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol

from tierline.downtime.content import Frame, Level
from tierline.downtime.timing import clock_changes, holidays_in
from tierline.foundation.calendars import instant_of, zone_named
from tierline.plans.downtimes import ConflictKind, Freeze

END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
UNWRITTEN_QUIET: Final = timedelta(hours=2)


class Weight(StrEnum):
    """How much a conflict weighs. ``block``: not without a reason somebody writes down."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


#: How much each kind weighs where the plan says nothing else.
USUALLY: Final[Mapping[ConflictKind, Weight]] = {
    "same-service": Weight.BLOCK,
    "redundant-pair": Weight.BLOCK,
    "freeze": Weight.BLOCK,
    "dependency": Weight.WARN,
    "incident": Weight.WARN,
    "foreign-window": Weight.WARN,
    "change-system": Weight.WARN,
    "hand-over": Weight.WARN,
    "clock-change": Weight.WARN,
    "shared-ground": Weight.INFO,
    "holiday": Weight.INFO,
    "near-notice": Weight.INFO,
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing in the way. ``key`` stays the same as long as it is the same thing; ``other`` is the other work's
    reference where it is work."""

    key: str
    weight: Weight
    sentence: str
    other: str = ""


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
class Pair:
    """Two sides that stand in for one another, each with everything that only it stands on."""

    id: str
    label: str
    one: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the system that keeps changes found in the way of ours."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything planned work is held against. ``holidays`` is a country, or one and its part; ``quiet`` how near
    another notice to the same people may come; ``hand_overs`` when somebody else comes on call, and who leaves;
    ``weights`` what weighs otherwise than usual."""

    others: tuple[Work, ...] = ()
    pairs: tuple[Pair, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    hand_overs: tuple[tuple[datetime, str], ...] = ()
    weights: Mapping[ConflictKind, Weight] = field(default_factory=dict)
    freezes: tuple[Freeze, ...] = ()
    incidents: tuple[Incident, ...] = ()
    windows: tuple[ForeignWindow, ...] = ()
    holidays: str | None = None
    zone: str = "UTC"
    quiet: timedelta = UNWRITTEN_QUIET
    label: Callable[[str], str] = str

    def weigh(self, kind: ConflictKind) -> Weight:
        """How much a kind of conflict weighs here."""
        return self.weights.get(kind, USUALLY[kind])


def conflicts(work: Work, around: Surroundings) -> tuple[Conflict, ...]:
    """Everything in the way of the work, what blocks first."""
    found = [
        *_other_work(work, around),
        *_pairs(work, around),
        *_freezes(work, around),
        *_incidents(work, around),
        *_windows(work, around),
        *_elsewhere(work, around),
        *_hand_overs(work, around),
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
            said = f"{other.reference} ({other.title}) takes down {names} at the same time."
            yield Conflict(key, around.weigh("same-service"), said, other.reference)
        elif below := (work.stands_on & other.services) | (other.stands_on & work.services):
            names = _names(below, around)
            side = "what this stands on" if work.stands_on & other.services else "what stands on this"
            said = f"{other.reference} ({other.title}) is at the same time and concerns {side}: {names}."
            yield Conflict(key, around.weigh("dependency"), said, other.reference)
        elif shared := work.stands_on & other.stands_on:
            said = f"{other.reference} ({other.title}) also stands on {_names(shared, around)}."
            yield Conflict(key, around.weigh("shared-ground"), said, other.reference)


def _pairs(work: Work, around: Surroundings) -> Iterator[Conflict]:
    """Other work on the side that stands in for what this takes down; and both sides at once by this alone."""
    for pair in around.pairs:
        mine = {side for side in (pair.one, pair.other) if side & work.services}
        if len(mine) > 1:
            said = f"This takes down both sides of {pair.label}, which stand in for one another."
            yield Conflict(f"pair:{pair.id}", around.weigh("redundant-pair"), said)
        for other in around.others:
            if other.reference == work.reference or not overlap(work.frame, other.frame):
                continue
            theirs = {side for side in (pair.one, pair.other) if side & other.services}
            if mine and theirs and len(mine | theirs) > 1:
                said = f"{other.reference} ({other.title}) takes the other side of {pair.label} down at the same time."
                yield Conflict(
                    f"pair:{pair.id}:{other.reference}", around.weigh("redundant-pair"), said, other.reference
                )


def _freezes(work: Work, around: Surroundings) -> Iterator[Conflict]:
    zone = zone_named(around.zone)
    for freeze in around.freezes:
        if freeze.services and not set(freeze.services) & (work.services | work.stands_on):
            continue
        begins, ends = (instant_of(datetime.combine(day, time()), zone) for day in (freeze.from_, freeze.until))
        if overlap(work.frame, Frame(begins, ends, around.zone)):
            yield Conflict(
                f"freeze:{freeze.id}",
                around.weigh("freeze"),
                f"{freeze.label}: {freeze.text} (from {freeze.from_} until {freeze.until}, not that day)",
            )


def _incidents(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for incident in around.incidents:
        hit = incident.services & (work.services | work.stands_on)
        if hit:
            names = _names(hit, around)
            yield Conflict(
                f"incident:{incident.reference}",
                around.weigh("incident"),
                f"{incident.reference} ({incident.title}) is open on {names}. Is this the time to take it down?",
            )


def _windows(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for window in around.windows:
        hit = window.services & (work.services | work.stands_on)
        if hit and overlap(work.frame, Frame(window.starts, window.ends, around.zone)):
            names = _names(hit, around)
            yield Conflict(
                f"window:{window.id}",
                around.weigh("foreign-window"),
                f"A window that is not ours ({window.label}) keeps alarms of {names} quiet at that time.",
            )


def _elsewhere(work: Work, around: Surroundings) -> Iterator[Conflict]:  # noqa: ARG001 - it was asked of this work
    for found in around.elsewhere:
        yield Conflict(f"change:{found.id}", around.weigh("change-system"), found.text)


def _hand_overs(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for moment, who in dict.fromkeys(around.hand_overs):
        if work.frame.starts < moment < (work.frame.ends or END_OF_TIME):
            yield Conflict(
                f"hand-over:{moment:%Y-%m-%dT%H:%M}:{who}"[:200],
                around.weigh("hand-over"),
                f"{who} is on call until {moment:%Y-%m-%d %H:%M} UTC, while the work goes on. Have it handed over.",
            )


def _calendar(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for jump in clock_changes(work.frame):
        yield Conflict(
            f"clocks:{jump:%Y-%m-%d}",
            around.weigh("clock-change"),
            f"The clocks change in {work.frame.zone} at {jump:%Y-%m-%d %H:%M} UTC, while the work goes on.",
        )
    if around.holidays:
        for day, name in holidays_in(work.frame, around.holidays):
            yield Conflict(f"holiday:{day}", around.weigh("holiday"), f"{day:%-d %B %Y} is a holiday ({name}).")


def _near_notices(work: Work, around: Surroundings) -> Iterator[Conflict]:
    for other in around.others:
        if other.reference == work.reference or not work.audience & other.audience:
            continue
        if _near(work.tells_at, other.tells_at, around.quiet):
            shared = len(work.audience & other.audience)
            yield Conflict(
                f"notice:{other.reference}",
                around.weigh("near-notice"),
                f"{other.reference} ({other.title}) is told to {shared} of the same people within "
                f"{int(around.quiet.total_seconds()) // 60} minutes. One joint notice may serve them better.",
                other.reference,
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
