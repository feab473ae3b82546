"""Planned work for tests, in invented words; name what differs."""

from datetime import UTC, datetime
from typing import Any

from tierline.downtime.content import Content, Frame, Level

STARTS = datetime(2026, 12, 5, 3, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 5, 7, 0, tzinfo=UTC)
ZONE = "America/New_York"


def frame(**other: Any) -> Frame:
    """From ten in the evening to two, in the East."""
    return Frame(**{"starts": STARTS, "ends": ENDS, "zone": ZONE, **other})


def content(**other: Any) -> Content:
    """A downtime whose every field says what it has to."""
    said: dict[str, Any] = {
        "title": "Database upgrade",
        "reason": "The database gets its yearly upgrade.",
        "services": ("secure-messaging",),
        "users": 1200,
        "level": Level.OUTAGE,
        "impact": "Messages can be neither read nor sent.",
        "frame": frame(),
        "rollback": "Restore the snapshot taken before the start.",
    }
    return Content(**(said | other))
