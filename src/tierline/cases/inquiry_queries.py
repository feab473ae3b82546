"""Reads of inquiries: all of a case with their ladders and attempts, and which moves somebody may make now.

Whoever may see the case may see its questions; every read starts there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierline.cases.actions.asking import contact_decision, whereabouts_of
from tierline.cases.inquiry_life import (
    OPEN_STATES,
    InquiryKind,
    InquiryMove,
    InquiryState,
    Reached,
    Whereabouts,
    may_make,
    open_moves,
)
from tierline.cases.lifecycle import HandOffState
from tierline.cases.models import AttemptRow, CaseRow, InquiryRow, InquiryStepRow
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotFound
from tierline.plans.decision import Decision, Reason
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force


@dataclass(frozen=True, slots=True)
class StepView:
    """One step down the ladder."""

    id: int
    state: HandOffState
    sender: str
    receiver: str
    tier: int | None
    by: str
    system: str | None
    note: str
    decision: Mapping[str, Any]
    offered_by: str
    offered_at: datetime
    acknowledge_by: datetime
    answered_by: str
    answered_at: datetime | None
    refusal: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try to reach the person."""

    by: str
    outcome: Reached
    note: str
    made_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True)
class InquiryView:
    """A question (or telling) with its ladder. ``moves`` are those this actor may make now.

    ``channels`` is the plan's rule for whoever has it, ``rule`` its sentence. ``next_step`` is what the plans say of
    whoever has it while it travels: through whom it goes on.
    """

    id: int
    number: int
    kind: InquiryKind
    state: InquiryState
    of_whom: str
    words: str
    note: str
    answer: str
    ending: str
    whereabouts: Whereabouts
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    steps: tuple[StepView, ...]
    attempts: tuple[AttemptView, ...]
    channels: tuple[str, ...]
    rule: Reason
    next_step: Decision | None
    moves: tuple[InquiryMove, ...]

    @property
    def asker(self) -> str:
        """The team that asks."""
        return self.whereabouts.ladder[0].team

    @property
    def turn(self) -> str | None:
        """The team whose turn it is while it is under way."""
        return self.whereabouts.step.team if self.whereabouts.open else None

    @property
    def next_channel(self) -> str | None:
        """The channel of the next attempt; None when every one is made."""
        made = len(self.attempts)
        return self.channels[made] if made < len(self.channels) else None


def inquiries_of(row: CaseRow, actor: Actor, planbook: Planbook, at: datetime) -> tuple[InquiryView, ...]:
    """All questions and tellings of a case, newest first. One statement; two more where there are any."""
    rows = list(row.inquiries.order_by("-id"))
    if not rows:
        return ()
    steps: dict[int, list[InquiryStepRow]] = {}
    for step in InquiryStepRow.objects.filter(inquiry__in=rows).order_by("id"):
        steps.setdefault(step.inquiry_id, []).append(step)
    attempts: dict[int, list[AttemptRow]] = {}
    for attempt in AttemptRow.objects.filter(inquiry__in=rows).order_by("id"):
        attempts.setdefault(attempt.inquiry_id, []).append(attempt)
    return tuple(
        _view(one, (steps.get(one.pk, []), attempts.get(one.pk, [])), case=row, actor=actor, planbook=planbook, at=at)
        for one in rows
    )


def inquiry(actor: Actor, inquiry_id: int, *, at: datetime) -> InquiryView:
    """One question. NotFound when its case may not be seen."""
    number = InquiryRow.objects.filter(pk=inquiry_id).values_list("case_id", flat=True).first()
    row = CaseRow.objects.visible_to(actor).filter(pk=number or 0).first()
    if row is None:
        raise NotFound("There is no such question that you may see.")
    found = inquiries_of(row, actor, planbook_in_force().planbook, at)
    return next(one for one in found if one.id == inquiry_id)


def open_inquiry_of(actor: Actor, number: int) -> int:
    """The question or telling that is under way on a case. NotFound when there is none, or none to be seen."""
    row = CaseRow.objects.visible_to(actor).filter(pk=number).first()
    found = None if row is None else row.inquiries.filter(state__in=OPEN_STATES).first()
    if found is None:
        raise NotFound("No question is under way there that you may see.")
    return found.pk


def _view(
    row: InquiryRow,
    beside: tuple[list[InquiryStepRow], list[AttemptRow]],
    *,
    case: CaseRow,
    actor: Actor,
    planbook: Planbook,
    at: datetime,
) -> InquiryView:
    now, (steps, attempts) = whereabouts_of(row), beside
    channels, rule = planbook.attempts_of(now.ladder[-1].team, at)
    going_on = now.state is InquiryState.TRAVELLING and now.offered is None
    return InquiryView(
        id=row.pk,
        number=case.pk,
        kind=now.kind,
        state=now.state,
        of_whom=row.of_whom,
        words=row.words,
        note=row.note,
        answer=row.answer,
        ending=row.ending,
        whereabouts=now,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        steps=tuple(_step(step) for step in steps),
        attempts=tuple(AttemptView(a.by, Reached(a.outcome), a.note, a.made_at, a.written_by) for a in attempts),
        channels=tuple(channels),
        rule=rule,
        next_step=contact_decision(case, planbook, now.hands.team, row.of_whom, at) if going_on else None,
        moves=_moves(now, actor, case, len(channels) - len(attempts)),
    )


def _moves(now: Whereabouts, actor: Actor, case: CaseRow, attempts_left: int) -> tuple[InquiryMove, ...]:
    restricted = frozenset(case.restricted_to)
    return tuple(move for move in open_moves(now, attempts_left) if may_make(actor, now, move, restricted))


def _step(row: InquiryStepRow) -> StepView:
    return StepView(
        row.pk, HandOffState(row.state), row.sender, row.receiver, row.tier, row.by, row.system, row.note,
        row.decision, row.offered_by, row.offered_at, row.acknowledge_by, row.answered_by, row.answered_at, row.refusal,
    )  # fmt: skip
