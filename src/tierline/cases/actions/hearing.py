"""What a partner's system says about a case: it arrived, it was begun with, a word, a question, an ending.

A question or an ending makes the case new work for whoever deals with the partner. Refuses to do the last step itself:
that a case is solved and its reporter told is a person's to say.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tierline.bonds.systems import label_of
from tierline.cases.actions.changing import Change, Saved, take
from tierline.cases.actions.handing_off import acknowledge, refuse
from tierline.cases.lifecycle import CaseState, HandOffState
from tierline.cases.models import OutsideNumber
from tierline.cases.words import add_words
from tierline.directory.actor import TIERLINE
from tierline.directory.queries import teams_with_people
from tierline.plans.queries import planbook_in_force


@dataclass(frozen=True, slots=True)
class There:
    """Where it was said: the bond, the partner's system and its number for the record."""

    bond: int
    system: str
    number: str
    hand_off: int | None = None


@transaction.atomic
def arrived(number: int, there: There, url: str, *, at: datetime) -> None:
    """Our message arrived there: the case is findable by their number, and its story has the link."""
    change = take(TIERLINE, number, at=at)
    if there.number:
        OutsideNumber.objects.get_or_create(system=there.system, number=there.number, defaults={"case_id": number})
        add_words(number, there.number)
    change.save(
        "crossed", new_version=False, bond=there.bond, system=there.system, number=there.number, url=url,
        hand_off=there.hand_off,
    )  # fmt: skip


@transaction.atomic
def touched(number: int, there: There, status: str, owner: str, *, at: datetime) -> bool:
    """Somebody there began with it: that acknowledges the hand-off which brought it. False when it was already."""
    change = take(TIERLINE, number, at=at)
    offered = change.case.hand_offs.filter(pk=there.hand_off or 0, state=HandOffState.OFFERED).exists()
    if not offered or change.case.state != CaseState.OFFERED:
        return False
    said = f"{label_of(there.system)} {there.number}: {status}" + (f", {owner}" if owner else "")
    acknowledge(TIERLINE, number, said=said, at=at)
    return True


@transaction.atomic
def heard(number: int, there: There, text: str, author: str, *, at: datetime) -> Saved:
    """A word of theirs. It is on the story, and nobody's work."""
    add_words(number, text)
    return take(TIERLINE, number, at=at).save("partner-said", new_version=False, **_said(there, text, author))


@transaction.atomic
def asked(number: int, there: There, text: str, author: str, *, at: datetime) -> Saved:
    """A question of theirs: new work for whoever deals with them."""
    change = take(TIERLINE, number, at=at)
    add_words(number, text)
    change.case.answered_for = reader_of(change)
    return change.save("partner-asked", new_version=False, **_said(there, text, author))


@transaction.atomic
def came_back(number: int, there: There, text: str, author: str, *, at: datetime) -> Saved:
    """It is in a queue of ours again: new work, whatever was said with it."""
    change = take(TIERLINE, number, at=at)
    add_words(number, text)
    change.case.answered_for = reader_of(change)
    return change.save("partner-returned", new_version=False, **_said(there, text, author))


@transaction.atomic
def ended(number: int, there: There, how: str, text: str, author: str, *, at: datetime) -> Saved:
    """It is over there: ``how`` is solved, closed (by the system, nobody said it is solved) or cancelled.

    The last step is asked of us. A hand-off that nobody there had acknowledged comes back with a cancelled record, and
    counts as taken with a solved one.
    """
    change = take(TIERLINE, number, at=at)
    offered = (
        change.case.state == CaseState.OFFERED
        and change.case.hand_offs.filter(pk=there.hand_off or 0, state=HandOffState.OFFERED).exists()
    )
    if offered and how == "cancelled":
        reason = planbook_in_force().planbook.unlisted_reason.id
        refuse(TIERLINE, number, reason, words=text or f"{label_of(there.system)} {there.number} was not taken.", at=at)
    elif offered:
        acknowledge(TIERLINE, number, said=f"{label_of(there.system)} {there.number}", at=at)
    change = take(TIERLINE, number, at=at)
    if change.case.state == CaseState.CLOSED:
        return change.save(f"partner-{how}", new_version=False, **_said(there, text, author))
    change.case.answered_for = reader_of(change)
    return change.save(f"partner-{how}", new_version=False, **_said(there, text, author))


@transaction.atomic
def reopened(number: int, there: There, text: str, author: str, *, at: datetime) -> Saved:
    """They opened it again of their own accord: whoever deals with them has to know."""
    change = take(TIERLINE, number, at=at)
    if change.case.state != CaseState.CLOSED:
        change.case.answered_for = reader_of(change)
    return change.save("partner-reopened", new_version=False, **_said(there, text, author))


@transaction.atomic
def status_changed(number: int, there: There, status: str, *, at: datetime) -> Saved:
    """Their own status word changed; it is kept beside ours."""
    change = take(TIERLINE, number, at=at)
    return change.save("partner-status", new_version=False, bond=there.bond, system=there.system, number=there.number,
                       status=status)  # fmt: skip


def reader_of(change: Change) -> str:
    """The team that deals with the partner: who writes down for the holder; the holder if somebody is there; else the
    sender of the hand-off that brought it there."""
    case = change.case
    if case.recorded_by:
        return case.recorded_by
    if case.holder in teams_with_people():
        return case.holder
    sender = case.hand_offs.order_by("-id").values_list("sender", flat=True).first()
    return sender or case.holder


def _said(there: There, text: str, author: str) -> dict[str, object]:
    return {
        "bond": there.bond, "system": there.system, "number": there.number, "sender": author,
        "text": text.replace("\x00", "�"),
    }  # fmt: skip
