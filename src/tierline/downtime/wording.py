"""What an announcement of planned work says: the first line, the facts, how it stands in MAINTNOTE's words. Pure.

The first line always says what, when, whom it hits and what to do. Names roles and labels, never people; who settles a
tentative field is told inside the house only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tierline.downtime.content import FIELD_LABELS, LEVEL_LABELS, Changed, Content, Field, Level
from tierline.downtime.lifecycle import DowntimeState, Result
from tierline.downtime.timing import frame_in_words, instant_in_words
from tierline.notices.document import Document, Fact, Status
from tierline.notices.moments import Moment

_STATUS: Final = {
    DowntimeState.DRAFT: Status.TENTATIVE,
    DowntimeState.PLANNING: Status.TENTATIVE,
    DowntimeState.AWAITING_APPROVAL: Status.TENTATIVE,
    DowntimeState.SCHEDULED: Status.CONFIRMED,
    DowntimeState.IN_PROGRESS: Status.IN_PROCESS,
    DowntimeState.VERIFYING: Status.IN_PROCESS,
    DowntimeState.CONCLUDED: Status.COMPLETED,
    DowntimeState.CANCELLED: Status.CANCELLED,
    DowntimeState.POSTPONED: Status.RE_SCHEDULED,
}
_HITS: Final = {
    Level.NO_IMPACT: "is worked on; nobody should notice",
    Level.REDUCED_REDUNDANCY: "works with less in reserve",
    Level.DEGRADED: "works in part or slowly",
    Level.OUTAGE: "does not work",
}
_HITS_SEVERAL: Final = {
    Level.NO_IMPACT: "are worked on; nobody should notice",
    Level.REDUCED_REDUNDANCY: "work with less in reserve",
    Level.DEGRADED: "work in part or slowly",
    Level.OUTAGE: "do not work",
}
_ENDED: Final = {
    Result.SUCCESS: "The work is done and was found to work.",
    Result.ROLLED_BACK: "The work was rolled back: everything is as it was before.",
    Result.PARTIAL: "The work is done in part. What is left will be planned anew.",
}
WHAT_TO_DO: Final = {
    Moment.PLANNING_STARTED: "Tell us if this time is bad for you.",
    Moment.CHANGED: "Please go by the new words.",
    Moment.DAY_BEFORE: "Please be prepared.",
    Moment.STARTED: "Nothing is asked of you; you will hear when it is over.",
    Moment.EXTENDED: "Please go by the new end.",
    Moment.ROLLING_BACK: "Nothing is asked of you; you will hear when it is over.",
    Moment.POSTPONED: "Please disregard the time you were told. You will hear of a new one.",
    Moment.CANCELLED: "Please disregard what you were told.",
    Moment.CONCLUDED: "Please tell us of anything that does not work.",
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What a document is made of beside the content."""

    reference: str
    uid: str
    sequence: int
    moment: Moment
    state: DowntimeState
    sender: str
    link: str
    at: datetime
    label: Callable[[str], str]
    keys: tuple[str, ...] = ()
    zone: str = "UTC"
    result: Result | None = None
    words: str = ""
    override: str = ""
    changed: Sequence[Changed] = ()
    also_for: tuple[str, ...] = ()
    late: str = ""
    answers: tuple[str, ...] = field(default_factory=tuple)


def document_of(content: Content, telling: Telling) -> Document:
    """The announcement of a moment."""
    frame = content.frame
    return Document(
        reference=telling.reference,
        uid=telling.uid,
        sequence=telling.sequence,
        moment=telling.moment,
        status=_STATUS[telling.state],
        title=content.title,
        lead=_lead(content, telling),
        facts=tuple(_facts(content, telling)),
        services=tuple(telling.label(service) for service in content.services),
        keys=telling.keys,
        impact=(content.level or Level.NO_IMPACT).word,
        starts=None if frame is None else frame.starts,
        ends=None if frame is None else frame.ends,
        zone=telling.zone if frame is None else frame.zone,
        sender=telling.sender,
        link=telling.link,
        issued_at=telling.at,
        changes=tuple(
            Fact(change.what, f"{_labelled(change.after, telling)} (before: {_labelled(change.before, telling)})")
            for change in telling.changed
            if change.material
        ),
        also_for=telling.also_for,
        late=telling.late,
    )


def _labelled(text: str, telling: Telling) -> str:
    return ", ".join(telling.label(word) for word in text.split(", "))


def _lead(content: Content, telling: Telling) -> str:
    what = _what(content, telling)
    todo = WHAT_TO_DO[telling.moment]
    match telling.moment:
        case Moment.CONCLUDED:
            ended = _ENDED[telling.result or Result.SUCCESS]
            return f"{_services(content, telling)}: the downtime is over. {ended} {todo}"
        case Moment.CANCELLED:
            return f"{_services(content, telling)}: the planned downtime is off. {telling.words} {todo}"
        case Moment.POSTPONED:
            return f"{_services(content, telling)}: the planned downtime is put off. {telling.words} {todo}"
        case Moment.ROLLING_BACK:
            return f"The work is being rolled back. {telling.words} {what} {todo}"
        case Moment.EXTENDED:
            return f"The downtime takes longer. {telling.words} {what} {todo}"
    return f"{what} {todo}"


def _what(content: Content, telling: Telling) -> str:
    several = len(content.services) > 1
    words = _HITS_SEVERAL if several else _HITS
    unsaid = "are worked on" if several else "is worked on"
    hits = unsaid if content.level is None else words[content.level]
    when = "at a time not settled yet"
    if content.frame is not None:
        frame = frame_in_words(content.frame)
        end = "until it is done" if content.frame.ends is None else f"to {frame.ends.partition(', which')[0]}"
        when = f"from {frame.starts.partition(', which')[0]} {end}"
    return f"{_services(content, telling)} {hits} {when}. {_users(content)}"


def _services(content: Content, telling: Telling) -> str:
    *others, last = [telling.label(service) for service in content.services] or [content.title]
    return f"{', '.join(others)} and {last}" if others else last


def _users(content: Content) -> str:
    if content.users is None:
        return "How many people are affected is not known yet."
    if content.users == 0:
        return "Nobody is affected."
    return f"About {content.users:,} {'person is' if content.users == 1 else 'people are'} affected."


def _facts(content: Content, telling: Telling) -> list[Fact]:
    found = []
    if telling.words and telling.moment in (Moment.CONCLUDED, Moment.CANCELLED, Moment.POSTPONED):
        found.append(Fact("What happened", telling.words))
    if telling.override:
        found.append(Fact("Started before everything was in place", telling.override))
    texts = {
        Field.REASON: content.reason,
        Field.IMPACT: _impact(content, telling),
        Field.TIME_FRAME: _frame(content),
        Field.ROLLBACK: _rollback(content),
    }
    found += [
        Fact(FIELD_LABELS[name], text or "not settled yet", _doubt(content, name))
        for name, text in texts.items()
        if text or name in content.tentative
    ]
    return found


def _doubt(content: Content, name: Field) -> str:
    doubt = content.tentative.get(name)
    return f"tentative, to be settled by {doubt.until:%-d %B %Y}" if doubt else ""


def _impact(content: Content, telling: Telling) -> str:
    lines = [content.impact] if content.impact else []
    if content.services:
        level = "" if content.level is None else f": {LEVEL_LABELS[content.level].lower()}"
        lines.append(f"{_services(content, telling)}{level}.")
    lines.append(_users(content))
    if telling.answers:
        lines.append(f"Also: {', '.join(telling.answers)}.")
    return "\n".join(lines)


def _frame(content: Content) -> str:
    return "" if content.frame is None else "\n".join(frame_in_words(content.frame).lines)


def _rollback(content: Content) -> str:
    if content.rollback_by is None or content.frame is None:
        return content.rollback
    decided = instant_in_words(content.rollback_by, content.frame.zone)
    return f"{content.rollback}\nRolled back if it is not done by {decided}."
