"""A hand-off before it is made: where it would go, the very text that would leave, what is missing, by when to answer.

Reads only. Refuses what offering it would refuse for good: a case in other hands, and a restricted one.
"""

from dataclasses import dataclass
from datetime import datetime

from tierline.cases.actions.handing_off import (
    Way,
    answer_by,
    choose_way,
    outgoing,
    why_a_reason_is_needed,
)
from tierline.cases.lifecycle import CaseMove
from tierline.cases.models import CaseRow
from tierline.cases.queries import CaseLine, case
from tierline.cases.wording import subject_line, text_for
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, Unusable
from tierline.plans.decision import CHANNELS, Decision
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

_ANY_REASON = "-"  # the plan's way is asked for first; whether a reason is needed is told beside it


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave: the way, its address in words, subject and text, and when an answer is promised."""

    way: Way
    address: str
    subject: str
    text: str
    acknowledge_by: datetime


@dataclass(frozen=True, slots=True)
class PlannedHandOff:
    """``leaving`` is None, and ``trouble`` says why, when it cannot go as asked.

    ``needs_reason`` is the sentence that asks for one; empty when it goes the plans' way.
    """

    line: CaseLine
    decision: Decision
    leaving: Leaving | None
    trouble: str
    needs_reason: str
    reachable: tuple[str, ...]


def planned_hand_off(actor: Actor, number: int, *, to: str | None, ask: str, at: datetime) -> PlannedHandOff:
    """What would happen if the actor handed the case to the plans' team, or to ``to``."""
    view = case(actor, number, at=at, with_story=False)
    planbook = planbook_in_force().planbook
    if CaseMove.OFFER not in view.moves:
        raise NotAllowed(
            f"{case_reference(number)} is {view.line.state} and held by {planbook.team_label(view.line.holder)}; "
            "it is not yours to hand off now."
        )
    row, decision = CaseRow.objects.select_related("report").get(pk=number), view.decision
    leaving, trouble = _leaving(planbook, row, decision, to=to, ask=ask, at=at)
    reason = ""
    if leaving is not None and not leaving.way.follows_plan:
        reason = why_a_reason_is_needed(decision, leaving.way.to == decision.to)
    return PlannedHandOff(view.line, decision, leaving, trouble, reason, reachable_from(planbook, row.holder))


def _leaving(
    planbook: Planbook, row: CaseRow, decision: Decision, *, to: str | None, ask: str, at: datetime
) -> tuple[Leaving | None, str]:
    try:
        way = choose_way(planbook, row, decision, to=to, override=_ANY_REASON, at=at)
    except Unusable as trouble:
        return None, str(trouble)
    due = answer_by(row, planbook, way, at=at)
    out = outgoing(row, planbook, way, ask=ask, acknowledge_by=due)
    address = planbook.address(way.to, way.by) or ""
    return Leaving(way, address, subject_line(out), text_for(way.by, out), due), ""


def reachable_from(planbook: Planbook, holder: str) -> tuple[str, ...]:
    """The teams a case could be offered to: those some plan gives an address."""
    teams = (team for team in planbook.teams if team != holder)
    return tuple(team for team in teams if any(planbook.address(team, channel) for channel in CHANNELS))
