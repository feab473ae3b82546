"""Clauses compiled for asking: conditions as sets, sentences as reasons, precedence as who beats whom.

Refuses nothing: what is written here was checked where it was read and brought together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tierline.plans.conditions import Only, When
from tierline.plans.decision import Reason
from tierline.plans.facts import AUDIENCES, TIERS, UNKNOWN, USER, FactWords
from tierline.plans.schema import Then

Words = frozenset[str] | None  # None: anything, even a word no plan knows
_ALL_TIERS: Final = frozenset(TIERS)


@dataclass(frozen=True, slots=True)
class Universe:
    """Every word that the plans of one planbook know; ``except`` means the rest of these."""

    teams: frozenset[str]
    services: frozenset[str]
    systems: frozenset[str]

    @property
    def faults(self) -> frozenset[str]:
        """What ``fault_in`` may say."""
        return self.systems | {UNKNOWN, USER}


@dataclass(frozen=True, slots=True)
class Terms:
    """The facts a clause applies to. ``unflagged`` turns the condition on flags round: none of them."""

    holders: Words
    services: Words
    faults: Words
    tiers: frozenset[int]
    audiences: frozenset[str]
    asks: Words
    flags: Words
    unflagged: bool
    destinations: Words

    def meet(self, words: FactWords) -> bool:
        """Whether the facts are among them; ``destinations`` are asked about apart."""
        service, holder, fault, tier, audience, asks, flags, _ = words
        return (
            # Flags first: few cases have any, and most clauses with flags are done with here.
            (self.flags is None or (self.flags.isdisjoint(flags) is self.unflagged))
            and (self.holders is None or holder in self.holders)
            and (self.services is None or service in self.services)
            and tier in self.tiers
            and (self.faults is None or fault in self.faults)
            and audience in self.audiences
            and (self.asks is None or asks in self.asks)
        )


@dataclass(frozen=True, slots=True)
class Term:
    """One clause or gap as a decision needs it. ``key`` is ``plan/clause``; ``beaten_by`` are such keys."""

    key: str
    kind: str
    reason: Reason
    terms: Terms
    then: Then
    beaten_by: frozenset[str]
    begins: datetime | None
    ends: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether the clause and its plan are in force at the instant."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)


def terms_of(when: When, universe: Universe) -> Terms:
    """The conditions of a clause with ranges and exceptions written out."""
    flags, audiences = when.flags, _words(when.audience, frozenset(AUDIENCES))
    return Terms(
        holders=_words(when.holder, universe.teams),
        services=_words(when.service, universe.services),
        faults=_words(when.fault_in, universe.faults),
        tiers=_tiers(when.needs_tier),
        audiences=frozenset(AUDIENCES) if audiences is None else audiences,
        asks=_words(when.asks, frozenset(("veteran", "reporter"))),
        flags=None if flags is None else frozenset(str(flag) for flag in flags.values),
        unflagged=flags is not None and flags.excluded,
        destinations=_words(when.to, universe.teams),
    )


def _words(only: Only | None, universe: frozenset[str]) -> Words:
    if only is None:
        return None
    named = frozenset(str(word) for word in only.values)
    return universe - named if only.excluded else named


def _tiers(only: Only | None) -> frozenset[int]:
    if only is None:
        return _ALL_TIERS
    named = frozenset(int(tier) for tier in only.values)
    return _ALL_TIERS - named if only.excluded else named


def winners(terms: list[Term]) -> list[Term]:
    """Those that no other matching one stands above; the order is kept."""
    if len(terms) < 2:
        return terms
    keys = {term.key for term in terms}
    return [term for term in terms if keys.isdisjoint(term.beaten_by)]
