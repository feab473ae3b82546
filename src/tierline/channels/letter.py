"""A message as e-mail: its headers, its body, and the bytes that leave. Refuses more than one recipient and header
injection (ValueError).

Many people are sent the same body under headers of their own. The body is written once and kept for the next; so are
headers that are the same for all. An address outside ASCII takes the long way, which asks the server whether it can.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

#: Seven bits: what a relay has to write anew would break a signature on the way (RFC 6376 5.3).
_POLICY = SMTP.clone(cte_type="7bit")


def compose(key: str, message: Mapping[str, Any], *, sender: str, at: datetime | None = None) -> EmailMessage:
    """The whole mail for an effect. Raises ValueError when an address or header holds what no header may hold."""
    return filled(headed(key, message, sender=sender, at=at), message)


def filled(headers: EmailMessage, message: Mapping[str, Any]) -> EmailMessage:
    """The mail with these headers and this message's body."""
    _fill(headers, *_parts(message))
    return headers


def headed(key: str, message: Mapping[str, Any], *, sender: str, at: datetime | None = None) -> EmailMessage:
    """The mail's headers, without a body. Raises ValueError as ``compose``."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _from(sender, str(message.get("from_name") or ""))
    mail["To"] = message["to"]
    mail["Subject"] = message["subject"]
    mail["Message-ID"] = message_id(key, sender, message.get("mark"))
    if message.get("reply_to"):
        mail["Reply-To"] = message["reply_to"]
    mail["Auto-Submitted"] = "auto-generated"
    _thread(mail, message)
    _unsubscribe(mail, message.get("unsubscribe"))
    if len(mail["To"].addresses) != 1:
        raise ValueError("one message goes to exactly one address")
    if at is not None:
        mail["Date"] = format_datetime(at)
    return mail


def written(headers: EmailMessage, message: Mapping[str, Any]) -> bytes:
    """The bytes of the mail with these headers and this message's body."""
    body = _body(*_parts(message))
    return headers.as_bytes().rstrip(b"\r\n") + b"\r\n" + body


def _parts(message: Mapping[str, Any]) -> tuple[str, str, str]:
    """Text, page and calendar; the sentence that it is late, where it brings one, before everything else."""
    text, html, late = message["text"], str(message.get("html") or ""), str(message.get("late") or "")
    if late:
        text = f"{late}\n\n{text}"
        said = f"<p><strong>{escape(late)}</strong></p>"
        html = html and re.sub(r"<body[^>]*>|\Z", lambda here: here[0] + said, html, count=1)
    return text, html, str(message.get("calendar") or "")


@lru_cache(maxsize=8)
def _body(text: str, html: str, calendar: str) -> bytes:
    """The part of a mail that is the same for everybody: its own headers, an empty line, the content."""
    mail = EmailMessage(policy=_POLICY)
    _fill(mail, text, html, calendar)
    return mail.as_bytes()


def _fill(mail: EmailMessage, text: str, html: str, calendar: str) -> None:
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    if calendar:
        mail.add_attachment(calendar, subtype="calendar", filename="notice.ics")


def _thread(mail: EmailMessage, message: Mapping[str, Any]) -> None:
    """Under the message it follows: ``References`` names all of its thread, the nearest last (RFC 5322 3.6.4)."""
    nearest = str(message.get("in_reply_to") or "")
    told = message.get("references") or ()
    before = [told] if isinstance(told, str) else [str(one) for one in told]
    thread = list(dict.fromkeys(one for one in (*before, nearest) if one))
    if nearest:
        mail["In-Reply-To"] = nearest
    if thread:
        mail["References"] = " ".join(thread)


def _unsubscribe(mail: EmailMessage, address: Any) -> None:
    """One click, by POST (RFC 8058): nothing happens when a scanner opens the link."""
    if not address:
        return
    parts = urlsplit(str(address))
    if parts.scheme != "https" or not parts.hostname or any(sign in str(address) for sign in "<> \t\r\n"):
        raise ValueError("the address to unsubscribe at has to be https")
    mail["List-Unsubscribe"] = f"<{address}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _from(sender: str, name: str) -> str:
    """The sender's address under the name of whoever writes: people know their desk, not a machine's address."""
    return formataddr((name, parseaddr(sender)[1])) if name and name.isprintable() else sender


def message_id(key: str, sender: str, mark: str | None = None) -> str:
    """The same Message-ID for every try of one effect; tells nothing about the case. A keyed ``mark`` cannot be
    guessed."""
    domain = sender.rpartition("@")[2].rstrip(">") or "tierline.example"
    return f"<{mark or hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"
