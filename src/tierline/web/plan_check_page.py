"""What the full check of a planbook finds, what to mend first on top, and where no plan answers.

Open to everybody signed in; refuses versions that there are not.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.plans.coverage import combinations_of
from tierline.plans.decision import Outcome
from tierline.plans.facts import Facts
from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook
from tierline.plans.queries import check_of_version, planbook_in_force, planbook_version
from tierline.web.access import DeskRequest, page
from tierline.web.plans_page import number_in

UNREADABLE = "unreadable"  # the code of what stands before every other check
_GROUPS: tuple[tuple[Severity, str, str], ...] = (
    ("error", "Errors", "Nobody can publish plans with these. Mend them first."),
    ("gap", "Gaps", "What the documents leave open, and the plans say so. Ask whoever owns the document."),
    ("note", "Notes", "Worth a look; nothing stops because of them."),
)
_CAUSE: tuple[Severity, str, str] = ("error", "Mend these first", "These files cannot be read as plans.")
_REST: tuple[Severity, str, str] = (
    "error",
    "Further errors",
    "Much of this may come from the files above: mend those and check again.",
)


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one severity, by plan. ``key`` is its place on the page; ``folded`` until somebody opens it."""

    key: str
    severity: Severity
    title: str
    says: str
    count: int
    plans: tuple[tuple[str, str, tuple[Finding, ...]], ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A holder and a service: of how many combinations, how many have no answer, and the address that asks one."""

    open: int
    of: int
    ask: str


@page("GET")
def plans_check(request: DeskRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001 - a view's form
    """Errors, gaps and notes of one version, and how much of all that can be asked is answered."""
    at, number = now(), number_in(request.GET.get("version"))
    in_force = planbook_version(number) if number else planbook_in_force()
    check = check_of_version(in_force.version, at)
    context = {
        "nav": "plans",
        "section": "check",
        "version": in_force.version,
        "older": number or "",
        "groups": grouped(check.findings, in_force.planbook),
        "covered": {key: f"{count:,}" for key, count in check.covered.as_json().items()},
        "share": 100 * check.covered.routed // max(check.covered.combinations, 1),
        "holes": holes_of(in_force.planbook, in_force.planbook.epoch(at)),
        "fresh": written(at, settings.TIME_ZONE),
    }
    return render(request, "tierline/plans/check.html", context)


def grouped(findings: Iterable[Finding], planbook: Planbook | None = None) -> list[Group]:
    """Findings by severity, what to mend first on top; within one by plan, in the order of the file."""
    every = list(findings)
    groups = [_group(kind, [f for f in every if f.severity == kind[0]], planbook) for kind in _GROUPS]
    first = [finding for finding in every if finding.code == UNREADABLE]
    rest = [finding for finding in every if finding.severity == "error" and finding.code != UNREADABLE]
    if not (first and rest):
        return groups
    # What an unreadable file declares is missing everywhere else: its errors would bury their cause.
    return [_group(_CAUSE, first, planbook), replace(_group(_REST, rest, planbook), folded=True), *groups[1:]]


def _group(kind: tuple[Severity, str, str], own: list[Finding], planbook: Planbook | None) -> Group:
    severity, title, says = kind
    by_plan: dict[str, list[Finding]] = {}
    for finding in own:
        by_plan.setdefault(finding.plan or finding.file, []).append(finding)
    plans = tuple((plan, _title(planbook, plan), tuple(found)) for plan, found in sorted(by_plan.items()))
    key = "further" if kind is _REST else severity
    return Group(key, severity, title, says, len(own), plans)


def _title(planbook: Planbook | None, plan: str) -> str:
    return planbook.plans[plan].title if planbook and plan in planbook.plans else plan


@lru_cache(maxsize=4)
def holes_of(planbook: Planbook, epoch: int) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[Cell, ...]], ...]]:
    """Where no plan answers: the names of the services, and for each holder a row with a cell a service."""
    asked, unanswered, example = Counter[tuple[str, str]](), Counter[tuple[str, str]](), dict[tuple[str, str], Facts]()
    for words in combinations_of(planbook):
        facts = Facts(*words)
        place = (facts.holder, facts.service)
        asked[place] += 1
        if planbook.decide_words(words, epoch).outcome is Outcome.NO_ROUTE:
            unanswered[place] += 1
            example.setdefault(place, facts)
    services = sorted(planbook.services, key=planbook.service_label)
    holders = sorted({holder for holder, _ in asked}, key=planbook.team_label)
    rows = tuple(
        (
            planbook.team_label(holder),
            tuple(
                Cell(unanswered[holder, key], asked[holder, key], address_of(example.get((holder, key))))
                for key in services
            ),
        )
        for holder in holders
    )
    return tuple(planbook.service_label(key) for key in services), rows


def address_of(facts: Facts | None) -> str:
    """The query of the page "what would happen if" for these facts; empty for none."""
    if facts is None:
        return ""
    told: dict[str, str] = {"holder": facts.holder, "service": facts.service, "fault_in": facts.fault_in}
    return urlencode(
        {**told, "needs_tier": str(facts.needs_tier), "audience": facts.audience, "asks": facts.asks or ""}
    )
