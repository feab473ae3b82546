"""Searching cases. A case's reference or another system's number goes straight to its case, a downtime's to the
downtime, the number of an engineering issue with several cases to the issue; words give a list."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.bonds.queries import issue_numbered
from tierline.cases.queries import number_behind
from tierline.cases.searching import search
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.downtime.queries import is_known
from tierline.foundation.clock import now
from tierline.foundation.ids import downtime_number
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.row_markup import rows_markup
from tierline.web.rows import rows_of


@page("GET")
def search_page(request: DeskRequest, actor: Actor) -> HttpResponse:
    """What was found, newest first."""
    asked = request.GET.get("q", "").strip()
    issue = issue_numbered(actor, asked) if asked and " " not in asked else None
    if issue is not None:
        return HttpResponseRedirect(reverse("issue", args=[issue]))
    number = number_behind(actor, asked) if asked else None
    if number is not None:
        return HttpResponseRedirect(reverse("case", args=[number]))
    planned = downtime_number(asked)
    if planned is not None and is_known(actor, planned):
        return HttpResponseRedirect(reverse("downtime", args=[planned]))
    before = request.GET.get("before", "")
    found = search(
        actor, asked, before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    )
    at = now()
    rows = rows_of(found.lines, planbook_in_force().planbook, actor.teams, at)
    context = {
        "found": found,
        "no_downtime": f"DT-{planned}" if planned is not None else "",
        "rows": rows,
        "rows_markup": rows_markup(rows),
        "fresh": written(at, settings.TIME_ZONE),
        "going_on": bool(before),
    }
    return render(request, "tierline/search.html", context)
