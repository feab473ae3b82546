"""Support plans to read: the list of those in force, one as the document it came from, and its file as written.

Open to everybody signed in: a plan binds all who work under it. Refuses plans and versions that there are not.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import NotFound
from tierline.plans.actions import PLAN_EDITOR
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.queries import PlanbookInForce, planbook_in_force, planbook_version, texts_of_version, versions
from tierline.plans.schema import Plan
from tierline.web.access import DeskRequest, page
from tierline.web.moments import past
from tierline.web.plan_words import headings_of


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One plan in the list."""

    id: str
    title: str
    charter: bool
    version: int
    document: str
    in_effect: str
    under: str
    clauses: int
    gaps: int


@page("GET")
def plans(request: DeskRequest, actor: Actor) -> HttpResponse:
    """What is in force, and the ways to check, ask, compare and publish it."""
    newest = next(iter(versions()), None)
    if newest is None:
        return render(request, "tierline/plans/none.html", {"nav": "plans", "editor": PLAN_EDITOR in actor.duties})
    planbook = planbook_version(newest.number).planbook
    lines = [_line(planbook, file.plan) for file in planbook.files]
    context = {
        "nav": "plans",
        "section": "plans",
        "newest": newest,
        "published": past(newest.published_at, now(), settings.TIME_ZONE),
        "lines": sorted(lines, key=lambda line: (line.charter, line.title)),
        "gaps": sum(line.gaps for line in lines),
        "clauses": sum(line.clauses for line in lines),
    }
    return render(request, "tierline/plans/plans.html", context)


@page("GET")
def plan(request: DeskRequest, actor: Actor, plan: str) -> HttpResponse:  # noqa: ARG001 - a view's form
    """One plan as the document it came from: its headings in order, each clause in its place, gaps marked."""
    in_force, file = _found(request, plan)
    context = {
        "nav": "plans",
        "section": "plans",
        "version": in_force.version,
        "older": request.GET.get("version", ""),
        "line": _line(in_force.planbook, file.plan),
        "headings": headings_of(in_force.planbook, file.plan),
        "file": file.text.file,
    }
    return render(request, "tierline/plans/plan.html", context)


@page("GET")
def plan_file(request: DeskRequest, actor: Actor, plan: str) -> HttpResponse:  # noqa: ARG001 - a view's form
    """The file of a plan with its lines numbered, so that a finding's line can be looked at."""
    in_force, file = _found(request, plan)
    text = texts_of_version(in_force.version)[file.text.file].decode()
    if request.GET.get("as") == "download":
        answer = HttpResponse(text, content_type="application/octet-stream")
        answer.headers["Content-Disposition"] = f'attachment; filename="{file.plan.id}.yaml"'
        return answer
    context = {
        "nav": "plans",
        "section": "plans",
        "version": in_force.version,
        "older": request.GET.get("version", ""),
        "line": _line(in_force.planbook, file.plan),
        "file": file.text.file,
        "lines": text.splitlines(),
    }
    return render(request, "tierline/plans/file.html", context)


def number_in(text: str | None) -> int | None:
    """The version an address names, if it names one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def _found(request: DeskRequest, plan_id: str) -> tuple[PlanbookInForce, PlanFile]:
    number = number_in(request.GET.get("version"))
    in_force = planbook_version(number) if number else planbook_in_force()
    file = next((file for file in in_force.planbook.files if file.plan.id == plan_id), None)
    if file is None:
        raise NotFound(f"There is no plan {plan_id} in planbook version {in_force.version}.")
    return in_force, file


def _line(planbook: Planbook, plan: Plan) -> PlanLine:
    return PlanLine(
        id=plan.id,
        title=plan.title,
        charter=plan.kind == "charter",
        version=plan.version,
        document=plan.document,
        in_effect=days(plan.effective.from_, plan.effective.until),
        under=planbook.plans[plan.under].title if plan.under else "",
        clauses=len(plan.clauses),
        gaps=len(plan.gaps),
    )


def days(begins: date, ends: date | None) -> str:
    """From when to when something is in force; the last day is the one before ``ends``."""
    since = f"{begins.day} {begins:%b %Y}"
    return f"{since} to the day before {ends.day} {ends:%b %Y}" if ends else f"since {since}"
