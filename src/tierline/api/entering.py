"""Taking in a case over the machine interface, once for each Idempotency-Key. ``cases.py`` gives it its address."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header

from tierline.api import asked, told
from tierline.api.door import JSON, Call
from tierline.api.idempotency import Given, fingerprint_of, once
from tierline.api.telling import decision_told, etag
from tierline.cases.actions.entering import NewCase, enter
from tierline.cases.extent import FIELDS, extent_from
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference

MaybeKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,255}$",
        min_length=1,
        max_length=255,
        description="A text of your own; the same key with the same report makes one case, for 24 hours",
    ),
]


def enter_case(request: Call, wanted: asked.NewCase, idempotency_key: MaybeKey = None) -> HttpResponse:
    """Take in what somebody reported. The answer says what the plans would do next, and because of which sentences."""
    at, new = now(), _new_case(wanted)

    def make() -> str:
        made = enter(request.auth, new, at=at)
        said = told.Entered(
            reference=case_reference(made.number),
            version=1,
            restricted=made.restricted,
            decision=decision_told(made.decision),
        )
        return said.model_dump_json()

    if idempotency_key is None:
        return _answered(Given(make(), replayed=False))
    fingerprint = fingerprint_of(wanted.model_dump_json())
    return _answered(once(request.auth, idempotency_key, fingerprint, make, at=at))


def _new_case(wanted: asked.NewCase) -> NewCase:
    return NewCase(
        holder=wanted.holder,
        service=wanted.service,
        summary=wanted.summary,
        reported_by=wanted.reported_by,
        description=wanted.description,
        fault_in=wanted.fault_in,
        needs_tier=wanted.needs_tier,
        audience=wanted.audience,
        flags=frozenset(wanted.flags),
        answers=wanted.answers,
        numbers=tuple((number.system, number.number) for number in wanted.numbers),
        reporter_name=wanted.reporter_name,
        reporter_contact=wanted.reporter_contact,
        extent=extent_from(extent_in(wanted)),
    )


def extent_in(wanted: asked.NewCase | asked.Corrections) -> dict[str, Any]:
    """What a call says of how bad it is; what it leaves out is not among it."""
    return {name: getattr(wanted, name) for name in FIELDS if name in wanted.model_fields_set}


def _answered(given: Given) -> HttpResponse:
    response = HttpResponse(given.answer, status=201, content_type=JSON)
    entered = told.Entered.model_validate_json(given.answer)
    response.headers["ETag"] = etag(entered.version)
    response.headers["Location"] = f"/api/v1/cases/{entered.reference}"
    if given.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response
