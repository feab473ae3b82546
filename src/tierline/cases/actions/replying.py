"""What comes back by mail about a case: an answer, a word of a machine, a message that could not be delivered.

An answer makes the case new work for whoever writes down for the receiver. Refuses to guess what was meant: a plain
"yes" takes nothing over; a person reads it and decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tierline.cases.actions.asking import attempt_named_by, reader_of_question
from tierline.cases.actions.attaching import attach
from tierline.cases.actions.changing import Change, Saved, hands_of, take
from tierline.cases.actions.corresponding import came_back, is_theirs, question_under_way
from tierline.cases.actions.handing_off import addresses_of, hand_off_named_by
from tierline.cases.hands import may_change
from tierline.cases.models import CaseRow, HandOffRow
from tierline.cases.words import add_words
from tierline.directory.actor import Actor
from tierline.directory.queries import teams_with_people
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, NotAllowed, Unusable
from tierline.outbox.actions import bounce
from tierline.plans.queries import planbook_in_force


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody wrote: ``mail`` is the kept mail's id, ``key`` that of the message they answer (empty: unknown).

    ``files`` are names and bytes; ``refused`` sentences about what was not even looked at.
    """

    mail: int
    key: str
    sender: str
    text: str
    files: tuple[tuple[str, bytes], ...] = ()
    refused: tuple[str, ...] = ()


@transaction.atomic
def receive_answer(actor: Actor, number: int, answer: Answer, *, at: datetime) -> Saved:
    """Keep an answer with its case, files included, and put the case on top of the queue of whoever has to read it."""
    kept, refused = _attach_all(actor, number, answer.files, at=at)
    change = take(actor, number, at=at)
    hand_off = _hand_off_of(change.case, answer.key)
    change.case.answered_for = reader_of_question(change.case, answer.key) or _reader(change.case, hand_off)
    add_words(number, answer.text)
    return change.save(
        "reply-received",
        new_version=False,
        mail=answer.mail,
        hand_off=hand_off.pk if hand_off else None,
        inquiry=question_under_way(change, answer.key),
        sender=answer.sender,
        expected=_is_expected(change.case, hand_off, answer),
        text=answer.text,
        files=kept,
        refused=[*refused, *answer.refused],
    )


@transaction.atomic
def receive_auto_reply(actor: Actor, number: int, answer: Answer, *, at: datetime) -> Saved:
    """Keep the word of a machine (out of office and the like) with its case. It is nobody's work."""
    return take(actor, number, at=at).save(
        "auto-reply-received", new_version=False, mail=answer.mail, sender=answer.sender, text=answer.text
    )


@transaction.atomic
def receive_bounce(
    actor: Actor, number: int, effect: int, *, mail: int, key: str, to: str, because: str, at: datetime
) -> Saved:
    """Write down that a message never arrived: it counts as failed, and the case is new work for whoever sent it."""
    bounce(effect, because, at=at)
    change = take(actor, number, at=at)
    came_back(change, key, because)
    reader = reader_of_question(change.case, key) or _reader(change.case, _hand_off_of(change.case, key))
    change.case.answered_for = reader
    return change.save("message-bounced", new_version=False, mail=mail, effect=effect, sender=to, because=because)


@transaction.atomic
def look_at_answer(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Saved:
    """Say that the answer was read and nothing follows from it: the case stands again where it stood."""
    change = take(actor, number, at=at, version=version)
    if change.case.answered_for is None:
        raise Conflict(f"Nobody's answer waits on {case_reference(number)} any more. Look at its story.")
    if not _may_read_answer(actor, change):
        raise NotAllowed(f"The answer on {case_reference(number)} is for {change.case.answered_for} to read.")
    change.case.answered_for = None
    return change.save("reply-read", new_version=False)


def _may_read_answer(actor: Actor, change: Change) -> bool:
    """Whether the answer is this actor's to deal with."""
    return change.case.answered_for in actor.teams or may_change(actor, hands_of(change.case))


def _attach_all(
    actor: Actor, number: int, files: Iterable[tuple[str, bytes]], *, at: datetime
) -> tuple[list[str], list[str]]:
    """Attach what may be attached; the names kept, and a sentence for each that was not."""
    kept, refused = [], []
    for name, content in files:
        try:
            attach(actor, number, name, [content], at=at)
        except Unusable as refusal:
            refused.append(f"{name}: {refusal}")
        else:
            kept.append(name)
    return kept, refused


def _hand_off_of(case: CaseRow, key: str) -> HandOffRow | None:
    """The hand-off the mail was about, when it is one of this case."""
    named = hand_off_named_by(key)
    return case.hand_offs.filter(pk=named).first() if named else None


def _reader(case: CaseRow, hand_off: HandOffRow | None) -> str:
    """The team that has to read it: whoever writes down for the holder; the holder if somebody is there; else the
    sender."""
    if case.recorded_by:
        return case.recorded_by
    if hand_off is None or case.holder in teams_with_people():
        return case.holder
    return hand_off.sender


def _is_expected(case: CaseRow, hand_off: HandOffRow | None, answer: Answer) -> bool:
    """Whether the plans give the receiver this address, or the case the person; from elsewhere is shown as such."""
    sender = answer.sender
    if attempt_named_by(answer.key):
        return is_theirs(case, sender)
    if hand_off is None:
        return False
    known = addresses_of(planbook_in_force().planbook, hand_off.receiver)
    return sender.lower() in {address.lower() for address in known}
