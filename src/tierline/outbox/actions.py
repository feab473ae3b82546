"""Putting effects on their way, and what people decide about those that did not leave.

The row and its job are written in the caller's transaction. How an effect is tried is ``carrying``'s business. Refuses
what the table of its life does not name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, Unusable
from tierline.outbox.carrying import LEASE, carry_out_all
from tierline.outbox.guard import digest, redacted
from tierline.outbox.lifecycle import EffectMove, EffectState, after
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effect_row_for
from tierline.outbox.queueing import give_a_job, give_jobs, turn
from tierline.outbox.replying import mark_of
from tierline.timeline.actions import record

__all__ = [
    "LEASE", "bounce", "carry_out", "carry_out_all", "deliver_due", "release", "rewrite", "send_as_it_is", "send_out",
    "send_out_all", "send_redacted", "withdraw", "withdraw_by_key",
]  # fmt: skip

PATIENCE = timedelta(days=3)
LONGEST_REASON = 500


def send_out(
    key: str,
    *,
    by: str,
    subject: tuple[str, int],
    team: str,
    organisations: Iterable[str],
    message: Mapping[str, Any],
    at: datetime,
    restricted_to: Iterable[str] = (),
    not_after: datetime | None = None,
    names: Iterable[str] = (),
    wide: bool = False,
    then: str = "",
    in_turn: bool = False,
) -> int:
    """Put one message on its way inside the caller's transaction; the same key twice is the same effect.

    ``names`` are those of the person concerned, which the privacy guard looks for; they are kept for its next look and
    never logged. ``wide``: a mail that goes to a wide list, which the guard looks at as at everything that is no mail.
    ``then`` names the job that is given the effect when it is settled, whatever became of it.
    ``in_turn``: tried after what was put on its way earlier, in turn as well, about the same subject by the same
    channel was tried once. Returns the effect's id.
    """
    row, made = EffectRow.objects.get_or_create(
        key=key,
        defaults={
            "mark": mark_of(settings.SECRET_KEY, key),
            "channel": by,
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "team": team,
            "organisations": sorted(organisations),
            "restricted_to": sorted(restricted_to),
            "message": dict(message),
            "created_at": at,
            "next_try_at": at,
            "not_after": not_after or at + PATIENCE,
            "names": [name for name in names if name.strip()],
            "wide": wide,
            "then": then,
        },
    )
    if made:
        give_a_job(row, at=at, lock=turn(row) if in_turn else "")
    return row.pk


def send_out_all(
    messages: Mapping[str, Mapping[str, Any]],
    *,
    by: str,
    subject: tuple[str, int],
    team: str,
    organisations: Iterable[str],
    at: datetime,
    not_after: datetime | None = None,
    wide: bool = False,
) -> dict[str, int]:
    """Put many messages (by key) of one channel and subject on their way, in a handful of statements. Returns their
    ids by key; a key that is there already is the effect that is there. ``wide`` as for one message."""
    found = dict(EffectRow.objects.filter(key__in=list(messages)).values_list("key", "pk"))
    rows = EffectRow.objects.bulk_create(
        EffectRow(
            key=key,
            mark=mark_of(settings.SECRET_KEY, key),
            channel=by,
            subject_kind=subject[0],
            subject_id=subject[1],
            team=team,
            organisations=sorted(organisations),
            message=dict(message),
            created_at=at,
            next_try_at=at,
            not_after=not_after or at + PATIENCE,
            wide=wide,
        )
        for key, message in messages.items()
        if key not in found
    )
    # One for a whole room waits for its turn: a thread's first message is tried before the next.
    give_jobs(by, [row.pk for row in rows], at=at, lock=turn(rows[0]) if len(rows) == 1 else "")
    return found | {row.key: row.pk for row in rows}


def carry_out(effect_id: int, *, at: datetime) -> EffectState:
    """Try one effect, if it is due and nobody else is trying it. Returns the state it is in afterwards."""
    tried = carry_out_all([effect_id], clock=lambda: at)
    return tried.get(effect_id) or EffectState(EffectRow.objects.values_list("state", flat=True).get(pk=effect_id))


@transaction.atomic
def release(actor: Actor, effect_id: int, *, at: datetime) -> None:
    """Let a held or failed message try again, at once."""
    row = effect_row_for(actor, effect_id, to_change=True)
    row.state = after(EffectState(row.state), EffectMove.RELEASE)
    row.next_try_at, row.settled_at, row.not_after = at, None, at + PATIENCE
    row.save()
    record(row.subject_kind, row.subject_id, "message-released", actor=actor, at=at, effect=row.pk)
    give_a_job(row, at=at)


@transaction.atomic
def send_redacted(actor: Actor, effect_id: int, *, at: datetime) -> None:
    """Let a message the guard holds leave without what it found; the guard looks at it once more as it leaves."""
    row = effect_row_for(actor, effect_id, to_change=True)
    _let_go(row, EffectMove.REWRITE, redacted(row.message, row.names), at=at)
    record(row.subject_kind, row.subject_id, "message-redacted", actor=actor, at=at, effect=row.pk)


@transaction.atomic
def rewrite(actor: Actor, effect_id: int, parts: Mapping[str, Any], *, at: datetime) -> None:
    """Let a held or failed message leave with some of its parts in other words; the guard looks at them."""
    row = effect_row_for(actor, effect_id, to_change=True)
    unknown = parts.keys() - row.message.keys()
    if unknown or not all(isinstance(part, str) and "\x00" not in part for part in parts.values()):
        raise Unusable("Only the message's own texts can be written anew.", {"text": "Write it anew."})
    _let_go(row, EffectMove.REWRITE, {**row.message, **parts}, at=at)
    record(row.subject_kind, row.subject_id, "message-rewritten", actor=actor, at=at, effect=row.pk)


@transaction.atomic
def send_as_it_is(actor: Actor, effect_id: int, reason: str, *, at: datetime) -> None:
    """Let a message leave though the guard held it, with the reason. Only the team that wrote it may."""
    row = effect_row_for(actor, effect_id, to_change=True)
    if not reason.strip() or len(reason) > LONGEST_REASON or "\x00" in reason:
        raise Unusable("Say in a sentence why it may leave as it is.", {"reason": "Say why."})
    kinds = sorted({one["kind"] for one in row.found})
    row.cleared = digest(row.message)
    _let_go(row, EffectMove.CLEAR, row.message, at=at)
    record(
        row.subject_kind, row.subject_id, "message-cleared", actor=actor, at=at, effect=row.pk, kinds=kinds,
        reason=reason.strip(),
    )  # fmt: skip


def _let_go(row: EffectRow, move: EffectMove, message: Mapping[str, Any], *, at: datetime) -> None:
    row.state = after(EffectState(row.state), move)
    row.message, row.found, row.trouble = dict(message), [], ""
    row.next_try_at, row.settled_at, row.not_after = at, None, at + PATIENCE
    row.save()
    give_a_job(row, at=at)


@transaction.atomic
def withdraw(actor: Actor, effect_id: int, *, at: datetime) -> None:
    """Take back a message that has not left. One whose next try is further off than any try lasts is only waiting."""
    row = effect_row_for(actor, effect_id, to_change=True)
    if row.state == EffectState.PENDING and row.attempts and row.next_try_at and at < row.next_try_at <= at + LEASE:
        raise Conflict("This message is being tried right now. Wait two minutes and look again.")
    row.state = after(EffectState(row.state), EffectMove.WITHDRAW)
    row.next_try_at, row.settled_at = None, at
    row.save()
    record(row.subject_kind, row.subject_id, "message-withdrawn", actor=actor, at=at, effect=row.pk)


@transaction.atomic
def bounce(effect_id: int, because: str, *, at: datetime) -> bool:
    """Write down that a message which had left came back; False when it is not one that left, or failed already."""
    row = EffectRow.objects.select_for_update().filter(pk=effect_id).first()
    if row is None or row.state not in (EffectState.DONE, EffectState.PENDING):
        return False
    row.state = after(EffectState(row.state), EffectMove.BOUNCE)
    row.next_try_at, row.settled_at, row.trouble = None, at, because
    row.save()
    return True


def withdraw_by_key(key: str, *, at: datetime) -> bool:
    """Take back an unsent message because its cause is gone; False when it has left already or never was."""
    return bool(
        EffectRow.objects.filter(key=key, state__in=[EffectState.PENDING, EffectState.HELD], attempts=0).update(
            state=EffectState.WITHDRAWN, next_try_at=None, settled_at=at
        )
    )


def deliver_due(*, at: datetime, most: int = 500) -> int:
    """Give every due effect a job again, so that a lost job never means a lost message. Returns how many.

    At most ``most`` of each channel, so that what waits for one keeps none of another's from being found.
    """
    due = EffectRow.objects.filter(state=EffectState.PENDING, next_try_at__lte=at)
    given = 0
    for name in due.order_by().values_list("channel", flat=True).distinct():
        waiting = list(due.filter(channel=name).order_by("next_try_at").values_list("pk", flat=True)[:most])
        give_jobs(name, waiting, at=at)
        given += len(waiting)
    return given
