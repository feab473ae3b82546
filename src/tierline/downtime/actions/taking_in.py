"""Taking in another team's notice: kept as it came, until a person makes it a downtime or lays it aside.

Refuses what is no notice by its length, the same text twice, and whoever plans no work.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from tierline.directory.actor import Actor
from tierline.downtime.actions.hearing import Arrival, hear
from tierline.downtime.actions.saying import said_why
from tierline.downtime.actions.turning import note
from tierline.downtime.content import Content, Frame
from tierline.downtime.hands import locked, procedures_for, require_lead
from tierline.downtime.models import UpstreamRow
from tierline.downtime.upstream import NoticeRefused, Proposal, proposals
from tierline.downtime.upstream_versions import by_work, read_as_far_as_it_goes
from tierline.foundation.ids import downtime_reference
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import services_and_systems

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Upstream:
    """A notice as it came, and what it says as far as that can be read. ``changes`` are (what, before, after) that
    nobody has looked at yet; ``also`` other notices that name the same work; ``seen`` by what its version is known."""

    id: int
    text: str
    came_at: datetime
    came_from: str
    proposals: tuple[Proposal, ...]
    sender: str = ""
    sender_known: bool = True
    source: str = ""
    troubles: tuple[str, ...] = ()
    called_off: bool = False
    changes: tuple[tuple[str, str, str], ...] = ()
    changed_at: datetime | None = None
    downtime: int | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    laid_aside_because: str = ""
    title: str = ""
    seen: str = ""
    also: tuple[int, ...] = ()
    versions: tuple[tuple[datetime, str, str, Any], ...] = ()


def take_in(actor: Actor, text: str, *, came_from: str, at: datetime) -> int:
    """Keep a notice to be looked at. The same text again is the one that is there, a newer version changes it. Returns
    the id; of several works in one text that of the first."""
    _require_planner(actor, at)
    text = text.replace("\x00", "").strip()
    if not text:
        raise Unusable("Paste the e-mail or the calendar; it was empty.", {"text": "Paste the notice."})
    try:
        proposals(text)
    except NoticeRefused as refusal:
        raise Unusable(str(refusal), {"text": str(refusal)}) from None
    return hear(Arrival(text, came_from), at=at)[0][0]


def waiting(actor: Actor, *, at: datetime) -> list[Upstream]:
    """Notices nobody has settled yet, newest first."""
    _require_planner(actor, at)
    rows = UpstreamRow.objects.filter(settled_at=None, organisations__overlap=sorted(actor.organisations))
    return [_in_short(row) for row in rows.order_by("-came_at").defer("text")[:PAGE]]


def upstream(actor: Actor, number: int, *, at: datetime) -> Upstream:
    """One notice. NotFound when there is none the actor may see."""
    _require_planner(actor, at)
    return _with_its_way(_row(actor, number))


@transaction.atomic
def settle(
    actor: Actor, number: int, *, at: datetime, downtime: int | None = None, because: str = "", seen: str = ""
) -> None:
    """It became a downtime, or is laid aside for a reason. What changed since the version that was ``seen`` stays to be
    looked at."""
    _require_planner(actor, at)
    row = _row(actor, number, to_change=True)
    if row.settled_at is not None:
        raise Conflict(f"{row.settled_by} has settled this notice already.")
    row.laid_aside_because = "" if downtime else said_why(because)
    row.downtime_id, row.settled_by, row.settled_at = downtime, actor.name, at
    if not seen or row.digest.startswith(seen):
        row.changes, row.changed_at = [], None
    row.save()


@transaction.atomic
def look_at_change(actor: Actor, number: int, notice: int, because: str, *, at: datetime) -> None:
    """Write down what follows here from a notice that has changed since a downtime was made of it."""
    change = locked(actor, number, at=at)
    require_lead(change)
    words = said_why(because)
    row = UpstreamRow.objects.select_for_update().filter(pk=notice, downtime=change.row).first()
    if row is None:
        raise NotFound(f"{downtime_reference(number)} does not rest on such a notice.")
    if row.changed_at is None:
        raise Conflict("Somebody has looked at this change already.")
    row.changes, row.changed_at = [], None
    row.save(update_fields=["changes", "changed_at"])
    note(change, "upstream-looked-at", notice=notice, because=words)


def changed_notices(number: int) -> tuple[Upstream, ...]:
    """The notices a downtime rests on that say something else now, for this package's own reads."""
    rows = UpstreamRow.objects.filter(downtime=number, changed_at__isnull=False).order_by("pk")
    return tuple(_view(row) for row in rows)


def content_of_proposal(proposal: Proposal, planbook: Planbook, speaks_for: Sequence[str] = ()) -> Content:
    """What a person starts from: what was read, and nothing that was not. Services are taken by id, label or key; where
    none is known by those words, what the plan says the sender speaks for."""
    known: dict[str, str] = {}
    for entry in services_and_systems(planbook):
        for word in (entry.id, entry.label, *entry.keys):
            known.setdefault(word.casefold(), entry.id)
    services = [known[read.value.casefold()] for read in proposal.services if read.value.casefold() in known]
    starts, ends = proposal.starts, proposal.ends
    return Content(
        title=proposal.title.value[:120] if proposal.title else "",
        reason=proposal.reason.value[:2000] if proposal.reason else "",
        services=tuple(dict.fromkeys(services or speaks_for)),
        level=proposal.level,
        frame=Frame(starts.at, ends.at if ends else None, starts.zone) if starts else None,
    )


def _require_planner(actor: Actor, at: datetime) -> None:
    if not procedures_for(actor, at):
        raise NotAllowed("Notices of other teams are looked at by those who plan work here.")


def speaks_for(planbook: Planbook, source: str, at: datetime) -> tuple[str, ...]:
    """What the plans say a known sender speaks for."""
    known = (sender for plan in planbook.plans_at(at) for sender in plan.downtime.notices_from)
    return next((sender.speaks_for for sender in known if sender.id == source), ())


def _row(actor: Actor, number: int, *, to_change: bool = False) -> UpstreamRow:
    rows = UpstreamRow.objects.select_for_update() if to_change else UpstreamRow.objects.all()
    row = rows.filter(pk=number, organisations__overlap=sorted(actor.organisations)).first()
    if row is None:
        raise NotFound("There is no such notice that you may see.")
    return row


def _in_short(row: UpstreamRow) -> Upstream:
    """The notice without what is read of it, for a list."""
    return Upstream(
        row.pk, "", row.came_at, row.came_from, (), sender=row.sender, sender_known=row.sender_known,
        called_off=row.called_off, changed_at=row.changed_at, title=row.title,
    )  # fmt: skip


def _view(row: UpstreamRow) -> Upstream:
    found = by_work(read_as_far_as_it_goes(row.text)[0])
    return Upstream(
        row.pk,
        row.text,
        row.came_at,
        row.came_from,
        found.get(row.uid) or tuple(one for same in found.values() for one in same),
        sender=row.sender,
        sender_known=row.sender_known,
        source=row.source,
        troubles=tuple(row.troubles),
        called_off=row.called_off,
        changes=tuple((what, then, now) for what, then, now in row.changes),
        changed_at=row.changed_at,
        downtime=row.downtime_id,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        laid_aside_because=row.laid_aside_because,
        title=row.title,
        seen=row.digest[:16],
    )


def _with_its_way(row: UpstreamRow) -> Upstream:
    """The notice with its versions and with others that name the same work."""
    same = UpstreamRow.objects.filter(uid=row.uid).exclude(Q(uid="") | Q(pk=row.pk)).values_list("pk", flat=True)
    versions = row.versions.order_by("pk").values_list("came_at", "came_from", "standing", "changes")
    return replace(_view(row), also=tuple(same.order_by("pk")[:PAGE]), versions=tuple(versions[:PAGE]))
