"""Taking mail in, and what a person decides about mail that nobody could place.

A mail that was handed over is kept as a row, whatever it holds; the same mail handed over again is the same row.
Refuses decisions about mail by anybody but those who have the duty for it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError, transaction

from tierline.cases.actions.attaching import keep_bytes, stored_at
from tierline.cases.actions.replying import Answer, receive_answer, receive_auto_reply, receive_bounce
from tierline.cases.queries import number_behind
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Refusal, Unusable
from tierline.mail.judging import Circumstances, Judgement, Verdict, judge, judge_notice
from tierline.mail.lifecycle import MailMove, MailState, after
from tierline.mail.models import MailRow
from tierline.mail.noticing import bring_notice, is_for_notices, notices_address, sender_of
from tierline.mail.notifying import with_notification
from tierline.mail.queries import mail_row_for
from tierline.mail.reading import ReadMail, read
from tierline.mail.texts import own_words
from tierline.outbox.actions import bounce
from tierline.outbox.queries import origins
from tierline.outbox.replying import Origin, marks_in, named_in
from tierline.timeline.actions import record

LONGEST_ANSWER = 20_000
LATELY = timedelta(hours=1)
log = structlog.get_logger("tierline.mail")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail; ``again`` when it had been taken before."""

    id: int
    verdict: Verdict
    case: int | None
    again: bool


def take_mail(raw: bytes, *, came_by: str, at: datetime, envelope: Iterable[str] = ()) -> Taken:
    """Keep a mail and bring it where it belongs. ``envelope``: the recipients its carrier named, beside its headers.

    Raises only when nothing can be kept at all (no database, full disk): then whoever carries it must try again.
    """
    mail = read(raw)
    before = _taken_before(mail)
    if before is not None:
        return before
    digest = hashlib.sha256(raw).hexdigest()
    keep_bytes(raw, digest)
    known = _circumstances(mail, tuple(envelope), at=at)
    speaker = None
    if is_for_notices((*envelope, *mail.recipients)) and known.signed is None:
        speaker = sender_of(mail, at=at)
        judgement = judge_notice(mail, known, sender_known=speaker is not None)
    else:
        judgement = with_notification(judge(mail, known), mail)
    with transaction.atomic():
        row = _new_row(mail, raw, digest, judgement, came_by=came_by, at=at)
        if row is None:
            return _taken_before(mail) or _lost(mail)
        if judgement.verdict is Verdict.NOTICE:
            bring_notice(row, mail, speaker, at=at)
        elif judgement.origin is not None:
            _bring(row, mail, judgement, judgement.origin, at=at)
    log.info("mail_taken", mail=row.pk, verdict=row.verdict, by=came_by, case=row.case)
    return Taken(row.pk, Verdict(row.verdict), row.case, again=False)


def _taken_before(mail: ReadMail) -> Taken | None:
    found = MailRow.objects.filter(identity=mail.identity).first()
    return Taken(found.pk, Verdict(found.verdict), found.case, again=True) if found else None


def _lost(mail: ReadMail) -> Taken:
    raise OperationalError(f"The mail {mail.identity[:12]} is being kept by another process; try again.")


def _circumstances(mail: ReadMail, envelope: tuple[str, ...], *, at: datetime) -> Circumstances:
    addresses = [one for one in dict.fromkeys((*envelope, *mail.recipients)) if one.lower() != notices_address()]
    named = [named_in(address, settings.REPLY_ADDRESS, settings.SECRET_KEY) for address in addresses]
    effects = [one.effect for one in named if one.effect is not None]
    answered, returned, own = (marks_in(" ".join(ids)) for ids in (mail.answers, mail.returned, (mail.message_id,)))
    wanted = {*answered, *returned, *own}
    found = origins(effects=effects, marks=wanted) if effects or wanted else []
    by_effect = {origin.effect: origin for origin in found}
    by_mark = {origin.mark: origin for origin in found}
    return Circumstances(
        signed=next((by_effect[effect] for effect in effects if effect in by_effect), None),
        altered=any(one.altered for one in named),
        referenced=next((by_mark[mark] for mark in answered if mark in by_mark), None),
        returned=next((by_mark[mark] for mark in returned if mark in by_mark), None),
        own=any(mark in by_mark for mark in own),
        lately=_lately(mail.sender.lower(), at),
    )


def _lately(sender: str, at: datetime) -> int:
    """How many mails this sender sent within the hour."""
    return MailRow.objects.filter(sender=sender, received_at__gt=at - LATELY).count() if sender else 0


def _new_row(
    mail: ReadMail, raw: bytes, digest: str, judgement: Judgement, *, came_by: str, at: datetime
) -> MailRow | None:
    """The row, not yet with a case; None when another process was faster with the same mail."""
    row = MailRow(
        identity=mail.identity,
        message_id=mail.message_id[:260],
        digest=digest,
        size=len(raw),
        came_by=came_by,
        sender=mail.sender.lower()[:260],
        recipients=", ".join(mail.recipients)[:5000],
        subject=mail.subject,
        text=mail.text,
        files=[file.name for file in mail.files],
        troubles=list(mail.troubles),
        received_at=at,
        verdict=judgement.verdict,
        because=judgement.because,
        state=MailState.OPEN if judgement.for_a_person else MailState.NOTHING,
        effect=judgement.origin.effect if judgement.origin else None,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return None
    except (DataError, ValueError):
        row.subject, row.text, row.recipients, row.message_id, row.files = "", "", "", "", []
        row.troubles = ["Its words cannot be stored; they are in the raw mail."]
        row.save(force_insert=True)
    return row


def _bring(row: MailRow, mail: ReadMail, judgement: Judgement, origin: Origin, *, at: datetime) -> None:
    """Bring it to the case of the message it speaks of; what cannot be brought is put before a person."""
    if origin.subject_kind != "case":
        _tell_another_subject(row, judgement, origin, at=at)
        return
    try:
        with transaction.atomic():
            _tell_the_case(row, mail, judgement, origin, at=at)
    except (OperationalError, InterfaceError):
        raise
    except (Refusal, DatabaseError, ValueError) as trouble:
        said = str(trouble) if isinstance(trouble, Refusal) else type(trouble).__name__
        row.state, row.because = MailState.OPEN, f"{row.because} It could not be brought to its case: {said}"
    else:
        row.state, row.case = MailState.PLACED, origin.subject_id
    row.save(update_fields=["state", "case", "because"])


def _tell_another_subject(row: MailRow, judgement: Judgement, origin: Origin, *, at: datetime) -> None:
    """What comes back to a word about something else than a case, planned downtime for instance: a failed delivery is
    one there and then, what a machine says is nobody's work, what a person says is read by a person."""
    said: dict[str, Any] = {"mail": row.pk, "sender": row.sender, "effect": origin.effect, "channel": "email"}
    match judgement.verdict:
        case Verdict.BOUNCE:
            if bounce(origin.effect, judgement.because, at=at):
                said["because"] = judgement.because
                record(origin.subject_kind, origin.subject_id, "message-failed", actor=TIERLINE, at=at, **said)
        case Verdict.REPLY:
            row.state = MailState.OPEN
            row.because = f"{row.because} That was about a {origin.subject_kind}: somebody has to read it."
            record(origin.subject_kind, origin.subject_id, "reply-received", actor=TIERLINE, at=at, **said)
            row.save(update_fields=["state", "because"])


def _tell_the_case(row: MailRow, mail: ReadMail, judgement: Judgement, origin: Origin, *, at: datetime) -> None:
    number = origin.subject_id
    match judgement.verdict:
        case Verdict.REPLY:
            receive_answer(TIERLINE, number, _answer(row, mail, origin.key), at=at)
        case Verdict.BOUNCE:
            because = judgement.because
            receive_bounce(
                TIERLINE, number, origin.effect, mail=row.pk, key=origin.key, to=origin.to, because=because, at=at
            )
        case _:
            receive_auto_reply(TIERLINE, number, _answer(row, mail, origin.key), at=at)


def _answer(row: MailRow, mail: ReadMail, key: str) -> Answer:
    return Answer(
        mail=row.pk,
        key=key,
        sender=row.sender or "an unreadable sender",
        text=own_words(mail.text)[:LONGEST_ANSWER],
        files=tuple((file.name, file.content) for file in mail.files),
        refused=mail.troubles,
    )


@transaction.atomic
def place_mail(actor: Actor, mail_id: int, reference: str, *, at: datetime) -> int:
    """Say which case a mail belongs to: it becomes an answer on that case. The actor has to see the case, too."""
    row = mail_row_for(actor, mail_id, to_change=True)
    row.state = after(MailState(row.state), MailMove.PLACE)
    number = number_behind(actor, reference)
    if number is None:
        raise Unusable(
            "There is no such case that you may see. Give its number, such as TL-1042.",
            {"case": "Give the number of a case."},
        )
    row.case, row.settled_by, row.settled_at = number, actor.name, at
    receive_answer(actor, number, _answer(row, _read_again(row), ""), at=at)
    row.save()
    return number


def _read_again(row: MailRow) -> ReadMail:
    """The mail from its kept bytes; what the row remembers of it when those are gone."""
    try:
        return read(stored_at(row.digest).read_bytes())
    except OSError:
        gone = ("The raw mail is gone, so its files could not be attached.",)
        return ReadMail(row.identity, sender=row.sender, text=row.text, troubles=gone)


@transaction.atomic
def dismiss_mail(actor: Actor, mail_id: int, *, at: datetime) -> None:
    """Say that a mail asks nothing of anybody. It is kept all the same."""
    _settle(actor, mail_id, MailMove.DISMISS, at=at)


@transaction.atomic
def reopen_mail(actor: Actor, mail_id: int, *, at: datetime) -> None:
    """Put a mail before a person again."""
    _settle(actor, mail_id, MailMove.REOPEN, at=at)


def _settle(actor: Actor, mail_id: int, move: MailMove, *, at: datetime) -> None:
    row = mail_row_for(actor, mail_id, to_change=True)
    row.state = after(MailState(row.state), move)
    row.settled_by, row.settled_at = actor.name, at
    row.save(update_fields=["state", "settled_by", "settled_at"])
