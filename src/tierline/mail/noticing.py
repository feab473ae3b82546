"""Mail to the address for other teams' notices of planned work: for whom its sender speaks, and what it brings to read.

Refuses to believe a sender: who it says it is from decides what is shown, and a person confirms it all the same.
"""

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from tierline.downtime.actions.hearing import Arrival, Heard, hear
from tierline.downtime.upstream_versions import fuller, one_text
from tierline.foundation.trouble import Refusal
from tierline.mail.lifecycle import MailState
from tierline.mail.models import MailRow
from tierline.mail.reading import ReadFile, ReadMail
from tierline.mail.texts import decoded
from tierline.plans.downtimes import NoticeSender
from tierline.plans.procedures import notice_sender
from tierline.plans.queries import nothing_published, planbook_in_force

SAID = {
    Heard.FIRST: "It is notice {number} now and waits to be confirmed.",
    Heard.CHANGED: "Notice {number} says something else by it.",
    Heard.SAME: "Notice {number} said the same already.",
    Heard.OLDER: "It is older than what notice {number} says.",
}


def is_for_notices(addresses: Iterable[str]) -> bool:
    """Whether a mail went to the address for notices."""
    own = notices_address()
    return bool(own) and any(parseaddr(address)[1].lower() == own for address in addresses)


def notices_address() -> str:
    """Where notices arrive, in small letters."""
    return parseaddr(settings.NOTICES_ADDRESS)[1].lower()


def sender_of(mail: ReadMail, *, at: datetime) -> NoticeSender | None:
    """Whose notices the plans say come from this mail's sender."""
    if nothing_published() or not mail.sender:
        return None
    return notice_sender(planbook_in_force().planbook, mail.sender, at)


def bring_notice(row: MailRow, mail: ReadMail, known: NoticeSender | None, *, at: datetime) -> None:
    """Let planned work hear of it; what goes wrong puts the mail before a person."""
    try:
        with transaction.atomic():
            heard = hear(_arrival(row, mail, known), at=at)
    except (OperationalError, InterfaceError):
        raise
    except (Refusal, DatabaseError, ValueError, OverflowError) as trouble:
        said = str(trouble) if isinstance(trouble, Refusal) else type(trouble).__name__
        row.state, row.because = MailState.OPEN, f"{row.because} It could not be taken in as one: {said}"
    else:
        told = [SAID[how].format(number=number) for number, how in heard]
        row.notice, row.because = heard[0][0], " ".join([row.because, *told[:5]])
    row.save(update_fields=["state", "because", "notice"])


def _arrival(row: MailRow, mail: ReadMail, known: NoticeSender | None) -> Arrival:
    calendars = [(file.name, _text(file)) for file in mail.files if _is_calendar(file)]
    text, troubles = one_text(mail.subject, fuller(mail.text, mail.page), calendars)
    sender = mail.sender.lower() or "an unreadable sender"
    return Arrival(
        text=text.replace("\x00", ""),
        came_from=f"{known.label} ({sender})" if known else sender,
        sender=sender,
        known=known,
        mail=row.pk,
        message_id=mail.message_id,
        answers=mail.answers,
        troubles=(*mail.troubles, *troubles),
    )


def _is_calendar(file: ReadFile) -> bool:
    """By its name (a part without one is called after its kind) or by how it begins."""
    begins = file.content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper()
    return file.name.lower().endswith((".ics", ".calendar")) or begins == b"BEGIN:VCALENDAR"


def _text(file: ReadFile) -> str:
    return decoded(file.content, "utf-8").replace("\ufeff", "")
