"""No test reaches beyond this machine: any other connection or look-up fails the test that tried it."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

LOCAL_NAMES = {"", "localhost", "localhost.localdomain"}


class ReachedOut(AssertionError):
    """A test tried to talk to another machine; give it a fake on 127.0.0.1 instead."""


def is_local(host: object) -> bool:
    """Whether ``host`` (a name or an address, text or bytes) is this machine."""
    if host is None:
        return True
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def only_this_machine() -> Iterator[None]:
    """Within the block Python's sockets reach loopback addresses and Unix sockets, and nothing else."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    send_to, look_up = socket.socket.sendto, socket.getaddrinfo

    def refuse_strangers(family: int, address: Any) -> None:
        if family in {socket.AF_INET, socket.AF_INET6} and not is_local(address[0]):
            raise ReachedOut(f"A test tried to reach {address!r}. Tests talk to this machine only.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse_strangers(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_strangers(self.family, address)
        return connect_ex(self, address)

    def guarded_send_to(self: socket.socket, *arguments: Any) -> int:
        refuse_strangers(self.family, arguments[-1])
        return send_to(self, *arguments)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if not is_local(host):
            raise ReachedOut(f"A test tried to look up {host!r}. Tests talk to this machine only.")
        return look_up(host, *arguments, **options)

    with (
        patch.object(socket.socket, "connect", guarded_connect),
        patch.object(socket.socket, "connect_ex", guarded_connect_ex),
        patch.object(socket.socket, "sendto", guarded_send_to),
        patch.object(socket, "getaddrinfo", guarded_look_up),
    ):
        yield
