"""From a case's row to the plans' answer: which facts it states, what it lacks, whom it is restricted to.

Pure but for its types.
"""

from collections.abc import Mapping
from datetime import datetime

from tierline.plans.decision import Decision, Outcome
from tierline.plans.facts import Asks, Facts
from tierline.plans.planbook import Planbook

SECURITY_PRIVACY = "security-privacy"
SAID_ELSEWHERE = frozenset({"summary", "ticket-numbers"})


def facts_of(
    *,
    service: str,
    holder: str,
    fault_in: str,
    needs_tier: int,
    audience: str,
    flags: frozenset[str],
    answers: Mapping[str, str],
    asks: Asks | None = None,
) -> Facts:
    """The facts a case states now; an intake field counts as supplied when something is written in it."""
    return Facts(
        service=service,
        holder=holder,
        fault_in=fault_in,
        needs_tier=needs_tier,
        audience="staff" if audience == "staff" else "veteran",
        asks=asks,
        flags=flags,
        supplied=frozenset(key for key, answer in answers.items() if answer.strip()),
    )


def missing_for_next_tier(planbook: Planbook, facts: Facts, at: datetime) -> tuple[str, ...]:
    """The intake fields still missing before the plans would hand this on; none when they would not."""
    decision = planbook.decide(facts, at)
    return decision.missing if decision.outcome is Outcome.NEEDS_INFORMATION else ()


def answers_for(
    planbook: Planbook, facts: Facts, to: str, answers: Mapping[str, str], at: datetime
) -> tuple[tuple[str, str], ...]:
    """The answers that go with a hand-off to a team, with their labels: those the plans require for that team, less the
    summary and the numbers, which stand elsewhere."""
    required = (field for field in planbook.required_for(facts, to, at) if field.id not in SAID_ELSEWHERE)
    return tuple((field.label, answers[field.id]) for field in required if answers.get(field.id, "").strip())


def restricted_to(decision: Decision) -> tuple[str, ...]:
    """The duties that may see a restricted case; empty for every other."""
    return decision.tell or ("security-privacy",) if decision.outcome is Outcome.RESTRICTED else ()
