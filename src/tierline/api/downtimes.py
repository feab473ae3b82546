"""Endpoints of planned work: lists, one downtime with everything about it, drafts, changes of what it says.

One action or query each; who may see or do what is decided there.
"""

from django.http import HttpResponse
from ninja import Query, Router

from tierline.api import downtime_asked as asked
from tierline.api import downtime_told as told
from tierline.api.calling import DowntimeReference, Seen, number_of, version_of
from tierline.api.cursors import opaque, place_of
from tierline.api.door import JSON, Call
from tierline.api.downtime_content import content_from, what_is_said
from tierline.api.downtime_saying import changes_said, downtime_said, line_said
from tierline.api.entering import MaybeKey
from tierline.api.idempotency import Given, fingerprint_of, once
from tierline.api.telling import etag
from tierline.api.worded import saved_said, word_said
from tierline.downtime import finding, queries
from tierline.downtime.actions import planning
from tierline.downtime.content import Content, changes
from tierline.downtime.hands import procedure_to_plan_by
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.permitted import permitted
from tierline.foundation.clock import now
from tierline.foundation.ids import downtime_reference
from tierline.notices.moments import Moment
from tierline.plans.queries import planbook_in_force

router = Router(tags=["downtimes"])


@router.get("", response=told.Downtimes, summary="List planned downtimes")
def list_downtimes(request: Call, which: Query[asked.WhichDowntimes]) -> told.Downtimes:
    """A page of 50 of those the caller may see, the earliest start first; what has no time yet comes last."""
    place = place_of(which.cursor)
    found = finding.find(
        request.auth,
        finding.Wanted(
            DowntimeState(which.state) if which.state else None,
            which.over,
            which.service or "",
            which.since,
            which.until,
        ),
        after=finding.Place(place.due_at, place.number) if place else None,
    )
    return told.Downtimes(downtimes=[line_said(line) for line in found.lines], next=opaque(found.following))


@router.post("", response={201: told.DowntimeSaved}, summary="Draft a downtime")
def draft(request: Call, wanted: asked.NewDowntime, idempotency_key: MaybeKey = None) -> HttpResponse:
    """Write planned work down, for now only for those who plan. Nobody is told yet."""
    at, actor = now(), request.auth
    procedural = procedure_to_plan_by(actor, wanted.procedure, planbook_in_force().planbook, at)

    def make() -> str:
        content = content_from(wanted, Content(title=""), procedural.zone)
        number = planning.draft(actor, wanted.procedure, content, at=at, user_message=wanted.user_message or "")
        return told.DowntimeSaved(
            reference=downtime_reference(number), revision=1, state=DowntimeState.DRAFT
        ).model_dump_json()

    if idempotency_key is None:
        return _drafted(Given(make(), replayed=False))
    fingerprint = fingerprint_of(f"downtime:{wanted.model_dump_json()}")
    return _drafted(once(actor, idempotency_key, fingerprint, make, at=at))


def _drafted(given: Given) -> HttpResponse:
    response = HttpResponse(given.answer, status=201, content_type=JSON)
    made = told.DowntimeSaved.model_validate_json(given.answer)
    response.headers["ETag"] = etag(made.revision)
    response.headers["Location"] = f"/api/v1/downtimes/{made.reference}"
    if given.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@router.get("/{reference}", response=told.Downtime, summary="Read a downtime")
def read_downtime(request: Call, response: HttpResponse, reference: DowntimeReference) -> told.Downtime:
    """What it says, its gates, window and approval, what is owed and was told, what is in its way, and every move:
    whether the caller can make it now and, if not, why. Its ETag is its revision."""
    at, actor, number = now(), request.auth, number_of(reference)
    view = queries.downtime(actor, number, at=at)
    blocks: tuple[str, ...] = ()
    if view.leads and view.line.state is DowntimeState.PLANNING:
        seen = queries.preview(actor, number, Moment.DAY_BEFORE, at=at)
        blocks = tuple(block.sentence for block in seen.coverage.blocks)
    duty = view.procedural.procedure.approval
    approver = planbook_in_force().planbook.duty_label(duty) if duty else ""
    response.headers["ETag"] = etag(view.line.revision)
    return downtime_said(view, permitted(view, blocks=blocks, approver=approver))


@router.patch("/{reference}", response=told.ContentSaved, summary="Change what a downtime says")
def change(
    request: Call, response: HttpResponse, reference: DowntimeReference, wanted: asked.DowntimeContent, seen: Seen
) -> told.ContentSaved:
    """What is left out stays. A correction changes nothing that was decided; a material change voids gates, is told,
    and begins planning anew: the answer says which and why."""
    at, actor, number = now(), request.auth, number_of(reference)
    stands = queries.stand(actor, number, at=at)
    found, outcome = planning.change_content(
        actor,
        number,
        content_from(wanted, stands.content, stands.zone),
        at=at,
        version=version_of(seen),
        user_message=what_is_said(wanted),
    )
    saved = saved_said(response, actor, number, at=at)
    word = word_said(outcome) if outcome else None
    return told.ContentSaved(**saved.model_dump(exclude={"word"}), word=word, **changes_said(found))


@router.post("/{reference}/changes/preview", response=told.WouldChange, summary="See what a change would void")
def would_change(request: Call, reference: DowntimeReference, wanted: asked.DowntimeContent) -> told.WouldChange:
    """The same as changing it, except that nothing is changed and nobody is told."""
    stands = queries.stand(request.auth, number_of(reference), at=now())
    return told.WouldChange(**changes_said(changes(stands.content, content_from(wanted, stands.content, stands.zone))))
