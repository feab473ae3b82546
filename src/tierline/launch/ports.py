"""Taking a port on this machine before anything is started for it, and naming who has it when that fails.

Refuses a port that somebody listens on: never a second server beside the first (no ``SO_REUSEPORT``).
"""

import errno
import socket
from contextlib import suppress

from tierline.foundation.trouble import Refusal
from tierline.launch.processes import PROC, command_of, pids

ADDRESS = "127.0.0.1"
_LISTENING = "0A"


class PortTaken(Refusal):
    """The port cannot be had; the sentence says who has it and what to do."""


def take_port(port: int) -> socket.socket:
    """A socket bound to ``port`` of this machine, not listening yet: it is ours from now, and refuses until then."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((ADDRESS, port))
    except OverflowError:
        taken.close()
        raise PortTaken(f"There is no port {port}: choose one from 1024 to 65535, like --port 8081.") from None
    except OSError as error:
        taken.close()
        raise PortTaken(_why(port, error)) from None
    return taken


def _why(port: int, error: OSError) -> str:
    another = "choose another one with --port (or make run PORT=...)."
    if error.errno == errno.EACCES:
        return f"Port {port} is for root only: {another}"
    if error.errno != errno.EADDRINUSE:
        return f"Port {port} cannot be used ({error.strerror}): {another}"
    pid = listener(port)
    who = f" by process {pid} ({command_of(pid)})" if pid else ""
    return f"Port {port} is in use{who}. Stop that, or {another}"


def listener(port: int) -> int | None:
    """The process that listens on ``port``, where /proc lets us see it."""
    sockets = {f"socket:[{inode}]" for inode in _listening_sockets(port)}
    if not sockets:
        return None
    for pid in pids():
        with suppress(OSError):
            for handle in (PROC / str(pid) / "fd").iterdir():
                with suppress(OSError):
                    if str(handle.readlink()) in sockets:
                        return pid
    return None


def _listening_sockets(port: int) -> list[str]:
    """The inodes of the sockets that listen on ``port`` (proc_net_tcp(5): address, state and inode by column)."""
    inodes = []
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for row in (PROC / "net" / table).read_text().splitlines()[1:]:
                columns = row.split()
                if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                    inodes.append(columns[9])
    return inodes
