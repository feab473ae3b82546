"""Changes of the directory: what a planbook declares, people, keys. Refuses to delete a team that ever had a case."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tierline.directory.actor import Actor
from tierline.directory.models import DutyHolding, Membership, Organisation, Person, Team, Token
from tierline.directory.queries import TOKEN_PREFIX, token_digest
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable

LONGEST_LABEL = 80
MOST_KEYS = 20  # valid at the same time, a person


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
    *,
    email: str,
    name: str,
    password: str | None,
    teams: Iterable[str],
    duties: Mapping[str, int] | None = None,
    hashed: str | None = None,
) -> int:
    """Add somebody, or bring their name, teams and duties up to date; the password is set only for somebody new.

    ``hashed`` is a password that ``hashed_password`` has made already, instead of ``password``. ``duties`` maps a
    duty's id to the rank (1 holds it, 2 and on stand in). Returns the person's id.
    """
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        person = Person(email=email, name=name)
        person.password = hashed or make_password(password)
    person.name = name
    person.save()
    Membership.objects.bulk_create([Membership(person=person, team_id=team) for team in teams], ignore_conflicts=True)
    DutyHolding.objects.bulk_create(
        [DutyHolding(person=person, duty=duty, rank=rank) for duty, rank in (duties or {}).items()],
        ignore_conflicts=True,
    )
    return person.pk


def hashed_password(password: str) -> str:
    """The slow hash of a password, for several invented people who share one."""
    return make_password(password)


def issue_token(actor: Actor, *, label: str, at: datetime) -> str:
    """A new key of the actor's own. Returned once; only its digest is kept."""
    if actor.person_id is None:
        raise NotAllowed("Only a person can have a key.")
    label = label.strip()
    if not label or len(label) > LONGEST_LABEL or not label.isprintable():
        raise Unusable(
            f"Say what the key is for, in one line of at most {LONGEST_LABEL} characters.",
            {"label": f"Give it a name of 1 to {LONGEST_LABEL} characters."},
        )
    if Token.objects.filter(person_id=actor.person_id, revoked_at=None).count() >= MOST_KEYS:
        raise Unusable(
            f"You have {MOST_KEYS} keys already. Revoke one that is no longer used, then make a new one.",
            {"label": "Revoke a key first."},
        )
    key = TOKEN_PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(digest=token_digest(key), person_id=actor.person_id, label=label, created_at=at)
    return key


def revoke_token(actor: Actor, token_id: int, *, at: datetime) -> None:
    """Make one of the actor's own keys useless at once."""
    if not Token.objects.filter(pk=token_id, person_id=actor.person_id or 0, revoked_at=None).update(revoked_at=at):
        raise NotFound("You have no such key, or it was revoked already.")


def change_password(actor: Actor, *, old: str, new: str, again: str) -> None:
    """Give the actor a new password. Refuses a wrong old one, two that differ, and one that is easy to guess."""
    person = Person.objects.filter(pk=actor.person_id or 0, is_active=True).first()
    if person is None:
        raise NotAllowed("Only a person can have a password.")
    troubles: dict[str, str] = {}
    if not person.check_password(old):
        troubles["old_password"] = "That is not your password now. Capital letters count."  # noqa: S105 - a sentence
    if new != again:
        troubles["new_password_again"] = "The two are not the same. Type it twice."  # noqa: S105 - a sentence
    try:
        validate_password(new, person)
    except ValidationError as refusal:
        troubles["new_password"] = " ".join(refusal.messages)
    if troubles:
        raise Unusable("Your password was not changed.", troubles)
    person.set_password(new)
    person.save(update_fields=["password"])
