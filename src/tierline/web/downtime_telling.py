"""Who will be told and who was: the very text and the table of people before sending, the proof after it.

Refuses what the actions refuse; an outsider finds nothing here.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from tierline.directory.actor import Actor
from tierline.downtime.actions import telling
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.queries import Preview, downtime, preview, who_was_told
from tierline.downtime.told_as_csv import lines
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Refusal, Unusable
from tierline.notices.audience import KIND_LABELS
from tierline.notices.moments import Moment
from tierline.notices.queries import TO_BE_CALLED, AnnouncementView, DeliveryView, extra_posts
from tierline.notices.reaching import at_risk
from tierline.notices.rendering.mail import mail
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.downtime_words import KINDS
from tierline.web.downtimes_page import say
from tierline.web.moments import past

MENDABLE = (Unusable, Conflict, MoveNotAllowed, NotAllowed)
TONES = {
    "on its way": "doing",
    "accepted": "solved",
    "failed": "danger",
    "withdrawn": "closed",
    "not sent": "waiting",
    TO_BE_CALLED: "flag",
}
CHANNELS = {
    "email": "E-mail",
    "slack": "Slack",
    "teams": "Teams",
    "sms": "Text message",
    "page": "Page to whoever answers for it",
    "call-sheet": "Call sheet",
}


@page("GET", "POST")
def downtime_tell(request: DeskRequest, actor: Actor, downtime_number: int, moment: str) -> HttpResponse:
    """The text and the people of one moment; a POST sends it, or answers for somebody who is not reached."""
    at, trouble = now(), None
    wanted = _moment(moment)
    if request.method == "POST":
        try:
            if request.POST.get("step") == "answer":
                _answer(request, actor, downtime_number)
                return HttpResponseRedirect(reverse("downtime-tell", args=[downtime_number, moment]))
            outcome = telling.announce(actor, downtime_number, moment, at=at)
            say(request, outcome, "It is sent.")
            return HttpResponseRedirect(reverse("downtime", args=[downtime_number]))
        except MENDABLE as refusal:
            trouble = refusal
    return _show(request, actor, downtime_number, wanted, trouble)


def _moment(word: str) -> Moment:
    try:
        return Moment(word)
    except ValueError:
        raise NotFound("There is no such moment to tell of.") from None


def _answer(request: DeskRequest, actor: Actor, number: int) -> None:
    sent = request.POST
    telling.answer_for(
        actor,
        number,
        telling.Answer(
            about=sent.get("about", "")[:80],
            kind=sent.get("kind", ""),
            because=sent.get("because", ""),
            channel=sent.get("channel", "")[:30],
            name=sent.get("name", ""),
            email=sent.get("email", ""),
            address=sent.get("address", "")[:200],
        ),
        at=now(),
    )
    messages.success(request, "Written down for this downtime.")


def _show(request: DeskRequest, actor: Actor, number: int, moment: Moment, trouble: Refusal | None) -> HttpResponse:
    at = now()
    view, seen = downtime(actor, number, at=at), preview(actor, number, moment, at=at)
    owed = [one for one in view.obligations if one.moment is moment and one.is_owed]
    written = mail(seen.document)
    context = {
        "nav": SUBJECT,
        "number": number,
        "view": view,
        "moment": moment.value,
        "label": view.procedural.moment_label(moment),
        "subject": written.subject,
        "text": written.text,
        "seen": seen,
        "channels": [(name, CHANNELS.get(name, name)) for name in seen.coverage.channels],
        "members": _members(seen),
        "missing": [CHANNELS.get(name, name) for name in seen.missing],
        "extras": [CHANNELS.get(name, name) for name in seen.extras],
        "kinds": [(kind.value, label) for kind, label in KINDS.items()],
        "may_send": view.tells and bool(owed) and seen.coverage.may_be_sent,
        "owed": owed[0] if owed else None,
        "trouble": trouble,
        "typed": request.POST,
    }
    status = words_for(trouble).status if trouble else 200
    return render(request, "tierline/downtime/tell.html", context, status=status)


def _members(seen: Preview) -> list[dict[str, Any]]:
    return [
        {
            "name": member.person.name,
            "words": ", ".join(seen.labels.get(word, word) for word in member.words),
            "cells": [
                {
                    "channel": CHANNELS.get(cell.channel, cell.channel),
                    "address": cell.address,
                    "said": f"{KIND_LABELS[cell.disposition.kind]}: {cell.disposition.because}"
                    if cell.disposition
                    else member.person.notes.get(cell.channel, ""),
                }
                for cell in member.cells
            ],
        }
        for member in seen.coverage.members
    ]


@page("GET")
def downtime_told(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """The proof: each announcement with its parity, and every person on every channel with the answer."""
    at = now()
    view, told = downtime(actor, downtime_number, at=at), who_was_told(actor, downtime_number)
    due = {(str(owed.moment), owed.revision): owed.due_at for owed in view.obligations}
    missed = at_risk(told, due, at)
    context = {
        "nav": SUBJECT,
        "number": downtime_number,
        "view": view,
        "announcements": [
            {
                "view": announced,
                "at_risk": missed.get((announced.moment, announced.revision), ()),
                "label": view.procedural.moment_label(announced.moment),
                "when": past(announced.issued_at, at, settings.TIME_ZONE),
                "reached": [(CHANNELS.get(k, k), n) for k, n in announced.parity["reached"].items()],
                "missing": [CHANNELS.get(k, k) for k in announced.parity["missing_channels"]],
                "extras": [(CHANNELS.get(k, k), state) for k, state in extra_posts(announced)],
                "otherwise": _otherwise(told, announced),
                "rows": [
                    _told(one)
                    for one in told
                    if (one.moment, one.revision) == (announced.moment, announced.revision)
                    and (one.step or one.channel not in announced.parity["missing_channels"])
                ],
            }
            for announced in reversed(view.announcements)
        ],
        "to_call": view.tells and any(one.state == TO_BE_CALLED for one in told),
        "relays": [(relay, view.procedural.moment_label(relay.moment)) for relay in view.relays],
    }
    return render(request, "tierline/downtime/told.html", context)


def _otherwise(told: Iterable[DeliveryView], announced: AnnouncementView) -> tuple[tuple[str, int], ...]:
    """How many people were reached another way, by which."""
    about = (announced.moment, announced.revision)
    mine = [one for one in told if (one.moment, one.revision) == about and one.step and one.went and one.address]
    found = Counter(one.channel for one in mine)
    return tuple((CHANNELS.get(channel, channel), count) for channel, count in found.items())


def _told(one: DeliveryView) -> dict[str, Any]:
    return {
        "one": one,
        "channel": CHANNELS.get(one.channel, one.channel),
        "tone": TONES.get(one.state, "solved" if one.went else "waiting"),
        "at": f"{one.at:%Y-%m-%d %H:%M:%S} UTC" if one.at else "",
    }


@page("GET")
def downtime_told_csv(request: DeskRequest, actor: Actor, downtime_number: int) -> StreamingHttpResponse:  # noqa: ARG001 - every view takes it
    """The same as CSV."""
    told = who_was_told(actor, downtime_number)
    response = StreamingHttpResponse(lines(told), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="DT-{downtime_number}-told.csv"'
    return response
