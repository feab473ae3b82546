"""Who is on call to look at a window: asked of whoever knows it, for the window's time and for now.

The plan says who knows: a paging service's schedule or policy, a chat group, or else the duty's own list. What cannot
be asked now changes nobody. When somebody else is on call for the window's time, what was looked at is looked at again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from tierline.channels.channel import NotConnected, Refused, TryAgain
from tierline.channels.on_call import FixedList, KnowsOnCall, OnCall
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.guarding import on_call_changed
from tierline.downtime.actions.turning import note, saved
from tierline.downtime.hands import Change, alone, procedural_of
from tierline.downtime.lifecycle import STANDING
from tierline.downtime.models import DowntimeRow
from tierline.foundation.trouble import Refusal
from tierline.notices.resolving import people_behind
from tierline.outbox.registry import knows_on_call
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

Person = dict[str, Any]
BY_THE_PLAN = "the plan's list"


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on call at the window's time and now, and who said so; ``trouble`` when nobody could be asked."""

    source: str
    window: tuple[Person, ...] = ()
    now: tuple[Person, ...] = ()
    trouble: str = ""


def look_up_on_call(*, at: datetime) -> int:
    """Look up who verifies the window of everything that is to come. Returns for how many it is somebody else now."""
    planbook = planbook_in_force().planbook
    rows = DowntimeRow.objects.filter(state__in=STANDING, starts_at__isnull=False).order_by("pk")
    changed = 0
    for row in rows:
        try:
            duty = procedural_of(row, planbook, at).procedure.window_verified_by
        except Refusal:  # the plans in force know its procedure no more
            continue
        if duty is not None and row.starts_at is not None:
            # Asked before the row is locked: nothing waits for a partner's network.
            roster = _roster(planbook, duty, max(row.starts_at, at), at)
            changed += alone(row.pk, partial(_taken, duty=duty, roster=roster), at=at)
    return changed


def _roster(planbook: Planbook, duty: str, begins: datetime, at: datetime) -> Roster:
    """Asked before any row is locked: nothing waits for a partner's network."""
    told = planbook.duties[duty].on_call if duty in planbook.duties else None
    if told is None:
        return _asked(planbook, _listed(planbook, duty), "", BY_THE_PLAN, (begins, at))
    source = f"{told.by} {told.of}"
    knows = knows_on_call(told.by)
    if isinstance(knows, NotConnected):
        return Roster(source, trouble=knows.because)
    return _asked(planbook, knows, told.of, source, (begins, at))


def _listed(planbook: Planbook, duty: str) -> FixedList:
    people = people_behind(planbook, duty)
    return FixedList(tuple(OnCall(one.id, one.name, one.addresses.get("email", "")) for one in people))


def _asked(planbook: Planbook, knows: KnowsOnCall, of: str, source: str, instants: tuple[datetime, datetime]) -> Roster:
    then, now = (knows.on_call(of, instant) for instant in instants)
    for answer in (then, now):
        if isinstance(answer, TryAgain | Refused | NotConnected):
            return Roster(source, trouble=answer.because)
    return Roster(source, _people(planbook, then), _people(planbook, now))


def _people(planbook: Planbook, told: object) -> tuple[Person, ...]:
    """Those asked first, as the plans know them by address or chat id."""
    turns = [one for one in told if isinstance(one, OnCall)] if isinstance(told, Sequence) else []
    first = min((one.level for one in turns), default=1)
    return tuple(_person(planbook, one) for one in turns if one.level == first)


def _person(planbook: Planbook, turn: OnCall) -> Person:
    address = turn.email.casefold()
    known = next(
        (p for p in planbook.people.values() if (address and p.email.casefold() == address) or p.slack == turn.person),
        None,
    )
    return {
        "name": turn.name or (known.name if known else turn.person),
        "email": turn.email or (known.email if known else ""),
        "until": turn.until.isoformat() if turn.until else "",
    }


def _taken(change: Change, duty: str, roster: Roster) -> int:
    row, number, at = change.row, change.row.pk, change.at
    if roster.trouble:
        if row.on_call.get("trouble") != roster.trouble:
            row.on_call = {**row.on_call, "duty": duty, "source": roster.source, "trouble": roster.trouble}
            saved(change)
        return 0
    before = row.on_call.get("window")
    if before is None:  # nobody was looked up yet: those behind the duty were asked
        before = [{"name": p.name, "email": p.addresses.get("email", "")} for p in people_behind(change.planbook, duty)]
    kept = {"duty": duty, "source": roster.source, "window": list(roster.window), "now": list(roster.now)}
    row.on_call = {**kept, "read_at": at.isoformat()}
    DowntimeRow.objects.filter(pk=number).update(on_call=row.on_call)
    if _names(before) == _names(roster.window):
        return 0
    words = ", ".join(sorted(str(one["name"]) for one in roster.window)) or "nobody"
    note(change, "on-call-changed", words=words, source=roster.source)
    on_call_changed(TIERLINE, number, at=at)
    return 1


def _names(people: Iterable[Person]) -> frozenset[str]:
    return frozenset(str(one["email"] or one["name"]).casefold() for one in people)
