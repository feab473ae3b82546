"""What stands beside a new case, in one statement: the report, the words it is found by, its place in a queue.

Taking in a case is the most frequent write there is; every statement saved is one waiting fewer for whoever reports.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from tierline.cases.lifecycle import CaseState
from tierline.cases.models import CaseRow
from tierline.cases.places import Standing, places
from tierline.cases.words import vector

_WRITE = f"""
WITH report AS (
    INSERT INTO cases_report (case_id, description, answers, reporter_name, reporter_contact)
    VALUES (%(case)s, %(description)s, %(answers)s, %(reporter_name)s, %(reporter_contact)s)
), words AS (
    INSERT INTO cases_searchwords (case_id, words, organisations, restricted_to)
    VALUES (%(case)s, {vector("%(text)s", "%(case)s")}, %(organisations)s, %(restricted_to)s)
)
INSERT INTO cases_queueplace (case_id, team, tab, due_at) VALUES (%(case)s, %(team)s, %(tab)s, %(due_at)s)
"""  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class Reported:
    """What the person reported, and the text the case is to be found by."""

    description: str
    answers: Mapping[str, str]
    reporter_name: str
    reporter_contact: str
    text: str


def write_beside(case: CaseRow, reported: Reported) -> None:
    """Write it for a case whose row was just written. A new case stands in one queue: its holder's."""
    [(team, tab)] = places(Standing(CaseState(case.state), case.holder, case.offered_to, case.recorded_by))
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "case": case.pk,
                "description": reported.description,
                "answers": json.dumps(dict(reported.answers), ensure_ascii=False),
                "reporter_name": reported.reporter_name,
                "reporter_contact": reported.reporter_contact,
                "text": reported.text,
                "organisations": case.organisations,
                "restricted_to": case.restricted_to,
                "team": team,
                "tab": tab.value,
                "due_at": case.due_at,
            },
        )
