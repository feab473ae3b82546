"""A new case with all that stands beside it, in one statement: row, report, words it is found by, place, numbers.

Taking in a case is the most frequent write there is; every statement saved is one waiting fewer for whoever reports.
Refuses nothing: numbers that have a case already are left out, and the caller is told how many were kept.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tierline.cases.extent import FIELDS, UNKNOWN, Extent
from tierline.cases.models import CaseRow
from tierline.cases.places import places
from tierline.cases.words import vector
from tierline.rooms.actions import OF_NEW

_COLUMNS = [field.attname for field in CaseRow._meta.concrete_fields if not field.primary_key]
_WRITTEN = f"""
WITH made AS (
    INSERT INTO cases_case ({", ".join(_COLUMNS)})
    VALUES ({", ".join(f"%({column})s" for column in _COLUMNS)}) RETURNING id
), report AS (
    INSERT INTO cases_report (case_id, description, answers, reporter_name, reporter_contact, {", ".join(FIELDS)})
    SELECT id, %(description)s, %(answers)s, %(reporter_name)s, %(reporter_contact)s,
           {", ".join(f"%({field})s" for field in FIELDS)} FROM made
), words AS (
    INSERT INTO cases_searchwords (case_id, words, organisations, restricted_to)
    SELECT id, {vector("%(text)s", "id")}, %(organisations)s, %(restricted_to)s FROM made
), place AS (
    INSERT INTO cases_queueplace (case_id, team, tab, due_at)
    SELECT id, team, tab, %(due_at)s FROM made, unnest(%(teams)s::varchar[], %(tabs)s::varchar[]) AS stands (team, tab)
), numbers AS (
    INSERT INTO cases_outsidenumber (case_id, system, number)
    SELECT id, system, number FROM made, unnest(%(systems)s::varchar[], %(numbers)s::varchar[]) AS told (system, number)
    ON CONFLICT DO NOTHING RETURNING id
)
{{more}}
SELECT id, (SELECT count(*) FROM numbers) FROM made
"""  # noqa: S608 - composed of constants and of the table's own columns
_WRITE, _WRITE_HEARD = _WRITTEN.format(more=""), _WRITTEN.format(more=f", {OF_NEW}")


@dataclass(frozen=True, slots=True)
class Reported:
    """What the person reported, its numbers elsewhere (system, number), and the text the case is to be found by."""

    description: str
    answers: Mapping[str, str]
    reporter_name: str
    reporter_contact: str
    text: str
    numbers: Collection[tuple[str, str]] = ()
    extent: Extent = UNKNOWN


def write_new(case: CaseRow, reported: Reported, heard: Mapping[str, Any] | None = None) -> int:
    """Write a new case, give its row the number it got, and return how many of its numbers elsewhere were kept.

    ``heard``: what the rooms that hear of it know, where there are any.
    """
    stands = places(case.standing())
    said: dict[str, Any] = {column: getattr(case, column) for column in _COLUMNS}
    said |= reported.extent.said()
    said |= {
        "description": reported.description,
        "answers": json.dumps(dict(reported.answers), ensure_ascii=False),
        "reporter_name": reported.reporter_name,
        "reporter_contact": reported.reporter_contact,
        "text": reported.text,
        "teams": [team for team, _ in stands],
        "tabs": [tab.value for _, tab in stands],
        "systems": [system for system, _ in reported.numbers],
        "numbers": [number for _, number in reported.numbers],
    }
    with connection.cursor() as cursor:
        if heard is None:
            cursor.execute(_WRITE, said)
        else:
            cursor.execute(_WRITE_HEARD, {**said, **heard})
        case.pk, kept = cursor.fetchone()
    return int(kept)
