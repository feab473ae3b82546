"""The door: whose key a call carries, how large it may be, and how its body is read.

Refuses calls without a good key (one statement and one fast keyed hash to know), calls larger than any endpoint
takes before their body is read, and bodies that are not the JSON they say they are.
"""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer
from pydantic_core import from_json, to_json

from tierline.api.problems import Refused
from tierline.cases.actions.attaching import LARGEST as LARGEST_FILE
from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_token

LARGEST_BODY: Final = 256 * 1024
LARGEST_UPLOAD: Final = LARGEST_FILE + 64 * 1024  # the file and the words round it
JSON: Final = "application/json"


class Call(HttpRequest):
    """A request that came through the door: ``auth`` is who calls."""

    auth: Actor


class Key(HttpBearer):
    """``Authorization: Bearer tl_...``."""

    def __call__(self, request: HttpRequest) -> Any:
        """The actor, or None; the size is looked at first, so that nothing large is read for a stranger."""
        refuse_large(request)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002 - ninja's form
        """Whose key this is."""
        return actor_of_token(token)


def refuse_large(request: HttpRequest) -> None:
    """Refuse a call by the length it announces, before it is read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    upload = (request.content_type or "") == "multipart/form-data"
    most = LARGEST_UPLOAD if upload else LARGEST_BODY
    if length.isdecimal() and int(length) > most:
        raise Refused(413, "too-large", f"This call is larger than {most // 1024:,} KiB. Send less at once.")


class Reader(Parser):
    """Reads JSON strictly: UTF-8, no NaN, no lone surrogates, and only when the call says that it is JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The decoded body."""
        if request.content_type != JSON:
            raise Refused(415, "unsupported-media-type", "Send the body as application/json.")
        return from_json(request.body, allow_inf_nan=False)

    def parse_querydict(
        self,
        data: "MultiValueDict[str, Any]",
        list_fields: list[str],
        request: HttpRequest,
    ) -> dict[str, Any]:
        """The parameters; one that is given twice is refused, for nobody could say which counts."""
        twice = [key for key, values in data.lists() if len(values) > 1 and key not in list_fields]
        if twice:
            raise Refused(422, "invalid", f"Give the parameter {twice[0][:60]!r} once only.")
        return super().parse_querydict(data, list_fields, request)


class Writer(BaseRenderer):
    """Writes answers as JSON; instants come out as RFC 3339 with an offset."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002 - ninja's form
        """The bytes."""
        return to_json(data)
