"""Which policy of time governs a case, which of its levels the case has, and what that promises.

Pure. Where several policies promise the same kind of thing, the most particular one counts (its teams named before
its channel, its services, its audience); among equals, which a check of the plans calls a contradiction, the
shortest. Refuses nothing: a case no policy governs is promised nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tierline.foundation.business_time import Span
from tierline.foundation.calendars import Calendar, around_the_clock
from tierline.plans import schema
from tierline.plans.clocks import Clock, Level, LevelWhen, PromiseKind, ServiceTier, span_of
from tierline.plans.conditions import Only
from tierline.plans.decision import By, Reason
from tierline.plans.facts import AUDIENCES, Audience
from tierline.plans.planbook import MOST_REMEMBERED, Planbook, source_of

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a case policies ask about. ``None`` is not known, and meets no condition.

    ``team`` has the case, or is offered it ``by`` a channel. ``reports`` counts like reports in all.
    """

    team: str
    service: str
    audience: Audience = "veteran"
    by: By | None = None
    flags: frozenset[str] = _NOTHING
    impacts: frozenset[str] = _NOTHING
    severity: str | None = None
    reports: int | None = None
    reports_in_one_day: int | None = None
    workaround: bool | None = None
    service_tier: ServiceTier | None = None
    users_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Governing:
    """A policy that governs a case, its plan, and the level the case has in it."""

    plan: schema.Plan
    clock: Clock
    level: Level | None

    def promises(self, kind: PromiseKind) -> Span | None:
        """What it promises of a kind: the level's word, or the policy's for all levels."""
        own = span_of(self.level, kind) if self.level is not None else None
        return own or span_of(self.clock, kind)

    @property
    def reason(self) -> Reason:
        """The sentence a promise rests on."""
        clock = self.clock
        return Reason(self.plan.id, clock.id, source_of(self.plan, clock.source), clock.text)


def governing(planbook: Planbook, case: Circumstances, at: datetime) -> tuple[Governing, ...]:
    """Every policy in force at the instant that governs the case, in the order of the plans; remembered."""
    key = (planbook.epoch(at), case)
    found: tuple[Governing, ...] | None = planbook.governed.get(key)
    if found is None:
        if len(planbook.governed) >= MOST_REMEMBERED:
            planbook.governed.clear()
        found = planbook.governed[key] = tuple(
            Governing(plan, clock, level_of(clock, case))
            for plan in planbook.plans_at(at)
            for clock in plan.clocks
            if governs(clock, case)
        )
    return found


def governs(clock: Clock, case: Circumstances) -> bool:
    """Whether the case is among those a policy is for."""
    return (
        (not clock.teams or case.team in clock.teams)
        and (not clock.by or case.by in clock.by)
        and (not clock.services or case.service in clock.services)
        and case.audience in clock.audience
    )


def level_of(clock: Clock, case: Circumstances) -> Level | None:
    """The first level whose conditions the case meets."""
    return next((level for level in clock.levels if any(meets(standing, case) for standing in level.when)), None)


def meets(standing: LevelWhen, case: Circumstances) -> bool:
    """Whether the case meets all the conditions of one alternative."""
    return (
        _among(standing.flags, case.flags)
        and _among(standing.impact, case.impacts)
        and _among(standing.severity, _NOTHING if case.severity is None else frozenset((case.severity,)))
        and (standing.reports is None or standing.reports.holds(case.reports))
        and (standing.reports_in_one_day is None or standing.reports_in_one_day.holds(case.reports_in_one_day))
        and (standing.workaround is None or standing.workaround is case.workaround)
        and (standing.service_tier is None or standing.service_tier == case.service_tier)
        and (standing.users_per_day is None or standing.users_per_day.holds(case.users_per_day))
    )


def _among(only: Only | None, words: frozenset[str]) -> bool:
    if only is None:
        return True
    named = frozenset(str(word) for word in only.values)
    return named.isdisjoint(words) is only.excluded


def particularity(clock: Clock) -> int:
    """How particular the scope of a policy is; more is more."""
    named = (clock.teams, clock.by, clock.services, len(clock.audience) < len(AUDIENCES))
    return sum(2**place for place, narrowed in enumerate(reversed(named)) if narrowed)


def most_particular(found: Sequence[Governing], kind: PromiseKind) -> Governing | None:
    """The one whose promise of a kind counts; ``None`` when none promises it."""
    promising = [(one, span) for one in found if (span := one.promises(kind)) is not None]
    if not promising:
        return None
    return min(promising, key=lambda pair: (-particularity(pair[0].clock), _rough(pair[1]), pair[0].clock.id))[0]


def _rough(span: Span) -> timedelta:
    """The length of a span for putting spans in order, a business day as eight hours of three that pass."""
    length = span.time or timedelta(hours=8 * span.days if span.business else 24 * span.days)
    return length * 3 if span.business else length


def calendar_of(planbook: Planbook, plan: schema.Plan, clock: Clock) -> Calendar:
    """What a policy counts by; without a calendar every hour counts, in days of its plan's zone."""
    if clock.calendar is None:
        return around_the_clock(plan.effective.zone)
    return planbook.calendars[clock.calendar]
