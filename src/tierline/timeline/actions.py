"""Writing facts. There is no changing and no deleting; the database refuses both."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tierline.directory.actor import Actor
from tierline.timeline.models import FactRow


def record(subject_kind: str, subject_id: int, kind: str, *, actor: Actor, at: datetime, **said: Any) -> int:
    """Write one fact inside the caller's transaction; returns its id."""
    row = FactRow(
        subject_kind=subject_kind,
        subject_id=subject_id,
        at=at,
        actor_id=actor.person_id,
        actor=actor.name,
        kind=kind,
        said=said,
    )
    row.save(force_insert=True)
    return row.pk


def record_many(facts: Iterable[tuple[str, int, str, dict[str, Any]]], *, actor: Actor, at: datetime) -> None:
    """Write several facts of one actor and instant in one statement: (subject kind, subject id, kind, said)."""
    FactRow.objects.bulk_create(
        FactRow(subject_kind=s, subject_id=i, at=at, actor_id=actor.person_id, actor=actor.name, kind=kind, said=said)
        for s, i, kind, said in facts
    )
