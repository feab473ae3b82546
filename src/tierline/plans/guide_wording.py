"""The words of a guide: combinations of tier, fault and reporter told briefly, and decisions as sentences. Pure.

Refuses nothing; ids that no plan knows are shown as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tierline.plans.decision import Decision, Outcome
from tierline.plans.facts import AUDIENCES, TIERS, UNKNOWN, USER, Asks, Audience
from tierline.plans.planbook import Planbook

BY: Final[dict[str, str]] = {
    "ticket": "by ticket",
    "email": "by e-mail",
    "call": "on the regular call",
    "issue": "by an engineering issue",
}
_FLAGS: Final = {
    "security-privacy": "Security or privacy",
    "congressional": "A congressional inquiry",
    "patient-safety": "A patient’s safety",
}
_ASKED: Final = {"veteran": "the Veteran", "reporter": "a reporter on staff"}


@dataclass(frozen=True, slots=True)
class Spread:
    """The faults there are: systems the service stands on, other systems, and all of them with the two words."""

    behind: tuple[str, ...]
    others: frozenset[str]
    every: frozenset[str]


def spread_words(planbook: Planbook, facts: Iterable[tuple[int, str, Audience]], spread: Spread) -> str:
    """For which tiers, faults and reporters something holds, as briefly as it can be said."""
    by_audience: dict[Audience, frozenset[tuple[int, str]]] = {}
    listed = list(facts)
    for audience in AUDIENCES:
        found = frozenset((tier, fault) for tier, fault, whose in listed if whose == audience)
        if found:
            by_audience[audience] = found
    if len(set(by_audience.values())) == 1:
        [pairs] = set(by_audience.values())
        told = _pairs_words(planbook, pairs, spread)
        return told if len(by_audience) == len(AUDIENCES) else f"{told}, reported by {_whose(next(iter(by_audience)))}"
    return "; ".join(
        f"{_pairs_words(planbook, pairs, spread)}, reported by {_whose(audience)}"
        for audience, pairs in by_audience.items()
    )


def _whose(audience: Audience) -> str:
    return "staff" if audience == "staff" else "a Veteran"


def _pairs_words(planbook: Planbook, pairs: frozenset[tuple[int, str]], spread: Spread) -> str:
    by_faults: dict[frozenset[str], list[int]] = {}
    for tier in TIERS:
        faults = frozenset(fault for at, fault in pairs if at == tier)
        if faults:
            by_faults.setdefault(faults, []).append(tier)
    return "; ".join(
        f"{tier_words(tiers)}{_fault_words(planbook, faults, spread)}" for faults, tiers in by_faults.items()
    )


def tier_words(tiers: list[int]) -> str:
    """Tiers in one phrase: "Tier 2 to 4"."""
    if tiers == list(TIERS):
        return "Every tier"
    if len(tiers) > 2 and tiers == list(range(tiers[0], tiers[-1] + 1)):
        return f"Tier {tiers[0]} to {tiers[-1]}"
    return f"Tier {' and '.join(map(str, tiers))}"


def _fault_words(planbook: Planbook, faults: frozenset[str], spread: Spread) -> str:
    """After the tiers: nothing where it makes no difference, else the faults or, where that is shorter, the others."""
    if faults == spread.every:
        return ""
    left = spread.every - faults
    if {UNKNOWN, USER} <= faults and not spread.others & left:
        return f", unless the fault is in {_or(_systems(planbook, left, spread))}"
    names = []
    if USER in faults:
        names.append("nothing is broken")
    if UNKNOWN in faults:
        names.append("the fault is not known yet")
    systems = _systems(planbook, faults, spread)
    if systems:
        names.append(f"{'it' if UNKNOWN in faults else 'the fault'} is in {_or(systems)}")
    return f", if {_or(names)}"


def _systems(planbook: Planbook, faults: frozenset[str], spread: Spread) -> list[str]:
    """The systems among the faults, by the first part of their names."""
    named = [system for system in spread.behind if system in faults]
    rest = spread.others & faults
    if spread.others and rest == spread.others:
        return [*(_short(planbook, system) for system in named), "any other system" if spread.behind else "any system"]
    return [_short(planbook, system) for system in (*named, *sorted(rest))]


def _short(planbook: Planbook, system: str) -> str:
    return planbook.system_label(system).partition(" (")[0]


def _or(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)


def step_words(planbook: Planbook, alike: Sequence[tuple[tuple[int, str, Audience], Decision]]) -> str:
    """What happens, as one sentence; the ticketing system by who reported, where that makes a difference."""
    decided = {facts[2]: decision for facts, decision in alike}
    one = alike[0][1]
    to = planbook.team_label(one.to) if one.to else ""
    sentences = {
        Outcome.KEEP: "keeps it; it is theirs to solve.",
        Outcome.OUT_OF_SCOPE: f"does not take it; {to} does." if to else "does not take it.",
        Outcome.NO_ROUTE: "no plan says where it goes.",
        Outcome.RESTRICTED: "only the restricted path.",
    }
    if one.outcome in sentences:
        return sentences[one.outcome]
    same = len({decision.tier for _, decision in alike}) == 1
    return f"hands it to {_at_tier(to, one) if same else f'{to}, at that tier,'} {_way(planbook, decided)}."


def _at_tier(to: str, decision: Decision) -> str:
    own = f"Tier {decision.tier}"
    return to if decision.tier is None or own in to else f"{to} (Tier {decision.tier})"


def _way(planbook: Planbook, decided: Mapping[Audience, Decision]) -> str:
    one = next(iter(decided.values()))
    by = BY.get(one.by or "", "")
    systems = {audience: decision.system for audience, decision in decided.items() if decision.system}
    if not systems:
        return by
    names = {audience: planbook.system_label(system) for audience, system in systems.items() if system}
    if len(set(names.values())) == 1:
        return f"{by} in {next(iter(names.values()))}"
    return f"{by} in {names['veteran']}, for staff in {names['staff']}"


def answer_words(planbook: Planbook, decision: Decision, asks: Sequence[Asks]) -> str:
    """Whether somebody may ask a person, and through whom else."""
    asked = " and ".join(_ASKED[whom] for whom in asks)
    if decision.outcome is Outcome.ASK_DIRECTLY:
        return f"May ask {asked} directly."
    if decision.outcome is Outcome.ASK_THROUGH:
        to = _at_tier(planbook.team_label(decision.to or ""), decision)
        return f"Asks {asked} through {to}, {BY.get(decision.by or '', '')}."
    return f"No plan says whether it may ask {asked}."


def flag_words(planbook: Planbook, flag: str, tell: tuple[str, ...], *, restricted: bool, since: str) -> str:
    """What a flag changes, as one sentence."""
    told = " and ".join(
        planbook.duty_label(word) if word in planbook.duties else planbook.team_label(word) for word in tell
    )
    if restricted:
        return f"{_FLAGS.get(flag, flag)}: no ticket, mail, call or issue; only {told or 'the restricted path'}."
    begins = f", from {since} on" if since else ""
    return f"{_FLAGS.get(flag, flag)}: the way stays the same; {told} also hears of it{begins}."
