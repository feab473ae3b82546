"""The kinds of field that calls and answers are made of, each with its limits in the schema.

Refuses before anything is looked up: names that are no names, numbers no table can hold, text with NUL or too long.
What the plans name (teams, services, systems) is marked here and listed by ``document.py``, so that the document a
client reads says which words count.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from tierline.cases.extent import MOST_REPORTS
from tierline.plans.facts import instant_from_json

BIGGEST_ID: Final = 2**63 - 1
LONGEST_SLUG: Final = 60
NAMED: Final = "x-named-in-plans"  # marks a field whose words the plans in force list; ``document.py`` replaces it

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_ANYTHING = r"^[^\x00]*$"
_SOMETHING = r"^[^\x00]*[^\s\x00-\x1f][^\x00]*$"
_LINE = r"^[^\x00-\x1f\x7f]*$"
_WRITTEN_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"


def named(
    kind: Literal["services", "systems", "services-and-systems", "teams", "impacts", "severities", "procedures"],
) -> Any:
    """Marks a field whose words the plans in force list."""
    return Field(json_schema_extra={NAMED: kind})


def whole(value: object) -> object:
    """JSON knows one kind of number: 2.0 is 2, but neither "2" nor true is."""
    if isinstance(value, (str, bool)):
        raise PydanticCustomError("whole_number", "Give a whole number, not a text or a truth value.")
    return value


def _instant(value: object) -> datetime:
    """RFC 3339 only, brought to UTC: a database takes fewer offsets than there can be written."""
    instant = instant_from_json(value)
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # within hours of the first or the last day there is
        return instant.replace(tzinfo=UTC)


Slug = Annotated[str, StringConstraints(pattern=_SLUG, min_length=1, max_length=LONGEST_SLUG)]
Service = Annotated[Slug, named("services")]
FaultIn = Annotated[Slug, named("systems")]
Word = Annotated[str, StringConstraints(pattern=_SLUG, min_length=1, max_length=80)]
Impacts = Annotated[
    tuple[Annotated[Word, named("impacts")], ...],
    Field(max_length=20, description="Words for an impact that the plans' clocks ask about"),
]
Severity = Annotated[Word, named("severities")]
Count = Annotated[int, Field(ge=0, le=MOST_REPORTS), BeforeValidator(whole)]
Team = Annotated[Slug, named("teams")]
Tier = Annotated[int, Field(ge=1, le=4, description="Support tier, 1 to 4"), BeforeValidator(whole)]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    Field(description="RFC 3339, with an offset: 2026-11-20T12:00:00-05:00"),
]
Audience = Literal["veteran", "staff"]
Flag = Literal["security-privacy", "congressional", "patient-safety"]
Flags = Annotated[tuple[Flag, ...], Field(max_length=3)]
Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Version = Annotated[int, Field(ge=1)]

Reference = Annotated[
    str, StringConstraints(pattern=r"^TL-[1-9][0-9]{0,17}$", max_length=21), Field(description="Like TL-1042")
]
DowntimeReference = Annotated[
    str, StringConstraints(pattern=r"^DT-[1-9][0-9]{0,17}$", max_length=21), Field(description="Like DT-12")
]
Summary = Annotated[str, StringConstraints(pattern=_WRITTEN_LINE, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(pattern=_LINE, max_length=120)]
Contact = Annotated[str, StringConstraints(pattern=_LINE, max_length=200)]
OutsideNumber = Annotated[str, StringConstraints(pattern=_WRITTEN_LINE, min_length=1, max_length=80)]
Text = Annotated[str, StringConstraints(pattern=_ANYTHING, max_length=20_000)]
WrittenText = Annotated[str, StringConstraints(pattern=_SOMETHING, min_length=1, max_length=20_000)]
Ask = Annotated[str, StringConstraints(pattern=_SOMETHING, min_length=1, max_length=2000)]
Reason = Annotated[str, StringConstraints(pattern=_SOMETHING, min_length=1, max_length=2000)]
PersonsWords = Annotated[
    str,
    StringConstraints(pattern=_SOMETHING, min_length=1, max_length=4000),
    Field(description="For the person, word for word: nothing internal, nothing private"),
]
Answers = Annotated[
    dict[Slug, Text],
    Field(
        max_length=60,
        description="Intake field to what was answered; empty text takes it away",
        json_schema_extra={"additionalProperties": False},
    ),
]


class Asked(BaseModel):
    """What a caller sends. Unknown keys are refused: a misspelt field must not be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
