"""A case as one line of a list, every word ready, so that a template only prints. Pure; refuses nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from tierline.cases.lifecycle import CaseState
from tierline.cases.queries import CaseLine
from tierline.plans.planbook import Planbook
from tierline.web.moments import Moment, age, promise
from tierline.web.promise_words import TO_DO
from tierline.web.words import STATES, Tag, flag_tags

_INITIALS = re.compile(r"\(([A-Z][A-Z0-9&]{1,7})\)$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, who asked and where it has been, how it stands, what is missing, how old, what is due."""

    number: int
    address: str
    beside: str
    reference: str
    summary: str
    service: str
    trail: str
    standing: Tag
    assignee: str
    flags: tuple[Tag, ...]
    missing: int
    missing_words: str
    age: Moment
    due: Moment | None
    due_kind: str
    restricted: bool
    version: int


def rows_of(
    lines: Iterable[CaseLine], planbook: Planbook, teams: frozenset[str], at: datetime, *, keep: str = ""
) -> list[Row]:
    """The lines for whoever is in ``teams``: those are "here". ``keep`` is the query that shows the same list."""
    cases = reverse("case", args=[0]).partition("0")  # once a list: resolving an address costs as much as a row
    beside = f"?{keep}&case=" if keep else "?case="
    return [
        _row(line, planbook, teams, at, (f"{cases[0]}{line.number}{cases[2]}", f"{beside}{line.number}"))
        for line in lines
    ]


def _row(line: CaseLine, planbook: Planbook, teams: frozenset[str], at: datetime, links: tuple[str, str]) -> Row:
    zone = settings.TIME_ZONE
    return Row(
        number=line.number,
        address=links[0],
        beside=links[1],
        reference=line.reference,
        summary=line.summary,
        service=planbook.service_label(line.service),
        trail=trail_of(line, planbook, teams),
        standing=standing_of(line, planbook, teams),
        assignee=line.assignee,
        flags=flag_tags(line.flags),
        missing=len(line.missing),
        missing_words=", ".join(intake_label(field, planbook) for field in line.missing),
        age=age(line.opened_at, at, zone),
        due=promise(line.due_at, at, zone) if line.due_at else None,
        due_kind=TO_DO.get(line.due_kind, ""),
        restricted=line.restricted,
        version=line.version,
    )


def trail_of(line: CaseLine, planbook: Planbook, teams: frozenset[str]) -> str:
    """The way so far: ``HRC › vets.gov › here``."""
    stops = [*line.trail, *([line.offered_to] if line.offered_to else [])]
    names = [short_team(team, planbook) for team in stops]
    if stops and stops[-1] in teams:
        names[-1] = "here"
    return " › ".join(names)


def short_team(team: str, planbook: Planbook) -> str:
    """A team's short name where its full one gives it in brackets: ``HRC`` of "Health Resource Center (HRC)"."""
    label = planbook.team_label(team)
    short = _INITIALS.search(label)
    return short[1] if short else label


def standing_of(line: CaseLine, planbook: Planbook, teams: frozenset[str]) -> Tag:
    """How it stands, from where the reader sits."""
    if line.answered_for in teams:
        return Tag("Answered", "new")
    if line.state is CaseState.OFFERED and line.offered_to:
        mine = line.offered_to in teams
        return Tag("Offered to us" if mine else f"Offered to {planbook.team_label(line.offered_to)}", "offered")
    if line.question_to:
        return _question_tag(line, planbook, teams)
    return STATES[line.state]


def _question_tag(line: CaseLine, planbook: Planbook, teams: frozenset[str]) -> Tag:
    """Whose turn it is with the question, or with telling the reporter."""
    telling = line.state is CaseState.SOLVED
    if line.question_to in teams:
        word = "Reporter to be told" if telling else "Question with us" if line.question_taken else "Question for us"
        return Tag(word, "doing" if line.question_taken else "new")
    other = short_team(line.question_to or "", planbook)
    return Tag(f"Being told by {other}", "solved") if telling else Tag(f"Question at {other}", "waiting")


def intake_label(field: str, planbook: Planbook) -> str:
    """The name of an intake field."""
    return planbook.intake[field].label if field in planbook.intake else field
