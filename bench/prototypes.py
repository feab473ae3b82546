"""Kinds of cases that the plans in force know, each judged once by the plans themselves, so that 100,000 cases can be
written with true decisions in seconds. Pure but for the dice.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from tierline.cases.asking_plans import facts_of, restricted_to
from tierline.plans.planbook import Planbook

ANSWERS = {"summary": "s", "occurred-at": "yesterday", "browser": "a browser", "device": "a telephone"}


@dataclass(frozen=True, slots=True)
class Prototype:
    """What cases of one kind have in common. ``decision`` is JSON."""

    service: str
    holder: str
    fault_in: str
    needs_tier: int
    flags: tuple[str, ...]
    restricted_to: tuple[str, ...]
    missing: tuple[str, ...]
    decision: str


@dataclass(frozen=True, slots=True)
class Kinds:
    """Everything a case is drawn from. ``desks`` are teams with people, the busiest first."""

    desks: tuple[str, ...]
    organisations: dict[str, str]
    ticketing: str
    plain: dict[str, tuple[Prototype, ...]]
    restricted: dict[str, tuple[Prototype, ...]]

    def draw(self, dice: random.Random, holder: str) -> Prototype:
        """One kind of case that ``holder`` may have; one in a hundred is restricted."""
        restricted = self.restricted[holder] if dice.random() < 0.01 else ()
        return dice.choice(restricted or self.plain[holder])

    def chain(self, dice: random.Random) -> tuple[str, ...]:
        """The teams a case went through, one to three, the holder last."""
        weights = [1 / (rank + 1) for rank in range(len(self.desks))]
        drawn = dice.choices(self.desks, weights, k=dice.choices((1, 2, 3), (40, 40, 20))[0])
        return tuple(dict.fromkeys(drawn))


def kinds_of(planbook: Planbook, at: datetime) -> Kinds:
    """The kinds of cases a planbook knows."""
    teams = {key: team for key, team in planbook.teams.items() if team.organisation and team.tiers}
    by_ticket = sorted(teams, key=lambda team: (planbook.address(team, "ticket") is None, team))
    every = list(_judged(planbook, by_ticket, at))
    return Kinds(
        desks=tuple(by_ticket),
        organisations={key: team.organisation or key for key, team in teams.items()},
        ticketing=min(planbook.ticketing),
        plain={desk: tuple(p for p in every if p.holder == desk and not p.restricted_to) for desk in by_ticket},
        restricted={desk: tuple(p for p in every if p.holder == desk and p.restricted_to) for desk in by_ticket},
    )


def _judged(planbook: Planbook, desks: list[str], at: datetime) -> Iterator[Prototype]:
    faults = ("unknown", "user", *planbook.systems)
    for service, holder, fault_in, tier in product(planbook.services, desks, faults, (1, 2, 3)):
        for flags in ((), ("security-privacy",)):
            decision = planbook.decide(
                facts_of(
                    service=service, holder=holder, fault_in=fault_in, needs_tier=tier, audience="veteran",
                    flags=frozenset(flags), answers=ANSWERS,
                ),
                at,
            )  # fmt: skip
            yield Prototype(
                service, holder, fault_in, tier, flags, restricted_to(decision), decision.missing,
                json.dumps(decision.as_json(), ensure_ascii=False),
            )  # fmt: skip
