"""Endpoints of the moves of a case and of its hand-offs. What the transition table does not have is refused (409)."""

from collections.abc import Callable

from django.http import HttpResponse
from ninja import Router

from tierline.api import asked, told
from tierline.api.calling import MaybeSeen, Reference, number_of, version_of
from tierline.api.door import Call
from tierline.api.telling import saved_told
from tierline.cases.actions import handing_off, working
from tierline.cases.actions.changing import Saved
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, Unusable

router = Router(tags=["moves"])


@router.post("/{reference}/moves/begin", response=told.Saved, summary="Begin")
def begin(request: Call, response: HttpResponse, reference: Reference, seen: MaybeSeen = None) -> told.Saved:
    """Start work: the case is in progress and the caller's."""
    number = number_of(reference)
    return saved_told(response, number, working.begin(request.auth, number, at=now(), version=version_of(seen)))


@router.post("/{reference}/moves/wait", response=told.Saved, summary="Wait")
def wait(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Wait, seen: MaybeSeen = None
) -> told.Saved:
    """Lay the case down until somebody answers."""
    number = number_of(reference)
    left = working.wait(request.auth, number, wanted.for_what, at=now(), version=version_of(seen))
    return saved_told(response, number, left)


@router.post("/{reference}/moves/resume", response=told.Saved, summary="Resume")
def resume(request: Call, response: HttpResponse, reference: Reference, seen: MaybeSeen = None) -> told.Saved:
    """Take it up again."""
    number = number_of(reference)
    return saved_told(response, number, working.resume(request.auth, number, at=now(), version=version_of(seen)))


@router.post("/{reference}/moves/solve", response=told.Saved, summary="Solve")
def solve(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Solution, seen: MaybeSeen = None
) -> told.Saved:
    """Say what solved it. The case stays open until the reporter has been told."""
    number = number_of(reference)
    words = wanted.words or ""
    left = working.solve(request.auth, number, wanted.solution, at=now(), words=words, version=version_of(seen))
    return saved_told(response, number, left)


@router.post("/{reference}/moves/close", response=told.Saved, summary="Close")
def close(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Closing, seen: MaybeSeen = None
) -> told.Saved:
    """Close a solved case, saying how the reporter was told."""
    number = number_of(reference)
    left = working.close(request.auth, number, wanted.told, at=now(), version=version_of(seen))
    return saved_told(response, number, left)


@router.post("/{reference}/moves/reopen", response=told.Saved, summary="Reopen")
def reopen(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Reopening, seen: MaybeSeen = None
) -> told.Saved:
    """It still happens."""
    number = number_of(reference)
    left = working.reopen(request.auth, number, wanted.reason, at=now(), version=version_of(seen))
    return saved_told(response, number, left)


@router.post("/{reference}/moves/acknowledge", response=told.Saved, summary="Acknowledge a hand-off")
def acknowledge(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Acknowledgement, seen: MaybeSeen = None
) -> told.Saved:
    """The receiver takes the case: it is theirs from now. For a desk without access its sender writes that down."""
    number = number_of(reference)
    left = handing_off.acknowledge(request.auth, number, at=now(), said=wanted.said, version=version_of(seen))
    return saved_told(response, number, left)


@router.post("/{reference}/moves/refuse", response=told.Saved, summary="Refuse a hand-off")
def refuse(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Returning, seen: MaybeSeen = None
) -> told.Saved:
    """The receiver does not take it; with the reason it is the sender's to do again."""
    number = number_of(reference)
    return saved_told(response, number, _sent_back(handing_off.refuse, request, number, wanted, seen))


@router.post("/{reference}/moves/hand-back", response=told.Saved, summary="Hand a case back")
def hand_back(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Returning, seen: MaybeSeen = None
) -> told.Saved:
    """Give a case that was acknowledged back to the team that sent it; with the reason it is new work there."""
    number = number_of(reference)
    return saved_told(response, number, _sent_back(handing_off.hand_back, request, number, wanted, seen))


def _sent_back(
    verb: Callable[..., Saved], request: Call, number: int, wanted: asked.Returning, seen: str | None
) -> Saved:
    try:
        return verb(request.auth, number, wanted.reason, words=wanted.words, at=now(), version=version_of(seen))
    except Unusable as refused:
        # The words fit the schema; it is the list of reasons in force that does not have this one.
        raise Conflict(str(refused)) from refused


@router.post("/{reference}/moves/withdraw", response=told.Saved, summary="Withdraw a hand-off")
def withdraw(request: Call, response: HttpResponse, reference: Reference, seen: MaybeSeen = None) -> told.Saved:
    """The sender takes the offer back; a message that has not left is withdrawn with it."""
    number = number_of(reference)
    return saved_told(response, number, handing_off.withdraw(request.auth, number, at=now(), version=version_of(seen)))


@router.post("/{reference}/hand-offs", response={201: told.HandOffMade}, summary="Offer to another team")
def offer(request: Call, reference: Reference, wanted: asked.Offer, seen: MaybeSeen = None) -> told.HandOffMade:
    """Offer the case to the team the plans name, or to another with a reason. The sender holds it until it is taken."""
    number = number_of(reference)
    try:
        made = handing_off.offer(
            request.auth,
            number,
            ask=wanted.ask,
            at=now(),
            note=wanted.note,
            to=wanted.to,
            override=wanted.override,
            issue=wanted.issue,
            version=version_of(seen),
        )
    except Unusable as refused:
        # The words fit the schema; it is the case, as it stands under the plans in force, that does not go that way.
        raise Conflict(str(refused)) from refused
    return told.HandOffMade(reference=case_reference(number), hand_off=made)
