"""What would happen if: facts in the address, the plans' decision and its clauses on the page. Keeps nothing.

Open to everybody signed in; no case is needed and none is read. Refuses facts that cannot be decided on, beside the
form, with what would mend it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.plans.decision import BUILT_IN, Decision, Outcome, Reason
from tierline.plans.facts import AUDIENCES, FLAGS, TIERS, UNKNOWN, USER, Facts, FactsRefused, facts_from_json
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force, planbook_version
from tierline.web import words
from tierline.web.access import DeskRequest, page
from tierline.web.plans_page import number_in
from tierline.web.words import Tag

MOST_STEPS = 8
OUTCOMES: dict[Outcome, Tag] = {
    Outcome.KEEP: Tag("Keep", "solved"),
    Outcome.HAND_OFF: Tag("Hand off", "offered"),
    Outcome.NEEDS_INFORMATION: Tag("Needs information first", "waiting"),
    Outcome.ASK_THROUGH: Tag("Ask through another team", "offered"),
    Outcome.ASK_DIRECTLY: Tag("Ask directly", "solved"),
    Outcome.OUT_OF_SCOPE: Tag("Out of scope", "closed"),
    Outcome.RESTRICTED: Tag("Restricted", "restricted"),
    Outcome.NO_ROUTE: Tag("No plan answers", "danger"),
}
ASKS = {"": "Nothing from anybody", "veteran": "Something from the Veteran", "reporter": "Something from the reporter"}
SUPPLIED = {
    "all": "Everything the next tier asks for",
    "none": "Nothing yet",
    "some": "Only what is ticked below",
}


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause a decision rests on; ``plan_id`` is empty for Tierline's built-in rules, which stand in no plan."""

    text: str
    source: str
    plan_id: str
    clause: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision in words."""

    outcome: Tag
    sentence: str
    to: str
    address: str
    told: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    because: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One further hand-off, while nobody learns anything new. ``who`` decides."""

    who: str
    outcome: Tag
    sentence: str


@page("GET")
def what_if(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The form, and the answer once holder and service are chosen."""
    asked, number = request.GET, number_in(request.GET.get("version"))
    in_force = planbook_version(number) if number else planbook_in_force()
    answered, status = _answered(asked, in_force.planbook, now())
    context = {
        "nav": "plans",
        "section": "what-if",
        "version": in_force.version,
        "older": number or "",
        "choices": _choices(in_force.planbook),
        "chosen": _chosen(asked, actor),
        **answered,
    }
    return render(request, "tierline/plans/what_if.html", context, status=status)


def facts_in(asked: QueryDict) -> Facts:
    """The facts an address states; raises ``FactsRefused``."""
    told: dict[str, Any] = {key: asked.get(key) for key in ("service", "holder")}
    tier = asked.get("needs_tier", "1")
    told["fault_in"] = asked.get("fault_in") or UNKNOWN
    told["needs_tier"] = int(tier) if tier in ("1", "2", "3", "4") else tier
    told["audience"] = asked.get("audience") or "veteran"
    told["asks"] = asked.get("asks") or None
    told["flags"] = asked.getlist("flags")
    supplied = asked.get("supplied", "all")
    told["supplied"] = None if supplied == "all" else asked.getlist("field") if supplied == "some" else []
    return facts_from_json(told)


def instant_in(asked: QueryDict, at: datetime) -> datetime:
    """The instant to decide for: noon of the day the address names, else ``at``; raises ``FactsRefused``."""
    day = asked.get("on", "").strip()
    if not day:
        return at
    try:
        return datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(settings.TIME_ZONE))
    except ValueError:
        raise FactsRefused("on", "is no day", "write it like 2026-11-20, or leave it empty for today") from None


def _answered(asked: QueryDict, planbook: Planbook, at: datetime) -> tuple[dict[str, Any], int]:
    """What the page says besides the form, and its status."""
    if not (asked.get("service") and asked.get("holder")):
        return {}, 200
    try:
        facts, instant = facts_in(asked), instant_in(asked, at)
    except FactsRefused as refusal:
        return {"trouble": f"{_FIELDS.get(refusal.field, refusal.field)} {refusal.problem}: {refusal.remedy}."}, 422
    decision = planbook.decide(facts, instant)
    return {
        "answer": answer_of(decision, planbook),
        "question": facts_in_words(facts, planbook),
        "steps": _steps(decision, facts, planbook, instant),
        "instant": written(instant, settings.TIME_ZONE),
    }, 200


def answer_of(decision: Decision, planbook: Planbook) -> Answer:
    """A decision in words."""
    by, to = decision.by, decision.to
    return Answer(
        outcome=OUTCOMES[decision.outcome],
        sentence=words.suggestion(decision, planbook),
        to=planbook.team_label(to) if to else "",
        address=(planbook.address(to, by) or "") if to and by else "",
        told=tuple(_held_by(duty, planbook) for duty in decision.tell),
        missing=tuple((planbook.intake[key].label, planbook.intake[key].why) for key in decision.missing),
        because=tuple(_cited(reason) for reason in decision.because),
    )


def facts_in_words(facts: Facts, planbook: Planbook) -> str:
    """The question in one sentence."""
    fault = f"the fault is in {planbook.system_label(facts.fault_in)}"
    if facts.fault_in in (UNKNOWN, USER):
        fault = {UNKNOWN: "nobody knows yet where the fault is", USER: "nothing is broken"}[facts.fault_in]
    who = "a Veteran" if facts.audience == "veteran" else "a member of staff"
    asks = f" {planbook.team_label(facts.holder)} needs something from the {facts.asks.title()}." if facts.asks else ""
    flags = "".join(f" It is flagged {words.FLAGS[flag].word}." for flag in sorted(facts.flags))
    return (
        f"{planbook.team_label(facts.holder)} has a case of {who} about {planbook.service_label(facts.service)}; "
        f"{fault}, and Tier {facts.needs_tier} is needed.{asks}{flags}"
    )


def _steps(decision: Decision, facts: Facts, planbook: Planbook, at: datetime) -> tuple[Step, ...]:
    """Where it would go on from there, each team taking it over and learning nothing new."""
    steps: list[Step] = []
    while decision.outcome in (Outcome.HAND_OFF, Outcome.ASK_THROUGH) and decision.to and len(steps) < MOST_STEPS:
        facts = replace(facts, holder=decision.to)
        decision = planbook.decide(facts, at)
        who, sentence = planbook.team_label(facts.holder), words.suggestion(decision, planbook)
        steps.append(Step(who, OUTCOMES[decision.outcome], sentence))
    return tuple(steps)


def _cited(reason: Reason) -> Cited:
    return Cited(reason.text, reason.source, "" if reason.plan == BUILT_IN else reason.plan, reason.clause)


def _held_by(duty: str, planbook: Planbook) -> str:
    names = ", ".join(box.name for box in planbook.holders_of(duty))
    label = planbook.duty_label(duty) if duty in planbook.duties else planbook.team_label(duty)
    return f"{label} ({names})" if names else label


_FIELDS = {
    "service": "The service",
    "holder": "The team",
    "fault_in": "Where the fault is",
    "needs_tier": "The tier",
    "audience": "Who reported it",
    "asks": "What is needed from somebody",
    "flags": "The flags",
    "on": "The day",
}


def _choices(planbook: Planbook) -> dict[str, Any]:
    """What can be picked; desks outside hold no case and are left out."""
    systems = sorted(((key, entry.label) for key, entry in planbook.systems.items()), key=_label)
    return {
        "holders": sorted(((t.id, t.label) for t in planbook.teams.values() if t.tiers), key=_label),
        "services": sorted(((key, entry.label) for key, entry in planbook.services.items()), key=_label),
        "faults": [(key, planbook.system_label(key)) for key in (UNKNOWN, USER)] + systems,
        "tiers": [str(tier) for tier in TIERS],
        "audiences": [(key, words.AUDIENCES[key]) for key in AUDIENCES],
        "asks": list(ASKS.items()),
        "flags": [(key, words.FLAGS[key].word) for key in FLAGS],
        "supplied": list(SUPPLIED.items()),
        "fields": [(key, entry.label) for key, entry in planbook.intake.items()],
    }


def _chosen(asked: QueryDict, actor: Actor) -> dict[str, Any]:
    """What was picked, for the form to show again; at first the reader's own team."""
    own = min(actor.teams, default="")
    defaults = {"holder": own, "service": "", "fault_in": UNKNOWN, "needs_tier": "1", "audience": "veteran"}
    chosen: dict[str, Any] = {key: asked.get(key, otherwise) for key, otherwise in defaults.items()}
    supplied = asked.get("supplied", "all")
    return {
        **chosen,
        "asks": asked.get("asks", ""),
        "on": _day(asked.get("on", "")),
        "flags": asked.getlist("flags"),
        "supplied": supplied if supplied in SUPPLIED else "all",
        "fields": asked.getlist("field"),
    }


def _day(text: str) -> str:
    """A day as a date field can show it; nothing for what is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _label(choice: tuple[str, str]) -> str:
    return choice[1]
