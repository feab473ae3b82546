"""From what queries return to what is answered. Pure."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse

from tierline.api import told
from tierline.bonds.queries import BondView, Crossed
from tierline.cases.actions.changing import Saved
from tierline.cases.inquiry_queries import InquiryView
from tierline.cases.particulars import AttachmentView
from tierline.cases.promising import Promise
from tierline.cases.queries import CaseLine, CaseView
from tierline.foundation.ids import case_reference
from tierline.outbox.queries import EffectView
from tierline.plans.decision import Decision
from tierline.timeline.fact import Fact


def decision_told(decision: Decision) -> told.Decision:
    """What the plans say, with the sentences it rests on."""
    return told.Decision.model_validate(decision)


def line_told(line: CaseLine) -> told.CaseLine:
    """One case in a list."""
    return told.CaseLine.model_validate(line)


def case_told(view: CaseView) -> told.Case:
    """A case."""
    return told.Case(
        **line_told(view.line).model_dump(),
        description=view.description,
        answers=dict(view.answers),
        reporter_name=view.reporter_name,
        reporter_contact=view.reporter_contact,
        reported_by=view.reported_by,
        fault_in=view.fault_in,
        needs_tier=view.needs_tier,
        audience=view.audience,
        planbook=view.planbook,
        numbers=[told.Number(system=system, number=number) for system, number in view.numbers],
        hand_offs=[told.HandOff.model_validate(hand_off) for hand_off in view.hand_offs],
        questions=view.questions,
        inquiries=[inquiry_told(inquiry) for inquiry in view.inquiries],
        attachments=[attachment_told(attachment) for attachment in view.attachments],
        decision=decision_told(view.decision),
        next_moves=[str(move) for move in view.moves],
        may_change=view.may_change,
        **view.extent.said(),
        promises=[promise_told(promise) for promise in view.promised.promises],
    )


def promise_told(promise: Promise) -> told.Promise:
    """One promise of time."""
    return told.Promise(
        kind=promise.kind,
        state=promise.state,
        policy=promise.policy,
        level=promise.level.label if promise.level else None,
        within=str(promise.span),
        begins=promise.begins,
        due=promise.due.at,
        ended=promise.ended,
        zone=promise.zone,
        sentence=promise.sentence(),
        steps=list(promise.due.sentences()),
        because=told.Reason.model_validate(promise.because),
    )


def inquiry_told(view: InquiryView) -> told.Inquiry:
    """A question or a telling."""
    return told.Inquiry(
        id=view.id,
        reference=case_reference(view.number),
        kind=view.kind,
        state=view.state,
        of_whom=view.of_whom,
        asker=view.asker,
        turn=view.turn,
        ladder=[rung.team for rung in view.whereabouts.ladder],
        words=view.words,
        note=view.note,
        answer=view.answer,
        ending=view.ending,
        asked_by=view.asked_by,
        asked_at=view.asked_at,
        answered_at=view.answered_at,
        ended_at=view.ended_at,
        steps=[told.InquiryStep.model_validate(step) for step in view.steps],
        attempts=[told.Attempt.model_validate(attempt) for attempt in view.attempts],
        channels=list(view.channels),
        next_channel=view.next_channel,
        next_moves=[str(move) for move in view.moves],
    )


def attachment_told(view: AttachmentView) -> told.Attachment:
    """One file."""
    return told.Attachment.model_validate(view)


def fact_told(fact: Fact) -> told.Fact:
    """One thing that happened."""
    return told.Fact(id=fact.id, at=fact.at, actor=fact.actor, kind=fact.kind, said=dict(fact.said))


def effect_told(view: EffectView) -> told.Effect:
    """One message on its way."""
    return told.Effect(
        id=view.id,
        channel=view.channel,
        state=view.state,
        about=case_reference(view.subject_id) if view.subject_kind == "case" else view.subject_kind,
        team=view.team,
        message=dict(view.message),
        attempts=view.attempts,
        created_at=view.created_at,
        next_try_at=view.next_try_at,
        not_after=view.not_after,
        settled_at=view.settled_at,
        trouble=view.trouble,
        evidence=dict(view.evidence),
        found=[told.Finding(where=one.where, start=one.start, end=one.end, kind=one.kind) for one in view.found],
        next_moves=[str(move) for move in view.moves],
    )


def bond_told(view: BondView) -> told.Bond:
    """One bond with its record."""
    return told.Bond(**_bond(view))


def bond_with_exchange_told(view: BondView, exchange: Iterable[Crossed]) -> told.BondWithExchange:
    """One bond with all that crossed."""
    steps = [
        told.CrossedStep(
            ours=one.ours, kind=one.kind, author=one.author, text=one.text, status=one.status, at=one.at,
            effect=one.way.effect if one.way else None, arrived=one.way.state if one.way else None,
        )
        for one in exchange
    ]  # fmt: skip
    return told.BondWithExchange(**_bond(view), exchange=steps)


def _bond(view: BondView) -> dict[str, Any]:
    record = view.record
    return {
        "id": view.id,
        "reference": case_reference(view.subject[1]),
        "outward": view.outward,
        "state": view.state,
        "sender": view.sender,
        "receiver": view.receiver,
        "opened_at": view.opened_at,
        "ended_at": view.ended_at,
        "health": view.verdict.health,
        "because": view.verdict.because,
        "record": told.PartnerRecord(
            id=record.id, system=record.system, number=record.number, url=record.url, issue=record.issue,
            title=record.title, status=record.status, stage=record.stage, owner=record.owner, queue=record.queue,
            asking=record.asking,
        ),
    }  # fmt: skip


def etag(version: int) -> str:
    """A case's version as the tag that ``If-Match`` takes."""
    return f'"{version}"'


def saved_told(response: HttpResponse, number: int, left: Saved) -> told.Saved:
    """What a change left behind, with the new version as the answer's ETag."""
    response.headers["ETag"] = etag(left.version)
    return told.Saved(reference=case_reference(number), version=left.version, state=left.state, fact=left.fact)
