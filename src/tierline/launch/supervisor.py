"""``tierline run``: everything Tierline needs on one machine, from one process that keeps it up and takes it down.

The order: lock the home, take the port, PostgreSQL, tables and static files, the demonstration, the pages, the
worker. What ends by itself is started again, waiting longer each time. Ctrl-C stops all in the opposite order; a
supervisor that is killed takes its children with it (the kernel sees to that). Refuses a home or a port in use.
"""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from tierline.foundation import clock
from tierline.launch.events import Events, put_away_large_logs
from tierline.launch.first_page import first_page_status
from tierline.launch.lock import HomeLock
from tierline.launch.places import Places
from tierline.launch.ports import ADDRESS, take_port
from tierline.launch.postgres import CannotStart, Postgres, tail
from tierline.launch.processes import bound_to_this_process, start_child, stop_child
from tierline.launch.watch import LITTLE_ROOM, external_database, room_on_disk

LONGEST_DELAY = 30.0
STEADY_AFTER = 60.0
PARTNERS_STAND_WITHIN = 10.0  # seconds
WEB_PROCESSES = 2
WEB_THREADS = 4


@dataclass(frozen=True, slots=True)
class Launch:
    """What was asked for: where, on which port, against which database, with which demonstration."""

    home: Path
    port: int
    database_url: str | None
    # The command that loads the demonstration and prints its sign-ins, and the files it is made of.
    demonstration: Sequence[str] = ()
    demonstration_sources: Sequence[Path] = ()
    # The command that stands up partner systems to rehearse with; not where accounts of real ones are set.
    rehearsal: Sequence[str] = ()
    # For whoever restores a backup: the embedded PostgreSQL and nothing that works with it.
    only_database: bool = False

    @property
    def address(self) -> str:
        """Where the pages will be."""
        return f"http://{ADDRESS}:{self.port}"


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C or sent a signal; carries no error."""


def delay_before(attempt: int) -> float:
    """Seconds to wait before the ``attempt``-th restart in a row: half a second, doubling, thirty at most."""
    return min(LONGEST_DELAY, 0.5 * 2.0 ** min(attempt - 1, 10))


class Kept:
    """One process that is started again whenever it ends by itself."""

    def __init__(self, name: str, log: Path, start: Callable[[], None], status: Callable[[], int | None]) -> None:
        self.name = name
        self.log = log
        self._start = start
        self._status = status
        self._attempts = 0
        self._started = time.monotonic()
        self._again_at: float | None = None

    def look_after(self, say: Callable[[str], None]) -> None:
        """Notice an end, wait, start again; each is told."""
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self._restart(say)
            return
        status = self._status()
        if status is None:
            return
        if now - self._started > STEADY_AFTER:
            self._attempts = 0
        last = tail(self.log, 1)
        why = f"; it said last: {last[:300]}" if status > 0 and last else ""
        self._wait(say, f"{self.name} ended unexpectedly ({_how(status)}){why}")

    def _wait(self, say: Callable[[str], None], what: str) -> None:
        self._attempts += 1
        delay = delay_before(self._attempts)
        self._again_at = time.monotonic() + delay
        say(f"{what.rstrip('.')}. Again in {delay:g} s; see {self.log}")

    def _restart(self, say: Callable[[str], None]) -> None:
        self._again_at = None
        self._started = time.monotonic()
        try:
            self._start()
        except (CannotStart, OSError) as trouble:
            self._wait(say, f"{self.name} cannot start: {trouble}")
        else:
            say(f"{self.name} was started again")


def _how(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


class Supervisor:
    """One run of everything. ``run`` returns the exit status after all has been stopped again."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.places = Places(launch.home.resolve())
        self.events = Events(self.places.logs / "supervisor.log")
        self._postgres: Postgres | None = None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._kept: list[Kept] = []
        self._stopping = False
        self._watches = [room_on_disk(self.places.home)]
        self._began = time.monotonic()

    def say(self, sentence: str) -> None:
        """Tell one event."""
        self.events.say(sentence, clock.now())

    def run(self) -> int:
        """Start, keep up until asked to stop, stop. Raises a ``Refusal`` when it cannot start."""
        lock = HomeLock(self.places.lock, since=clock.now(), purpose=self.launch.address)
        with lock, take_port(self.launch.port) as port:
            self._make_folders()
            for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(asked, self._stop_asked)
            try:
                self._start(port)
                self._keep()
            except StopAsked:
                pass
            finally:
                self._stop()
        return 0

    # -- starting ----------------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        try:
            self.places.logs.mkdir(mode=0o700, exist_ok=True)
            free = shutil.disk_usage(self.places.home).free
        except OSError as error:
            raise CannotStart(f"{self.places.home} cannot be used: {error.strerror}.") from error
        if free < LITTLE_ROOM // 2:
            raise CannotStart(
                f"The disk that holds {self.places.home} has {free // 1_000_000} MB left, too little to work "
                "safely. Make room there, then start again; nothing is lost."
            )
        put_away_large_logs(self.places.logs)

    def _start(self, port: socket.socket) -> None:
        self._start_database()
        if self.launch.only_database:
            if self._postgres:
                self.events.show(f"{self._postgres.url}\nCtrl-C stops it.")
            return
        self._start_rehearsal()
        prepared = self._prepare()
        demonstration = self._begin_demonstration(str(prepared["database"]))
        self._keep_child("The web server", "web", lambda: self._start_web(port))
        status = self._wait_for_first_page()
        if demonstration:
            self._end_demonstration(*demonstration)
        self._show(status)
        self._keep_child("The worker", "worker", self._start_worker)
        if os.environ.get("LMTP_SOCKET"):
            self._keep_child("The socket for mail", "lmtp", self._start_lmtp)

    def _start_database(self) -> None:
        if self.launch.database_url:
            self.say("Using the PostgreSQL that DATABASE_URL names")
            self._watches.append(external_database(self.launch.database_url))
            return
        postgres = self._postgres = Postgres(self.places.home)
        postgres.start()
        self.say("PostgreSQL was set up and runs" if postgres.first_start else "PostgreSQL runs")
        self._kept.append(Kept("PostgreSQL", postgres.log, postgres.start, postgres.exit_status))

    def _start_rehearsal(self) -> None:
        """Stand the partners up first: everything else is told their accounts as it starts."""
        if not self.launch.rehearsal:
            return
        accounts = self.places.rehearsal / "trackers.yaml"
        accounts.unlink(missing_ok=True)
        for other in ("channels.yaml", "address", "mail"):
            accounts.with_name(other).unlink(missing_ok=True)
        self._keep_child("The partners to rehearse with", "rehearsal", self._start_partners)
        until = time.monotonic() + PARTNERS_STAND_WITHIN
        while not accounts.exists() and time.monotonic() < until:
            self._look_after_all()
            time.sleep(0.05)
        if not accounts.exists():
            self.say("The partners to rehearse with do not stand yet, so nothing crosses into them before a restart")

    def _start_partners(self) -> subprocess.Popen[bytes]:
        log = self.places.logs / "rehearsal.log"
        return start_child(list(self.launch.rehearsal), log=log, env=self._environment(), death=signal.SIGTERM)

    def _prepare(self) -> dict[str, object]:
        done = self._end(self._begin([sys.executable, "-m", "tierline.launch.prepare"], "prepare"), "prepare")
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            if done.returncode == 2 and said:
                raise CannotStart(said.splitlines()[-1])
            raise CannotStart(f"The tables could not be made ready:\n{said[-2000:]}")
        prepared: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        if prepared["migrated"]:
            self.say(f"The tables are up to date ({prepared['migrated']} migrations)")
        if prepared["collected"]:
            self.say("The static files were collected")
        return prepared

    def _begin_demonstration(self, database: str) -> tuple[subprocess.Popen[bytes], str] | None:
        """Load it once per database and edition, while the web server starts. The loader is idempotent."""
        if not self.launch.demonstration:
            self.places.sign_ins.unlink(missing_ok=True)
            return None
        wanted = _edition([database], self.launch.demonstration_sources)
        with suppress(OSError):
            if self.places.sign_ins.exists() and self.places.edition.read_text() == wanted:
                return None
        self.say("Loading the demonstration")
        return self._begin(self.launch.demonstration, "demonstration"), wanted

    def _end_demonstration(self, loading: subprocess.Popen[bytes], edition: str) -> None:
        done = self._end(loading, "demonstration")
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            log = self.places.logs / "demonstration.log"
            self.say(f"The demonstration could not be loaded, so the desk is empty: {last[0]} (see {log})")
            return
        self.places.sign_ins.write_bytes(done.stdout)
        self.places.edition.write_text(edition)

    def _begin(self, command: Sequence[str], key: str) -> subprocess.Popen[bytes]:
        """Start a step that comes to an end by itself."""
        step = self._children[key] = subprocess.Popen(  # noqa: S603 - our own commands
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(),
            start_new_session=True,
            preexec_fn=bound_to_this_process(),  # noqa: PLW1509 - single-threaded; nothing else sets it
        )
        return step

    def _end(self, step: subprocess.Popen[bytes], key: str) -> subprocess.CompletedProcess[bytes]:
        """Wait for a step; what it complained of is kept in its log."""
        out, complaints = step.communicate()
        self._children.pop(key)
        with suppress(OSError), (self.places.logs / f"{key}.log").open("ab") as file:
            file.write(complaints)
        return subprocess.CompletedProcess(step.args, step.returncode, out, complaints)

    def _keep_child(self, name: str, key: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        def start_and_remember() -> None:
            self._children[key] = start()

        def status() -> int | None:
            return self._children[key].poll()

        start_and_remember()
        log = self.places.logs / f"{key}.log"
        self._kept.append(Kept(name, log, start_and_remember, status))

    def _start_web(self, port: socket.socket) -> subprocess.Popen[bytes]:
        return start_child(
            web_command(port.fileno()),
            log=self.places.logs / "web.log", env=self._environment(), pass_fds=[port.fileno()],
            death=signal.SIGQUIT,  # gunicorn's "quick" shutdown: its processes end at once
        )  # fmt: skip

    def _start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tierline.launch.worker"]
        # Asked politely it would first wait for its database, which is gone as well; jobs may be repeated anyway.
        return start_child(command, log=self.places.logs / "worker.log", env=self._environment(), death=signal.SIGKILL)

    def _start_lmtp(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tierline.cli.main", "mail", "lmtp", "--socket", os.environ["LMTP_SOCKET"]]
        return start_child(command, log=self.places.logs / "lmtp.log", env=self._environment(), death=signal.SIGTERM)

    def _environment(self) -> dict[str, str]:
        return (
            os.environ
            | self._accounts_of_partners()
            | {
                "TIERLINE_HOME": str(self.places.home),
                "TIERLINE_SITE_ADDRESS": os.environ.get("TIERLINE_SITE_ADDRESS", self.launch.address),
                "DJANGO_SETTINGS_MODULE": "tierline.settings",
                "PYTHONUNBUFFERED": "1",
            }
        )

    def _accounts_of_partners(self) -> dict[str, str]:
        if not self.launch.rehearsal:
            return {}
        files = {"TIERLINE_TRACKERS": "trackers.yaml", "TIERLINE_CHANNELS": "channels.yaml"}
        there = {name: self.places.rehearsal / file for name, file in files.items()}
        told = {name: str(file) for name, file in there.items() if file.exists()}
        for name, file in {"TIERLINE_REHEARSAL": "address", "SMTP_URL": "mail"}.items():
            with suppress(OSError):
                told[name] = os.environ.get(name) or (self.places.rehearsal / file).read_text().strip()
        return told

    def _wait_for_first_page(self) -> int:
        status = None
        while status is None:
            self._look_after_all()
            status = first_page_status(self.launch.address)
            time.sleep(0.05)
        return status

    def _show(self, status: int) -> None:
        if status >= 500:
            self.say(f"The first page answers with an error ({status}): see {self.places.logs / 'web.log'}")
        seconds = time.monotonic() - self._began
        self.say(f"Tierline is ready after {seconds:.1f} s: {self.launch.address}")
        with suppress(OSError):
            self.events.show("\n" + self.places.sign_ins.read_text().rstrip() + "\n")
        with suppress(OSError):
            if self.launch.rehearsal:
                self.events.show(
                    f"Partners to rehearse with: {(self.places.rehearsal / 'address').read_text().strip()}"
                )
        home = self.places.home
        near = home.relative_to(Path.cwd()) if home.is_relative_to(Path.cwd()) else home
        self.events.show(f"Ctrl-C stops it. Everything is kept in {near}, logs in {near / 'log'}.")

    # -- keeping up --------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        looks = 0
        while True:
            self._look_after_all()
            if looks % 40 == 0:
                for watch in self._watches:
                    watch.look(self.say)
            looks += 1
            time.sleep(0.25)

    def _look_after_all(self) -> None:
        for kept in self._kept:
            kept.look_after(self.say)

    # -- stopping ----------------------------------------------------------------------------------------------

    def _stop_asked(self, _signal: int, _frame: FrameType | None) -> None:
        """The first time: leave whatever is being done. Again while stopping: do not wait for anybody."""
        if not self._stopping:
            self._stopping = True
            raise StopAsked
        for child in list(self._children.values()):
            with suppress(ProcessLookupError):
                child.kill()

    def _stop(self) -> None:
        """Pages and worker together, then the database they write to."""
        self._stopping = True
        something = bool(self._children) or (self._postgres is not None and self._postgres.started)
        if something:
            self.say("Stopping")
        for child in self._children.values():
            if child.poll() is None:
                with suppress(ProcessLookupError):
                    child.terminate()
        for child in self._children.values():
            stop_child(child, by=signal.SIGTERM, within=15)
        if self._postgres:
            self._postgres.stop()
        if something:
            self.say("Stopped")


def web_command(port: int) -> list[str]:
    """The command of the web server that listens on the inherited socket ``port`` (a file descriptor)."""
    return [
        sys.executable, "-m", "gunicorn", "tierline.wsgi:application", "--bind", f"fd://{port}",
        "--worker-class", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS),
        "--preload", "--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip


def _edition(words: Sequence[str], sources: Sequence[Path]) -> str:
    """A name for what the demonstration is made of, so that it is loaded again when that changes."""
    digest = hashlib.sha256("\0".join(words).encode())
    for source in sources:
        for path in sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
