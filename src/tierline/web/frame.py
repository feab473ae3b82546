"""What stands round every page: who is here, their teams, and what is wrong with the system itself.

Asks nothing for pages nobody is signed in to, and nothing until a template looks at it.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotFound
from tierline.mail.queries import places_mail, standing
from tierline.outbox.queries import unwell
from tierline.plans.queries import planbook_in_force


@dataclass(frozen=True, slots=True)
class TeamLink:
    """One of the teams whose queue is one step away."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page."""

    person: str
    teams: tuple[TeamLink, ...]
    held: int
    failed: int
    nothing_leaves: bool
    partners: bool
    rehearsal: str
    handles_restricted: bool
    places_mail: bool
    mail_trouble: str
    mail_to_place: int


def frame(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor: ``frame`` is None while nobody is signed in."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"frame": None}
    return {"frame": SimpleLazyObject(lambda: frame_of(actor))}


def frame_of(actor: Actor) -> Frame:
    """One statement, and one more at most once a second for the plans."""
    counts, mail = unwell(actor), standing(actor)
    return Frame(
        person=actor.name,
        teams=team_links(actor),
        held=counts.get("held", 0),
        failed=counts.get("failed", 0),
        nothing_leaves=not settings.SMTP_URL,
        partners=bool(settings.TRACKERS),
        rehearsal=settings.REHEARSAL,
        handles_restricted=handles_restricted(actor),
        places_mail=places_mail(actor),
        mail_trouble=mail.trouble,
        mail_to_place=mail.to_place,
    )


def handles_restricted(actor: Actor) -> bool:
    """Whether one of the actor's duties is told of restricted cases."""
    try:
        return bool(actor.duties & planbook_in_force().planbook.restricted_duties())
    except NotFound:
        return False


def team_links(actor: Actor) -> tuple[TeamLink, ...]:
    """The actor's teams by the names the plans give them; by their ids while there is no plan."""
    try:
        planbook = planbook_in_force().planbook
    except NotFound:
        return tuple(TeamLink(team, team) for team in sorted(actor.teams))
    links = (TeamLink(team, planbook.team_label(team)) for team in actor.teams)
    return tuple(sorted(links, key=lambda link: link.label))
