"""Notices as iCalendar (RFC 5545) with the properties of MAINTNOTE, so that a calendar and a machine read the same.

Pure. The UID is the same for good and SEQUENCE grows with every change. No METHOD: with one, calendars would add the
event to everybody's day by themselves. A notice without a start is no event and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from tierline.notices.document import Document, Status

_PRODUCT: Final = "-//Tierline//Notices//EN"
_STATUS: Final = {
    Status.TENTATIVE: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.IN_PROCESS: "CONFIRMED",
    Status.COMPLETED: "CONFIRMED",
    Status.RE_SCHEDULED: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
}
_OPEN_END: Final = timedelta(days=1)  # a calendar needs an end; an open one is told in words and asked again each day


def calendar(documents: Iterable[Document], *, name: str, provider: str, account: str) -> str:
    """The notices as one calendar. ``provider`` and ``account`` say to machines whose notices for whom."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", f"X-WR-CALNAME:{_text(name)}"]
    for document in documents:
        if document.starts is not None:
            lines += _event(document, document.starts, provider, account)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(document: Document, starts: datetime, provider: str, account: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{document.uid}"
    yield f"SEQUENCE:{document.sequence}"
    yield f"DTSTAMP:{_instant(document.issued_at)}"
    yield f"DTSTART:{_instant(starts)}"
    yield f"DTEND:{_instant(document.ends or starts + _OPEN_END)}"
    yield f"SUMMARY:{_text(document.subject)}"
    said = [document.lead, *(f"{fact.label}: {fact.text}" for fact in document.facts)]
    yield f"DESCRIPTION:{_text(chr(10).join(said))}"
    yield f"STATUS:{_STATUS[document.status]}"
    yield "TRANSP:TRANSPARENT"
    yield f"URL:{document.link}"
    yield f"X-MAINTNOTE-PROVIDER:{_text(provider)}"
    yield f"X-MAINTNOTE-ACCOUNT:{_text(account)}"
    yield f"X-MAINTNOTE-MAINTENANCE-ID:{_text(document.reference)}"
    for service in document.keys or document.services or (document.title,):
        yield f"X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT={document.impact}:{_text(service)}"
    yield f"X-MAINTNOTE-IMPACT:{document.impact}"
    yield f"X-MAINTNOTE-STATUS:{document.status}"
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """A text value: RFC 5545, 3.3.11."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, the following ones indented by a space; no character is cut in two."""
    while len(line.encode()) > 75:
        most = 75
        while len(line[:most].encode()) > 75:
            most -= 1
        yield line[:most]
        line = " " + line[most:]
    yield line
