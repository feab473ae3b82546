"""The one reader of time.

Entry points (a request, a job, a command) read it once and pass ``at=`` on; nothing below them asks again,
so a year can be replayed in a test. Linting forbids every other reader.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    """The instant, in UTC: the machine's, or the one a test stopped the clock at."""
    return _stopped_at.get() or datetime.now(UTC)  # noqa: TID251 - the one place allowed to read it


@contextmanager
def stopped(at: datetime) -> "Iterator[None]":
    """Within the block every reader sees ``at``. For tests, replays and imports of the past."""
    if at.tzinfo is None:
        raise ValueError("The clock can only be stopped at an instant with an offset.")
    token = _stopped_at.set(at)
    try:
        yield
    finally:
        _stopped_at.reset(token)
