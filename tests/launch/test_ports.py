"""A port is ours or somebody's, never both."""

import os
import socket

import pytest

from tierline.launch.ports import ADDRESS, PortTaken, listener, take_port


@pytest.fixture
def taken() -> socket.socket:
    return socket.create_server((ADDRESS, 0))


def test_a_port_in_use_is_refused_and_its_user_is_named(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    with taken, pytest.raises(PortTaken) as refused:
        take_port(port)
    assert f"Port {port} is in use by process {os.getpid()}" in str(refused.value)
    assert "--port" in str(refused.value)


def test_a_port_that_was_taken_is_refused_to_others_and_answers_nobody_yet(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    taken.close()
    with take_port(port), socket.socket() as second, socket.socket() as visitor:
        with pytest.raises(OSError, match="in use"):
            second.bind((ADDRESS, port))
        assert visitor.connect_ex((ADDRESS, port)) != 0


def test_a_port_nobody_listens_on_has_no_listener(taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    assert listener(port) == os.getpid()
    taken.close()
    assert listener(port) is None


@pytest.mark.parametrize("port", [70000, -1])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(PortTaken, match="There is no port"):
        take_port(port)
