"""What must be true of the database and the static files before the first request; does nothing that is done.

    python -m tierline.launch.prepare

Run as a process of its own, so that the supervisor stays without Django. Prints one line of JSON
(``Prepared``). Refuses, in one sentence and with status 2, a database that does not answer or is too old.
"""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OLDEST_POSTGRES = 150000


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found or done: how many migrations ran, and which database this is (since when it has tables)."""

    migrated: int
    collected: bool
    database: str


def main() -> int:
    """Prepare, and say what was done."""
    import django  # noqa: PLC0415 - Django wants to be set up before anything of it is imported
    from django.db import OperationalError  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415

    if trouble := _unusable_database(OperationalError):
        print(trouble, file=sys.stderr)
        return 2
    migrated = _migrate()
    collected = _collect_static(Path(settings.STATIC_ROOT))
    print(json.dumps(asdict(Prepared(migrated, collected, _database_since()))))
    return 0


def _unusable_database(no_answer: type[Exception]) -> str | None:
    """Why the database cannot be used, or None."""
    from django.db import connection  # noqa: PLC0415

    try:
        connection.ensure_connection()
    except no_answer as error:
        said = str(error).strip().splitlines()[0]
        return (
            f"The database that DATABASE_URL names does not answer: {said}. "
            "Start it or correct DATABASE_URL, then start Tierline again."
        )
    raw: Any = connection.connection
    if raw.info.server_version < OLDEST_POSTGRES:
        found = raw.info.server_version // 10000
        return f"The database that DATABASE_URL names is PostgreSQL {found}. Tierline needs 15 or newer."
    return None


def _migrate() -> int:
    """Bring the tables up to date; a look at the plan is all it costs when they are."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    return len(plan)


def _database_since() -> str:
    """When this database got its first table: a new database, even under an old name, has another instant."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied)::text FROM django_migrations")
        (since,) = cursor.fetchone()
    return str(since)


def _collect_static(root: Path) -> bool:
    """Collect, hash and compress the static files when one of them changed since the last time."""
    from django.core.management import call_command  # noqa: PLC0415

    mark = root / ".collected"
    wanted = _static_digest()
    if mark.exists() and mark.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(wanted)
    return True


def _static_digest() -> str:
    """Name, size and time of every source file: quick to take, and different after any change that matters."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    files = [(name, storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    for name, path in sorted(files):
        found = Path(path).stat()
        digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
