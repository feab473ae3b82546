"""When word is owed: each moment an obligation with a due time, and what became of it. Pure.

The day before is a calendar day at the policy's hour, never "24 hours earlier". What is planned less than a day ahead
is told once for both moments, and that is written down as merged. Refuses moves the table does not name; lateness is
implied by time, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from tierline.foundation.calendars import instant_of, zone_named
from tierline.foundation.trouble import MoveNotAllowed

UNWRITTEN_WITHIN: Final = timedelta(minutes=15)  # where a plan does not say how soon word is owed
UNWRITTEN_AT: Final = 9 * 60  # minutes after midnight of the day before, where it does not say either
UNWRITTEN_LEAD: Final = timedelta(hours=12)
A_DAY: Final = timedelta(days=1)


class Moment(StrEnum):
    """What happened, or is about to, that people are told of."""

    PLANNING_STARTED = "planning-started"
    CHANGED = "changed"
    DAY_BEFORE = "day-before"
    STARTED = "started"
    EXTENDED = "extended"
    ROLLING_BACK = "rolling-back"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    CONCLUDED = "concluded"


#: After these nothing more is told: everyone who ever heard of it hears of its end.
TERMINAL: Final = frozenset({Moment.CANCELLED, Moment.CONCLUDED})
#: Who heard of it before is told, even when the audience is another by now.
TO_ALL_EVER_TOLD: Final = TERMINAL | {Moment.CHANGED, Moment.POSTPONED}
#: Word that loses its sense once the work is off, moved or over.
PASSING: Final = frozenset({Moment.PLANNING_STARTED, Moment.DAY_BEFORE, Moment.STARTED, Moment.EXTENDED})


class Owing(StrEnum):
    """What became of an obligation. ``superseded``: what it was about is no longer so."""

    OWED = "owed"
    TOLD = "told"
    MERGED = "merged"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


class OwingMove(StrEnum):
    """What happens to an obligation."""

    TELL = "tell"
    MERGE = "merge"
    WAIVE = "waive"
    SUPERSEDE = "supersede"


TRANSITIONS: Final[dict[tuple[Owing, OwingMove], Owing]] = {
    (Owing.OWED, OwingMove.TELL): Owing.TOLD,
    (Owing.OWED, OwingMove.MERGE): Owing.MERGED,
    (Owing.OWED, OwingMove.WAIVE): Owing.WAIVED,
    (Owing.OWED, OwingMove.SUPERSEDE): Owing.SUPERSEDED,
}


def after(state: Owing, move: OwingMove) -> Owing:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise MoveNotAllowed(f"This word is {state} already; it cannot {move}.") from None


class Standing(StrEnum):
    """How an obligation stands at an instant, as pages show it."""

    COMING = "coming"
    LATE = "late"
    ON_TIME = "told on time"
    TOLD_LATE = "told late"
    MERGED = "told together with another"
    WAIVED = "waived"
    SUPERSEDED = "no longer owed"


def standing(state: Owing, due_at: datetime, told_at: datetime | None, at: datetime) -> Standing:
    """How an obligation stands at ``at``."""
    settled = {
        Owing.MERGED: Standing.MERGED,
        Owing.WAIVED: Standing.WAIVED,
        Owing.SUPERSEDED: Standing.SUPERSEDED,
    }
    if state is Owing.TOLD:
        return Standing.ON_TIME if told_at is not None and told_at <= due_at else Standing.TOLD_LATE
    if state is Owing.OWED:
        return Standing.LATE if at > due_at else Standing.COMING
    return settled[state]


@dataclass(frozen=True, slots=True)
class Rule:
    """When word of a moment is owed: within a span, or for the day before at ``minute`` of its day in ``zone``."""

    within: timedelta = UNWRITTEN_WITHIN
    minute: int = UNWRITTEN_AT
    least_lead: timedelta = UNWRITTEN_LEAD
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Owed:
    """A moment and when word of it is due, in UTC. ``merged_into``: the one message that serves it as well."""

    moment: Moment
    due_at: datetime
    because: str
    merged_into: Moment | None = None


def owed_for(moment: Moment, rule: Rule, at: datetime, *, before: datetime | None = None) -> Owed:
    """What is owed for something that happened at ``at``; never later than ``before``, as the old end of extended
    work is."""
    due = at + rule.within
    if before is not None and before < due:
        return Owed(moment, max(before, at), "before the end that was told runs out")
    return Owed(moment, due, f"within {int(rule.within.total_seconds()) // 60} minutes of it")


def owed_the_day_before(starts: datetime, rule: Rule, at: datetime, *, with_: Moment) -> Owed:
    """Word of the day before for work that starts at ``starts``, owed since ``at``.

    Merged into ``with_``, the word that is due now, when the start is less than a day ahead or the hour has passed.
    """
    due = day_before(starts, rule)
    if starts - at < A_DAY or due <= at:
        return Owed(Moment.DAY_BEFORE, at + rule.within, "less than a day ahead: one message for both", with_)
    return Owed(Moment.DAY_BEFORE, due, "on the calendar day before")


def day_before(starts: datetime, rule: Rule) -> datetime:
    """The instant, in UTC, at which word of the day before is due: at the rule's hour of the calendar day before the
    start in the rule's zone, or earlier where that leaves less than the least lead."""
    zone = zone_named(rule.zone)
    day = starts.astimezone(zone).date() - timedelta(days=1)
    wanted = instant_of(datetime.combine(day, time()) + timedelta(minutes=rule.minute), zone)
    return min(wanted, starts.astimezone(UTC) - rule.least_lead)


@dataclass(frozen=True, slots=True)
class Kept:
    """An obligation with what became of it, as the auditor compares it with evidence."""

    moment: Moment
    state: Owing
    due_at: datetime
    told_at: datetime | None = None
    because: str = ""


def behind(obligations: tuple[Kept, ...], at: datetime) -> tuple[Kept, ...]:
    """What should have been told by ``at`` and was not, the longest overdue first."""
    late = [one for one in obligations if one.state is Owing.OWED and one.due_at < at]
    return tuple(sorted(late, key=lambda one: one.due_at))
