"""The agenda of the regular calls: for the screen and for paper before a call, and as text to paste into an invitation.

Refuses a team that has no call the reader's teams take part in.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from tierline.cases.agenda import Agenda, Item, agendas
from tierline.cases.wording import agenda_text, call_item, written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import NotFound
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.moments import Moment, past, promise


@dataclass(frozen=True, slots=True)
class Row:
    """An item as the page shows it."""

    item: Item
    service: str
    sender: str
    offered: Moment
    due: Moment


@dataclass(frozen=True, slots=True)
class Section:
    """One team's agenda as the page shows it."""

    agenda: Agenda
    team: str
    every: str
    to_raise: tuple[Row, ...]
    with_them: tuple[Row, ...]


@page("GET")
def calls(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Every agenda that concerns the reader's teams."""
    at, planbook = now(), planbook_in_force().planbook
    sections = [_section(one, planbook, at) for one in agendas(actor, planbook)]
    context = {"nav": "calls", "sections": sections, "fresh": written(at, settings.TIME_ZONE)}
    return render(request, "tierline/calls.html", context)


@page("GET")
def call_text(request: DeskRequest, actor: Actor, team: str) -> HttpResponse:  # noqa: ARG001 - a view's form
    """One agenda as plain text."""
    at, planbook = now(), planbook_in_force().planbook
    agenda = next((one for one in agendas(actor, planbook) if one.team == team), None)
    if agenda is None:
        raise NotFound("There is no regular call with that team that your teams take part in.")
    text = agenda_text(
        agenda.call or planbook.team_label(team),
        [_line(item, planbook) for item in agenda.to_raise],
        [_line(item, planbook) for item in agenda.with_them],
        written(at, settings.TIME_ZONE),
    )
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _line(item: Item, planbook: Planbook) -> str:
    words = item.words if item.kind == "hand-off" else f"Please ask, and bring back the answer: {item.words}"
    return call_item(item.reference, item.numbers, planbook.service_label(item.service), item.tier, words)


def _section(agenda: Agenda, planbook: Planbook, at: datetime) -> Section:
    def rows(items: tuple[Item, ...]) -> tuple[Row, ...]:
        return tuple(_row(item, planbook, at) for item in items)

    days = agenda.every.days
    every = "" if not days else "every week" if days == 7 else f"every {days} days"
    return Section(agenda, planbook.team_label(agenda.team), every, rows(agenda.to_raise), rows(agenda.with_them))


def _row(item: Item, planbook: Planbook, at: datetime) -> Row:
    zone = settings.TIME_ZONE
    return Row(
        item, planbook.service_label(item.service), planbook.team_label(item.sender),
        past(item.taken_at or item.offered_at, at, zone), promise(item.due, at, zone),
    )  # fmt: skip
