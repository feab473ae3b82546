"""What a change in a partner's system means for the cases bound to it. Pure: the same change is judged the same.

Refuses to guess from words: that something is asked is told by stage, label or status word as the account has it, and
that something is solved by the stage the account gives the partner's word.
"""

from dataclasses import dataclass
from enum import StrEnum

from tierline.bonds.known import Known, News
from tierline.crossing.terms import Terms
from tierline.trackers.tracker import Note, Record, Stage

LABELS = "labels"  # the particular in which trackers that have labels tell them, separated by commas
OVER = {Stage.SOLVED: "solved", Stage.CLOSED: "closed", Stage.CANCELLED: "cancelled"}


class Means(StrEnum):
    """What a change can mean. ``touched``: somebody there has begun with it."""

    TOUCHED = "touched"
    SAID = "said"
    ASKED = "asked"
    SOLVED = "solved"
    CLOSED = "closed"  # by the system, without anybody saying that it is solved
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    BACK = "back"  # in a queue of ours again
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a change means, with the words that came with it."""

    means: Means
    words: str = ""
    author: str = ""


def asks(read: Record, terms: Terms) -> bool:
    """Whether the record waits for an answer of ours."""
    labels = {label.strip().casefold() for label in read.particulars.get(LABELS, "").split(",")}
    wanted = {label.casefold() for label in terms.asks_when.labels}
    statuses = {status.casefold() for status in terms.asks_when.statuses}
    if read.stage in OVER:
        return False
    return read.stage in terms.asks_when.stages or bool(labels & wanted) or read.status.casefold() in statuses


def judge(before: Known, read: Record, new: News, terms: Terms) -> tuple[Meaning, ...]:
    """What is new of a record means this, in the order it is to be told."""
    found: list[Meaning] = []
    asking = asks(read, terms)
    theirs = new.changed and not new.ours
    if theirs and read.stage not in OVER and _touched(before, read):
        found.append(Meaning(Means.TOUCHED, read.status, read.owner))
    question = asking and (bool(new.notes) or (theirs and not before.asking))
    said = new.notes[:-1] if question else new.notes
    found += [Meaning(Means.SAID, note.text, note.author) for note in said]
    if question:
        found.append(_question(new.notes, read))
    if theirs:
        found += _ending(before, read, new.notes)
    if theirs and _back(before, read, terms):
        words, author = (new.notes[-1].text, new.notes[-1].author) if new.notes else ("", read.owner)
        found = [*found[: len(new.notes) - 1 if new.notes else len(found)], Meaning(Means.BACK, words, author)]
    if theirs and before.status != read.status and not {one.means for one in found} - {Means.SAID}:
        found.append(Meaning(Means.STATUS, read.status, read.owner))
    return tuple(found)


def _touched(before: Known, read: Record) -> bool:
    """Somebody there has it: an owner, or a stage beyond new."""
    return (read.owner != "" and before.owner == "") or (before.stage is Stage.NEW and read.stage is not Stage.NEW)


def _back(before: Known, read: Record, terms: Terms) -> bool:
    """It was passed to another queue and is in ours again, open."""
    ours = terms.takes_in.queues if terms.takes_in else ()
    return read.stage not in OVER and read.queue in ours and before.queue not in (*ours, "")


def _question(notes: tuple[Note, ...], read: Record) -> Meaning:
    if notes:
        return Meaning(Means.ASKED, notes[-1].text, notes[-1].author)
    return Meaning(Means.ASKED, f"It stands at “{read.status}” there, without a word why.", read.owner)


def _ending(before: Known, read: Record, notes: tuple[Note, ...]) -> list[Meaning]:
    words, author = (notes[-1].text, notes[-1].author) if notes else ("", read.owner)
    if read.stage in OVER and before.stage is not read.stage:
        return [Meaning(Means(OVER[read.stage]), words, author)]
    if before.stage in OVER and read.stage not in OVER:
        return [Meaning(Means.REOPENED, words, author)]
    return []


def is_ours_to_take(read: Record, terms: Terms) -> bool:
    """Whether a record nothing of ours is bound to is to become a case: it stands in a queue of ours and is open."""
    takes = terms.takes_in
    wanted = takes is not None and (not takes.queues or read.queue in takes.queues)
    return wanted and read.key is None and read.stage not in OVER
