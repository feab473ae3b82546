"""What strangers may open: the status page, its feeds, the windows front ends poll, and the form of who passes word on.

Holds no person's name but that of whoever a signed link was sent to. Opening anything here does nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from tierline.downtime import publishing
from tierline.foundation.clock import now
from tierline.foundation.trouble import MoveNotAllowed, NotFound, Refusal, Unusable
from tierline.notices.actions import answer_relay
from tierline.notices.auditing import as_metrics, audit
from tierline.notices.queries import relay_view
from tierline.notices.relays import Relaying
from tierline.notices.rendering.page import STANDINGS, as_strangers_ask
from tierline.notices.signing import relay_in
from tierline.web.access import wrong_method
from tierline.web.boundary import words_for

FRESH_FOR = 60  # seconds a cache may keep what is public
Public = Callable[..., HttpResponse]


def _open(*methods: str) -> Callable[[Public], Public]:
    """For anybody, by these methods only."""

    def guard(view: Public) -> Public:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in (*methods, "HEAD"):
                return wrong_method(request, sorted(methods))
            return view(request, *args, **kwargs)

        return guarded

    return guard


def _shared(response: HttpResponse) -> HttpResponse:
    """Public, for any site to read, for a minute."""
    response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@_open("GET")
def status(request: HttpRequest) -> HttpResponse:
    """The public page."""
    at = now()
    shown = [(document, STANDINGS[document.status]) for document in as_strangers_ask(publishing.documents(at=at))]
    return render(request, "tierline/downtime/status.html", {"shown": shown, "at": f"{at:%Y-%m-%d %H:%M} UTC"})


@_open("GET")
def status_calendar(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """As iCalendar."""
    text = publishing.as_calendar(publishing.documents(at=now()))
    return _shared(HttpResponse(text, content_type="text/calendar; charset=utf-8"))


@_open("GET")
def status_feed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """As Atom."""
    at = now()
    text = publishing.as_feed(publishing.documents(at=at), at=at)
    return _shared(HttpResponse(text, content_type="application/atom+xml; charset=utf-8"))


@_open("GET")
def status_json(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """As a JSON Feed."""
    text = publishing.as_json(publishing.documents(at=now()))
    return _shared(HttpResponse(text, content_type="application/feed+json"))


@_open("GET")
def maintenance_windows(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """The windows of every key."""
    return _shared(JsonResponse(publishing.maintenance_windows(at=now())))


@_open("GET")
def backend_statuses(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Whether each key is down for maintenance."""
    return _shared(JsonResponse(publishing.backend_statuses(at=now())))


@_open("GET")
def backend_status(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Whether one key is down for maintenance."""
    try:
        return _shared(JsonResponse(publishing.backend_status(key, at=now())))
    except NotFound as refusal:
        errors = [{"title": "Record not found", "detail": str(refusal), "code": "404", "status": "404"}]
        return JsonResponse({"errors": errors}, status=404)


@_open("GET")
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """What the auditor finds now, as numbers without names."""
    return HttpResponse(as_metrics(audit(at=now())), content_type="text/plain; version=0.0.4; charset=utf-8")


@_open("GET", "POST")
def relay(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever was asked to pass word on says so, by a form. Opening the link does nothing: mail scanners open links."""
    number, name = relay_in(token)
    trouble: Refusal | None = None
    if request.method == "POST":
        done = request.POST.get("done") == "yes"
        try:
            answer_relay(number, name=name, done=done, words=request.POST.get("text", ""), at=now())
        except (Unusable, MoveNotAllowed) as refusal:
            trouble = refusal
    view = relay_view(number, at=now())
    context = {
        "view": view,
        "name": name,
        "trouble": trouble,
        "open": view.state is not Relaying.CONFIRMED,
        "typed": request.POST,
        "told": request.method == "POST" and trouble is None,
    }
    response = render(
        request, "tierline/downtime/relay.html", context, status=words_for(trouble).status if trouble else 200
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response
