"""From the plans' words to people as the directory knows them now: whoever holds a duty here stands behind it too.

A person is one person, whether a plan or the directory names them: their e-mail address says so.
"""

from collections.abc import Iterable, Sequence

from tierline.directory.queries import Colleague, people_with_duties, people_with_duty
from tierline.notices.audience import Group, Reachable
from tierline.outbox.registry import Nowhere, channel
from tierline.plans import schema
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Told, people_of


def groups_of(planbook: Planbook, told: Iterable[Told]) -> tuple[Group, ...]:
    """The plan's words with who stands behind each now. One statement, however many words."""
    words = list(told)
    held = people_with_duties(each.word for each in words if each.word in planbook.duties)
    return tuple(
        Group(each.word, each.label, _behind(planbook, each.word, held.get(each.word, ())), each.when) for each in words
    )


def people_behind(planbook: Planbook, word: str) -> tuple[Reachable, ...]:
    """Everybody behind a duty or a team, of the plans first, then whom the directory adds."""
    return _behind(planbook, word, people_with_duty(word) if word in planbook.duties else ())


def _behind(planbook: Planbook, word: str, holders: Sequence[Colleague]) -> tuple[Reachable, ...]:
    found = {person.email.casefold(): reachable(person) for person in people_of(planbook, word)}
    by_address = {person.email.casefold(): person for person in planbook.people.values()} if holders else {}
    for colleague in holders:
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
