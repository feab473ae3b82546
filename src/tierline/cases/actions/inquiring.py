"""A question down the ladder of those who may ask: ask, acknowledge, refuse, pass on, take back. And tellings likewise.

Refuses to skip a rung: each step is the plans' decision for the team that has the question now. Refuses a second
question while one is under way.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from tierline.cases.actions.asking import (
    Asking,
    contact_decision,
    open_inquiry,
    reporter_of,
    step_key,
    take_inquiry,
    whereabouts_of,
)
from tierline.cases.actions.bonding import pass_down
from tierline.cases.actions.changing import SUBJECT, UNWRITTEN_PATIENCE, Change, Saved, take
from tierline.cases.actions.entering import LONGEST_TEXT
from tierline.cases.actions.promise import answer_due
from tierline.cases.inquiry_life import InquiryKind, InquiryMove, InquiryState, Rung
from tierline.cases.inquiry_wording import Question, question_mail, question_subject
from tierline.cases.lifecycle import HAND_OFF_TRANSITIONS, CaseMove, HandOffState, after
from tierline.cases.models import InquiryRow, InquiryStepRow
from tierline.cases.words import add_words
from tierline.directory.actor import Actor
from tierline.directory.queries import teams_with_people
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, Unusable
from tierline.outbox.actions import send_out, withdraw_by_key
from tierline.plans.decision import Decision, Outcome
from tierline.plans.facts import ASKS
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

LONGEST_WORDS = 4000  # of what is asked of or told to a person: longer is read by nobody


@transaction.atomic
def ask(
    actor: Actor,
    number: int,
    words: str,
    *,
    at: datetime,
    note: str = "",
    of_whom: str | None = None,
    version: int | None = None,
) -> int:
    """Ask the Veteran or the reporter: ``words`` are passed on word for word, ``note`` stays inside.

    The case waits in its holder's hands; the question travels until somebody may ask. Returns the inquiry's id.
    """
    change = take(actor, number, at=at, version=version)
    check_words(words, note)
    if of_whom is not None and of_whom not in ASKS:
        raise Unusable(f"Say whom you ask: {' or '.join(ASKS)}.", {"of_whom": "Choose one."})
    change.move(CaseMove.ASK)
    return begin(change, InquiryKind.ASK, words, of_whom=of_whom or reporter_of(change.case), note=note).pk


@transaction.atomic
def tell(actor: Actor, number: int, words: str, *, at: datetime, note: str = "", version: int | None = None) -> int:
    """Have the reporter of a solved case told, when that was not begun as it was solved. Returns the telling's id."""
    change = take(actor, number, at=at, version=version)
    check_words(words, note)
    change.move(CaseMove.TELL)
    return begin(change, InquiryKind.TELL, words, of_whom=reporter_of(change.case), note=note).pk


def begin(change: Change, kind: InquiryKind, words: str, *, of_whom: str, note: str = "") -> InquiryRow:
    """Put a question (or a telling) on its way, with the case already moved; writes case and fact."""
    case, planbook = change.case, planbook_in_force().planbook
    recorder = "" if case.holder in teams_with_people() else case.recorded_by or ""
    row = InquiryRow.objects.create(
        case=case, kind=kind, state=InquiryState.TRAVELLING, of_whom=of_whom, words=words.strip(), note=note,
        ladder=[case.holder], recorders=[recorder], asked_by=change.actor.name, asked_at=change.at,
    )  # fmt: skip
    if kind is InquiryKind.TELL:
        case.tellings += 1
    else:
        case.questions += 1
    asking = Asking(change, row, whereabouts_of(row))
    decision = contact_decision(case, planbook, case.holder, of_whom, change.at)
    if decision.outcome in (Outcome.ASK_DIRECTLY, Outcome.RESTRICTED):
        asking.along(InquiryMove.ARRIVE)
        way = {}
    else:
        way = _step_down(asking, decision, planbook, note="")
    add_words(case.pk, words)
    asking.keep(
        "asked", asker=case.holder, of_whom=of_whom, words=row.words, note=note, decision=decision.as_json(), **way
    )
    return row


@transaction.atomic
def acknowledge(actor: Actor, inquiry: int, *, at: datetime, version: int | None = None) -> Saved:
    """Take a question up. Whoever may ask has it to be asked; anybody else has it to be passed on."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.make(InquiryMove.ACKNOWLEDGE)
    _answer_step(asking, CaseMove.ACKNOWLEDGE)
    case, planbook, team = asking.change.case, planbook_in_force().planbook, asking.now.hands.team
    decision = contact_decision(case, planbook, team, asking.row.of_whom, at)
    if decision.outcome is Outcome.ASK_DIRECTLY:
        asking.along(InquiryMove.ARRIVE)
    return asking.keep("acknowledged", team=team, decision=decision.as_json())


@transaction.atomic
def refuse(actor: Actor, inquiry: int, reason: str, *, at: datetime, version: int | None = None) -> Saved:
    """Give a question back to whoever passed it on, with the reason; it is theirs to do something about again."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    if not reason.strip() or len(reason) > LONGEST_TEXT or "\x00" in reason:
        raise Unusable("Say why you give it back; whoever asked has to know what to do now.", {"reason": "Say why."})
    offered, team = asking.now.offered is not None, asking.now.step.team
    asking.make(InquiryMove.REFUSE)
    if offered:
        _answer_step(asking, CaseMove.REFUSE, reason)
    return asking.keep("refused", team=team, to=asking.now.hands.team, reason=reason)


@transaction.atomic
def pass_on(
    actor: Actor, inquiry: int, *, at: datetime, words: str | None = None, note: str = "", version: int | None = None
) -> Saved:
    """Pass a question on to the team the plans name, with better words for the person where they are needed."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    row, team, planbook = asking.row, asking.now.hands.team, planbook_in_force().planbook
    asking.may(InquiryMove.PASS_ON)
    check_words(row.words if words is None else words, note)
    changed = words is not None and words.strip() != row.words
    if words is not None and changed:
        row.words = words.strip()
        add_words(row.case_id, words)
    decision = contact_decision(asking.change.case, planbook, team, row.of_whom, at)
    said = {"words": row.words} if changed else {}
    if decision.outcome is Outcome.ASK_DIRECTLY:
        asking.along(InquiryMove.ARRIVE)
        way = {"to": decision.to, "by": decision.by}
    else:
        way = _step_down(asking, decision, planbook, note=note)
    return asking.keep("passed-on", team=team, note=note, decision=decision.as_json(), **way, **said)


@transaction.atomic
def withdraw(actor: Actor, inquiry: int, reason: str, *, at: datetime, version: int | None = None) -> Saved:
    """Take a question back: its asker works on without the answer."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    if asking.row.kind == InquiryKind.TELL:
        raise Conflict("The reporter has to be told. If it is not solved after all, open the case again.")
    if not reason.strip() or len(reason) > LONGEST_TEXT or "\x00" in reason:
        raise Unusable("Say why you no longer ask; others have worked on it.", {"reason": "Say why."})
    asking.may(InquiryMove.WITHDRAW)
    take_back(asking, reason)
    asking.end_wait(CaseMove.RESUME)
    return asking.keep("withdrawn", reason=reason)


def take_back_open(change: Change, reason: str) -> None:
    """Take back whatever is under way, because the case itself goes on; writes its own fact."""
    asking = open_inquiry(change)
    if asking is not None:
        take_back(asking, reason)
        asking.write()
        asking.note_fact("withdrawn", reason=reason)


def how_told(change: Change, planbook: Planbook) -> str:
    """How the reporter was told, by the newest telling. Conflict while they were not, with the reason."""
    case = change.case
    row = case.inquiries.filter(kind=InquiryKind.TELL).order_by("-id").first()
    if row is None or row.state == InquiryState.WITHDRAWN:
        raise Conflict(
            "The reporter has not been told, and you may not contact them. Have them told first: write the words."
        )
    if row.state == InquiryState.EXHAUSTED:
        return row.ending
    if row.state != InquiryState.LANDED:
        turn = planbook.team_label(whereabouts_of(row).step.team)
        made = row.attempts.count()
        raise Conflict(
            f"The reporter has not been told yet: it is the turn of {turn}, after {made} attempt{'s' * (made != 1)}. "
            "Close the case when they were told or every attempt is used up."
        )
    by = row.attempts.order_by("-id").values_list("by", flat=True).first()
    return f"{planbook.team_label(row.ladder[-1])} told them{f' by {by}' if by else ''}. {row.answer}".strip()


def take_back(asking: Asking, reason: str) -> None:
    """End it without an answer; a message that has not left is withdrawn with it."""
    if asking.now.offered is not None:
        _answer_step(asking, CaseMove.WITHDRAW)
    asking.along(InquiryMove.WITHDRAW)
    asking.row.ending = reason


def check_words(words: str, note: str) -> None:
    """Refuse words that nobody could pass on."""
    if not words.strip():
        raise Unusable(
            "Write the words for the person first: they are passed on as they stand.", {"words": "Write the words."}
        )
    if len(words) > LONGEST_WORDS or len(note) > LONGEST_TEXT or "\x00" in words + note:
        raise Unusable(f"Keep the words under {LONGEST_WORDS:,} plain characters.", {"words": "Shorten them."})


def _step_down(asking: Asking, decision: Decision, planbook: Planbook, *, note: str) -> dict[str, Any]:
    """Offer the question to the next rung, as the plans decide. What the fact has to say of the way."""
    if decision.outcome is not Outcome.ASK_THROUGH or decision.to is None or decision.by is None:
        why = " ".join(reason.text for reason in decision.because)
        raise Conflict(f"The plans name nobody through whom {asking.now.hands.team} may ask here. {why}")
    change, sender = asking.change, asking.now.hands
    recorder = "" if decision.to in teams_with_people() else sender.recorder or sender.team
    asking.along(InquiryMove.PASS_ON, to=Rung(decision.to, recorder))
    case = change.case
    answer_by = answer_due(case, planbook, decision.to, decision.by, at=change.at) or change.at + UNWRITTEN_PATIENCE
    step = InquiryStepRow.objects.create(
        inquiry=asking.row, state=HandOffState.OFFERED, sender=sender.team, receiver=decision.to, tier=decision.tier,
        by=decision.by, system=decision.system, decision=decision.as_json(), planbook=planbook_in_force().version,
        note=note, offered_by=change.actor.name, offered_at=change.at,
        acknowledge_by=answer_by,
    )  # fmt: skip
    case.organisations = sorted({*case.organisations, planbook.teams[decision.to].organisation or decision.to})
    if step.by == "email":
        _send_mail(asking, step, planbook)
    elif step.by == "ticket":
        queue = planbook.queue_of(step.receiver) or ""
        pass_down(change, asking.row.words, step.system, queue, key=f"inquiry-{asking.row.pk}:step-{step.pk}:ticket")
    return {"to": decision.to, "by": decision.by, "acknowledge_by": answer_by.isoformat()}


def _send_mail(asking: Asking, step: InquiryStepRow, planbook: Planbook) -> None:
    case, row = asking.change.case, asking.row
    question = Question(
        reference=case_reference(case.pk),
        service=planbook.service_label(case.service),
        sender=planbook.team_label(step.sender),
        receiver=planbook.team_label(step.receiver),
        telling=row.kind == InquiryKind.TELL,
        person="the Veteran" if row.of_whom == "veteran" else "the reporter",
        words=row.words,
        numbers=tuple(case.outside_numbers.order_by("id").values_list("number", flat=True)),
        acknowledge_by=step.acknowledge_by,
        zone=settings.TIME_ZONE,
    )
    for box in planbook.mailboxes_of(step.receiver):
        send_out(
            step_key(step, box.email),
            by="email",
            subject=(SUBJECT, case.pk),
            team=step.sender,
            organisations=case.organisations,
            message={
                "to": box.email,
                "from_name": question.sender,
                "subject": question_subject(question),
                "text": question_mail(question),
            },
            at=asking.change.at,
        )


def _answer_step(asking: Asking, move: CaseMove, refusal: str = "") -> None:
    step = asking.row.steps.select_for_update().filter(state=HandOffState.OFFERED).first()
    if step is None:
        raise Conflict("This question is not offered to anybody now. Look at it again.")
    step.state = after(HAND_OFF_TRANSITIONS, HandOffState(step.state), move)
    step.answered_by, step.answered_at, step.refusal = asking.change.actor.name, asking.change.at, refusal
    step.save()
    if move is CaseMove.WITHDRAW and step.by == "email":
        for box in planbook_in_force().planbook.mailboxes_of(step.receiver):
            withdraw_by_key(step_key(step, box.email), at=asking.change.at)
