"""What the files are made of that people write for this house: closed parts, patterns that compile, zones there are.

Pure. Refuses keys it does not know, in words that name what is wrong with them.
"""

import re
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!a} does not compile: {error}") from error
    return pattern


def _exists(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError("the zone is not one of the time zone database") from error
    return zone


#: A regular expression.
Pattern = Annotated[str, AfterValidator(_compiles)]
#: A zone of the time zone database.
ZoneName = Annotated[str, AfterValidator(_exists)]
HYPHENATED: Final = ConfigDict(
    extra="forbid",
    frozen=True,
    populate_by_name=True,
    alias_generator=lambda name: name.strip("_").replace("_", "-"),
)


class Part(BaseModel):
    """A part of such a file: closed to unknown keys, which are written with hyphens; unchangeable once read."""

    model_config = HYPHENATED
