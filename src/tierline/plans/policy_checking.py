"""What is wrong with policies of time, by trying: every standing at the edges of what their levels ask about.

Finds levels that no case can have, policies that promise different times to the same case, escalations to a deputy
nobody is, and levels or calendars left open without a gap that says so. Refuses nothing; every finding is one for
``plans check``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any, Final

from tierline.plans.clocks import Clock, Level, PromiseKind, Range, ServiceTier, span_of
from tierline.plans.conditions import Only
from tierline.plans.facts import AUDIENCES
from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.policies import Circumstances, Governing, level_of, particularity
from tierline.plans.reading import Path

MOST_POINTS: Final = 50_000  # standings tried for one policy, or for two together
_NARROW: Final = "Narrow the scope or the conditions of one, or name teams in the one that is to count."


@dataclass(frozen=True, slots=True)
class _Placed:
    """A policy where it stands."""

    file: PlanFile
    place: int
    clock: Clock

    def finding(self, severity: Severity, code: str, *, message: str, remedy: str, path: Path = ()) -> Finding:
        line = self.file.line("clocks", self.place, *path)
        return Finding(severity, code, self.file.plan.id, self.file.text.file, line, message, remedy)


def policy_findings(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    """Everything about the policies of a planbook; ``said`` are the ids that some gap is about."""
    placed = [_Placed(file, place, clock) for file in planbook.files for place, clock in enumerate(file.plan.clocks)]
    for policy in placed:
        yield from _escalation(planbook, policy, said)
        if policy.clock.id not in said:
            yield from _left_open(policy)
        yield from _never_applying(policy)
    for one, other in combinations(placed, 2):
        if _may_meet(planbook, one, other):
            yield from _contradiction(one, other)


def _escalation(planbook: Planbook, policy: _Placed, said: frozenset[str]) -> Iterator[Finding]:
    clock = policy.clock
    escalation = clock.escalate_to
    if escalation is None:
        return
    duty = planbook.duties[escalation.duty]
    if escalation.deputy_after is not None and duty.deputy is None and not said & {duty.id, clock.id}:
        message = f"{clock.id} escalates to the deputy of {duty.id}, and that duty has none."
        remedy = f"Name a deputy of {duty.id}, or a gap that is about it."
        yield policy.finding("error", "deputy-missing", message=message, remedy=remedy, path=("escalate_to",))
    parts: tuple[Clock | Level, ...] = (clock, *clock.levels)
    if not any(span_of(part, kind) for part in parts for kind in escalation.missed):
        message = f"{clock.id} escalates what it promises no time for."
        remedy = "Promise a time, or take the escalation away."
        yield policy.finding("error", "never-applies", message=message, remedy=remedy, path=("escalate_to",))


def _left_open(policy: _Placed) -> Iterator[Finding]:
    clock = policy.clock
    remedy = f"Write it, or name a gap that is about {clock.id}."
    for place, level in enumerate(clock.levels):
        if not any(Governing(policy.file.plan, clock, level).promises(kind) for kind in PromiseKind):
            message = f"The level {level.id} of {clock.id} promises no time, and no gap says so."
            yield policy.finding("error", "unsaid-gap", message=message, remedy=remedy, path=("levels", place))
    if clock.levels and clock.calendar is None:
        message = f"Whether {clock.id} counts calendar or business hours is left open, and no gap says so."
        yield policy.finding("error", "unsaid-gap", message=message, remedy=remedy)


def _never_applying(policy: _Placed) -> Iterator[Finding]:
    clock = policy.clock
    points = _points(clock)
    if len(points) > MOST_POINTS:
        message = f"{clock.id} asks about more than can be tried; whether each level can apply is not known."
        yield policy.finding("note", "not-tried", message=message, remedy="Ask about less in one policy.")
        return
    reached = {id(level_of(clock, point)) for point in points}
    for place, level in enumerate(clock.levels):
        if id(level) not in reached:
            message = f"The level {level.id} of {clock.id} can never apply: an earlier one has all its cases."
            remedy = "Put it earlier, change its conditions, or remove it."
            yield policy.finding("error", "never-applies", message=message, remedy=remedy, path=("levels", place))


def _may_meet(planbook: Planbook, one: _Placed, other: _Placed) -> bool:
    """Whether both can govern one case at one time, and neither is the more particular."""
    a, b = one.clock, other.clock
    plans = {one.file.plan.id, other.file.plan.id}
    return (
        particularity(a) == particularity(b)
        and all(_overlap(left, right) for left, right in ((a.teams, b.teams), (a.by, b.by), (a.services, b.services)))
        and bool(set(a.audience) & set(b.audience))
        and any(plans <= {plan.id for plan in planbook.plans_at(at)} for at in planbook.boundaries)
    )


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _contradiction(one: _Placed, other: _Placed) -> Iterator[Finding]:
    points = _points(one.clock, other.clock)
    if len(points) > MOST_POINTS:
        message = f"{one.clock.id} and {other.clock.id} ask about more than can be tried against each other."
        yield other.finding("note", "not-tried", message=message, remedy="Ask about less in one of them.")
        return
    for point in points:
        found = [_in_level(policy, point) for policy in (one, other)]
        for kind in PromiseKind:
            first, second = (governing.promises(kind) for governing in found)
            if first is not None and second is not None and first != second:
                names = " and ".join(_named(governing) for governing in found)
                what = kind.value.replace("-", " ")
                message = f"{names} promise the same case a different {what}: {first} and {second}."
                yield other.finding("error", "contradiction", message=message, remedy=_NARROW)
                return


def _in_level(policy: _Placed, point: Circumstances) -> Governing:
    return Governing(policy.file.plan, policy.clock, level_of(policy.clock, point))


def _named(found: Governing) -> str:
    return found.clock.id if found.level is None else f"{found.clock.id} ({found.level.id})"


# -- standings to try -------------------------------------------------------------------------------------


def _points(*clocks: Clock) -> list[Circumstances]:
    """Every standing that differs in what the levels ask about, at the edges of it; one more than is tried at most."""
    asked = [standing for clock in clocks for level in clock.levels for standing in level.when]
    axes = product(
        _sets(standing.flags for standing in asked),
        _sets(standing.impact for standing in asked),
        _words(standing.severity for standing in asked),
        _numbers(standing.reports for standing in asked),
        _numbers(standing.reports_in_one_day for standing in asked),
        [None, True, False] if any(standing.workaround is not None for standing in asked) else [None],
        [None, *ServiceTier] if any(standing.service_tier is not None for standing in asked) else [None],
        _numbers(standing.users_per_day for standing in asked),
    )
    return list(islice((point for values in axes if (point := _point(*values)) is not None), MOST_POINTS + 1))


def _point(*values: Any) -> Circumstances | None:
    flags, impacts, severity, reports, in_one_day, workaround, service_tier, users = values
    if reports is not None and in_one_day is not None and in_one_day > reports:
        return None
    return Circumstances(
        team="",
        service="",
        audience=AUDIENCES[0],
        flags=flags,
        impacts=impacts,
        severity=severity,
        reports=reports,
        reports_in_one_day=in_one_day,
        workaround=workaround,
        service_tier=service_tier,
        users_per_day=users,
    )


def _named_in(asked: Iterable[Only | None]) -> list[str]:
    return sorted({str(word) for only in asked if only is not None for word in only.values})


def _sets(asked: Iterable[Only | None]) -> list[frozenset[str]]:
    """None, one or two of the words: two policies may each ask about another."""
    words = _named_in(asked)
    return [frozenset(few) for size in range(3) for few in combinations(words, size)]


def _words(asked: Iterable[Only | None]) -> list[str | None]:
    return [None, *_named_in(asked)]


def _numbers(asked: Iterable[Range | None]) -> list[int | None]:
    """Not known, and every number at which a range begins or ends, on both sides."""
    edges = {
        edge
        for span in asked
        if span is not None
        for edge in (span.low - 1, span.low, *(() if span.high is None else (span.high, span.high + 1)))
        if edge >= 0
    }
    return [None, *sorted(edges)]
