"""A mail server to rehearse with: SMTP on loopback that keeps what it is given and passes nothing on.

Refuses whom it could only relay to: every recipient outside the domains that stand for nobody (RFC 2606 and 6761), so
that nothing it takes was meant for a mailbox there is. Faults come by the switches of all partners, the command in
place of the method and the recipient in place of the path::

    desk.faults.next(Answering(550, "No such person"), method="RCPT", path="pia")   # for good; 4xx is for now
    desk.faults.next(LostAnswer(), method="DATA")                                   # kept, and the line breaks
"""

import socketserver
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as AS_SENT
from typing import Any, ClassVar, Final

from tierline.rehearsal.desk import Desk, Exchange
from tierline.rehearsal.faults import Answering, Fault, LostAnswer, Reset, Slow, Throttled, Unavailable

FOR_NOBODY: Final = (".example", ".test", ".invalid", ".localhost", "@example.com", "@example.net", "@example.org")
LARGEST: Final = 10 * 1024 * 1024
LONGEST_LINE: Final = 4096
SECONDS: Final = 120.0  # without a word from the other side
MOST_KEPT: Final = 5_000  # the older half is forgotten then
MOST_RECIPIENTS: Final = 100


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived: in whose name, to whom, when, its bytes."""

    number: int
    sender: str
    to: tuple[str, ...]
    at: datetime
    raw: bytes

    @property
    def read(self) -> EmailMessage:
        """The mail with its headers read."""
        return message_from_bytes(self.raw, policy=AS_SENT)

    @property
    def headers(self) -> str:
        """The headers as they stand, unfolded."""
        return "\n".join(f"{name}: {' '.join(str(value).split())}" for name, value in self.read.items())

    @property
    def text(self) -> str:
        """What a mail program without markup shows."""
        part = self.read.get_body(("plain",))
        return str(part.get_content()).replace("\r\n", "\n").rstrip() if part is not None else ""


class MailServer(Desk):
    """One server. What it holds are ``mails``, oldest first."""

    name: ClassVar[str] = "mail"
    label: ClassVar[str] = "Mail server (rehearsal)"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.mails: list[Mail] = []
        self._taken = 0
        self._listening: _Listening | None = None

    @property
    def url(self) -> str:
        """Its address, as SMTP_URL wants it."""
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; the port chosen at the first start is kept for the next."""
        self._listening = _Listening(self)
        self.port = self._listening.server_address[1]
        threading.Thread(target=self._listening.serve_forever, args=(0.05,), name=self.name, daemon=True).start()

    def stop(self) -> None:
        """Stop listening. What it holds stays."""
        if self._listening is not None:
            self._listening.shutdown()
            self._listening.server_close()
            self._listening = None

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Every mail, oldest first."""
        return [
            {
                "number": str(one.number),
                "title": str(one.read["Subject"] or "(without a subject)"),
                "status": f"taken {one.at:%Y-%m-%d %H:%M} UTC",
                "owner": ", ".join(one.to),
                "text": f"{one.headers}\n\n{one.text}",
            }
            for one in self.mails
        ]

    def mails_to(self, address: str) -> list[Mail]:
        """What one person was sent, oldest first."""
        return [one for one in self.mails if address in one.to]

    def begin_anew(self) -> None:
        """Forget every mail."""
        with self.lock:
            self.mails.clear()

    def take(self, sender: str, to: Sequence[str], raw: bytes) -> int:
        """Keep a mail; its number."""
        with self.lock:
            self._taken += 1
            self.mails.append(Mail(self._taken, sender, tuple(to), self.clock.now(), raw))
            if len(self.mails) > MOST_KEPT:
                del self.mails[: MOST_KEPT // 2]
            return self._taken


def is_for_nobody(address: str) -> bool:
    """Whether an address is of a domain that stands for nobody."""
    local, at, domain = address.casefold().rpartition("@")
    return bool(local and at and domain) and address.casefold().endswith(FOR_NOBODY)


class _Listening(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, desk: MailServer) -> None:
        self.desk = desk
        super().__init__(("127.0.0.1", desk.port), _Talk)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""


class _BreakOff(Exception):
    """The line breaks here."""


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = SECONDS
    server: _Listening

    def handle(self) -> None:
        """Talk until the other side leaves, falls silent, or a fault breaks the line."""
        self._forget()
        with suppress(OSError, ValueError, _BreakOff):
            self._say("220 mail.example ESMTP rehearsal")
            while line := self.rfile.readline(LONGEST_LINE):
                verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if not self._answered(verb.upper(), rest):
                    return

    def _forget(self) -> None:
        self.sender, self.to, self.begun = "", list[str](), False

    def _answered(self, verb: str, rest: str) -> bool:
        """Answer one command; False when it was the last."""
        match verb:
            case "EHLO":
                self._say(
                    "250-mail.example", "250-8BITMIME", "250-DSN", "250-ENHANCEDSTATUSCODES", f"250 SIZE {LARGEST}"
                )
            case "HELO":
                self._say("250 mail.example")
            case "MAIL":
                self._forget()
                self.sender, self.begun = _address(rest), True
                self._say(self._in_order(verb, self.sender, "250 2.1.0 OK"))
            case "RCPT":
                self._recipient(_address(rest))
            case "DATA":
                self._data()
            case "RSET":
                self._forget()
                self._say("250 2.0.0 OK")
            case "NOOP":
                self._say("250 2.0.0 OK")
            case "QUIT":
                self._say("221 2.0.0 Bye")
                return False
            case _:
                self._say("500 5.5.1 No such command")
        return True

    def _recipient(self, address: str) -> None:
        if not self.begun:
            self._say("503 5.5.1 MAIL first")
        elif len(self.to) >= MOST_RECIPIENTS:
            self._say("452 4.5.3 Too many recipients")
        elif not is_for_nobody(address):
            self._note(
                "RCPT", address, "550 5.7.1 Relaying denied: this is a rehearsal, and that may be a real address"
            )
        else:
            answer = self._in_order("RCPT", address, "250 2.1.5 OK")
            if answer.startswith("2"):
                self.to.append(address)
            self._say(answer)

    def _data(self) -> None:
        if not self.to:
            self._say("503 5.5.1 RCPT first")
            return
        self._say("354 Go on, end with a dot on its own line")
        raw = self._read_message()
        if raw is None:
            self._say("552 5.3.4 Too large")
            return
        desk, to = self.server.desk, self.to[0]
        fault = desk.faults.take("DATA", to)
        answer = _fault_in_words(fault)
        if isinstance(fault, Reset):
            raise _BreakOff
        if not answer:
            answer = f"250 2.6.0 Kept as {desk.take(self.sender, self.to, raw)}"
        self._note("DATA", to, answer, fault, say=False)
        if isinstance(fault, LostAnswer):
            raise _BreakOff
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        self._forget()
        self._say(answer)

    def _read_message(self) -> bytes | None:
        """The lines up to the dot, with leading dots as they were meant; None when it is too large."""
        lines, size = [], 0
        while (line := self.rfile.readline(LARGEST)) not in (b".\r\n", b".\n"):
            if not line:
                raise _BreakOff
            size += len(line)
            if size <= LARGEST:
                lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines) if size <= LARGEST else None

    def _in_order(self, verb: str, address: str, answer: str) -> str:
        """The answer to a command, with the fault that is armed for it in force; noted when it is one."""
        fault = self.server.desk.faults.take(verb, address)
        if isinstance(fault, Reset | LostAnswer):
            self._note(verb, address, "", fault, say=False)
            raise _BreakOff
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        failing = _fault_in_words(fault)
        if failing:
            self._note(verb, address, failing, fault, say=False)
        return failing or answer

    def _note(self, verb: str, address: str, answer: str, fault: Fault | None = None, *, say: bool = True) -> None:
        """Keep in the log what was asked and answered."""
        desk, code = self.server.desk, answer[:3]
        status = int(code) if code.isdigit() else 0
        told = {"from": self.sender, "to": list(self.to) or [address]}
        lost = isinstance(fault, LostAnswer)
        desk.note(Exchange(verb, address, "", {}, {}, told, status, answer, {}, fault=fault, lost=lost))
        if say:
            self._say(answer)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0][:400]


def _fault_in_words(fault: Fault | None) -> str:
    """What a server says that something is wrong with; empty where it says nothing of it."""
    match fault:
        case Answering(status=status, json=told):
            return f"{status} {told or ('Not here' if status >= 500 else 'Not now')}"
        case Unavailable():
            return "451 4.3.0 Not now, try again"
        case Throttled():
            return "452 4.3.1 Too much at once, try again"
    return ""
