"""How the machine interface refuses: problem details (RFC 9457), one form for every error.

``type`` names the kind for programs, ``detail`` is a sentence for people, ``errors`` says field by field what to mend.
Refuses to show what went wrong inside: that goes to the log.
"""

import errno
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Refusal, Unusable

MEDIA_TYPE: Final = "application/problem+json"
KIND: Final = "urn:tierline:problem:"
log = structlog.get_logger("tierline.api")


class FieldTrouble(BaseModel):
    """One thing to mend: ``where`` it stands (``body.summary``, ``query.team``) and what to do."""

    where: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: Annotated[str, Field(description="Which kind of problem, as a URN")]
    title: str
    status: int
    detail: Annotated[str, Field(description="A sentence that says what now")]
    errors: list[FieldTrouble] = []


class Refused(Exception):
    """A refusal of the door itself, on the way to its answer."""

    def __init__(self, status: int, kind: str, detail: str, errors: Sequence[FieldTrouble] = ()) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.errors = status, kind, detail, list(errors)


TITLES: Final = {
    "unreadable": "The call cannot be read",
    "no-key": "A key is needed",
    "unsigned": "The signature does not hold",
    "not-allowed": "You may not do that",
    "not-found": "There is no such thing for you",
    "no-such-method": "This address does not take that method",
    "conflict": "Not as things stand",
    "too-large": "The call is too large",
    "unsupported-media-type": "This kind of content is not taken",
    "invalid": "The call does not fit the schema",
    "unusable": "What was given cannot be used",
    "key-reused": "The idempotency key was used for something else",
    "broken": "Something broke on our side",
    "out-of-reach": "The database is out of reach",
    "disk-full": "There is no room to keep this",
}
_REFUSALS: Final[tuple[tuple[type[Refusal], int, str], ...]] = (
    (NotFound, 404, "not-found"),
    (NotAllowed, 403, "not-allowed"),
    (MoveNotAllowed, 409, "conflict"),
    (Conflict, 409, "conflict"),
    (Unusable, 422, "unusable"),
)


def problem(status: int, kind: str, detail: str, errors: Sequence[FieldTrouble] = ()) -> HttpResponse:
    """The answer for one refusal."""
    said = Problem(type=KIND + kind, title=TITLES[kind], status=status, detail=detail, errors=list(errors))
    return HttpResponse(said.model_dump_json(), status=status, content_type=MEDIA_TYPE)


def say_problems_plainly(api: NinjaAPI) -> None:
    """Give the interface an answer for everything that can be raised under it."""
    answers: tuple[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]], ...] = (
        (Refused, _refused),
        (Refusal, _refusal),
        (ValidationError, _invalid),
        (AuthenticationError, _no_key),
        (HttpError, _unreadable_body),
        (RequestDataTooBig, _too_large),
        (SuspiciousOperation, _unreadable),
        (BadRequest, _unreadable),
        (MultiPartParserError, _unreadable),
        (Http404, _no_such_address),
        (OperationalError, _outage),
        (InterfaceError, _outage),
        (OSError, _outage),
        (Exception, _broken),
    )
    for kind, answer in answers:
        api.add_exception_handler(kind, answer)


def _refused(request: HttpRequest, trouble: Refused) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    return problem(trouble.status, trouble.kind, trouble.detail, trouble.errors)


def _refusal(request: HttpRequest, trouble: Refusal) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    status, kind = next(((s, k) for cls, s, k in _REFUSALS if isinstance(trouble, cls)), (422, "unusable"))
    fields = trouble.fields if isinstance(trouble, Unusable) else {}
    errors = [FieldTrouble(where=f"body.{field}", detail=detail) for field, detail in fields.items()]
    return problem(status, kind, str(trouble), errors)


def _invalid(request: HttpRequest, trouble: ValidationError) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    errors = [FieldTrouble(where=_where(error["loc"]), detail=_sentence(error)) for error in trouble.errors]
    first = f" First: {errors[0].where}: {errors[0].detail}" if errors else ""
    how_many = "One thing does" if len(errors) == 1 else f"{len(errors)} things do"
    return problem(422, "invalid", f"{how_many} not fit the schema.{first}", errors)


def _where(location: Sequence[Any]) -> str:
    """``("body", "wanted", "numbers", 0, "system")`` as a caller knows it: ``body.numbers.0.system``."""
    source, *path = [str(part) for part in location]
    return ".".join([source, *(path[1:] if source == "body" else path)])[:200]


def _sentence(error: dict[str, Any]) -> str:
    message = str(error["msg"])[:300]
    return message if message.endswith(".") else f"{message}."


def _no_key(request: HttpRequest, trouble: AuthenticationError) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    answer = problem(
        401, "no-key", "Send a key of yours as 'Authorization: Bearer tl_...'; make one on your account page."
    )
    answer.headers["WWW-Authenticate"] = 'Bearer realm="tierline"'
    return answer


def _unreadable_body(request: HttpRequest, trouble: HttpError) -> HttpResponse:
    if isinstance(trouble.__cause__, Refused):  # raised by the parser, wrapped by ninja
        return _refused(request, trouble.__cause__)
    return problem(400, "unreadable", "The body is not JSON (RFC 8259, UTF-8). Correct it and send it again.")


def _too_large(request: HttpRequest, trouble: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    return problem(413, "too-large", "The call is larger than this address takes. Send less at once.")


def _unreadable(request: HttpRequest, trouble: Exception) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    return problem(400, "unreadable", "The call cannot be read. Check its headers and body, then send it again.")


def _no_such_address(request: HttpRequest, trouble: Http404) -> HttpResponse:  # noqa: ARG001 - ninja's form of a handler
    return problem(404, "not-found", "There is no such address. All there are: /api/v1/openapi.json.")


def _outage(request: HttpRequest, trouble: Exception) -> HttpResponse:
    full = isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC
    if full or "No space left" in str(trouble):
        log.error("api_disk_full", path=request.path, trouble=repr(trouble))
        return problem(507, "disk-full", "The disk is full; nothing was saved. Tell whoever runs Tierline.")
    if isinstance(trouble, OSError) or not _is_connection_trouble(trouble):
        return _broken(request, trouble)
    log.error("api_lost_database", path=request.path, trouble=repr(trouble))
    answer = problem(503, "out-of-reach", "Nothing that was saved is lost; this call was not. Send it again soon.")
    answer.headers["Retry-After"] = "30"
    return answer


def _is_connection_trouble(trouble: Exception) -> bool:
    """False for what the server itself refused inside a statement (class 54: a limit of PostgreSQL was reached)."""
    return not str(getattr(trouble.__cause__, "sqlstate", None) or "").startswith("54")


def _broken(request: HttpRequest, trouble: Exception) -> HttpResponse:
    log.error("api_broken", path=request.path, method=request.method, exc_info=trouble)
    return problem(500, "broken", "It was written down for whoever runs Tierline. Nothing was saved.")
