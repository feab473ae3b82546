"""The cast: invented people with the teams and duties tests speak of, and an outsider who is refused everywhere.

They work under the shipped plans, which a test that asks for ``cast`` finds in force.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tierline.directory.actions import enter_organisations, enter_person
from tierline.directory.actor import TIERLINE, Actor
from tierline.directory.queries import actor_of_person
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.models import PlanbookVersion

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Role:
    """Who somebody is: name, teams, duties (with rank)."""

    name: str
    teams: tuple[str, ...]
    duties: Mapping[str, int]


ROLES: dict[str, Role] = {
    "agent": Role("Ada Quill (HRC)", ("hrc",), {}),
    "triager": Role("Ben Ostrow (vets.gov)", ("vets-gov",), {}),
    "supporter": Role("Cleo Marsh (MHV support)", ("mhv-support",), {}),
    "lead": Role("Dora Finch (Tier 3)", ("mhv-tier-3",), {"tier-3-support-lead": 1, "plan-editor": 1}),
    "analyst": Role("Emil Thorn (Tier 3)", ("mhv-tier-3",), {}),
    "product_manager": Role("Fay Lindqvist (Secure Messaging)", ("secure-messaging-team",), {}),
    "privacy": Role("Gil Navarro (Tier 3, privacy)", ("mhv-tier-3",), {"isso": 1, "privacy-officer": 1}),
    "outsider": Role("Ola Strand (elsewhere)", ("elsewhere-desk",), {}),
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody as actors, by role."""

    agent: Actor
    triager: Actor
    supporter: Actor
    lead: Actor
    analyst: Actor
    product_manager: Actor
    privacy: Actor
    outsider: Actor


def address(role: str) -> str:
    """The sign-in of a role."""
    return f"{role.replace('_', '.')}@tierline.example"


def publish_shipped_plans() -> None:
    """Put the shipped plans in force, once a database."""
    if not PlanbookVersion.objects.exists():
        publish_planbook(TIERLINE, texts_of([SHIPPED]), at=datetime(2026, 11, 2, tzinfo=UTC), remark="as shipped")


def enter_cast() -> Cast:
    """Put everybody into the directory; the planbook's organisations and teams have to be there."""
    publish_shipped_plans()
    enter_organisations({"elsewhere": "Elsewhere"}, {"elsewhere-desk": ("Elsewhere's desk", "elsewhere")})
    actors = {}
    for key, role in ROLES.items():
        person = enter_person(
            email=address(key), name=role.name, password=PASSWORD, teams=role.teams, duties=role.duties
        )
        actor = actor_of_person(person)
        assert actor is not None
        actors[key] = actor
    return Cast(**actors)
