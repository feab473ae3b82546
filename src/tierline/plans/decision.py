"""The answer of the plans: what happens to a case next, and because of which sentences.

A decision always has a reason. Nothing here decides; ``routing.py`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

By = Literal["ticket", "email", "call", "issue"]
CHANNELS: Final[tuple[By, ...]] = ("ticket", "email", "call", "issue")
BUILT_IN: Final = "tierline"  # the plan that built-in reasons name


class Outcome(StrEnum):
    """What can be decided about a case (the words of the contract)."""

    KEEP = "keep"
    HAND_OFF = "hand-off"
    NEEDS_INFORMATION = "needs-information"
    ASK_THROUGH = "ask-through"
    ASK_DIRECTLY = "ask-directly"
    OUT_OF_SCOPE = "out-of-scope"
    RESTRICTED = "restricted"
    NO_ROUTE = "no-route"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence a decision rests on. ``plan`` is ``tierline`` for what is built in and in no plan."""

    plan: str
    clause: str
    source: str
    text: str

    def as_json(self) -> dict[str, str]:
        """The reason as the contract writes it."""
        return {"plan": self.plan, "clause": self.clause, "source": self.source, "text": self.text}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. ``to``, ``tier``, ``by`` and ``system`` of ``needs-information`` are the intended ones.

    ``system`` is set when, and only when, ``by`` is ``ticket``. ``tell`` are duties or teams to notify,
    ``missing`` intake fields the next tier requires, in the order a form asks for them.
    """

    outcome: Outcome
    because: tuple[Reason, ...]
    to: str | None = None
    tier: int | None = None
    by: By | None = None
    system: str | None = None
    tell: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The decision as the contract writes it, without the caller's ``id``."""
        return {
            "outcome": self.outcome.value,
            "to": self.to,
            "tier": self.tier,
            "by": self.by,
            "system": self.system,
            "tell": list(self.tell),
            "missing": list(self.missing),
            "because": [reason.as_json() for reason in self.because],
        }


def built_in(clause: str, text: str) -> Reason:
    """A reason that no plan wrote: what is unknown, or what Tierline does by itself."""
    return Reason(plan=BUILT_IN, clause=clause, source="Tierline, built-in rules", text=text)
