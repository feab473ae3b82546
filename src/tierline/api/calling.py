"""What endpoints share of a call: a case's reference in the address, the version a caller saw."""

from typing import Annotated, Final

from ninja import Header, Path

from tierline.api import fields as f

_ETAG: Final = r'^"[1-9][0-9]{0,8}"$'

Reference = Annotated[f.Reference, Path(...)]
Id = Annotated[f.Id, Path(...)]
Seen = Annotated[
    str,
    Header(
        ...,
        alias="If-Match",
        pattern=_ETAG,
        description='The version you saw: the ETag of the case, like `"3"`. Another version by now is refused (409)',
    ),
]
MaybeSeen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=_ETAG,
        description="The version you saw; when it is sent and the case has another by now, the call is refused (409)",
    ),
]


def number_of(reference: str) -> int:
    """The case number in a reference that fits the schema."""
    return int(reference.removeprefix("TL-"))


def version_of(seen: str | None) -> int | None:
    """The version in an ETag that fits the schema."""
    return int(seen.strip('"')) if seen else None
