"""What a command that needs the tables does first. Refuses a database that does not answer or is not ready."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tierline.foundation.trouble import Refusal


class DatabaseAway(Refusal):
    """There is nothing to work on."""


def set_up() -> None:
    """Set Django up and see that the database answers and has tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tierline.settings")
    import django  # noqa: PLC0415 - the pure commands start without it

    django.setup()
    from django.db import DatabaseError, connection  # noqa: PLC0415 - the same

    try:
        connection.ensure_connection()
        ready = "cases_case" in connection.introspection.table_names()
    except DatabaseError as error:
        said = (str(error).strip().splitlines() or ["it gave no reason"])[0]
        raise DatabaseAway(
            f"The database does not answer: {said}. "
            "Start it with 'tierline run', or correct DATABASE_URL or TIERLINE_HOME."
        ) from None
    if not ready:
        raise DatabaseAway(
            "The database has no tables of Tierline yet. Start 'tierline run' once, or run the migrations."
        )


@contextmanager
def lost_database(consolation: str) -> Iterator[None]:
    """Say in a sentence that the database went away at work; ``consolation`` says what that means and what to do."""
    from django.db import InterfaceError, OperationalError  # noqa: PLC0415 - the same

    try:
        yield
    except (OperationalError, InterfaceError) as error:
        said = (str(error).strip().splitlines() or ["it gave no reason"])[0]
        raise DatabaseAway(f"The database stopped answering: {said}. {consolation}") from None
