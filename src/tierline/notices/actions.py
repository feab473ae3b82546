"""Owing word, telling it, waiving it, passing it on. One transaction each, all effects through the outbox.

Who may do so is the business of whoever's notice it is: their action asks, and calls this one. Refuses an audience that
something blocks, and the same moment of the same revision twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Conflict, NotFound, Unusable
from tierline.notices.audience import Coverage, Member, Reachable, parity
from tierline.notices.document import Document, Fact
from tierline.notices.models import AnnouncementRow, DeliveryRow, ObligationRow, RelayRow
from tierline.notices.moments import TERMINAL, Moment, Owed, Owing, OwingMove, after
from tierline.notices.relays import Relaying, RelayMove
from tierline.notices.relays import after as relay_after
from tierline.notices.rendering import mail, slack
from tierline.notices.rendering.machine import as_json
from tierline.notices.signing import relay_link
from tierline.outbox.actions import send_out, send_out_all
from tierline.outbox.queries import message_id_of
from tierline.timeline.actions import record

Subject = tuple[str, int]
LONGEST_REASON: Final = 500
_COPY: Final = """
COPY notices_delivery (announcement_id, subject_kind, subject_id, person, name, words, channel, address, effect_id,
                       effect_key, because) FROM STDIN
"""
ONE_FOR_ALL: Final = frozenset({"slack", "teams"})  # one post for everybody
#: Told in the thread and shown in the channel as well, since the first word may be weeks old by then.
BROADCAST: Final = TERMINAL | {Moment.DAY_BEFORE}


@dataclass(frozen=True, slots=True)
class Relayer:
    """Who passes word on, to whom, by when. ``people`` are asked by e-mail."""

    relay: str
    by: str
    by_label: str
    to: str
    within: timedelta
    people: tuple[Reachable, ...]


@dataclass(frozen=True, slots=True)
class Announcing:
    """Everything one announcement needs. ``missing`` are channels the plan names and this house does not have,
    ``extras`` rooms that are written to beside and count for nobody."""

    subject: Subject
    document: Document
    coverage: Coverage
    team: str
    organisations: Sequence[str]
    not_after: datetime
    planbook: int
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    room: str = ""
    relayers: tuple[Relayer, ...] = ()

    def key(self, channel: str, target: str) -> str:
        """The key of an effect: the same words to the same place are the same effect for ever."""
        kind, number = self.subject
        return f"{kind}-{number}:{self.document.sequence}:{self.document.moment}:{channel}:{target}"


def owe(subject: Subject, revision: int, owed: Owed, *, at: datetime) -> None:
    """Write down that a moment has to be told."""
    ObligationRow.objects.create(
        subject_kind=subject[0],
        subject_id=subject[1],
        moment=owed.moment,
        revision=revision,
        owed_since=at,
        due_at=owed.due_at,
        because=owed.because,
        merged_into=owed.merged_into or "",
    )


def supersede(subject: Subject, moments: Iterable[Moment], *, at: datetime) -> None:
    """What is owed of these moments is no longer so: the work moved, is off, or is over."""
    for row in _owed(subject).filter(moment__in=list(moments)):
        _settle(row, OwingMove.SUPERSEDE, at=at)


def waive(actor: Actor, subject: Subject, obligation: int, because: str, *, at: datetime) -> None:
    """Decide that a moment is not told, and say why."""
    if not because.strip() or len(because) > LONGEST_REASON or "\x00" in because:
        raise Unusable(
            f"Say why nobody is told, in at most {LONGEST_REASON} plain characters.", {"because": "Write the reason."}
        )
    row = _owed(subject, of_any_state=True).filter(pk=obligation).first()
    if row is None:
        raise NotFound("No such word is owed here.")
    _settle(row, OwingMove.WAIVE, at=at, by=actor.name, reason=because.strip())
    record(*subject, "word-waived", actor=actor, at=at, moment=row.moment, because=because.strip())


@transaction.atomic
def announce(actor: Actor, what: Announcing, *, at: datetime) -> int:
    """Tell everybody of the coverage, write down whom, and settle what was owed. Returns the announcement's id."""
    if what.coverage.blocks:
        first = what.coverage.blocks[0].sentence
        raise Conflict(f"Nothing was sent: {first}")
    document = what.document
    if AnnouncementRow.objects.filter(**_of(what.subject), moment=document.moment, revision=document.sequence).exists():
        raise Conflict(f"{document.reference}, revision {document.sequence}: this was told already.")
    row = _write(actor, what, at=at)
    _deliver(row, what, at=at)
    for extra in what.extras:
        _carried(row, what, extra, at=at)
    _ask_relayers(row, what, at=at)
    _fulfil(row, what.subject, at=at)
    record(
        *what.subject, "announced", actor=actor, at=at, announcement=row.pk, moment=row.moment, people=len(row.snapshot)
    )
    return row.pk


def _of(subject: Subject) -> dict[str, Any]:
    return {"subject_kind": subject[0], "subject_id": subject[1]}


def _owed(subject: Subject, *, of_any_state: bool = False) -> Any:
    rows = ObligationRow.objects.select_for_update().filter(**_of(subject))
    return rows if of_any_state else rows.filter(state=Owing.OWED)


def _settle(
    row: ObligationRow,
    move: OwingMove,
    *,
    at: datetime,
    by: str = "",
    reason: str = "",
    announcement: AnnouncementRow | None = None,
) -> None:
    row.state = after(Owing(row.state), move)
    row.settled_at, row.settled_by, row.reason, row.announcement = at, by, reason, announcement
    row.save()


def _write(actor: Actor, what: Announcing, *, at: datetime) -> AnnouncementRow:
    report = parity(what.coverage)
    also = [row.moment for row in _owed(what.subject).filter(merged_into=what.document.moment)]
    return AnnouncementRow.objects.create(
        **_of(what.subject),
        moment=what.document.moment,
        revision=what.document.sequence,
        also_for=also,
        document=as_json(what.document),
        digest=what.coverage.digest,
        snapshot=[_member(member) for member in what.coverage.members],
        parity={
            "reached": dict(report.reached),
            "explained": list(report.explained),
            "unexplained": list(report.unexplained),
            "missing_channels": list(what.missing),
            "extra": {name: _key_of(what, name, "") for name in what.extras},
        },
        issued_at=at,
        issued_by=actor.name,
        planbook=what.planbook,
    )


def _member(member: Member) -> dict[str, Any]:
    cells = {cell.channel: cell.disposition.kind if cell.disposition else "" for cell in member.cells}
    return {"person": member.person.id, "words": list(member.words), "channels": cells}


@dataclass(frozen=True, slots=True)
class _Went:
    """What carries a delivery, or why nothing does."""

    effect: int | None = None
    key: str = ""
    address: str = ""
    because: str = ""


def _deliver(row: AnnouncementRow, what: Announcing, *, at: datetime) -> None:
    rows = []
    carried = {name: _carried(row, what, name, at=at) for name in what.coverage.channels}
    for member in what.coverage.members:
        for cell in member.cells:
            if cell.address is None:
                answer = cell.disposition
                because = f"{answer.kind}: {answer.because} ({answer.by})" if answer else "not answered for"
                went = _Went(because=because)
            else:
                key = _key_of(what, cell.channel, cell.address)
                went = _Went(carried[cell.channel][key], key, address=cell.address)
            rows.append(_delivery(row, member, cell.channel, went))
        absent = _Went(because="this house has no such channel")
        rows += [_delivery(row, member, name, absent) for name in what.missing]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for delivery in rows:
            copy.write_row(delivery)


def _key_of(what: Announcing, channel: str, address: str) -> str:
    return what.key(channel, what.room if channel in ONE_FOR_ALL else address)


def _carried(row: AnnouncementRow, what: Announcing, channel: str, *, at: datetime) -> dict[str, int]:
    """Put the messages of a channel on their way; returns the effects by key."""
    messages = {}
    if channel in ONE_FOR_ALL:
        messages[_key_of(what, channel, "")] = _post(row, what, channel)
    else:
        first = _first_words(what.subject, channel)
        for member in what.coverage.members:
            address = member.on(channel).address
            if address is not None:
                before = first.get(member.person.id)
                messages[_key_of(what, channel, address)] = _message(what, member, channel, address, before)
    return send_out_all(
        messages,
        by=channel,
        subject=what.subject,
        team=what.team,
        organisations=what.organisations,
        at=at,
        not_after=what.not_after,
        wide=True,
    )


def _delivery(row: AnnouncementRow, member: Member, channel: str, went: _Went) -> tuple[Any, ...]:
    """A row in the order of ``_COPY``."""
    person, words = member.person, list(member.words)
    about = (row.pk, row.subject_kind, row.subject_id, person.id[:80], person.name[:200], words)
    return (*about, channel, went.address, went.effect, went.key, went.because[:500])


def _message(what: Announcing, member: Member, channel: str, address: str, before: str | None) -> dict[str, Any]:
    """What one person is sent; ``before`` is the key of the first word they had, which it answers to."""
    if channel != "email":
        said = f"{what.document.subject}. {what.document.lead} {what.document.link}"
        return {"to": address, "text": said, **_AFTER_AN_OUTAGE}
    written = mail.mail(what.document, why=", ".join(what.labels.get(word, word) for word in member.words))
    message: dict[str, Any] = {**written.to(address, what.document.sender), **_AFTER_AN_OUTAGE}
    return message | ({"in_reply_to": message_id_of(before)} if before else {})


#: After an outage one current message, marked late, not a replay.
_AFTER_AN_OUTAGE: Final[Mapping[str, Any]] = {"only_newest": True}


def _post(row: AnnouncementRow, what: Announcing, channel: str) -> dict[str, Any]:
    """What a room is sent, once, tagging everybody where it can."""
    key = _key_of(what, channel, "")
    counts = channel in what.coverage.channels
    members = [str(cell.address) for m in what.coverage.members if counts and (cell := m.on(channel)).address]
    return {
        "room": what.room,
        **_AFTER_AN_OUTAGE,
        "broadcast": not BROADCAST.isdisjoint({row.moment, *row.also_for}),
        "post": slack.message(what.document, members=members, key=key),
        "document": as_json(what.document),
        "thread_of": next(iter(_first_words(what.subject, channel).values()), ""),
    }


def _out(what: Announcing, key: str, channel: str, message: Mapping[str, Any], *, at: datetime) -> int:
    return send_out(
        key,
        by=channel,
        subject=what.subject,
        team=what.team,
        organisations=what.organisations,
        message=message,
        at=at,
        not_after=what.not_after,
    )


def _first_words(subject: Subject, channel: str) -> dict[str, str]:
    """The key of the first message on a channel to each person, that the next ones answer to. One statement."""
    rows = DeliveryRow.objects.filter(**_of(subject), channel=channel).exclude(effect_key="").order_by("-pk")
    return dict(rows.values_list("person", "effect_key"))


def _ask_relayers(row: AnnouncementRow, what: Announcing, *, at: datetime) -> None:
    for relayer in what.relayers:
        relay = RelayRow.objects.create(
            announcement=row,
            **_of(what.subject),
            relay=relayer.relay,
            by=relayer.by,
            by_label=relayer.by_label,
            to=relayer.to,
            asked_at=at,
            due_at=at + relayer.within,
            asked_of=[person.name for person in relayer.people],
        )
        _ask_to_pass_on(relay, what, relayer, at=at)


def _ask_to_pass_on(relay: RelayRow, what: Announcing, relayer: Relayer, *, at: datetime) -> None:
    """One mail to each who may pass it on, with a link to a form: opening it does nothing."""
    for person in relayer.people:
        address = person.addresses.get("email")
        if address is None:
            continue
        asked = Fact(
            "Please pass this on",
            f"To: {relayer.to}\nThen say that it is done, on this page: {relay_link(relay.pk, person.name)}",
        )
        written = mail.mail(what.document, why=relayer.by_label, relay=asked)
        message = written.to(address, what.document.sender) | {"subject": f"Please pass on: {written.subject}"}
        _out(what, what.key("relay", f"{relay.relay}:{address}"), "email", message, at=at)


def _fulfil(row: AnnouncementRow, subject: Subject, *, at: datetime) -> None:
    for owed in _owed(subject).filter(moment=row.moment):
        _settle(owed, OwingMove.TELL, at=at, by=row.issued_by, announcement=row)
    for owed in _owed(subject).filter(merged_into=row.moment):
        _settle(owed, OwingMove.MERGE, at=at, by=row.issued_by, announcement=row)


@transaction.atomic
def answer_relay(relay: int, *, name: str, done: bool, words: str, at: datetime) -> str:
    """Write down what somebody says of passing an announcement on; the signed link says who. Returns the new state."""
    row = RelayRow.objects.select_for_update().filter(pk=relay).first()
    if row is None:
        raise NotFound("There is nothing here to pass on.")
    if not done and not words.strip():
        raise Unusable("Say in a few words why it was not passed on.", {"words": "Write why."})
    if len(words) > LONGEST_REASON or "\x00" in words:
        raise Unusable(f"Keep it under {LONGEST_REASON} plain characters.", {"words": "Shorten it."})
    row.state = relay_after(Relaying(row.state), RelayMove.CONFIRM if done else RelayMove.DECLINE)
    row.answered_by, row.answered_at, row.words = name, at, words.strip()
    row.save()
    kind = "relay-confirmed" if done else "relay-declined"
    said = {"relay": row.relay, "by": name, "to": row.to, "words": row.words}
    record(row.subject_kind, row.subject_id, kind, actor=TIERLINE, at=at, **said)
    return row.state
