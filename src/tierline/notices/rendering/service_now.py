"""The fields of a change request in ServiceNow that documents an approval. Pure.

``correlation_id`` is by what our change is found again; dates are in UTC, as that interface reads them. Refuses
nothing: what approval needs is checked before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tierline.notices.document import Document

SHORT: Final = 160  # characters of the short description


def change_fields(document: Document, *, content_hash: str, rollback: str, reason: str, impact: str) -> dict[str, str]:
    """The fields of ``change_request``; ``content_hash`` is what the approval will be bound to."""
    body = "\n\n".join(f"{fact.label}\n{fact.text}" for fact in document.facts)
    short = f"[{document.reference}] {document.title}"
    return {
        "correlation_id": document.uid,
        "correlation_display": f"Tierline {document.reference}",
        "short_description": short if len(short) <= SHORT else short[: SHORT - 1] + "…",
        "description": f"{document.lead}\n\n{body}\n\n{document.link}\nHash of the words approved: {content_hash}",
        "justification": reason,
        "risk_impact_analysis": impact,
        "backout_plan": rollback,
        "start_date": _instant(document.starts),
        "end_date": _instant(document.ends),
    }


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
