"""Changes of the directory: what a planbook declares, people, keys. Refuses to delete a team that ever had a case."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.directory.models import DutyHolding, Membership, Organisation, Person, Team, Token
from tierline.directory.queries import TOKEN_PREFIX, token_digest
from tierline.foundation.trouble import NotAllowed, NotFound


@transaction.atomic
def enter_organisations(organisations: Mapping[str, str], teams: Mapping[str, tuple[str, str]]) -> None:
    """Make the directory know what the plans name. Adds and renames; what a plan no longer names stays for its
    cases' sake.

    ``organisations``: id -> name. ``teams``: id -> (name, organisation id).
    """
    Organisation.objects.bulk_create(
        [Organisation(id=key, name=name) for key, name in organisations.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name"],
    )
    Team.objects.bulk_create(
        [Team(id=key, name=name, organisation_id=organisation) for key, (name, organisation) in teams.items()],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "organisation"],
    )


@transaction.atomic
def enter_person(
    *, email: str, name: str, password: str | None, teams: Iterable[str], duties: Mapping[str, int] | None = None
) -> int:
    """Add somebody, or bring their name, teams and duties up to date; the password is set only for somebody new.

    ``duties`` maps a duty's id to the rank (1 holds it, 2 and on stand in). Returns the person's id.
    """
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        person = Person(email=email, name=name)
        person.set_password(password)
    person.name = name
    person.save()
    Membership.objects.bulk_create([Membership(person=person, team_id=team) for team in teams], ignore_conflicts=True)
    DutyHolding.objects.bulk_create(
        [DutyHolding(person=person, duty=duty, rank=rank) for duty, rank in (duties or {}).items()],
        ignore_conflicts=True,
    )
    return person.pk


def issue_token(actor: Actor, *, label: str, at: datetime) -> str:
    """A new key of the actor's own. Returned once; only its digest is kept."""
    if actor.person_id is None:
        raise NotAllowed("Only a person can have a key.")
    key = TOKEN_PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(digest=token_digest(key), person_id=actor.person_id, label=label, created_at=at)
    return key


def revoke_token(actor: Actor, token_id: int, *, at: datetime) -> None:
    """Make one of the actor's own keys useless at once."""
    if not Token.objects.filter(pk=token_id, person_id=actor.person_id or 0, revoked_at=None).update(revoked_at=at):
        raise NotFound("You have no such key, or it was revoked already.")
