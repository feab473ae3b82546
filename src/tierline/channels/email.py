"""E-mail by SMTP, one transaction a person. Refuses more than one recipient a message and header injection.

SMTP cannot be asked whether a message arrived before, so this is at least once, recognisable: every try of the
same effect carries the same Message-ID (RFC 5322 3.6.4), by which mail systems and people know the repeat. Where the
server can (RFC 3461), it is asked to report failure and delay under the message's own mark; what it took is accepted
by the next hop, not delivered.
"""

import hashlib
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from html import escape
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.foundation.clock import now

TIMEOUT_SECONDS = 20.0
IDLE_SECONDS = 5.0
MAILS_A_LINE = 50  # servers that count take no more than about a hundred
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
        """Send ``{"to", "subject", "text"}`` to its one recipient. Evidence: ``message_id server accepted dsn found``.

        Also ``html``; ``calendar`` (the text of an iCalendar, attached); ``in_reply_to`` and ``references`` (ids);
        ``reply_to``; ``mark``; ``unsubscribe`` (an https address that takes the one-click POST of RFC 8058) where the
        list is optional, and only there.
        """
        if not self.url:
            return NotConnected("No mail server is set (SMTP_URL), so nothing leaves this machine.")
        try:
            mail = compose(key, message, sender=self.sender)
            mail["Date"] = format_datetime(now())
        except ValueError as trouble:
            return Refused(f"The message cannot be written as e-mail: {trouble}")
        try:
            return self._send(mail, envelope_sender(self.sender, message.get("reply_to")))
        except smtplib.SMTPRecipientsRefused as trouble:
            code, text = next(iter(trouble.recipients.values()))
            return _answer_to(code, text, "the recipient")
        except smtplib.SMTPResponseException as trouble:
            return _answer_to(trouble.smtp_code, trouble.smtp_error, "the message")
        except (OSError, smtplib.SMTPException) as trouble:
            said = " ".join(str(trouble).split())[:200].rstrip(".")
            return TryAgain(f"The mail server could not be reached or broke off: {said}.")

    def _send(self, mail: EmailMessage, envelope: str) -> Answer:
        with self._session() as server:
            dsn = server.has_extn("dsn")
            asked = _reports(mail) if dsn else ([], [])
            server.send_message(
                mail, from_addr=envelope, to_addrs=[mail["To"]], mail_options=asked[0], rcpt_options=asked[1]
            )
        host, port = self._place()
        told = {"message_id": mail["Message-ID"], "server": f"{host}:{port}", "accepted": mail["To"]}
        return Delivered({**told, "dsn": dsn, "found": False})

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """The line this thread kept, or a new one; kept for the next mail when all went well."""
        server = _kept.take(self.url) or self._connected()
        try:
            yield server
        except BaseException:
            server.close()
            raise
        _kept.keep(self.url, server)

    def _place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return parts.hostname or "localhost", parts.port or _SCHEMES.get(parts.scheme, 25)

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = self._place()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=_context())
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        try:
            if parts.scheme == "smtp+starttls":
                server.starttls(context=_context())
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server


class _Kept(threading.local):
    """The line a thread used last: a mail server's greeting and TLS cost more than the mail. One recipient a
    transaction all the same."""

    url = ""
    server: smtplib.SMTP | None = None
    used_at = 0.0
    mails = 0

    def take(self, url: str) -> smtplib.SMTP | None:
        """The kept line when it is that server's, fresh, and answers; None otherwise."""
        server, self.server = self.server, None
        if server is None:
            return None
        fresh = time.monotonic() - self.used_at < IDLE_SECONDS and self.mails < MAILS_A_LINE
        try:
            if self.url == url and fresh and server.rset()[0] == 250:
                return server
            server.quit()
        except (OSError, smtplib.SMTPException):
            pass
        server.close()
        self.mails = 0
        return None

    def keep(self, url: str, server: smtplib.SMTP) -> None:
        """Keep a line for the next mail of this thread."""
        self.url, self.server, self.used_at = url, server, time.monotonic()
        self.mails += 1


_kept = _Kept()


@cache
def _context() -> ssl.SSLContext:
    """Made once: reading the machine's authorities takes longer than sending a mail."""
    return ssl.create_default_context()


def compose(key: str, message: Mapping[str, Any], *, sender: str) -> EmailMessage:
    """The mail for an effect. Raises ValueError when an address or header holds what no header may hold."""
    mail = EmailMessage(policy=SMTP)
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
    late = str(message.get("late") or "")
    mail.set_content(f"{late}\n\n{message['text']}" if late else message["text"])
    if message.get("html"):
        mail.add_alternative(_late_html(str(message["html"]), late), subtype="html")
    if message.get("calendar"):
        mail.add_attachment(str(message["calendar"]), subtype="calendar", filename="notice.ics")
    return mail


def _late_html(html: str, late: str) -> str:
    """The page with the sentence that it is late before everything else."""
    if not late:
        return html
    return re.sub(r"<body[^>]*>|\Z", lambda here: f"{here[0]}<p><strong>{escape(late)}</strong></p>", html, count=1)


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
