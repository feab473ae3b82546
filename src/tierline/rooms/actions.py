"""Keeping what rooms know of cases, in the transaction in which a case changes; posting it is ``posting.py``'s.

A change costs nothing where no room hears of it, and one row where one does: the message itself is written by the sweep
of the next minute, so that what came together is told together. A case that becomes restricted is taken out of every
room at once. Refuses nothing; who may change a case was asked by whoever changed it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from tierline.plans.planbook import Planbook
from tierline.plans.room_asking import rooms_of
from tierline.plans.rooms import HearingRoom
from tierline.rooms.closing import take_out
from tierline.rooms.standing import WAITING, CaseNow, Standing, standing_for

_KEPT: Final = """
SET standing = CASE WHEN n.standing = 'waits' AND m.standing = 'came-back' THEN 'came-back' ELSE n.standing END,
    other = n.other, service = n.service, level = n.level, due_at = n.due_at, look_at = n.look_at,
    since = CASE WHEN {same} THEN m.since ELSE n.since END,
    ask = CASE WHEN {same} AND n.ask = '' THEN m.ask ELSE n.ask END,
    answer_by = CASE WHEN {same} THEN coalesce(n.answer_by, m.answer_by) ELSE n.answer_by END
"""
_SAME: Final = (
    "(m.other = n.other AND (m.standing = n.standing OR (m.standing = 'came-back' AND n.standing = 'waits')))"
)
_COLUMNS: Final = "room, number, standing, other, service, level, ask, since, due_at, answer_by, look_at"
_VALUES: Final = (
    "%(room)s, %(number)s, %(standing)s, %(other)s, %(service)s, %(level)s, %(ask)s, %(since)s, "
    "%(due_at)s::timestamptz, %(answer_by)s::timestamptz, %(look_at)s::timestamptz"
)
_INSERT: Final = (
    f"INSERT INTO rooms_matter AS m ({_COLUMNS}) VALUES ({_VALUES}) ON CONFLICT (number, room) DO UPDATE "  # noqa: S608 - own names
    + _KEPT.format(same=_SAME).replace("n.", "excluded.")
)
_UPDATE: Final = (
    f"UPDATE rooms_matter m {_KEPT.format(same=_SAME)} FROM (SELECT {_VALUES}) AS n ({_COLUMNS}) "
    "WHERE m.number = n.number AND m.room = n.room"
)

#: SQL for the rooms that hear of a new case, as part of the statement that writes it: ``made`` has its ``id``, the
#: statement has ``service``, ``due_at`` and ``changed_at``, and ``of_new`` gives the rest. Few parameters: the library
#: takes a statement of more than fifty apart anew each time. It waits in triage for all of them.
OF_NEW: Final = """heard AS (
    INSERT INTO rooms_matter (room, number, standing, other, service, level, ask, since, due_at, look_at)
    SELECT room, id, 'waits', '', %(service)s, %(heard_level)s, '', %(changed_at)s,
           nullif(%(due_at)s::timestamptz, '9999-01-01 00:00:00+00'::timestamptz), %(changed_at)s
    FROM made, unnest(%(heard_rooms)s::varchar[]) AS hearing (room)
)"""


def of_new(trail: Sequence[str], level: str, planbook: Planbook, *, at: datetime) -> dict[str, Any]:
    """What ``OF_NEW`` asks of a case about to be written, whose number is not known yet."""
    return {"heard_rooms": [hearing.room.id for hearing in rooms_of(planbook, trail, at)], "heard_level": level}


def hear(cases: Iterable[CaseNow], planbook: Planbook, *, at: datetime, new: bool = False) -> None:
    """Let the rooms know how these cases stand now. ``new``: no room can know of them yet."""
    waiting: list[dict[str, Any]] = []
    calm: list[dict[str, Any]] = []
    for case in cases:
        teams = (case.offered_to, case.question_to, case.answered_for, *case.trail)
        for hearing in rooms_of(planbook, teams, at):
            standing, other = standing_for(case, hearing.room.of)
            row = _row(hearing, case, standing, other, at)
            if standing in WAITING:
                waiting.append(row)
            elif not new:
                calm.append(row)
                if standing is Standing.RESTRICTED:
                    take_out(planbook, hearing, case.number, case.restricted_to, at=at)
    _write(_INSERT, waiting)
    _write(_UPDATE, calm)


def concerned(planbook: Planbook, teams: Iterable[str | None], at: datetime) -> bool:
    """Whether any room hears of the cases of one of these teams."""
    return bool(rooms_of(planbook, teams, at))


def _write(statement: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)


def _row(hearing: HearingRoom, case: CaseNow, standing: Standing, other: str, at: datetime) -> dict[str, Any]:
    handed = standing is Standing.HANDED_OFF
    restricted = standing is Standing.RESTRICTED
    return {
        "room": hearing.room.id,
        "number": case.number,
        "standing": standing.value,
        "other": other,
        "service": case.service,
        "level": "" if restricted else case.level,
        "ask": case.ask if handed else "",
        "since": at,
        "due_at": case.due_at,
        "answer_by": case.answer_by if handed else None,
        "look_at": None if restricted else at,
    }
