"""A team's queue: four tabs, filters in the address, a preview beside the list, an export.

Refuses the queues of other teams.
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.left_alone import cases_left_alone
from tierline.cases.queries import COUNTED_TO, TABS, CaseLine, Cursor, Filters, QueuePage, case, queue
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web import words
from tierline.web.access import DeskRequest, page
from tierline.web.case_words import case_on_page
from tierline.web.promise_words import kind_words, left_alone_on_page
from tierline.web.room_words import heard_in
from tierline.web.row_markup import rows_markup
from tierline.web.rows import rows_of

MOST_EXPORTED = 5000


@page("GET")
def home(request: DeskRequest, actor: Actor) -> HttpResponse:
    """To the queue of one's first team; somebody in no team is told what to do."""
    if not actor.teams:
        return render(request, "tierline/no_team.html", {"nav": "queue"})
    return HttpResponseRedirect(reverse("queue", args=[min(actor.teams)]))


@page("GET")
def queue_page(request: DeskRequest, actor: Actor, team: str) -> HttpResponse:
    """One tab of the queue; htmx asks for the preview alone."""
    at, planbook, asked = now(), planbook_in_force().planbook, request.GET
    chosen = _number(asked.get("case"))
    context = {"back": _address(request), "preview_only": "preview" in (request.htmx.target or "")}
    if chosen:
        context |= {
            "chosen": chosen,
            "number": chosen,
            "case": case_on_page(case(actor, chosen, at=at), planbook, actor, at),
        }
    if context["preview_only"]:
        return render(request, "tierline/_preview.html", context)
    shown = queue(actor, team, asked.get("tab", "new"), at=at, filters=filters_in(asked), after=cursor_in(asked))
    found = cases_left_alone(planbook, team, at=at)
    context |= {"alone": left_alone_on_page(found, at), "is_checked": found is not None}
    context |= _in_words(shown, planbook, actor, asked)
    response = render(request, "tierline/queue.html", context)
    if request.htmx:
        response.headers["HX-Replace-Url"] = request.get_full_path()
    return response


def _in_words(shown: QueuePage, planbook: Planbook, actor: Actor, asked: QueryDict) -> dict[str, Any]:
    filters, keep = filters_in(asked), _without(asked, "case").urlencode()
    rows = rows_of(shown.lines, planbook, frozenset({shown.team}), shown.at, keep=keep)
    return {
        "nav": "queue",
        "team": shown.team,
        "team_label": planbook.team_label(shown.team),
        "heard_in": heard_in(planbook, shown.team, shown.at),
        "tab": shown.tab,
        "tabs": _tabs(shown.tab, shown.counts, asked),
        "rows": rows,
        "rows_markup": rows_markup(rows, chosen=_number(asked.get("case")), beside=True),
        "older": _older(asked, shown.following),
        "going_on": "after" in asked,
        "filters": filters,
        "narrowed": filters != Filters(),
        "choices": _choices(planbook, actor, filters),
        "keep": keep,
        "fresh": written(shown.at, settings.TIME_ZONE),
        "others": _others(shown),
    }


@page("GET")
def export(request: DeskRequest, actor: Actor, team: str) -> StreamingHttpResponse:
    """The tab as it is filtered, as CSV; at most 5,000 rows."""
    at, tab, filters = now(), request.GET.get("tab", "new"), filters_in(request.GET)
    first = queue(actor, team, tab, at=at, filters=filters)
    planbook = planbook_in_force().planbook

    def lines() -> Iterator[CaseLine]:
        shown, sent = first, 0
        while True:
            yield from shown.lines
            sent += len(shown.lines)
            if shown.following is None or sent >= MOST_EXPORTED:
                return
            shown = queue(actor, team, tab, at=at, filters=filters, after=shown.following)

    response = StreamingHttpResponse(_csv(lines(), planbook), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="queue-{team}-{tab}-{at:%Y-%m-%d}.csv"'
    return response


def _csv(lines: Iterator[CaseLine], planbook: Planbook) -> Iterator[str]:
    yield _csv_line(
        [
            "Case",
            "Summary",
            "State",
            "Service",
            "Way so far",
            "Worked on by",
            "Missing",
            "Flags",
            "Opened",
            "Due",
            "What is due",
        ]
    )
    for line in lines:
        trail = " > ".join(planbook.team_label(stop) for stop in line.trail)
        due = line.due_at.isoformat() if line.due_at else ""
        yield _csv_line(
            [
                line.reference, line.summary, str(line.state), planbook.service_label(line.service), trail,
                line.assignee, ", ".join(line.missing), ", ".join(line.flags), line.opened_at.isoformat(), due,
                kind_words(line.due_kind),
            ]
        )  # fmt: skip


def _csv_line(cells: list[str]) -> str:
    written_to = StringIO()
    # A leading apostrophe keeps spreadsheets from taking somebody's report for a formula.
    csv.writer(written_to).writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return written_to.getvalue()


def filters_in(asked: QueryDict) -> Filters:
    """The filters an address names."""
    return Filters(
        service=asked.get("service", ""),
        assignee=asked.get("assignee", ""),
        flag=asked.get("flag", ""),
        missing=asked.get("missing") == "yes",
        left_alone=asked.get("untouched") == "yes",
    )


def cursor_in(asked: QueryDict) -> Cursor | None:
    """Where an address goes on."""
    try:
        return Cursor.read(asked.get("after", "")) if asked.get("after") else None
    except (ValueError, OverflowError):
        raise Unusable("This address does not lead on in the queue. Start at the top of the list.") from None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _tabs(tab: str, counts: Any, asked: QueryDict) -> list[dict[str, Any]]:
    """The tabs with their counts; filters stay, the place in the list does not."""
    tabs = []
    for key in TABS:
        query = _without(asked, "case", "after")
        query["tab"] = key
        count = f"{COUNTED_TO:,}+" if counts[key] >= COUNTED_TO else f"{counts[key]:,}"
        tabs.append({"label": words.TABS[key], "count": count, "here": key == tab, "query": query.urlencode()})
    return tabs


def _older(asked: QueryDict, following: Cursor | None) -> str:
    query = _without(asked, "case", "after")
    query["after"] = str(following)
    return query.urlencode() if following else ""


def _choices(planbook: Planbook, actor: Actor, filters: Filters) -> dict[str, list[tuple[str, str]]]:
    """What the filters can be set to."""
    people = [(actor.name, "Me")]
    if filters.assignee and filters.assignee != actor.name:
        people.append((filters.assignee, filters.assignee))
    return {
        "services": sorted(((key, entry.label) for key, entry in planbook.services.items()), key=lambda s: s[1]),
        "flags": [(key, tag.word) for key, tag in words.FLAGS.items()],
        "people": people,
    }


def _others(shown: QueuePage) -> list[dict[str, str]]:
    """The other tabs that are not empty: what everybody else waits for."""
    address = reverse("queue", args=[shown.team])
    return [
        {"address": f"{address}?tab={key}", "words": f"{words.TABS[key]}: {shown.counts[key]:,}"}
        for key in TABS
        if key != shown.tab and shown.counts[key]
    ]


def _without(asked: QueryDict, *keys: str) -> QueryDict:
    query = asked.copy()
    for key in keys:
        query.pop(key, None)
    return query


def _address(request: HttpRequest) -> str:
    query = _without(request.GET, "case").urlencode()
    return f"{request.path}?{query}" if query else request.path
