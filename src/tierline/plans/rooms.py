"""Rooms as a plan's file writes them: which room of a chat hears of a team's cases, of what, and when it is left alone.

Refuses a wait without its length, one moment twice, times of day that are none. What a post says is
``tierline.rooms``'s; nothing a person reported is ever in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from tierline.plans.clocks import minute_of
from tierline.plans.conditions import Entry
from tierline.plans.entries import Counted, Label, Sentence, Slug, Source, Span, require

RoomMoment = Literal["waits", "still-waits", "handed-off", "not-acknowledged", "came-back", "question"]
WAITED_FOR: Final = frozenset({"waits", "still-waits"})
TimeOfDay = Annotated[
    int, BeforeValidator(minute_of), WithJsonSchema({"type": "string", "format": "time"})
]  # minutes after midnight


class Hears(Entry):
    """One moment a room hears of: the words on top, what is asked, who is tagged.

    ``after``: how long a case waits first. ``tag_receiver``: the group of the team it was handed to. ``own_ask``: the
    hand-off's own words stand in place of ``ask`` where nothing private is found in them.
    """

    moment: RoomMoment
    label: Label
    ask: Sentence
    after: Counted | None = None
    tag: tuple[Slug, ...] = ()
    tag_receiver: bool = False
    own_ask: bool = False

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        require(self.after is None or self.moment in WAITED_FOR, "only what waits has a length: after")
        require(self.moment != "still-waits" or self.after is not None, "still-waits says after how long")
        handed = self.moment in ("handed-off", "not-acknowledged")
        require(handed or not (self.tag_receiver or self.own_ask), "tag_receiver and own_ask belong to hand-offs")
        return self


class Gathering(Entry):
    """More than ``above`` posts ``within`` a span become one post for all of them."""

    above: Annotated[int, Field(ge=1, le=50)] = 3
    within: Span = timedelta(minutes=10)


class Room(Entry):
    """A room that hears of the cases of a team. ``room`` is the chat's own name for it.

    Outside the hours of ``calendar`` nothing is posted; ``digest`` are times of its open days at which everything that
    waits is told in one post. A restricted case is never spoken of, whatever stands here.
    """

    id: Slug
    label: Label
    by: Literal["slack", "teams"]
    room: Label
    of: Slug
    hears: Annotated[tuple[Hears, ...], Field(min_length=1)]
    calendar: Slug | None = None
    gather: Gathering = Gathering()
    digest: tuple[TimeOfDay, ...] = ()
    source: Source
    text: Sentence

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        moments = [one.moment for one in self.hears]
        require(len(moments) == len(set(moments)), "it hears of one moment twice")
        require(not self.digest or self.calendar is not None, "a digest needs a calendar: its open days")
        return self

    def heard(self, moment: str) -> Hears | None:
        """What it hears of a moment; ``None`` where it hears nothing of it."""
        return next((one for one in self.hears if one.moment == moment), None)


@dataclass(frozen=True, slots=True)
class HearingRoom:
    """A room with the zone its plan counts days in."""

    room: Room
    zone: str
