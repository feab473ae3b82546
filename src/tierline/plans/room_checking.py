"""What is wrong with rooms: tags that reach nobody, a digest outside the hours, two rooms that say the same twice.

Refuses nothing; every finding is one for ``plans check``. What a gap is about is told there already.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierline.plans.clocks import minute_in_words
from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.procedures import label_of
from tierline.plans.reading import Path
from tierline.plans.room_asking import tags_of
from tierline.plans.rooms import Room


def room_findings(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    """Everything about the rooms of a planbook; ``said`` are the ids that some gap is about."""
    seen: dict[tuple[str, str, str], str] = {}
    for file in planbook.files:
        for place, room in enumerate(file.plan.rooms):
            yield from _tags(planbook, file, place, said)
            yield from _digest(planbook, file, place)
            yield from _never(file, place)
            first = seen.setdefault((room.by, room.room.lstrip("#").casefold(), room.of), room.id)
            if first != room.id:
                message = f"{room.id} and {first} tell the same room of the same team's cases: all would be told twice."
                remedy = "Make one room of the two."
                yield _finding("error", "contradiction", file, ("rooms", place), message, remedy)


def _tags(planbook: Planbook, file: PlanFile, place: int, said: frozenset[str]) -> Iterator[Finding]:
    room = file.plan.rooms[place]
    if room.by != "slack":
        return
    for turn, heard in enumerate(room.hears):
        for word in heard.tag:
            if not tags_of(planbook, room, word) and word not in said:
                message = f"{room.id} tags {label_of(planbook, word)}, and nobody of them is known in Slack."
                remedy = "Write their member or group ids (slack) into the plan, or a gap that is about it."
                path: Path = ("rooms", place, "hears", turn)
                yield _finding("error", "tags-nobody", file, path, message, remedy)


def _digest(planbook: Planbook, file: PlanFile, place: int) -> Iterator[Finding]:
    room = file.plan.rooms[place]
    calendar = planbook.calendars.get(room.calendar or "")
    if calendar is None:
        return
    for minute in room.digest:
        if not any(hours.opens <= minute < hours.closes for day in calendar.weekly for hours in day):
            message = f"The digest of {room.id} at {minute_in_words(minute)} is outside the hours of {calendar.label}."
            remedy = "Choose a time within the hours: outside of them nothing is posted."
            yield _finding("error", "never-applies", file, ("rooms", place, "digest"), message, remedy)


def _never(file: PlanFile, place: int) -> Iterator[Finding]:
    room: Room = file.plan.rooms[place]
    moments = [one.moment for one in room.hears]
    if "not-acknowledged" in moments and "handed-off" not in moments:
        message = f"{room.id} hears of a hand-off only when nobody answered it."
        yield _finding("note", "room-hears-late", file, ("rooms", place), message, "Let it hear of handed-off, too.")


def _finding(severity: Severity, code: str, file: PlanFile, path: Path, *words: str) -> Finding:
    message, remedy = words
    return Finding(severity, code, file.plan.id, file.text.file, file.line(*path), message, remedy)
