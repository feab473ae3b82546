"""E-mail by SMTP, one transaction a person. Refuses more than one recipient a message and header injection.

SMTP cannot be asked whether a message arrived before, so this is at least once, recognisable: every try of the
same effect carries the same Message-ID (RFC 5322 3.6.4), by which mail systems and people know the repeat.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.foundation.clock import now

TIMEOUT_SECONDS = 20.0
_SCHEMES = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


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
        """Send ``{"to", "subject", "text", "html"?, "in_reply_to"?, "reply_to"?, "mark"?}`` to its one recipient."""
        if not self.url:
            return NotConnected("No mail server is set (SMTP_URL), so nothing leaves this machine.")
        try:
            mail = compose(key, message, sender=self.sender)
            mail["Date"] = format_datetime(now())
        except ValueError as trouble:
            return Refused(f"The message cannot be written as e-mail: {trouble}")
        try:
            return self._send(mail)
        except smtplib.SMTPRecipientsRefused as trouble:
            code, text = next(iter(trouble.recipients.values()))
            return _answer_to(code, text, "the recipient")
        except smtplib.SMTPResponseException as trouble:
            return _answer_to(trouble.smtp_code, trouble.smtp_error, "the message")
        except (OSError, smtplib.SMTPException) as trouble:
            return TryAgain(f"The mail server could not be reached or broke off: {trouble}")

    def _send(self, mail: EmailMessage) -> Answer:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "localhost", parts.port or _SCHEMES.get(parts.scheme, 25)
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=_trusted())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with server:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=_trusted())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(mail, from_addr=self.sender, to_addrs=[mail["To"]])
        return Delivered({"message_id": mail["Message-ID"], "server": f"{host}:{port}", "accepted": mail["To"]})


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts; reading that takes longer than sending a mail, and it is the same for all."""
    return ssl.create_default_context()


def compose(key: str, message: Mapping[str, Any], *, sender: str) -> EmailMessage:
    """The mail for an effect. Raises ValueError when an address or header holds what no header may hold."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message["to"]
    mail["Subject"] = message["subject"]
    mail["Message-ID"] = message_id(key, sender, message.get("mark"))
    if message.get("reply_to"):
        mail["Reply-To"] = message["reply_to"]
    mail["Auto-Submitted"] = "auto-generated"
    if message.get("in_reply_to"):
        mail["In-Reply-To"] = mail["References"] = message["in_reply_to"]
    if len(mail["To"].addresses) != 1:
        raise ValueError("one message goes to exactly one address")
    mail.set_content(message["text"])
    if message.get("html"):
        mail.add_alternative(message["html"], subtype="html")
    return mail


def message_id(key: str, sender: str, mark: str | None = None) -> str:
    """The same Message-ID for every try of one effect; tells nothing about the case. A keyed ``mark`` cannot be
    guessed."""
    domain = sender.rpartition("@")[2].rstrip(">") or "tierline.example"
    return f"<{mark or hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _answer_to(code: int, text: bytes | str, what: str) -> Answer:
    """4xx is for now, 5xx for good (RFC 5321 4.2.1)."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    sentence = f"The mail server refused {what}: {code} {words}"
    return Refused(sentence) if code >= 500 else TryAgain(sentence)
