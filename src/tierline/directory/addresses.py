"""Where channels reach people: what they wrote down themselves, what a channel answered, who has left it.

A person is known by their e-mail address, whether they sign in here or only a plan names them. Refuses an address that
cannot be one, and somebody else's address to whoever does not lead a team of theirs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models.functions import Lower

from tierline.directory.actor import Actor
from tierline.directory.models import ChannelAddress, Membership, Person
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable

SLACK: Final = "slack"
ASK_AGAIN_AFTER: Final = timedelta(days=1)
LEAD: Final = "lead"  # whoever holds a duty whose id ends so leads the teams they are in
_FORMS: Final = {SLACK: re.compile(r"[UW][A-Z0-9]{2,20}", re.ASCII)}
_UNFIT: Final = {SLACK: "A member id begins with U or W, like U012AB3CD. In Slack: your profile, ⋮, Copy member ID."}


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """What is known of somebody on a channel; ``given`` counts before ``found``."""

    channel: str
    email: str
    given: str
    given_by: str
    given_at: datetime | None
    found: str
    found_at: datetime | None
    gone_at: datetime | None

    @property
    def address(self) -> str:
        """The address that counts; empty where there is none."""
        return self.given or self.found


def addresses_of(emails: Iterable[str]) -> dict[str, tuple[KnownAddress, ...]]:
    """Everything known of these people, by e-mail in small letters. One statement."""
    rows = ChannelAddress.objects.annotate(low=Lower("email")).filter(low__in={one.casefold() for one in emails})
    found: dict[str, tuple[KnownAddress, ...]] = {}
    for row in rows.order_by("channel"):
        found[row.email.casefold()] = (*found.get(row.email.casefold(), ()), _known(row))
    return found


def _known(row: ChannelAddress) -> KnownAddress:
    return KnownAddress(
        row.channel, row.email, row.given, row.given_by, row.given_at, row.found, row.found_at, row.gone_at
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whose addresses the actor may write down, with what is known of one channel."""

    person_id: int
    name: str
    email: str
    known: KnownAddress | None


_REACHED = """
SELECT p.id, p.name, p.email,
       a.channel, a.email, a.given, a.given_by, a.given_at, a.found, a.found_at, a.gone_at
FROM directory_person p
LEFT JOIN directory_channeladdress a ON a.channel = %s AND lower(a.email) = lower(p.email)
WHERE p.is_active AND (
    p.id = %s OR p.id IN (SELECT m.person_id FROM directory_membership m WHERE m.team_id = ANY(%s::text[])))
ORDER BY p.id <> %s, p.name, p.id
"""


def reached_on(actor: Actor, channel: str) -> tuple[Reached, ...]:
    """The actor, then by name everybody of the teams they lead. One statement."""
    own, teams = actor.person_id or 0, sorted(actor.teams) if leads(actor) else []
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [channel, own, teams, own])
        rows = cursor.fetchall()
    return tuple(Reached(row[0], row[1], row[2], KnownAddress(*row[3:]) if row[3] else None) for row in rows)


def leads(actor: Actor) -> bool:
    """Whether the actor leads the teams they are in: they hold a duty of a lead."""
    return any(duty.rpartition("-")[2] == LEAD for duty in actor.duties)


def may_set_address(actor: Actor, person_id: int) -> bool:
    """Whether the actor may write down an address of this person: their own, or of a team they lead."""
    if actor.person_id == person_id:
        return True
    return leads(actor) and Membership.objects.filter(person_id=person_id, team__in=actor.teams).exists()


@transaction.atomic
def set_address(actor: Actor, person_id: int, channel: str, written: str, *, at: datetime) -> None:
    """Write down where a channel reaches somebody; empty takes it back, so that what else is known counts again."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or channel not in _FORMS:
        raise NotFound("There is nobody here whose address that could be.")
    if not may_set_address(actor, person_id):
        raise NotAllowed("Only they themselves, or who leads a team of theirs, can change this.")
    address = written.strip()
    if address and not _FORMS[channel].fullmatch(address):
        raise Unusable(_UNFIT[channel], {channel: _UNFIT[channel]})
    row = _row(channel, person.email)
    row.given, row.given_by, row.given_at = address, actor.name if address else "", at if address else None
    if address and address != row.found:
        row.gone_at = None  # that somebody left was said of another address
    row.save()


def to_be_asked(channel: str, emails: Iterable[str], *, at: datetime, most: int) -> list[str]:
    """Of these people those the channel has not been asked about for a day, never asked ones first."""
    low = {one.casefold() for one in emails}
    rows = ChannelAddress.objects.filter(channel=channel, asked_at__isnull=False).values_list("email", "asked_at")
    asked = {email.casefold(): when for email, when in rows if when is not None}
    due = [one for one in low if one not in asked or asked[one] <= at - ASK_AGAIN_AFTER]
    return sorted(due, key=lambda one: (one in asked, asked.get(one, at), one))[:most]


@transaction.atomic
def write_found(channel: str, email: str, found: str, *, left: bool, at: datetime) -> None:
    """Write down what a channel answered about somebody: their address there, nobody, or that they have left.

    Who was found before and is not there any more has left as well.
    """
    row = _row(channel, email)
    row.asked_at = at
    if found and not left:
        since = row.found_at if row.found == found else None
        row.found, row.found_at, row.gone_at = found, since or at, None
    elif left or row.found:
        row.found = found or row.found
        row.gone_at = row.gone_at or at
    row.save()


def _row(channel: str, email: str) -> ChannelAddress:
    low = email.casefold()
    row = ChannelAddress.objects.select_for_update().filter(channel=channel, email=low).first()
    return row or ChannelAddress(channel=channel, email=low)
