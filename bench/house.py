"""A throw-away house to measure in: its own home, the embedded PostgreSQL with its real settings (fsync on), and the
web server started by the very command production uses.

Refuses to use a home that is there already. One database a size, copied from one that has tables, plans and people.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tierline.launch.ports import take_port
from tierline.launch.postgres import DATABASE, USER, Postgres
from tierline.launch.processes import start_child, stop_child, working_in
from tierline.launch.supervisor import web_command

PATIENCE = 30.0  # seconds until the web server must answer


@dataclass(frozen=True, slots=True)
class House:
    """A running PostgreSQL on a home of its own."""

    home: Path
    postgres: Postgres

    def url(self, database: str) -> str:
        """How to reach one of its databases, in the form of DATABASE_URL."""
        return f"postgresql://{USER}@/{database}?host={self.postgres.places.socket}"

    def environment(self, database: str) -> dict[str, str]:
        """What a Tierline process needs to work on one of its databases. No mail leaves: there is no SMTP_URL."""
        kept = {key: word for key, word in os.environ.items() if key != "SMTP_URL"}
        return kept | {
            "TIERLINE_HOME": str(self.home),
            "DATABASE_URL": self.url(database),
            "DJANGO_SETTINGS_MODULE": "tierline.settings",
        }

    def copy_database(self, name: str, *, of: str = DATABASE) -> None:
        """Make a database like another one; an older one of that name goes."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(of))
            )

    def drop_database(self, name: str) -> None:
        """Give the disk back."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def database_processes(self) -> list[int]:
        """The processes of the PostgreSQL server."""
        return working_in(self.postgres.places.data)


@contextmanager
def running_house() -> Iterator[House]:
    """A new house; everything of it is gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="tierline-bench-"))
    postgres = Postgres(home)
    try:
        postgres.start()
        house = House(home, postgres)
        prepare = [sys.executable, "-m", "tierline.launch.prepare"]
        subprocess.run(prepare, env=house.environment(DATABASE), check=True, capture_output=True)
        yield house
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Web:
    """A running web server: where it listens, and its processes (the master first)."""

    port: int
    master: int

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return [int(pid) for pid in children]


@contextmanager
def running_web(house: House, database: str) -> Iterator[Web]:
    """The web server on one database, from its first answer until the end of the block."""
    with take_port(0) as port:
        number = port.getsockname()[1]
        child = start_child(
            web_command(port.fileno()),
            log=house.postgres.places.logs / "web.log",
            env=house.environment(database),
            pass_fds=[port.fileno()],
            death=signal.SIGQUIT,
        )
        try:
            web = Web(number, child.pid)
            _wait_for_workers(web, child)
            yield web
        finally:
            stop_child(child, by=signal.SIGTERM, within=15)


def _wait_for_workers(web: Web, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while len(web.workers()) < 2:
        if child.poll() is not None or time.monotonic() > until:
            raise RuntimeError("The web server did not start: see log/web.log in the bench's home.")
        time.sleep(0.05)
