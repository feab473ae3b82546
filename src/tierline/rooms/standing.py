"""What a case is to a room: whether something of it waits for somebody, for whom, and what of that is told when. Pure.

What time implies, such as that it still waits, is worked out and never stored. Refuses to know more of a case than its
number, service, level, teams and times: nothing a person reported gets this far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tierline.foundation.business_time import due
from tierline.foundation.calendars import Calendar
from tierline.plans.rooms import Room


class Standing(StrEnum):
    """What a case is to a room. The first four wait for somebody."""

    WAITS = "waits"
    CAME_BACK = "came-back"
    HANDED_OFF = "handed-off"
    QUESTION = "question"
    BEGUN = "begun"
    LAID_DOWN = "laid-down"
    ELSEWHERE = "elsewhere"
    SOLVED = "solved"
    CLOSED = "closed"
    RESTRICTED = "restricted"


class PostKind(StrEnum):
    """One case; several at once; everything that waits at a time of day."""

    SINGLE = "single"
    GATHERED = "gathered"
    DIGEST = "digest"


WAITING: Final = (Standing.WAITS, Standing.CAME_BACK, Standing.HANDED_OFF, Standing.QUESTION)
#: Times at which something else is told of the same standing.
_LATER: Final = {
    Standing.WAITS: "still-waits",
    Standing.CAME_BACK: "still-waits",
    Standing.HANDED_OFF: "not-acknowledged",
}


@dataclass(frozen=True, slots=True)
class CaseNow:
    """A case as it stands after a change. ``ask``: a hand-off's own words, looked through and found without anything
    private; ``answer_by``: until when its receiver is to answer; ``came_back``: the change brought it back."""

    number: int
    state: str
    holder: str
    service: str
    level: str = ""
    offered_to: str | None = None
    trail: tuple[str, ...] = ()
    restricted_to: tuple[str, ...] = ()
    question_to: str | None = None
    question_taken: bool = False
    answered_for: str | None = None
    due_at: datetime | None = None
    answer_by: datetime | None = None
    ask: str = ""
    came_back: bool = False


def standing_for(case: CaseNow, team: str) -> tuple[Standing, str]:
    """What the case is to a room of the team, and the other team it is with, if any."""
    if case.restricted_to:
        return Standing.RESTRICTED, ""
    if case.answered_for == team or (case.question_to == team and not case.question_taken):
        return Standing.QUESTION, ""
    if case.state in ("solved", "closed"):
        return Standing(case.state), ""
    return _with_team(case) if case.holder == team else _with_another(case, team)


def _with_team(case: CaseNow) -> tuple[Standing, str]:
    if case.offered_to is not None:
        return Standing.HANDED_OFF, case.offered_to
    if case.came_back:
        return Standing.CAME_BACK, ""
    return {"new": Standing.WAITS, "waiting": Standing.LAID_DOWN}.get(case.state, Standing.BEGUN), ""


def _with_another(case: CaseNow, team: str) -> tuple[Standing, str]:
    return (Standing.WAITS, "") if case.offered_to == team else (Standing.ELSEWHERE, case.holder)


@dataclass(frozen=True, slots=True)
class Known:
    """What a room knows of a case. ``told`` is what the newest post about it says: a moment or a standing."""

    number: int
    standing: Standing
    other: str
    service: str
    level: str
    since: datetime
    due_at: datetime | None
    answer_by: datetime | None
    ask: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What is to be told of a case now, as ``told`` keeps it (empty: nothing yet), and when to look at it again."""

    told: str
    again: datetime | None

    @property
    def moment(self) -> str:
        """The moment without the team it names."""
        return self.told.partition(":")[0]


def word_of(room: Room, known: Known, calendar: Calendar, at: datetime) -> Word:
    """What is true of the case at an instant that the room hears of."""
    if known.standing not in WAITING:
        return Word(_named(known.standing, known.other), None)
    coming = _moments(room, known, calendar)
    passed = [moment for moment, when in coming if when <= at]
    again = min((when for _, when in coming if when > at), default=None)
    return Word(_named(passed[-1], known.other) if passed else "", again)


def _moments(room: Room, known: Known, calendar: Calendar) -> Sequence[tuple[str, datetime]]:
    """The moments of this standing that the room hears of, with the instants they are true from, in that order."""
    found: list[tuple[str, datetime]] = []
    first = room.heard(known.standing)
    if first is not None:
        found.append((known.standing.value, _after(known.since, first.after, calendar)))
    later = _LATER.get(known.standing, "")
    heard = room.heard(later)
    if heard is not None and later == "still-waits":
        found.append((later, _after(known.since, heard.after, calendar)))
    elif heard is not None and known.answer_by is not None:
        found.append((later, known.answer_by + timedelta(microseconds=1)))
    return sorted(found, key=lambda one: one[1])


def _after(since: datetime, span: object, calendar: Calendar) -> datetime:
    if span is None:
        return since
    return due(since, span, calendar).at or since  # type: ignore[arg-type]  # a plan's span


def _named(word: str, other: str) -> str:
    return f"{word}:{other}" if other else str(word)


def asks(told: str) -> bool:
    """Whether what was told waits for somebody."""
    word = told.partition(":")[0]
    return word in WAITING or word in _LATER.values()
