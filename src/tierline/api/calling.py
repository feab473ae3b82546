"""What endpoints share of a call: a case's or downtime's reference in the address, the version a caller saw.

Refuses an ``If-Match`` that names no version, as HTTP wants it: the condition cannot be true.
"""

import re
from typing import Annotated, Final

from ninja import Header, Path

from tierline.api import fields as f
from tierline.foundation.trouble import Conflict

_VERSION: Final = re.compile(r'(?<!W/)"([1-9][0-9]{0,8})"')
_ANY: Final = "*"

Reference = Annotated[f.Reference, Path(...)]
DowntimeReference = Annotated[f.DowntimeReference, Path(...)]
Id = Annotated[f.Id, Path(...)]
Seen = Annotated[
    str,
    Header(
        ...,
        alias="If-Match",
        description='The version you saw: its ETag, like `"3"`. Another version by now is refused (409)',
    ),
]
MaybeSeen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The version you saw; when it is sent and the case has another by now, the call is refused (409)",
    ),
]


def number_of(reference: str) -> int:
    """The number of a case or a downtime in a reference that fits the schema."""
    return int(reference[3:])


def version_of(seen: str | None) -> int | None:
    """The version in an ``If-Match``, the newest where it lists several; None when any will do."""
    if seen is None or seen.strip() == _ANY:
        return None
    versions = [int(version) for version in _VERSION.findall(seen)]
    if not versions:
        raise Conflict("If-Match names no version. Read it again and send its ETag.")
    return max(versions)
