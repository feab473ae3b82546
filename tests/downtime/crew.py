"""Those who plan, approve, carry out and verify downtimes in tests: invented people with the duties the plans name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.downtime.works import content
from tests.people import PASSWORD

from tierline.directory.actions import enter_person
from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_person
from tierline.downtime.actions import approving, guarding, planning, telling
from tierline.downtime.queries import downtime


@dataclass(frozen=True, slots=True)
class Crew:
    """By role: the API/Platform team's engineer, the System Owner, on call, the Communication Owner, an engineer."""

    platform: Actor
    owner: Actor
    on_call: Actor
    communicator: Actor
    engineer: Actor


PEOPLE = {
    "platform": ("Pia Holm (platform)", ("mhv-sustainment",), {"api-platform-team": 1}),
    "owner": ("Sybil Overton", ("mhv-sustainment",), {"system-owner": 1}),
    "on_call": ("Ola Kern (on call)", ("secure-messaging-team",), {"user-facing-on-call": 1}),
    "communicator": ("Carla Commons", ("secure-messaging-team",), {"communication-owner": 1}),
    "engineer": ("Emil Engstrom", ("secure-messaging-team",), {"user-facing-engineer": 1}),
}
ADDRESSES = {
    "platform": "pia.holm@tools.example",
    "owner": "sybil.overton@mhv.example",
    "on_call": "ola.kern@tools.example",
    "communicator": "carla.commons@tools.example",
    "engineer": "emil.engstrom@tools.example",
}


def enter_crew() -> Crew:
    """Put them into the directory; the plans have to be published."""
    actors = {}
    for role, (name, teams, duties) in PEOPLE.items():
        person = enter_person(email=ADDRESSES[role], name=name, password=PASSWORD, teams=teams, duties=duties)
        actor = actor_of_person(person)
        assert actor is not None
        actors[role] = actor
    return Crew(**actors)


def name_everybody(actor: Actor, number: int, *, at: datetime) -> None:
    """Answer for the groups that the shipped plans leave open."""
    for word in ("user-facing-product-managers", "horizon-team"):
        telling.answer_for(
            actor,
            number,
            telling.Answer(
                about=word,
                kind="named",
                because="The plan names nobody yet.",
                name=f"Someone of {word}",
                email=f"{word}@tools.example",
            ),
            at=at,
        )


def drafted(crew: Crew, at: datetime, *, procedure: str = "user-facing", **other: Any) -> int:
    """A draft for which everybody who is told has a name."""
    actor = crew.communicator if procedure == "user-facing" else crew.platform
    number = planning.draft(actor, procedure, content(**other), at=at, user_message="Messages are down.")
    name_everybody(actor, number, at=at)
    return number


def scheduled(crew: Crew, at: datetime, *, procedure: str = "user-facing", **other: Any) -> int:
    """Planned, told, approved where it has to be, window set and verified where it has to be."""
    actor = crew.communicator if procedure == "user-facing" else crew.platform
    number = drafted(crew, at, procedure=procedure, **other)
    planning.plan(actor, number, at=at)
    approving.submit(actor, number, at=at, record="" if procedure == "user-facing" else "CHG0031234")
    if procedure == "api-platform":
        approving.approve(crew.owner, number, downtime(crew.owner, number, at=at).content_hash, at=at)
    set_window(crew, number, at=at)
    return number


def set_window(crew: Crew, number: int, *, at: datetime) -> None:
    """Write down the window as planned, and have it looked at where somebody has to."""
    view = downtime(crew.platform, number, at=at)
    actor = crew.platform if view.line.procedure == "api-platform" else crew.engineer
    frame = view.content.frame
    assert frame is not None
    assert frame.ends is not None
    guarding.window_read(
        actor, number, guarding.SetWindow("PW123", frame.starts, frame.ends, view.content.services), at=at
    )
    if view.line.procedure == "api-platform":
        guarding.verify(crew.on_call, number, "PW123", right=True, at=at)
