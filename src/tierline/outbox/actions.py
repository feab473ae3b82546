"""Putting effects on their way and carrying them out.

The row and its job are written in the caller's transaction. Carrying out books the next try *before* trying
(compare and swap), holds no transaction while the network is spoken to, and keeps the provider's answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.email import Email
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Conflict, Unusable
from tierline.outbox.guard import Finding, digest, findings, in_words, redacted
from tierline.outbox.lifecycle import EffectMove, EffectState, after
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effect_row_for
from tierline.outbox.registry import channel, queue
from tierline.outbox.replying import mark_of, reply_address
from tierline.outbox.retrying import next_try
from tierline.timeline.actions import record

PATIENCE = timedelta(days=3)
LEASE = timedelta(minutes=2)
AT_ONCE = 25  # messages one job tries; enough to cost little, few enough that several workers share them
LATE_AFTER = timedelta(minutes=10)
LONGEST_REASON = 500
_ELSEWHERE = {"email": "e-mail", "slack": "Slack", "teams": "Teams", "sms": "a text message"}


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
        _give_a_job(row, at=at, lock=_turn(row) if in_turn else "")
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
    _give_jobs(rows, at=at)
    return found | {row.key: row.pk for row in rows}


def _turn(row: EffectRow) -> str:
    """The lock of those about one subject that leave by one channel in turn."""
    return f"{row.channel}-{row.subject_kind}-{row.subject_id}"


def _give_a_job(row: EffectRow, *, at: datetime, lock: str = "") -> None:
    """Write the job that tries ``row`` at ``at``, in the caller's transaction; a queue a channel, so that none
    waits for another."""
    way = queue(row.channel)
    task = app.configure_task("outbox.deliver_effect", queue=way, lock=lock or f"effect-{row.pk}", schedule_at=at)
    task.defer(effect_id=row.pk)


def _give_jobs(rows: Sequence[EffectRow], *, at: datetime) -> None:
    """Jobs for many messages of one channel that were just written: each tries some, one after the other. What a job
    that dies leaves behind is given a job of its own within a minute, as any lost one is. One for a whole room waits
    for its turn: a thread's first message is tried before the next."""
    if rows:
        lock = _turn(rows[0]) if len(rows) == 1 else None
        way = app.configure_task("outbox.deliver_effects", queue=queue(rows[0].channel), lock=lock, schedule_at=at)
        ids = [row.pk for row in rows]
        chunks: list[dict[str, Any]] = [
            {"effect_ids": ids[here : here + AT_ONCE]} for here in range(0, len(ids), AT_ONCE)
        ]
        way.batch_defer(*chunks)


def carry_out(effect_id: int, *, at: datetime) -> EffectState:
    """Try one effect, if it is due and nobody else is trying it. Returns the state it is in afterwards."""
    booked = EffectRow.objects.filter(pk=effect_id, state=EffectState.PENDING, next_try_at__lte=at).first()
    if booked is None:
        return EffectState(EffectRow.objects.values_list("state", flat=True).get(pk=effect_id))
    mine = EffectRow.objects.filter(pk=effect_id, state=EffectState.PENDING, attempts=booked.attempts).update(
        attempts=booked.attempts + 1, next_try_at=at + LEASE
    )
    if not mine:
        return EffectState.PENDING
    booked.attempts += 1
    found = _found_by_guard(booked)
    if found:
        return _hold_back(booked, found, at=at)
    if _has_a_newer_word(booked):
        return _give_way(booked, at=at)
    answer = channel(booked.channel).deliver(booked.key, _addressed(booked, at=at))
    return _settle(booked, answer, at=at)


def _found_by_guard(row: EffectRow) -> tuple[Finding, ...]:
    """What the privacy guard finds in a message that more than its one receiver may read; a person's word that these
    very texts may leave goes before it."""
    if row.channel == Email.name and not row.wide:
        return ()
    found = findings(row.message, row.names)
    return () if found and row.cleared == digest(row.message) else found


@transaction.atomic
def _hold_back(booked: EffectRow, found: tuple[Finding, ...], *, at: datetime) -> EffectState:
    row = EffectRow.objects.select_for_update().get(pk=booked.pk)
    if row.state != EffectState.PENDING or row.attempts != booked.attempts:
        return EffectState(row.state)
    row.state = after(EffectState(row.state), EffectMove.HOLD)
    row.attempts -= 1  # nothing was tried: withdrawing it takes back all of it
    row.next_try_at, row.settled_at = None, at
    row.trouble, row.found = in_words(found), [one.as_json() for one in found]
    row.save()
    kinds = sorted({one.kind for one in found})
    record(
        row.subject_kind, row.subject_id, "message-guarded", actor=TIERLINE, at=at, effect=row.pk, channel=row.channel,
        kinds=kinds, because=row.trouble,
    )  # fmt: skip
    return EffectState.HELD


def _has_a_newer_word(row: EffectRow) -> bool:
    """Whether a message that waited for its channel is one of those of which only the newest is worth reading."""
    if row.attempts == 1 or not row.trouble or not row.message.get("only_newest"):
        return False
    same = EffectRow.objects.filter(channel=row.channel, subject_kind=row.subject_kind, subject_id=row.subject_id)
    newer = same.filter(pk__gt=row.pk, message__only_newest=True)
    if row.message.get("to"):  # one of many, each to somebody else
        newer = newer.filter(message__to=row.message["to"])
    return newer.filter(state__in=[EffectState.PENDING, EffectState.DONE]).exists()


@transaction.atomic
def _give_way(booked: EffectRow, *, at: datetime) -> EffectState:
    row = EffectRow.objects.select_for_update().get(pk=booked.pk)
    if row.state != EffectState.PENDING or row.attempts != booked.attempts:
        return EffectState(row.state)
    row.state = after(EffectState(row.state), EffectMove.WITHDRAW)
    row.next_try_at, row.settled_at = None, at
    row.trouble = f"It waited until a newer word stood in its place. Before: {row.trouble}"
    row.save(update_fields=["state", "next_try_at", "settled_at", "trouble"])
    said = {"effect": row.pk, "channel": row.channel, "because": row.trouble}
    record(row.subject_kind, row.subject_id, "message-withdrawn", actor=TIERLINE, at=at, **said)
    return EffectState.WITHDRAWN


def _late(row: EffectRow, *, at: datetime) -> str:
    """What a message that waited for its channel says of that, and when the same word left by another first."""
    if row.attempts == 1 or not row.message.get("only_newest") or at - row.created_at < LATE_AFTER:
        return ""
    same = EffectRow.objects.filter(subject_kind=row.subject_kind, subject_id=row.subject_id, created_at=row.created_at)
    others = same.exclude(channel=row.channel).filter(wide=True, state=EffectState.DONE)
    first = others.order_by("settled_at").values_list("channel", "settled_at").first()
    went = f"; {_ELSEWHERE.get(first[0], first[0])} went {first[1]:%Y-%m-%d %H:%M} UTC" if first else ""
    return f"Sent late, at {at:%Y-%m-%d %H:%M} UTC{went}."


def _addressed(row: EffectRow, *, at: datetime) -> dict[str, Any]:
    """The message with what an answer to it finds it by, which it may bring itself, which try this is, since when an
    earlier try may have left something, and that it is late where that matters."""
    late = _late(row, at=at)
    answers_to = reply_address(settings.REPLY_ADDRESS, row.pk, settings.SECRET_KEY)
    tries = {"attempt": row.attempts, "written_at": row.created_at.isoformat()}
    return {"mark": row.mark, "reply_to": answers_to, **row.message, **tries} | ({"late": late} if late else {})


@transaction.atomic
def _settle(booked: EffectRow, answer: Answer, *, at: datetime) -> EffectState:
    row = EffectRow.objects.select_for_update().get(pk=booked.pk)
    if row.state != EffectState.PENDING or row.attempts != booked.attempts:
        return EffectState(row.state)
    move, retry_at = _judge(row, answer, at=at)
    row.state = after(EffectState(row.state), move)
    row.next_try_at = retry_at
    row.settled_at = None if row.state == EffectState.PENDING else at
    row.trouble = "" if isinstance(answer, Delivered) else answer.because
    row.evidence = dict(answer.evidence) if isinstance(answer, Delivered) else row.evidence
    # Not its words: a letter of some kilobytes would be written again.
    row.save(update_fields=["state", "next_try_at", "settled_at", "trouble", "evidence"])
    if retry_at is not None:
        _give_a_job(row, at=retry_at)
        return EffectState(row.state)
    _tell_the_subject(row, move, at=at)
    if row.then:
        app.configure_task(row.then, queue="system", schedule_at=at).defer(effect_id=row.pk)
    return EffectState(row.state)


def _judge(row: EffectRow, answer: Answer, *, at: datetime) -> tuple[EffectMove, datetime | None]:
    match answer:
        case Delivered():
            return EffectMove.DELIVER, None
        case NotConnected():
            return EffectMove.HOLD, None
        case Refused():
            return EffectMove.FAIL, None
        case TryAgain(after=pause):
            retry_at = next_try(row.attempts, at=at, not_after=row.not_after, pause=pause)
            return (EffectMove.POSTPONE, retry_at) if retry_at else (EffectMove.FAIL, None)


def _tell_the_subject(row: EffectRow, move: EffectMove, *, at: datetime) -> None:
    kinds = {EffectMove.DELIVER: "message-sent", EffectMove.HOLD: "message-held", EffectMove.FAIL: "message-failed"}
    record(
        row.subject_kind,
        row.subject_id,
        kinds[move],
        actor=TIERLINE,
        at=at,
        effect=row.pk,
        channel=row.channel,
        because=row.trouble,
    )


@transaction.atomic
def release(actor: Actor, effect_id: int, *, at: datetime) -> None:
    """Let a held or failed message try again, at once."""
    row = effect_row_for(actor, effect_id, to_change=True)
    row.state = after(EffectState(row.state), EffectMove.RELEASE)
    row.next_try_at, row.settled_at, row.not_after = at, None, at + PATIENCE
    row.save()
    record(row.subject_kind, row.subject_id, "message-released", actor=actor, at=at, effect=row.pk)
    _give_a_job(row, at=at)


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
    _give_a_job(row, at=at)


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
    """Give every due effect a job again, so that a lost job never means a lost message. Returns how many."""
    due = EffectRow.objects.filter(state=EffectState.PENDING, next_try_at__lte=at).order_by("next_try_at")[:most]
    for row in due:
        _give_a_job(row, at=at)
    return len(due)
