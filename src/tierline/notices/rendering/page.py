"""Notices as one plain page that needs nothing else: for strangers, and for the day when this house is down.

Pure; names roles, never people. Without style or script, so that it is read anywhere it is copied to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Final

from tierline.notices.document import Document, Status

STANDINGS: Final = {
    Status.TENTATIVE: "tentative",
    Status.CONFIRMED: "scheduled",
    Status.IN_PROCESS: "going on now",
    Status.COMPLETED: "over",
    Status.CANCELLED: "cancelled",
    Status.RE_SCHEDULED: "postponed",
}


_FIRST: Final = {
    Status.IN_PROCESS: 0,
    Status.RE_SCHEDULED: 2,
    Status.COMPLETED: 3,
    Status.CANCELLED: 3,
}


def as_strangers_ask(documents: Iterable[Document]) -> list[Document]:
    """What goes on now, what comes next, what waits for a new time, and at last what is over, the newest first."""
    return sorted(documents, key=_place)


def _place(document: Document) -> tuple[int, float]:
    place = _FIRST.get(document.status, 1)
    if place == _FIRST[Status.COMPLETED]:
        return place, -document.issued_at.timestamp()
    return place, document.starts.timestamp() if document.starts else float("inf")


def page(documents: Iterable[Document], *, title: str, at: datetime) -> str:
    """The page, with the instant it was written at."""
    parts = [_section(document) for document in as_strangers_ask(documents)] or ["<p>No downtime is planned.</p>"]
    written = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title></head>\n'
        f"<body><main><h1>{escape(title)}</h1><p>As of {written}.</p>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def _section(document: Document) -> str:
    facts = "".join(
        f"<dt>{escape(fact.label)}</dt><dd>{'<br>'.join(escape(line) for line in fact.text.splitlines())}</dd>"
        for fact in document.facts
    )
    heading = f"{document.title} ({STANDINGS[document.status]})"
    return f"<section><h2>{escape(heading)}</h2><p>{escape(document.lead)}</p><dl>{facts}</dl></section>"
