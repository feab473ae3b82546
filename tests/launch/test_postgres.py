"""The embedded PostgreSQL: private, safe against every way of dying, clear about what is in the way."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tierline.launch import postgres as embedded
from tierline.launch.postgres import CannotStart, Postgres, tail
from tierline.launch.processes import is_alive, working_in


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A server with every safety on, on a fresh home."""
    postgres = Postgres(tmp_path / "home")
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.places.socket, ignore_errors=True)


def rows(server: Postgres) -> list[int]:
    with psycopg.connect(server.url) as connection:
        return [number for (number,) in connection.execute("SELECT n FROM kept ORDER BY n")]


def test_it_is_heard_only_through_a_private_socket(server: Postgres) -> None:
    server.start()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SELECT lower('É'), current_database()").fetchone() == ("é", "tierline")
    assert stat.S_IMODE(server.places.socket.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.places.data.stat().st_mode) == 0o700
    assert server.places.data.stat().st_uid == os.geteuid()


def test_nothing_runs_after_it_was_stopped_and_it_can_be_started_again(server: Postgres) -> None:
    server.start()
    server.stop()
    assert working_in(server.places.data) == []
    server.start()
    assert server.exit_status() is None


def test_a_deep_home_works(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("d" * 100) / ("e" * 100), throw_away=True)
    try:
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
    assert not server.places.socket.exists()


WRITER = """
import sys, psycopg
from pathlib import Path
from tierline.launch.postgres import Postgres
server = Postgres(Path(sys.argv[1]))
server.start()
with psycopg.connect(server.url, autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS kept (n integer PRIMARY KEY)")
    (n,) = connection.execute("SELECT coalesce(max(n), 0) FROM kept").fetchone()
    while True:
        n += 1
        connection.execute("INSERT INTO kept VALUES (%s)", [n])
        print(n, flush=True)
"""


def test_every_acknowledged_row_outlives_a_kill_of_everything(server: Postgres) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(server.places.home)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout
        for _ in range(20):
            acknowledged = int(writer.stdout.readline())
        for pid in [writer.pid, *working_in(server.places.data)]:
            with suppress(ProcessLookupError):  # the server's own processes notice its end at once
                os.kill(pid, signal.SIGKILL)
        writer.wait()
        acknowledged = int(([str(acknowledged), *writer.stdout.read().split("\n")[:-1]])[-1])
        writer.stdout.close()
    server.start()
    assert rows(server)[:acknowledged] == list(range(1, acknowledged + 1))


def test_the_server_ends_when_who_started_it_is_killed(server: Postgres) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(server.places.home)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout
    writer.stdout.readline()
    assert working_in(server.places.data)
    writer.kill()
    writer.wait()
    writer.stdout.close()
    until = time.monotonic() + 10
    while working_in(server.places.data) and time.monotonic() < until:
        time.sleep(0.05)
    assert working_in(server.places.data) == []


def test_a_killed_postmaster_is_followed_by_a_working_one(server: Postgres) -> None:
    server.start()
    os.kill(working_in(server.places.data)[0], signal.SIGKILL)
    while server.exit_status() is None:
        time.sleep(0.01)
    server.start()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_lock_files_of_the_dead_are_no_hindrance(server: Postgres) -> None:
    server.start()
    server.stop()
    stranger = f"{os.getpid()}\n{server.places.data}\n1\n5432\n"
    server.places.socket.mkdir(mode=0o700, exist_ok=True)
    (server.places.data / "postmaster.pid").write_text(stranger)
    (server.places.socket / ".s.PGSQL.5432.lock").write_text(stranger)
    server.start()
    assert is_alive(os.getpid())
    assert server.exit_status() is None


def test_an_unfinished_set_up_is_begun_again(server: Postgres) -> None:
    unfinished = server.places.data.with_suffix(".unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")
    server.start()
    assert server.first_start
    assert not unfinished.exists()


def test_a_socket_folder_others_may_enter_is_refused(server: Postgres) -> None:
    server.places.socket.mkdir(parents=True)
    server.places.socket.chmod(0o755)
    with pytest.raises(CannotStart, match="only you can enter"):
        server.start()


def test_a_file_that_postgresql_cannot_read_is_told_in_its_own_words(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.places.data / "postgresql.auto.conf").write_text("shared_buffers = lots\n")
    with pytest.raises(CannotStart, match="shared_buffers") as refused:
        server.start()
    assert str(server.places.data) in str(refused.value)


def test_root_without_user_namespaces_is_pointed_to_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda _: "/bin/false")
    embedded.unprivileged_prefix.cache_clear()
    try:
        with pytest.raises(CannotStart, match="DATABASE_URL"):
            embedded.unprivileged_prefix()
    finally:
        embedded.unprivileged_prefix.cache_clear()


def test_the_end_of_a_log_is_short(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == ""
    log.write_text("\n".join(str(number) for number in range(5000)))
    assert tail(log, 2) == "4998\n4999"
