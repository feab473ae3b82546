"""Whether a bond is well: in step, behind, refused or broken, with the sentence that says why. Pure.

Computed from what was sent, what was read and the instant; never stored, because time alone changes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tierline.bonds.lifecycle import BondState

LATE_AFTER: Final = timedelta(minutes=5)  # a message that has not left by then is worth a word
UNREAD_AFTER: Final = timedelta(minutes=15)  # so long may a system not have been looked at


class Health(StrEnum):
    """From well to worst."""

    IN_STEP = "in-step"
    BEHIND = "behind"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of ours on its way: ``state`` is the outbox's word, ``based_on`` the revision a change was made on."""

    effect: int
    state: str
    created_at: datetime
    attempts: int
    trouble: str
    based_on: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How reading the partner's system goes. ``reads`` is False where it cannot be asked what is new."""

    reads: bool = False
    read_at: datetime | None = None
    trouble: str = ""
    trouble_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a bond. ``revision`` is the record's as last read; ``trouble`` what could not be applied of
    it."""

    state: BondState
    since: datetime
    sent: tuple[Sent, ...] = ()
    reading: Reading = Reading()
    revision: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, why in a sentence, and since when. ``conflict`` is the effect that ran into a change of theirs."""

    health: Health
    because: str
    since: datetime | None = None
    conflict: int | None = None


def health(standing: Standing, at: datetime) -> Verdict:
    """How the bond stands at the instant: the worst that is true of it."""
    if standing.state is BondState.ENDED:
        return Verdict(Health.IN_STEP, "It is over; nothing crosses any more.")
    found = list(_troubles(standing, at))
    order = list(Health)
    if found:
        return max(found, key=lambda verdict: order.index(verdict.health))
    return Verdict(Health.IN_STEP, "What was sent has arrived, and what they said was read.")


def conflicts(one: Sent, revision: str) -> bool:
    """Whether a change of ours failed because the record had changed there since we read it."""
    return one.state == "failed" and bool(one.based_on) and bool(revision) and one.based_on != revision


def _troubles(standing: Standing, at: datetime) -> Iterator[Verdict]:
    for one in standing.sent:
        verdict = _of_message(one, standing.revision, at)
        if verdict is not None:
            yield verdict
    if standing.trouble:
        yield Verdict(Health.BROKEN, standing.trouble)
    yield from _of_reading(standing, at)


def _of_message(one: Sent, revision: str, at: datetime) -> Verdict | None:
    if conflicts(one, revision):
        because = "Both sides changed it at the same time. Choose which change counts."
        return Verdict(Health.REFUSED, because, one.created_at, one.effect)
    if one.state == "failed":
        return Verdict(Health.REFUSED, f"They did not take our message. {one.trouble}", one.created_at)
    if one.state == "held":
        return Verdict(Health.BEHIND, f"A message waits for a person. {one.trouble}", one.created_at)
    if one.state == "pending" and (one.trouble or at - one.created_at > LATE_AFTER):
        tried = f" after {one.attempts} {'try' if one.attempts == 1 else 'tries'}" if one.attempts else ""
        words = (f"A message has not arrived yet{tried}.", one.trouble, "It is tried again by itself.")
        return Verdict(Health.BEHIND, " ".join(word for word in words if word), one.created_at)
    return None


def _of_reading(standing: Standing, at: datetime) -> Iterator[Verdict]:
    reading = standing.reading
    if not reading.reads:
        return
    since = reading.trouble_since
    if reading.trouble and since is not None and at - since > UNREAD_AFTER:
        yield Verdict(Health.BROKEN, f"Their system could not be read. {reading.trouble}", since)
    elif at - max(reading.read_at or standing.since, standing.since) > UNREAD_AFTER:
        yield Verdict(Health.BEHIND, "Their system was not looked at lately.", reading.read_at)
