"""A planbook: all plans and charters of one folder, checked, compiled together and ready to be asked.

Built by ``loading.py``, which refuses what cannot be compiled. Unchangeable; what it remembers between
questions only makes the next one faster. Other packages ask it for words and addresses, never the files.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo

from tierline.plans import schema
from tierline.plans.conditions import When
from tierline.plans.decision import By, Decision, Reason, built_in
from tierline.plans.entries import Source
from tierline.plans.facts import Facts, FactWords
from tierline.plans.reading import PlanText
from tierline.plans.routing import InForce, decide, demanded
from tierline.plans.terms import Term, Universe, terms_of

MOST_REMEMBERED: Final = 8_192  # decisions; a planbook in long use stays small
UNWRITTEN_ATTEMPTS: Final[tuple[schema.Outreach, ...]] = ("email", "email", "telephone")
_UNWRITTEN_RULE: Final = built_in(
    "three-attempts", "No plan says how often somebody is tried: by e-mail, again by e-mail, then by telephone."
)
UNLISTED: Final = schema.ReturnReason(
    id="other",
    label="Another reason",
    guidance="Read the words beside it, and ask the team that sent it back where they are not enough.",
    words_required=True,
    source=Source(heading="Reasons for a return", document="Tierline, built-in rules"),
)
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """One plan with the text it was read from, so that findings can name the line."""

    plan: schema.Plan
    text: PlanText

    def line(self, *path: str | int) -> int:
        """The line of an entry in the file."""
        return self.text.line(path)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person as an e-mail hand-off addresses them."""

    name: str
    email: str


class Planbook:
    """All plans of one folder, asked as one. ``files`` are sorted by plan id."""

    def __init__(self, files: Iterable[PlanFile]) -> None:
        self.files: Final = tuple(sorted(files, key=lambda file: file.plan.id))
        plans = self.plans = {file.plan.id: file.plan for file in self.files}
        every = plans.values()
        self.organisations: Final = {entry.id: entry for plan in every for entry in plan.organisations}
        self.people: Final = {entry.id: entry for plan in every for entry in plan.people}
        self.groups: Final = {entry.id: entry for plan in every for entry in plan.groups}
        self.duties: Final = {entry.id: entry for plan in every for entry in plan.duties}
        self.teams: Final = {entry.id: entry for plan in every for entry in plan.teams}
        self.systems: Final = {entry.id: entry for plan in every for entry in plan.systems}
        self.services: Final = {entry.id: entry for plan in every for entry in plan.services}
        self.ticketing: Final = {entry.id: entry for plan in every for entry in plan.ticketing}
        self.intake: Final = {entry.id: entry for plan in every for entry in plan.intake}
        self.returns: Final = {entry.id: entry for plan in every for entry in plan.returns}
        self.clocks: Final = {entry.id: entry for plan in every for entry in plan.clocks}
        self.calendars: Final = {entry.id: entry.compiled() for plan in every for entry in plan.calendars}
        self.universe: Final = Universe(frozenset(self.teams), frozenset(self.services), frozenset(self.systems))
        self._in_force: dict[int, InForce] = {}
        self._decided: dict[tuple[int, FactWords], Decision] = {}
        #: What ``policies.governing`` remembers: policies by stretch of time and circumstances.
        self.governed: Final[dict[Hashable, Any]] = {}

    def decide(self, facts: Facts, at: datetime) -> Decision:
        """What the plans in force at the instant ``at`` (with an offset) say about these facts."""
        return self.decide_words(facts_words(facts), self.epoch(at))

    def decide_words(self, words: FactWords, epoch: int) -> Decision:
        """The same for facts as plain words and a stretch of time; remembered within bounds."""
        key = (epoch, words)
        decision = self._decided.get(key)
        if decision is None:
            decision = decide(self.of_epoch(epoch), words)
            if len(self._decided) >= MOST_REMEMBERED:
                self._decided.clear()
            self._decided[key] = decision
        return decision

    def epoch(self, at: datetime) -> int:
        """The number of the stretch of time, between two changes of what is in force, that holds ``at``."""
        return bisect_right(self._edges, (at - _ZERO).total_seconds())

    def of_epoch(self, epoch: int) -> InForce:
        """Everything that decides in one such stretch."""
        found = self._in_force.get(epoch)
        if found is None:
            found = self._in_force[epoch] = self._compiled(epoch)
        return found

    @cached_property
    def boundaries(self) -> Sequence[datetime]:
        """The instants at which something begins or ends to be in force, in order."""
        edges = {edge for term in self.terms for edge in (term.begins, term.ends)}
        edges |= {edge for file in self.files for edge in _in_effect(file.plan)}
        for file in self.files:
            zone = file.plan.effective.zone
            for entry in file.plan.ticketing:
                edges |= {_midnight(day, zone) for used in entry.used for day in (used.from_, used.until)}
        return sorted(edge for edge in edges if edge is not None)

    @cached_property
    def _edges(self) -> list[float]:
        """The boundaries in seconds: comparing instants of named zones costs more than a decision."""
        return [(day - _ZERO).total_seconds() for day in self.boundaries]

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Every clause that can decide and every gap that can be cited, sorted by plan and id."""
        clauses = {f"{plan.id}/{entry.id}": (plan, entry) for plan in self.plans.values() for entry in plan.clauses}
        terms = [
            self._term(plan, entry, _beaten_by(plan, entry, clauses))
            for plan, entry in clauses.values()
            if entry.kind != "duty"
        ]
        for plan in self.plans.values():
            terms.extend(self._term(plan, gap, frozenset()) for gap in plan.gaps if gap.when is not None)
        return tuple(sorted(terms, key=lambda term: (term.reason.plan, term.reason.clause)))

    def _term(self, plan: schema.Plan, entry: schema.Clause | schema.Gap, beaten: frozenset[str]) -> Term:
        begins, ends = _in_effect(plan)
        kind, then = "gap", schema.Then()
        if isinstance(entry, schema.Clause):
            kind, then = entry.kind, entry.then
            own_begin = _midnight(entry.from_, plan.effective.zone)
            own_end = _midnight(entry.until, plan.effective.zone)
            begins = max((day for day in (begins, own_begin) if day is not None), default=None)
            ends = min((day for day in (ends, own_end) if day is not None), default=None)
        return Term(
            key=f"{plan.id}/{entry.id}",
            kind=kind,
            reason=Reason(plan.id, entry.id, source_of(plan, entry.source), entry.text),
            terms=terms_of(entry.when or When(), self.universe),
            then=then,
            beaten_by=beaten,
            begins=begins,
            ends=ends,
        )

    def _compiled(self, epoch: int) -> InForce:
        # Before the first boundary nothing has begun: every plan says from which day it holds.
        at = self.boundaries[epoch - 1] if epoch else None
        terms = tuple(term for term in self.terms if at is not None and term.in_force(at))
        plans = [plan for plan in self.plans.values() if at is not None and _holds(plan, at)]
        return InForce(
            terms=terms,
            any_plan=bool(plans),
            tiers={team.id: team.tiers for team in self.teams.values()},
            services=self.universe.services,
            systems=self.universe.systems,
            tickets=_tickets(plans, at),
            intake_order={field_id: place for place, field_id in enumerate(self.intake)},
            restrict=tuple(term for term in terms if term.kind == "restrict"),
            intake=tuple(term for term in terms if term.kind == "intake"),
        )

    # -- words and addresses, for pages, forms and letters ------------------------------------------------

    @cached_property
    def return_reasons(self) -> Mapping[str, schema.ReturnReason]:
        """Why a case may go back to its sender, in the order a form lists them; one built-in where no plan says."""
        return self.returns or {UNLISTED.id: UNLISTED}

    @cached_property
    def unlisted_reason(self) -> schema.ReturnReason:
        """The reason that says nothing without words: what is on no list is counted under it."""
        return next((reason for reason in self.return_reasons.values() if reason.words_required), UNLISTED)

    def return_label(self, reason: str) -> str:
        """The name of a reason for a return; its id while no plan knows it."""
        known = self.return_reasons.get(reason)
        return known.label if known else reason

    def service_label(self, service: str) -> str:
        """The name people use for a service; its id while no plan knows it."""
        return self.services[service].label if service in self.services else service

    def team_label(self, team: str) -> str:
        """The name of a team; its id while no plan knows it."""
        return self.teams[team].label if team in self.teams else team

    def system_label(self, system: str) -> str:
        """The name of a system, of a ticketing system, or of the two words of ``fault_in``."""
        if system in self.systems:
            return self.systems[system].label
        if system in self.ticketing:
            return self.ticketing[system].label
        return {"unknown": "Not known yet", "user": "A question or a mistake; nothing is broken"}.get(system, system)

    def duty_label(self, duty: str) -> str:
        """The name of a duty; its id while no plan knows it."""
        return self.duties[duty].label if duty in self.duties else duty

    def holders_of(self, duty: str) -> tuple[Mailbox, ...]:
        """Who holds a duty, groups written out, the deputy last."""
        return tuple(dict.fromkeys((*self.firsts_of(duty), *self.deputies_of(duty))))

    def firsts_of(self, duty: str) -> tuple[Mailbox, ...]:
        """The same without the deputy."""
        entry = self.duties.get(duty)
        people = [person for name in (entry.holders if entry else ()) for person in self._people_of(name)]
        return tuple(dict.fromkeys(Mailbox(person.name, person.email) for person in people))

    def deputies_of(self, duty: str) -> tuple[Mailbox, ...]:
        """Who stands in for the holders of a duty, groups written out."""
        entry = self.duties.get(duty)
        people = self._people_of(entry.deputy) if entry is not None and entry.deputy else []
        return tuple(Mailbox(person.name, person.email) for person in people)

    def _people_of(self, name: str) -> list[schema.Person]:
        if name in self.groups:
            return [self.people[member] for member in self.groups[name].members]
        return [self.people[name]]

    def mailboxes_of(self, team: str) -> tuple[Mailbox, ...]:
        """The people an e-mail hand-off to the team addresses; empty when it takes none."""
        receives = self._receives(team).email
        if receives is None:
            return ()
        people = [self.people[person] for person in receives.people]
        return tuple(Mailbox(person.name, person.email) for person in people)

    def call_of(self, team: str) -> schema.CallAddress | None:
        """The regular call on which the team hears of cases."""
        return self._receives(team).call

    def issues_of(self, team: str) -> schema.IssueAddress | None:
        """Tracker, project, labels and title prefix of an engineering issue for the team."""
        return self._receives(team).issue

    def queue_of(self, team: str) -> str | None:
        """The team's queue in whichever ticketing system is in force."""
        ticket = self._receives(team).ticket
        return ticket.queue if ticket else None

    def address(self, team: str, by: By) -> str | None:
        """The team's address on a channel in one line for people; ``None`` when it has none."""
        receives = self._receives(team)
        if by == "ticket":
            return receives.ticket.queue if receives.ticket else None
        if by == "email":
            return ", ".join(f"{box.name} <{box.email}>" for box in self.mailboxes_of(team)) or None
        if by == "call":
            return f"{receives.call.name} ({receives.call.held})" if receives.call else None
        issue = receives.issue
        return " ".join([issue.tracker, *issue.labels]) if issue else None

    def _receives(self, team: str) -> schema.Receives:
        return self.teams[team].receives if team in self.teams else schema.Receives()

    def required_for(self, facts: Facts, to: str, at: datetime) -> tuple[schema.IntakeField, ...]:
        """The intake fields a hand-off to the team would require, in the order a form asks for them."""
        required = self.required_words(facts_words(facts), to, self.epoch(at))
        return tuple(entry for entry in self.intake.values() if entry.id in required)

    def required_words(self, words: FactWords, to: str, epoch: int) -> frozenset[str]:
        """The ids of those fields, for facts as plain words and a stretch of time."""
        demanding = demanded(self.of_epoch(epoch), words, to)
        return frozenset(field_id for term in demanding for field_id in term.then.requires)

    def plans_at(self, at: datetime) -> tuple[schema.Plan, ...]:
        """The plans in force at the instant, sorted by id."""
        return tuple(plan for plan in self.plans.values() if _holds(plan, at))

    def ticketing_in_force(self, receiver: str, audience: str, at: datetime) -> str | None:
        """The ticketing system a ticket to ``receiver`` is entered in at the instant."""
        found = self.of_epoch(self.epoch(at)).tickets.get((receiver, audience))
        return found[0] if found else None

    def ticketing_at(self, at: datetime) -> dict[tuple[str, str], tuple[str, ...]]:
        """Every ticketing system in force, by receiving team and audience; a sound planbook has one of each."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for where, system, _ in _ticket_uses(self.plans_at(at), at):
            found[where] = (*found.get(where, ()), system)
        return found

    @cached_property
    def impacts(self) -> tuple[str, ...]:
        """The words for an impact that some policy of time asks about, in the order of the plans."""
        return self._asked_by_levels("impact")

    @cached_property
    def severities(self) -> tuple[str, ...]:
        """The words for a severity that some policy of time asks about, in the order of the plans."""
        return self._asked_by_levels("severity")

    def _asked_by_levels(self, condition: str) -> tuple[str, ...]:
        levels = (level for clock in self.clocks.values() for level in clock.levels)
        asked = (getattr(when, condition) for level in levels for when in level.when)
        return tuple(dict.fromkeys(str(word) for only in asked if only is not None for word in only.values))

    def place_of(self, key: str) -> tuple[str, str, int]:
        """Plan, file and line of a ``plan/clause`` key; of the first plan for a built-in reason."""
        plan_id, _, entry_id = key.partition("/")
        for file in self.files:
            if file.plan.id == plan_id:
                for section in ("clauses", "gaps", "ticketing", "clocks", "attempts", "rooms"):
                    for place, entry in enumerate(getattr(file.plan, section)):
                        if entry.id == entry_id:
                            return plan_id, file.text.file, file.line(section, place)
        return self.files[0].plan.id, self.files[0].text.file, 1

    def record_system(self, record: str) -> str | None:
        """The ticketing system whose record numbers look like this one; opaque otherwise."""
        return next((system for system, form in self._record_forms if form.fullmatch(record)), None)

    @cached_property
    def _record_forms(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((t.id, re.compile(form)) for t in self.ticketing.values() for form in t.records)

    def obligations(self, topic: str) -> tuple[tuple[schema.Plan, schema.Clause], ...]:
        """The duty clauses of a topic (``monitoring``, ``reporting``, ``downtime``) with their plans."""
        every = [(plan, clause) for plan in self.plans.values() for clause in plan.clauses]
        return tuple((plan, clause) for plan, clause in every if clause.topic == topic)

    def attempts_of(self, team: str, at: datetime) -> tuple[tuple[schema.Outreach, ...], Reason]:
        """By which channels, in order, the team tries whom it asks or tells, and the sentence that says so.

        A rule that names the team goes before one for all; where no plan says anything, the built-in rule holds.
        """
        rules = [(plan, rule) for plan in self.plans_at(at) for rule in plan.attempts]
        named = [(plan, rule) for plan, rule in rules if team in rule.teams]
        for plan, rule in named or [(plan, rule) for plan, rule in rules if not rule.teams]:
            return rule.by, Reason(plan.id, rule.id, source_of(plan, rule.source), rule.text)
        return UNWRITTEN_ATTEMPTS, _UNWRITTEN_RULE

    def restricted_duties(self) -> frozenset[str]:
        """The duties that any restricted path tells: who may see restricted cases."""
        return frozenset(duty for term in self.terms if term.kind == "restrict" for duty in term.then.tell)


def facts_words(facts: Facts) -> FactWords:
    """The facts as the plain tuple that routing takes."""
    return (
        facts.service,
        facts.holder,
        facts.fault_in,
        facts.needs_tier,
        facts.audience,
        facts.asks,
        facts.flags,
        facts.supplied,
    )


def source_of(plan: schema.Plan, source: Source) -> str:
    """Document and heading in one line."""
    return f"{source.document or plan.document}, {source.heading}"


def _midnight(day: date | None, zone: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(zone))


def _in_effect(plan: schema.Plan) -> tuple[datetime | None, datetime | None]:
    effective = plan.effective
    return _midnight(effective.from_, effective.zone), _midnight(effective.until, effective.zone)


def _holds(plan: schema.Plan, at: datetime) -> bool:
    begins, ends = _in_effect(plan)
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _beaten_by(
    plan: schema.Plan, clause: schema.Clause, clauses: Mapping[str, tuple[schema.Plan, schema.Clause]]
) -> frozenset[str]:
    """The clauses that stand above this one: its charter's of the same kind, and those that override it."""
    own = f"{plan.id}/{clause.id}"
    return frozenset(
        key
        for key, (other_plan, other) in clauses.items()
        if other.kind == clause.kind
        and (own in overridden(other_plan, other) or (plan.under is not None and other_plan.id == plan.under))
    )


def overridden(plan: schema.Plan, clause: schema.Clause) -> tuple[str, ...]:
    """The ``plan/clause`` keys a clause overrides; a bare id is one of its own plan."""
    return tuple(name if "/" in name else f"{plan.id}/{name}" for name in clause.overrides)


def _ticket_uses(plans: Iterable[schema.Plan], at: datetime) -> Iterator[tuple[tuple[str, str], str, Reason]]:
    """Every ticketing system in force with the receiving team and audience it is in force for, by its id."""
    entries = [(entry.id, plan, entry) for plan in plans for entry in plan.ticketing]
    for _, plan, entry in sorted(entries, key=lambda known: known[0]):
        reason = Reason(plan.id, entry.id, source_of(plan, entry.source), entry.text)
        for used in entry.used:
            begins = _midnight(used.from_, plan.effective.zone)
            ends = _midnight(used.until, plan.effective.zone)
            if (begins is None or begins <= at) and (ends is None or at < ends):
                for receiver, audience in product(used.receivers, used.audience):
                    yield (receiver, audience), entry.id, reason


def _tickets(plans: Iterable[schema.Plan], at: datetime | None) -> dict[tuple[str, str], tuple[str, Reason]]:
    """The ticketing system by receiving team and audience; where two overlap, the first by id."""
    found: dict[tuple[str, str], tuple[str, Reason]] = {}
    for where, system, reason in () if at is None else _ticket_uses(plans, at):
        found.setdefault(where, (system, reason))
    return found
