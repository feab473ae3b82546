"""Ports for servers that tests start. Refuses nothing: a port that was free a moment ago is all one can have."""

import socket


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
