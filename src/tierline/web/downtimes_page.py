"""The board of planned work and the form it is planned with: local time, zone and UTC are seen before anything is told.

Works without JavaScript. Refuses nothing itself: the form keeps what was typed, with a sentence at each field.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.downtime.actions import planning, taking_in, telling
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.content import Content, changes, unready_to_announce
from tierline.downtime.hands import procedures_for
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import asks_of, board, downtime, told_of_change
from tierline.downtime.surroundings import conflicts_of
from tierline.downtime.timing import frame_in_words
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Refusal, Unusable
from tierline.notices.audience import Coverage, cover, spoken
from tierline.notices.resolving import channels_here, groups_of
from tierline.outbox.breaking import Health
from tierline.outbox.queries import health_of_channels
from tierline.plans.procedures import procedure_named, told_by
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.downtime_form import Reading, choices_for, read_form, typed_again, typed_of
from tierline.web.downtime_words import STATES, conflict_words, line_words

MENDABLE = (Unusable, Conflict, MoveNotAllowed, NotAllowed)
TOLD = {
    telling.Told.TOLD: "{people} people are being told.",
    telling.Told.ASKED: "Whoever sends word was asked to tell people.",
    telling.Told.BLOCKED: "Nobody was told yet: {because}",
}


@page("GET")
def downtimes(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The board: what is to come and goes on, by its start; or what is over."""
    at, past = now(), request.GET.get("past") == "yes"
    planbook = planbook_in_force().planbook
    asked = {} if past else asks_of(actor, at=at)
    context = {
        "nav": SUBJECT,
        "past": past,
        "lines": [
            line_words(line, planbook, at) | {"asked": asked.get(line.number, "")} for line in board(actor, past=past)
        ],
        "may_plan": bool(procedures_for(actor, at)),
        "silent": [_begun(spoken(name)) for name, how in health_of_channels(at).items() if how is not Health.HEALTHY],
        "fresh": written(at, settings.TIME_ZONE),
    }
    return render(request, "tierline/downtime/board.html", context)


@page("GET", "POST")
def new_downtime(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Plan work: look at it first, then keep it as a draft, or begin planning and tell everybody."""
    at = now()
    if request.method != "POST":
        return _form(request, actor, at, typed=_begin_with(request, actor, at))
    reading, step, procedure = (
        read_form(request.POST),
        request.POST.get("step", "look"),
        request.POST.get("procedure", ""),
    )
    if step == "look" or reading.troubles:
        return _form(request, actor, at, reading=reading)
    try:
        number = planning.draft(
            actor, procedure, reading.content, at=at, user_message=request.POST.get("user_message", "")
        )
    except MENDABLE as trouble:
        return _form(request, actor, at, reading=reading, trouble=trouble)
    _settle_notice(request, actor, number, at)
    if step == "plan":
        try:
            say(request, planning.plan(actor, number, at=at), f"DT-{number} is in planning.")
        except MENDABLE as trouble:
            messages.warning(request, f"It is kept as a draft. {trouble}")
    else:
        messages.success(request, f"DT-{number} is kept as a draft. Nobody was told.")
    return HttpResponseRedirect(reverse("downtime", args=[number]))


def _begun(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def _begin_with(request: DeskRequest, actor: Actor, at: datetime) -> dict[str, Any]:
    """An empty form, or what was read of another team's notice."""
    notice, event = request.GET.get("notice", ""), request.GET.get("event", "0")
    if not (notice.isdigit() and event.isdigit()):
        return {"zone": settings.TIME_ZONE}
    kept = taking_in.upstream(actor, int(notice), at=at)
    if not kept.proposals:
        return {"zone": settings.TIME_ZONE, "notice": f"{notice}-{kept.seen}"}
    found = kept.proposals[min(int(event), len(kept.proposals) - 1)]
    planbook = planbook_in_force().planbook
    speaks_for = taking_in.speaks_for(planbook, kept.source, at)
    content = taking_in.content_of_proposal(found, planbook, speaks_for)
    if content.frame and content.frame.zone == "UTC":  # what calendars write in; people here plan by their own clock
        content = replace(content, frame=replace(content.frame, zone=settings.TIME_ZONE))
    return {**typed_of(content), "notice": f"{notice}-{kept.seen}", "left_open": found.open}


def _settle_notice(request: DeskRequest, actor: Actor, number: int, at: datetime) -> None:
    notice, _, seen = request.POST.get("notice", "").partition("-")
    if notice.isdigit():
        taking_in.settle(actor, int(notice), at=at, downtime=number, seen=seen)


@page("GET", "POST")
def change_downtime(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Say something else: what that voids is shown before it is done."""
    at = now()
    view = downtime(actor, downtime_number, at=at)
    if not view.leads:
        raise NotAllowed(f"Only those who work by “{view.procedural.procedure.label}” change this downtime.")
    editing = _Editing(downtime_number, view.content, view.line.state, view.line.revision)
    if request.method != "POST":
        typed = typed_of(view.content, procedure=view.line.procedure, user_message=view.user_message)
        return _form(request, actor, at, typed=typed, editing=editing)
    reading = read_form(request.POST)
    if request.POST.get("step", "look") == "look" or reading.troubles:
        return _form(request, actor, at, reading=reading, editing=editing)
    try:
        _change(request, actor, editing, reading, at)
    except MENDABLE as trouble:
        return _form(request, actor, at, reading=reading, editing=editing, trouble=trouble)
    return HttpResponseRedirect(reverse("downtime", args=[downtime_number]))


@dataclass(frozen=True, slots=True)
class _Editing:
    """The downtime a form changes."""

    number: int
    before: Content
    state: DowntimeState
    revision: int


def _change(request: DeskRequest, actor: Actor, editing: _Editing, reading: Reading, at: datetime) -> None:
    version = int(request.POST["version"]) if request.POST.get("version", "").isdigit() else editing.revision
    if editing.state is DowntimeState.POSTPONED:
        outcome = planning.replan(actor, editing.number, reading.content, at=at, version=version)
        say(request, outcome, "It has a new time.")
        return
    found, told = planning.change_content(
        actor,
        editing.number,
        reading.content,
        at=at,
        version=version,
        user_message=request.POST.get("user_message", ""),
    )
    if not found:
        messages.info(request, "Nothing was changed.")
    elif told is None:
        messages.success(request, "It is corrected. Nothing that was approved or told is otherwise.")
    else:
        say(request, told, "It is changed.")


def say(request: DeskRequest, outcome: telling.Outcome, done: str) -> None:
    """What a move did, and what became of the word it owes."""
    told = TOLD[outcome.told].format(people=outcome.people, because=outcome.because)
    level = messages.WARNING if outcome.told is telling.Told.BLOCKED else messages.SUCCESS
    messages.add_message(
        request, level, f"{done} {told}" if outcome.people or outcome.told is not telling.Told.TOLD else done
    )


def _form(
    request: DeskRequest,
    actor: Actor,
    at: datetime,
    *,
    typed: dict[str, Any] | None = None,
    reading: Reading | None = None,
    editing: _Editing | None = None,
    trouble: Refusal | None = None,
) -> HttpResponse:
    planbook = planbook_in_force().planbook
    procedures = procedures_for(actor, at)
    if not procedures:
        raise NotAllowed("You do not plan work by any procedure of the plans in force. Ask a team that does.")
    shown = typed if typed is not None else typed_again(request.POST)
    troubles = dict(reading.troubles) if reading else {}
    if isinstance(trouble, Unusable):
        troubles |= trouble.fields
    context = {
        "nav": SUBJECT,
        "typed": shown,
        "choices": choices_for(planbook, procedures, shown),
        "troubles": troubles,
        "trouble": trouble or (_put_right(troubles) if troubles else ""),
        "twice": reading.twice if reading else {},
        "editing": editing,
        "seen": _seen(actor, reading, shown, editing, at) if reading and not troubles else None,
        "told_before": STATES[editing.state].word if editing else "",
    }
    status = words_for(trouble).status if trouble else 422 if troubles and reading else 200
    return render(request, "tierline/downtime/form.html", context, status=status)


def _put_right(troubles: dict[str, str]) -> str:
    """Above the form, since what has to be mended may stand far below it."""
    return " ".join(
        ["Something has to be put right first, and nothing was kept yet.", *dict.fromkeys(troubles.values())]
    )


def _seen(
    actor: Actor, reading: Reading, typed: dict[str, Any], editing: _Editing | None, at: datetime
) -> dict[str, Any] | None:
    """What will be so: times with zone and UTC, what lacks, what is in the way, who is told, what a change voids."""
    planbook = planbook_in_force().planbook
    word = str(typed.get("procedure") or "")
    procedural = procedure_named(planbook, word, at)
    content = reading.content
    if procedural is None:
        return None
    number = editing.number if editing else 0
    coverage: Coverage
    if editing:
        coverage, missing = told_of_change(actor, number, content, at=at)
    else:
        here, missing = channels_here(procedural.procedure.channels)
        coverage = cover(groups_of(planbook, told_by(planbook, procedural, content.answers)), here)
    found = conflicts_of(number, content, procedural, planbook, at=at)
    return {
        "frame": frame_in_words(content.frame) if content.frame else None,
        "lacking": unready_to_announce(content),
        "conflicts": [conflict_words(conflict, {}) for conflict in found],
        "coverage": coverage,
        "by": " and ".join(spoken(channel) for channel in coverage.channels),
        "missing": [spoken(channel) for channel in missing],
        "changes": changes(editing.before, replace(content)) if editing else (),
    }
