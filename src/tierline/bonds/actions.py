"""Verbs of a bond: open, join, take in, say, change, and what becomes of it. One transaction each, the caller's.

Whoever calls has seen to it that the actor may do it to the case: a bond knows its case by kind and number only.
Refuses a bond for anything restricted, and words to a record that is not known to be there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tierline.bonds.lifecycle import BondMove, BondState, after
from tierline.bonds.models import BondRow, ExchangeRow, RecordRow
from tierline.directory.actor import TIERLINE
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound
from tierline.outbox.actions import rewrite, send_out, withdraw_by_key
from tierline.outbox.queries import ways_of
from tierline.trackers.tracker import Record, Stage

WHEN_SETTLED: Final = "crossing.take_evidence"  # the job that writes what became of a message on bond and case
OVER: Final = frozenset({Stage.SOLVED, Stage.CLOSED, Stage.CANCELLED})


@dataclass(frozen=True, slots=True)
class About:
    """What crosses: its subject, the team that sends it, who may see it, and the names of the person concerned."""

    subject: tuple[str, int]
    team: str
    organisations: tuple[str, ...]
    names: tuple[str, ...] = ()
    restricted_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class To:
    """Whereto: the partner's system, the team of the plans behind it, the service, and whether it is an engineering
    issue, which others may join."""

    system: str
    team: str
    service: str
    issue: bool


@transaction.atomic
def open_bond(
    about: About, to: To, message: Mapping[str, Any], *, key: str, at: datetime, hand_off: int | None = None
) -> int:
    """Have a record made there, under ``key``. Returns the bond's id."""
    _not_restricted(about)
    record = RecordRow.objects.create(
        system=to.system, team=to.team, service=to.service, issue=to.issue, title=str(message.get("title", ""))[:300],
        made_at=at,
    )  # fmt: skip
    bond = _new(about, record, receiver=to.team, outward=True, state=BondState.OPENING, at=at, hand_off=hand_off)
    _send(bond, about, {**message, "verb": "open"}, key=key, at=at)
    return bond.pk


@transaction.atomic
def join(about: About, record_id: int, text: str, *, key: str, at: datetime, hand_off: int | None = None) -> int:
    """Bond the subject to a record that is there already, and say so there. Returns the bond's id."""
    _not_restricted(about)
    record = RecordRow.objects.select_for_update().filter(pk=record_id).exclude(record="").first()
    if record is None or Stage(record.stage) in OVER:
        raise Conflict("That issue is not open there any more. Make a new one.")
    bond = record.bonds.filter(subject_kind=about.subject[0], subject_id=about.subject[1]).first()
    if bond is None:
        bond = _new(
            about, record, receiver=record.team, outward=True, state=BondState.OPENING, at=at, hand_off=hand_off
        )
    elif bond.state in (BondState.ENDED, BondState.DONE):
        _move(bond, BondMove.REOPEN, at=at)
        bond.hand_off = hand_off
        bond.save()
    _send(bond, about, {"verb": "say", "record": record.record, "text": text}, key=key, at=at)
    return bond.pk


@transaction.atomic
def take_in(about: About, read: Record, *, team: str, service: str, at: datetime) -> int:
    """Bond a subject to the record it came from: theirs first, in step from the beginning. Returns the bond's id."""
    _not_restricted(about)
    record, _ = RecordRow.objects.get_or_create(
        system=read.system, record=read.id, defaults={"team": team, "service": service, "made_at": at}
    )
    picture(record, read, at=at)
    record.save()
    for note in read.notes:
        ExchangeRow.objects.get_or_create(
            record=record, kind="note", mark=note.id,
            defaults={"ours": False, "author": note.author, "text": note.text, "at": note.at},
        )  # fmt: skip
    kind, number = about.subject
    known = record.bonds.filter(subject_kind=kind, subject_id=number).first()
    return (known or _new(about, record, receiver=team, outward=False, state=BondState.OPEN, at=at)).pk


@transaction.atomic
def say(bond_id: int, about: About, text: str, *, key: str, at: datetime) -> int:
    """Add a comment to the record. Returns the effect's id."""
    _not_restricted(about)
    bond = _crossed(bond_id)
    return _send(bond, about, {"verb": "say", "record": bond.record.record, "text": text}, key=key, at=at)


@transaction.atomic
def change(bond_id: int, about: About, wanted: Mapping[str, Any], *, key: str, at: datetime) -> int:
    """Change the record's stage, status, owner, queue or fields, based on what was read last. Returns the effect's
    id."""
    _not_restricted(about)
    bond = _crossed(bond_id)
    message = {"verb": "move", "record": bond.record.record, **wanted}
    if bond.record.revision:
        message["if_revision"] = bond.record.revision
    return _send(bond, about, message, key=key, at=at)


def _send(bond: BondRow, about: About, message: Mapping[str, Any], *, key: str, at: datetime) -> int:
    """Put one message of a bond on its way; the same key twice is the same message."""
    effect = send_out(
        key,
        by=bond.record.system,
        subject=about.subject,
        team=about.team,
        organisations=about.organisations,
        message=message,
        names=about.names,
        then=WHEN_SETTLED,
        at=at,
    )
    words = " ".join(str(message[word]) for word in ("stage", "status", "owner", "queue") if message.get(word))
    ExchangeRow.objects.get_or_create(
        effect=effect,
        defaults={
            "record": bond.record, "bond": bond, "ours": True, "kind": message["verb"], "mark": key, "status": words,
            "based_on": str(message.get("if_revision", "")), "at": at,
        },
    )  # fmt: skip
    return effect


def _crossed(bond_id: int) -> BondRow:
    bond = BondRow.objects.select_for_update().select_related("record").filter(pk=bond_id).first()
    if bond is None:
        raise NotFound("There is no such bond that you may see.")
    if not bond.record.record:
        raise Conflict("The record is not there yet: wait until our first message has arrived.")
    return bond


def _new(
    about: About,
    record: RecordRow,
    *,
    receiver: str,
    outward: bool,
    state: BondState,
    at: datetime,
    hand_off: int | None = None,
) -> BondRow:
    kind, number = about.subject
    return BondRow.objects.create(
        subject_kind=kind, subject_id=number, record=record, outward=outward, state=state, sender=about.team,
        receiver=receiver, hand_off=hand_off, organisations=sorted(about.organisations), opened_at=at,
    )  # fmt: skip


def _not_restricted(about: About) -> None:
    if about.restricted_to:
        raise NotAllowed(
            "This case is restricted (security or privacy): nothing of it crosses into a partner's system. "
            "Tell those who handle it."
        )


def picture(row: RecordRow, read: Record, *, at: datetime) -> None:
    """Bring a row up to what was read, without saving it."""
    row.record, row.number, row.url = read.id, read.number[:80], read.url[:500]
    row.title, row.status, row.stage = read.title[:300], read.status[:80], read.stage
    row.owner, row.queue, row.revision = read.owner[:200], read.queue[:200], read.revision[:200]
    row.changed_at, row.read_at, row.trouble = read.changed_at, at, ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Our message arrived: for which subject, in which system, under which number. ``first``: the bond stands by it."""

    bond: int
    subject: tuple[str, int]
    system: str
    number: str
    url: str
    hand_off: int | None
    first: bool


@transaction.atomic
def take_evidence(
    effect_id: int, message: Mapping[str, Any], evidence: Mapping[str, Any], *, at: datetime
) -> Arrived | None:
    """Write what the partner's system answered on the bond; None when the message is none of a bond's."""
    sent = ExchangeRow.objects.filter(effect=effect_id).first()
    if sent is None or sent.bond_id is None:
        return None
    bond = BondRow.objects.select_for_update().get(pk=sent.bond_id)
    record = RecordRow.objects.select_for_update().get(pk=sent.record_id)
    told = {key: str(value) for key, value in evidence.items() if value is not None}
    if sent.kind == "open":
        record = _identified(record, bond, told.get("id", ""))
        record.record, record.number = told.get("id", ""), told.get("number", "")[:80]
        record.url = told.get("url", "")[:500]
    if told.get("revision"):
        record.revision = sent.revision = told["revision"][:200]
    if told.get("status"):
        record.status = told["status"][:80]
    if sent.kind == "move":  # so that reading it again is no news
        record.stage = message.get("stage") or record.stage
        record.owner, record.queue = message.get("owner") or record.owner, message.get("queue") or record.queue
    if sent.kind == "say" and told.get("id"):
        _take_for_ours(record, told["id"])
        sent.text = ""
    record.read_at = at
    record.save()
    sent.save()
    first = bond.state == BondState.OPENING
    if first:
        _move(bond, BondMove.CROSS, at=at)
        bond.save()
    subject = (bond.subject_kind, bond.subject_id)
    return Arrived(bond.pk, subject, record.system, record.number, record.url, bond.hand_off, first)


def _identified(record: RecordRow, bond: BondRow, there: str) -> RecordRow:
    """The row of the record that was made: a reading may have met it before the answer of its making arrived."""
    known = (
        RecordRow.objects.filter(system=record.system, record=there).exclude(pk=record.pk).first() if there else None
    )
    if known is None:
        return record
    known.issue, known.team, known.service = record.issue, record.team, record.service
    record.exchange.update(record=known)
    bond.record = known
    bond.save()
    record.delete()
    return known


def _take_for_ours(record: RecordRow, note: str) -> None:
    """A comment of ours that was read before the answer to it arrived is no word of theirs."""
    ExchangeRow.objects.filter(record=record, kind="note", mark=note, ours=False).update(ours=True)


@transaction.atomic
def finish(bond_id: int, because: str, *, at: datetime) -> bool:
    """It is over there. False when that is known already."""
    return _make(bond_id, BondMove.FINISH, because, at=at)


@transaction.atomic
def reopen(bond_id: int, because: str, *, at: datetime) -> bool:
    """It goes on there. False when it does already."""
    return _make(bond_id, BondMove.REOPEN, because, at=at)


@transaction.atomic
def end(bond_id: int, because: str, *, at: datetime) -> bool:
    """Nothing crosses any more; what has not left is withdrawn. False when it was over already."""
    for key in ExchangeRow.objects.filter(bond=bond_id, ours=True).values_list("mark", flat=True):
        withdraw_by_key(key, at=at)
    return _make(bond_id, BondMove.END, because, at=at)


def _make(bond_id: int, move: BondMove, because: str, *, at: datetime) -> bool:
    bond = BondRow.objects.select_for_update().get(pk=bond_id)
    target = {BondMove.FINISH: BondState.DONE, BondMove.REOPEN: BondState.OPEN, BondMove.END: BondState.ENDED}[move]
    if bond.state in (target, BondState.OPENING if move is BondMove.REOPEN else target):
        return False
    if move is BondMove.FINISH and bond.state == BondState.ENDED:
        return False
    _move(bond, move, at=at)
    bond.because = because
    bond.save()
    return True


def _move(bond: BondRow, move: BondMove, *, at: datetime) -> None:
    bond.state = after(BondState(bond.state), move)
    bond.ended_at = at if bond.state == BondState.ENDED else None


def system_of(effect_id: int) -> str | None:
    """The partner's system a message of a bond went to."""
    return ExchangeRow.objects.filter(effect=effect_id).values_list("record__system", flat=True).first()


def rebase(effect_id: int) -> None:
    """A change of ours is made on top of the newest picture of the record."""
    sent = ExchangeRow.objects.select_related("record").get(effect=effect_id)
    sent.based_on = sent.record.revision
    sent.save(update_fields=["based_on"])


def let_go_on_top(record_id: int, *, at: datetime) -> None:
    """Make changes of ours again that were refused only because the record had another revision than we had seen."""
    based = ExchangeRow.objects.filter(record=record_id, kind="move", effect__isnull=False).exclude(based_on="")
    known = {row.effect: row for row in based.select_related("record") if row.effect is not None}
    for way in ways_of(list(known)).values():
        sent = known[way.effect]
        if way.state == "failed" and sent.based_on != sent.record.revision:
            rewrite(TIERLINE, way.effect, {"if_revision": sent.record.revision}, at=at)
            rebase(way.effect)


def of_hand_off(subject: tuple[str, int], hand_off: int) -> list[int]:
    """The bonds that one hand-off made or joined."""
    rows = BondRow.objects.filter(subject_kind=subject[0], subject_id=subject[1], hand_off=hand_off)
    return list(rows.order_by("id").values_list("pk", flat=True))


def done_of(subject: tuple[str, int]) -> list[int]:
    """The bonds of a subject whose last step is ours."""
    rows = BondRow.objects.filter(subject_kind=subject[0], subject_id=subject[1], state=BondState.DONE)
    return list(rows.values_list("pk", flat=True))


def seen_by(
    subject: tuple[str, int], organisations: Iterable[str], restricted_to: Iterable[str], *, at: datetime
) -> None:
    """Let the bonds of a subject be seen by whoever sees it; when it becomes restricted, nothing of it crosses any
    more."""
    rows = BondRow.objects.filter(subject_kind=subject[0], subject_id=subject[1])
    rows.update(organisations=sorted(organisations), restricted_to=sorted(restricted_to))
    if restricted_to:
        for bond in rows.exclude(state=BondState.ENDED).values_list("pk", flat=True):
            end(bond, "The case became restricted.", at=at)
