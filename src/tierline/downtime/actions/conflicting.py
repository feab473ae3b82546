"""Telling the owners of what is in the way of planned work: at planning, on change, and the morning before.

Where it is other work, both owners hear of it. Whoever makes the move sees it on the page and is told nothing by mail.
The same conflict is told once a revision; what somebody gave a reason for is not told again.
"""

from django.db.models import Q

from tierline.directory.actor import TIERLINE
from tierline.directory.queries import colleague
from tierline.downtime.actions.telling import link_to, mail_to
from tierline.downtime.actions.turning import content_of
from tierline.downtime.conflicts import Conflict, Weight
from tierline.downtime.hands import Change, procedural_of
from tierline.downtime.models import DowntimeRow
from tierline.downtime.surroundings import conflicts_of
from tierline.foundation.ids import downtime_reference
from tierline.foundation.trouble import Refusal
from tierline.notices.audience import Reachable
from tierline.notices.resolving import people_behind


def owner_of(change: Change) -> tuple[Reachable, ...]:
    """Whoever owns the work: the person who planned it, else whoever sends word of it."""
    found = colleague(change.row.owner_id)
    own = (Reachable(f"person-{found.person_id}", found.name, {"email": found.email}),) if found else ()
    sender = change.procedural.procedure.sender
    return own or (people_behind(change.planbook, sender) if sender else ())


def tell_of_conflicts(change: Change, *, because: str) -> int:
    """Tell both owners of everything that blocks or warns and was not answered. Returns how much that is."""
    found = conflicts_of(change.row.pk, content_of(change.row), change.procedural, change.planbook, at=change.at)
    new = [c for c in found if c.weight is not Weight.INFO and c.key not in change.row.answered_conflicts]
    if new and change.actor.person_id != change.row.owner_id:
        _tell_own(change, new, because)
    for conflict in found:
        if conflict.other and (conflict.weight is not Weight.INFO or conflict.key.startswith("notice:")):
            _tell_other(change, conflict)
    return len(new)


def _tell_own(change: Change, new: list[Conflict], because: str) -> None:
    sentences = chr(10).join(f"- {one.sentence}" for one in new)
    mail_to(
        change,
        owner_of(change),
        purpose=f"{change.row.revision}:conflict:{new[0].key}"[:120],
        subject=f"[{change.reference}] Something has come in its way",
        text=f"{because}\n\n{sentences}\n\nDecide before it starts: {link_to(change.row.pk)}\n",
    )


def _tell_other(change: Change, conflict: Conflict) -> None:
    """Word to whoever owns the other work, unless that is who makes this move."""
    row = DowntimeRow.objects.filter(pk=int(conflict.other.rpartition("-")[2])).exclude(Q(owner_id=None)).first()
    if row is None or row.owner_id in (change.actor.person_id, change.row.owner_id):
        return
    try:
        procedural = procedural_of(row, change.planbook, change.at)
    except Refusal:  # the plans in force know its procedure no more
        return
    theirs = Change(row, TIERLINE, change.at, change.in_force, procedural)
    offer = " Consider one joint notice." if conflict.key.startswith("notice:") else ""
    mail_to(
        change,
        owner_of(theirs),
        purpose=f"{change.row.revision}:conflict-with:{conflict.key}"[:120],
        subject=f"[{theirs.reference}] {change.reference} comes near it",
        text=f"{change.reference} ({content_of(change.row).title}), of {change.row.owner}, comes near your "
        f"{downtime_reference(row.pk)} ({content_of(row).title}). Seen from {change.reference}: {conflict.sentence}"
        f"{offer}\n\nIts page: {link_to(change.row.pk)}\nYours: {link_to(row.pk)}\n",
    )
