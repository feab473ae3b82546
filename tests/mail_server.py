"""A mail server of our own for tests: real SMTP on loopback, keeps what it was given, has switches for its faults."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class MailServer:
    """``refuse`` maps a recipient to the server's answer, ``refuse_once`` is that to the next; ``drop_answer`` takes
    the mail and breaks the line; ``hangs_up`` ends the line in place of taking the next sender. ``asked`` holds who
    sent it and what was asked of a server that ``reports``; one that ``pipelines`` takes commands in one go;
    one that is ``ascii_only`` takes no other addresses.
    """

    received: list[Message] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_once: str = ""
    drop_answer: int = 0
    url: str = ""
    reports: bool = False
    pipelines: bool = False
    hangs_up: bool = False
    ascii_only: bool = False
    greeted: int = 0
    asked: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd names it
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """With the switches on, offer to report (RFC 3461) and to take commands in one go (RFC 2920)."""
        session.host_name = hostname
        self.greeted += 1
        responses = [one for one in responses if not (self.ascii_only and "SMTPUTF8" in one)]
        offered = (["250-DSN"] if self.reports else []) + (["250-PIPELINING"] if self.pipelines else [])
        return [responses[0], *offered, *responses[1:]]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd names it
        """Take a sender; with the switch on, end the line as a server does that has waited for too long."""
        if self.hangs_up:
            self.hangs_up = False
            await server.push("421 4.4.2 Waited for too long")
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd names it
        """Take or refuse a recipient."""
        if self.refuse_once:
            answer, self.refuse_once = self.refuse_once, ""
            return answer
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd names it
        """Keep the mail; with the switch on, lose the answer."""
        self.received.append(message_from_bytes(envelope.content))
        if self.drop_answer:
            self.drop_answer -= 1
            server.transport.close()
        return "250 OK"


class _Reporting(Controller):
    """A server that understands what RFC 3461 asks, which aiosmtpd does not."""

    def factory(self) -> SMTP:
        return _Understanding(self.handler, **self.SMTP_kwargs)


class _Understanding(SMTP):
    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd names it
        await super().smtp_MAIL(self._noted(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd names it
        await super().smtp_RCPT(self._noted(arg))

    def _noted(self, arg: str | None) -> str | None:
        kept: MailServer = self.event_handler
        kept.asked.append(arg or "")
        words = (arg or "").split(" ")
        asked = ("RET=", "ENVID=", "NOTIFY=", "ORCPT=")
        return " ".join(word for word in words if not (kept.reports and word.startswith(asked))) if arg else arg


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running server; its ``url`` is an ``SMTP_URL``."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # a line for each command says nothing a test asks
    kept = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = _Reporting(kept, hostname="127.0.0.1", port=port)
    controller.start()
    kept.url = f"smtp://127.0.0.1:{port}"
    try:
        yield kept
    finally:
        controller.stop()
