"""Versions of the planbook: what changed between two, which open cases would be decided otherwise, and publishing.

Refuses to publish for anybody who is not a plan editor, and plans with an error: what is in force then stays so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from pydantic import BaseModel

from tierline.cases.replaying import OpenCase, newest_open_cases
from tierline.directory.actor import Actor
from tierline.directory.queries import people_with_duty
from tierline.foundation.clock import now
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable
from tierline.plans import schema
from tierline.plans.actions import PLAN_EDITOR, PlanRefused, by_file_name, publish_planbook
from tierline.plans.checking import Check, check_texts
from tierline.plans.comparing import Change, Otherwise, changes, otherwise, replay_facts
from tierline.plans.loading import planbook_from_texts
from tierline.plans.planbook import Planbook, source_of
from tierline.plans.queries import VersionView, planbook_in_force, planbook_version, texts_of_version, versions
from tierline.plans.reading import LARGEST_FILE
from tierline.web import words
from tierline.web.access import DeskRequest, page
from tierline.web.moments import Moment, past
from tierline.web.plan_check_page import address_of, grouped
from tierline.web.plan_words import clause_details, gap_details
from tierline.web.plans_page import number_in
from tierline.web.what_if_page import facts_in_words

REPLAYED = (200, 1000, 5000)  # how many of the newest open cases can be decided again on the page
SHOWN = 50  # decisions that differ, of each kind, on one page
SECTIONS = {
    "plans": "Plan",
    "organisations": "Organisation",
    "people": "Person",
    "groups": "Group",
    "duties": "Duty",
    "teams": "Team",
    "systems": "System",
    "services": "Service",
    "ticketing": "Ticketing system",
    "intake": "Intake field",
    "returns": "Reason for a return",
    "calendars": "Calendar",
    "clocks": "Clock",
    "attempts": "Attempts",
    "clauses": "Clause",
    "gaps": "Gap",
}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list."""

    view: VersionView
    published: Moment


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry before and after, line by line and whether the other side has no such line; a side without the entry
    is empty."""

    plan: str
    what: str
    entry: str
    change: str
    before: tuple[tuple[str, bool], ...]
    after: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Redecided:
    """A case that is decided otherwise, or a number of combinations that share holder, service and both answers."""

    question: str
    count: int
    before: str
    after: str
    ask: str
    case: OpenCase | None


@page("GET")
def plans_versions(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The versions, and two of them side by side once they are chosen."""
    at, listed = now(), versions()
    lines = [VersionLine(view, past(view.published_at, at, settings.TIME_ZONE)) for view in listed]
    context: dict[str, Any] = {"nav": "plans", "section": "versions", "lines": lines, "replays": REPLAYED}
    one, other = (number_in(request.GET.get(key)) for key in ("from", "to"))
    if one and other:
        known = {view.number for view in listed}
        if not {one, other} <= known:
            raise NotFound(f"There are the planbook versions 1 to {max(known, default=0)}. Choose two of them.")
        before, after = planbook_version(one).planbook, planbook_version(other).planbook
        most = _most(request.GET.get("replay"))
        context |= {"one": one, "other": other, **compared(before, after, actor, at, most=most)}
    return render(request, "tierline/plans/versions.html", context)


@page("GET", "POST")
def plans_publish(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The form for a plan editor; a POST checks the files sent, or publishes them."""
    if request.method == "GET":
        return _publishing(request, actor)
    if PLAN_EDITOR not in actor.duties:
        raise NotAllowed("Publishing plans takes the duty of plan editor. Ask its holder.")
    texts: dict[str, bytes] = {}
    try:
        texts = texts_sent(request)
        if request.POST.get("act") == "publish":
            return _publish(request, actor, texts)
        return _checked(request, actor, texts)
    except PlanRefused as refusal:
        groups = grouped(refusal.findings)
        return _publishing(request, actor, status=422, texts=texts, refused=str(refusal), groups=groups)
    except Unusable as refusal:
        return _publishing(request, actor, status=422, refused=str(refusal))


def texts_sent(request: DeskRequest) -> dict[str, bytes]:
    """The plans' files among those sent; a folder's other files are left aside."""
    files = [file for file in request.FILES.getlist("files") if str(file.name).endswith((".yaml", ".yml"))]
    texts: dict[str, bytes] = {}
    for file in files:
        name = str(file.name)
        if name in texts:
            raise Unusable(f"Two files are called {name}. A planbook is one folder: rename one of them.")
        texts[name] = file.read(LARGEST_FILE + 1)  # one byte more than allowed is enough to refuse it
    return by_file_name(texts)


def _publish(request: DeskRequest, actor: Actor, texts: dict[str, bytes]) -> HttpResponse:
    before = next(iter(versions()), None)
    number = publish_planbook(actor, texts, at=now(), remark=request.POST.get("remark", "").strip())
    if before is not None and number == before.number:
        messages.info(request, f"These are the plans of version {number}, in force already. Nothing was changed.")
        return HttpResponseRedirect(reverse("plans"))
    messages.success(request, f"Version {number} is in force for everybody now. To go back, publish the older files.")
    if before is None:
        return HttpResponseRedirect(reverse("plans"))
    query = urlencode({"from": before.number, "to": number, "replay": REPLAYED[0]})
    return HttpResponseRedirect(f"{reverse('plans-versions')}?{query}")


def _checked(request: DeskRequest, actor: Actor, texts: dict[str, bytes]) -> HttpResponse:
    """What the check finds in the files sent, and what they would change. Nothing is kept."""
    at = now()
    check: Check = check_texts(texts, at)
    shown: dict[str, Any] = {"checked": True, "groups": grouped(check.findings), "errors": len(check.errors)}
    if not check.errors:
        shown["covered"] = {key: f"{count:,}" for key, count in check.covered.as_json().items()}
        try:
            before = planbook_in_force().planbook
        except NotFound:
            before = Planbook(())
        shown |= compared(before, planbook_from_texts(texts), actor, at, most=REPLAYED[0])
    return _publishing(request, actor, texts=texts, **shown)


def _left_out(texts: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files in force that are not among those sent: most often forgotten, for a planbook is published whole."""
    newest = next(iter(versions()), None)
    return tuple(sorted(texts_of_version(newest.number).keys() - texts.keys())) if newest else ()


def _publishing(
    request: DeskRequest, actor: Actor, *, status: int = 200, texts: Mapping[str, bytes] | None = None, **more: Any
) -> HttpResponse:
    context = {
        "nav": "plans",
        "section": "publish",
        "may_publish": PLAN_EDITOR in actor.duties,
        "editors": people_with_duty(PLAN_EDITOR),
        "in_force": next(iter(versions()), None),
        "remark": request.POST.get("remark", ""),
        "left_out": _left_out(texts) if texts else (),
        **more,
    }
    return render(request, "tierline/plans/publish.html", context, status=status)


def compared(before: Planbook, after: Planbook, actor: Actor, at: datetime, *, most: int) -> dict[str, Any]:
    """What a comparison shows: entries side by side, and what would be decided otherwise, in general and of
    the ``most`` newest open cases the actor may see."""
    cases = {case.reference: case for case in newest_open_cases(actor, most=most)} if most else {}
    differing = list(replay_facts(before, after, ((ref, case.facts, at) for ref, case in cases.items())))
    every = list(otherwise(before, after, at))
    alike = _alike(every, before, after)
    return {
        "pairs": [pair_of(change, before, after) for change in changes(before, after)],
        "cases_asked": len(cases),
        "cases_changed": len(differing),
        "cases": [_of_case(entry, before, after, cases[str(entry.own)]) for entry in differing[:SHOWN]],
        "combinations_changed": f"{len(every):,}",
        "combinations": alike[:SHOWN],
        "groups_changed": len(alike),
        "shown": SHOWN,
        "most": most,
    }


def _of_case(entry: Otherwise, before: Planbook, after: Planbook, case: OpenCase) -> Redecided:
    old, new = words.suggestion(entry.before, before), words.suggestion(entry.after, after)
    return Redecided(facts_in_words(entry.facts, after), 1, old, new, address_of(entry.facts), case)


def _alike(every: Iterable[Otherwise], before: Planbook, after: Planbook) -> list[Redecided]:
    """Combinations that are decided otherwise, those alike taken together, the most frequent first."""
    found: dict[tuple[str, str, str], list[Otherwise]] = {}
    for entry in every:
        who = f"{after.team_label(entry.facts.holder)}: {after.service_label(entry.facts.service)}"
        key = (who, words.suggestion(entry.before, before), words.suggestion(entry.after, after))
        found.setdefault(key, []).append(entry)
    alike = [
        Redecided(who, len(entries), old, new, address_of(entries[0].facts), None)
        for (who, old, new), entries in found.items()
    ]
    return sorted(alike, key=lambda group: (-group.count, group.question))


def pair_of(change: Change, before: Planbook, after: Planbook) -> Pair:
    """One change with both sides written out."""
    plan = (after if change.plan in after.plans else before).plans[change.plan]
    old, new = _side(before, change).splitlines(), _side(after, change).splitlines()
    return Pair(
        plan=plan.title,
        what=SECTIONS.get(change.section, change.section.replace("_", " ").capitalize()),
        entry=change.entry,
        change=change.change,
        before=tuple((line, bool(new) and line not in new) for line in old),
        after=tuple((line, bool(old) and line not in old) for line in new),
    )


def _side(planbook: Planbook, change: Change) -> str:
    """An entry as one side shows it: a clause in words, anything else as its file writes it."""
    plan = planbook.plans.get(change.plan)
    if plan is None:
        return ""
    if change.section == "plans":
        names = set(change.fields) or {"title", "version", "document", "effective"}
        return _as_written(plan, {f"{name}_" if name == "from" else name for name in names})
    entry = next((entry for entry in getattr(plan, change.section) if entry.id == change.entry), None)
    if entry is None:
        return ""
    if isinstance(entry, schema.Clause):
        return _sentences(entry.text, clause_details(entry, planbook), source_of(plan, entry.source))
    if isinstance(entry, schema.Gap):
        return _sentences(entry.text, gap_details(entry, planbook), source_of(plan, entry.source))
    names = {"from_" if name == "from" else name for name in change.fields}
    return _as_written(entry, names or None)


def _sentences(text: str, details: Iterable[str], source: str) -> str:
    return "\n".join([text, *details, f"Source: {source}"])


def _as_written(entry: BaseModel, names: set[str] | None) -> str:
    told = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=names)
    return str(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=60)).strip() if told else "(nothing)"


def _most(text: str | None) -> int:
    """How many cases are to be decided again: one of the numbers offered, or none."""
    number = number_in(text)
    return number if number in REPLAYED else 0
