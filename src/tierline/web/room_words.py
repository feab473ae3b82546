"""Which rooms of a chat hear of a team, and where a case was told, in words. What may be seen was decided before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tierline.directory.actor import Actor
from tierline.plans.planbook import Planbook
from tierline.plans.room_asking import calendar_of_room, is_open, rooms_in_force, rooms_of
from tierline.plans.rooms import Room
from tierline.rooms.queries import ToldIn
from tierline.web.moments import Moment, past
from tierline.web.outbox_page import STATES
from tierline.web.words import Tag

CHATS = {"slack": "Slack", "teams": "Microsoft Teams"}


@dataclass(frozen=True, slots=True)
class RoomOnPage:
    """Where a case was told: the room, what the newest word says, when, how its post stands. ``effect``: the message
    in the outbox, for those who may open it."""

    room: str
    words: str
    at: Moment
    standing: Tag
    trouble: str
    effect: int | None


def rooms_told(told: Sequence[ToldIn], planbook: Planbook, actor: Actor, at: datetime) -> list[RoomOnPage]:
    """The rooms a case was told in."""
    known = {hearing.room.id: hearing.room for hearing in rooms_in_force(planbook, at)}
    return [_row(one, known.get(one.room), planbook, actor, at) for one in told]


def _row(told: ToldIn, room: Room | None, planbook: Planbook, actor: Actor, at: datetime) -> RoomOnPage:
    word, _, other = told.told.partition(":")
    heard = room.heard(word) if room else None
    words = heard.label if heard else word.replace("-", " ").capitalize()
    words = f"{words}, {planbook.team_label(other)}" if other else words
    team = planbook.teams.get(room.of) if room else None
    way = told.way
    return RoomOnPage(
        room=room.label if room else told.room,
        words="Taken out of there: it is restricted" if told.restricted else words,
        at=past(told.told_at, at, settings.TIME_ZONE),
        standing=next((tag for state, tag in STATES.items() if way and way.state == state), Tag("Not sent", "closed")),
        trouble=way.trouble if way and way.state in ("failed", "held", "pending") else "",
        effect=way.effect if way and team and team.organisation in actor.organisations else None,
    )


def heard_in(planbook: Planbook, team: str, at: datetime) -> list[str]:
    """The rooms that hear of a team's cases, each with its chat, and whether it is left alone now."""
    found = []
    for one in rooms_of(planbook, [team], at):
        quiet = "" if is_open(calendar_of_room(planbook, one), at) else ", quiet now"
        found.append(f"{one.room.label} ({CHATS[one.room.by]}{quiet})")
    return found
