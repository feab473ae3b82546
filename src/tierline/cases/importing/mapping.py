"""The form of a source's mapping file: which column means what, and how free text says an intake answer.

Refuses unknown keys, patterns that do not compile, zones nobody knows, a service list that names an area twice.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from tierline.foundation.trouble import Unusable
from tierline.foundation.written_files import Part, Pattern, ZoneName
from tierline.plans.facts import Audience, Flag

SHIPPED: Final = Path(__file__).parent / "sources"

Meaning = Literal[
    "record", "entered", "status", "owner", "area", "sub-area", "contact", "place", "description", "notes"
]
FreeText = Literal["area", "sub-area", "description", "notes"]


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]


class RecordForm(Part):
    """One numbering scheme: a pattern for the whole number, and an example for people."""

    form: Pattern
    example: str


class Times(Part):
    """How instants and days are written (``strptime`` forms), and the zone that the export leaves unsaid."""

    zone: ZoneName
    forms: Annotated[tuple[str, ...], Field(min_length=1)]
    dates: Annotated[tuple[str, ...], Field(min_length=1)]


class AudienceWords(Part):
    """Which words of the contact column mean whom; ``empty`` says whom an empty cell means."""

    empty: Audience
    words: Mapping[Audience, tuple[str, ...]]


class AreaService(Part):
    """The service an area stands for; some of its sub-areas stand for another one."""

    area: str
    service: Slug
    sub_areas: Mapping[str, Slug] = Field(default_factory=dict)


class FlagRule(Part):
    """A flag is set when the pattern is found in one of the columns."""

    flag: Flag
    in_: tuple[FreeText, ...]
    pattern: Pattern


class Phrase(Part):
    """Which words supply an intake field. ``after`` stands before the value, ``before`` begins it."""

    field: Slug
    after: Pattern | None = None
    before: Pattern | None = None
    takes: Literal["date", "part", "sentence", "passage"]
    in_: tuple[Literal["description", "notes"], ...] = ("description", "notes")
    gathers: bool = False

    @model_validator(mode="after")
    def _one_mark(self) -> Self:
        if (self.after is None) == (self.before is None):
            raise ValueError("a phrase has either after or before")
        return self


class Reporter(Part):
    """Patterns whose group ``value`` (or ``other``) is the reporter's name or contact."""

    name: Pattern
    contact: Pattern


class SourceMapping(Part):
    """One source: the whole mapping file."""

    id: Slug
    title: str
    system: Slug
    holder: Slug
    needs_tier: Annotated[int, Field(ge=1, le=4)]
    columns: Mapping[Meaning, str]
    records: Annotated[tuple[RecordForm, ...], Field(min_length=1)]
    times: Times
    audience: AudienceWords
    services: Annotated[tuple[AreaService, ...], Field(min_length=1)]
    flags: tuple[FlagRule, ...] = ()
    typing_errors: tuple[tuple[Pattern, str], ...] = ()
    lead_ins: tuple[Pattern, ...] = ()
    asides: tuple[Pattern, ...] = ()
    nothing_said: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    operating_systems: tuple[tuple[Pattern, str], ...] = ()
    reporter: Reporter

    @field_validator("columns")
    @classmethod
    def _all_meanings(cls, columns: Mapping[Meaning, str]) -> Mapping[Meaning, str]:
        lacking = sorted(set(get_args(Meaning)) - set(columns))
        if lacking:
            raise ValueError(f"say which columns mean {', '.join(lacking)}")
        return columns

    @model_validator(mode="after")
    def _areas_once(self) -> Self:
        names = [entry.area.casefold() for entry in self.services]
        if len(set(names)) < len(names):
            raise ValueError("an area is named twice under services")
        return self

    @property
    def file(self) -> str:
        """The mapping file's name, for messages."""
        return f"{self.id}.yaml"

    @cached_property
    def service_of(self) -> Mapping[tuple[str, str | None], str]:
        """The service by (area, sub-area), folded; by (area, None) for its other sub-areas."""
        found: dict[tuple[str, str | None], str] = {}
        for entry in self.services:
            area = entry.area.casefold()
            found[area, None] = entry.service
            found.update({(area, sub.casefold()): service for sub, service in entry.sub_areas.items()})
        return found


def load_source(name: str) -> SourceMapping:
    """The mapping of a shipped source by its name, or of a ``.yaml`` file by its path; Unusable says what is wrong."""
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.yaml"))}
    path = Path(name) if name.endswith((".yaml", ".yml")) else shipped.get(name)
    try:
        content = path.read_bytes() if path else None
    except OSError:
        content = None
    if path is None or content is None:
        known = ", ".join(shipped)
        raise Unusable(
            f"No source is called '{name}'. Use one of {known}, or the path of a mapping file ending in .yaml."
        )
    return _mapping_in(path, content)


def _mapping_in(path: Path, content: bytes) -> SourceMapping:
    try:
        values = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError) as error:
        raise Unusable(f"{path}: this is not YAML: {' '.join(str(error).split())}. Correct the file.") from None
    try:
        return SourceMapping.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise Unusable(f"{path}, {field}: {first['msg']}. Correct it as sources/dynamics.yaml shows.") from None
