"""What rooms are let know of a case that changed: its number, where it stands, its level and times; of its words
nothing.

A hand-off's own ask goes along only where the privacy guard finds nothing in it and it repeats nothing of the report.
Refuses nothing; costs nothing where no room hears of the case's teams.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tierline.cases.actions.promise import extent_of
from tierline.cases.extent import Extent
from tierline.cases.models import CaseRow, Report
from tierline.cases.places import NEVER
from tierline.outbox.guard import findings
from tierline.plans.planbook import Planbook
from tierline.plans.policies import Circumstances, governing
from tierline.plans.queries import planbook_in_force
from tierline.rooms import actions as rooms
from tierline.rooms.standing import CaseNow

BROUGHT_BACK: Final = frozenset({"hand-off-refused", "handed-back"})
LONGEST_ASK: Final = 300  # characters in a room; a longer one is read on the case
SHORTEST_REPEATED: Final = 6  # characters; shorter pieces of a report are words like any other


def tell_rooms(case: CaseRow, kind: str, said: Mapping[str, Any], *, at: datetime) -> None:
    """Let the rooms that hear of the case's teams know how it stands after a change."""
    planbook = planbook_in_force().planbook
    teams = (case.offered_to, case.question_to, case.answered_for, *case.trail)
    if not rooms.concerned(planbook, teams, at):
        return
    now = _now(case, extent_of(case.report), planbook, at)
    offered = kind == "hand-off-offered"
    ask = speakable(str(said.get("ask", "")), case.report) if offered and not case.restricted_to else ""
    answer_by = datetime.fromisoformat(said["acknowledge_by"]) if offered else None
    now = replace(now, ask=ask, answer_by=answer_by, came_back=kind in BROUGHT_BACK)
    rooms.hear([now], planbook, at=at)


def tell_rooms_of_new(cases: Iterable[tuple[CaseRow, Extent]], planbook: Planbook, *, at: datetime) -> None:
    """The same of many cases that were just taken in."""
    told = [
        _now(case, extent, planbook, at)
        for case, extent in cases
        if not case.restricted_to and rooms.concerned(planbook, case.trail, at)
    ]
    if told:
        rooms.hear(told, planbook, at=at, new=True)


def heard_of_new(case: CaseRow, extent: Extent, planbook: Planbook, *, at: datetime) -> dict[str, Any] | None:
    """What rooms know of one that is about to be written, for the same statement; ``None`` where none hears of it."""
    if case.restricted_to or not rooms.concerned(planbook, case.trail, at):
        return None
    return rooms.of_new(case.trail, _level(case, extent, planbook, at), planbook, at=at)


def speakable(ask: str, report: Report) -> str:
    """The ask in one line, or nothing where it is long, private, or repeats what was reported."""
    said = " ".join(ask.split())
    if not said or len(said) > LONGEST_ASK:
        return ""
    plain = said.casefold()
    told = (report.description, report.reporter_name, report.reporter_contact, *report.answers.values())
    if any(_repeats(plain, " ".join(text.split()).casefold()) for text in (report.case.summary, *told)):
        return ""
    return "" if findings({"text": said}, [report.reporter_name]) else said


def _repeats(ask: str, text: str) -> bool:
    """Whether one of the two is in the other: what was reported is not passed on as an ask."""
    return len(text) >= SHORTEST_REPEATED and (text in ask or ask in text)


def _now(case: CaseRow, extent: Extent, planbook: Planbook, at: datetime) -> CaseNow:
    return CaseNow(
        number=case.pk,
        state=case.state,
        holder=case.holder,
        service=case.service,
        level=_level(case, extent, planbook, at),
        offered_to=case.offered_to,
        trail=tuple(case.trail),
        restricted_to=tuple(case.restricted_to),
        question_to=case.question_to,
        question_taken=case.question_taken,
        answered_for=case.answered_for,
        due_at=case.due_at if case.due_at < NEVER else None,
    )


def _level(case: CaseRow, extent: Extent, planbook: Planbook, at: datetime) -> str:
    """What the policies that govern the case call how bad it is; empty where none has levels."""
    circumstances = Circumstances(
        team=case.holder,
        service=case.service,
        audience="staff" if case.audience == "staff" else "veteran",
        flags=frozenset(case.flags),
        impacts=frozenset(extent.impacts),
        severity=extent.severity or None,
        reports=extent.reports,
        reports_in_one_day=extent.reports_in_one_day,
        workaround=extent.workaround,
        users_per_day=extent.users_per_day,
    )
    levels = (found.level.label for found in governing(planbook, circumstances, at) if found.level is not None)
    return next(levels, "")
