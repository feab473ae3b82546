"""The decision itself: facts and the clauses in force in, one explained decision out.

The order is fixed: restricted, scope, a question to somebody, route, what the next tier must be told, whom to
tell besides. Where clauses at the same precedence disagree, or none answers, the answer is ``no-route`` with
the sentences or gaps that say why. Refuses to guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tierline.plans.decision import Decision, Outcome, Reason, built_in
from tierline.plans.facts import UNKNOWN, USER, FactWords
from tierline.plans.schema import Then
from tierline.plans.terms import Term, winners

DISAGREE: Final = "plans-disagree"
_NOT_IN_FORCE = built_in("no-plan-in-force", "No plan is in force at this instant.")
_RESTRICTED = built_in(
    "restricted-by-default",
    "What touches security or privacy goes only the restricted way; no plan names whom to tell.",
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The clauses that one holder and one service leave possible, by kind."""

    scope: tuple[Term, ...]
    contact: tuple[Term, ...]
    route: tuple[Term, ...]
    tell: tuple[Term, ...]
    gap: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that decides between two days on which something changes.

    ``terms`` are sorted by plan and clause; ``tickets`` names the ticketing system and its reason by
    receiving team and audience; ``tiers`` are those each team works.
    """

    terms: tuple[Term, ...]
    any_plan: bool
    tiers: Mapping[str, tuple[int, ...]]
    services: frozenset[str]
    systems: frozenset[str]
    tickets: Mapping[tuple[str, str], tuple[str, Reason]]
    intake_order: Mapping[str, int]
    restrict: tuple[Term, ...]
    intake: tuple[Term, ...]
    _candidates: dict[tuple[str, str], Candidates] = field(default_factory=dict)

    def candidates(self, holder: str, service: str) -> Candidates:
        """The clauses possible for a holder and a service; remembered when both are known."""
        found = self._candidates.get((holder, service))
        if found is None:
            found = self._look_up(holder, service)
            if holder in self.tiers and service in self.services:
                self._candidates[(holder, service)] = found
        return found

    def _look_up(self, holder: str, service: str) -> Candidates:
        possible = [
            term
            for term in self.terms
            if (term.terms.holders is None or holder in term.terms.holders)
            and (term.terms.services is None or service in term.terms.services)
        ]
        return Candidates(*(tuple(t for t in possible if t.kind == kind) for kind in Candidates.__slots__))


def decide(book: InForce, words: FactWords) -> Decision:
    """What happens to a case with these facts next. Never raises for facts that were read."""
    restricted = _restricted(book, words)
    if restricted is not None:
        return restricted
    possible = book.candidates(words[1], words[0])
    decision = _decide_open(book, possible, words)
    told = winners([term for term in possible.tell if term.terms.meet(words)])
    if not told:
        return decision
    return replace(decision, tell=_tell(told), because=decision.because + _reasons(told))


def _decide_open(book: InForce, possible: Candidates, words: FactWords) -> Decision:
    unknown = _unknown(book, words)
    if unknown is not None:
        return _no_route(unknown)
    met = [term for term in possible.scope if term.terms.meet(words)]
    outside = _out_of_scope(met)
    if outside is not None:
        return outside
    decision = _ask(book, possible, words) if words[5] is not None else _route(book, possible, words)
    if any(term.then.out for term in met):
        # Taken in over a clause that would have kept it out: that reason is told first.
        return replace(decision, because=_reasons(winners(met)) + decision.because)
    return decision


def _unknown(book: InForce, words: FactWords) -> Reason | None:
    """Why nothing can be asked at all. A system is only asked about where the route depends on it."""
    service, holder, *_ = words
    if not book.any_plan:
        return _NOT_IN_FORCE
    if holder not in book.tiers:
        return built_in("unknown-team", f"No plan knows a team with the id {holder}.")
    if service not in book.services:
        return built_in("unknown-service", f"No plan knows a service with the id {service}.")
    return None


def _restricted(book: InForce, words: FactWords) -> Decision | None:
    matching = winners([term for term in book.restrict if term.terms.meet(words)])
    if matching:
        return Decision(Outcome.RESTRICTED, _reasons(matching), tell=_tell(matching))
    if "security-privacy" in words[6]:
        return Decision(Outcome.RESTRICTED, (_RESTRICTED,))
    return None


def _out_of_scope(met: list[Term]) -> Decision | None:
    matching = winners(met)
    out = [term for term in matching if term.then.out]
    if not out:
        return None
    if not _agree(matching):
        return _disagreement(matching)
    return Decision(Outcome.OUT_OF_SCOPE, _reasons(out), to=out[0].then.taken_by)


def _ask(book: InForce, possible: Candidates, words: FactWords) -> Decision:
    if words[5] == "reporter" and words[4] == "veteran":
        words = (*words[:5], "veteran", *words[6:])  # who reports among Veterans is one
    matching = winners([term for term in possible.contact if term.terms.meet(words)])
    if not matching:
        text = f"No plan says whether {words[1]} may ask the {words[5]}, or who may."
        return _named_gaps(possible, words) or _no_route(built_in("no-contact-rule", text))
    if not _agree(matching):
        return _disagreement(matching)
    then = matching[0].then
    if then.directly:
        return Decision(Outcome.ASK_DIRECTLY, _reasons(matching), to=words[1])
    asked = str(then.through)
    # A question needs the front of the team that may ask, not the skills the case needs.
    tier = then.tier if then.tier is not None else min(book.tiers[asked], default=None)
    return _by_channel(book, words, Decision(Outcome.ASK_THROUGH, _reasons(matching), asked, tier, then.by))


def _route(book: InForce, possible: Candidates, words: FactWords) -> Decision:
    fault = words[2]
    if fault not in book.systems and fault not in (UNKNOWN, USER):
        return _no_route(built_in("unknown-system", f"No plan knows a system with the id {fault}."))
    matching = winners([term for term in possible.route if term.terms.meet(words)])
    if not matching:
        return _named_gaps(possible, words) or _no_route(_unanswered(words))
    if not _agree(matching):
        return _disagreement(matching)
    then, holder, tier = matching[0].then, words[1], words[3]
    if then.keep:
        at_tier = _nearest(tier, book.tiers[holder])
        return Decision(Outcome.KEEP, _reasons(matching), to=holder, tier=at_tier)
    to = str(then.to)
    at_tier = then.tier if then.tier is not None else _nearest(tier, book.tiers[to])
    handed = Decision(Outcome.HAND_OFF, _reasons(matching), to, at_tier, then.by)
    return _by_channel(book, words, _informed(book, words, handed))


def _informed(book: InForce, words: FactWords, handed: Decision) -> Decision:
    """The hand-off, or what is still missing for it."""
    supplied = words[7]
    if supplied is None:
        return handed
    demanding = demanded(book, words, str(handed.to))
    missing = {field_id for term in demanding for field_id in term.then.requires} - supplied
    if not missing:
        return handed
    return replace(
        handed,
        outcome=Outcome.NEEDS_INFORMATION,
        because=handed.because + _reasons(t for t in demanding if not missing.isdisjoint(t.then.requires)),
        missing=tuple(sorted(missing, key=book.intake_order.__getitem__)),
    )


def demanded(book: InForce, words: FactWords, to: str) -> list[Term]:
    """The intake clauses that stand before a hand-off to the team."""
    return winners([term for term in book.intake if _goes_to(term, to) and term.terms.meet(words)])


def _by_channel(book: InForce, words: FactWords, decision: Decision) -> Decision:
    """The decision with the ticketing system in force, where it goes by ticket."""
    if decision.by != "ticket":
        return decision
    ticketing = book.tickets.get((str(decision.to), words[4]))
    if ticketing is None:
        text = f"No ticketing system is in force for {words[4]} cases at {decision.to}."
        return _no_route(*decision.because, built_in("no-ticketing-system", text))
    system, reason = ticketing
    return replace(decision, system=system, because=(*decision.because, reason))


def _goes_to(term: Term, team: str | None) -> bool:
    return term.terms.destinations is None or team in term.terms.destinations


def _named_gaps(possible: Candidates, words: FactWords) -> Decision | None:
    """The no-route that the plans themselves foresee."""
    asking = words[5] is not None
    gaps = [g.reason for g in possible.gap if (g.terms.asks is not None) is asking and g.terms.meet(words)]
    return _no_route(*gaps) if gaps else None


def _unanswered(words: FactWords) -> Reason:
    service, holder, fault, tier, audience, *_ = words
    text = (
        f"No plan says what {holder} does with {service} for {audience} cases "
        f"when the fault is in {fault} and tier {tier} is needed."
    )
    return built_in("no-plan-answers", text)


def _disagreement(matching: list[Term]) -> Decision:
    text = "Clauses of the same precedence decide differently; nobody guesses which of them is meant."
    return _no_route(built_in(DISAGREE, text), *(term.reason for term in matching))


def _no_route(*because: Reason) -> Decision:
    return Decision(Outcome.NO_ROUTE, because)


def _agree(matching: list[Term]) -> bool:
    if len(matching) == 1:
        return True
    first = effect(matching[0].then)
    return all(effect(term.then) == first for term in matching[1:])


def effect(then: Then) -> tuple[object, ...]:
    """What two clauses have to have in common to agree."""
    return (then.out, then.taken_by, then.directly, then.through, then.keep, then.to, then.by, then.tier)


def _nearest(needed: int, worked: tuple[int, ...]) -> int:
    """The tier a team works that is nearest above what is needed, else its highest."""
    return next((tier for tier in worked if tier >= needed), worked[-1] if worked else needed)


def _tell(terms: list[Term]) -> tuple[str, ...]:
    return tuple(sorted({duty for term in terms for duty in term.then.tell}))


def _reasons(terms: Iterable[Term]) -> tuple[Reason, ...]:
    return tuple(term.reason for term in terms)
