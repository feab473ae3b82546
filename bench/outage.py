"""Half an hour without one provider, measured in half a minute: does its hanging delay the mail of others?

The real worker on the real database. Each second of the measure everything that is stored about effects and jobs is
moved a minute into the past, as if a minute had gone by, so that all tries that fall into the half hour are made. Each
"minute" a notice goes to some people by mail and into a room of the provider that hangs; how long its mail takes is
real time. Refuses to call it an outage when the provider was not asked, or answered.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tierline.rehearsal.faults import Reset
from tierline.rehearsal.slack import Slack

MINUTES: Final = 30
HANGS: Final = 1.5  # seconds each call hangs before its line breaks: a minute and a half as the times are moved
LONGEST_WAIT: Final = 30.0
_MOVES: Final = (
    """UPDATE outbox_effect SET created_at = created_at - %(by)s::interval, settled_at = settled_at - %(by)s::interval,
       next_try_at = next_try_at - %(by)s::interval, not_after = not_after - %(by)s::interval""",
    "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %(by)s::interval WHERE status = 'todo'",
)
_LEFT: Final = (
    "SELECT count(*) FROM outbox_effect WHERE channel = 'email' AND state = 'pending' AND subject_id = %(subject)s"
)
_POSTS: Final = (
    "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'withdrawn'), "
    "count(*) FILTER (WHERE state = 'pending'), coalesce(sum(attempts), 0)::int FROM outbox_effect "
    "WHERE channel = 'slack' AND subject_id BETWEEN %(first)s AND %(last)s"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds the mail of each minute took; what became of the posts; how often the provider was asked in vain."""

    mail: tuple[float, ...]
    posted: int
    gave_way: int
    waiting: int
    tries: int
    asked_in_vain: int

    @property
    def slowest(self) -> float:
        """Of all minutes."""
        return max(self.mail)

    @property
    def median(self) -> float:
        """Of all minutes."""
        return statistics.median(self.mail)


def half_an_hour(announce: Callable[[int], object], desk: Slack, *, first: int, hanging: bool) -> Seen:
    """Thirty minutes; ``announce`` tells of the subject of a number."""
    if hanging:
        desk.faults.next(Reset(HANGS), times=1_000_000)
    took = []
    for minute in range(MINUTES):
        began = time.perf_counter()
        announce(first + minute)
        took.append(_until_gone(first + minute, began))
        time.sleep(max(0.0, began + 1.0 - time.perf_counter()))
        _move_the_past(timedelta(minutes=1))
    asked = 1_000_000 - desk.faults.armed if hanging else 0
    desk.faults.clear()
    posts = _asked(_POSTS, first=first, last=first + MINUTES - 1)[0]
    posted, gave_way, waiting, tries = posts
    return Seen(tuple(took), posted, gave_way, waiting, tries, asked)


def recovered(*, first: int, within: int = 120) -> tuple[int, int, int]:
    """Minutes (moved, half a second each) until nothing waits for the provider any more once it answers; how many posts
    arrived, how many gave way to a newer word."""
    minutes = 0
    while minutes < within:
        done, withdrawn, waiting, _ = _asked(_POSTS, first=first, last=first + MINUTES - 1)[0]
        if not waiting:
            break
        time.sleep(0.5)
        _move_the_past(timedelta(minutes=1))
        minutes += 1
    return minutes, int(done), int(withdrawn)


def _until_gone(subject: int, began: float) -> float:
    while _asked(_LEFT, subject=subject)[0][0] and time.perf_counter() - began < LONGEST_WAIT:
        time.sleep(0.01)
    return time.perf_counter() - began


def _move_the_past(by: timedelta) -> None:
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        for move in _MOVES:
            cursor.execute(move, {"by": f"{by.total_seconds()} seconds"})


def _asked(question: str, **said: Any) -> list[tuple[Any, ...]]:
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        cursor.execute(question, said)
        return list(cursor.fetchall())
