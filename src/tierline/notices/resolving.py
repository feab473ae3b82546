"""From the plans' words to people as the directory knows them now: whoever holds a duty here stands behind it too.

A person is one person, whether a plan or the directory names them: their e-mail address says so.
"""

from collections.abc import Iterable

from tierline.directory.queries import colleague, people_with_duty
from tierline.notices.audience import Group, Reachable
from tierline.outbox.registry import Nowhere, channel
from tierline.plans import schema
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Told, people_of


def groups_of(planbook: Planbook, told: Iterable[Told]) -> tuple[Group, ...]:
    """The plan's words with who stands behind each now. One statement a word that is a duty."""
    return tuple(Group(each.word, each.label, people_behind(planbook, each.word), each.when) for each in told)


def people_behind(planbook: Planbook, word: str) -> tuple[Reachable, ...]:
    """Everybody behind a duty or a team, of the plans first, then whom the directory adds."""
    found = {person.email.casefold(): reachable(person) for person in people_of(planbook, word)}
    if word in planbook.duties:
        by_address = {person.email.casefold(): person for person in planbook.people.values()}
        for colleague in people_with_duty(word):
            address = colleague.email.casefold()
            known = by_address.get(address)
            here = Reachable(f"person-{colleague.person_id}", colleague.name, {"email": colleague.email})
            found.setdefault(address, reachable(known) if known else here)
    return tuple(found.values())


def reachable(person: schema.Person) -> Reachable:
    """A person of the plans with the addresses the plans know."""
    addresses = {"email": person.email, "slack": person.slack, "sms": person.sms}
    known = {channel: address for channel, address in addresses.items() if address}
    return Reachable(person.id, person.name, known, frozenset(person.not_on))


def has_channel(name: str) -> bool:
    """Whether this house has a channel of that name, connected or only waiting for its account's server."""
    return not isinstance(channel(name), Nowhere)


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
