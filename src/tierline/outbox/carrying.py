"""Trying effects: booked before they are tried, tried without a transaction, each settled with the provider's answer.

One statement books all that a job brings (compare and swap), so that another worker leaves them alone for as long as
the lease lasts; a process that dies leaves what it booked to be tried once the lease is over. Each message is settled
by a commit of its own, which waits for the disk: what a kill can double is the one message that was just handed over.
Refuses to begin a try that could outlast the lease: what is left then is given back. docs/decisions/0019.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from procrastinate.contrib.django import app

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.email import Email
from tierline.directory.actor import TIERLINE
from tierline.outbox.guard import Finding, digest, findings, in_words
from tierline.outbox.lifecycle import EffectMove, EffectState, after
from tierline.outbox.models import EffectRow
from tierline.outbox.queueing import give_jobs
from tierline.outbox.registry import channel
from tierline.outbox.replying import reply_address
from tierline.outbox.retrying import next_try
from tierline.timeline.actions import record

LEASE: Final = timedelta(minutes=2)
#: How long after booking the last try may begin: a visit of a minute still ends within the lease.
LAST_BEGIN: Final = timedelta(seconds=40)
LATE_AFTER: Final = timedelta(minutes=10)
_ELSEWHERE = {"email": "e-mail", "slack": "Slack", "teams": "Teams", "sms": "a text message"}
#: Messages that are tried again within this span of each other share a job.
TOGETHER: Final = timedelta(seconds=5)
_KINDS: Final = {
    EffectMove.DELIVER: "message-sent",
    EffectMove.HOLD: "message-held",
    EffectMove.FAIL: "message-failed",
}
_log = logging.getLogger(__name__)


def carry_out_all(effect_ids: Iterable[int], *, clock: Callable[[], datetime]) -> dict[int, EffectState]:
    """Try those of these effects that are due and that nobody else is trying, one after the other.

    ``clock`` is asked before each. Returns the state each is in afterwards; one that was not tried is not named.
    """
    began = clock()
    booked = _book(effect_ids, at=began)
    states, again = {}, []
    for place, row in enumerate(booked):
        at = clock()
        if at - began > LAST_BEGIN:
            _give_back(booked[place:], at=at)
            break
        states[row.pk] = _try(row, at=at)
        if states[row.pk] is EffectState.PENDING and row.next_try_at is not None:
            again.append(row)
    _give_jobs_again(again)
    return states


@transaction.atomic
def _book(effect_ids: Iterable[int], *, at: datetime) -> list[EffectRow]:
    """Take what is due for ``LEASE``. What somebody else is changing right now is left to them."""
    due = EffectRow.objects.filter(pk__in=list(effect_ids), state=EffectState.PENDING, next_try_at__lte=at)
    rows = list(due.select_for_update(skip_locked=True).order_by("pk"))
    ours = EffectRow.objects.filter(pk__in=[row.pk for row in rows])
    if rows:
        ours.update(attempts=F("attempts") + 1, next_try_at=at + LEASE)
    for row in rows:
        row.attempts += 1
        row.next_try_at = None
    return rows


def _give_back(rows: Sequence[EffectRow], *, at: datetime) -> None:
    """Unbook what was not tried, and give it a job again."""
    with transaction.atomic():
        for row in rows:
            mine = EffectRow.objects.filter(pk=row.pk, state=EffectState.PENDING, attempts=row.attempts)
            mine.update(attempts=row.attempts - 1, next_try_at=at)
        give_jobs(rows[0].channel, [row.pk for row in rows], at=at)


def _give_jobs_again(rows: Sequence[EffectRow]) -> None:
    """Jobs for what is tried again. They stand apart from the booking of the next try: were they lost, the minute's
    sweep would give others."""
    due = sorted((row.next_try_at, row.pk) for row in rows if row.next_try_at is not None)
    while due:
        here = [(when, pk) for when, pk in due if when - due[0][0] <= TOGETHER]
        due = due[len(here) :]
        give_jobs(rows[0].channel, [pk for _, pk in here], at=here[-1][0])


def _try(booked: EffectRow, *, at: datetime) -> EffectState:
    found = _found_by_guard(booked)
    if found:
        return _hold_back(booked, found, at=at)
    if _has_a_newer_word(booked):
        return _give_way(booked, at=at)
    return _settle(booked, _answer(booked, at=at), at=at)


def _answer(booked: EffectRow, *, at: datetime) -> Answer:
    """What the channel answers. A mistake of ours in a channel is one message's trouble, not that of those after it:
    whether it left is not known, so it is tried again."""
    try:
        return channel(booked.channel).deliver(booked.key, _addressed(booked, at=at))
    except Exception as mistake:  # noqa: BLE001 - whatever it is, the others must leave
        _log.exception("The channel %s failed with effect %s", booked.channel, booked.pk)
        return TryAgain(f"Tierline itself failed while sending it ({type(mistake).__name__}); its log says more.")


def _found_by_guard(row: EffectRow) -> tuple[Finding, ...]:
    """What the privacy guard finds in a message that more than its one receiver may read; a person's word that these
    very texts may leave goes before it."""
    if row.channel == Email.name and not row.wide:
        return ()
    found = findings(row.message, row.names)
    return () if found and row.cleared == digest(row.message) else found


def _still_ours(booked: EffectRow) -> EffectRow | None:
    """The row, locked, while it is still the try that was booked."""
    row = EffectRow.objects.select_for_update().get(pk=booked.pk)
    return row if row.state == EffectState.PENDING and row.attempts == booked.attempts else None


def _state_of(booked: EffectRow) -> EffectState:
    return EffectState(EffectRow.objects.values_list("state", flat=True).get(pk=booked.pk))


@transaction.atomic
def _hold_back(booked: EffectRow, found: tuple[Finding, ...], *, at: datetime) -> EffectState:
    row = _still_ours(booked)
    if row is None:
        return _state_of(booked)
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
    row = _still_ours(booked)
    if row is None:
        return _state_of(booked)
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
    """Write down what became of the try that was booked; nothing when somebody else has settled it meanwhile."""
    move, retry_at = _judge(booked, answer, at=at)
    state = after(EffectState.PENDING, move)
    trouble = "" if isinstance(answer, Delivered) else answer.because
    settled: dict[str, Any] = {"state": state, "next_try_at": retry_at, "trouble": trouble}
    settled["settled_at"] = None if state is EffectState.PENDING else at
    if isinstance(answer, Delivered):
        settled["evidence"] = dict(answer.evidence)
    ours = EffectRow.objects.filter(pk=booked.pk, state=EffectState.PENDING, attempts=booked.attempts)
    if not ours.update(**settled):
        return _state_of(booked)
    booked.next_try_at = retry_at
    if retry_at is None:
        said = {"effect": booked.pk, "channel": booked.channel, "because": trouble}
        record(booked.subject_kind, booked.subject_id, _KINDS[move], actor=TIERLINE, at=at, **said)
        if booked.then:
            app.configure_task(booked.then, queue="system", schedule_at=at).defer(effect_id=booked.pk)
    return state


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
