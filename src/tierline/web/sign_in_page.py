"""Signing in and out. Refuses wrong passwords without saying which half was wrong, and whoever tries too often."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tierline.directory.signing_in import forget_failures, must_wait, note_failure
from tierline.foundation.clock import now
from tierline.web.access import safe_way_back, who_asks
from tierline.web.boundary import Words

WRONG = "That e-mail address and password do not belong together. Check both; capital letters count in the password."
TOO_OFTEN = (
    "Too many wrong passwords. Wait 15 minutes, then try again, or ask whoever runs Tierline for a new password."
)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door: a form, or with the right password the way back to where somebody was going."""
    if request.method == "POST":
        return _let_in(request)
    way_back = safe_way_back(request, request.GET.get("next"))
    if who_asks(request):
        return HttpResponseRedirect(way_back)
    return render(request, "tierline/sign_in.html", {"next": way_back})


def _let_in(request: HttpRequest) -> HttpResponse:
    at, email, address = now(), request.POST.get("email", "").strip(), request.META.get("REMOTE_ADDR", "")
    if must_wait(email, address, at=at):
        return _stay_out(request, TOO_OFTEN, status=429)
    person = authenticate(request, username=email, password=request.POST.get("password", ""))
    if person is None:
        note_failure(email, address, at=at)
        return _stay_out(request, WRONG, status=422)
    forget_failures(email, address)
    login(request, person)
    way_back, kept = safe_way_back(request, request.POST.get("next")), _kept(request)
    return _send_again(request, way_back, kept) if kept else HttpResponseRedirect(way_back)


def _stay_out(request: HttpRequest, trouble: str, *, status: int) -> HttpResponse:
    context = {
        "trouble": trouble,
        "email": request.POST.get("email", ""),
        "next": safe_way_back(request, request.POST.get("next")),
        "kept": _kept(request),
    }
    return render(request, "tierline/sign_in.html", context, status=status)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    names, values = request.POST.getlist("kept-name"), request.POST.getlist("kept-value")
    return list(zip(map(str, names), map(str, values), strict=False))


def _send_again(request: HttpRequest, where: str, kept: list[tuple[str, str]]) -> HttpResponse:
    words = Words(200, "You are signed in again", "What you typed was not sent yet. Look at it, then send it.")
    return render(request, "tierline/trouble.html", {"words": words, "kept": kept, "send_again": True, "where": where})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session. By POST only, so that no other page can do it; GET leads back to the desk."""
    if request.method == "POST":
        logout(request)
        return HttpResponseRedirect(reverse(settings.LOGOUT_REDIRECT_URL))
    return HttpResponseRedirect(reverse("home"))
