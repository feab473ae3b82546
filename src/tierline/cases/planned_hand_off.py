"""A hand-off before it is made: where it would go, the very text that would leave, what is missing, by when to answer.

Reads only. Refuses what offering it would refuse for good: a case in other hands, and a restricted one.
"""

from dataclasses import dataclass
from datetime import datetime

from tierline.bonds.queries import Issue, like_issues
from tierline.cases.actions import bonding
from tierline.cases.actions.handing_off import (
    Way,
    answer_by,
    choose_way,
    headline,
    outgoing,
    why_a_reason_is_needed,
)
from tierline.cases.lifecycle import CaseMove
from tierline.cases.models import CaseRow
from tierline.cases.queries import CaseLine, case
from tierline.cases.wording import joined_text, text_for
from tierline.directory.actor import Actor
from tierline.directory.queries import teams_with_people
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, Unusable
from tierline.outbox.guard import Finding, findings
from tierline.plans.decision import CHANNELS, Decision
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

_ANY_REASON = "-"  # the plan's way is asked for first; whether a reason is needed is told beside it


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave: the way, its address in words, subject and text, and when an answer is promised. What is added
    to an issue that is there has no subject.

    ``crosses``: the partner's system it crosses into by itself; ``found``: what the privacy guard would hold it for.
    """

    way: Way
    address: str
    subject: str
    text: str
    acknowledge_by: datetime
    crosses: str | None = None
    found: tuple[Finding, ...] = ()


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
    likes: tuple[Issue, ...] = ()


def planned_hand_off(
    actor: Actor, number: int, *, to: str | None, ask: str, at: datetime, issue: int | None = None
) -> PlannedHandOff:
    """What would happen if the actor handed the case to the plans' team, or to ``to``; ``issue`` is a like one that the
    case would be added to."""
    view = case(actor, number, at=at, with_story=False)
    planbook = planbook_in_force().planbook
    if CaseMove.OFFER not in view.moves:
        raise NotAllowed(
            f"{case_reference(number)} is {view.line.state} and held by {planbook.team_label(view.line.holder)}; "
            "it is not yours to hand off now."
        )
    row, decision = CaseRow.objects.select_related("report").get(pk=number), view.decision
    leaving, trouble = _leaving(planbook, row, decision, to=to, ask=ask, issue=issue, at=at)
    reason = ""
    if leaving is not None and not leaving.way.follows_plan:
        reason = why_a_reason_is_needed(decision, leaving.way.to == decision.to)
    likes: tuple[Issue, ...] = ()
    if leaving is not None and leaving.crosses and leaving.way.by == "issue":
        likes = like_issues(actor, leaving.way.to, row.service, f"{ask} {row.summary}")
    return PlannedHandOff(view.line, decision, leaving, trouble, reason, reachable_from(planbook, row.holder), likes)


def _leaving(
    planbook: Planbook, row: CaseRow, decision: Decision, *, to: str | None, ask: str, issue: int | None, at: datetime
) -> tuple[Leaving | None, str]:
    try:
        way = choose_way(planbook, row, decision, to=to, override=_ANY_REASON, at=at)
    except Unusable as trouble:
        return None, str(trouble)
    due = answer_by(row, planbook, way, at=at)
    out = outgoing(row, planbook, way, ask=ask, acknowledge_by=due, at=at)
    address = planbook.address(way.to, way.by) or ""
    system = _crosses_into(row, planbook, way)
    joins = issue is not None and system is not None and way.by == "issue"
    subject = "" if joins else headline(planbook, way, out)
    text = joined_text(out) if joins else text_for(way.by, out)
    message = {"title": subject, "text": text} if way.by in ("issue", "ticket") else {}
    found = findings(message, (row.report.reporter_name,) if row.report.reporter_name else ())
    return Leaving(way, address, subject, text, due, system, found), ""


def _crosses_into(row: CaseRow, planbook: Planbook, way: Way) -> str | None:
    """The partner's system the hand-off crosses into by itself; None where its text is carried by hand."""
    works_here = way.by == "ticket" and way.to in teams_with_people()
    return None if works_here or row.restricted_to else bonding.system_of(planbook, way.to, way.by, way.system)


def reachable_from(planbook: Planbook, holder: str) -> tuple[str, ...]:
    """The teams a case could be offered to: those some plan gives an address."""
    teams = (team for team in planbook.teams if team != holder)
    return tuple(team for team in teams if any(planbook.address(team, channel) for channel in CHANNELS))
