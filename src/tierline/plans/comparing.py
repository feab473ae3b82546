"""What a changed planbook says otherwise: entry by entry, combination by combination, case by case.

A decision differs when something else would be done; the same deed for another reason, or in other words, is no
difference. Refuses lines that are no facts, as routing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from tierline.plans import schema
from tierline.plans.answering import LineRefused, Readable, facts_and_instant, values_of
from tierline.plans.coverage import combinations_of
from tierline.plans.decision import Decision
from tierline.plans.facts import Facts, FactsRefused
from tierline.plans.planbook import Planbook

SECTIONS: Final = (
    "organisations",
    "people",
    "groups",
    "duties",
    "teams",
    "systems",
    "services",
    "ticketing",
    "intake",
    "returns",
    "calendars",
    "clocks",
    "attempts",
    "rooms",
    "clauses",
    "gaps",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that was added, removed or changed; ``fields`` are those of a changed one."""

    plan: str
    section: str
    entry: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The change for machines."""
        return {
            "plan": self.plan,
            "section": self.section,
            "id": self.entry,
            "change": self.change,
            "fields": list(self.fields),
        }


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Facts that are decided otherwise. ``own`` is the caller's id of the line."""

    own: str | int | None
    facts: Facts
    before: Decision
    after: Decision

    def as_json(self) -> dict[str, Any]:
        """The line of ``plans replay``."""
        return {
            "id": self.own,
            "before": {"id": self.own, **self.before.as_json()},
            "after": {"id": self.own, **self.after.as_json()},
        }


def changes(before: Planbook, after: Planbook) -> tuple[Change, ...]:
    """Every entry that differs, in the order of plans, sections and ids; its place in the file is nothing."""
    found: list[Change] = []
    for plan_id in sorted(before.plans.keys() | after.plans.keys()):
        old, new = before.plans.get(plan_id), after.plans.get(plan_id)
        if old is None or new is None:
            found.append(Change(plan_id, "plans", plan_id, "added" if old is None else "removed"))
            continue
        found += _in_plan(plan_id, old, new)
    return tuple(found)


def _in_plan(plan_id: str, old: schema.Plan, new: schema.Plan) -> Iterator[Change]:
    own = tuple(name for name in schema.Plan.model_fields if name not in SECTIONS)
    fields = tuple(name for name in own if getattr(old, name) != getattr(new, name))
    if fields:
        yield Change(plan_id, "plans", plan_id, "changed", fields)
    for section in SECTIONS:
        olds = {entry.id: entry for entry in getattr(old, section)}
        news = {entry.id: entry for entry in getattr(new, section)}
        for entry_id in sorted(olds.keys() | news.keys()):
            if entry_id not in olds or entry_id not in news:
                yield Change(plan_id, section, entry_id, "added" if entry_id in news else "removed")
            elif olds[entry_id] != news[entry_id]:
                one, other = olds[entry_id], news[entry_id]
                names = type(one).model_fields
                differing = tuple(name.rstrip("_") for name in names if getattr(one, name) != getattr(other, name))
                yield Change(plan_id, section, entry_id, "changed", differing)


def differs(before: Decision, after: Decision) -> bool:
    """Whether something else would be done."""
    return _deed(before) != _deed(after)


def _deed(decision: Decision) -> tuple[object, ...]:
    return (
        decision.outcome,
        decision.to,
        decision.tier,
        decision.by,
        decision.system,
        decision.tell,
        decision.missing,
    )


def otherwise(before: Planbook, after: Planbook, at: datetime) -> Iterator[Otherwise]:
    """Every combination that either planbook names and that they decide otherwise at the instant."""
    named = dict.fromkeys([*combinations_of(before), *combinations_of(after)])
    return replay_facts(before, after, ((None, Facts(*words), at) for words in named))


@dataclass(slots=True)
class Tally:
    """How many lines a replay has decided and how many of them otherwise."""

    decided: int = 0
    changed: int = 0


def replay(before: Planbook, after: Planbook, source: Readable, now: datetime, tally: Tally) -> Iterator[Otherwise]:
    """The lines that differ, as they are read; counts in ``tally``. Raises ``LineRefused``."""
    for batch in values_of(source):
        for number, value in batch:
            try:
                facts, at = facts_and_instant(value, now)
            except FactsRefused as refusal:
                raise LineRefused(number, refusal) from None
            tally.decided += 1
            old, new = before.decide(facts, at), after.decide(facts, at)
            if differs(old, new):
                tally.changed += 1
                yield Otherwise(value.get("id"), facts, old, new)


def replay_facts(
    before: Planbook, after: Planbook, cases: Iterable[tuple[str | None, Facts, datetime]]
) -> Iterator[Otherwise]:
    """The same for facts of past cases that are at hand, each with its reference and instant."""
    for own, facts, at in cases:
        old, new = before.decide(facts, at), after.decide(facts, at)
        if differs(old, new):
            yield Otherwise(own, facts, old, new)
