"""Who may open a page: gives a view its ``actor``, or sends whoever is not signed in to the sign-in page.

Refuses every method a page does not name. What somebody typed before their session ended travels through the
sign-in with them.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_person
from tierline.web.boundary import Words, kept_fields

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class DeskRequest(HttpRequest):
    """A request as views see it: with the one who asks, and what htmx says of it."""

    actor: Actor
    htmx: "HtmxDetails"


#: Takes the request, the actor, and what the address names.
View: TypeAlias = Callable[..., HttpResponseBase]


def page(*methods: str) -> Callable[[View], View]:
    """Only for people signed in, only by these methods (``GET`` brings ``HEAD``)."""
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = who_asks(request)
            if actor is None:
                return ask_to_sign_in(request)
            request.actor = actor
            if request.method == "GET" and "GET" not in allowed and "number" in kwargs:
                # Reloading a form that was sent asks for its address: the case it belongs to is what they want.
                return HttpResponseRedirect(reverse("case", args=[kwargs["number"]]))
            if request.method not in allowed:
                return wrong_method(request, sorted(allowed))
            return view(request, actor, *args, **kwargs)

        return guarded

    return guard


def who_asks(request: HttpRequest) -> Actor | None:
    """The actor signed in, or None; nobody once they have left or changed their password elsewhere."""
    person = get_user(request)
    return actor_of_person(person.pk) if person.is_authenticated else None


def ask_to_sign_in(request: DeskRequest) -> HttpResponse:
    """To the sign-in and back; a form that was sent keeps what was typed."""
    way_back = safe_way_back(request, request.get_full_path() if request.method in ("GET", "POST") else "/")
    sign_in = f"{reverse('sign-in')}?{urlencode({'next': way_back})}"
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Redirect": sign_in})
    kept = kept_fields(request)
    if not kept:
        return HttpResponseRedirect(sign_in)
    context = {"next": way_back, "kept": kept, "ended": True}
    return render(request, "tierline/sign_in.html", context, status=401)


def wrong_method(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """This address answers other methods."""
    words = Words(405, "That is not how this address is used", "Open it from a page of the desk.")
    response = render(request, "tierline/trouble.html", {"words": words}, status=405)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def safe_way_back(request: HttpRequest, address: str | None, otherwise: str = "/") -> str:
    """``address`` when it stays on this site, else ``otherwise``."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and safe else otherwise
