"""Reads of the directory. Refuses keys that are unknown, revoked, or belong to somebody who has left."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tierline.directory.actor import Actor
from tierline.directory.models import Person, Team, Token

TOKEN_PREFIX = "tl_"  # noqa: S105 - the part of a key that says whose it is, not a secret

_ACTOR = """
SELECT p.id, p.name,
       array(SELECT m.team_id FROM directory_membership m WHERE m.person_id = p.id),
       array(SELECT DISTINCT t.organisation_id FROM directory_membership m JOIN directory_team t ON t.id = m.team_id
             WHERE m.person_id = p.id),
       array(SELECT d.duty FROM directory_dutyholding d WHERE d.person_id = p.id)
FROM directory_person p
"""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody in a team, as another page may name them."""

    person_id: int
    name: str
    email: str


def actor_of_person(person_id: int) -> Actor | None:
    """The actor for somebody signed in; None when they have left. One statement."""
    return _actor(_ACTOR + "WHERE p.id = %s AND p.is_active", person_id)


def actor_of_token(key: str) -> Actor | None:
    """The actor whose key this is, or None. One statement and one fast keyed hash: no password hash on every call."""
    if not key.startswith(TOKEN_PREFIX):
        return None
    return _actor(
        _ACTOR
        + "JOIN directory_token k ON k.person_id = p.id WHERE k.digest = %s AND k.revoked_at IS NULL AND p.is_active",
        token_digest(key),
    )


def _actor(statement: str, key: int | str) -> Actor | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        row = cursor.fetchone()
    if row is None:
        return None
    return Actor(row[0], row[1], frozenset(row[2]), frozenset(row[3]), frozenset(row[4]))


def token_digest(key: str) -> str:
    """The keyed digest under which a key is stored. The key has 256 random bits, so a fast hash is enough."""
    return hmac.new(settings.SECRET_KEY.encode(), key.encode(), hashlib.sha256).hexdigest()


def colleagues(team: str) -> list[Colleague]:
    """Active people of a team, by name."""
    people = Person.objects.filter(teams=team, is_active=True).order_by("name")
    return [Colleague(person.pk, person.name, person.email) for person in people]


def colleague(person_id: int | None) -> Colleague | None:
    """Somebody by their id; None when they have left."""
    person = Person.objects.filter(pk=person_id or 0, is_active=True).first()
    return Colleague(person.pk, person.name, person.email) if person else None


def people_with_duty(duty: str) -> list[Colleague]:
    """Active people who hold a duty or stand in for its holder, the holder first."""
    people = Person.objects.filter(duties__duty=duty, is_active=True).order_by("duties__rank", "name")
    return [Colleague(person.pk, person.name, person.email) for person in people]


def people_with_duties(duties: Iterable[str]) -> dict[str, list[Colleague]]:
    """The same for several duties at once, by duty. One statement."""
    rows = Person.objects.filter(duties__duty__in=list(duties), is_active=True).order_by("duties__rank", "name")
    found: dict[str, list[Colleague]] = {}
    for duty, pk, name, email in rows.values_list("duties__duty", "pk", "name", "email"):
        found.setdefault(duty, []).append(Colleague(pk, name, email))
    return found


def people_with_any_duty() -> list[Colleague]:
    """Active people who hold or stand in for any duty, once each."""
    people = Person.objects.filter(duties__isnull=False, is_active=True).distinct().order_by("pk")
    return [Colleague(person.pk, person.name, person.email) for person in people]


def teams_with_people() -> frozenset[str]:
    """Teams in which somebody can sign in; for the others their sender writes down what they say."""
    return frozenset(Team.objects.filter(people__is_active=True).values_list("pk", flat=True).distinct())


def teams_of(organisations: Iterable[str]) -> frozenset[str]:
    """The teams that belong to the organisations."""
    return frozenset(Team.objects.filter(organisation__in=list(organisations)).values_list("pk", flat=True))


def is_known(email: str) -> bool:
    """Whether somebody signs in with this address."""
    return Person.objects.filter(email__iexact=email).exists()


def unknown_teams(teams: Iterable[str]) -> list[str]:
    """Those of the ids that no plan ever named, sorted."""
    wanted = set(teams)
    return sorted(wanted - set(Team.objects.filter(pk__in=wanted).values_list("pk", flat=True)))


def tokens_of(actor: Actor) -> list[tuple[int, str, str, bool]]:
    """The actor's own keys: id, label, day of creation (ISO), whether still valid."""
    rows = Token.objects.filter(person_id=actor.person_id or 0).order_by("-created_at")
    return [(row.pk, row.label, row.created_at.date().isoformat(), row.revoked_at is None) for row in rows]
