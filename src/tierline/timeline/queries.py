"""Reading facts. Who may read them is decided by the package whose subject they are about."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from tierline.timeline.fact import Fact
from tierline.timeline.models import FactRow

_FIELDS = ("id", "subject_kind", "subject_id", "at", "actor_id", "actor", "kind", "said")  # in the order of ``Fact``

_WITHOUT = """
SELECT id, subject_id, at, actor_id, actor, kind, said - %(leave)s::text[] FROM timeline_fact
WHERE subject_kind = %(kind)s AND subject_id = ANY(%(ids)s) ORDER BY subject_id, at, id
"""


def story(subject_kind: str, subject_id: int, *, until: datetime | None = None) -> list[Fact]:
    """The facts of one subject, oldest first; only those up to and including ``until`` when given."""
    rows = FactRow.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("at", "id")
    if until is not None:
        rows = rows.filter(at__lte=until)
    return [Fact(*row) for row in rows.values_list(*_FIELDS)]


def stories_without(subject_kind: str, subject_ids: Iterable[int], leave: Iterable[str]) -> dict[int, list[Fact]]:
    """The facts of each subject, oldest first, without what they say under the keys ``leave``. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, {"kind": subject_kind, "ids": list(subject_ids), "leave": list(leave)})
        rows = cursor.fetchall()
    stories: dict[int, list[Fact]] = {}
    for number, subject_id, at, actor_id, actor, kind, said in rows:
        fact = Fact(number, subject_kind, subject_id, at, actor_id, actor, kind, json.loads(said))
        stories.setdefault(subject_id, []).append(fact)
    return stories


def story_page(subject_kind: str, subject_id: int, *, after: int, most: int) -> list[Fact]:
    """At most ``most`` facts of one subject, in the order they were written, beginning behind the fact ``after``."""
    rows = FactRow.objects.filter(subject_kind=subject_kind, subject_id=subject_id, pk__gt=after).order_by("pk")
    return [_fact(row) for row in rows[:most]]


def latest(subject_kind: str, subject_ids: Iterable[int], kind: str) -> dict[int, Fact]:
    """The newest fact of one kind for each subject that has one. One statement."""
    rows = (
        FactRow.objects.filter(subject_kind=subject_kind, subject_id__in=list(subject_ids), kind=kind)
        .order_by("subject_id", "-id")
        .distinct("subject_id")
    )
    return {row.subject_id: _fact(row) for row in rows}


def _fact(row: FactRow) -> Fact:
    return Fact(row.pk, row.subject_kind, row.subject_id, row.at, row.actor_id, row.actor, row.kind, row.said)
