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


def page(documents: Iterable[Document], *, title: str, at: datetime) -> str:
    """The page, with the instant it was written at."""
    parts = [_section(document) for document in documents] or ["<p>No downtime is planned.</p>"]
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
