"""The line to a mail server: connected once, kept for the next mail, one transaction a recipient on it.

A server that takes commands in one go (PIPELINING, RFC 2920) is asked for sender, recipient and data at once: two
journeys a mail in place of five. Refuses to repeat anything once the body was written: from there on nobody knows
whether the mail is there, which is the outbox's business. A kept line that turns out to be dead before that is replaced
without a word.
"""

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cache
from typing import Final
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20.0
IDLE_SECONDS = 5.0
MAILS_A_LINE = 50  # servers that count take no more than about a hundred
_SCHEMES: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
_GOING: Final = 421


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom, and what is asked of the server beside."""

    sender: str
    recipient: str
    sender_options: Sequence[str] = ()
    recipient_options: Sequence[str] = ()


@dataclass(slots=True)
class Line:
    """A connection with what is known of it."""

    server: smtplib.SMTP
    used_at: float = 0.0
    mails: int = 0

    @property
    def is_fresh(self) -> bool:
        """Whether it may carry another mail."""
        return time.monotonic() - self.used_at < IDLE_SECONDS and self.mails < MAILS_A_LINE

    def offers(self, extension: str) -> bool:
        """Whether the server said that it can do this."""
        return bool(self.server.has_extn(extension))


class _Gone(Exception):
    """The kept line was dead before anything was handed over."""


class _Kept:
    """Lines that wait for the next mail, by server. The one used last is taken first, so that the others end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: dict[str, list[Line]] = {}

    def take(self, url: str) -> Line | None:
        """A line that may carry another mail; those that may not are ended."""
        with self._lock:
            waiting = self._lines.get(url, [])
            fresh = [line for line in waiting if line.is_fresh]
            stale = [line for line in waiting if not line.is_fresh]
            taken = fresh.pop() if fresh else None
            self._lines[url] = fresh
        for line in stale:
            _end(line)
        return taken

    def keep(self, url: str, line: Line) -> None:
        """Keep a line for the next mail."""
        line.used_at, line.mails = time.monotonic(), line.mails + 1
        with self._lock:
            self._lines.setdefault(url, []).append(line)


_kept = _Kept()


@contextmanager
def line_to(url: str, kept: "Line | None" = None) -> Iterator[Line]:
    """A line; afterwards it waits for the next mail, also when the server refused this one and is still there."""
    line = kept or connected(url)
    try:
        yield line
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        _keep_if_well(url, line, _GOING not in codes)
        raise
    except smtplib.SMTPResponseException as refused:
        _keep_if_well(url, line, refused.smtp_code != _GOING)
        raise
    except BaseException:
        line.server.close()
        raise
    _kept.keep(url, line)


def hand_over(url: str, envelope: Envelope, data: bytes, *, reports: Sequence[Sequence[str]]) -> tuple[str, bool]:
    """One transaction. ``reports`` are the options asked of a server that can report (RFC 3461): the sender's, the
    recipient's. Returns the server's answer, and whether reports were asked for.

    Raises what smtplib raises, and OSError.
    """
    kept = _kept.take(url)
    while kept is not None:
        try:
            with line_to(url, kept) as line:
                return _on(line, envelope, data, reports, kept=True)
        except _Gone:
            kept = _kept.take(url)
    with line_to(url) as line:
        return _on(line, envelope, data, reports, kept=False)


def send_whole(url: str, envelope: Envelope, mail: EmailMessage) -> str:
    """The long way, for an address outside ASCII: smtplib asks whether the server takes it (RFC 6531)."""
    with line_to(url) as line:
        line.server.send_message(mail, from_addr=envelope.sender, to_addrs=[envelope.recipient])
    return ""


def place(url: str) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or _SCHEMES.get(parts.scheme, 25)


def _on(
    line: Line, envelope: Envelope, data: bytes, reports: Sequence[Sequence[str]], *, kept: bool
) -> tuple[str, bool]:
    asked = line.offers("dsn")
    of_sender, of_recipient = reports if asked else ((), ())
    sender = _said("mail", "FROM", envelope.sender, [*envelope.sender_options, *of_sender])
    recipient = _said("rcpt", "TO", envelope.recipient, [*envelope.recipient_options, *of_recipient])
    try:
        _begun(line, envelope, sender, recipient, kept=kept)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        raise
    except OSError:  # which smtplib's own are, too
        if kept:
            line.server.close()
            raise _Gone from None
        raise
    # From here on the mail may be there whatever happens.
    line.server.send(_DOT.sub(b"..", data) + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    code, words = line.server.getreply()
    if code != 250:
        raise smtplib.SMTPDataError(code, words)
    return f"{code} {words.decode('utf-8', 'replace')}", asked


def _begun(line: Line, envelope: Envelope, sender: str, recipient: str, *, kept: bool) -> None:
    """Bring the server to wait for the body. Raises what it refuses."""
    server, commands = line.server, (sender, recipient, "data\r\n")
    together = line.offers("pipelining")
    if together:
        server.send("".join(commands))
    replies = []
    for command in commands:
        if not together:
            server.send(command)
        replies.append(server.getreply())
        if replies[0][0] == _GOING and kept:
            raise smtplib.SMTPServerDisconnected("The server had ended the line.")
        if not together and replies[-1][0] not in (250, 251, 354):
            break
    code, words = replies[0]
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, envelope.sender)
    code, words = replies[1]
    if code not in (250, 251):
        if len(replies) == 3 and replies[2][0] == 354:
            server.close()  # it waits for a body that nobody is to get
        raise smtplib.SMTPRecipientsRefused({envelope.recipient: (code, words)})
    code, words = replies[2]
    if code != 354:
        raise smtplib.SMTPDataError(code, words)


def _said(verb: str, role: str, address: str, options: Sequence[str]) -> str:
    command = " ".join([f"{verb} {role}:{smtplib.quoteaddr(address)}", *options])
    if any(sign in command for sign in "\r\n\x00"):
        raise ValueError("an address holds what no command may hold")
    return f"{command}\r\n"


def _keep_if_well(url: str, line: Line, stays: bool) -> None:
    """After a refusal: the transaction is taken back, and the line waits for the next mail."""
    try:
        well = stays and line.server.sock is not None and line.server.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        well = False
    if well:
        _kept.keep(url, line)
    else:
        line.server.close()


def _end(line: Line) -> None:
    with suppress(OSError, smtplib.SMTPException):
        line.server.quit()
    line.server.close()


def connected(url: str) -> Line:
    """A new line, signed in and introduced."""
    parts = urlsplit(url)
    host, port = place(url)
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
    return Line(server)


@cache
def _context() -> ssl.SSLContext:
    """Made once: reading the machine's authorities takes longer than sending a mail."""
    return ssl.create_default_context()
