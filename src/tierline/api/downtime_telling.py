"""Endpoints round a downtime's moves: its window, what is in its way, whom it is told to, and who was told.

Word is sent by whoever the plan names; who may do what is decided by the actions.
"""

from collections.abc import Iterator
from typing import Annotated

from django.http import HttpResponse, StreamingHttpResponse
from ninja import Path, Query, Router

from tierline.api import downtime_asked as asked
from tierline.api import downtime_told as told
from tierline.api import fields as f
from tierline.api.calling import DowntimeReference, MaybeSeen, number_of, version_of
from tierline.api.door import Call
from tierline.api.downtime_saying import preview_said, told_said
from tierline.api.worded import as_it_stands, saved_said
from tierline.downtime import queries
from tierline.downtime.actions import guarding, planning, relaying, telling
from tierline.downtime.told_as_csv import lines
from tierline.foundation.clock import now
from tierline.notices.moments import Moment

router = Router(tags=["telling of downtimes"])

ObligationId = Annotated[f.Id, Path(...)]
RelayId = Annotated[f.Id, Path(...)]
CSV = {"200": {"description": "A line each", "content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.put("/{reference}/window", response=told.WindowWritten, summary="Write down the window as it is set")
def write_window(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.WindowRead
) -> told.WindowWritten:
    """As it stands in the system that keeps windows. What differs from the plan is answered, and closes the gate."""
    at, number = now(), number_of(reference)
    covers = wanted.covers
    if covers is None:
        covers = queries.stand(request.auth, number, at=at).content.services
    read = guarding.SetWindow(wanted.window, wanted.starts, wanted.ends, covers)
    differs = guarding.window_read(request.auth, number, read, at=at)
    saved = saved_said(response, request.auth, number, at=at)
    return told.WindowWritten(**saved.model_dump(), differs=list(differs))


@router.post("/{reference}/window/verify", response=told.DowntimeSaved, summary="Say that the window is right")
def verify_window(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.WindowSeen
) -> told.DowntimeSaved:
    """Or wrong, and in what. Whoever is on call looks at the very window that is set."""
    at, number = now(), number_of(reference)
    guarding.verify(request.auth, number, wanted.window, right=wanted.right, words=wanted.words, at=at)
    return saved_said(response, request.auth, number, at=at)


@router.post("/{reference}/conflicts", response=told.DowntimeSaved, summary="Answer for what is in the way")
def answer_conflict(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.ConflictAnswer
) -> told.DowntimeSaved:
    """Write down why the work goes on all the same. `key` is the conflict's."""
    at, number = now(), number_of(reference)
    planning.answer_conflict(request.auth, number, wanted.key, wanted.because, at=at)
    return saved_said(response, request.auth, number, at=at)


@router.get("/{reference}/announcements/preview", response=told.PreviewSaid, summary="See what would be told, to whom")
def preview(request: Call, reference: DowntimeReference, which: Query[asked.WhichMoment]) -> told.PreviewSaid:
    """The very text of a moment as it stands now, every person on every channel, the parity, and what blocks it."""
    return preview_said(queries.preview(request.auth, number_of(reference), Moment(which.moment), at=now()))


@router.post("/{reference}/announcements", response=told.DowntimeSaved, summary="Announce a moment")
def announce(
    request: Call,
    response: HttpResponse,
    reference: DowntimeReference,
    wanted: asked.Announcing,
    seen: MaybeSeen = None,
) -> told.DowntimeSaved:
    """Send word that is owed. Refused when it is not, and while anybody of the audience is neither reached nor answered
    for."""
    at, number = now(), number_of(reference)
    with as_it_stands():
        word = telling.announce(request.auth, number, wanted.moment, at=at, version=version_of(seen))
    return saved_said(response, request.auth, number, at=at, word=word)


@router.post(
    "/{reference}/obligations/{obligation_id}/waive", response=told.DowntimeSaved, summary="Waive word that is owed"
)
def waive(
    request: Call,
    response: HttpResponse,
    reference: DowntimeReference,
    obligation_id: ObligationId,
    wanted: asked.Why,
) -> told.DowntimeSaved:
    """Decide that a moment is not told, and say why; it stays visible as waived."""
    at, number = now(), number_of(reference)
    telling.waive(request.auth, number, obligation_id, wanted.because, at=at)
    return saved_said(response, request.auth, number, at=at)


@router.post("/{reference}/audience", response=told.DowntimeSaved, summary="Answer for somebody of the audience")
def answer_for(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.AudienceAnswer
) -> told.DowntimeSaved:
    """Name people for a word nobody stands behind, or say how somebody without an address is told, or why not."""
    at, number = now(), number_of(reference)
    telling.answer_for(request.auth, number, telling.Answer(**wanted.model_dump()), at=at)
    return saved_said(response, request.auth, number, at=at)


@router.post("/{reference}/relays/{relay_id}", response=told.DowntimeSaved, summary="Say that word was passed on")
def passed_on(
    request: Call, response: HttpResponse, reference: DowntimeReference, relay_id: RelayId, wanted: asked.PassedOn
) -> told.DowntimeSaved:
    """Or why not. Whoever passes it on may, and whoever sends word of this downtime."""
    at, number = now(), number_of(reference)
    relaying.passed_on(request.auth, number, relay_id, done=wanted.done, words=wanted.words, at=at)
    return saved_said(response, request.auth, number, at=at)


@router.get("/{reference}/told", response=told.WhoWasTold, summary="Read who was told what")
def who_was_told(request: Call, reference: DowntimeReference, part: Query[asked.ToldPart]) -> told.WhoWasTold:
    """Who was told what, when, by which channel, with what answer: 200 a page, in the order of telling."""
    page, following = queries.page_of_told(request.auth, number_of(reference), after=part.after)
    return told.WhoWasTold(told=[told_said(one) for one in page], next=following)


@router.get("/{reference}/told.csv", summary="Download who was told what", openapi_extra={"responses": CSV})
def who_was_told_as_csv(request: Call, reference: DowntimeReference) -> StreamingHttpResponse:
    """All of it, as CSV with a line of heads."""
    number = number_of(reference)
    response = StreamingHttpResponse(_written(request, number), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="DT-{number}-told.csv"'
    return response


def _written(request: Call, number: int) -> Iterator[str]:
    return lines(queries.who_was_told(request.auth, number))
