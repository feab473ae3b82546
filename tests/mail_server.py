"""A mail server of our own for tests: real SMTP on loopback, keeps what it was given, has switches for its faults."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """``refuse`` maps a recipient to the server's answer; ``drop_answer`` takes the mail and breaks the line."""

    received: list[Message] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    drop_answer: int = 0
    url: str = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd names it
        """Take or refuse a recipient."""
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


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A running server; its ``url`` is an ``SMTP_URL``."""
    kept = MailServer()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    kept.url = f"smtp://127.0.0.1:{port}"
    try:
        yield kept
    finally:
        controller.stop()
