"""The boundary of the pages: what may run in them, and what people read when something cannot be done.

Refuses everything a page does not bring itself (Content Security Policy), and refuses to show anybody a stack trace:
every trouble becomes a page in plain words, with what was typed kept for another try. The pages for a lost database
or a full disk need neither.
"""

import errno
import sys
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Refusal, Unusable

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NEVER_SHOWN_AGAIN = frozenset({"csrfmiddlewaretoken", "password", "new_password", "new_password_again", "old_password"})

Next = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("tierline.web")


@dataclass(frozen=True, slots=True)
class Words:
    """What a trouble page says: its status, a headline, and what can be done now."""

    status: int
    headline: str
    now_what: str


_REFUSALS: dict[type[Refusal], Words] = {
    NotFound: Words(404, "There is nothing here for you", "Look for it in the search above, or go to your queue."),
    NotAllowed: Words(403, "You cannot do that", "Ask the team named here, or go back and choose something else."),
    Conflict: Words(409, "Somebody was faster", "Look at what is new, then do it again."),
    MoveNotAllowed: Words(409, "That is not possible now", "Look at where it stands now."),
    Unusable: Words(422, "Something has to be put right first", "Go back and correct it."),
}
LOST_DATABASE = Words(
    503,
    "Tierline cannot reach its database",
    "Nothing that was saved is lost. What you just sent was not saved: wait a minute, then send it again.",
)
FULL_DISK = Words(
    507,
    "The disk is full",
    "Nothing that was saved is lost, but nothing new can be saved. Tell whoever runs Tierline to make room.",
)
BROKEN = Words(
    500,
    "Something broke on our side",
    "It was written down for whoever runs Tierline. Try once more; if it happens again, tell them when.",
)


class ContentSecurityPolicy:
    """Only what this site serves itself may run in its pages; a view's own stricter policy is left alone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the headers on the way out."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class PlainWordsForTrouble:
    """Turns what a view could not do into a designed page."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing on the way through: only exceptions are looked at."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, trouble: Exception) -> HttpResponse | None:
        """The page for this trouble, or None for one nobody foresaw (then ``broken`` speaks)."""
        if request.path.startswith("/api/"):
            return None
        if isinstance(trouble, Refusal):
            return refusal_page(request, trouble)
        if isinstance(trouble, DataError) and "NUL" in str(trouble):
            return unreadable(request)
        words = words_for_outage(trouble)
        return bare_page(request, words, trouble) if words else None


def words_for(trouble: Refusal) -> Words:
    """Status and words for a kind of refusal."""
    return next((words for kind, words in _REFUSALS.items() if isinstance(trouble, kind)), _REFUSALS[Unusable])


def refusal_page(request: HttpRequest, trouble: Refusal) -> HttpResponse:
    """A refusal as a page inside the desk's frame."""
    words = words_for(trouble)
    context = {"words": words, "sentence": str(trouble), "kept": kept_fields(request), "send_again": False}
    return render(request, "tierline/trouble.html", context, status=words.status)


def words_for_outage(trouble: BaseException | None) -> Words | None:
    """The words for a lost database or a full disk; None for anything else."""
    if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        return FULL_DISK
    if isinstance(trouble, OperationalError) and "No space left" in str(trouble):
        return FULL_DISK
    return LOST_DATABASE if isinstance(trouble, (OperationalError, InterfaceError)) else None


def bare_page(request: HttpRequest, words: Words, trouble: BaseException | None = None) -> HttpResponse:
    """A page that needs no database, no session and no plan; what was sent can be sent again from it."""
    log.error("page_failed", path=request.path, words=words.headline, trouble=type(trouble).__name__)
    kept = kept_fields(request)
    context = {
        "words": words,
        "kept": kept,
        "send_again": bool(kept),
        "where": request.get_full_path(),
        "csrf_token": get_token(request),
    }
    response = HttpResponse(render_to_string("tierline/trouble.html", context), status=words.status)
    if words.status in (503, 507):
        response.headers["Retry-After"] = "30"
    return response


def kept_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into the form that was sent, but for passwords and tokens."""
    if request.method != "POST":
        return []
    try:
        sent = request.POST
    except Exception:  # noqa: BLE001 - a body that cannot be read has nothing to keep
        return []
    return [(key, value) for key, values in sent.lists() if key not in NEVER_SHOWN_AGAIN for value in map(str, values)]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """No such address."""
    return refusal_page(request, NotFound("There is no page at this address."))


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    """A request that no browser sends by itself."""
    words = Words(400, "This request cannot be read", "Go back and send the form again.")
    return render(request, "tierline/trouble.html", {"words": words}, status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Whatever nobody foresaw, and an outage met outside a view."""
    trouble = sys.exc_info()[1]
    return bare_page(request, words_for_outage(trouble) or BROKEN, trouble)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token no longer counts: sent from here, it can be sent again; from elsewhere it is refused."""
    log.warning("form_refused", path=request.path, reason=reason)
    own = request.headers.get("Origin") in (None, f"{request.scheme}://{request.get_host()}")
    words = Words(
        403,
        "Please send this once more" if own else "This form came from another site",
        "You signed in or out since this page was opened, so it was not sent yet. What you typed is here."
        if own
        else "Nothing was done. Open Tierline itself and do it there.",
    )
    kept = kept_fields(request) if own else []
    context = {"words": words, "kept": kept, "send_again": bool(kept), "where": request.get_full_path()}
    return render(request, "tierline/trouble.html", context, status=403)
