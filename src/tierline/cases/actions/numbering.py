"""Giving many cases the number another system has for them from now on, beside the one it takes the place of.

Refuses anybody but Tierline itself; a number that is a case's already stays that case's.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from tierline.cases.actions.changing import SUBJECT
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotAllowed
from tierline.timeline.actions import record_many

_ADD = """
INSERT INTO cases_outsidenumber (case_id, system, number)
SELECT known.case_id, %(after)s, told.new
FROM unnest(%(old)s::varchar[], %(new)s::varchar[]) AS told (old, new)
JOIN cases_outsidenumber known ON known.system = %(before)s AND known.number = told.old
ON CONFLICT (system, number) DO NOTHING
RETURNING case_id, number
"""
_FIND_BY = """
UPDATE cases_searchwords s SET words = s.words || to_tsvector('english', told.number)
FROM unnest(%s::bigint[], %s::varchar[]) AS told (case_id, number) WHERE s.case_id = told.case_id
"""


@transaction.atomic
def follow_numbers(actor: Actor, before: str, after: str, numbers: Mapping[str, str], *, at: datetime) -> int:
    """Tickets moved from the system ``before`` to ``after`` (old number -> new one): every case known by the old
    number is found by the new one, too. Returns how many cases that were."""
    if not actor.is_tierline:
        raise NotAllowed("Only Tierline itself follows numbers from one system to another.")
    given: dict[str, str | list[str]] = {
        "before": before,
        "after": after,
        "old": list(numbers),
        "new": list(numbers.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, given)
        added = [(int(case), str(number)) for case, number in cursor.fetchall()]
        if added:
            cursor.execute(_FIND_BY, [[case for case, _ in added], [number for _, number in added]])
    facts = ((SUBJECT, case, "number-added", {"system": after, "number": number}) for case, number in added)
    record_many(facts, actor=actor, at=at)
    return len(added)
