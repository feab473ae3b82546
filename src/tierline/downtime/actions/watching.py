"""Windows watched where they are set: ours held against what was written down, others' kept for the conflicts.

What cannot be asked now changes nothing. Refuses nothing: a window that is otherwise, or gone, closes the gate, and
whoever sets windows is told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from tierline.channels.channel import NotConnected
from tierline.channels.paging_windows import Incident, KeepsWindows
from tierline.channels.paging_windows import Window as Read
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.guarding import SetWindow, window_gone, window_read
from tierline.downtime.actions.windowing import services_covered
from tierline.downtime.gates import Window
from tierline.downtime.hands import procedural_of
from tierline.downtime.lifecycle import STANDING
from tierline.downtime.models import DowntimeRow, ForeignIncidentRow, ForeignWindowRow
from tierline.foundation.trouble import Refusal
from tierline.notices.rendering.pager_duty import whose
from tierline.outbox.registry import keeps_windows, tells_incidents
from tierline.plans.procedures import procedures_at
from tierline.plans.queries import planbook_in_force

WATCHED = (Window.SET, Window.VERIFIED, Window.DRIFTED)


def watch_windows(*, at: datetime) -> int:
    """Read the windows of every system the plans name. Returns how many of ours are otherwise than they were."""
    planbook = planbook_in_force().planbook
    named = {known.procedure.window_system for known in procedures_at(planbook, at)} - {None}
    return sum(_watch(system, at=at) for system in sorted(map(str, named)))


def _watch(system: str, *, at: datetime) -> int:
    keeps = keeps_windows(system)
    if isinstance(keeps, NotConnected):
        return 0
    told = keeps.windows()
    if not isinstance(told, Sequence):
        return 0
    _keep_foreign(system, told)
    _read_incidents(system)
    there = {one.id: one for one in told}
    return sum(_held_against(number, keeps, there, at=at) for number in _ours(system, at))


def _ours(system: str, at: datetime) -> list[int]:
    """Downtimes whose window is set there, is not over, and is not being changed by us right now."""
    planbook = planbook_in_force().planbook
    rows = DowntimeRow.objects.filter(state__in=STANDING, window__in=WATCHED, window_key="", window_set__has_key="id")
    found = []
    for row in rows.order_by("pk"):
        try:
            follows = procedural_of(row, planbook, at).procedure.window_system
        except Refusal:  # the plans in force know its procedure no more
            continue
        if follows == system and datetime.fromisoformat(row.window_set["ends"]) > at:
            found.append(row.pk)
    return found


def _held_against(number: int, keeps: KeepsWindows, there: dict[str, Read], *, at: datetime) -> int:
    kept = DowntimeRow.objects.values_list("window_set", flat=True).get(pk=number)
    read: object = there.get(kept["id"]) or keeps.window(kept["id"])  # one just made may lack in the list
    try:
        if read is None:
            return int(window_gone(TIERLINE, number, kept["id"], at=at))
        return _taken(number, kept, read, at=at) if isinstance(read, Read) else 0
    except Refusal:
        return 0


@transaction.atomic
def _taken(number: int, kept: dict[str, object], read: Read, *, at: datetime) -> int:
    row = DowntimeRow.objects.select_for_update().get(pk=number)
    if row.window_set != kept or row.window_key or row.window not in WATCHED:
        return 0  # it changed here while it was asked for
    services = services_covered(planbook_in_force().planbook, read.services)
    found = SetWindow(read.id, read.start, read.end, services)
    if _stands(kept, found, drifted=row.window == Window.DRIFTED):
        DowntimeRow.objects.filter(pk=number).update(window_read_at=at)
        return 0
    window_read(TIERLINE, number, found, at=at)
    return 1


def _stands(kept: dict[str, object], found: SetWindow, *, drifted: bool) -> bool:
    """Whether a window is still what was written down. One that covers more than somebody wrote down by hand is."""
    now = found.as_kept()
    services = kept.get("services")
    covers = not drifted and isinstance(services, list) and set(services) <= set(found.services)
    return now == kept or (covers and now == {**kept, "services": now["services"]})


def _read_incidents(system: str) -> None:
    """What is broken there now; where it cannot be asked, what was read last stays."""
    tells = tells_incidents(system)
    told = () if isinstance(tells, NotConnected) else tells.incidents()
    if isinstance(told, Sequence):
        _keep_incidents(system, told)


@transaction.atomic
def _keep_incidents(system: str, told: Iterable[Incident]) -> None:
    ForeignIncidentRow.objects.filter(system=system).delete()
    ForeignIncidentRow.objects.bulk_create(
        ForeignIncidentRow(
            system=system,
            incident=one.id[:60],
            label=f"#{one.number}"[:60],
            title=one.title[:255],
            services=sorted(one.services),
        )
        for one in {each.id: each for each in told}.values()
    )


@transaction.atomic
def _keep_foreign(system: str, told: Iterable[Read]) -> None:
    """Keep the windows that carry no mark of a downtime there is here, and that nobody wrote down here as set for one.

    Another house that uses this tool marks its windows in the same form.
    """
    told = list(told)
    written = DowntimeRow.objects.filter(window_set__has_key="id").values_list("window_set__id", flat=True)
    known = frozenset(written)
    marked = {one.id: int(mark[0].removeprefix("DT-")) for one in told if (mark := whose(one.description))}
    here = frozenset(DowntimeRow.objects.filter(pk__in=set(marked.values())).values_list("pk", flat=True))
    ForeignWindowRow.objects.filter(system=system).delete()
    ForeignWindowRow.objects.bulk_create(
        ForeignWindowRow(
            system=system,
            window=one.id[:60],
            label=one.description[:255] or one.id[:60],
            services=sorted(one.services),
            starts_at=one.start,
            ends_at=one.end,
        )
        for one in {each.id: each for each in told}.values()
        if marked.get(one.id) not in here and one.id not in known
    )
