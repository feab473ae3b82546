"""An IMAP server with switches for what no honest one does: drop the line, fall silent, drip, lie about numbers."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_FETCH = re.compile(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")
_SEARCH = re.compile(r"UID SEARCH UID (\d+):\*")


@dataclass
class FakeImap:
    """``drop_in``: breaks off in the middle of message n. ``silent_at``: says nothing more once this command comes.
    ``drip``: seconds between bytes of answers to FETCH. ``validity``: what it says of UIDVALIDITY; None says nothing.
    ``too_much``: announces that many bytes whatever was asked for.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: str | None = "7"
    drop_in: int | None = None
    silent_at: str = ""
    drip: float = 0.0
    too_much: int = 0
    commands: list[str] = field(default_factory=list)
    url: str = ""

    def talk(self, line: socket.socket) -> None:
        """One connection."""
        with line, suppress(OSError), line.makefile("rb") as words:
            self._say(line, "* OK [CAPABILITY IMAP4rev1] ready\r\n")
            while told := words.readline():
                tag, _, command = told.decode().strip().partition(" ")
                self.commands.append(command)
                if self.silent_at and self.silent_at in command:
                    time.sleep(30)
                self._answer(line, tag, command)

    def _say(self, line: socket.socket, text: str | bytes) -> None:
        line.sendall(text.encode() if isinstance(text, str) else text)

    def _answer(self, line: socket.socket, tag: str, command: str) -> None:
        if command == "CAPABILITY":
            self._say(line, "* CAPABILITY IMAP4rev1\r\n")
        elif command.startswith(("EXAMINE", "SELECT")) and self.validity is not None:
            self._say(line, f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}] numbers\r\n")
        elif found := _SEARCH.match(command):
            behind = [uid for uid in self.mails if uid >= int(found[1])] or list(self.mails)[-1:]
            self._say(line, f"* SEARCH {' '.join(map(str, behind))}\r\n")
        elif found := _FETCH.match(command):
            self._give(line, int(found[1]), int(found[2]))
        self._say(line, f"{tag} OK done\r\n")

    def _give(self, line: socket.socket, uid: int, most: int) -> None:
        raw = self.mails[uid][:most]
        self._say(line, f"* 1 FETCH (UID {uid} BODY[]<0> {{{self.too_much or len(raw)}}}\r\n")
        if self.drop_in == uid:
            self._say(line, raw[: len(raw) // 2])
            line.shutdown(socket.SHUT_RDWR)
            raise ConnectionError("dropped on purpose")
        for byte in raw if self.drip else ():
            self._say(line, bytes([byte]))
            time.sleep(self.drip)
        self._say(line, b")\r\n" if self.drip else raw + b")\r\n")


@contextmanager
def fake_imap() -> Iterator[FakeImap]:
    """A running server; its ``url`` is an ``IMAP_URL``."""
    kept = FakeImap()
    with socket.create_server(("127.0.0.1", 0)) as door:
        kept.url = f"imap://desk:secret@127.0.0.1:{door.getsockname()[1]}/INBOX"

        def welcome() -> None:
            with suppress(OSError):
                while True:
                    line, _ = door.accept()
                    threading.Thread(target=kept.talk, args=[line], daemon=True).start()

        threading.Thread(target=welcome, daemon=True).start()
        yield kept
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
