"""Handing a case to another team: offer, acknowledge, refuse, withdraw, hand back.

The sender holds the case until the receiver has acknowledged, so nothing is ever in nobody's hands. Refuses to hand off
against the plans without a reason, and refuses to hand off a restricted case at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tierline.bonds.queries import may_join
from tierline.cases.actions import bonding
from tierline.cases.actions.changing import SUBJECT, UNWRITTEN_PATIENCE, Change, Saved, take
from tierline.cases.actions.promise import answer_due
from tierline.cases.actions.working import ask_again
from tierline.cases.asking_plans import answers_for, facts_of
from tierline.cases.lifecycle import HAND_OFF_TRANSITIONS, CaseMove, HandOffState, after
from tierline.cases.models import CaseRow, HandOffRow
from tierline.cases.returning import WhyReturned, why_returned
from tierline.cases.wording import Outgoing, issue_title, subject_line, text_for
from tierline.directory.actor import Actor
from tierline.directory.queries import teams_with_people
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Unusable
from tierline.outbox.actions import send_out, withdraw_by_key
from tierline.plans.decision import CHANNELS, By, Decision, Outcome
from tierline.plans.facts import Facts
from tierline.plans.planbook import Planbook
from tierline.plans.queries import PlanbookInForce, planbook_in_force

LONGEST_ASK = 2000


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case would go: to whom, at which tier, by which channel, in which ticketing system."""

    to: str
    tier: int
    by: By
    system: str | None
    follows_plan: bool


@transaction.atomic
def offer(
    actor: Actor,
    number: int,
    *,
    ask: str,
    at: datetime,
    note: str = "",
    to: str | None = None,
    override: str = "",
    issue: int | None = None,
    version: int | None = None,
) -> int:
    """Offer the case to the team the plans name, or to ``to`` with a reason in ``override``. Returns the hand-off's id.

    ``ask`` is the one thing asked of the receiver and may leave this system; ``note`` stays inside. ``issue``: the
    engineering issue it is added to, instead of making a new one.
    """
    change = take(actor, number, at=at, version=version)
    case, in_force = change.case, planbook_in_force()
    decision = decision_for(case, in_force.planbook, at)
    _check_ask(ask)
    way = choose_way(in_force.planbook, case, decision, to=to, override=override, at=at)
    if issue is not None and not (way.by == "issue" and may_join(actor, issue, way.to)):
        raise Unusable("That issue is none of this team's that you see. Make a new one.", {"issue": "Choose one."})
    change.move(CaseMove.OFFER)
    hand_off = _write(change, way, decision, in_force, ask=ask, note=note, override=override)
    case.offered_to = way.to
    case.organisations = sorted({*case.organisations, organisation_of(in_force.planbook, way.to)})
    change.save(
        "hand-off-offered",
        hand_off=hand_off.pk,
        to=way.to,
        by=way.by,
        tier=way.tier,
        ask=ask,
        note=note,
        override=override,
        acknowledge_by=hand_off.acknowledge_by.isoformat(),
        decision=decision.as_json(),
    )
    if way.by == "email":
        _send_mail(case, hand_off, in_force.planbook, at=at)
    else:
        out = outgoing(case, in_force.planbook, way, ask=hand_off.ask, acknowledge_by=hand_off.acknowledge_by, at=at)
        bonding.cross(case, hand_off, out, in_force.planbook, issue=issue, at=at)
    if way.by != "ticket":  # by ticket the record it came from may itself go on, and says so
        bonding.touch(change)
    return hand_off.pk


@transaction.atomic
def acknowledge(actor: Actor, number: int, *, at: datetime, said: str = "", version: int | None = None) -> Saved:
    """The receiver takes the case: it is theirs from now. For a desk without access its sender writes that down."""
    change = take(actor, number, at=at, version=version)
    case, hand_off = change.case, _open_hand_off(change.case)
    change.move(CaseMove.ACKNOWLEDGE)
    _answer(hand_off, CaseMove.ACKNOWLEDGE, actor, at)
    case.recorded_by = case.holder if hand_off.sender_records else None
    case.holder, case.offered_to, case.assignee = hand_off.receiver, None, ""
    case.trail = [*case.trail, hand_off.receiver]
    ask_again(change, case.report.answers)
    return change.save("hand-off-acknowledged", hand_off=hand_off.pk, said=said)


@transaction.atomic
def refuse(
    actor: Actor, number: int, reason: str, *, at: datetime, words: str = "", version: int | None = None
) -> Saved:
    """The receiver does not take it, for a ``reason`` of the plans' list and in free words.

    It is the sender's to do again: they held it all along, so it is in progress with them at once.
    """
    change = take(actor, number, at=at, version=version)
    case, hand_off = change.case, _open_hand_off(change.case)
    change.move(CaseMove.REFUSE)
    why = why_returned(planbook_in_force().planbook, reason, words)
    _answer(hand_off, CaseMove.REFUSE, actor, at, why)
    case.offered_to = None
    return change.save("hand-off-refused", hand_off=hand_off.pk, return_reason=why.reason, reason=why.words)


@transaction.atomic
def hand_back(
    actor: Actor, number: int, reason: str, *, at: datetime, words: str = "", version: int | None = None
) -> Saved:
    """Give a case that was acknowledged back to the team that sent it, with a ``reason`` as for a refusal.

    It is the sender's from now, as new work: nobody has to acknowledge what they asked for themselves.
    """
    change = take(actor, number, at=at, version=version)
    case = change.case
    change.move(CaseMove.HAND_BACK)
    hand_off = _hand_off_that_brought(case)
    why = why_returned(planbook_in_force().planbook, reason, words)
    hand_off.state = after(HAND_OFF_TRANSITIONS, HandOffState(hand_off.state), CaseMove.HAND_BACK)
    _say_why(hand_off, actor, at, why)
    hand_off.save()
    case.recorded_by = recorder_of(case, hand_off.sender)
    case.holder, case.assignee = hand_off.sender, ""
    case.trail = [*case.trail, hand_off.sender]
    ask_again(change, case.report.answers)
    return change.save(
        "handed-back", hand_off=hand_off.pk, to=hand_off.sender, return_reason=why.reason, reason=why.words
    )


@transaction.atomic
def withdraw(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Saved:
    """The sender takes the offer back; a message that has not left is withdrawn with it."""
    change = take(actor, number, at=at, version=version)
    case, hand_off = change.case, _open_hand_off(change.case)
    change.move(CaseMove.WITHDRAW)
    _answer(hand_off, CaseMove.WITHDRAW, actor, at)
    for address in addresses_of(planbook_in_force().planbook, hand_off.receiver) if hand_off.by == "email" else ():
        withdraw_by_key(effect_key(hand_off, address), at=at)
    bonding.take_back(case, hand_off, at=at)
    case.offered_to = None
    return change.save("hand-off-withdrawn", hand_off=hand_off.pk)


def decision_for(case: CaseRow, planbook: Planbook, at: datetime) -> Decision:
    """What the plans say about the case now."""
    return planbook.decide(_facts(case, case.report.answers), at)


def _facts(case: CaseRow, answers: Mapping[str, str]) -> Facts:
    return facts_of(
        service=case.service, holder=case.holder, fault_in=case.fault_in, needs_tier=case.needs_tier,
        audience=case.audience, flags=frozenset(case.flags), answers=answers,
    )  # fmt: skip


def choose_way(
    planbook: Planbook, case: CaseRow, decision: Decision, *, to: str | None, override: str, at: datetime
) -> Way:
    """Where the case goes: the plans' way, or the sender's own with a reason. Raises when neither will do."""
    if decision.outcome is Outcome.RESTRICTED or case.restricted_to:
        raise NotAllowed(
            "This case is restricted (security or privacy): it is not handed off by ticket, mail, call or issue. "
            f"Those who handle it: {', '.join(map(planbook.duty_label, decision.tell or case.restricted_to))}."
        )
    planned = decision.to if decision.outcome in (Outcome.HAND_OFF, Outcome.NEEDS_INFORMATION) else None
    wanted = to or planned
    if wanted is None:
        raise Unusable(
            "The plans send this to nobody else now. To hand it on all the same, choose a team and say why.",
            {"to": "Choose a team."},
        )
    if wanted == case.holder:
        raise Unusable("The case is in that team's hands already. Choose another team.", {"to": "Choose another team."})
    if wanted not in planbook.teams:
        raise Unusable(f"No plan names a team '{wanted}'.", {"to": "Choose a team of the list."})
    follows = wanted == planned and decision.outcome is Outcome.HAND_OFF
    if not follows and not override.strip():
        raise Unusable(why_a_reason_is_needed(decision, wanted == planned), {"override": "Say why, in a sentence."})
    if wanted == planned and decision.by:
        return Way(wanted, decision.tier or case.needs_tier, decision.by, decision.system, follows)
    return own_way(planbook, wanted, case, at)


def own_way(planbook: Planbook, to: str, case: CaseRow, at: datetime) -> Way:
    """The way to a team the sender chose: the first channel it can be reached by, at the tier nearest to the one
    needed."""
    by = next((channel for channel in CHANNELS if planbook.address(to, channel)), None)
    if by is None:
        raise Unusable(
            f"No plan says how to reach {planbook.team_label(to)}. Tell them by telephone and note it on the case.",
            {"to": "This desk has no address in the plans."},
        )
    system = planbook.ticketing_in_force(to, case.audience, at) if by == "ticket" else None
    tiers = planbook.teams[to].tiers or (case.needs_tier,)
    nearest = min(tiers, key=lambda tier: abs(tier - case.needs_tier))
    return Way(to, nearest, by, system, follows_plan=False)


def why_a_reason_is_needed(decision: Decision, same_team: bool) -> str:
    """The sentence that asks for a reason."""
    if same_team:
        if len(decision.missing) == 1:
            return "The next tier asks for one more answer. Fill it in, or say why it goes without."
        return f"The next tier asks for {len(decision.missing)} more answers. Fill them in, or say why it goes without."
    return "This is not where the plans send it. Say in a sentence why it goes there all the same."


def answer_by(case: CaseRow, planbook: Planbook, way: Way, *, at: datetime) -> datetime:
    """Until when the receiver is asked to answer: as the plans promise, or within a day."""
    return answer_due(case, planbook, way.to, way.by, at=at) or at + UNWRITTEN_PATIENCE


def outgoing(
    case: CaseRow, planbook: Planbook, way: Way, *, ask: str, acknowledge_by: datetime, at: datetime
) -> Outgoing:
    """What may leave of a case: never its description, nor who reported it. On an engineering issue also the answers
    that the plans require for its receiver."""
    answers = case.report.answers if way.by == "issue" else {}
    return Outgoing(
        reference=case_reference(case.pk),
        service=planbook.service_label(case.service),
        ask=ask,
        sender=planbook.team_label(case.holder),
        receiver=planbook.team_label(way.to),
        tier=way.tier,
        numbers=tuple(case.outside_numbers.order_by("id").values_list("number", flat=True)),
        acknowledge_by=acknowledge_by,
        zone=settings.TIME_ZONE,
        tried=answers_for(planbook, _facts(case, answers), way.to, answers, at) if answers else (),
        chat=planbook.teams[case.holder].chat or "",
        crosses=bonding.system_of(planbook, way.to, way.by, way.system) is not None,
    )


def headline(planbook: Planbook, way: Way, out: Outgoing) -> str:
    """The subject of a mail or ticket; the title of an issue begins as its team wants it."""
    address = planbook.issues_of(way.to) if way.by == "issue" else None
    return issue_title(address.title_prefix, out) if address else subject_line(out)


def addresses_of(planbook: Planbook, team: str) -> tuple[str, ...]:
    """The e-mail addresses a team takes hand-offs at."""
    return tuple(box.email for box in planbook.mailboxes_of(team))


def organisation_of(planbook: Planbook, team: str) -> str:
    """The organisation a team belongs to; a desk outside stands for itself."""
    return planbook.teams[team].organisation or team


def effect_key(hand_off: HandOffRow, address: str) -> str:
    """The key of the one mail to one address for one hand-off."""
    return f"case-{hand_off.case_id}:hand-off-{hand_off.pk}:email:{address}"


def hand_off_named_by(key: str) -> int | None:
    """The hand-off whose mail has this key; None for a key of another making."""
    found = re.match(r"case-\d+:hand-off-(\d{1,18}):email:", key)
    return int(found.group(1)) if found else None


def _check_ask(ask: str) -> None:
    if not ask.strip():
        raise Unusable("Write what you ask of them, in one line: they see that first.", {"ask": "Write the ask."})
    if len(ask) > LONGEST_ASK or "\x00" in ask:
        raise Unusable(f"Keep the ask under {LONGEST_ASK:,} plain characters.", {"ask": "Shorten the ask."})


def _write(
    change: Change, way: Way, decision: Decision, in_force: PlanbookInForce, *, ask: str, note: str, override: str
) -> HandOffRow:
    case = change.case
    return HandOffRow.objects.create(
        case=case,
        state=HandOffState.OFFERED,
        sender=case.holder,
        service=case.service,
        receiver=way.to,
        tier=way.tier,
        by=way.by,
        system=way.system,
        sender_records=way.by != "ticket" or way.to not in teams_with_people(),
        ask=ask.strip(),
        note=note,
        decision=decision.as_json(),
        override=override,
        planbook=in_force.version,
        offered_by=change.actor.name,
        offered_at=change.at,
        acknowledge_by=answer_by(case, in_force.planbook, way, at=change.at),
    )


def _send_mail(case: CaseRow, hand_off: HandOffRow, planbook: Planbook, *, at: datetime) -> None:
    way = Way(hand_off.receiver, hand_off.tier, "email", hand_off.system, follows_plan=True)
    out = outgoing(case, planbook, way, ask=hand_off.ask, acknowledge_by=hand_off.acknowledge_by, at=at)
    for address in addresses_of(planbook, hand_off.receiver):
        send_out(
            effect_key(hand_off, address),
            by="email",
            subject=(SUBJECT, case.pk),
            team=hand_off.sender,
            organisations=case.organisations,
            message={
                "to": address,
                "from_name": out.sender,
                "subject": subject_line(out),
                "text": text_for("email", out),
            },
            at=at,
        )


def _open_hand_off(case: CaseRow) -> HandOffRow:
    hand_off = case.hand_offs.select_for_update().filter(state=HandOffState.OFFERED).first()
    if hand_off is None:
        raise Conflict(f"{case_reference(case.pk)} is not offered to anybody now. Look at it again.")
    return hand_off


def _hand_off_that_brought(case: CaseRow) -> HandOffRow:
    """The hand-off by which the holder has the case; refused where there is none, and where the case is restricted."""
    if case.restricted_to:
        raise NotAllowed("This case is restricted (security or privacy): those who handle it keep it with them.")
    newest = case.hand_offs.select_for_update().filter(state=HandOffState.ACKNOWLEDGED).order_by("-id").first()
    if newest is None or newest.receiver != case.holder:
        raise MoveNotAllowed(f"Nobody handed {case_reference(case.pk)} to {case.holder}, so it cannot go back.")
    return newest


def recorder_of(case: CaseRow, holder: str) -> str | None:
    """Who writes down for a holder without people here: the team that handed it the case. None where it can itself."""
    if holder in teams_with_people():
        return None
    brought = case.hand_offs.filter(receiver=holder, state=HandOffState.ACKNOWLEDGED, sender_records=True)
    return brought.order_by("-id").values_list("sender", flat=True).first()


def _answer(hand_off: HandOffRow, move: CaseMove, actor: Actor, at: datetime, why: WhyReturned | None = None) -> None:
    hand_off.state = after(HAND_OFF_TRANSITIONS, HandOffState(hand_off.state), move)
    hand_off.answered_by, hand_off.answered_at = actor.name, at
    if why is not None:
        _say_why(hand_off, actor, at, why)
    hand_off.save()


def _say_why(hand_off: HandOffRow, actor: Actor, at: datetime, why: WhyReturned) -> None:
    hand_off.return_reason, hand_off.return_words = why.reason, why.words
    hand_off.returned_by, hand_off.returned_at = actor.name, at
