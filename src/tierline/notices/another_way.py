"""How somebody is reached whom no channel has reached when word is due: step by step, as the plan says. Pure.

For any policy, and whatever is down, everybody required ends as reached by some channel, or on the call sheet with
somebody paged about it; where the plan leaves either out it is added. Refuses to take the same step twice for the same
person, and a step whose own channel is down: what waits there already would only arrive twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: How long a message may be on its way before somebody is taken for not reached, however late the word itself is.
TIME_TO_ARRIVE: Final = timedelta(minutes=10)
LABELS: Final = {"email": "E-mail", "slack": "Slack", "sms": "Text message", "teams": "Teams"}


class By(StrEnum):
    """What a step does. ``PAGE`` reaches a duty, not the person; ``CALL_SHEET`` has somebody call them."""

    EMAIL = "email"
    SLACK = "slack"
    SMS = "sms"
    PAGE = "page"
    CALL_SHEET = "call-sheet"


OWN_CHANNELS: Final = frozenset({By.EMAIL, By.SLACK, By.SMS})


@dataclass(frozen=True, slots=True)
class Step:
    """One step, ``after`` so long when word is due (negative: before). A page is to a duty through an account."""

    id: str
    by: By
    after: timedelta = timedelta()
    whom: str = ""
    through: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody no channel has reached yet. ``because``: what became of their messages, by channel; ``waiting_on``:
    the channels that still hold one for them; ``taken``: the steps that were taken for them."""

    person: str
    name: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    because: str = ""
    waiting_on: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taking:
    """A step taken for a person. ``goes`` is false where it cannot be, and ``because`` says why, or why it is taken."""

    step: Step
    person: Missing
    address: str
    because: str
    goes: bool


def whole(steps: Sequence[Step], owner: str, through: str) -> tuple[Step, ...]:
    """The policy with what it leaves out: a page to ``owner``, and the call sheet at its end."""
    last = max((step.after for step in steps), default=timedelta())
    last = max(last, timedelta())
    added: list[Step] = []
    if owner and not any(step.by is By.PAGE for step in steps):
        added.append(Step("page-owner", By.PAGE, last, owner, through))
    if not any(step.by is By.CALL_SHEET for step in steps):
        added.append(Step("call-sheet", By.CALL_SHEET, last))
    return (*steps, *added)


def deadline(due_at: datetime, watched_since: datetime) -> datetime:
    """From when the steps are counted: when word is due, and never before it had time to arrive."""
    return max(due_at, watched_since + TIME_TO_ARRIVE)


def takings(
    people: Iterable[Missing],
    steps: Sequence[Step],
    counted_from: datetime,
    at: datetime,
    *,
    here: frozenset[str],
    down: frozenset[str] = frozenset(),
) -> tuple[Taking, ...]:
    """What is to be done now. ``here``: the channels and accounts of this house; ``down``: those known to be down."""
    due = [step for step in steps if counted_from + step.after <= at]
    return tuple(_taking(person, step, here, down) for person in people for step in due if step.id not in person.taken)


def _taking(person: Missing, step: Step, here: frozenset[str], down: frozenset[str]) -> Taking:
    why = f"reached another way: {person.because}" if person.because else "reached another way"
    if step.by is By.CALL_SHEET:
        return Taking(step, person, "", f"to be called: {person.because}", goes=True)
    if step.by is By.PAGE:
        if step.through in here:
            return Taking(step, person, step.whom, f"paged about them: {person.because}", goes=True)
        return Taking(step, person, "", f"nobody was paged: this house has no account “{step.through}”", goes=False)
    address, label = person.addresses.get(step.by, ""), LABELS[step.by]
    missing = f"{label}: they have no address there"
    if address and step.by not in here:
        missing = f"{label}: this house has no such channel"
    elif address and (step.by in down or step.by in person.waiting_on):
        missing = f"{label}: not available either"
    elif address:
        return Taking(step, person, address, why, goes=True)
    return Taking(step, person, "", missing, goes=False)
