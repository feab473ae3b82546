"""What the latest hand-off of a case asks, and what its sender has to carry by hand. Pure.

Refuses to repeat an ask that is over: one taken back, or one whose receiver has passed the case on.
"""

from dataclasses import dataclass
from typing import cast

from django.conf import settings

from tierline.cases.asking_plans import answers_for, facts_of
from tierline.cases.lifecycle import CaseState, HandOffState
from tierline.cases.particulars import HandOffView
from tierline.cases.queries import CaseView
from tierline.cases.wording import Outgoing, issue_title, text_for
from tierline.directory.actor import Actor
from tierline.plans.decision import By
from tierline.plans.planbook import Planbook
from tierline.privacy.judging import judge


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the other side."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """Why the newest hand-off came back to its sender, and what to do next time."""

    by: str
    reason: str
    words: str
    guidance: str


@dataclass(frozen=True, slots=True)
class Errand:
    """What no part of Tierline carries to the receiver: the sentence that says so, and the very text."""

    sentence: str
    title: str
    subject: str
    text: str


def asked_of(view: CaseView, planbook: Planbook, actor: Actor) -> Asked | None:
    """What whoever opens the case has to know first of how it came here; None when nothing is open, or it came back."""
    latest = _latest(view)
    if latest is None or latest.came_back:
        return None
    sender, receiver = planbook.team_label(latest.sender), planbook.team_label(latest.receiver)
    if latest.state is HandOffState.OFFERED:
        asks = f"{sender} asks" if latest.receiver in actor.teams else f"{sender} asks {receiver}"
        return Asked(asks, latest.ask)
    return Asked(f"{sender} asked", latest.ask) if view.line.holder == latest.receiver else None


def came_back_of(view: CaseView, planbook: Planbook) -> CameBack | None:
    """What the sender of a returned hand-off has to know, until they hand the case on again or solve it."""
    latest = _latest(view)
    if latest is None or not latest.came_back or latest.sender != view.line.holder:
        return None
    known = planbook.return_reasons.get(latest.return_reason)
    return CameBack(
        by=planbook.team_label(latest.receiver),
        reason=planbook.return_label(latest.return_reason),
        words=latest.return_words,
        guidance=known.guidance if known else "",
    )


def _latest(view: CaseView) -> HandOffView | None:
    """The newest hand-off that was not taken back, while there is something left to do."""
    if view.line.state in (CaseState.SOLVED, CaseState.CLOSED):
        return None
    told = [hand_off for hand_off in view.hand_offs if hand_off.state is not HandOffState.WITHDRAWN]
    return told[-1] if told else None


def errand_of(view: CaseView, planbook: Planbook, actor: Actor) -> Errand | None:
    """What the sender of an open hand-off has to carry; None for mail, and for desks that work here by ticket."""
    open_now = next((h for h in view.hand_offs if h.state is HandOffState.OFFERED), None)
    if open_now is None or open_now.sender not in actor.teams or open_now.by == "email" or not open_now.sender_records:
        return None
    if any(bond.hand_off == open_now.id for bond in view.bonds):
        return None  # it crosses by itself; the bond shows how that goes
    out = _outgoing(view, open_now, planbook)
    by = cast("By", open_now.by)  # a hand-off is only ever written with one
    address = planbook.address(open_now.receiver, by) or planbook.team_label(open_now.receiver)
    sentence, title = _WORDS[open_now.by]
    return Errand(
        sentence.format(address=address, system=planbook.system_label(open_now.system or "")),
        title,
        _title(planbook, open_now.receiver, out) if open_now.by == "issue" else "",
        without_what_is_private(text_for(open_now.by, out), view.reporter_name),
    )


def _title(planbook: Planbook, receiver: str, out: Outgoing) -> str:
    address = planbook.issues_of(receiver)
    return issue_title(address.title_prefix if address else "", out)


def without_what_is_private(text: str, name: str) -> str:
    """A text somebody copies by hand, past the guard: what it would hold is taken out at once."""
    return judge(text, names=(name,) if name else ()).redacted


#: By channel: what the sender has to do, and what its text is called.
_WORDS = {
    "issue": (
        "Tierline files no issue itself: file it (tracker and labels: {address}) and add its number to the case.",
        "The text of the issue",
    ),
    "call": ("Raise it on the call: {address}.", "The item for the call"),
    "ticket": (
        "They do not work here: enter the ticket yourself in {system}, for {address}.",
        "The text of the ticket",
    ),
}


def _outgoing(view: CaseView, hand_off: HandOffView, planbook: Planbook) -> Outgoing:
    return Outgoing(
        reference=view.line.reference,
        service=planbook.service_label(view.line.service),
        ask=hand_off.ask,
        sender=planbook.team_label(hand_off.sender),
        receiver=planbook.team_label(hand_off.receiver),
        tier=hand_off.tier,
        numbers=tuple(number for _, number in view.numbers),
        acknowledge_by=hand_off.acknowledge_by,
        zone=settings.TIME_ZONE,
        tried=_tried(view, hand_off, planbook),
        chat=planbook.teams[hand_off.sender].chat or "",
    )


def _tried(view: CaseView, hand_off: HandOffView, planbook: Planbook) -> tuple[tuple[str, str], ...]:
    if hand_off.by != "issue":
        return ()
    line = view.line
    facts = facts_of(
        service=line.service, holder=hand_off.sender, fault_in=view.fault_in, needs_tier=view.needs_tier,
        audience=view.audience, flags=frozenset(line.flags), answers=view.answers,
    )  # fmt: skip
    return answers_for(planbook, facts, hand_off.receiver, view.answers, hand_off.offered_at)
