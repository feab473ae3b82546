"""What the plans in force say of rooms: which hear of a team's cases, whom they tag, when they are quiet.

Pure. Refuses to guess: a word that stands for nobody in the chat tags nobody, and a check of the plans says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tierline.foundation.calendars import Calendar, around_the_clock
from tierline.plans.planbook import Planbook
from tierline.plans.rooms import HearingRoom, Room

_LOOKED_BACK: Final = 31  # days in which the digest before an instant is looked for: holidays are shorter


def rooms_in_force(planbook: Planbook, at: datetime) -> tuple[HearingRoom, ...]:
    """Every room of the plans in force; remembered by stretch of time, as every change of a case asks."""
    key = ("rooms", planbook.epoch(at))
    found: tuple[HearingRoom, ...] | None = planbook.governed.get(key)
    if found is None:
        plans = planbook.plans_at(at)
        found = tuple(HearingRoom(room, plan.effective.zone) for plan in plans for room in plan.rooms)
        planbook.governed[key] = found
    return found


def rooms_of(planbook: Planbook, teams: Iterable[str | None], at: datetime) -> tuple[HearingRoom, ...]:
    """Those that hear of the cases of one of these teams."""
    every = rooms_in_force(planbook, at)
    if not every:
        return ()
    wanted = frozenset(teams)
    return tuple(one for one in every if one.room.of in wanted)


def calendar_of_room(planbook: Planbook, hearing: HearingRoom) -> Calendar:
    """The hours in which a room is posted in; without a calendar every hour."""
    if hearing.room.calendar is None:
        return around_the_clock(hearing.zone)
    return planbook.calendars[hearing.room.calendar]


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the instant is among the calendar's hours."""
    at = at.astimezone(UTC)
    return any(opens <= at < closes for opens, closes in calendar.day(calendar.number_of(at)).stretches)


def last_open(calendar: Calendar, at: datetime) -> datetime:
    """The instant itself, or the last minute of the calendar's hours before it."""
    at = at.astimezone(UTC)
    today = calendar.number_of(at)
    for number in range(today, today - _LOOKED_BACK, -1):
        for opens, closes in reversed(calendar.day(number).stretches):
            if opens <= at:
                return min(at, closes - timedelta(minutes=1))
    return at


def digest_before(calendar: Calendar, room: Room, at: datetime) -> datetime | None:
    """When the latest digest up to an instant was due; ``None`` for a room without, or one long closed."""
    today = calendar.number_of(at)
    for number in range(today, today - _LOOKED_BACK, -1):
        if not calendar.day(number).stretches:
            continue
        instants = [calendar.instant(date.fromordinal(number), minute) for minute in room.digest]
        passed = [instant for instant in instants if instant <= at]
        if passed:
            return max(passed)
    return None


def tags_of(planbook: Planbook, room: Room, word: str) -> tuple[str, ...]:
    """How the chat tags a duty's holders or a team's group; empty where nobody of them is known there.

    A group is tagged as one where it has an id there. Only Slack is written to by ids.
    """
    if room.by != "slack":
        return ()
    if word in planbook.teams:
        group = planbook.teams[word].group
        return _group_tag(planbook, group) if group else ()
    duty = planbook.duties.get(word)
    found: list[str] = []
    for name in duty.holders if duty else ():
        if name in planbook.groups:
            found += _group_tag(planbook, name)
        elif planbook.people[name].slack:
            found.append(f"<@{planbook.people[name].slack}>")
    return tuple(dict.fromkeys(found))


def _group_tag(planbook: Planbook, name: str) -> tuple[str, ...]:
    group = planbook.groups[name]
    if group.slack:
        return (f"<!subteam^{group.slack}>",)
    people = (planbook.people[member].slack for member in group.members)
    return tuple(f"<@{member}>" for member in people if member)


def tagged_names(planbook: Planbook, room: Room, word: str) -> tuple[str, ...]:
    """The same for a chat without tags: the names of those who hold a duty, or the team's."""
    if room.by == "slack":
        return ()
    if word in planbook.teams:
        return (planbook.team_label(word),)
    return tuple(box.name for box in planbook.firsts_of(word))
