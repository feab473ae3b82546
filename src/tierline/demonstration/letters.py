"""Mail of the stories: what somebody wrote back to a message of ours, as a mail program sends it, taken as any mail is.

Refuses a reply where nothing was written to anybody.
"""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings

from tierline.cases.queries import case
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Unusable
from tierline.mail.actions import take_mail
from tierline.outbox.queries import effects_of
from tierline.outbox.replying import reply_address


def newest_mail(actor: Actor, number: int, *, at: datetime) -> int:
    """The newest answer by mail on the case's story."""
    story = case(actor, number, at=at).story
    return next(fact.id for fact in reversed(story) if fact.kind == "reply-received")


def reply_by_mail(actor: Actor, number: int, *, at: datetime, text: str) -> None:
    """Let whoever got the newest message about the case answer it by mail."""
    written = [effect for effect in effects_of(actor, "case", number) if effect.channel == "email"]
    if not written:
        raise Unusable(f"Nobody was written to about case {number}, so nobody can write back.")
    newest = written[-1]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"] = str(newest.message["to"]), f"Re: {newest.message['subject']}"
    mail["To"] = reply_address(settings.REPLY_ADDRESS, newest.id, settings.SECRET_KEY) or settings.REPLY_ADDRESS
    mail["Date"], mail["Message-ID"] = format_datetime(at), f"<answer-{newest.id}@mail.example>"
    mail.set_content(text)
    take_mail(mail.as_bytes(), came_by="pipe", at=at)


def stray_mail(sender: str, subject: str, text: str, *, at: datetime) -> None:
    """Let somebody write who answers no message of ours: it waits for whoever places mail."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["Subject"], mail["To"] = sender, subject, settings.REPLY_ADDRESS
    mail["Date"], mail["Message-ID"] = format_datetime(at), "<stray-1@mail.example>"
    mail.set_content(text)
    take_mail(mail.as_bytes(), came_by="pipe", at=at)
