"""Notices of other teams: pasted, read, and shown with what was read marked in their own text, for a person to confirm.

Refuses nothing itself; the form they lead to checks everything once more.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.directory.actor import Actor
from tierline.downtime.actions import taking_in
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.content import LEVEL_LABELS
from tierline.downtime.timing import instant_in_words
from tierline.downtime.upstream import Proposal, ReadInstant
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, NotAllowed, Refusal, Unusable
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.moments import past

STANDINGS = {
    "first": "the first word of it",
    "changed": "something else than before",
    "same": "the same once more",
    "older": "older than what was known; left aside",
}
MENDABLE = (Unusable, Conflict, NotAllowed)


@page("GET", "POST")
def upstream(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The notices nobody has settled yet; a POST takes one in."""
    trouble: Refusal | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            number = taking_in.take_in(actor, sent.get("text", ""), came_from=sent.get("came_from", ""), at=now())
            return HttpResponseRedirect(reverse("upstream-one", args=[number]))
        except MENDABLE as refusal:
            trouble = refusal
    context = {
        "nav": SUBJECT,
        "waiting": [
            (kept, past(kept.came_at, now(), settings.TIME_ZONE)) for kept in taking_in.waiting(actor, at=now())
        ],
        "address": settings.NOTICES_ADDRESS,
        "trouble": trouble,
        "typed": request.POST,
    }
    return render(
        request, "tierline/downtime/upstream.html", context, status=words_for(trouble).status if trouble else 200
    )


@page("GET", "POST")
def upstream_one(request: DeskRequest, actor: Actor, notice: int) -> HttpResponse:
    """One notice with everything that was read from it; a POST lays it aside."""
    trouble: Refusal | None = None
    if request.method == "POST":
        try:
            taking_in.settle(actor, notice, at=now(), because=request.POST.get("text", ""))
            messages.success(request, "It is laid aside, with your reason.")
            return HttpResponseRedirect(reverse("upstream"))
        except MENDABLE as refusal:
            trouble = refusal
    kept = taking_in.upstream(actor, notice, at=now())
    context = {
        "nav": SUBJECT,
        "kept": kept,
        "proposals": [
            {"number": number, "rows": _rows(proposal), "open": proposal.open, "parts": marked(proposal)}
            for number, proposal in enumerate(kept.proposals)
        ],
        "versions": [
            {"when": past(came_at, now(), settings.TIME_ZONE), "came_from": came_from, "standing": STANDINGS[standing]}
            for came_at, came_from, standing, _ in kept.versions
        ],
        "trouble": trouble,
    }
    return render(
        request, "tierline/downtime/upstream_one.html", context, status=words_for(trouble).status if trouble else 200
    )


def _rows(proposal: Proposal) -> list[tuple[str, str]]:
    found = [
        ("Title", proposal.title.value if proposal.title else ""),
        ("Starts", _instant(proposal.starts)),
        ("Ends", _instant(proposal.ends)),
        ("How bad", LEVEL_LABELS[proposal.level] if proposal.level is not None else ""),
        ("Concerns", ", ".join(service.value for service in proposal.services)),
        ("Reason", proposal.reason.value if proposal.reason else ""),
        ("Their status", proposal.status.value if proposal.status else ""),
    ]
    return [(label, text or "not said") for label, text in found]


def _instant(read: ReadInstant | None) -> str:
    """In the zone it was written in; what calendars write in UTC by the clock of this house, which people plan by."""
    if read is None:
        return ""
    return instant_in_words(read.at, settings.TIME_ZONE if read.zone == "UTC" else read.zone)


def marked(proposal: Proposal) -> list[dict[str, Any]]:
    """The text in pieces: those a value was read from, with its name, and the rest."""
    parts, here = [], 0
    for begins, ends, name in proposal.spans:
        if begins < here:
            continue
        parts += [
            {"text": proposal.text[here:begins], "name": ""},
            {"text": proposal.text[begins:ends], "name": name},
        ]
        here = ends
    return [part for part in [*parts, {"text": proposal.text[here:], "name": ""}] if part["text"]]
