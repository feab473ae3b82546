"""Endpoints of the moves of a downtime. What the transition table does not have is refused (409).

So is what has another revision by now than the ``If-Match`` that was sent.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import Router

from tierline.api import downtime_asked as asked
from tierline.api import downtime_told as told
from tierline.api.calling import DowntimeReference, MaybeSeen, number_of, version_of
from tierline.api.door import Call
from tierline.api.downtime_content import content_from
from tierline.api.worded import as_it_stands, saved_said
from tierline.downtime.actions import approving, planning, working
from tierline.downtime.actions.telling import Outcome
from tierline.downtime.queries import stand
from tierline.foundation.clock import now

router = Router(tags=["moves of downtimes"])

#: A move with everything it takes but who, which, when and the revision that was seen.
Verb = Callable[..., Outcome | None]


def _made(request: Call, response: HttpResponse, reference: str, verb: Verb, **said: Any) -> told.DowntimeSaved:
    at, number = now(), number_of(reference)
    with as_it_stands():
        word = verb(request.auth, number, at=at, **said)
    return saved_said(response, request.auth, number, at=at, word=word)


@router.post("/{reference}/moves/plan", response=told.DowntimeSaved, summary="Begin planning in earnest")
def plan(
    request: Call, response: HttpResponse, reference: DowntimeReference, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """Word of it is owed at once, and of the day before."""
    return _made(request, response, reference, planning.plan, version=version_of(seen))


@router.post("/{reference}/moves/submit", response=told.DowntimeSaved, summary="Put it before whoever approves it")
def submit(
    request: Call,
    response: HttpResponse,
    reference: DowntimeReference,
    wanted: asked.Submitting,
    seen: MaybeSeen = None,
) -> told.DowntimeSaved:
    """Where nobody has to approve it, it is scheduled. Nothing tentative or missing passes."""
    return _made(
        request, response, reference, _nothing_told(approving.submit), record=wanted.record, version=version_of(seen)
    )


@router.post("/{reference}/moves/schedule", response=told.DowntimeSaved, summary="Schedule what nobody has to approve")
def schedule(
    request: Call, response: HttpResponse, reference: DowntimeReference, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """Nothing tentative or missing passes. What somebody has to approve is submitted instead (409)."""
    return _made(request, response, reference, _nothing_told(approving.schedule), version=version_of(seen))


@router.post("/{reference}/moves/approve", response=told.DowntimeSaved, summary="Approve exactly these words")
def approve(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Approving
) -> told.DowntimeSaved:
    """Only whoever holds the duty, and only the words whose hash is sent: those that were read."""

    def verb(actor: Any, number: int, *, at: datetime) -> None:
        approving.approve(actor, number, wanted.content_hash, at=at, record=wanted.record)

    return _made(request, response, reference, verb)


@router.post("/{reference}/moves/reject", response=told.DowntimeSaved, summary="Reject")
def reject(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Why
) -> told.DowntimeSaved:
    """It goes back to those who plan it, with the reason."""

    def verb(actor: Any, number: int, *, at: datetime) -> None:
        approving.reject(actor, number, wanted.because, at=at)

    return _made(request, response, reference, verb)


@router.post("/{reference}/moves/start", response=told.DowntimeSaved, summary="Start the work")
def start(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Starting, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """With a closed gate only by `override`, which everybody who is told reads."""
    return _made(request, response, reference, working.start, override=wanted.override, version=version_of(seen))


@router.post("/{reference}/moves/extend", response=told.DowntimeSaved, summary="Give it a later end")
def extend(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Extending, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """Word of it is owed before the end that was told runs out; the window is set anew and looked at again."""
    return _made(
        request,
        response,
        reference,
        working.extend,
        ends=wanted.ends,
        because=wanted.because,
        version=version_of(seen),
    )


@router.post("/{reference}/moves/roll-back", response=told.DowntimeSaved, summary="Roll back")
def roll_back(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Why, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """The work is taken back. Everybody hears it, since the end may move."""
    return _made(request, response, reference, working.roll_back, because=wanted.because, version=version_of(seen))


@router.post("/{reference}/moves/finish", response=told.DowntimeSaved, summary="Say that the work is done")
def finish(
    request: Call, response: HttpResponse, reference: DowntimeReference, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """Now somebody looks whether everything works. It is not over yet."""
    return _made(request, response, reference, _nothing_told(working.finish), version=version_of(seen))


@router.post("/{reference}/moves/resume", response=told.DowntimeSaved, summary="Go on with the work")
def resume(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Why, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """It does not work yet."""
    return _made(
        request, response, reference, _nothing_told(working.resume), because=wanted.because, version=version_of(seen)
    )


@router.post("/{reference}/moves/conclude", response=told.DowntimeSaved, summary="Conclude")
def conclude(
    request: Call,
    response: HttpResponse,
    reference: DowntimeReference,
    wanted: asked.Concluding,
    seen: MaybeSeen = None,
) -> told.DowntimeSaved:
    """It is over, and how it ended. Everyone who ever heard of it hears it."""
    said = {"result": wanted.result, "words": wanted.words}
    return _made(request, response, reference, working.conclude, **said, version=version_of(seen))


@router.post("/{reference}/moves/cancel", response=told.DowntimeSaved, summary="Call it off")
def cancel(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Why, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """For good. Everyone who heard of it hears of it; of a draft nobody did."""
    return _made(request, response, reference, planning.cancel, because=wanted.because, version=version_of(seen))


@router.post("/{reference}/moves/postpone", response=told.DowntimeSaved, summary="Put it off")
def postpone(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.Why, seen: MaybeSeen = None
) -> told.DowntimeSaved:
    """Without a new time yet. Everyone who heard of it hears of it."""
    return _made(request, response, reference, planning.postpone, because=wanted.because, version=version_of(seen))


@router.post("/{reference}/moves/replan", response=told.DowntimeSaved, summary="Give it a new time")
def replan(
    request: Call,
    response: HttpResponse,
    reference: DowntimeReference,
    wanted: asked.DowntimeContent,
    seen: MaybeSeen = None,
) -> told.DowntimeSaved:
    """For what was put off. What is left out stays; its approval and verification begin anew."""

    def verb(actor: Any, number: int, *, at: datetime) -> Outcome:
        stands = stand(actor, number, at=at)
        content = content_from(wanted, stands.content, stands.zone)
        return planning.replan(actor, number, content, at=at, version=version_of(seen))

    return _made(request, response, reference, verb)


def _nothing_told(verb: Callable[..., None]) -> Verb:
    """A move of which no word is owed."""

    def made(*about: Any, **said: Any) -> None:
        verb(*about, **said)

    return made
