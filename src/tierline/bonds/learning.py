"""What a reading of a partner's system leaves on its records: the newest picture, their notes, their changes; and how
far each system was read.

Refuses nothing: what is known already leaves nothing new, so the same page of changes may be read any number of times.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tierline.bonds.actions import let_go_on_top, picture
from tierline.bonds.known import Known, News, news
from tierline.bonds.models import BondRow, DeliveryRow, ExchangeRow, RecordRow, SystemRow
from tierline.trackers.tracker import Record, Stage

KEPT_DELIVERIES = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Linked:
    """A bond of a record, for whoever tells its case."""

    bond: int
    subject: tuple[str, int]
    state: str
    outward: bool
    hand_off: int | None


@dataclass(frozen=True, slots=True)
class Learned:
    """A record that was known before: how it stood, what is new of it, and its bonds."""

    id: int
    before: Known
    news: News
    bonds: tuple[Linked, ...]


@transaction.atomic
def learn(read: Record, *, asking: bool, at: datetime) -> Learned | None:
    """Write down what is new of a record; None when nothing of ours is bound to it. ``asking``: it waits for us."""
    row = _row_of(read)
    if row is None:
        return None
    before = Known(
        row.status,
        Stage(row.stage),
        row.owner,
        row.queue,
        row.revision,
        row.asking,
        row.changed_at if row.read_at else None,
    )
    found = _news(row, before, read)
    if found.changed or not row.record or row.changed_at is None:  # the answer to its making said less than a reading
        picture(row, read, at=at)
        row.asking = asking
    row.read_at, row.trouble = at, ""
    row.save()
    _write_down(row, before, read, found)
    if found.changed and not found.notes and _same(before, read):
        let_go_on_top(row.pk, at=at)
    linked = tuple(
        Linked(bond.pk, (bond.subject_kind, bond.subject_id), bond.state, bond.outward, bond.hand_off)
        for bond in row.bonds.order_by("id")
    )
    return Learned(row.pk, before, found, linked)


def _same(before: Known, read: Record) -> bool:
    """Whether all that changed there is the revision: our own comment does that, and no change of ours runs into it."""
    return (before.status, before.stage, before.owner, before.queue) == (
        read.status, read.stage, read.owner, read.queue
    )  # fmt: skip


def _row_of(read: Record) -> RecordRow | None:
    """The record's row; also when the answer to its making was lost and it carries our key."""
    rows = RecordRow.objects.select_for_update()
    row = rows.filter(system=read.system, record=read.id).first()
    if row is None and read.key:
        made = ExchangeRow.objects.filter(kind="open", mark=read.key, record__system=read.system).first()
        row = rows.get(pk=made.record_id) if made else None
    return row


def _news(row: RecordRow, before: Known, read: Record) -> News:
    known = list(row.exchange.values_list("kind", "mark", "ours", "revision"))
    return news(
        before,
        read,
        notes={mark for kind, mark, _, _ in known if kind == "note"},
        keys={mark for kind, mark, ours, _ in known if ours and kind != "note"},
        revisions={revision for _, _, ours, revision in known if ours and revision},
    )


def _write_down(row: RecordRow, before: Known, read: Record, found: News) -> None:
    for note in (*found.notes, *found.echoes):
        ExchangeRow.objects.create(
            record=row, ours=note in found.echoes, kind="note", mark=note.id[:260], author=note.author[:200],
            text=note.text[:20_000].replace("\x00", "�"), at=note.at,
        )  # fmt: skip
    if found.changed and not found.ours and (before.status, before.owner, before.queue) != (
        read.status, read.owner, read.queue
    ):  # fmt: skip
        words = ", ".join(word for word in (read.status, read.owner, read.queue) if word)
        ExchangeRow.objects.get_or_create(
            record=row, kind="status", mark=read.revision[:260],
            defaults={"ours": False, "status": read.status[:80], "text": words, "at": read.changed_at},
        )  # fmt: skip


def could_not_apply(read: Record, trouble: str) -> None:
    """Say on a record that what was read of it could not be brought to its cases."""
    RecordRow.objects.filter(system=read.system, record=read.id).update(trouble=trouble)


def was_known(system: str, record: str) -> bool:
    """Whether anything of ours is bound to a record there."""
    return BondRow.objects.filter(record__system=system, record__record=record).exists()


@transaction.atomic
def read_on(system: str, *, behind: str, to: str, at: datetime) -> bool:
    """Move the cursor on, within the transaction that keeps what was read; False when another reading was faster."""
    row = SystemRow.objects.select_for_update().get(pk=system)
    if row.cursor != behind:
        return False
    row.cursor, row.read_at, row.trouble, row.trouble_since = to, at, "", None
    row.save()
    return True


def cursor_of(system: str) -> str:
    """Where reading a system was left off; empty before the first time."""
    return SystemRow.objects.get_or_create(pk=system)[0].cursor


def could_not_read(system: str, trouble: str, *, at: datetime) -> None:
    """Write down why a system could not be read, and since when."""
    row = SystemRow.objects.get_or_create(pk=system)[0]
    row.trouble_since = row.trouble_since if row.trouble else at
    row.trouble = trouble
    row.save(update_fields=["trouble", "trouble_since"])


def take_delivery(system: str, delivery: str, *, at: datetime) -> bool:
    """Remember a webhook's delivery; False when it was taken before. Old ones are forgotten."""
    DeliveryRow.objects.filter(system=system, at__lt=at - KEPT_DELIVERIES).delete()
    _, made = DeliveryRow.objects.get_or_create(system=system, delivery=delivery[:200], defaults={"at": at})
    return made
