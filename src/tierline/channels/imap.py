"""Reading a mailbox by IMAP (RFC 9051, and 3501 before it). Reads only: marks, moves, deletes nothing.

Every wait has an end: each answer of the server, and the visit as a whole. Refuses to send a password over a line that
is not encrypted, except within this machine.
"""

import imaplib
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

ANSWER_SECONDS = 15.0
VISIT_SECONDS = 45.0
_PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
_BODY = re.compile(rb"BODY\[\]", re.IGNORECASE)


class CannotFetch(Exception):
    """The mailbox could not be read; the sentence says why and what to do, and holds no password."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where to fetch from, read from a URL such as ``imaps://user:password@host:993/INBOX``."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    folder: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.user}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message: its number in its mailbox, what that number is worth (UIDVALIDITY), and its bytes."""

    validity: int
    uid: int
    raw: bytes


def mailbox_at(url: str) -> Mailbox:
    """The mailbox a URL names. Raises CannotFetch for one that cannot be used."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise CannotFetch("IMAP_URL is no address of a mailbox. Write imaps://user:password@host/INBOX.") from None
    if not parts.hostname or not parts.username:
        raise CannotFetch("IMAP_URL names no host or no user. Write imaps://user:password@host/INBOX.")
    if parts.scheme == "imap" and not _is_here(parts.hostname):
        raise CannotFetch("IMAP_URL would send the password unencrypted. Use imaps:// or imap+starttls://.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    return Mailbox(parts.scheme, parts.hostname, port, unquote(parts.username), unquote(parts.password or ""), folder)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def arrived(mailbox: Mailbox, *, validity: int, after: int, most: int, largest: int) -> Iterator[Arrived]:
    """What came in behind the message ``after``, oldest first, at most ``most``, each cut at ``largest`` bytes.

    When the server's UIDVALIDITY is not ``validity`` its numbers are new ones, and it begins with the first.
    """
    with _told_in_words(mailbox):
        server = _connected(mailbox, largest)
        out_of_time = threading.Timer(VISIT_SECONDS, _hang_up, [server])
        out_of_time.daemon = True
        out_of_time.start()
        try:
            _sign_in(server, mailbox)
            now_valid = _open(server, mailbox.folder)
            for uid in _numbers(server, after if now_valid == validity else 0)[:most]:
                raw = _message(server, uid, largest)
                if raw is not None:
                    yield Arrived(now_valid, uid, raw)
        finally:
            out_of_time.cancel()
            with suppress(Exception):
                server.logout()
            _hang_up(server)


class _told_in_words:  # noqa: N801 - reads as a word in a with statement
    """Turns what goes wrong with the server into CannotFetch; what the reader of the mail raises passes through."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, trouble: BaseException | None, trace: Any) -> None:
        if isinstance(trouble, (OSError, imaplib.IMAP4.error, _OutOfBounds)):
            said = " ".join(str(trouble).replace("\x00", " ").split())[:200] or type(trouble).__name__
            raise CannotFetch(f"Mail cannot be fetched from {self.mailbox.host}: {said}") from None


class _OutOfBounds(Exception):
    """The server sent what nobody asked for."""


class _Bounded:
    """Reads no more of one answer than was asked for."""

    largest = 0

    def read(self, size: int) -> bytes:
        if size > self.largest + 1024:
            raise _OutOfBounds(f"it sent {size:,} bytes where {self.largest:,} were asked for")
        return bytes(super().read(size))  # type: ignore[misc]  # imaplib's own, mixed in below


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Secure(_Bounded, imaplib.IMAP4_SSL):
    pass


def _connected(mailbox: Mailbox, largest: int) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    server: _Plain | _Secure
    if mailbox.scheme == "imaps":
        server = _Secure(mailbox.host, mailbox.port, ssl_context=context, timeout=ANSWER_SECONDS)
    else:
        server = _Plain(mailbox.host, mailbox.port, timeout=ANSWER_SECONDS)
    server.largest = largest
    if mailbox.scheme == "imap+starttls":
        try:
            server.starttls(ssl_context=context)
        except BaseException:
            _hang_up(server)
            raise
    return server


def _hang_up(server: imaplib.IMAP4) -> None:
    """Break the line, whoever is waiting on it."""
    with suppress(OSError, AttributeError):
        server.socket().shutdown(socket.SHUT_RDWR)
    with suppress(OSError, AttributeError):
        server.socket().close()


def _sign_in(server: imaplib.IMAP4, mailbox: Mailbox) -> None:
    if "AUTH=PLAIN" in server.capabilities:
        server.authenticate("PLAIN", lambda _: f"\0{mailbox.user}\0{mailbox.password}".encode())
    else:
        server.login(_quoted(mailbox.user), mailbox.password)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _open(server: imaplib.IMAP4, folder: str) -> int:
    """Open the folder for reading only; its UIDVALIDITY."""
    if any(ord(sign) < 32 for sign in folder):
        raise _OutOfBounds("IMAP_URL names a folder with control characters")
    answer, told = server.select(_quoted(folder), readonly=True)
    if answer != "OK":
        raise _OutOfBounds(f"the folder {folder} cannot be opened ({_words(told)})")
    _, validity = server.response("UIDVALIDITY")
    if not validity or not isinstance(validity[0], bytes) or not validity[0].isdigit():
        raise _OutOfBounds("it names no UIDVALIDITY, so messages could not be told apart")
    return int(validity[0])


def _numbers(server: imaplib.IMAP4, after: int) -> list[int]:
    """The numbers behind ``after``, in order. ``n:*`` always names the last message, even one before n."""
    answer, told = server.uid("SEARCH", "UID", f"{after + 1}:*")
    if answer != "OK":
        raise _OutOfBounds(f"it does not list its messages ({_words(told)})")
    words = b" ".join(one for one in told if isinstance(one, bytes)).split()
    return sorted({int(word) for word in words if word.isdigit() and after < int(word) < 2**32})


def _message(server: imaplib.IMAP4, uid: int, largest: int) -> bytes | None:
    """The bytes of one message, without marking it seen; None when it is gone meanwhile."""
    answer, told = server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{largest}>)")
    if answer != "OK":
        raise _OutOfBounds(f"it does not give message {uid} ({_words(told)})")
    for one in told:
        if isinstance(one, tuple) and _BODY.search(one[0]):
            return bytes(one[1])
    return None


def _words(told: list[Any]) -> str:
    said = b" ".join(one for one in told if isinstance(one, bytes))
    return said.decode("utf-8", "replace")[:200]
