"""What a partner answered, and taking values out of its JSON, whatever it holds. Pure; taking never raises.

What is not there or not of the kind expected is empty. Text is made fit to be kept: no NUL, no half of a surrogate
pair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tierline.channels.channel import NotConnected, Refused, TryAgain

LONGEST_PAUSE = 6 * 3600.0


class Stopped(Exception):
    """The visit ends here; ``answer`` is what the outbox is told, ``status`` what the partner said (0: nothing)."""

    def __init__(self, answer: TryAgain | Refused | NotConnected, status: int = 0) -> None:
        super().__init__(answer.because)
        self.answer, self.status = answer, status


@dataclass(frozen=True, slots=True)
class Told:
    """What the partner answered. ``json`` is None when the body is none; ``at`` is the partner's own time."""

    status: int
    headers: Mapping[str, str]
    json: Any
    body: bytes
    url: str

    @property
    def at(self) -> datetime | None:
        """The partner's clock, from its ``Date``: what its own stamps are to be compared with."""
        return _instant(self.headers.get("date", ""))

    @property
    def pause(self) -> float | None:
        """Retry-After (or RateLimit-Reset) in seconds, by the partner's own clock when it is a date; None without."""
        written = (self.headers.get("retry-after") or self.headers.get("ratelimit-reset") or "").strip()
        if written.isascii() and written.replace(".", "", 1).isdigit():
            return min(float(written), LONGEST_PAUSE)
        until = _instant(written)
        if until is None or self.at is None:
            return None
        return min(max((until - self.at).total_seconds(), 1.0), LONGEST_PAUSE)


def _instant(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written).astimezone(UTC) if written else None
    except (ValueError, TypeError, OverflowError):
        return None


def text_at(told: Any, *names: str) -> str:
    """The text (or number, as text) at a path of names; empty when there is none."""
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    if isinstance(told, bool) or not isinstance(told, (str, int, float)):
        return ""
    return str(told).replace("\x00", "").encode("utf-8", "replace").decode()


def rows_at(told: Any, *names: str) -> list[Mapping[str, Any]]:
    """The objects of a list at a path of names; what is no object is left out."""
    for name in names:
        told = told.get(name) if isinstance(told, Mapping) else None
    return [row for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []


def instant_at(told: Any, *names: str) -> datetime | None:
    """The instant at a path of names, in UTC; one without an offset is UTC. None when it is none."""
    try:
        found = datetime.fromisoformat(text_at(told, *names).strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
