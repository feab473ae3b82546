"""One case: its next step, its story, its frame; and the case read back as it stood at a moment.

Refuses who may not see it by saying that there is no such case.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.actions.attaching import KINDS
from tierline.cases.queries import case, case_as_it_stood
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Refusal, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page, safe_way_back
from tierline.web.boundary import words_for
from tierline.web.case_words import CaseOnPage, case_on_page
from tierline.web.room_words import rooms_told
from tierline.web.story_words import entries, value_words
from tierline.web.words import FIELDS, FLAGS, WORKAROUND, spelt_out

SHOWN_BACK = (
    "state", "holder", "offered_to", "assignee", "trail", "service", "fault_in", "needs_tier", "audience", "flags",
    "missing", "theirs", "restricted_to", "recorded_by", "planbook",
)  # fmt: skip


@page("GET")
def case_page(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """The case."""
    return show_case(request, actor, number)


def show_case(
    request: HttpRequest, actor: Actor, number: int, *, form: str = "", trouble: Refusal | None = None
) -> HttpResponse:
    """The case's page; with a trouble, the form it belongs to is open and holds what was typed."""
    at, planbook = now(), planbook_in_force().planbook
    view = case(actor, number, at=at)
    shown = case_on_page(view, planbook, actor, at)
    context = {
        "nav": "queue",
        "case": shown,
        "number": number,
        "rooms": rooms_told(view.told, planbook, actor, at),
        "choices": choices(planbook),
        "kinds": ",".join(KINDS),
        "now": local_input(at),
        "back": safe_way_back(request, request.POST.get("back"), reverse("case", args=[number])),
        "form": form,
        "typed": request.POST,
        "trouble": trouble,
    }
    context["correct"] = _typed_over(shown, request.POST) if form == "facts" else shown
    status = words_for(trouble).status if trouble else 200
    if getattr(request, "htmx", None) and trouble:
        return _in_the_preview(request, context, status)
    return render(request, "tierline/case.html", context, status=status)


def _typed_over(shown: CaseOnPage, typed: QueryDict) -> CaseOnPage:
    """The case with the facts and answers somebody typed, so that no refusal costs them their work."""
    facts = {key: typed.get(key, shown.facts[key]) for key in ("service", "fault_in")}
    tier = typed.get("needs_tier", "")
    facts["needs_tier"] = int(tier) if tier in ("1", "2", "3", "4") else shown.facts["needs_tier"]
    facts["flags"] = frozenset(typed.getlist("flags")) if "flags-shown" in typed else shown.facts["flags"]
    answers = (replace(one, text=typed.get(f"answer-{one.field}", one.text)) for one in shown.answers)
    return replace(shown, facts=facts, answers=tuple(answers))


def _in_the_preview(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    response = render(request, "tierline/_preview.html", context, status=status)
    response.headers["HX-Retarget"] = "#preview"
    response.headers["HX-Reselect"] = "#preview-body"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def choices(planbook: Planbook) -> dict[str, list[tuple[Any, str]]]:
    """What the facts of a case can be corrected to."""
    systems = sorted(((key, entry.label) for key, entry in planbook.systems.items()), key=lambda s: s[1])
    return {
        "services": sorted(((key, entry.label) for key, entry in planbook.services.items()), key=lambda s: s[1]),
        "faults": [(key, planbook.system_label(key)) for key in ("unknown", "user")] + systems,
        "tiers": [(tier, f"Tier {tier}") for tier in (1, 2, 3, 4)],
        "flags": [(key, tag.word) for key, tag in FLAGS.items()],
        "impacts": [(key, spelt_out(key)) for key in planbook.impacts],
        "severities": [(key, spelt_out(key)) for key in planbook.severities],
        "workaround": list(WORKAROUND.items()),
        "systems": sorted(((key, entry.label) for key, entry in planbook.ticketing.items()), key=lambda s: s[1]),
    }


@page("GET")
def as_it_stood_page(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """The case as it stood at the moment the address names."""
    at, planbook = now(), planbook_in_force().planbook
    moment = moment_in(request.GET.get("at", ""), at)
    stood = case_as_it_stood(actor, number, moment)
    context = {
        "nav": "queue",
        "number": number,
        "reference": case_reference(number),
        "moment": written(moment, settings.TIME_ZONE),
        "moment_input": local_input(moment),
        "summary": stood.fields.get("summary", ""),
        "fields": [
            (FIELDS[key], value_words(key, stood.fields[key], planbook)) for key in SHOWN_BACK if stood.fields.get(key)
        ],
        "story": entries(stood.facts, planbook, at),
    }
    return render(request, "tierline/as_it_stood.html", context)


def moment_in(text: str, at: datetime) -> datetime:
    """The instant an address names: with an offset, or in this site's zone; nothing named is now."""
    if not text:
        return at
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(
            "That is no day and time. Give it like 2026-11-20T12:00.", {"at": "Like 2026-11-20T12:00."}
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def local_input(moment: datetime) -> str:
    """An instant as an input of kind datetime-local wants it."""
    return f"{moment.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%dT%H:%M:%S}"
