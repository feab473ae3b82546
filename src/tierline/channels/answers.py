"""Taking values out of a partner's JSON, whatever it holds. Pure; never raises.

What is not there or not of the kind expected is empty. Text is made fit to be kept: no NUL, no half of a surrogate
pair.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


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
