"""The restricted cases that the duties of whoever asks may handle, whichever team holds them.

They stand in no team's queue, so this is their one list. For somebody without such a duty it is empty, and says why.
"""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from tierline.cases.queries import restricted_cases
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.row_markup import rows_markup
from tierline.web.rows import rows_of


@page("GET")
def restricted(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The list, newest first."""
    at, planbook = now(), planbook_in_force().planbook
    rows = rows_of(restricted_cases(actor), planbook, actor.teams, at)
    duties = [planbook.duty_label(duty) for duty in sorted(actor.duties & planbook.restricted_duties())]
    context = {
        "nav": "restricted",
        "rows": rows,
        "rows_markup": rows_markup(rows),
        "duties": duties,
        "fresh": written(at, settings.TIME_ZONE),
    }
    return render(request, "tierline/restricted.html", context)
