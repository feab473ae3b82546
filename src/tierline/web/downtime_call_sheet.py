"""The call sheet: whom no channel has reached, at which number, what to tell them, and whom somebody reached.

For those alone who tell of the downtime, since it holds people's numbers; made to be printed. Opening it
writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.directory.actor import Actor
from tierline.downtime.actions import reaching
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.queries import downtime
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, NotFound, Refusal, Unusable
from tierline.notices.queries import ToCall
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.moments import past

MENDABLE = (Unusable, Conflict, NotFound)
#: The order in which somebody is called, and what else may help.
NUMBERS = (("telephone", "Telephone"), ("sms", "Mobile"))
ADDRESSES = (("email", "E-mail"), ("slack", "Slack"))


@page("GET", "POST")
def call_sheet(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Everybody who has to be called; a POST writes down what became of one call."""
    trouble: Refusal | None = None
    if request.method == "POST":
        try:
            _called(request, actor, downtime_number)
            return HttpResponseRedirect(reverse("downtime-call-sheet", args=[downtime_number]))
        except MENDABLE as refusal:
            trouble = refusal
    return _show(request, actor, downtime_number, trouble)


def _called(request: DeskRequest, actor: Actor, number: int) -> None:
    sheet, reached = request.POST.get("sheet", ""), request.POST.get("reached") == "yes"
    if not sheet.isascii() or not sheet.isdigit() or len(sheet) > 18:
        raise Unusable("Say which of the people on the sheet was called.")
    words = request.POST.get("text", "")
    reaching.called(actor, number, int(sheet), reached=reached, words=words, at=now())
    messages.success(request, "Written down: they know it now." if reached else "Written down. They stay on the sheet.")


def _show(request: DeskRequest, actor: Actor, number: int, trouble: Refusal | None) -> HttpResponse:
    at = now()
    sheet, view = reaching.call_sheet(actor, number, at=at), downtime(actor, number, at=at)
    context = {
        "nav": SUBJECT,
        "number": number,
        "view": view,
        "count": len(sheet),
        "words": _by_words(sheet, at),
        "printed": f"{at:%Y-%m-%d %H:%M} UTC",
        "trouble": trouble,
    }
    status = words_for(trouble).status if trouble else 200
    return render(request, "tierline/downtime/call_sheet.html", context, status=status)


def _by_words(sheet: Sequence[tuple[ToCall, dict[str, str]]], at: datetime) -> list[dict[str, Any]]:
    """What has to be told, each with those who have to hear it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one, contacts in sheet:
        found.setdefault(str(one.document["summary"]), []).append(_line(one, contacts, at))
    return [{"say": say, "people": people} for say, people in found.items()]


def _line(one: ToCall, contacts: dict[str, str], at: datetime) -> dict[str, Any]:
    return {
        "one": one,
        "numbers": [(label, contacts[name]) for name, label in NUMBERS if contacts.get(name)],
        "addresses": [(label, contacts[name]) for name, label in ADDRESSES if contacts.get(name)],
        "since": past(one.since, at, settings.TIME_ZONE),
    }
