"""Reaching the person by a mail that Tierline itself sends, and taking what they wrote back as their answer.

Sends the words for the person and nothing else of the case. Refuses to write where the next attempt is not by e-mail,
or where the case knows no address of whoever is to be asked; refuses to take a mail that answers another question.
"""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from tierline.cases.actions.asking import Asking, attempt_key, attempt_named_by, open_inquiry, reporter_of, take_inquiry
from tierline.cases.actions.attempting import answer, pass_back, write_down_attempt
from tierline.cases.actions.changing import SUBJECT, Change, Saved
from tierline.cases.inquiry_life import InquiryKind, InquiryMove, InquiryState, Reached
from tierline.cases.inquiry_wording import Letter, letter, letter_subject
from tierline.cases.models import AttemptRow, CaseRow
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, NotFound, Unusable
from tierline.outbox.actions import send_out
from tierline.plans.queries import planbook_in_force
from tierline.timeline.queries import story

_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"()]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


@transaction.atomic
def send_attempt(actor: Actor, inquiry: int, *, at: datetime, version: int | None = None) -> Saved:
    """Make the next attempt by sending the words to the person's address on the case; their reply finds the case."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.make(InquiryMove.ATTEMPT)
    to = _address(asking)
    row, said = write_down_attempt(asking, Reached.WAITING, "", at)
    if row.by != "email":
        raise Conflict(f"The next attempt is by {row.by}. Make it, and write down how it ended.")
    _send(asking, row, to)
    return asking.keep("attempted", sent=True, **said)


@transaction.atomic
def take_mail_as_answer(actor: Actor, inquiry: int, fact: int, *, at: datetime, version: int | None = None) -> Saved:
    """Take a mail that came back as the answer, word for word, and pass it back up to whoever passed the question on.

    ``fact`` is the id of the mail on the case's story.
    """
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.may(InquiryMove.ANSWER)
    number = asking.change.case.pk
    found = (one for one in story(SUBJECT, number) if one.id == fact and one.kind == "reply-received")
    mail = next(found, None)
    if mail is None or mail.said.get("inquiry") != inquiry:
        raise NotFound(f"No mail on {case_reference(number)} answers this question. Look at its story again.")
    saved = answer(actor, inquiry, str(mail.said.get("text", "")), at=at)
    now = take_inquiry(actor, inquiry, at=at).now
    return pass_back(actor, inquiry, at=at) if now.state is InquiryState.ANSWERED and now.place else saved


def came_back(change: Change, key: str, because: str) -> None:
    """Write down with the attempt whose mail had this key that it never arrived."""
    named = attempt_named_by(key)
    waiting = AttemptRow.objects.filter(pk=named or 0, inquiry__case=change.case, outcome=Reached.WAITING)
    waiting.update(outcome=Reached.IMPOSSIBLE, note=because)


def is_address(contact: str) -> bool:
    """Whether a reporter's contact is an address mail can go to."""
    return bool(_ADDRESS.fullmatch(contact.strip()))


def is_theirs(case: CaseRow, sender: str) -> bool:
    """Whether a mail comes from the address the case knows of the person."""
    return sender.strip().lower() == case.report.reporter_contact.strip().lower()


def question_under_way(change: Change, key: str) -> int | None:
    """The open question whose mail had this key."""
    asking = open_inquiry(change)
    return asking.row.pk if asking is not None and key.startswith(f"inquiry-{asking.row.pk}:") else None


def _address(asking: Asking) -> str:
    case = asking.change.case
    contact = case.report.reporter_contact.strip()
    if asking.row.of_whom != reporter_of(case) or not is_address(contact):
        raise Unusable(
            f"{case_reference(case.pk)} knows no e-mail address of the person. Write to them from your own desk, and "
            "write the attempt down here."
        )
    return contact


def _send(asking: Asking, row: AttemptRow, to: str) -> None:
    case, planbook = asking.change.case, planbook_in_force().planbook
    words = Letter(
        reference=case_reference(case.pk),
        service=planbook.service_label(case.service),
        sender=planbook.team_label(asking.now.hands.team),
        telling=asking.row.kind == InquiryKind.TELL,
        words=asking.row.words,
    )
    send_out(
        attempt_key(row, to),
        by="email",
        subject=(SUBJECT, case.pk),
        team=asking.now.hands.recorder or asking.now.hands.team,
        organisations=case.organisations,
        restricted_to=case.restricted_to,
        message={"to": to, "from_name": words.sender, "subject": letter_subject(words), "text": letter(words)},
        at=asking.change.at,
    )
