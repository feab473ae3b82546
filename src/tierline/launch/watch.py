"""Looking at what Tierline stands on, and telling people once when it fails and once when it is well again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg

LITTLE_ROOM = 200_000_000


class Watch:
    """One thing looked at from time to time. ``trouble`` answers a sentence while it is there, else None."""

    def __init__(self, trouble: Callable[[], str | None], well_again: str) -> None:
        self._trouble = trouble
        self._well_again = well_again
        self._in_trouble = False

    def look(self, say: Callable[[str], None]) -> None:
        """Tell a change; say nothing while all is as it was."""
        found = self._trouble()
        if found and not self._in_trouble:
            say(found)
        elif self._in_trouble and not found:
            say(self._well_again)
        self._in_trouble = bool(found)


def room_on_disk(home: Path) -> Watch:
    """Whether the disk that holds ``home`` still has room."""

    def trouble() -> str | None:
        try:
            free = shutil.disk_usage(home).free
        except OSError as error:
            return f"{home} cannot be looked at: {error.strerror}. Everything is kept there; bring it back."
        if free >= LITTLE_ROOM:
            return None
        return (
            f"The disk that holds {home} has only {free // 1_000_000} MB left. Make room: without it nothing new "
            "can be kept. What is kept already is safe."
        )

    return Watch(trouble, "The disk has room again")


def external_database(url: str) -> Watch:
    """Whether the server ``DATABASE_URL`` names answers."""

    def trouble() -> str | None:
        try:
            psycopg.connect(url, connect_timeout=3).close()
        except psycopg.Error as error:
            said = str(error).strip().splitlines()[0]
            return f"The database does not answer: {said}. Nothing is lost; work goes on when it is back."
        return None

    return Watch(trouble, "The database answers again")
