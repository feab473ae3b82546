"""Which cases of a team's queue nobody has touched between two of its checks: at log-on and in the afternoon.

Set-based, and looks at the first thousand new cases of a queue only: where more than that lie untouched, a longer list
would not help. Which checks there are is the plans' word. Refuses nothing; whoever asks has seen to who may ask.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from tierline.cases.untouched import Check, check_of
from tierline.plans.planbook import Planbook

LOOKED_THROUGH: Final = 1000
_UNTOUCHED: Final = """
SELECT c.id FROM (
    SELECT case_id, due_at FROM cases_queueplace WHERE team = %(team)s AND tab = 'new'
    ORDER BY due_at, case_id LIMIT %(most)s
) p JOIN cases_case c ON c.id = p.case_id
WHERE c.state = 'new' AND c.holder = %(team)s AND c.changed_at <= %(before)s
AND (%(services)s::varchar[] = '{}' OR c.service = ANY(%(services)s)) AND c.audience = ANY(%(audience)s)
ORDER BY p.due_at, p.case_id
"""


@dataclass(frozen=True, slots=True)
class LeftAloneCases:
    """The check they are shown since, and their numbers, the promise due first in front."""

    check: Check
    numbers: tuple[int, ...]


def cases_left_alone(planbook: Planbook, team: str, *, at: datetime) -> LeftAloneCases | None:
    """What nobody has touched since the check before the last; ``None`` for a team whose queue no plan checks."""
    check = check_of(planbook, team, at)
    if check is None:
        return None
    asked: dict[str, str | int | datetime | list[str]] = {
        "team": team,
        "most": LOOKED_THROUGH,
        "before": check.before,
        "services": list(check.services),
        "audience": [str(word) for word in check.audience],
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNTOUCHED, asked)
        return LeftAloneCases(check, tuple(number for (number,) in cursor.fetchall()))
