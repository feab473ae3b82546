"""What the plans in force say about planned work: by whose procedure, told to whom, on what it stands.

Pure. Refuses to guess: a word that nobody stands behind comes back without people, and whoever announces stops there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tierline.plans import schema
from tierline.plans.decision import Reason
from tierline.plans.downtimes import Downtime, Freeze, MomentRule, NoticeSender, Procedure, RedundantPair
from tierline.plans.planbook import Planbook, source_of

#: Channels that are a room in which nobody can be tagged.
TAGS_NOBODY: Final = frozenset({"teams"})


@dataclass(frozen=True, slots=True)
class Procedural:
    """A procedure with the plan it stands in, whose moments, questions and freezes go with it."""

    plan: schema.Plan
    procedure: Procedure

    @property
    def downtime(self) -> Downtime:
        """What the plan says of downtime."""
        return self.plan.downtime

    @property
    def zone(self) -> str:
        """The zone in which the plan's days are counted."""
        return self.plan.effective.zone

    @property
    def reason(self) -> Reason:
        """The sentence its steps rest on."""
        procedure = self.procedure
        return Reason(self.plan.id, procedure.id, source_of(self.plan, procedure.source), procedure.label)

    @property
    def extras(self) -> tuple[str, ...]:
        """The channels with a room that tags nobody and of which the plan does not say who sits in it."""
        return tuple(c for c in self.procedure.channels if c in TAGS_NOBODY and not self.procedure.room_holds)

    def moment(self, moment: str) -> MomentRule | None:
        """The plan's rule for a moment; ``None`` where it says nothing of it."""
        return next((rule for rule in self.downtime.moments if rule.id == moment), None)

    def moment_label(self, moment: str) -> str:
        """The plan's name for a moment."""
        rule = self.moment(moment)
        return rule.label if rule else moment.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Told:
    """A duty or team that is told, on which answer it depends, and who stands behind the word now."""

    word: str
    label: str
    when: str | None
    people: tuple[schema.Person, ...]


def procedures_at(planbook: Planbook, at: datetime) -> tuple[Procedural, ...]:
    """Every procedure in force, in the order of the plans."""
    return tuple(Procedural(plan, each) for plan in planbook.plans_at(at) for each in plan.downtime.procedures)


def procedure_named(planbook: Planbook, word: str, at: datetime) -> Procedural | None:
    """The procedure of that id, if it is in force."""
    return next((known for known in procedures_at(planbook, at) if known.procedure.id == word), None)


def told_by(planbook: Planbook, procedural: Procedural, answers: Iterable[str]) -> tuple[Told, ...]:
    """Who is told by a procedure, given the questions answered with yes; each word once, in the plan's order."""
    yes = frozenset(answers)
    procedure = procedural.procedure
    words: dict[str, str | None] = dict.fromkeys(procedure.audience)
    for also in procedure.also:
        if also.when in yes:
            words.setdefault(also.who, also.when)
    return tuple(Told(word, label_of(planbook, word), when, people_of(planbook, word)) for word, when in words.items())


def label_of(planbook: Planbook, word: str) -> str:
    """The name of a duty or a team."""
    return planbook.duty_label(word) if word in planbook.duties else planbook.team_label(word)


def people_of(planbook: Planbook, word: str) -> tuple[schema.Person, ...]:
    """Everybody behind a duty or a team's mail, groups written out; nobody where the plans leave it open."""
    names: tuple[str, ...] = ()
    if word in planbook.duties:
        duty = planbook.duties[word]
        names = (*duty.holders, *([duty.deputy] if duty.deputy else []))
    elif word in planbook.teams and (mail := planbook.teams[word].receives.email):
        names = mail.people
    people = [planbook.people[one] for name in names for one in _one_by_one(planbook, name)]
    return tuple({person.id: person for person in people}.values())


def _one_by_one(planbook: Planbook, name: str) -> tuple[str, ...]:
    return planbook.groups[name].members if name in planbook.groups else (name,)


def stands_on(planbook: Planbook, word: str) -> frozenset[str]:
    """A service or system with everything it depends on, itself among them."""
    found: set[str] = set()
    waiting = [word]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        service, system = planbook.services.get(here), planbook.systems.get(here)
        waiting += [*(service.behind if service else ()), *(system.behind if system else ())]
    return frozenset(found)


def hit_by(planbook: Planbook, words: Iterable[str]) -> tuple[str, ...]:
    """Every service that stands on one of these services or systems, sorted; themselves among them."""
    down = frozenset(words)
    return tuple(sorted(service for service in planbook.services if stands_on(planbook, service) & down))


def keys_of(planbook: Planbook, word: str) -> tuple[str, ...]:
    """What those who ask about maintenance call a service or system."""
    entry: schema.Service | schema.System | None = planbook.services.get(word) or planbook.systems.get(word)
    return entry.keys if entry else ()


def services_and_systems(planbook: Planbook) -> tuple[schema.Service | schema.System, ...]:
    """Everything that can be taken down."""
    return (*planbook.services.values(), *planbook.systems.values())


def freezes_at(planbook: Planbook, at: datetime) -> Iterator[tuple[schema.Plan, Freeze]]:
    """Every freeze of the plans in force."""
    for plan in planbook.plans_at(at):
        for freeze in plan.downtime.freezes:
            yield plan, freeze


def redundant_pairs(planbook: Planbook, at: datetime) -> tuple[RedundantPair, ...]:
    """Every pair of the plans in force whose sides stand in for one another."""
    return tuple(pair for plan in planbook.plans_at(at) for pair in plan.downtime.redundant)


def notice_sender(planbook: Planbook, address: str, at: datetime) -> NoticeSender | None:
    """Whose notices come from an address; one written out is found before everybody at a domain."""
    known = [sender for plan in planbook.plans_at(at) for sender in plan.downtime.notices_from]
    own = (sender for sender in known if address.lower() in sender.addresses)
    return next(own, None) or next((sender for sender in known if sender.is_sender(address)), None)
