"""The guides: one page a service, generated from the plans, to be read, printed and kept up with advice.

The plans' part is open to everybody signed in, as the plans are. Refuses services that no plan names; who may write
and end advice is the actions' to say.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, NotAllowed, Refusal, Unusable
from tierline.guides.actions import LONGEST_TEXT, end_advice, write_advice
from tierline.guides.queries import advice_on, own_teams_on, services_with_advice
from tierline.plans.decision import BUILT_IN, Reason
from tierline.plans.guide_rendering import step_title
from tierline.plans.guides import Guide, Sentence, first_sources, guide_to
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.guidance_words import KINDS, advice_lines, often_words


@page("GET")
def guides(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Every service with a guide."""
    planbook, counts = planbook_in_force().planbook, services_with_advice(actor, at=now())
    services = sorted(planbook.services.values(), key=lambda entry: entry.label)
    context = {
        "nav": "plans",
        "section": "guides",
        "services": [
            {
                "id": entry.id,
                "label": entry.label,
                "systems": ", ".join(planbook.system_label(system) for system in entry.behind),
                "built_by": planbook.team_label(entry.tool_team) if entry.tool_team else "",
                "advice": counts.get(entry.id, 0),
            }
            for entry in services
        ],
    }
    return render(request, "tierline/guides/guides.html", context)


@page("GET")
def guide(request: DeskRequest, actor: Actor, service: str) -> HttpResponse:
    """One guide."""
    return _show(request, actor, service)


@page("POST")
def guide_advice(request: DeskRequest, actor: Actor, service: str) -> HttpResponse:
    """Put a sentence on the guide."""
    sent = request.POST
    try:
        write_advice(
            actor,
            service,
            team=sent.get("team", ""),
            kind=sent.get("kind", ""),
            text=sent.get("text", ""),
            until=_day(sent.get("until", "")),
            at=now(),
        )
    except (Unusable, Conflict, NotAllowed) as trouble:
        return _show(request, actor, service, trouble=trouble)
    messages.success(request, "Your advice is on the guide, and shown to whoever takes in a case of this service.")
    return HttpResponseRedirect(f"{reverse('guide', args=[service])}#advice")


@page("POST")
def guide_advice_end(request: DeskRequest, actor: Actor, service: str, advice: int) -> HttpResponse:
    """Take a sentence off the guide."""
    end_advice(actor, service, advice, at=now())
    messages.success(request, "That advice is off the guide. Write it again if it still holds.")
    return HttpResponseRedirect(f"{reverse('guide', args=[service])}#advice")


def _show(request: DeskRequest, actor: Actor, service: str, trouble: Refusal | None = None) -> HttpResponse:
    at, in_force = now(), planbook_in_force()
    planbook = in_force.planbook
    told = guide_to(planbook, service, at)
    context = {
        "nav": "plans",
        "section": "guides",
        "guide": told,
        "version": in_force.version,
        "fresh": written(at, settings.TIME_ZONE),
        "advice": advice_lines(advice_on(actor, service, at=at), planbook),
        "often": often_words(actor, planbook, service=service, sender="", receiver="", at=at),
        "teams": [(team, planbook.team_label(team)) for team in own_teams_on(actor, service, at=at)],
        "kinds": KINDS.items(),
        "longest": LONGEST_TEXT,
        "today": _local(at).isoformat(),
        "typed": request.POST,
        "trouble": trouble,
        **_in_words(told),
    }
    return render(request, "tierline/guides/guide.html", context, status=words_for(trouble).status if trouble else 200)


def _in_words(told: Guide) -> dict[str, Any]:
    numbers = first_sources(told)

    def line(sentence: Sentence) -> dict[str, Any]:
        head, _, rest = sentence.text.partition(": ")
        cited = [(numbers[reason], _anchor(reason)) for reason in sentence.because if reason in numbers]
        return {"sentence": sentence, "head": head, "rest": rest, "cited": cited}

    steps = [
        {
            "title": step_title(step),
            "takes": [line(sentence) for sentence in step.takes],
            "asks": [line(sentence) for sentence in step.asks],
        }
        for step in told.steps
    ]
    sources = [
        {"number": number, "reason": reason, "anchor": _anchor(reason), "page": _page_of(reason)}
        for reason, number in numbers.items()
    ]
    return {"steps": steps, "flagged": [line(sentence) for sentence in told.flagged], "sources": sources}


def _anchor(reason: Reason) -> str:
    return f"s-{reason.plan}-{reason.clause}"


def _page_of(reason: Reason) -> str:
    return "" if reason.plan == BUILT_IN else f"{reverse('plan', args=[reason.plan])}#c-{reason.clause}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unusable("Give the last day on which it holds, like 2026-12-31.", {"until": "Give a day."}) from None


def _local(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
