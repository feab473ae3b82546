"""Taking mail from a mail server of this machine by LMTP (RFC 2033), on a Unix socket.

A message is answered with 250 only when it is kept; with 451, and the mail server tries again, when it could not be.
Refuses nothing else: who may reach the socket is the business of its folder.
"""

import os
import socket
import socketserver
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

SECONDS = 120.0  # without a word from the other side
LONGEST_COMMAND = 4096
MOST_RECIPIENTS = 100
MOST_TALKS = 20  # at the same time

#: Keeps one message (its bytes, its recipients); raises when it could not.
Keep = Callable[[bytes, Sequence[str]], None]


class CannotListen(Exception):
    """The socket cannot be used; the sentence says why."""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """One thread a talk; the socket's file goes when the server is closed."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, keep: Keep, *, largest: int) -> None:
        _make_way(path)
        self.keep, self.largest, self.path = keep, largest, path
        self.places = threading.BoundedSemaphore(MOST_TALKS)
        before = os.umask(0o117)
        try:
            super().__init__(str(path), _Talk)
        except OSError as trouble:
            raise CannotListen(f"{path} cannot be listened on: {trouble.strerror or trouble}") from None
        finally:
            os.umask(before)

    def server_close(self) -> None:
        """Stop listening and take the file away."""
        super().server_close()
        with suppress(OSError):
            self.path.unlink()


def _make_way(path: Path) -> None:
    """Remove the socket of a server that is gone; refuse one that answers, and anything that is no socket."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise CannotListen(f"{path} exists and is no socket. Choose another name.")
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(2)
        try:
            other.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise CannotListen(f"Somebody listens on {path} already. Stop that one, or choose another name.")


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    timeout = SECONDS
    server: Server

    def handle(self) -> None:
        """Talk until the other side leaves, falls silent or speaks no LMTP."""
        if not self.server.places.acquire(timeout=5):
            with suppress(OSError):
                self._say("421 4.3.2 Too many talks at once, try again")
            return
        try:
            self._talk()
        except (OSError, ValueError):
            return
        finally:
            self.server.places.release()

    def _talk(self) -> None:
        self.to: list[str] = []
        self.begun = False
        self._say("220 Tierline LMTP")
        while line := self.rfile.readline(LONGEST_COMMAND):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 2.0.0 Bye")
                return
            self._answer(verb.upper(), rest)

    def _answer(self, verb: str, rest: str) -> None:
        match verb:
            case "LHLO":
                self._say("250-Tierline", "250-8BITMIME", "250-ENHANCEDSTATUSCODES", "250-PIPELINING", "250 SMTPUTF8")
            case "MAIL":
                self.to, self.begun = [], True
                self._say("250 2.1.0 OK")
            case "RCPT":
                self._recipient(rest)
            case "DATA":
                self._data()
            case "RSET":
                self.to, self.begun = [], False
                self._say("250 2.0.0 OK")
            case "NOOP" | "VRFY":
                self._say("252 2.0.0 OK")
            case _:
                self._say("500 5.5.1 No such command")

    def _recipient(self, rest: str) -> None:
        if not self.begun:
            self._say("503 5.5.1 MAIL first")
        elif len(self.to) >= MOST_RECIPIENTS:
            self._say("452 4.5.3 Too many recipients")
        else:
            self.to.append(rest.partition("<")[2].partition(">")[0][:400])
            self._say("250 2.1.5 OK")

    def _data(self) -> None:
        """One answer a recipient (RFC 2033 4.2); all the same, since the message is kept once."""
        if not self.to:
            self._say("503 5.5.1 RCPT first")
            return
        self._say("354 Go on, end with a dot on its own line")
        raw = self._read_message()
        try:
            self.server.keep(raw, tuple(self.to))
        except Exception:  # noqa: BLE001 - whatever kept it from being kept, the mail server has to try again
            answer = "451 4.3.0 Not kept now, try again"
        else:
            answer = "250 2.6.0 Kept"
        self._say(*[answer] * len(self.to))
        self.to, self.begun = [], False

    def _read_message(self) -> bytes:
        """The message up to the dot, dots at the beginning of lines unstuffed; what is beyond the limit is let go.

        Only CR LF dot CR LF ends it: servers that see an end elsewhere are fooled by smuggled messages.
        """
        kept, ended = bytearray(), True
        while line := self.rfile.readline(65536):
            if ended and line == b".\r\n":
                return bytes(kept)
            if ended and line.startswith(b"."):
                line = line[1:]  # unstuffed
            ended = line.endswith(b"\r\n")
            if len(kept) < self.server.largest:
                kept += line
        raise ValueError("the other side left in the middle of a message")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
