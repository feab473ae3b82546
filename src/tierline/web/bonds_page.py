"""Bonds: those that are not well, one with its whole exchange, an engineering issue with all its cases.

Refuses bonds of cases the actor may not see; buttons are whoever's who may work on the case.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.bonds import queries
from tierline.bonds.lifecycle import BondState
from tierline.bonds.systems import label_of, readable
from tierline.cases.actions import bonding
from tierline.cases.actions.repeating import still_happens
from tierline.cases.queries import may_work_on
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Refusal, Unusable
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page, safe_way_back
from tierline.web.bond_words import STAGES, row_of, safe_link, step_of, who_holds
from tierline.web.boundary import words_for
from tierline.web.moments import past

MENDABLE = (Unusable, Conflict, MoveNotAllowed, NotAllowed)


@page("GET")
def bonds(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Those that are not well, the worst first; with ``all``, the newest, well or not."""
    at, planbook, everything = now(), planbook_in_force().planbook, request.GET.get("all") == "1"
    found = (queries.newest if everything else queries.unwell)(actor, readable(), at=at)
    rows = [row_of(view, planbook, at) for view in found]
    return render(request, "tierline/bonds/bonds.html", {"nav": "bonds", "rows": rows, "everything": everything})


@page("GET", "POST")
def bond(request: DeskRequest, actor: Actor, bond_id: int) -> HttpResponse:
    """One bond; a POST says something there, sends again, or settles what both sides changed."""
    if request.method == "POST":
        return _act(request, actor, bond_id)
    return _show(request, actor, bond_id)


def _show(request: DeskRequest, actor: Actor, bond_id: int, trouble: Refusal | None = None) -> HttpResponse:
    at, planbook = now(), planbook_in_force().planbook
    view, exchange = queries.bond(actor, bond_id, readable(), at=at)
    there, here = who_holds(view.record, view, planbook)
    steps = [step_of(one, at) for one in exchange]
    conflict = next((step for step in steps if step.effect and step.effect == view.verdict.conflict), None)
    context: dict[str, Any] = {
        "nav": "bonds",
        "bond": view,
        "row": row_of(view, planbook, at),
        "steps": steps,
        "conflict": conflict,
        "there": there,
        "here": here,
        "stage": STAGES[view.record.stage],
        "system": label_of(view.record.system),
        "opened": past(view.opened_at, at, settings.TIME_ZONE),
        "read": past(view.record.read_at, at, settings.TIME_ZONE) if view.record.read_at else None,
        "may_act": view.state is not BondState.ENDED and may_work_on(actor, view.subject[1]),
        "guarded": next((step for step in steps if step.guarded), None),
        "can_send_again": any(
            step.way and step.way.word in ("Held", "Refused") and not step.guarded for step in steps if step.ours
        ),
        "trouble": trouble,
        "typed": request.POST,
    }
    return render(request, "tierline/bonds/bond.html", context, status=words_for(trouble).status if trouble else 200)


def _act(request: DeskRequest, actor: Actor, bond_id: int) -> HttpResponse:
    sent = request.POST
    try:
        told = _verb(sent.get("move", ""))(actor, bond_id, sent.get("text", ""), now())
    except MENDABLE as trouble:
        return _show(request, actor, bond_id, trouble)
    messages.success(request, told)
    return HttpResponseRedirect(safe_way_back(request, sent.get("back"), reverse("bond", args=[bond_id])))


def _say(actor: Actor, bond_id: int, text: str, at: datetime) -> str:
    bonding.say(actor, bond_id, text, at=at)
    return "It is on its way to them. The exchange shows when it has arrived."


def _send_again(actor: Actor, bond_id: int, _text: str, at: datetime) -> str:
    count = bonding.send_again(actor, bond_id, at=at)
    tries = "1 message tries" if count == 1 else f"{count} messages try"
    return f"{tries} again now." if count else "Everything has arrived already."


def _still(actor: Actor, bond_id: int, text: str, at: datetime) -> str:
    still_happens(actor, bond_id, text, at=at)
    return "It is opened again there, and every other case on it is told."


def _choose(actor: Actor, bond_id: int, text: str, at: datetime, *, ours: bool) -> str:
    effect = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    bonding.choose(actor, bond_id, effect, ours=ours, at=at)
    return "Our change is made on top of theirs." if ours else "Theirs stands; our change was withdrawn."


_VERBS: dict[str, Callable[[Actor, int, str, datetime], str]] = {
    "say": _say,
    "send-again": _send_again,
    "still-happens": _still,
    "ours": lambda actor, bond_id, text, at: _choose(actor, bond_id, text, at, ours=True),
    "theirs": lambda actor, bond_id, text, at: _choose(actor, bond_id, text, at, ours=False),
}


def _verb(name: str) -> Callable[[Actor, int, str, datetime], str]:
    if name not in _VERBS:
        raise Unusable("There is no such button. Choose one of those on the page.")
    return _VERBS[name]


@page("GET")
def issue(request: DeskRequest, actor: Actor, record: int) -> HttpResponse:
    """An engineering issue with every case on it that the actor may see."""
    at, planbook = now(), planbook_in_force().planbook
    view, found, exchange = queries.issue(actor, record, readable(), at=at)
    context = {
        "nav": "bonds",
        "record": view,
        "url": safe_link(view.url),
        "system": label_of(view.system),
        "stage": STAGES[view.stage],
        "team": planbook.team_label(view.team),
        "service": planbook.service_label(view.service),
        "rows": [(row_of(one, planbook, at), may_work_on(actor, one.subject[1])) for one in found],
        "over": view.stage in bonding.OVER,
        "steps": [step_of(one, at) for one in exchange],
    }
    return render(request, "tierline/bonds/issue.html", context)
