"""A small HTTP client that keeps its connection, cheap enough not to be what is measured.

Refuses answers other than those expected: a fast error page is no result.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


class Unexpected(Exception):
    """An answer with another status than the measure wants."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers as they came, body (in chunks still, where it came without a length)."""

    status: int
    head: bytes
    body: bytes


class Caller:
    """One client on one kept connection, with the headers each of its calls carries."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._address = ("127.0.0.1", port)
        lines = [f"Host: 127.0.0.1:{port}", "Accept-Encoding: identity", *(f"{k}: {v}" for k, v in headers.items())]
        self._headers = "\r\n".join(lines)
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def call(
        self, method: str, path: str, body: bytes = b"", *, headers: Mapping[str, str] | None = None, expect: int = 200
    ) -> Answer:
        """One request and its whole answer."""
        more = "".join(f"\r\n{key}: {word}" for key, word in (headers or {}).items())
        if body:
            more += f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        request = f"{method} {path} HTTP/1.1\r\n{self._headers}{more}\r\n\r\n".encode() + body
        answer = self._exchange(request)
        if answer.status != expect:
            raise Unexpected(f"{method} {path}: {answer.status} instead of {expect}: {answer.body[:500]!r}")
        return answer

    def _exchange(self, request: bytes) -> Answer:
        """Send on the kept connection; one that the server closed meanwhile is opened again, once."""
        for kept in (self._socket is not None, False):
            open_socket = self._socket = self._socket or self._open()
            try:
                open_socket.sendall(request)
                return self._read(open_socket)
            except ConnectionError:
                self.hang_up()
                if not kept:
                    raise
        raise AssertionError("a loop that returns or raises")

    def _open(self) -> socket.socket:
        opened = socket.create_connection(self._address, timeout=60)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _read(self, open_socket: socket.socket) -> Answer:
        got = bytearray()
        while (end := got.find(HEAD_END)) < 0:
            got += self._receive(open_socket)
        head = bytes(got[:end])
        body = got[end + len(HEAD_END) :]
        if (length := _header(head, b"content-length")) is not None:
            while len(body) < int(length):
                body += self._receive(open_socket)
        else:
            while not body.endswith(LAST_CHUNK):
                body += self._receive(open_socket)
        if _header(head, b"connection") == b"close":
            self.hang_up()
        return Answer(int(head[9:12]), head, bytes(body))

    def _receive(self, open_socket: socket.socket) -> bytes:
        piece = open_socket.recv(262_144)
        if not piece:
            raise ConnectionResetError("the server closed the connection")
        return piece


def _header(head: bytes, name: bytes) -> bytes | None:
    for line in head.split(b"\r\n")[1:]:
        key, _, word = line.partition(b":")
        if key.lower() == name:
            return word.strip()
    return None
