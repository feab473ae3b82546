"""What a downtime is held against, gathered from the tables and the plans for ``conflicts.py``. Asks only what stands
near it in time.

Incidents and windows that are not ours come from hooks: whoever keeps them registers a reader here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tierline.downtime.conflicts import (
    Conflict,
    Elsewhere,
    ForeignWindow,
    Incident,
    Pair,
    Surroundings,
    Weight,
    Work,
    conflicts,
)
from tierline.downtime.content import Content
from tierline.downtime.lifecycle import STANDING
from tierline.downtime.models import DowntimeRow, ForeignIncidentRow, ForeignWindowRow
from tierline.downtime.stored import from_json
from tierline.foundation.ids import downtime_reference
from tierline.notices.audience import Group
from tierline.notices.queries import obligations
from tierline.notices.resolving import groups_of
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import (
    Procedural,
    freezes_at,
    procedure_named,
    redundant_pairs,
    services_and_systems,
    stands_on,
    told_by,
)
from tierline.plans.queries import planbook_in_force

NEAR = timedelta(days=7)
OpenIncidents = Callable[[datetime], Iterable[Incident]]
ForeignWindows = Callable[[datetime, datetime | None], Iterable[ForeignWindow]]
_incidents: list[OpenIncidents] = []
_windows: list[ForeignWindows] = []


def know_incidents(reader: OpenIncidents) -> None:
    """Let conflicts know of incidents that are open at an instant."""
    _incidents.append(reader)


def know_windows(reader: ForeignWindows) -> None:
    """Let conflicts know of windows between two instants that are not ours."""
    _windows.append(reader)


def windows_read_elsewhere(starts: datetime, ends: datetime | None) -> Iterable[ForeignWindow]:
    """Windows that are not ours, as they were read last, with the services and systems of the plans they touch."""
    rows = ForeignWindowRow.objects.filter(ends_at__gt=starts)
    if ends is not None:
        rows = rows.filter(starts_at__lt=ends)
    for row in rows.order_by("starts_at", "pk"):
        ids = frozenset(row.services)
        entries = services_and_systems(planbook_in_force().planbook)
        hit = frozenset(entry.id for entry in entries if ids & frozenset(entry.window_ids))
        yield ForeignWindow(row.window, row.label, hit, row.starts_at, row.ends_at)


@dataclass(frozen=True, slots=True)
class ReadIncident:
    """Something broken elsewhere, with the services and systems of the plans it hits."""

    reference: str
    title: str
    services: frozenset[str]


def incidents_read_elsewhere(at: datetime) -> Iterable[Incident]:  # noqa: ARG001 - what was read last is what is known
    """What is broken where windows are set, as it was read last. Their incidents know only their own services."""
    rows = list(ForeignIncidentRow.objects.order_by("system", "pk"))
    entries = services_and_systems(planbook_in_force().planbook) if rows else ()
    for row in rows:
        ids = frozenset(row.services)
        hit = frozenset(entry.id for entry in entries if ids & frozenset(entry.window_ids))
        yield ReadIncident(f"{row.system} {row.label}", row.title, hit)


def conflicts_of(
    number: int, content: Content, procedural: Procedural, planbook: Planbook, *, at: datetime
) -> tuple[Conflict, ...]:
    """Everything in the way of a downtime as its content says it; nothing while it has no time frame."""
    if content.frame is None:
        return ()
    groups = groups_of(planbook, told_by(planbook, procedural, content.answers))
    mine = _work(number, content, planbook, groups, told_at=_tells(number, at))
    kept = DowntimeRow.objects.filter(pk=number).values("on_call", "change").first() if number else None
    around = Surroundings(
        pairs=_pairs(planbook, at),
        elsewhere=tuple(_elsewhere(kept["change"])) if kept else (),
        hand_overs=tuple(_hand_overs(kept["on_call"])) if kept else (),
        weights={one.kind: Weight(one.weight) for one in procedural.downtime.weights},
        others=tuple(_others(number, content, planbook, at)),
        freezes=tuple(freeze for _, freeze in freezes_at(planbook, at)),
        incidents=_open_incidents(content.frame.starts, at),
        windows=tuple(w for reader in _windows for w in reader(content.frame.starts, content.frame.ends)),
        holidays=next((c.holidays for c in planbook.calendars.values() if c.holidays), None),
        zone=procedural.zone,
        quiet=procedural.downtime.quiet or timedelta(hours=2),
        label=lambda word: planbook.service_label(word) if word in planbook.services else planbook.system_label(word),
    )
    return conflicts(mine, around)


def _open_incidents(starts: datetime, at: datetime) -> tuple[Incident, ...]:
    """What is broken now stands in the way of what begins soon; of work in a month it says nothing."""
    if starts - at > NEAR:
        return ()
    return tuple(incident for reader in _incidents for incident in reader(at))


def _pairs(planbook: Planbook, at: datetime) -> tuple[Pair, ...]:
    """Each side with what only it stands on: what both share is no side."""
    found = []
    for pair in redundant_pairs(planbook, at):
        one, other = (
            frozenset(g for word in side for g in stands_on(planbook, word)) for side in (pair.one, pair.other)
        )
        found.append(Pair(pair.id, pair.label, one - other, other - one))
    return tuple(found)


def _elsewhere(change: dict[str, Any]) -> Iterable[Elsewhere]:
    if not change.get("void"):
        yield from (Elsewhere(str(one["id"]), str(one["text"])) for one in change.get("conflicts", ()))


def _hand_overs(on_call: dict[str, Any]) -> Iterable[tuple[datetime, str]]:
    for turn in on_call.get("window", ()):
        if turn.get("until"):
            yield datetime.fromisoformat(turn["until"]), str(turn["name"])


def _others(number: int, content: Content, planbook: Planbook, at: datetime) -> Iterable[Work]:
    """Standing downtimes a week around; further ones can neither overlap nor be told at the same time."""
    if content.frame is None:
        return
    since, until = content.frame.starts - NEAR, (content.frame.ends or content.frame.starts) + NEAR
    rows = DowntimeRow.objects.filter(state__in=STANDING, starts_at__lt=until).exclude(pk=number)
    for row in rows.filter(Q(ends_at=None) | Q(ends_at__gt=since)).order_by("pk"):
        other = from_json(row.content)
        procedural = procedure_named(planbook, row.procedure, at)
        groups = groups_of(planbook, told_by(planbook, procedural, other.answers)) if procedural else ()
        yield _work(row.pk, other, planbook, groups, told_at=_tells(row.pk, at))


def _work(
    number: int, content: Content, planbook: Planbook, groups: Iterable[Group], *, told_at: tuple[datetime, ...]
) -> Work:
    if content.frame is None:
        raise ValueError("work without a time frame overlaps nothing")
    return Work(
        reference=downtime_reference(number) if number else "this",
        title=content.title,
        services=frozenset(content.services),
        stands_on=frozenset(ground for service in content.services for ground in stands_on(planbook, service)),
        frame=content.frame,
        level=content.level,
        audience=frozenset(person.id for group in groups for person in group.people),
        tells_at=told_at,
    )


def _tells(number: int, at: datetime) -> tuple[datetime, ...]:
    return tuple(one.due_at for one in obligations(("downtime", number), at=at) if one.is_owed) if number else ()
