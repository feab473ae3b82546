"""What the buttons of a case do. Refuses nothing itself: the actions do, and then the page keeps what was typed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from tierline.cases.actions import handing_off, inquiring, working
from tierline.cases.actions.replying import look_at_answer
from tierline.cases.lifecycle import CaseMove
from tierline.cases.queries import number_behind
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, Unusable
from tierline.web.access import DeskRequest, page, safe_way_back
from tierline.web.case_page import show_case
from tierline.web.words import MOVE_DONE

MENDABLE = (Unusable, Conflict, MoveNotAllowed, NotAllowed)
Verb = Callable[..., Any]

#: The moves a button can make: the action, and the name under which it takes the text that was typed.
_MOVES: dict[str, tuple[Verb, str | None]] = {
    CaseMove.BEGIN: (working.begin, None),
    CaseMove.ACKNOWLEDGE: (handing_off.acknowledge, "said"),
    CaseMove.REFUSE: (handing_off.refuse, "words"),
    CaseMove.HAND_BACK: (handing_off.hand_back, "words"),
    CaseMove.WITHDRAW: (handing_off.withdraw, None),
    CaseMove.WAIT: (working.wait, "for_what"),
    CaseMove.RESUME: (working.resume, None),
    CaseMove.SOLVE: (working.solve, "solution"),
    CaseMove.CLOSE: (working.close, "told"),
    CaseMove.TELL: (inquiring.tell, "words"),
    CaseMove.REOPEN: (working.reopen, "reason"),
}


@page("POST")
def move(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """Any move of the transition table but the offer, which has a page of its own."""
    sent = request.POST
    name = sent.get("move", "")
    return do(request, actor, number, name, lambda at: _move(actor, number, name, sent, at))


def _move(actor: Actor, number: int, name: str, sent: QueryDict, at: datetime) -> str:
    reference, version = case_reference(number), version_in(sent)
    if name == "give-back":
        working.assign(actor, number, "", at=at, version=version)
        return f"{reference} is the team’s again. “Take it” makes it yours."
    if name == "take":
        working.assign(actor, number, actor.name, at=at, version=version)
        return f"{reference} is yours now. To undo: “Give it back to the team”."
    if name == "answer-read":
        look_at_answer(actor, number, at=at, version=version)
        return f"The answer on {reference} counts as read; the case stands again where it stood."
    if name not in _MOVES:
        raise Unusable("There is no such button. Choose one of those on the page.")
    verb, text = _MOVES[name]
    said = {text: sent.get("text", "")} if text else {}
    if name == CaseMove.SOLVE:
        said["words"] = sent.get("words", "")
    if name in (CaseMove.REFUSE, CaseMove.HAND_BACK):
        said["reason"] = sent.get("reason", "")
    verb(actor, number, at=at, version=version, **said)
    return MOVE_DONE[CaseMove(name)].format(case=reference)


@page("POST")
def note(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """An internal note."""

    def write(at: datetime) -> str:
        working.note(actor, number, request.POST.get("text", ""), at=at)
        return "Your note is on the case. It stays inside; write another to correct it."

    return do(request, actor, number, "note", write)


@page("POST")
def word(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """A text for the reporter."""

    def write(at: datetime) -> str:
        working.draft_word_for_reporter(actor, number, request.POST.get("text", ""), at=at)
        return "The text for the reporter is on the case. Whoever may contact them passes it on as it stands."

    return do(request, actor, number, "word", write)


@page("POST")
def facts(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """Better facts: the plans are asked again."""
    sent = request.POST

    def correct(at: datetime) -> str:
        working.correct_facts(
            actor,
            number,
            at=at,
            version=version_in(sent),
            service=sent.get("service") or None,
            fault_in=sent.get("fault_in") or None,
            needs_tier=_tier(sent.get("needs_tier")),
            flags=frozenset(sent.getlist("flags")) if "flags-shown" in sent else None,
            answers=answers_in(sent),
            extent=extent_in(sent),
        )
        return "The facts are corrected and the plans were asked again. The story keeps what they were before."

    return do(request, actor, number, "facts", correct)


@page("POST")
def reporter(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """Who reported it, and how to reach them."""
    sent = request.POST

    def keep(at: datetime) -> str:
        working.correct_reporter(actor, number, name=sent.get("name", ""), contact=sent.get("contact", ""), at=at)
        return "Who reported it is corrected. The story says that it was, not what it says."

    return do(request, actor, number, "reporter", keep)


@page("POST")
def number_elsewhere(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """What another system calls the case."""
    sent = request.POST

    def keep(at: datetime) -> str:
        working.add_number(actor, number, sent.get("system", ""), sent.get("text", ""), at=at)
        return "The number is on the case; the search finds the case by it."

    return do(request, actor, number, "number", keep)


def do(request: DeskRequest, actor: Actor, number: int, form: str, verb: Callable[[datetime], str]) -> HttpResponse:
    """Do it and say so; what can be mended brings the page back with the trouble and what was typed."""
    try:
        told = verb(now())
    except MENDABLE as trouble:
        return show_case(request, actor, number, form=form, trouble=trouble)
    if number_behind(actor, case_reference(number)) is None:
        messages.warning(request, f"{case_reference(number)} is restricted now, so you no longer see it.")
        return HttpResponseRedirect(reverse("home"))
    messages.success(request, told)
    return HttpResponseRedirect(safe_way_back(request, request.POST.get("back"), reverse("case", args=[number])))


def version_in(sent: QueryDict) -> int | None:
    """The version of the case that whoever sends the form looked at."""
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _tier(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 3 else None


def extent_in(sent: QueryDict) -> dict[str, Any]:
    """How bad it is, as a form that asks for it tells; nothing of a form that does not."""
    if "extent-shown" not in sent:
        return {}
    return {
        "impacts": sent.getlist("impacts"),
        "severity": sent.get("severity", ""),
        "workaround": {"yes": True, "no": False}.get(sent.get("workaround", "")),
        "reports": _count(sent.get("reports", "")),
        "reports_in_one_day": _count(sent.get("reports_in_one_day", "")),
        "users_per_day": _count(sent.get("users_per_day", "")),
    }


def _count(text: str) -> int | None:
    """A number as typed; -1, which nothing takes, for what is none."""
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def answers_in(sent: QueryDict) -> dict[str, str]:
    """The intake answers of a form: its fields are called ``answer-<id>``."""
    return {key.removeprefix("answer-"): str(value) for key, value in sent.items() if key.startswith("answer-")}
