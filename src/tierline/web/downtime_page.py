"""One downtime: its main line, the four gates, what is owed and when, what is in the way, one thing to do first.

Refuses nothing itself: the moves are the actions', and what somebody may not see is not there.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tierline.directory.actor import Actor
from tierline.downtime.actions import approving, guarding, planning, taking_in, telling, working
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.content import unready_to_approve
from tierline.downtime.gates import Approval
from tierline.downtime.lifecycle import DowntimeMove
from tierline.downtime.queries import DowntimeView, downtime, preview, revisions, who_was_told
from tierline.downtime.timing import Pass, TimeRefused, instant_given, instant_in_words
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Refusal, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.downtime_words import (
    MOVES,
    PRIMARY,
    RESULTS,
    STATES,
    conflict_words,
    content_words,
    fact_words,
    gates_words,
    label_of,
    main_line,
    obligation_words,
    owed_now,
)
from tierline.web.downtimes_page import say
from tierline.web.moments import past, promise

MENDABLE = (Unusable, Conflict, MoveNotAllowed, NotAllowed)


@page("GET")
def downtime_page(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """The page."""
    return show(request, actor, downtime_number)


def show(request: DeskRequest, actor: Actor, number: int, trouble: Refusal | None = None) -> HttpResponse:
    """The page, with what could not be done and what was typed kept."""
    at, planbook = now(), planbook_in_force().planbook
    view = downtime(actor, number, at=at)
    not_left = Counter((one.moment, one.revision) for one in who_was_told(actor, number) if one.is_missing)
    context = {
        "nav": SUBJECT,
        "view": view,
        "number": number,
        "state": STATES[view.line.state],
        "result": RESULTS.get(view.line.result, ""),
        "steps": main_line(view.line.state, approved=view.gates.approval is not Approval.NOT_REQUIRED),
        "gates": gates_words(view, planbook, not_left.total()),
        "held_back": _held_back(actor, view, at),
        "owed": [obligation_words(owed, view, not_left, at) for owed in view.obligations],
        "relays": [(view.procedural.moment_label(relay.moment), relay) for relay in view.relays],
        "conflicts": [conflict_words(conflict, view.answered) for conflict in view.conflicts],
        "fields": content_words(view.content, planbook, {q.id: q.label for q in view.procedural.downtime.questions}),
        "story": [fact_words(fact, at) for fact in reversed(view.story)],
        "revisions": [
            (r, past(when, at, settings.TIME_ZONE), by, said) for r, when, by, said in revisions(actor, number)
        ],
        "lacking": unready_to_approve(view.content),
        "trouble": trouble,
        "typed": request.POST,
        "results": [("success", "It is done and works")] * (not view.line.result)
        + [("rolled-back", "It was rolled back"), ("partial", "It is done in part")],
        **_moves(view),
        **_window(view, planbook),
    }
    status = words_for(trouble).status if trouble else 200
    return render(request, "tierline/downtime/downtime.html", context, status=status)


def _held_back(actor: Actor, view: DowntimeView, at: datetime) -> dict[str, Any] | None:
    """The first word that is owed now by whoever reads this, and what keeps it from being sent."""
    owed = next((one for one in view.obligations if view.tells and owed_now(one)), None)
    if owed is None:
        return None
    return {
        "moment": owed.moment.value,
        "label": view.procedural.moment_label(owed.moment),
        "due": promise(owed.due_at, at, settings.TIME_ZONE),
        "blocks": preview(actor, view.line.number, owed.moment, at=at).coverage.blocks,
    }


def _moves(view: DowntimeView) -> dict[str, Any]:
    """The move that comes first, and the others."""
    shown = [move for move in view.moves if move in MOVES]
    first = PRIMARY.get(view.line.state)
    if first is DowntimeMove.SUBMIT and DowntimeMove.SCHEDULE in shown:
        first = DowntimeMove.SCHEDULE
    words = {move: {"move": move.value, "label": MOVES[move][0], "asks": MOVES[move][1]} for move in shown}
    return {
        "first": words.get(first) if first else None,
        "others": [words[move] for move in shown if move is not first],
        "may_change": DowntimeMove.CHANGE in view.moves or DowntimeMove.REPLAN in view.moves,
        "replans": DowntimeMove.REPLAN in view.moves,
    }


def _window(view: DowntimeView, planbook: Planbook) -> dict[str, Any]:
    """The window as it is set, in words."""
    zone = view.content.frame.zone if view.content.frame else settings.TIME_ZONE
    kept, shown = view.window, {}
    if kept.get("id"):
        shown = {
            "id": kept["id"],
            "starts": instant_in_words(datetime.fromisoformat(kept["starts"]), zone),
            "ends": instant_in_words(datetime.fromisoformat(kept["ends"]), zone),
            "services": ", ".join(label_of(planbook, word) for word in kept["services"]),
        }
    frame = view.content.frame
    local = [at.astimezone(ZoneInfo(zone)) if at else None for at in (frame and frame.starts, frame and frame.ends)]
    return {
        "window": shown,
        "on_call_role": planbook.duty_label(view.procedural.procedure.window_verified_by or ""),
        "window_id": kept.get("id", ""),
        "zone": zone,
        "window_system": planbook.system_label(view.procedural.procedure.window_system or "")
        or "the system that keeps windows",
        "planned": {
            "starts_day": local[0].date().isoformat() if local[0] else "",
            "starts_at": f"{local[0]:%H:%M}" if local[0] else "",
            "ends_day": local[1].date().isoformat() if local[1] else "",
            "ends_at": f"{local[1]:%H:%M}" if local[1] else "",
        },
        "may_set": view.leads
        and view.line.state.value in ("planning", "awaiting-approval", "scheduled", "in-progress"),
    }


@page("POST")
def downtime_move(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Any move of the main line that a button makes."""
    move = request.POST.get("move", "")
    return _do(request, actor, downtime_number, lambda at: _move(request, actor, downtime_number, move, at))


def _do(request: DeskRequest, actor: Actor, number: int, verb: Callable[[datetime], None]) -> HttpResponse:
    try:
        verb(now())
    except MENDABLE as trouble:
        return show(request, actor, number, trouble)
    return HttpResponseRedirect(reverse("downtime", args=[number]))


def _move(request: DeskRequest, actor: Actor, number: int, move: str, at: datetime) -> None:
    sent = request.POST
    if move not in _VERBS:
        raise Unusable("There is no such button. Choose one of those on the page.")
    version = int(sent["version"]) if sent.get("version", "").isdigit() else None
    told = _VERBS[move](actor, number, sent, {"at": at, "version": version})
    if told is None:
        messages.success(request, "Done.")
    else:
        say(request, told, "Done.")


def _given(sent: QueryDict, name: str) -> datetime:
    """An instant of the page's small forms: a day, a time, the zone, and which of two where it comes twice."""
    word = sent.get(f"{name}_pass", "")
    try:
        day, of_day = date.fromisoformat(sent.get(f"{name}_day", "")), time.fromisoformat(sent.get(f"{name}_at", ""))
        which: Pass | None = "first" if word == "first" else "second" if word == "second" else None
        return instant_given(day, of_day, sent.get("zone", "") or settings.TIME_ZONE, which)
    except TimeRefused as refusal:
        raise Unusable(str(refusal), {name: str(refusal)}) from None
    except ValueError:
        raise Unusable("Give both a day and a time.", {name: "Give both a day and a time."}) from None


def _text(sent: QueryDict) -> str:
    return sent.get("text", "")


_Verb = Callable[[Actor, int, QueryDict, dict[str, Any]], telling.Outcome | None]
#: The moves a button can make, and what of the form they take.
_VERBS: dict[str, _Verb] = {
    DowntimeMove.PLAN: lambda actor, number, _, when: planning.plan(actor, number, **when),
    DowntimeMove.SUBMIT: lambda actor, number, sent, when: approving.submit(
        actor, number, record=sent.get("record", ""), **when
    ),
    DowntimeMove.SCHEDULE: lambda actor, number, _, when: approving.submit(actor, number, **when),
    DowntimeMove.START: lambda actor, number, sent, when: working.start(actor, number, override=_text(sent), **when),
    DowntimeMove.EXTEND: lambda actor, number, sent, when: working.extend(
        actor, number, _given(sent, "ends"), _text(sent), **when
    ),
    DowntimeMove.ROLL_BACK: lambda actor, number, sent, when: working.roll_back(actor, number, _text(sent), **when),
    DowntimeMove.FINISH: lambda actor, number, _, when: working.finish(actor, number, **when),
    DowntimeMove.RESUME: lambda actor, number, sent, when: working.resume(actor, number, _text(sent), **when),
    DowntimeMove.CONCLUDE: lambda actor, number, sent, when: working.conclude(
        actor, number, sent.get("result", ""), _text(sent), **when
    ),
    DowntimeMove.CANCEL: lambda actor, number, sent, when: planning.cancel(actor, number, _text(sent), **when),
    DowntimeMove.POSTPONE: lambda actor, number, sent, when: planning.postpone(actor, number, _text(sent), **when),
}


@page("POST")
def downtime_window(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Write down the window as it is set."""

    def write(at: datetime) -> None:
        sent = request.POST
        read = guarding.SetWindow(
            sent.get("window_id", ""),
            _given(sent, "starts"),
            _given(sent, "ends"),
            downtime(actor, downtime_number, at=at).content.services if sent.get("covers") == "yes" else (),
        )
        differs = guarding.window_read(actor, downtime_number, read, at=at)
        if differs:
            messages.warning(request, f"The window is not as planned. {' '.join(differs)}")
        else:
            messages.success(request, "The window is written down, and is as planned.")

    return _do(request, actor, downtime_number, write)


@page("POST")
def downtime_verify(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Whoever is on call says whether the window is right."""

    def write(at: datetime) -> None:
        sent = request.POST
        right = sent.get("right") == "yes"
        guarding.verify(actor, downtime_number, sent.get("window", ""), right=right, words=sent.get("text", ""), at=at)
        messages.success(request, "Written down: you looked at it.")

    return _do(request, actor, downtime_number, write)


@page("POST")
def downtime_conflict(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Why the work goes on although something is in its way."""

    def write(at: datetime) -> None:
        planning.answer_conflict(
            actor, downtime_number, request.POST.get("key", ""), request.POST.get("text", ""), at=at
        )
        messages.success(request, "Your reason is written down.")

    return _do(request, actor, downtime_number, write)


@page("POST")
def downtime_upstream(request: DeskRequest, actor: Actor, downtime_number: int, notice: int) -> HttpResponse:
    """What follows here from another team's notice that has changed."""

    def write(at: datetime) -> None:
        taking_in.look_at_change(actor, downtime_number, notice, request.POST.get("text", ""), at=at)
        messages.success(request, "Written down: you looked at what changed.")

    return _do(request, actor, downtime_number, write)


@page("POST")
def downtime_waive(request: DeskRequest, actor: Actor, downtime_number: int, obligation: int) -> HttpResponse:
    """Decide that a moment is not told, and say why."""

    def write(at: datetime) -> None:
        telling.waive(actor, downtime_number, obligation, request.POST.get("text", ""), at=at)
        messages.success(request, "Written down, with your reason.")

    return _do(request, actor, downtime_number, write)


@page("GET", "POST")
def downtime_approve(request: DeskRequest, actor: Actor, downtime_number: int) -> HttpResponse:
    """Approve or reject exactly the words on the page. Good on a telephone."""
    at, planbook = now(), planbook_in_force().planbook
    trouble: Refusal | None = None
    if request.method == "POST":
        try:
            return _decide(request, actor, downtime_number, at)
        except MENDABLE as refusal:
            trouble = refusal
    view = downtime(actor, downtime_number, at=at)
    record = view.procedural.procedure.approval_record
    context = {
        "nav": SUBJECT,
        "view": view,
        "number": downtime_number,
        "state": STATES[view.line.state],
        "fields": content_words(view.content, planbook, {q.id: q.label for q in view.procedural.downtime.questions}),
        "conflicts": [conflict_words(conflict, view.answered) for conflict in view.conflicts],
        "trouble": trouble,
        "typed": request.POST,
        "record_in": planbook.system_label(record) if record else "",
    }
    status = words_for(trouble).status if trouble else 200
    return render(request, "tierline/downtime/approve.html", context, status=status)


def _decide(request: DeskRequest, actor: Actor, number: int, at: datetime) -> HttpResponse:
    sent = request.POST
    if sent.get("decision") == "approve":
        approving.approve(actor, number, sent.get("hash", ""), at=at, record=sent.get("record", ""))
        messages.success(request, f"DT-{number} is approved in exactly these words.")
    elif sent.get("decision") == "reject":
        approving.reject(actor, number, sent.get("text", ""), at=at)
        messages.success(request, f"DT-{number} went back with your reason.")
    else:
        raise Unusable("Approve it or reject it: choose one of the two buttons.")
    return HttpResponseRedirect(reverse("downtime", args=[number]))
