"""From the plans' words to people as the directory knows them now: whoever holds a duty here stands behind it too.

A person is one person, whether a plan or the directory names them: their e-mail address says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from tierline.directory.addresses import KnownAddress, addresses_of
from tierline.directory.queries import Colleague, colleague, people_with_duties, people_with_duty
from tierline.notices.audience import Group, Reachable
from tierline.outbox.registry import has_channel
from tierline.plans import schema
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Told, people_of

CHANNEL_NAMES: Final = {"slack": "Slack"}


def groups_of(planbook: Planbook, told: Iterable[Told]) -> tuple[Group, ...]:
    """The plan's words with who stands behind each now. One statement for duties, and one for addresses."""
    words = tuple(told)
    holders = people_with_duties(each.word for each in words if each.word in planbook.duties)
    behind = [(each, _behind(planbook, each.word, holders.get(each.word, ()))) for each in words]
    known = addresses_of(person.addresses.get("email", "") for _, people in behind for person in people)
    return tuple(
        Group(each.word, each.label, tuple(with_known(person, known) for person in people), each.when)
        for each, people in behind
    )


def as_known(people: Iterable[Reachable]) -> tuple[Reachable, ...]:
    """People with where channels reach them by what the directory knows now."""
    everybody = tuple(people)
    known = addresses_of(person.addresses.get("email", "") for person in everybody)
    return tuple(with_known(person, known) for person in everybody)


def with_known(person: Reachable, known: Mapping[str, tuple[KnownAddress, ...]]) -> Reachable:
    """A person with what the directory knows: what they wrote down counts before the plan, the plan before what a
    channel answered; who left a channel is not reached there."""
    addresses, notes, gone = dict(person.addresses), dict(person.notes), dict(person.gone)
    for one in known.get(person.addresses.get("email", "").casefold(), ()):
        name = CHANNEL_NAMES.get(one.channel, one.channel)
        planned = addresses.get(one.channel, "")
        address = one.given or planned or one.found
        if one.gone_at is not None and (not one.found or address == one.found):
            addresses.pop(one.channel, None)
            gone[one.channel] = (
                f"{person.name} is not at {name} any more: their account there was found deactivated on "
                f"{one.gone_at:%Y-%m-%d}."
            )
        elif address:
            addresses[one.channel] = address
            notes[one.channel] = _how(one, planned, name)
    return replace(person, addresses=addresses, notes=notes, gone=gone)


def _how(one: KnownAddress, planned: str, name: str) -> str:
    if one.given and one.given_at is not None:
        return f"written down by {one.given_by} on {one.given_at:%Y-%m-%d}"
    if planned or one.found_at is None:
        return "the plan says so"
    return f"found at {name} by e-mail on {one.found_at:%Y-%m-%d}"


def people_behind(planbook: Planbook, word: str) -> tuple[Reachable, ...]:
    """Everybody behind a duty or a team, of the plans first, then whom the directory adds."""
    return _behind(planbook, word, people_with_duty(word) if word in planbook.duties else ())


def _behind(planbook: Planbook, word: str, holders: Iterable[Colleague]) -> tuple[Reachable, ...]:
    found = {person.email.casefold(): reachable(person) for person in people_of(planbook, word)}
    by_address = {person.email.casefold(): person for person in planbook.people.values()}
    for holder in holders:
        address = holder.email.casefold()
        known = by_address.get(address)
        here = Reachable(f"person-{holder.person_id}", holder.name, {"email": holder.email})
        found.setdefault(address, reachable(known) if known else here)
    return tuple(found.values())


def reachable(person: schema.Person) -> Reachable:
    """A person of the plans with the addresses the plans know."""
    addresses = {"email": person.email, "slack": person.slack, "sms": person.sms}
    known = {channel: address for channel, address in addresses.items() if address}
    return Reachable(person.id, person.name, known, frozenset(person.not_on))


def channels_here(wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Of the channels a plan wants, those this house has, and those it does not."""
    asked = list(wanted)
    here = tuple(name for name in asked if has_channel(name))
    return here, tuple(name for name in asked if name not in here)


def contacts_of(planbook: Planbook, known: Iterable[Reachable]) -> dict[str, dict[str, str]]:
    """By person, every address the plans and the directory have, above those that were used: for reaching somebody
    another way."""
    return {person.id: {**person.addresses, **_addresses_of(planbook, person.id)} for person in known}


def _addresses_of(planbook: Planbook, person: str) -> dict[str, str]:
    if person in planbook.people:
        told = planbook.people[person]
        return {**reachable(told).addresses, **({"telephone": told.telephone} if told.telephone else {})}
    number = person.removeprefix("person-")
    here = colleague(int(number)) if person != number and number.isdigit() else None
    return {"email": here.email} if here else {}
