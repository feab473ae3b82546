"""E-mail by SMTP, one transaction a person. Refuses more than one recipient a message and header injection.

SMTP cannot be asked whether a message arrived before, so this is at least once, recognisable: every try of the
same effect carries the same Message-ID (RFC 5322 3.6.4), by which mail systems and people know the repeat. Where the
server can (RFC 3461), it is asked to report failure and delay under the message's own mark; what it took is accepted
by the next hop, not delivered. How the mail is written is ``letter``'s business, how it gets there ``mail_line``'s.
"""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, ClassVar

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.letter import compose, filled, headed, message_id, written
from tierline.channels.mail_line import Envelope, hand_over, place, send_whole
from tierline.foundation.clock import now

__all__ = ["Email", "compose", "envelope_sender", "message_id", "xtext"]

LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Email:
    """The channel.

    ``url`` is ``smtp://``, ``smtp+starttls://`` or ``smtps://`` with host, port and sign-in; empty: not
    connected.
    """

    url: str
    sender: str
    name: ClassVar[str] = "email"
    label: ClassVar[str] = "E-mail"

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Send ``{"to", "subject", "text"}`` to its one recipient. Evidence: ``message_id server accepted answer dsn
        found``.

        Also ``html``; ``calendar`` (the text of an iCalendar, attached); ``in_reply_to`` and ``references`` (ids);
        ``reply_to``; ``mark``; ``unsubscribe`` (an https address that takes the one-click POST of RFC 8058) where the
        list is optional, and only there.
        """
        if not self.url:
            return NotConnected("No mail server is set (SMTP_URL), so nothing leaves this machine.")
        try:
            headers = headed(key, message, sender=self.sender, at=now())
            return self._send(headers, message)
        except (ValueError, OSError) as trouble:  # smtplib's own are OSErrors
            return _answer_in(trouble)

    def _send(self, headers: EmailMessage, message: Mapping[str, Any]) -> Answer:
        to = str(headers["To"].addresses[0].addr_spec)
        envelope = Envelope(envelope_sender(self.sender, message.get("reply_to")), to)
        if f"{envelope.sender}{to}".isascii():
            answer, dsn = hand_over(self.url, envelope, written(headers, message), reports=_reports(headers))
        else:
            answer, dsn = send_whole(self.url, envelope, filled(headers, message)), False
        host, port = place(self.url)
        told = {"message_id": headers["Message-ID"], "server": f"{host}:{port}", "accepted": headers["To"]}
        return Delivered({**told, "answer": " ".join(answer.split())[:LONGEST_ANSWER], "dsn": dsn, "found": False})


def envelope_sender(sender: str, reply_to: Any) -> str:
    """Where reports go: the address this message's answers go to, so that they are placed by it, when it is of the
    sender's domain (another would fail the receiver's check of who may send); else the sender."""
    ours, answers = parseaddr(sender)[1], parseaddr(str(reply_to or ""))[1]
    same = "@" in answers and answers.rpartition("@")[2].casefold() == ours.rpartition("@")[2].casefold()
    return answers if same else ours or sender


def _reports(mail: EmailMessage) -> tuple[list[str], list[str]]:
    """What to ask of a server that can report: failure and delay, headers only, under our mark (RFC 3461)."""
    mark = str(mail["Message-ID"]).strip("<>")
    to = str(mail["To"].addresses[0].addr_spec)
    return ["RET=HDRS", f"ENVID={xtext(mark)}"], ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{xtext(to)}"]


def xtext(text: str) -> str:
    """Text as a parameter of SMTP may hold it (RFC 3461 4): others as ``+2B``."""
    return "".join(sign if "!" <= sign <= "~" and sign not in "+=" else f"+{ord(sign):02X}" for sign in text)


def _answer_in(trouble: ValueError | OSError) -> Answer:
    """What a failed try means for the message."""
    match trouble:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(trouble.recipients.values()))
            return _answer_to(code, text, "the recipient")
        case smtplib.SMTPResponseException():
            return _answer_to(trouble.smtp_code, trouble.smtp_error, "the message")
        case smtplib.SMTPNotSupportedError():
            return Refused("The mail server does not take an address outside ASCII. Ask for another address.")
        case OSError():
            said = " ".join(str(trouble).split())[:200].rstrip(".")
            return TryAgain(f"The mail server could not be reached or broke off: {said}.")
    return Refused(f"The message cannot be written as e-mail: {trouble}")


def _answer_to(code: int, text: bytes | str, what: str) -> Answer:
    """4xx is for now, 5xx for good (RFC 5321 4.2.1)."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    sentence = f"The mail server refused {what}: {code} {words}"
    return Refused(sentence) if code >= 500 else TryAgain(sentence)
