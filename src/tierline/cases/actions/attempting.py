"""Reaching the person: attempts by the plan's channels, their answer, and its way back up to whoever asked.

Refuses an attempt beyond the plan's rule, and giving up before every attempt is used up.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tierline.cases.actions.asking import Asking, take_inquiry
from tierline.cases.actions.bonding import answer_partner
from tierline.cases.actions.changing import Saved
from tierline.cases.actions.entering import LONGEST_TEXT
from tierline.cases.inquiry_life import InquiryKind, InquiryMove, Reached
from tierline.cases.lifecycle import CaseMove
from tierline.cases.models import AttemptRow
from tierline.cases.words import add_words
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, Unusable
from tierline.plans.queries import planbook_in_force

NOBODY_REACHED = "Nobody could be reached; every attempt is used up."
AHEAD = timedelta(minutes=5)  # clocks of two machines may differ by so much


@transaction.atomic
def attempt(
    actor: Actor,
    inquiry: int,
    outcome: str,
    *,
    at: datetime,
    note: str = "",
    answer: str = "",
    made_at: datetime | None = None,
    version: int | None = None,
) -> Saved:
    """Write down one try to reach the person, by the channel whose turn it is, and how it ended.

    ``reached`` brings the answer with it. The last one of the plan's rule without an answer uses the inquiry up.
    """
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.make(InquiryMove.ATTEMPT)
    ended = _outcome(outcome)
    _check(ended, note, made_at, at)
    _, said = write_down_attempt(asking, ended, note, made_at or at)
    if ended is Reached.REACHED:
        asking.note_fact("attempted", **said)
        return _answered(asking, answer, "")
    if said["attempt"] == said["of"] and ended is not Reached.WAITING:
        asking.note_fact("attempted", **said)
        return _exhausted(asking, "")
    return asking.keep("attempted", **said)


@transaction.atomic
def answer(actor: Actor, inquiry: int, text: str, *, at: datetime, note: str = "", version: int | None = None) -> Saved:
    """Write down what the person answered (or, for a telling, that they were told)."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.may(InquiryMove.ANSWER)
    waiting = asking.row.attempts.filter(outcome=Reached.WAITING).order_by("-id").first()
    if waiting is not None:
        waiting.outcome = Reached.REACHED
        waiting.save(update_fields=["outcome"])
    return _answered(asking, text, note)


@transaction.atomic
def give_up(actor: Actor, inquiry: int, *, at: datetime, note: str = "", version: int | None = None) -> Saved:
    """Say that no answer came, once every attempt of the plan's rule is made."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    asking.may(InquiryMove.GIVE_UP)
    channels, _ = planbook_in_force().planbook.attempts_of(asking.now.hands.team, at)
    made = asking.row.attempts.count()
    if made < len(channels):
        raise Conflict(f"{made} of {len(channels)} attempts are made; the next is by {channels[made]}. Make it first.")
    asking.row.attempts.filter(outcome=Reached.WAITING).update(outcome=Reached.NO_ANSWER)
    return _exhausted(asking, note)


@transaction.atomic
def pass_back(actor: Actor, inquiry: int, *, at: datetime, note: str = "", version: int | None = None) -> Saved:
    """Pass the answer back up to whoever passed the question on; with its asker it lands as new work."""
    asking = take_inquiry(actor, inquiry, at=at, version=version)
    team = asking.now.hands.team
    asking.make(InquiryMove.PASS_BACK)
    to = asking.now.hands.team
    if asking.now.place > 0:
        return asking.keep("passed-back", team=team, to=to, note=note)
    return _land(asking, team=team, note=note)


def write_down_attempt(
    asking: Asking, outcome: Reached, note: str, made_at: datetime
) -> tuple[AttemptRow, dict[str, Any]]:
    """The row of the next attempt by the plan's rule, and what its fact says. Whatever waited has found no answer."""
    change = asking.change
    channels, reason = planbook_in_force().planbook.attempts_of(asking.now.hands.team, change.at)
    made = asking.row.attempts.count()
    if made >= len(channels):
        raise Conflict(f"All {len(channels)} attempts are made. Write down the answer, or that none came.")
    asking.row.attempts.filter(outcome=Reached.WAITING).update(outcome=Reached.NO_ANSWER)
    row = AttemptRow.objects.create(
        inquiry=asking.row, by=channels[made], outcome=outcome, note=note, made_at=made_at,
        written_by=change.actor.name,
    )  # fmt: skip
    return row, {
        "attempt": made + 1, "of": len(channels), "by": row.by, "outcome": outcome, "note": note,
        "made_at": made_at.isoformat(), "rule": reason.text,
    }  # fmt: skip


def _answered(asking: Asking, text: str, note: str) -> Saved:
    telling = asking.row.kind == InquiryKind.TELL
    if (not text.strip() and not telling) or len(text) > LONGEST_TEXT or "\x00" in text + note:
        raise Unusable("Write down what they answered, in their words.", {"answer": "Write the answer."})
    asking.along(InquiryMove.ANSWER)
    asking.row.answer, asking.row.answered_at = text.strip(), asking.change.at
    add_words(asking.row.case_id, text)
    said = {"answer": asking.row.answer, "note": note}
    if telling or asking.now.place == 0:
        asking.note_fact("answered", **said)
        return _land(asking)
    return asking.keep("answered", **said)


def _land(asking: Asking, **said: str) -> Saved:
    """The answer is with whoever asked: the case is new work for them, and a round trip is over."""
    asking.along(InquiryMove.LAND)
    if asking.row.kind == InquiryKind.ASK:
        asking.end_wait(CaseMove.ANSWER)
        asking.change.case.round_trips += 1
        answer_partner(asking.change, asking.row.words, asking.row.answer)
    return asking.keep("landed", **said)


def _exhausted(asking: Asking, note: str) -> Saved:
    """Nobody could be reached: whoever asked learns it at once, there is nothing to pass on carefully."""
    asking.along(InquiryMove.GIVE_UP)
    if asking.row.kind == InquiryKind.ASK:
        asking.end_wait(CaseMove.ANSWER)
        answer_partner(asking.change, asking.row.words, NOBODY_REACHED)
    tried = ", ".join(asking.row.attempts.order_by("id").values_list("by", flat=True))
    asking.row.ending = f"Every attempt is used up: {tried}."
    return asking.keep("exhausted", because=asking.row.ending, note=note)


def _outcome(word: str) -> Reached:
    try:
        return Reached(word)
    except ValueError:
        outcomes = ", ".join(Reached)
        raise Unusable(f"Say how the attempt ended: one of {outcomes}.", {"outcome": "Choose one."}) from None


def _check(outcome: Reached, note: str, made_at: datetime | None, at: datetime) -> None:
    if len(note) > LONGEST_TEXT or "\x00" in note:
        raise Unusable(f"Keep the note under {LONGEST_TEXT:,} plain characters.", {"note": "Shorten it."})
    if outcome is Reached.IMPOSSIBLE and not note.strip():
        raise Unusable("Say why they cannot be reached this way.", {"note": "Say why."})
    if made_at is not None and made_at > at + AHEAD:
        raise Unusable(
            "The attempt lies in the future. Write it down once it is made.", {"made_at": "Not later than now."}
        )
