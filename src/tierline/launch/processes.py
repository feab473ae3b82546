"""Child processes that cannot outlive their parent, and what /proc says about the others.

Refuses to take a zombie for a living process: under a pid 1 that reaps late, ``kill(pid, 0)`` still answers.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, death: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send this process ``death`` when ``parent`` ends, even by ``kill -9``. Linux only."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if os.getppid() != parent:  # it ended between our birth and the request
        os.kill(os.getpid(), death)


def bound_to_this_process(death: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """What a child runs after the fork (``preexec_fn``) so that it ends with the process that calls this."""
    parent = os.getpid()

    def after_fork() -> None:
        die_with_parent(parent, death)

    return after_fork


def start_child(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
    death: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start ``command`` with its output appended to ``log``; it gets ``death`` when this process ends.

    It runs in a session of its own, so that Ctrl-C in a terminal reaches the supervisor only and the order of
    stopping stays the supervisor's. Call from the main thread: the kernel counts the parent *thread*.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the callers' own commands, no shell
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            pass_fds=pass_fds,
            start_new_session=True,
            preexec_fn=bound_to_this_process(death),  # noqa: PLW1509 - single-threaded here; nothing else sets it
        )


def stop_child(child: subprocess.Popen[bytes], *, by: signal.Signals, within: float) -> bool:
    """Ask ``child`` to stop and wait; kill it after ``within`` seconds. True when it stopped by itself."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            child.send_signal(by)
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether ``pid`` is a process that still runs; a zombie is not."""
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        if PROC.joinpath("self").exists():
            return False
        return _answers(pid)
    return state not in {"Z", "X"}


def _answers(pid: int) -> bool:
    """The poorer question, for systems without /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def pids() -> Iterator[int]:
    """Every process /proc shows; none where there is no /proc."""
    if PROC.is_dir():
        for entry in PROC.iterdir():
            if entry.name.isdigit():
                yield int(entry.name)


def working_in(directory: Path) -> list[int]:
    """The living processes whose working directory is ``directory``.

    Every PostgreSQL process works in its data directory, so this finds a server and its orphaned backends
    even when their pid file is gone or names a pid that now belongs to somebody else.
    """
    found = []
    wanted = str(directory.resolve())
    for pid in pids():
        with suppress(OSError):
            if str((PROC / str(pid) / "cwd").readlink()) == wanted and is_alive(pid):
                found.append(pid)
    return sorted(found)


def command_of(pid: int) -> str:
    """The command line of ``pid`` for people to recognise, or "" when it may not be read."""
    try:
        words = (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return " ".join(word.decode(errors="replace") for word in words if word)[:120]
