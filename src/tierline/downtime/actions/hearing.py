"""Hearing of another team's work: something new, a newer version of what is known, the same once more.

A newer version changes the notice there is and says what is otherwise; whoever leads a downtime that was made of it is
asked, else whoever tells of planned work. Nothing confirms itself. What cannot be read is kept to be looked at; refuses
nothing.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.conflicting import owner_of
from tierline.downtime.actions.telling import link_to, mail_to
from tierline.downtime.actions.turning import content_of, note
from tierline.downtime.hands import locked
from tierline.downtime.lifecycle import ENDED
from tierline.downtime.models import UpstreamRow, UpstreamVersionRow
from tierline.downtime.upstream import Proposal, only_event
from tierline.downtime.upstream_versions import by_work, changes_between, newest, read_as_far_as_it_goes
from tierline.notices.resolving import people_behind
from tierline.outbox.actions import send_out
from tierline.plans.downtimes import NoticeSender
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import procedures_at
from tierline.plans.queries import planbook_in_force
from tierline.timeline.actions import record

NOTICE: Final = "upstream"
_HEARING: Final = 7_461_005  # advisory lock: two carriers of the same mail take turns


class Heard(StrEnum):
    """What a version of a notice was: news, a change of what is known, the same again, or older than what is known."""

    FIRST = "first"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text that came, and by whom. ``sender`` is empty when a person brought it, who vouches for it; ``known`` whose
    notices the plans say come from that address; ``answers`` the Message-IDs it answers."""

    text: str
    came_from: str
    sender: str = ""
    known: NoticeSender | None = None
    mail: int | None = None
    message_id: str = ""
    answers: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def vouched(self) -> bool:
        """Whether it is known who speaks."""
        return not self.sender or self.known is not None

    @property
    def source(self) -> str:
        """The plan's id of the sender."""
        return self.known.id if self.known else ""


@transaction.atomic
def hear(arrival: Arrival, *, at: datetime) -> tuple[tuple[int, Heard], ...]:
    """Keep what came. Returns each notice it is about with what it was for it; a text without any is one, too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HEARING])
    found, troubles = read_as_far_as_it_goes(arrival.text)
    works = by_work(found) or {"": ()}
    told = []
    for uid, proposals in works.items():
        own = arrival if len(works) == 1 else replace(arrival, text=only_event(arrival.text, uid))
        digest = hashlib.sha256(own.text.encode()).hexdigest()
        told.append(_heard(own, digest, uid, proposals, troubles, at=at))
    return tuple(told)


def _heard(
    arrival: Arrival,
    digest: str,
    uid: str,
    proposals: tuple[Proposal, ...],
    troubles: tuple[str, ...],
    *,
    at: datetime,
) -> tuple[int, Heard]:
    before = UpstreamVersionRow.objects.filter(digest=digest).values_list("notice", flat=True).first()
    before = before or UpstreamRow.objects.filter(digest=digest).values_list("pk", flat=True).first()
    if before is not None:
        return before, Heard.SAME
    row = _known_notice(arrival, uid)
    if row is None:
        row = _new_notice(arrival, digest, uid, proposals, troubles, at=at)
        _keep(row, arrival, digest, proposals, Heard.FIRST, at=at)
        _tell_senders(row, proposals, "A notice waits to be confirmed", at=at)
        return row.pk, Heard.FIRST
    return row.pk, _newer(row, arrival, digest, proposals, at=at)


def _known_notice(arrival: Arrival, uid: str) -> UpstreamRow | None:
    """The notice of the same work, of the same voice: a stranger's UID changes nothing of somebody known."""
    rows = UpstreamRow.objects.select_for_update().order_by("-pk")
    if not arrival.vouched:
        rows = rows.filter(sender_known=False, sender=arrival.sender)
    elif arrival.sender:
        rows = rows.filter(sender_known=True, source__in=["", arrival.source])
    else:
        rows = rows.filter(sender_known=True)
    if uid:
        return rows.filter(uid=uid).first()
    answered = UpstreamVersionRow.objects.filter(message_id__in=arrival.answers).exclude(message_id="")
    return rows.filter(uid="", pk__in=answered.values("notice")).first() if arrival.answers else None


def _new_notice(
    arrival: Arrival,
    digest: str,
    uid: str,
    proposals: tuple[Proposal, ...],
    troubles: tuple[str, ...],
    *,
    at: datetime,
) -> UpstreamRow:
    planbook = planbook_in_force().planbook
    row = UpstreamRow(
        uid=uid,
        sender=arrival.sender[:260],
        sender_known=arrival.vouched,
        source=arrival.source,
        organisations=sorted({t.organisation for t in planbook.teams.values() if t.organisation}),
    )
    _say_now(row, arrival, digest, proposals, at=at)
    row.troubles = [*arrival.troubles, *troubles]
    row.save()
    return row


def _say_now(row: UpstreamRow, arrival: Arrival, digest: str, proposals: tuple[Proposal, ...], *, at: datetime) -> None:
    row.text, row.digest, row.mail = arrival.text, digest, arrival.mail
    row.came_at, row.came_from = at, " ".join(arrival.came_from.split())[:200]
    row.sequence = newest(proposals).sequence if proposals else None
    row.called_off = bool(proposals) and newest(proposals).calls_off
    title = newest(proposals).title if proposals else None
    row.title = " ".join(title.value.split())[:120] if title else ""
    row.troubles = list(arrival.troubles)


def _newer(row: UpstreamRow, arrival: Arrival, digest: str, proposals: tuple[Proposal, ...], *, at: datetime) -> Heard:
    """What a further version does to the notice there is."""
    sequence = newest(proposals).sequence if proposals else None
    if not proposals or (sequence is not None and row.sequence is not None and sequence < row.sequence):
        _keep(row, arrival, digest, proposals, Heard.OLDER, at=at)
        return Heard.OLDER
    then = by_work(read_as_far_as_it_goes(row.text)[0]).get(row.uid)
    found = [list(one) for one in changes_between(newest(then), newest(proposals))] if then else []
    _say_now(row, arrival, digest, proposals, at=at)
    if not found and then:
        row.save()
        _keep(row, arrival, digest, proposals, Heard.SAME, at=at)
        return Heard.SAME
    row.changes, row.changed_at = _joined(row.changes, found), at
    if row.settled_at is not None and row.downtime_id is None and not row.called_off:
        row.settled_at = None  # what was laid aside is another thing now
    row.save()
    _keep(row, arrival, digest, proposals, Heard.CHANGED, at=at, changes=found)
    _tell_of_change(row, proposals, found, at=at)
    return Heard.CHANGED


def _joined(before: Iterable[list[str]], found: Iterable[list[str]]) -> list[list[str]]:
    """Two changes of the same thing that nobody looked at between are one, from the first to the last."""
    joined = {what: [what, then, now] for what, then, now in before}
    for what, then, now in found:
        joined[what] = [what, joined[what][1] if what in joined else then, now]
    return [one for one in joined.values() if one[1] != one[2]]


def _keep(
    row: UpstreamRow,
    arrival: Arrival,
    digest: str,
    proposals: tuple[Proposal, ...],
    standing: Heard,
    *,
    at: datetime,
    changes: Iterable[list[str]] = (),
) -> None:
    sequence = newest(proposals).sequence if proposals else None
    UpstreamVersionRow.objects.create(
        notice=row,
        digest=digest,
        text=arrival.text,
        sequence=sequence,
        standing=standing,
        changes=list(changes),
        came_at=at,
        came_from=" ".join(arrival.came_from.split())[:200],
        mail=arrival.mail,
        message_id=arrival.message_id[:260],
    )
    record(NOTICE, row.pk, f"notice-{standing}", actor=TIERLINE, at=at, mail=arrival.mail, sequence=sequence)


def _tell_of_change(
    row: UpstreamRow, proposals: tuple[Proposal, ...], found: Iterable[list[str]], *, at: datetime
) -> None:
    said = [f"{what}: {now} (before: {then})" for what, then, now in found]
    if row.downtime is None:
        title = "They call off what waits to be confirmed" if row.called_off else "A notice that waits has changed"
        if row.settled_at is None:
            _tell_senders(row, proposals, title, said, at=at)
    elif row.downtime.state not in ENDED:
        _ask_whoever_leads(row, said, at=at)


def _ask_whoever_leads(row: UpstreamRow, said: list[str], *, at: datetime) -> None:
    change = locked(TIERLINE, row.downtime_id or 0, at=at)
    called_off = "They call their work off.\n" if row.called_off else ""
    note(change, "upstream-changed", notice=row.pk, words="; ".join(said)[:1000])
    mail_to(
        change,
        owner_of(change),
        purpose=f"upstream:{row.pk}:{row.digest[:16]}",
        subject=f"[{change.reference}] The notice it rests on has changed",
        text=f"{content_of(change.row).title} was planned from a notice of {row.came_from or 'another team'}, which "
        f"says something else now.\n{called_off}\n{chr(10).join(said)}\n\nNothing was changed here. Decide what "
        f"follows: {link_to(change.row.pk)}\n",
    )


def _tell_senders(
    row: UpstreamRow, proposals: tuple[Proposal, ...], title: str, said: Iterable[str] = (), *, at: datetime
) -> None:
    """A mail to whoever tells of planned work. Of senders nobody knows one a day, so that nobody can flood them."""
    if row.mail is None:
        return  # whoever pasted it is looking at it
    name = row.title or "a notice without a title"
    once = f"{row.pk}:{row.digest[:16]}" if row.sender_known else f"unknown:{at:%Y-%m-%d}"
    lines = [
        f"{row.came_from} announces: {name}",
        *([] if proposals else ["Nothing could be read of it by itself."]),
        *([] if row.sender_known else ["The sender is not known to the plans. Ask them by another way first."]),
        *said,
    ]
    link = f"{settings.SITE_ADDRESS.rstrip('/')}/downtimes/notices/{row.pk}/"
    text = "\n".join(lines) + f"\n\nNothing is planned or told until somebody confirms it: {link}\n"
    for duty, address in _senders(planbook_in_force().planbook, at):
        send_out(
            f"{NOTICE}-{once}:email:{address}",
            by="email",
            subject=(NOTICE, row.pk),
            team=duty,
            organisations=row.organisations,
            message={"to": address, "subject": f"[Notice {row.pk}] {title}", "text": text},
            at=at,
        )


def _senders(planbook: Planbook, at: datetime) -> list[tuple[str, str]]:
    """The duty and address of everybody who sends word of planned work, each once."""
    found: dict[str, str] = {}
    for known in procedures_at(planbook, at):
        duty = known.procedure.sender
        for person in people_behind(planbook, duty) if duty else ():
            if address := person.addresses.get("email"):
                found.setdefault(address, str(duty))
    return [(duty, address) for address, duty in found.items()]
