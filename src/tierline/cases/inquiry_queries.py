"""Reads of inquiries: all of a case with their ladders and attempts, and which moves somebody may make now.

Whoever may see the case may see its questions; every read starts there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

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
from tierline.cases.models import CaseRow, InquiryRow
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotFound
from tierline.plans.decision import Decision, Reason
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

_ALL = """
SELECT i.*,
       (SELECT coalesce(json_agg(s ORDER BY s.id), '[]') FROM cases_inquirystep s WHERE s.inquiry_id = i.id) AS steps,
       (SELECT coalesce(json_agg(a ORDER BY a.id), '[]') FROM cases_attempt a WHERE a.inquiry_id = i.id) AS attempts
FROM cases_inquiry i WHERE i.case_id = %s ORDER BY i.id DESC
"""


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
    """All questions and tellings of a case, newest first: one statement, and none for a case that never had any."""
    if not row.questions and not row.tellings:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [row.pk])
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return tuple(_view(one, case=row, actor=actor, planbook=planbook, at=at) for one in found)


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


def _view(found: dict[str, Any], *, case: CaseRow, actor: Actor, planbook: Planbook, at: datetime) -> InquiryView:
    steps = tuple(_step(step) for step in found.pop("steps"))
    attempts = tuple(_attempt(attempt) for attempt in found.pop("attempts"))
    row = InquiryRow(**found)
    now = whereabouts_of(row)
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
        steps=steps,
        attempts=attempts,
        channels=tuple(channels),
        rule=rule,
        next_step=contact_decision(case, planbook, now.hands.team, row.of_whom, at) if going_on else None,
        moves=_moves(now, actor, case, len(channels) - len(attempts)),
    )


def _moves(now: Whereabouts, actor: Actor, case: CaseRow, attempts_left: int) -> tuple[InquiryMove, ...]:
    restricted = frozenset(case.restricted_to)
    return tuple(move for move in open_moves(now, attempts_left) if may_make(actor, now, move, restricted))


def _step(said: dict[str, Any]) -> StepView:
    instants = {key: _instant(said[key]) for key in ("offered_at", "acknowledge_by", "answered_at")}
    known = {key: said[key] for key in StepView.__slots__ if key not in instants}
    return StepView(**(known | instants | {"state": HandOffState(said["state"])}))


def _attempt(said: dict[str, Any]) -> AttemptView:
    made_at = datetime.fromisoformat(said["made_at"])
    return AttemptView(said["by"], Reached(said["outcome"]), said["note"], made_at, said["written_by"])


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
