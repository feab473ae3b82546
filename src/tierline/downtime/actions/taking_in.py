"""Taking in another team's notice: kept as it came, until a person makes it a downtime or lays it aside.

Refuses what is no notice by its length, the same text twice, and whoever plans no work.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.saying import said_why
from tierline.downtime.content import Content, Frame
from tierline.downtime.hands import procedures_for
from tierline.downtime.models import UpstreamRow
from tierline.downtime.upstream import NoticeRefused, Proposal, proposals
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import services_and_systems
from tierline.plans.queries import planbook_in_force

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Upstream:
    """A notice as it came, and what it says as far as that can be read."""

    id: int
    text: str
    came_at: datetime
    came_from: str
    proposals: tuple[Proposal, ...]


@transaction.atomic
def take_in(actor: Actor, text: str, *, came_from: str, at: datetime) -> int:
    """Keep a notice to be looked at. The same text again is the one that is there. Returns its id."""
    _require_planner(actor, at)
    text = text.replace("\x00", "").strip()
    if not text:
        raise Unusable("Paste the e-mail or the calendar; it was empty.", {"text": "Paste the notice."})
    try:
        found = proposals(text)
    except NoticeRefused as refusal:
        raise Unusable(str(refusal), {"text": str(refusal)}) from None
    organisations = sorted({t.organisation for t in planbook_in_force().planbook.teams.values() if t.organisation})
    row, _ = UpstreamRow.objects.get_or_create(
        digest=hashlib.sha256(text.encode()).hexdigest(),
        defaults={
            "text": text,
            "uid": found[0].uid.value[:200] if found[0].uid else "",
            "came_at": at,
            "came_from": " ".join(came_from.split())[:200],
            "organisations": organisations,
        },
    )
    return row.pk


def waiting(actor: Actor, *, at: datetime) -> list[Upstream]:
    """Notices nobody has settled yet, newest first."""
    _require_planner(actor, at)
    rows = UpstreamRow.objects.filter(settled_at=None, organisations__overlap=sorted(actor.organisations))
    return [_view(row) for row in rows.order_by("-came_at")[:PAGE]]


def upstream(actor: Actor, number: int, *, at: datetime) -> Upstream:
    """One notice. NotFound when there is none the actor may see."""
    _require_planner(actor, at)
    return _view(_row(actor, number))


@transaction.atomic
def settle(actor: Actor, number: int, *, at: datetime, downtime: int | None = None, because: str = "") -> None:
    """It became a downtime, or is laid aside for a reason."""
    _require_planner(actor, at)
    row = _row(actor, number)
    if row.settled_at is not None:
        raise Conflict(f"{row.settled_by} has settled this notice already.")
    row.laid_aside_because = "" if downtime else said_why(because)
    row.downtime_id, row.settled_by, row.settled_at = downtime, actor.name, at
    row.save()


def content_of_proposal(proposal: Proposal, planbook: Planbook) -> Content:
    """What a person starts from: what was read, and nothing that was not. Services are taken by id, label or key."""
    known: dict[str, str] = {}
    for entry in services_and_systems(planbook):
        for word in (entry.id, entry.label, *entry.keys):
            known.setdefault(word.casefold(), entry.id)
    services = [known[read.value.casefold()] for read in proposal.services if read.value.casefold() in known]
    starts, ends = proposal.starts, proposal.ends
    return Content(
        title=proposal.title.value[:120] if proposal.title else "",
        reason=proposal.reason.value[:2000] if proposal.reason else "",
        services=tuple(dict.fromkeys(services)),
        level=proposal.level,
        frame=Frame(starts.at, ends.at if ends else None, starts.zone) if starts else None,
    )


def _require_planner(actor: Actor, at: datetime) -> None:
    if not procedures_for(actor, at):
        raise NotAllowed("Notices of other teams are looked at by those who plan work here.")


def _row(actor: Actor, number: int) -> UpstreamRow:
    row = UpstreamRow.objects.filter(pk=number, organisations__overlap=sorted(actor.organisations)).first()
    if row is None:
        raise NotFound("There is no such notice that you may see.")
    return row


def _view(row: UpstreamRow) -> Upstream:
    return Upstream(row.pk, row.text, row.came_at, row.came_from, proposals(row.text))
