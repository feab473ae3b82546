"""What a page tells before something is handed on: advice that stands, and what often came back from here and why.

Refuses nothing; what the actor may not know of is simply not told.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from tierline.cases.returns import Figure, often_returned
from tierline.directory.actor import Actor
from tierline.guides.queries import AdviceView, advice_on
from tierline.plans.planbook import Planbook

#: The kinds of advice, what not to escalate first: it decides whether anything is handed on at all.
KINDS = {"hold": "Do not escalate now", "work-around": "Known work-around"}


@dataclass(frozen=True, slots=True)
class OftenLine:
    """One reason for which hand-offs often came back, with what to do about it; ``link`` leads to the hand-offs."""

    label: str
    guidance: str
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Often:
    """What often came back in the last 30 days: so many of so many, for these reasons."""

    hand_offs: int
    came_back: int
    lines: tuple[OftenLine, ...]
    link: str
    link_back: str


@dataclass(frozen=True, slots=True)
class AdviceLine:
    """One piece of advice in words."""

    id: int
    kind: str
    label: str
    text: str
    until: str
    team: str
    written_by: str
    may_end: bool


@dataclass(frozen=True, slots=True)
class Guidance:
    """Everything a form tells about a service before something is handed on."""

    service: str
    label: str
    receiver: str
    advice: tuple[AdviceLine, ...]
    often: Often


def guidance_on(
    actor: Actor, planbook: Planbook, *, service: str, sender: str, receiver: str | None, at: datetime
) -> Guidance | None:
    """What to tell somebody of the sender who is about to hand on a case of the service; None for no known service."""
    if service not in planbook.services:
        return None
    return Guidance(
        service=service,
        label=planbook.service_label(service),
        receiver=planbook.team_label(receiver) if receiver else "",
        advice=advice_lines(advice_on(actor, service, at=at), planbook),
        often=often_words(actor, planbook, service=service, sender=sender, receiver=receiver or "", at=at),
    )


def advice_lines(advice: tuple[AdviceView, ...], planbook: Planbook) -> tuple[AdviceLine, ...]:
    """Advice in words."""
    return tuple(
        AdviceLine(
            id=view.id,
            kind=view.kind,
            label=KINDS.get(view.kind, view.kind),
            text=view.text,
            until=f"{view.until.day} {view.until:%b %Y}",
            team=planbook.team_label(view.team),
            written_by=view.written_by,
            may_end=view.may_end,
        )
        for view in advice
    )


def often_words(actor: Actor, planbook: Planbook, *, service: str, sender: str, receiver: str, at: datetime) -> Often:
    """What often came back, each number a link to the hand-offs behind it."""
    figure: Figure = often_returned(actor, at=at, sender=sender, service=service, receiver=receiver)
    query = {"side": "either", "period": "30-days", "service": service, "sender": sender, "receiver": receiver}

    def link(**more: str) -> str:
        asked = {key: word for key, word in {**query, **more}.items() if word}
        return f"{reverse('returns-rows')}?{urlencode(asked)}"

    lines = tuple(
        OftenLine(planbook.return_label(reason), _guidance(planbook, reason), count, link(reason=reason))
        for reason, count in figure.reasons.items()
    )
    return Often(figure.hand_offs, figure.came_back, lines, link(), link(came_back="yes"))


def _guidance(planbook: Planbook, reason: str) -> str:
    known = planbook.return_reasons.get(reason)
    return known.guidance if known else ""
