"""A notice as JSON for machines: the same facts, instants in UTC with an offset. Pure; names roles, never people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tierline.notices.document import Document, Fact


def as_json(document: Document) -> dict[str, Any]:
    """The notice, ready for ``json.dumps``."""
    return {
        "id": document.reference,
        "uid": document.uid,
        "revision": document.sequence,
        "moment": document.moment.value,
        "also_for": list(document.also_for),
        "status": document.status.value,
        "impact": document.impact,
        "title": document.title,
        "summary": document.lead,
        "services": list(document.services),
        "service_keys": list(document.keys),
        "starts_at": _instant(document.starts),
        "ends_at": _instant(document.ends),
        "zone": document.zone,
        "facts": [_fact(fact) for fact in document.facts],
        "changes": [_fact(fact) for fact in document.changes],
        "sender": document.sender,
        "url": document.link,
        "issued_at": _instant(document.issued_at),
    }


def _fact(fact: Fact) -> dict[str, str]:
    return {"label": fact.label, "text": fact.text} | ({"tentative": fact.tentative} if fact.tentative else {})


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
