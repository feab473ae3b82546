"""What strangers can read of planned work, in every form, and as files for the day when this house is down.

Holds roles and services, never people, and nothing that was not scheduled once. Refuses to leave half a file behind.
"""

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from tierline.downtime.queries import KeyWindow, key_windows, public_documents
from tierline.foundation.trouble import NotFound
from tierline.notices.document import Document
from tierline.notices.rendering import atom, calendar, json_feed, page
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import services_and_systems
from tierline.plans.queries import planbook_in_force

TITLE: Final = "Downtime"


def documents(*, at: datetime) -> list[Document]:
    """What is public now; nothing while no plan is in force."""
    try:
        return public_documents(at=at)
    except NotFound:
        return []


def as_calendar(shown: Sequence[Document]) -> str:
    """As iCalendar with the properties of MAINTNOTE."""
    domain = settings.MAIL_FROM.rpartition("@")[2]
    return calendar.calendar(shown, name=TITLE, provider=domain, account="everybody")


def as_feed(shown: Sequence[Document], *, at: datetime) -> str:
    """As Atom."""
    newest = max((document.issued_at for document in shown), default=at)
    link = f"{_site()}/status/"
    return atom.feed(
        _newest_first(shown), title=TITLE, feed_id=link, feed_url=f"{link}downtimes.atom", link=link, updated=newest
    )


def as_json(shown: Sequence[Document]) -> str:
    """As a JSON Feed with every fact for machines."""
    link = f"{_site()}/status/"
    return json.dumps(
        json_feed.feed(_newest_first(shown), title=TITLE, feed_url=f"{link}downtimes.json", link=link), indent=1
    )


def _newest_first(shown: Sequence[Document]) -> list[Document]:
    """As readers of feeds show them."""
    return sorted(shown, key=lambda document: document.issued_at, reverse=True)


def maintenance_windows(*, at: datetime) -> dict[str, Any]:
    """The windows of every key, in the shape front ends poll: a row a window and key, an open end as null."""
    return {"data": [_window(window) for window in _windows(at)]}


def _windows(at: datetime) -> list[KeyWindow]:
    try:
        return key_windows(at=at)
    except NotFound:
        return []


def _window(window: KeyWindow) -> dict[str, Any]:
    return {
        "id": window.id,
        "type": "maintenance_windows",
        "attributes": {
            "externalService": window.key,
            "startTime": _instant(window.starts),
            "endTime": None if window.ends is None else _instant(window.ends),
            "description": window.words,
        },
    }


def backend_statuses(*, at: datetime) -> dict[str, Any]:
    """Every key of the plans, and whether it is down for maintenance at this instant."""
    down = {window.key for window in _windows(at) if window.starts <= at and (window.ends is None or at < window.ends)}
    statuses = [
        {
            "service": label,
            "service_id": key,
            "status": "maintenance" if key in down else "active",
            "last_incident_timestamp": None,
        }
        for key, label in _keys()
    ]
    return {"data": {"attributes": {"reported_at": _instant(at), "statuses": statuses}}}


def backend_status(key: str, *, at: datetime) -> dict[str, Any]:
    """One of them. NotFound for a key no plan names."""
    found = [one for one in backend_statuses(at=at)["data"]["attributes"]["statuses"] if one["service_id"] == key]
    if not found:
        raise NotFound(f"No plan names a service with the key '{key}'.")
    up = found[0]["status"] == "active"
    return {"data": {"id": key, "type": "backend_statuses", "attributes": {"name": key, "isAvailable": up}}}


def _keys() -> list[tuple[str, str]]:
    try:
        planbook: Planbook = planbook_in_force().planbook
    except NotFound:
        return []
    return sorted((key, entry.label) for entry in services_and_systems(planbook) for key in entry.keys)


def write_files(folder: Path, *, at: datetime) -> list[Path]:
    """Everything above as files in a folder, each whole or not at all. Returns what was written."""
    shown = documents(at=at)
    texts: dict[str, Callable[[], str]] = {
        "index.html": lambda: page.page(shown, title=TITLE, at=at),
        "downtimes.ics": lambda: as_calendar(shown),
        "downtimes.atom": lambda: as_feed(shown, at=at),
        "downtimes.json": lambda: as_json(shown),
        "maintenance_windows.json": lambda: json.dumps(maintenance_windows(at=at)),
        "backend_statuses.json": lambda: json.dumps(backend_statuses(at=at)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, text()) for name, text in texts.items()]


def _write(file: Path, text: str) -> Path:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8", newline="")
    draft.replace(file)
    return file


def _site() -> str:
    return settings.SITE_ADDRESS.rstrip("/")


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
