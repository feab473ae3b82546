"""Mail that came in and that no case was found for: what it says, and saying where it belongs or that it is nothing.

Refuses whoever has no duty for it; mail that has a case is shown to those who see the case. Nothing of a mail is ever
shown as HTML, and its raw form only leaves as a download.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotFound, Unusable
from tierline.mail.actions import dismiss_mail, place_mail, reopen_mail
from tierline.mail.judging import Verdict
from tierline.mail.lifecycle import MailState
from tierline.mail.queries import PAGE, MailView, forget, mail, mails, places_mail, raw_mail
from tierline.web.access import DeskRequest, page
from tierline.web.case_words import size_words
from tierline.web.moments import Moment, past
from tierline.web.words import Tag

VERDICTS = {
    Verdict.REPLY: Tag("Answer", "new"),
    Verdict.BOUNCE: Tag("Came back", "danger"),
    Verdict.AUTO_REPLY: Tag("By a machine", "closed"),
    Verdict.LOOP: Tag("Loop", "waiting"),
    Verdict.UNPLACED: Tag("Not placed", "offered"),
    Verdict.NOTICE: Tag("Notice", "new"),
}
CAME_BY = {"imap": "fetched from the mailbox", "pipe": "handed over by a pipe", "lmtp": "handed over by LMTP"}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail, every word ready."""

    view: MailView
    verdict: Tag
    received: Moment
    settled: Moment | None
    size: str
    came_by: str
    about: str


@page("GET")
def mail_page(request: DeskRequest, actor: Actor) -> HttpResponse:
    """Mail that waits for a person, or all that has no case."""
    waiting = request.GET.get("all") != "1"
    before = request.GET.get("before", "")
    views = mails(actor, waiting=waiting, before=int(before) if _is_number(before) else None)
    context = {
        "nav": "mail",
        "waiting": waiting,
        "lines": [_line(view) for view in views],
        "older": views[-1].id if len(views) == PAGE else None,
        "nothing_fetched": not settings.IMAP_URL,
    }
    return render(request, "tierline/mail/mail.html", context)


@page("GET", "POST")
def one_mail(request: DeskRequest, actor: Actor, mail_id: int) -> HttpResponse:
    """One mail with its words; a POST decides what becomes of it."""
    if request.method != "POST":
        return _show(request, actor, mail_id)
    try:
        told = _decide(actor, mail_id, request.POST.get("move", ""), request.POST.get("case", ""))
    except Unusable as trouble:
        return _show(request, actor, mail_id, trouble=trouble)
    forget()
    messages.success(request, told)
    return HttpResponseRedirect(reverse("mail"))


def _decide(actor: Actor, mail_id: int, move: str, reference: str) -> str:
    at = now()
    match move:
        case "place":
            number = place_mail(actor, mail_id, reference, at=at)
            return f"The mail belongs to {case_reference(number)} now and is an answer there."
        case "dismiss":
            dismiss_mail(actor, mail_id, at=at)
            return "The mail asks nothing of anybody. It stays under “All without a case” and can be looked at again."
        case "reopen":
            reopen_mail(actor, mail_id, at=at)
            return "The mail waits for a decision again."
        case _:
            mail(actor, mail_id)
            raise Unusable("There is no such button. Choose one of those on the page.")


def _show(request: DeskRequest, actor: Actor, mail_id: int, trouble: Unusable | None = None) -> HttpResponse:
    context = {
        "nav": "mail",
        "line": _line(mail(actor, mail_id)),
        "open": MailState.OPEN,
        "nothing": MailState.NOTHING,
        "places": places_mail(actor),
        "trouble": trouble,
        "typed": request.POST,
    }
    return render(request, "tierline/mail/one.html", context, status=422 if trouble else 200)


@page("GET")
def raw(request: DeskRequest, actor: Actor, mail_id: int) -> FileResponse:  # noqa: ARG001 - a view's form
    """The mail as it came, as a download; never opened by a browser."""
    try:
        content = raw_mail(actor, mail_id).open("rb")
    except FileNotFoundError:
        raise NotFound("The mail is recorded, but its bytes are gone. Tell whoever runs Tierline.") from None
    name = f"mail-{mail_id}.eml"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _line(view: MailView) -> Line:
    at, zone = now(), settings.TIME_ZONE
    return Line(
        view=view,
        verdict=VERDICTS[view.verdict],
        received=past(view.received_at, at, zone),
        settled=past(view.settled_at, at, zone) if view.settled_at else None,
        size=size_words(view.size),
        came_by=CAME_BY.get(view.came_by, view.came_by),
        about=case_reference(view.case) if view.case else "",
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
