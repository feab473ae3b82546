"""``tierline run`` from the outside: it comes up, says what is in the way, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.launch.ports_for_tests import free_port

from tierline.launch.events import LARGEST_LOG, Events, put_away_large_logs
from tierline.launch.first_page import first_page_status
from tierline.launch.places import Places
from tierline.launch.postgres import CannotStart
from tierline.launch.processes import PROC, command_of, is_alive, pids, working_in
from tierline.launch.supervisor import LONGEST_DELAY, Kept, Launch, Supervisor, _edition, delay_before

TIERLINE = [sys.executable, "-m", "tierline.cli.main", "run"]


@dataclass
class Run:
    """One ``tierline run`` on a home of its own."""

    home: Path
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def mail_socket(self) -> Path:
        return self.home / "lmtp"

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment["LMTP_SOCKET"] = str(self.mail_socket)
        self.process = subprocess.Popen(
            [*TIERLINE, "--home", str(self.home), "--port", str(self.port), "--no-demonstration"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True,
        )  # fmt: skip

    def wait_for_first_page(self) -> None:
        """Until it says that the pages answer, and they do; else what went wrong is shown."""
        until = time.monotonic() + 60
        address = f"http://127.0.0.1:{self.port}"
        log = self.home / "log" / "supervisor.log"
        while not log.exists() or address not in log.read_text() or first_page_status(address) is None:
            assert self.process
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, (self.home / "log" / "web.log").read_text()[-2000:]
            time.sleep(0.05)

    def said(self) -> str:
        """Everything it said, once it has ended."""
        assert self.process
        assert self.process.stdout
        with self.process.stdout as said:
            return said.read()

    def processes(self) -> list[int]:
        """Every living process of this home: by command line, environment or working directory."""
        found = set(working_in(Places(self.home).data))
        for pid in pids():
            try:
                surroundings = (PROC / str(pid) / "environ").read_bytes()
            except OSError:
                continue
            if f"TIERLINE_HOME={self.home}\0".encode() in surroundings and is_alive(pid):
                found.add(pid)
        return sorted(found)

    def wait_for_nothing(self) -> list[str]:
        """What still runs after some seconds."""
        until = time.monotonic() + 15
        while self.processes() and time.monotonic() < until:
            time.sleep(0.05)
        return [command_of(pid) for pid in self.processes()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all starts of this file: the first sets it up, the others find it."""
    return tmp_path_factory.mktemp("run") / "home"


@pytest.fixture
def run(home: Path) -> Iterator[Run]:
    run = Run(home, free_port())
    run.start()
    yield run
    assert run.process
    run.process.kill()
    run.process.wait()
    run.wait_for_nothing()


def test_it_comes_up_and_ctrl_c_leaves_nothing_running(run: Run) -> None:
    run.wait_for_first_page()
    assert len(run.processes()) >= 3
    assert run.process
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(30) == 0
    assert run.wait_for_nothing() == []
    said = run.said()
    assert "Tierline is ready after" in said
    assert f"http://127.0.0.1:{run.port}" in said
    assert "Stopped" in said


def test_it_takes_mail_in_on_a_socket_that_is_named(run: Run) -> None:
    run.wait_for_first_page()
    assert greeting(run.mail_socket).startswith(b"220 ")
    assert run.process
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(30) == 0
    assert run.wait_for_nothing() == []


def greeting(mail_socket: Path) -> bytes:
    """What is said on the socket once somebody listens there."""
    until = time.monotonic() + 20
    while True:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(mail_socket))
                return line.recv(100)
            except (FileNotFoundError, ConnectionRefusedError):
                assert time.monotonic() < until
        time.sleep(0.1)


def test_a_killed_supervisor_leaves_nothing_running(run: Run) -> None:
    run.wait_for_first_page()
    assert run.process
    run.process.kill()
    run.process.wait()
    assert run.wait_for_nothing() == []


def test_a_stop_in_the_middle_of_the_start_is_a_stop(run: Run) -> None:
    time.sleep(0.4)
    assert run.process
    run.process.terminate()
    run.process.wait(30)
    assert run.wait_for_nothing() == []


def test_a_second_start_says_what_is_in_the_way(run: Run, tmp_path: Path) -> None:
    run.wait_for_first_page()
    assert run.process

    same_home = subprocess.run(
        [*TIERLINE, "--home", run.home, "--port", "1"], capture_output=True, text=True, check=False
    )
    assert same_home.returncode == 2
    assert f"{run.home} is in use by process {run.process.pid}" in same_home.stderr
    assert f"http://127.0.0.1:{run.port}" in same_home.stderr

    same_port = subprocess.run(
        [*TIERLINE, "--home", tmp_path / "another", "--port", str(run.port)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert same_port.returncode == 2
    assert f"Port {run.port} is in use by process {run.process.pid}" in same_port.stderr


def test_what_is_killed_is_started_again(run: Run) -> None:
    run.wait_for_first_page()
    for name in ("bin/postgres", "gunicorn"):
        victim = next(pid for pid in [*working_in(Places(run.home).data), *run.processes()] if name in command_of(pid))
        os.kill(victim, signal.SIGKILL)
        until = time.monotonic() + 20
        while victim in run.processes() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)
        run.wait_for_first_page()
        assert first_page_status(f"http://127.0.0.1:{run.port}") == 200
    assert run.process
    run.process.terminate()
    run.process.wait(30)
    said = run.said()
    assert "PostgreSQL ended unexpectedly (killed by SIGKILL)" in said
    assert "PostgreSQL was started again" in said
    assert "The web server was started again" in said


def test_only_the_database_can_be_started(tmp_path: Path) -> None:
    only = subprocess.Popen(
        [*TIERLINE, "--home", tmp_path / "home", "--only-database", "--port", str(free_port())],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
    )  # fmt: skip
    assert only.stdout
    url = next(line for line in only.stdout if line.startswith("postgresql://")).strip()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    only.send_signal(signal.SIGINT)
    assert only.wait(30) == 0
    only.stdout.close()


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    done = subprocess.run(
        [*TIERLINE, "--home", tmp_path / "home", "--port", str(free_port())],
        env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "The database that DATABASE_URL names does not answer" in done.stderr


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    home = tmp_path / "file" / "home"
    done = subprocess.run([*TIERLINE, "--home", home], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@given(st.integers(min_value=1, max_value=10_000))
def test_every_restart_waits_at_least_as_long_as_the_one_before_and_never_too_long(attempt: int) -> None:
    assert 0.5 <= delay_before(attempt) <= delay_before(attempt + 1) <= LONGEST_DELAY


def test_a_process_that_cannot_start_is_tried_again_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    statuses: list[int | None] = [1]

    def fail() -> None:
        raise CannotStart("The disk is full.")

    monotonic = 1000.0
    monkeypatch.setattr("tierline.launch.supervisor.time.monotonic", lambda: monotonic)
    (tmp_path / "log").write_text("first\nno room\n")
    kept = Kept("The worker", tmp_path / "log", fail, lambda: statuses[0])
    kept.look_after(told.append)
    kept.look_after(told.append)
    assert told == [
        f"The worker ended unexpectedly (exit status 1); it said last: no room. Again in 0.5 s; see {tmp_path / 'log'}"
    ]
    monotonic += 0.6
    kept.look_after(told.append)
    assert told[1] == f"The worker cannot start: The disk is full. Again in 1 s; see {tmp_path / 'log'}"


def test_an_event_is_told_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str], at: datetime) -> None:
    Events(tmp_path / "log").say("PostgreSQL runs", at)
    assert "PostgreSQL runs" in capsys.readouterr().out
    assert (tmp_path / "log").read_text() == "2026-11-20T17:00:00.000+00:00 PostgreSQL runs\n"


def test_an_event_that_cannot_be_kept_stops_nothing(tmp_path: Path, at: datetime) -> None:
    Events(tmp_path / "missing" / "log").say("PostgreSQL runs", at)


def test_a_large_log_is_put_away(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_bytes(b"x" * (LARGEST_LOG + 1))
    (tmp_path / "worker.log").write_text("short")
    put_away_large_logs(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log.1", "worker.log"]


def test_a_changed_source_is_another_edition(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("one")
    before = _edition(["database"], [tmp_path])
    assert _edition(["database"], [tmp_path]) == before
    assert _edition(["another"], [tmp_path]) != before
    (tmp_path / "plan.yaml").write_text("two")
    assert _edition(["database"], [tmp_path]) != before


def test_partners_to_rehearse_with_stand_before_anybody_is_told_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIERLINE_TRACKERS", raising=False)
    accounts = tmp_path / "rehearsal" / "trackers.yaml"
    standing = f"import pathlib, time; p = pathlib.Path({str(accounts)!r}); p.parent.mkdir(); p.touch(); time.sleep(60)"
    supervisor = Supervisor(Launch(tmp_path, 1, None, rehearsal=(sys.executable, "-c", standing)))
    supervisor.places.logs.mkdir()
    assert "TIERLINE_TRACKERS" not in supervisor._environment()
    try:
        supervisor._start_rehearsal()
        assert supervisor._environment()["TIERLINE_TRACKERS"] == str(accounts)
    finally:
        supervisor._stop()


def test_a_mail_server_of_ones_own_goes_before_the_rehearsed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "rehearsal"
    folder.mkdir()
    (folder / "mail").write_text("smtp://127.0.0.1:2525\n")
    (folder / "address").write_text("http://127.0.0.1:2526/\n")
    supervisor = Supervisor(Launch(tmp_path, 1, None, rehearsal=("true",)))
    monkeypatch.delenv("SMTP_URL", raising=False)
    assert supervisor._environment()["SMTP_URL"] == "smtp://127.0.0.1:2525"
    assert supervisor._environment()["TIERLINE_REHEARSAL"] == "http://127.0.0.1:2526/"
    monkeypatch.setenv("SMTP_URL", "smtp://mail.desk.example")
    assert supervisor._environment()["SMTP_URL"] == "smtp://mail.desk.example"
    without = Supervisor(Launch(tmp_path, 1, None))
    assert "TIERLINE_REHEARSAL" not in without._environment()
