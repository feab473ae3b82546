"""A guide to one service: who takes what, what to supply and why, whom one may ask, why cases come back. Pure.

Nothing is written by hand here: the planbook is asked about every combination of tier, fault and reporter, at every
team a case can reach, and what is alike is told as one sentence with the clauses it rests on. What no plan answers
stands in its place as such. Refuses services that no plan names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

from tierline.foundation.trouble import NotFound
from tierline.plans import schema
from tierline.plans.decision import BUILT_IN, Decision, Outcome, Reason
from tierline.plans.facts import AUDIENCES, FLAGS, TIERS, UNKNOWN, USER, Asks, Audience, Facts
from tierline.plans.guide_wording import Spread, answer_words, flag_words, spread_words, step_words
from tierline.plans.planbook import Planbook, source_of

_HANDED: Final = (Outcome.HAND_OFF, Outcome.NEEDS_INFORMATION)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing the guide tells, with the sentences of the plans it rests on and the gaps that are about them."""

    text: str
    because: tuple[Reason, ...] = ()
    gaps: tuple[Reason, ...] = ()
    open: bool = False  # no plan answers it


@dataclass(frozen=True, slots=True)
class Step:
    """What a team does with the service's cases. ``supplied``: what it has to know of a case it is handed."""

    team: str
    label: str
    tiers: tuple[int, ...]
    takes: tuple[Sentence, ...]
    asks: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Supplied:
    """What has to be supplied before a case goes to a team: each field with its why."""

    team: str
    label: str
    senders: tuple[str, ...]
    fields: tuple[schema.IntakeField, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """The guide to a service, as far as the plans tell it. ``steps`` are in the order a case climbs."""

    service: str
    label: str
    about: str
    at: datetime
    steps: tuple[Step, ...]
    supplied: tuple[Supplied, ...]
    flagged: tuple[Sentence, ...]
    returns: tuple[schema.ReturnReason, ...]
    gaps: tuple[Reason, ...]

    @property
    def teams(self) -> frozenset[str]:
        """The teams that take part in supporting the service."""
        return frozenset(step.team for step in self.steps)


def guide_to(planbook: Planbook, service: str, at: datetime) -> Guide:
    """The guide to a service by the plans in force at the instant. NotFound for a service no plan names."""
    if service not in planbook.services:
        raise NotFound(f"No plan names a service '{service}'. Use one of {', '.join(sorted(planbook.services))}.")
    asked = _Asked(planbook, service, at)
    steps = tuple(asked.step(team) for team in asked.ladder())
    told = {gap.clause for step in steps for sentence in (*step.takes, *step.asks) for gap in sentence.gaps}
    cited = {reason.clause for step in steps for sentence in (*step.takes, *step.asks) for reason in sentence.because}
    return Guide(
        service=service,
        label=planbook.service_label(service),
        about=_about(planbook, planbook.services[service]),
        at=at,
        steps=steps,
        supplied=tuple(asked.supplied(steps)),
        flagged=tuple(asked.flagged(steps)),
        returns=tuple(planbook.return_reasons.values()),
        gaps=tuple(gap for gap in _gaps_about(planbook, {service}) if gap.clause not in told | cited),
    )


def teams_on(planbook: Planbook, service: str, at: datetime) -> frozenset[str]:
    """The teams a case of the service can come to; none for a service no plan names."""
    return frozenset(_Asked(planbook, service, at).ladder()) if service in planbook.services else frozenset()


# Tier, fault and reporter, with what is decided for them.
_Asking = tuple[tuple[int, str, Audience], Decision]


class _Asked:
    """One service, asked about at one instant."""

    def __init__(self, planbook: Planbook, service: str, at: datetime) -> None:
        self.planbook, self.service, self.at = planbook, service, at
        behind = planbook.services[service].behind
        others = sorted(set(planbook.systems) - set(behind))
        self.faults: Final = (USER, UNKNOWN, *behind, *others)
        self.spread: Final = Spread(behind=behind, others=frozenset(others), every=frozenset(self.faults))

    def decisions(self, team: str) -> Iterator[_Asking]:
        """What the team would do with every combination of tier, fault and reporter."""
        for tier, fault, audience in product(TIERS, self.faults, AUDIENCES):
            facts = Facts(self.service, team, fault, tier, audience)
            yield (tier, fault, audience), self.planbook.decide(facts, self.at)

    def ladder(self) -> list[str]:
        """The teams a case can come to, from where it enters: Tier 1, or the lowest tier that takes the service."""
        reached: dict[str, None] = dict.fromkeys(self._entrances())
        for team in (waiting := list(reached)):
            for _, decision in self.decisions(team):
                if decision.outcome in _HANDED and decision.to and decision.to not in reached:
                    reached[decision.to] = None
                    waiting.append(decision.to)
        order = {team: place for place, team in enumerate(reached)}
        teams = self.planbook.teams
        return sorted(reached, key=lambda team: (min(teams[team].tiers, default=9), order[team]))

    def _entrances(self) -> list[str]:
        working = sorted((t for t in self.planbook.teams.values() if t.tiers), key=lambda t: (t.tiers[0], t.id))
        for lowest in TIERS:
            found = [t.id for t in working if t.tiers[0] == lowest and self._speaks_of(t.id)]
            if found:
                return found
        return []

    def _speaks_of(self, team: str) -> bool:
        """Whether any plan says what the team does with the service."""
        return any(decision.outcome is not Outcome.NO_ROUTE for _, decision in self.decisions(team))

    def step(self, team: str) -> Step:
        entry = self.planbook.teams[team]
        takes, asks = tuple(self._takes(team)), tuple(self._asks(team))
        return Step(team, self.planbook.team_label(team), entry.tiers, takes, asks)

    def _takes(self, team: str) -> Iterator[Sentence]:
        """What is alike is told once; what nobody answers comes last."""
        alike: dict[tuple[object, ...], list[_Asking]] = {}
        for asking in self.decisions(team):
            decision = asking[1]
            key = (decision.outcome, decision.to, decision.by, self._resting_on(decision))
            alike.setdefault(key, []).append(asking)
        groups = [group for found in alike.values() for group in _by_tier(found)]
        for group in sorted(groups, key=self._place):
            words = spread_words(self.planbook, (facts for facts, _ in group), self.spread)
            one = group[0][1]
            because = self._resting_on(one)
            text = f"{words}: {step_words(self.planbook, group)}"
            yield Sentence(text, because, self._gaps(because), open=one.outcome is Outcome.NO_ROUTE)

    def _place(self, group: list[_Asking]) -> tuple[bool, int, int]:
        tier, fault = min((facts[0], self.faults.index(facts[1])) for facts, _ in group)
        return group[0][1].outcome is Outcome.NO_ROUTE, tier, fault

    def _resting_on(self, decision: Decision) -> tuple[Reason, ...]:
        """The sentences that decide where it goes; which system holds the ticket is told by its name alone."""
        tickets = self.planbook.ticketing
        kept = (reason for reason in decision.because if reason.clause not in tickets)
        intake = {term.key for term in self.planbook.terms if term.kind == "intake"}
        return tuple(reason for reason in kept if f"{reason.plan}/{reason.clause}" not in intake)

    def _asks(self, team: str) -> Iterator[Sentence]:
        """Whom the team may ask for what it needs to know: the Veteran, a reporter on staff."""
        people: tuple[tuple[Asks, Audience], ...] = (("veteran", "veteran"), ("reporter", "staff"))
        alike: dict[tuple[object, ...], tuple[Decision, list[Asks]]] = {}
        for asks, audience in people:
            decision = self.planbook.decide(Facts(self.service, team, audience=audience, asks=asks), self.at)
            if decision.outcome is not Outcome.OUT_OF_SCOPE:
                key = (decision.outcome, decision.to, decision.tier, decision.by, self._resting_on(decision))
                alike.setdefault(key, (decision, []))[1].append(asks)
        for decision, asked in alike.values():
            because = self._resting_on(decision)
            unsaid = decision.outcome is Outcome.NO_ROUTE
            yield Sentence(answer_words(self.planbook, decision, asked), because, self._gaps(because), open=unsaid)

    def supplied(self, steps: Iterable[Step]) -> Iterator[Supplied]:
        """What the teams of the ladder want to know before they are handed a case; alike for several is told once."""
        wanted: dict[tuple[str, ...], dict[str, dict[str, None]]] = {}
        for step in steps:
            for (tier, fault, audience), decision in self.decisions(step.team):
                if decision.outcome in _HANDED and decision.to:
                    facts = Facts(self.service, step.team, fault, tier, audience)
                    fields = tuple(f.id for f in self.planbook.required_for(facts, decision.to, self.at))
                    if fields:
                        wanted.setdefault(fields, {}).setdefault(decision.to, {})[step.label] = None
        for fields, receivers in wanted.items():
            senders = dict.fromkeys(sender for named in receivers.values() for sender in named)
            labels = " and ".join(self.planbook.team_label(team) for team in receivers)
            known = tuple(self.planbook.intake[field] for field in fields)
            yield Supplied(next(iter(receivers)), labels, tuple(senders), known)

    def flagged(self, steps: tuple[Step, ...]) -> Iterator[Sentence]:
        """What a flag changes on the way, told for whoever takes the case in."""
        first = steps[0].team if steps else ""
        for flag in FLAGS:
            seen: dict[tuple[object, ...], None] = {}
            for step in steps:
                facts = Facts(self.service, step.team, needs_tier=max(step.tiers, default=1), flags=frozenset((flag,)))
                plain = Facts(self.service, step.team, needs_tier=max(step.tiers, default=1))
                decision = self.planbook.decide(facts, self.at)
                usual = self.planbook.decide(plain, self.at)
                own = tuple(reason for reason in decision.because if reason not in usual.because)
                restricted = decision.outcome is Outcome.RESTRICTED
                if not own or (own, decision.tell) in seen:
                    continue
                seen[(own, decision.tell)] = None
                since = "" if restricted or step.team == first else step.label
                words = flag_words(self.planbook, flag, decision.tell, restricted=restricted, since=since)
                yield Sentence(words, own, self._gaps(own))

    def _gaps(self, because: Iterable[Reason]) -> tuple[Reason, ...]:
        cited = {reason.clause for reason in because}
        return tuple(gap for gap in _gaps_about(self.planbook, cited) if gap.clause not in cited)


def _by_tier(alike: list[_Asking]) -> list[list[_Asking]]:
    """One group where the receiving tier is always the same or always the one needed, else one for each tier."""
    tiers = {decision.tier for _, decision in alike}
    if len(tiers) < 2 or all(decision.tier == facts[0] for facts, decision in alike) or alike[0][1].by is None:
        return [alike]
    return [[asking for asking in alike if asking[1].tier == tier] for tier in sorted(tiers, key=str)]


def _gaps_about(planbook: Planbook, words: set[str]) -> Iterator[Reason]:
    """The gaps that are about any of the entries."""
    for plan in planbook.plans.values():
        for gap in plan.gaps:
            if words & set(gap.about):
                yield Reason(plan.id, gap.id, source_of(plan, gap.source), gap.text)


def _about(planbook: Planbook, service: schema.Service) -> str:
    """One line: what it stands on, who builds it, how critical it is."""
    parts = []
    if service.behind:
        parts.append(f"Stands on {', '.join(planbook.system_label(system) for system in service.behind)}")
    if service.tool_team:
        parts.append(f"built by {planbook.team_label(service.tool_team)}")
    if service.service_tier:
        parts.append(f"service tier {service.service_tier}, which says how critical it is")
    return f"{'; '.join(parts)}." if parts else ""


def first_sources(guide: Guide) -> Mapping[Reason, int]:
    """Every sentence of the plans the guide rests on, numbered in the order it is first cited."""
    numbers: dict[Reason, int] = {}
    every = [*(s for step in guide.steps for s in (*step.takes, *step.asks)), *guide.flagged]
    for sentence in every:
        for reason in sentence.because:
            if reason.plan != BUILT_IN:
                numbers.setdefault(reason, len(numbers) + 1)
    return numbers
