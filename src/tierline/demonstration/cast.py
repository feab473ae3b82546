"""The people of the demonstration, entered into the directory. Refuses a directory where somebody else works already.

Their password is known to everybody who reads this; that is why they are let in nowhere but in a demonstration.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from tierline.directory.actions import enter_person, hashed_password
from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_person, colleagues
from tierline.foundation.trouble import Conflict
from tierline.plans.planbook import Planbook

HERE: Final = Path(__file__).parent
PASSWORD: Final = "walk-the-tierline"  # noqa: S105 - shown at every start; invented people, on this machine


@dataclass(frozen=True, slots=True)
class Player:
    """One person: who they are, where they work, what signing in as them shows."""

    key: str
    name: str
    email: str
    teams: tuple[str, ...]
    duties: dict[str, int]
    shows: str


def words_of(name: str) -> Any:
    """The words of one of this folder's files."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((HERE / name).read_bytes(), Loader=loader)  # noqa: S506 - both are safe loaders


def players(planbook: Planbook) -> list[Player]:
    """Everybody, with the duties the plans give them."""
    return [_player(entry, planbook) for entry in words_of("people.yaml")["people"]]


def _player(entry: dict[str, Any], planbook: Planbook) -> Player:
    named = planbook.people.get(entry.get("plan", ""))
    duties = dict.fromkeys(entry.get("duties", ()), 1)
    if named is not None:
        duties |= _duties(named.id, planbook)
    return Player(
        key=entry["key"],
        name=named.name if named else entry["name"],
        email=named.email if named else entry["email"],
        teams=tuple(entry["teams"]),
        duties=duties,
        shows=entry["shows"],
    )


def _duties(person: str, planbook: Planbook) -> dict[str, int]:
    """The duties a person of the plans holds (1) or stands in for (2); a group's members hold the group's."""
    held: dict[str, int] = {}
    for duty in planbook.duties.values():
        people = {member for name in duty.holders for member in _members(name, planbook)}
        if person in people:
            held[duty.id] = 1
        elif duty.deputy and person in _members(duty.deputy, planbook):
            held[duty.id] = 2
    return held


def _members(name: str, planbook: Planbook) -> tuple[str, ...]:
    return planbook.groups[name].members if name in planbook.groups else (name,)


def enter_players(cast: list[Player], planbook: Planbook) -> dict[str, Actor]:
    """Let everybody in, by key. Conflict when the directory has people who are none of them."""
    known = {player.email for player in cast}
    strangers = [
        person.name for team in planbook.teams for person in colleagues(team) if person.email.lower() not in known
    ]
    if strangers:
        raise Conflict(
            f"{strangers[0]} works here already, so this is no place for a demonstration. "
            "Start with --no-demonstration, or give the demonstration a TIERLINE_HOME of its own."
        )
    hashed = hashed_password(PASSWORD)
    actors = {}
    for player in cast:
        person = enter_person(
            email=player.email,
            name=player.name,
            password=None,
            hashed=hashed,
            teams=player.teams,
            duties=player.duties,
        )
        actor = actor_of_person(person)
        if actor is not None:
            actors[player.key] = actor
    return actors


def sign_ins(planbook: Planbook) -> str:
    """Who can sign in and what that shows, as the start prints it."""
    cast = players(planbook)
    widest = max(len(player.email) for player in cast)
    lines = [
        f"  {player.email:<{widest}}  {planbook.team_label(player.teams[0])}: {player.name} {player.shows}"
        for player in cast
    ]
    return "\n".join([f"Demonstration sign-ins, all with the password {PASSWORD}", *lines]) + "\n"
