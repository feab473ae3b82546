"""Handing a case off on one screen: where to, how, the very text that leaves, what is missing, who is told, by when.

Refuses cases that are not the actor's to hand off; keeps what was typed through every other refusal.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.bonds.systems import label_of
from tierline.cases.actions.handing_off import offer
from tierline.cases.planned_hand_off import PlannedHandOff, planned_hand_off
from tierline.cases.queries import case
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Refusal, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page, safe_way_back
from tierline.web.boundary import words_for
from tierline.web.case_verbs import version_in
from tierline.web.guidance_words import guidance_on
from tierline.web.marked_words import kind_words, pieces
from tierline.web.rows import intake_label
from tierline.web.words import suggestion, way_words


@page("GET", "POST")
def hand_off(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """The screen; posting it offers the case, posting it with ``step`` shows the text again as it would leave."""
    if request.method == "POST" and "step" not in request.POST:
        return _offer(request, actor, number)
    return _show(request, actor, number)


def _offer(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    sent = request.POST
    texts = {key: sent.get(key, "") for key in ("ask", "note", "override")}
    try:
        issue = number_in(sent.get("issue", ""))
        offer(actor, number, at=now(), to=sent.get("to") or None, issue=issue, version=version_in(sent), **texts)
    except (Unusable, Conflict, MoveNotAllowed, NotAllowed) as trouble:
        return _show(request, actor, number, trouble=trouble)
    messages.success(request, f"{case_reference(number)} is offered{_how(actor, number)}")
    return HttpResponseRedirect(safe_way_back(request, sent.get("back"), reverse("case", args=[number])))


def number_in(text: str) -> int | None:
    """The whole number a form sent; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _how(actor: Actor, number: int) -> str:
    """How the offer travels, what is left for the sender to do, and how to undo it."""
    view = case(actor, number, at=now(), with_story=False)
    hand_off = view.hand_offs[-1]
    undo = "It stays yours until they take it; “Take the offer back” undoes it."
    if any(bond.hand_off == hand_off.id for bond in view.bonds):
        return f" and on its way across the fence; its bond shows when it is there. {undo}"
    if hand_off.by == "email":
        return f" by e-mail; the Outbox shows what became of it. {undo}"
    return f". One thing is left to you: see the case’s next step. {undo}" if hand_off.sender_records else f". {undo}"


def _show(request: DeskRequest, actor: Actor, number: int, trouble: Refusal | None = None) -> HttpResponse:
    at, planbook, typed = now(), planbook_in_force().planbook, request.POST
    issue = number_in(typed.get("issue", ""))
    planned = planned_hand_off(actor, number, to=typed.get("to") or None, ask=typed.get("ask", ""), issue=issue, at=at)
    if issue and all(like.id != issue for like in planned.likes):  # another team was chosen meanwhile
        issue = None
        planned = planned_hand_off(actor, number, to=typed.get("to") or None, ask=typed.get("ask", ""), at=at)
    context = {
        "nav": "queue",
        "number": number,
        "version": version_in(typed) or planned.line.version,
        "planned": planned,
        "joins": next((like for like in planned.likes if like.id == issue), None),
        "typed": typed,
        "trouble": trouble,
        "troubles": getattr(trouble, "fields", {}),
        "back": safe_way_back(request, typed.get("back") or request.GET.get("back"), reverse("case", args=[number])),
        "guidance": guidance_on(
            actor,
            planbook,
            service=planned.line.service,
            sender=planned.line.holder,
            receiver=planned.leaving.way.to if planned.leaving else None,
            at=at,
        ),
        **_in_words(planned, planbook),
    }
    part = "_way" if request.htmx else "hand_off"
    return render(request, f"tierline/{part}.html", context, status=words_for(trouble).status if trouble else 200)


def _in_words(planned: PlannedHandOff, planbook: Planbook) -> dict[str, Any]:
    decision, leaving = planned.decision, planned.leaving
    teams = [(team, planbook.team_label(team)) for team in planned.reachable]
    return {
        "suggestion": suggestion(decision, planbook),
        "teams": sorted(teams, key=lambda team: (team[0] != decision.to, team[1])),
        "missing": [intake_label(field, planbook) for field in decision.missing],
        "to": planbook.team_label(leaving.way.to) if leaving else "",
        "way": way_words(leaving.way.by, leaving.way.system, planbook) if leaving else "",
        "answer_by": written(leaving.acknowledge_by, settings.TIME_ZONE) if leaving else "",
        "told": [planbook.duty_label(duty) for duty in decision.tell],
        "marked": pieces(leaving.text, [one for one in leaving.found if one.where == "text"]) if leaving else (),
        "guarded": sorted({kind_words(one) for one in leaving.found}) if leaving else [],
        "crosses": label_of(leaving.crosses) if leaving and leaving.crosses else "",
    }
