"""The proof by trying: every combination of facts that the plans name is decided, and what that shows is told.

Says where cases go round, which clauses can never apply, which contradict each other, and where a hand-off
arrives at a team no plan tells what to do. Refuses nothing; every finding is one for ``plans check``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final

from tierline.plans.decision import BUILT_IN, Decision, Outcome
from tierline.plans.facts import ASKS, AUDIENCES, TIERS, UNKNOWN, Asks, Audience, FactWords
from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook
from tierline.plans.routing import DISAGREE, InForce, decide, effect
from tierline.plans.terms import Term, Words

_NOTHING: Final[frozenset[str]] = frozenset()
_HANDED: Final = (Outcome.HAND_OFF, Outcome.ASK_THROUGH)


@dataclass(frozen=True, slots=True)
class Covered:
    """How many combinations of holder, service, fault, tier and audience the plans in force decide."""

    combinations: int = 0
    routed: int = 0
    no_route: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts as the contract writes them."""
        return {"combinations": self.combinations, "routed": self.routed, "no_route": self.no_route}


def covered(planbook: Planbook, epoch: int) -> Covered:
    """The counts for one stretch of time; teams that work no tier hold no case and are left out."""
    book = planbook.of_epoch(epoch)
    outcomes = [decide(book, words).outcome for words in combinations_of(planbook)]
    no_route = outcomes.count(Outcome.NO_ROUTE)
    return Covered(len(outcomes), len(outcomes) - no_route, no_route)


def combinations_of(planbook: Planbook) -> Iterator[FactWords]:
    """Every combination of holder, service, fault, tier and audience that the plans name."""
    for case in _cases(planbook):
        for holder in _working(planbook):
            yield (case[0], holder, *case[2:])


def _working(planbook: Planbook) -> list[str]:
    return sorted(team.id for team in planbook.teams.values() if team.tiers)


def _cases(planbook: Planbook, asks: Asks | None = None) -> Iterator[FactWords]:
    """Every combination but that of the holder, which is left empty."""
    universe = planbook.universe
    for service, fault, tier, audience in product(sorted(universe.services), sorted(universe.faults), TIERS, AUDIENCES):
        yield (service, "", fault, tier, audience, asks, _NOTHING, None)


def coverage_findings(planbook: Planbook) -> list[Finding]:
    """What trying every combination in every stretch of time shows; the same thing is told once."""
    findings: dict[Finding, None] = {}
    books = [planbook.of_epoch(epoch) for epoch in range(1, len(planbook.boundaries) + 1)]
    for book in books:
        findings.update(dict.fromkeys(_circles(planbook, book)))
        findings.update(dict.fromkeys(_contradictions(planbook, book)))
    findings.update(dict.fromkeys(_never_applying(planbook, books)))
    return list(findings)


# -- circles ----------------------------------------------------------------------------------------------


def _circles(planbook: Planbook, book: InForce) -> Iterator[Finding]:
    told: set[tuple[str, ...]] = set()
    for words in _journeys(planbook):
        steps = {holder: decide(book, (words[0], holder, *words[2:])) for holder in _working(planbook)}
        for circle in circles({holder: step.to for holder, step in steps.items() if step.outcome in _HANDED}):
            keys = tuple(_key(steps[holder]) for holder in circle)
            if keys not in told:
                told.add(keys)
                yield _circle(planbook, words, circle, keys)
        yield from _dead_ends(planbook, steps, words, told)


def _journeys(planbook: Planbook) -> Iterator[FactWords]:
    yield from _cases(planbook)
    for asks in ASKS:  # a question travels by holder and audience; where the fault lies changes nothing
        yield from (words for words in _cases(planbook, asks) if words[2] == UNKNOWN and words[3] == TIERS[0])


def circles(steps: dict[str, str | None]) -> list[tuple[str, ...]]:
    """The circles of a map in which everything leads to at most one other, each from its smallest member."""
    found: set[tuple[str, ...]] = set()
    for start in sorted(steps):
        trail: list[str] = []
        here: str | None = start
        while here in steps and here not in trail:
            trail.append(here)
            here = steps[here]
        if here in trail:
            circle = trail[trail.index(here) :]
            first = circle.index(min(circle))
            found.add((*circle[first:], *circle[:first]))
    return sorted(found)


def _circle(planbook: Planbook, words: FactWords, circle: tuple[str, ...], keys: tuple[str, ...]) -> Finding:
    what = "The question goes" if words[5] else "The case goes"
    trail = " → ".join((*circle, circle[0]))
    message = f"{what} round in a circle: {trail} ({facts_in_words(words)}), by {', '.join(keys)}."
    return _finding(
        planbook, "error", "circle", keys[0], message=message, remedy="Let one of these clauses keep it, or send it on."
    )


def _dead_ends(
    planbook: Planbook, steps: dict[str, Decision], words: FactWords, told: set[tuple[str, ...]]
) -> Iterator[Finding]:
    for step in steps.values():
        onward = steps.get(step.to or "")
        if step.outcome not in _HANDED or onward is None or not _says_nothing(onward):
            continue
        mark = ("dead-end", _key(step), str(step.to))
        if mark not in told:
            told.add(mark)
            message = f"{_key(step)} hands to {step.to}, where no plan says what is next ({facts_in_words(words)})."
            remedy = f"Say in a plan what {step.to} does with it, or name the gap."
            yield _finding(planbook, "note", "dead-end", mark[1], message=message, remedy=remedy)


def _says_nothing(decision: Decision) -> bool:
    """No route, and not even a gap that says why."""
    return decision.outcome is Outcome.NO_ROUTE and decision.because[0].plan == BUILT_IN


def _key(decision: Decision) -> str:
    reason = decision.because[0]
    return f"{reason.plan}/{reason.clause}"


def facts_in_words(words: FactWords) -> str:
    """The facts of an example, for a sentence."""
    service, _, fault, tier, audience, asks, *_ = words
    asking = f", asks the {asks}" if asks else ""
    return f"{service}, fault in {fault}, tier {tier}, {audience}{asking}"


# -- contradictions ---------------------------------------------------------------------------------------


def _contradictions(planbook: Planbook, book: InForce) -> Iterator[Finding]:
    deciding = [term for term in book.terms if term.kind in ("scope", "contact", "route")]
    for one, other in combinations(deciding, 2):
        if one.kind != other.kind or effect(one.then) == effect(other.then):
            continue
        if one.key in other.beaten_by and other.key in one.beaten_by:
            yield _contradiction(planbook, one, other, "each overrides the other")
        elif one.key not in other.beaten_by and other.key not in one.beaten_by:
            words = _where_they_disagree(planbook, book, one, other)
            if words is not None:
                yield _contradiction(planbook, one, other, f"held by {words[1]}: {facts_in_words(words)}")
    yield from _two_ticketing_systems(planbook)


def _where_they_disagree(planbook: Planbook, book: InForce, one: Term, other: Term) -> FactWords | None:
    for words in _points(planbook, one, other):
        cited = {(reason.plan, reason.clause) for reason in decide(book, words).because}
        both = {(term.reason.plan, term.reason.clause) for term in (one, other)}
        if both <= cited and any(clause == DISAGREE for _, clause in cited):
            return words
    return None


def _contradiction(planbook: Planbook, one: Term, other: Term, where: str) -> Finding:
    message = f"{one.key} and {other.key} decide the same facts differently ({where})."
    remedy = "Narrow the conditions of one, or let one override the other."
    return _finding(planbook, "error", "contradiction", one.key, message=message, remedy=remedy)


def _two_ticketing_systems(planbook: Planbook) -> Iterator[Finding]:
    for day in planbook.boundaries:
        for (receiver, audience), names in planbook.ticketing_at(day).items():
            if len(names) > 1:
                message = f"{' and '.join(names)} are both in force for {audience} cases at {receiver}."
                yield _of_ticketing(planbook, names[1], message)


# -- clauses that never apply -----------------------------------------------------------------------------


def _never_applying(planbook: Planbook, books: Iterable[InForce]) -> Iterator[Finding]:
    known = list(books)
    for term in planbook.terms:
        if term.kind == "scope" and not term.then.out:
            continue  # it says what is in; alone it changes nothing, and need not
        if not any(_applies(planbook, book, term) for book in known if term in book.terms):
            what = "gap can never be cited" if term.kind == "gap" else "clause can never apply"
            message = f"The {what}: nothing meets its conditions that others do not decide first."
            yield _finding(
                planbook,
                "error",
                "never-applies",
                term.key,
                message=message,
                remedy="Widen its conditions, or remove it.",
            )


def _applies(planbook: Planbook, book: InForce, term: Term) -> bool:
    own = (term.reason.plan, term.reason.clause)
    return any(
        own in {(reason.plan, reason.clause) for reason in decide(book, words).because}
        for words in _points(planbook, term)
    )


def _points(planbook: Planbook, *terms: Term) -> Iterator[FactWords]:
    """Every combination of facts that meets the conditions of all the terms, as far as one flag goes."""
    universe = planbook.universe

    def common(of: Callable[[Term], Words], everything: frozenset[str]) -> list[str]:
        words = everything
        for term in terms:
            named = of(term)
            words = words if named is None else words & named
        return sorted(words)

    supplied = _NOTHING if any(term.kind == "intake" for term in terms) else None
    tiers = sorted(frozenset(TIERS).intersection(*(term.terms.tiers for term in terms)))
    audiences: list[Audience] = [a for a in AUDIENCES if all(a in term.terms.audiences for term in terms)]
    for holder, service, fault, tier, audience, asks, flags in product(
        common(lambda term: term.terms.holders, universe.teams),
        common(lambda term: term.terms.services, universe.services),
        common(lambda term: term.terms.faults, universe.faults),
        tiers,
        audiences,
        _asked(terms),
        _flagged(terms),
    ):
        yield (service, holder, fault, tier, audience, asks, flags, supplied)


def _asked(terms: tuple[Term, ...]) -> list[Asks | None]:
    if not any(term.kind == "contact" or term.terms.asks is not None for term in terms):
        return [None]
    return [asks for asks in ASKS if all(term.terms.asks is None or asks in term.terms.asks for term in terms)]


def _flagged(terms: tuple[Term, ...]) -> list[frozenset[str]]:
    wanted = {flag for term in terms if term.terms.flags and not term.terms.unflagged for flag in term.terms.flags}
    return [frozenset((flag,)) for flag in sorted(wanted)] or [_NOTHING]


def _finding(planbook: Planbook, severity: Severity, code: str, key: str, *, message: str, remedy: str) -> Finding:
    plan, file, line = planbook.place_of(key)
    return Finding(severity, code, plan, file, line, message, remedy)


def _of_ticketing(planbook: Planbook, system: str, message: str) -> Finding:
    plan = next(plan for plan in planbook.plans.values() if any(t.id == system for t in plan.ticketing))
    remedy = "Let one end before the other begins."
    return _finding(planbook, "error", "contradiction", f"{plan.id}/{system}", message=message, remedy=remedy)
