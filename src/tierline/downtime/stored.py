"""Content to and from JSON, as the tables keep it. Pure; refuses what is no content."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tierline.downtime.content import Content, Field, Frame, Tentative, level_of


def to_json(content: Content) -> dict[str, Any]:
    """The content, ready for a JSON column."""
    frame = content.frame
    return {
        "title": content.title,
        "reason": content.reason,
        "services": list(content.services),
        "users": content.users,
        "level": None if content.level is None else content.level.word,
        "impact": content.impact,
        "starts": None if frame is None else _instant(frame.starts),
        "ends": None if frame is None else _instant(frame.ends),
        "zone": None if frame is None else frame.zone,
        "rollback": content.rollback,
        "rollback_by": _instant(content.rollback_by),
        "answers": list(content.answers),
        "tentative": {
            name.value: {"owner": doubt.owner, "until": doubt.until.isoformat()}
            for name, doubt in content.tentative.items()
        },
    }


def from_json(kept: dict[str, Any]) -> Content:
    """The content a JSON column holds."""
    starts = _read(kept["starts"])
    return Content(
        title=kept["title"],
        reason=kept["reason"],
        services=tuple(kept["services"]),
        users=kept["users"],
        level=level_of(kept["level"]) if kept["level"] else None,
        impact=kept["impact"],
        frame=None if starts is None else Frame(starts, _read(kept["ends"]), kept["zone"]),
        rollback=kept["rollback"],
        rollback_by=_read(kept["rollback_by"]),
        answers=tuple(kept["answers"]),
        tentative={
            Field(name): Tentative(doubt["owner"], date.fromisoformat(doubt["until"]))
            for name, doubt in kept["tentative"].items()
        },
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)
