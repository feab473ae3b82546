"""Taking in a case: three questions, then only what this service's next tier requires, each with its why.

The page asks for itself again (``step``) by POST, never GET: what somebody reports does not belong into an address.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.actions.entering import NewCase, answers_of, enter
from tierline.cases.asking_plans import facts_of
from tierline.cases.extent import UNKNOWN, extent_from
from tierline.cases.queries import number_behind
from tierline.cases.searching import search
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, NotAllowed, Refusal, Unusable
from tierline.plans.decision import Outcome
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.plans.schema import IntakeField
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.case_page import choices
from tierline.web.case_verbs import answers_in, extent_in
from tierline.web.case_words import extent_chosen
from tierline.web.frame import team_links
from tierline.web.guidance_words import guidance_on
from tierline.web.rows import Row, rows_of
from tierline.web.words import REPORTED_BY, suggestion

ASKED_FIRST = ("summary", "occurred-at", "ticket-numbers")  # the page's own questions answer these
BY_PEOPLE = ("telephone", "email", "chat", "in-person")
MOST_LIKE = 5
TAKEN_IN = "taken_in"  # in the session: which form became which case, so that "back" and a second click double nothing
MOST_KEPT = 20
TELLING_WORDS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What the plans ask for, given what is known of the report so far."""

    suggestion: str
    to: str | None
    fields: tuple[IntakeField, ...]


@page("GET", "POST")
def intake(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The form; posting it takes the case in, posting it with ``step`` shows it again with the plan's questions."""
    if request.method == "POST" and "step" not in request.POST:
        return _take_in(request, actor)
    return _show(request, actor, request.POST if request.method == "POST" else request.GET)


def _take_in(request: DeskRequest, actor: Actor) -> HttpResponse:
    sent, planbook = request.POST, planbook_in_force().planbook
    mark, taken_in = mark_of(sent), request.session.get(TAKEN_IN, {})
    if mark in taken_in:
        messages.info(request, f"{case_reference(taken_in[mark])} was taken in already; nothing was doubled.")
        return _after(actor, taken_in[mark])
    try:
        entered = enter(actor, report_in(sent, planbook), at=now())
    except (Unusable, Conflict, NotAllowed) as trouble:
        return _show(request, actor, sent, trouble=trouble)
    request.session[TAKEN_IN] = dict([*taken_in.items(), (mark, entered.number)][-MOST_KEPT:])
    reference = case_reference(entered.number)
    if number_behind(actor, reference) is None:
        messages.warning(
            request, f"{reference} was taken in. It is restricted, so only those who handle such cases see it."
        )
        return HttpResponseRedirect(reverse("home"))
    messages.success(request, f"{reference} is taken in. Anything wrong? “Correct the facts” below mends it.")
    return HttpResponseRedirect(reverse("case", args=[entered.number]))


def mark_of(sent: QueryDict) -> str:
    """What tells the same form, sent again as it was, from another report: its own mark (``once``) and its words."""
    words = sorted((key, value) for key in sent if key != "csrfmiddlewaretoken" for value in sent.getlist(key))
    return sha256(repr(words).encode()).hexdigest()[:24]


def _after(actor: Actor, number: int) -> HttpResponse:
    """To the case, or home when it is one its maker does not see."""
    seen = number_behind(actor, case_reference(number)) is not None
    return HttpResponseRedirect(reverse("case", args=[number]) if seen else reverse("home"))


def _show(request: DeskRequest, actor: Actor, typed: QueryDict, trouble: Refusal | None = None) -> HttpResponse:
    at, planbook = now(), planbook_in_force().planbook
    new = report_in(typed, planbook)
    if not new.holder and actor.teams:
        new = replace(new, holder=min(actor.teams))
    asked = asked_by_plans(new, planbook, at) if new.service else None
    context = {
        "nav": "intake",
        "once": typed.get("once") or token_urlsafe(9),
        "typed": typed,
        "answers": answers_in(typed),
        "trouble": trouble,
        "troubles": getattr(trouble, "fields", {}),
        "teams": team_links(actor),
        "choices": choices(planbook),
        "reported_by": [(key, REPORTED_BY[key]) for key in BY_PEOPLE],
        "asked": asked,
        "guidance": guidance_on(actor, planbook, service=new.service, sender=new.holder, receiver=asked.to, at=at)
        if asked
        else None,
        "known": _known(actor, new),
        "like": _like(actor, new, planbook, at) if request.method == "POST" else [],
        "flags": new.flags,
        "extent": extent_chosen(new.extent),
        "extent_known": new.extent != UNKNOWN,
    }
    part = "_asked" if request.htmx else "intake"
    return render(request, f"tierline/{part}.html", context, status=words_for(trouble).status if trouble else 200)


def report_in(sent: QueryDict, planbook: Planbook) -> NewCase:
    """The report a form states so far; nothing is checked yet."""
    tried, more = sent.get("tried", "").strip(), sent.get("more", "").strip()
    description = "\n\n".join(text for text in (f"Trying to: {tried}" if tried else "", more) if text)
    tier = sent.get("needs_tier", "1")
    return NewCase(
        holder=sent.get("holder", ""),
        service=sent.get("service", ""),
        summary=sent.get("summary", "").strip(),
        reported_by=sent.get("reported_by", ""),
        description=description,
        fault_in=sent.get("fault_in") or "unknown",
        needs_tier=int(tier) if tier in ("1", "2", "3", "4") else 1,
        audience="staff" if sent.get("audience") == "staff" else "veteran",
        flags=frozenset(flag for flag, _ in choices(planbook)["flags"] if flag in sent.getlist("flags")),
        answers={"occurred-at": sent.get("since", ""), **answers_in(sent)},
        numbers=numbers_in(sent, planbook),
        reporter_name=sent.get("reporter_name", "").strip(),
        reporter_contact=sent.get("reporter_contact", "").strip(),
        extent=extent_from(extent_in(sent)),
    )


def numbers_in(sent: QueryDict, planbook: Planbook) -> tuple[tuple[str, str], ...]:
    """Other systems' numbers, one a line; the plans know some by their form, the rest are of the system chosen."""
    lines = (line.strip() for line in sent.get("numbers", "").splitlines())
    return tuple((planbook.record_system(line) or sent.get("system") or "other", line) for line in lines if line)


def asked_by_plans(new: NewCase, planbook: Planbook, at: datetime) -> Asked:
    """What the next tier requires of this report, and where it would go."""
    facts = facts_of(
        service=new.service, holder=new.holder, fault_in=new.fault_in, needs_tier=new.needs_tier,
        audience=new.audience, flags=new.flags, answers=answers_of(new),
    )  # fmt: skip
    decision = planbook.decide(facts, at)
    required = planbook.required_for(facts, decision.to, at) if decision.to else ()
    to = decision.to if decision.outcome in (Outcome.HAND_OFF, Outcome.NEEDS_INFORMATION) else None
    return Asked(suggestion(decision, planbook), to, tuple(field for field in required if field.id not in ASKED_FIRST))


def _known(actor: Actor, new: NewCase) -> list[tuple[str, int, str]]:
    """Numbers that already have a case the actor may see: number, case, its reference."""
    found = ((number, number_behind(actor, number)) for _, number in new.numbers[:10])
    return [(number, case, case_reference(case)) for number, case in found if case is not None]


def _like(actor: Actor, new: NewCase, planbook: Planbook, at: datetime) -> list[Row]:
    """Cases of the same service that share the most telling words of the summary."""
    telling = sorted({word for word in new.summary.split() if word.isalnum()}, key=len, reverse=True)[:TELLING_WORDS]
    if not telling or not new.service:
        return []
    lines = [line for line in search(actor, " ".join(telling)).lines if line.service == new.service]
    return rows_of(lines[:MOST_LIKE], planbook, actor.teams, at)
