"""Cursors of queue pages, as callers carry them: 32 hexadecimal digits that mean nothing to them. Pure.

Every such text is some place in a queue, so a cursor of another page or day is never an error: the walk goes on there.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from pydantic import StringConstraints

from tierline.cases.places import NEVER
from tierline.cases.queries import Cursor

OpaqueCursor = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$", min_length=32, max_length=32)]

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (NEVER - _BEGINNING) // _MICROSECOND
_BIGGEST_NUMBER = 2**63 - 1


class Placed(Protocol):
    """A place in a list: an instant, and a number where several share it."""

    @property
    def due_at(self) -> datetime: ...
    @property
    def number(self) -> int: ...


def opaque(cursor: Placed | None) -> str | None:
    """The text for a cursor; None where the walk ends."""
    if cursor is None:
        return None
    return f"{(cursor.due_at.astimezone(UTC) - _BEGINNING) // _MICROSECOND:016x}{cursor.number:016x}"


def place_of(text: str | None) -> Cursor | None:
    """The cursor a text stands for; what lies beyond every queue is its end."""
    if text is None:
        return None
    since, number = min(int(text[:16], 16), _LATEST), min(int(text[16:], 16), _BIGGEST_NUMBER)
    return Cursor(_BEGINNING + since * _MICROSECOND, number)
