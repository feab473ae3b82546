"""Maintenance windows as they are wanted and as they stand, and how the two differ. Pure.

Our marker ``[DT-1#r3]`` at the beginning of a description is by what a window of ours is found again. Refuses a
description without it or with more than 255 characters: the paging service has no other place for either.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from tierline.channels.answers import instant_at, rows_at, text_at
from tierline.channels.channel import NotConnected, Refused, TryAgain

LONGEST = 255
_MARKER = re.compile(r"\[(?P<reference>[A-Z][A-Z0-9]{0,9}(?:-[A-Z0-9]{1,20}){1,3})#r(?P<revision>\d{1,9})\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window as it was read. ``marker`` is empty when it is not ours."""

    id: str
    url: str
    start: datetime
    end: datetime
    services: frozenset[str]
    description: str
    created_by: str = ""

    @property
    def marker(self) -> str:
        """``[DT-1#r3]`` of a window of ours."""
        return marker_in(self.description)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A window as it is to stand."""

    start: datetime
    end: datetime
    services: frozenset[str]
    description: str

    @property
    def marker(self) -> str:
        """What it is found by."""
        return marker_in(self.description)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that is broken there and that nobody has resolved, as it was read."""

    id: str
    number: str
    title: str
    services: frozenset[str]
    began: datetime | None = None


@runtime_checkable
class TellsIncidents(Protocol):
    """Can be asked what is broken now."""

    def incidents(self) -> Sequence[Incident] | TryAgain | Refused | NotConnected:
        """Everything urgent that nobody has resolved."""
        ...


@runtime_checkable
class KeepsWindows(Protocol):
    """Can be asked which windows are set."""

    def windows(self, services: Sequence[str] = ()) -> Sequence[Window] | TryAgain | Refused | NotConnected:
        """The windows that are to come or running, of these services or of all."""
        ...

    def window(self, window: str) -> Window | TryAgain | Refused | NotConnected | None:
        """One window as it stands; None when it is not there."""
        ...


def wanted(message: Mapping[str, Any]) -> Wanted:
    """The window a message asks for. Raises ValueError with a sentence."""
    description = " ".join(str(message.get("description") or "").split())
    if not marker_in(description):
        raise ValueError("The description of a window begins with our marker, such as [DT-1#r3]; this one does not.")
    if len(description) > LONGEST:
        raise ValueError(
            f"The description of the window has {len(description)} characters; PagerDuty takes {LONGEST}. "
            "Shorten the text for users."
        )
    start, end = instant_at(message, "start"), instant_at(message, "end")
    if start is None or end is None:
        raise ValueError("A window needs a start and an end, each an instant such as 2026-11-20T17:00:00Z.")
    if end <= start:
        raise ValueError("The window ends before it starts.")
    told = message.get("services")
    services = frozenset(str(one) for one in told) if isinstance(told, Collection) and not isinstance(told, str) else ()
    if not services:
        raise ValueError("A window needs at least one service of PagerDuty, by its id (P…).")
    return Wanted(whole(start), whole(end), frozenset(services), description)


def window_of(row: Any) -> Window | None:
    """A window as it was answered; None for what is none."""
    start, end = instant_at(row, "start_time"), instant_at(row, "end_time")
    if not text_at(row, "id") or start is None or end is None:
        return None
    services = frozenset(text_at(one, "id") for one in rows_at(row, "services"))
    return Window(
        text_at(row, "id"),
        text_at(row, "html_url"),
        whole(start),
        whole(end),
        services,
        text_at(row, "description"),
        text_at(row, "created_by", "summary"),
    )


def incident_of(row: Any) -> Incident | None:
    """An incident as it was answered; None for what is none."""
    known = text_at(row, "id")
    if not known:
        return None
    number = str(row.get("incident_number") or known) if isinstance(row, Mapping) else known
    title = text_at(row, "title") or text_at(row, "summary") or known
    services = frozenset(filter(None, [text_at(row, "service", "id")]))
    return Incident(known, number, title, services, instant_at(row, "created_at"))


def differences(ask: Wanted, there: Window) -> tuple[str, ...]:
    """In what a window differs from what is wanted: ``start end services description``."""
    pairs = {
        "start": (ask.start, there.start),
        "end": (ask.end, there.end),
        "services": (ask.services, there.services),
        "description": (ask.description, " ".join(there.description.split())),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def marker_in(description: str) -> str:
    """The marker a description begins with; empty when it begins with none."""
    found = _MARKER.match(description)
    return found.group(0) if found else ""


def reference_of(marker: str) -> str:
    """``DT-1`` of ``[DT-1#r3]``; empty for what is no marker."""
    found = _MARKER.match(marker)
    return found["reference"] if found else ""


def revision_of(marker: str) -> int:
    """``3`` of ``[DT-1#r3]``; 0 for what is no marker."""
    found = _MARKER.match(marker)
    return int(found["revision"]) if found else 0


def written(at: datetime) -> str:
    """An instant as it is sent."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole(at: datetime) -> datetime:
    """An instant in UTC without what is below a second, which is not kept there."""
    return at.astimezone(UTC).replace(microsecond=0)
