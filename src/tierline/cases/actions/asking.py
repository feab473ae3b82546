"""What every verb of an inquiry shares: take it with its case under lock, ask the plans who may ask, keep the change.

Refuses a move by whoever does not have the question, and a ladder the plans do not give.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierline.cases.actions.changing import SUBJECT, Change, Saved, take
from tierline.cases.asking_plans import facts_of
from tierline.cases.inquiry_life import (
    OPEN_STATES,
    InquiryKind,
    InquiryMove,
    InquiryState,
    Rung,
    Whereabouts,
    may_make,
    moved,
    whose,
)
from tierline.cases.lifecycle import TRANSITIONS, CaseMove, CaseState, after
from tierline.cases.models import AttemptRow, CaseRow, InquiryRow, InquiryStepRow
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.plans.decision import Decision
from tierline.plans.facts import Asks
from tierline.plans.planbook import Planbook
from tierline.timeline.actions import record


@dataclass(slots=True)
class Asking:
    """An inquiry and its case in the hands of one verb."""

    change: Change
    row: InquiryRow
    now: Whereabouts

    def make(self, move: InquiryMove, *, to: Rung | None = None) -> None:
        """Let it make a move, if the table has it and it is the actor's."""
        self.may(move)
        self.along(move, to=to)

    def may(self, move: InquiryMove) -> None:
        """Refuse whoever's turn it is not."""
        case = self.change.case
        if not may_make(self.change.actor, self.now, move, frozenset(case.restricted_to)):
            rung = whose(self.now, move)
            names = " or ".join(team for team in (rung.team, rung.recorder) if team)
            raise NotAllowed(f"The question on {case_reference(case.pk)} is with {names}; only they can do that.")

    def along(self, move: InquiryMove, *, to: Rung | None = None) -> None:
        """A move that another one brings with it: nobody has to be allowed it."""
        self.now = moved(self.now, move, to=to)

    def keep(self, what: str, **said: Any) -> Saved:
        """Write the inquiry, the case with its places, and one fact."""
        self.write()
        return self.change.save(fact_of(self.row, what), inquiry=self.row.pk, **said)

    def write(self) -> None:
        """Write the inquiry alone and let the case stand with it; whoever calls saves the case."""
        row, now, case = self.row, self.now, self.change.case
        if case.answered_for in self.change.actor.teams:
            case.answered_for = None  # who moves the question has read the answer that came by mail
        row.state, row.place = now.state, now.place
        row.ladder, row.recorders = [rung.team for rung in now.ladder], [rung.recorder for rung in now.ladder]
        row.offered_to = now.offered.team if now.offered else None
        row.offered_recorder = now.offered.recorder if now.offered else ""
        row.ended_at = None if now.open else row.ended_at or self.change.at
        row.save()
        stand_with(case, now)

    def note_fact(self, what: str, **said: Any) -> None:
        """Write a fact beside the one that ``keep`` writes."""
        record(
            SUBJECT, self.change.case.pk, fact_of(self.row, what), actor=self.change.actor, at=self.change.at,
            inquiry=self.row.pk, **said,
        )  # fmt: skip

    def end_wait(self, move: CaseMove) -> None:
        """The case goes on: by the answer, or because the question was taken back."""
        case = self.change.case
        case.state = after(TRANSITIONS, CaseState(case.state), move)


def take_inquiry(actor: Actor, inquiry: int, *, at: datetime, version: int | None = None) -> Asking:
    """The inquiry with its case under lock. NotFound when the actor may not see the case."""
    number = InquiryRow.objects.filter(pk=inquiry).values_list("case_id", flat=True).first()
    if number is None:
        raise NotFound("There is no such question that you may see.")
    try:
        change = take(actor, number, at=at, version=version)
    except NotFound:
        raise NotFound("There is no such question that you may see.") from None
    row = InquiryRow.objects.select_for_update().get(pk=inquiry)
    return Asking(change, row, whereabouts_of(row))


def open_inquiry(change: Change) -> Asking | None:
    """The case's inquiry that is under way, for a verb of the case."""
    if change.case.question_to is None:
        return None
    rows = change.case.inquiries.select_for_update()
    row = rows.filter(state__in=OPEN_STATES).first()
    return None if row is None else Asking(change, row, whereabouts_of(row))


def whereabouts_of(row: InquiryRow) -> Whereabouts:
    """Where the question is, from its row."""
    ladder = tuple(Rung(team, recorder) for team, recorder in zip(row.ladder, row.recorders, strict=True))
    offered = Rung(row.offered_to, row.offered_recorder) if row.offered_to else None
    return Whereabouts(InquiryKind(row.kind), ladder, InquiryState(row.state), row.place, offered)


def step_key(step: InquiryStepRow, address: str) -> str:
    """The key of the one mail to one address for one step of a question."""
    return f"inquiry-{step.inquiry_id}:step-{step.pk}:email:{address}"


def attempt_key(row: AttemptRow, address: str) -> str:
    """The key of the one mail to the person for one attempt."""
    return f"inquiry-{row.inquiry_id}:attempt-{row.pk}:email:{address}"


def attempt_named_by(key: str) -> int | None:
    """The attempt whose mail has this key; None for a key of another making."""
    named = re.match(r"inquiry-\d{1,18}:attempt-(\d{1,18}):email:", key)
    return int(named[1]) if named else None


def reader_of_question(case: CaseRow, key: str) -> str | None:
    """The team that reads the answer to a question's mail with this key; None for mail about anything else."""
    named = re.match(r"inquiry-(\d{1,18}):(?:step|attempt)-\d+:email:", key)
    row = case.inquiries.filter(pk=named[1]).first() if named else None
    if row is None:
        return None
    now = whereabouts_of(row)
    return now.step.recorder or now.step.team if now.open else now.ladder[0].team


def stand_with(case: CaseRow, now: Whereabouts) -> None:
    """Let the case stand where its question is."""
    case.question_to = now.step.team if now.open else None
    case.question_taken = now.taken if now.open else False
    case.question_waiting = list(now.waiting) if now.open else []


def contact_decision(case: CaseRow, planbook: Planbook, holder: str, of_whom: str, at: datetime) -> Decision:
    """Whether a team may ask or tell that person itself, or through whom."""
    asks: Asks = "reporter" if of_whom == "reporter" else "veteran"
    facts = facts_of(
        service=case.service, holder=holder, fault_in=case.fault_in, needs_tier=case.needs_tier,
        audience=case.audience, flags=frozenset(case.flags), answers={}, asks=asks,
    )  # fmt: skip
    return planbook.decide(facts, at)


def reporter_of(case: CaseRow) -> str:
    """Who reported it, in the plans' words for whom one may ask."""
    return "reporter" if case.audience == "staff" else "veteran"


_TOLD = {"asked": "begun", "answered": "told"}


def fact_of(row: InquiryRow, what: str) -> str:
    """The kind of a fact: ``inquiry-asked`` or ``telling-begun``."""
    return f"inquiry-{what}" if row.kind == InquiryKind.ASK else f"telling-{_TOLD.get(what, what)}"
