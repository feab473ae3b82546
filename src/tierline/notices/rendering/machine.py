"""A notice as JSON for machines: the same facts, instants in UTC with an offset. Pure; names roles, never people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tierline.notices.document import Document, Fact, Status
from tierline.notices.moments import Moment


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
        **({"late": document.late} if document.late else {}),
        **({"asides": list(document.asides)} if document.asides else {}),
    }


def from_json(kept: Mapping[str, Any]) -> Document:
    """The document that ``as_json`` wrote, to be rendered once more."""
    return Document(
        reference=kept["id"],
        uid=kept["uid"],
        sequence=kept["revision"],
        moment=Moment(kept["moment"]),
        status=Status(kept["status"]),
        title=kept["title"],
        lead=kept["summary"],
        facts=tuple(_kept_fact(fact) for fact in kept["facts"]),
        services=tuple(kept["services"]),
        keys=tuple(kept["service_keys"]),
        impact=kept["impact"],
        starts=_kept_instant(kept["starts_at"]),
        ends=_kept_instant(kept["ends_at"]),
        zone=kept["zone"],
        sender=kept["sender"],
        link=kept["url"],
        issued_at=datetime.fromisoformat(kept["issued_at"]),
        changes=tuple(_kept_fact(fact) for fact in kept["changes"]),
        also_for=tuple(kept["also_for"]),
        late=kept.get("late", ""),
        asides=tuple(kept.get("asides", ())),
    )


def _kept_fact(kept: Mapping[str, str]) -> Fact:
    return Fact(kept["label"], kept["text"], kept.get("tentative", ""))


def _kept_instant(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)


def _fact(fact: Fact) -> dict[str, str]:
    return {"label": fact.label, "text": fact.text} | ({"tentative": fact.tentative} if fact.tentative else {})


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
