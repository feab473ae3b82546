"""What nobody has touched between two checks of a queue: at log-on and in the afternoon of each open day. Pure.

Refuses nothing: a queue that no policy has checked has no checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from tierline.foundation.calendars import Calendar
from tierline.plans.decision import Reason
from tierline.plans.facts import Audience
from tierline.plans.planbook import Planbook
from tierline.plans.policies import Governing, calendar_of

CheckWord = Literal["log-on", "afternoon"]


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Nobody began it, and nobody touched it between two checks of the queue: to be shown since the later one, ``at``.

    ``since`` is when it was last touched or came; ``whole_day``: two checks went by, a working day.
    """

    because: Reason
    check: CheckWord
    at: datetime
    since: datetime
    whole_day: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a team's queue, ``at`` which what nobody touched since ``before``, the one before, is shown.

    ``services`` (all when empty) and ``audience`` are those whose cases it is about.
    """

    because: Reason
    check: CheckWord
    at: datetime
    before: datetime
    services: tuple[str, ...]
    audience: tuple[Audience, ...]


def left_alone(planbook: Planbook, found: Iterable[Governing], since: datetime, at: datetime) -> tuple[LeftAlone, ...]:
    """What is to be shown of a case last touched at ``since``, by the policies that govern it."""
    shown: list[LeftAlone] = []
    for one in found:
        if one.clock.untouched is None:
            continue
        checks = _checks(calendar_of(planbook, one.plan, one.clock), one.clock.untouched.afternoon, at)
        (check, told), (_, before), (_, day_before) = next(checks), next(checks), next(checks)
        if since <= before:
            shown.append(LeftAlone(one.reason, check, told, since, whole_day=since <= day_before))
    return tuple(shown)


def check_of(planbook: Planbook, team: str, at: datetime) -> Check | None:
    """The latest check of a team's queue that some policy in force asks for."""
    found = []
    for plan in planbook.plans_at(at):
        for clock in plan.clocks:
            if clock.untouched is None or clock.by or (clock.teams and team not in clock.teams):
                continue
            checks = _checks(calendar_of(planbook, plan, clock), clock.untouched.afternoon, at)
            (check, shown), (_, before) = next(checks), next(checks)
            reason = Governing(plan, clock, None).reason
            found.append(Check(reason, check, shown, before, clock.services, clock.audience))
    return max(found, key=lambda check: check.at, default=None)


def _checks(calendar: Calendar, afternoon: int, at: datetime) -> Iterator[tuple[CheckWord, datetime]]:
    """The checks of the queue up to the instant, the latest first: each open day's opening and afternoon."""
    number = calendar.number_of(at)
    while number > 0:
        stretches = calendar.day(number).stretches
        if stretches:
            later = calendar.instant(date.fromordinal(number), afternoon)
            if stretches[0][0] < later <= at:
                yield "afternoon", later
            if stretches[0][0] <= at:
                yield "log-on", stretches[0][0]
        number -= 1
