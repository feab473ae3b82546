"""What was read of a partner's system, brought to the cases bound to it: each record by itself, each case told.

A record read twice changes nothing the second time. Refuses to let one record stop the others: what cannot be applied
is written on the record, and the page of bonds that are not well shows it.
"""

from datetime import datetime

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from tierline.bonds import actions as bonds
from tierline.bonds.learning import Learned, Linked, could_not_apply, learn
from tierline.cases.actions import hearing
from tierline.cases.actions.hearing import There
from tierline.crossing.entering import take_in
from tierline.crossing.judging import OVER, Meaning, Means, asks, is_ours_to_take, judge
from tierline.crossing.terms import Terms
from tierline.foundation.trouble import Refusal
from tierline.trackers.tracker import Record

log = structlog.get_logger("tierline.crossing")
SUBJECT = "case"


def apply(read: Record, terms: Terms, *, at: datetime) -> None:
    """Bring one record to its cases, in a transaction of its own within the caller's."""
    try:
        with transaction.atomic():
            learned = learn(read, asking=asks(read, terms), at=at)
            if learned is not None:
                _tell_all(learned, read, judge(learned.before, read, learned.news, terms), at=at)
            elif is_ours_to_take(read, terms):
                take_in(read, terms, at=at)
    except (OperationalError, InterfaceError):
        raise
    except (Refusal, DatabaseError, ValueError) as trouble:
        said = str(trouble) if isinstance(trouble, Refusal) else "Tierline could not make sense of it."
        log.warning("record_not_applied", system=read.system, number=read.number, trouble=type(trouble).__name__)
        could_not_apply(read, f"What was read of {read.number} could not be brought to its case: {said}")


def _tell_all(learned: Learned, read: Record, meanings: tuple[Meaning, ...], *, at: datetime) -> None:
    for linked in learned.bonds:
        if linked.subject[0] != SUBJECT or linked.state == "ended":
            continue
        there = There(linked.bond, read.system, read.number, linked.hand_off)
        for meaning in meanings:
            _tell(linked, there, meaning, at=at)


def _tell(linked: Linked, there: There, meaning: Meaning, *, at: datetime) -> None:
    number, words, author = linked.subject[1], meaning.words, meaning.author
    match meaning.means:
        case Means.TOUCHED:
            if not hearing.touched(number, there, words, author, at=at):
                hearing.status_changed(number, there, words, at=at)
        case Means.SAID:
            hearing.heard(number, there, words, author, at=at)
        case Means.ASKED:
            hearing.asked(number, there, words, author, at=at)
        case Means.BACK:
            hearing.came_back(number, there, words, author, at=at)
        case Means.STATUS:
            hearing.status_changed(number, there, words, at=at)
        case Means.REOPENED:
            bonds.reopen(linked.bond, "Opened again there.", at=at)
            hearing.reopened(number, there, words, author, at=at)
        case _:
            bonds.finish(linked.bond, f"It is {meaning.means} there.", at=at)
            if linked.outward:
                hearing.ended(number, there, meaning.means.value, words, author, at=at)
            else:
                hearing.status_changed(number, there, meaning.means.value, at=at)


assert set(OVER.values()) <= {means.value for means in Means}  # noqa: S101 - every ending has a meaning
