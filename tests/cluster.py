"""The throw-away PostgreSQL of one test run, kept between runs so that the next one starts in moments.

Each run takes the first free folder under ``.tierline-test/``, so several runs in one checkout do not meet.
With ``DATABASE_URL`` set it starts nothing: the tests then use that server.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tierline.foundation import clock
from tierline.launch.lock import HomeInUse, HomeLock
from tierline.launch.places import Places
from tierline.launch.postgres import USER, Postgres

PROJECT = Path(__file__).resolve().parents[1]
ROOT = PROJECT / ".tierline-test"
SLOTS = 16


@contextmanager
def free_home() -> Iterator[Path]:
    """The first home nobody tests on, held until the end of the block."""
    for slot in range(1, SLOTS + 1):
        home = ROOT / str(slot)
        try:
            with HomeLock(Places(home).lock, since=clock.now(), purpose="tests"):
                yield home
        except HomeInUse:
            continue
        return
    raise HomeInUse(f"{SLOTS} test runs are under way in {ROOT}. Wait until one ends.")


@contextmanager
def running_cluster(home: Path) -> Iterator[Postgres]:
    """A server on ``home`` that forgets everything in a crash; stopped at the end, or with this process."""
    postgres = Postgres(home, throw_away=True)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()


def schema_mark() -> str:
    """A name for the schema the sources describe: a changed migration gets a new database."""
    digest = hashlib.sha256()
    sources = PROJECT / "src" / "tierline"
    for path in sorted([*sources.rglob("migrations/*"), *sources.rglob("models.py"), *sources.rglob("models/*.py")]):
        if path.is_file() and path.suffix in {".py", ".sql"}:
            digest.update(str(path.relative_to(sources)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def drop_databases_of_other_schemas(socket: Path, mark: str) -> None:
    """Databases of earlier schemas serve nobody any more."""
    with psycopg.connect(host=str(socket), user=USER, dbname="postgres", autocommit=True) as connection:
        names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'").fetchall()
        for (name,) in names:
            if mark not in name:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
