"""What a downtime says: reason, impact, time frame, rollback. What its approval is bound to, and what a change voids.

Pure. A field may be tentative while work is planned, with an owner and a day; nothing tentative, and nothing missing,
is put before whoever approves. Refuses a window that ends before it begins and a number of users below nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from typing import Any, Final

from tierline.downtime.gates import Gate


class Field(StrEnum):
    """The four fields every announcement has to have."""

    REASON = "reason"
    IMPACT = "impact"
    TIME_FRAME = "time-frame"
    ROLLBACK = "rollback"


FIELD_LABELS: Final = {
    Field.REASON: "Reason",
    Field.IMPACT: "Anticipated impact",
    Field.TIME_FRAME: "Time frame",
    Field.ROLLBACK: "Rollback plan",
}


class Level(IntEnum):
    """How bad it is for those who use it, in the words of MAINTNOTE; a higher number is worse."""

    NO_IMPACT = 0
    REDUCED_REDUNDANCY = 1
    DEGRADED = 2
    OUTAGE = 3

    @property
    def word(self) -> str:
        """``NO-IMPACT`` and the like."""
        return self.name.replace("_", "-")


LEVEL_LABELS: Final = {
    Level.NO_IMPACT: "Nobody should notice",
    Level.REDUCED_REDUNDANCY: "Works, with less in reserve",
    Level.DEGRADED: "Works in part or slowly",
    Level.OUTAGE: "Does not work",
}


def level_of(word: str) -> Level:
    """The level of a word in either spelling; raises ``ValueError`` for any other."""
    try:
        return Level[word.strip().upper().replace("-", "_")]
    except KeyError:
        known = ", ".join(level.word for level in Level)
        raise ValueError(f"The level of impact is one of {known}, not {word!r}.") from None


@dataclass(frozen=True, slots=True)
class Frame:
    """From when to when, in UTC, and the zone the times were given in; the end is no part of it.

    Without ``ends`` nobody knows yet: that is written as tentative, and passes no approval.
    """

    starts: datetime
    ends: datetime | None
    zone: str

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or (self.ends is not None and self.ends.tzinfo is None):
            raise ValueError("a time frame is made of instants with an offset")
        if self.ends is not None and self.ends <= self.starts:
            raise ValueError("The work ends before it begins. Give an end after the start.")


@dataclass(frozen=True, slots=True)
class Tentative:
    """A field that is not settled: who settles it, and by which day."""

    owner: str
    until: date


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an announcement tells. ``services`` are services or systems of the plans, ``users`` a number of
    people; ``audience_answers`` the questions answered with yes, on which others are told."""

    title: str
    reason: str = ""
    services: tuple[str, ...] = ()
    users: int | None = None
    level: Level | None = None
    impact: str = ""
    frame: Frame | None = None
    rollback: str = ""
    rollback_by: datetime | None = None
    answers: tuple[str, ...] = ()
    tentative: Mapping[Field, Tentative] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.users is not None and self.users < 0:
            raise ValueError("The number of users is a whole number from 0.")

    def filled(self, which: Field) -> bool:
        """Whether a field says what it has to."""
        match which:
            case Field.REASON:
                return bool(self.reason.strip())
            case Field.IMPACT:
                return bool(self.services) and self.level is not None and self.users is not None
            case Field.TIME_FRAME:
                return self.frame is not None and self.frame.ends is not None
            case Field.ROLLBACK:
                return bool(self.rollback.strip())


def unready_to_announce(content: Content) -> tuple[str, ...]:
    """Sentences about fields that are neither filled nor tentative with an owner and a day; empty: may be told."""
    return tuple(
        f"{FIELD_LABELS[each]}: fill it in, or mark it as tentative with an owner and a day."
        for each in Field
        if not content.filled(each) and each not in content.tentative
    )


def unready_to_approve(content: Content) -> tuple[str, ...]:
    """Sentences about fields that are missing or tentative; empty: may be put before whoever approves."""
    found = []
    for each in Field:
        if each in content.tentative:
            owner, until = content.tentative[each].owner, content.tentative[each].until
            found.append(f"{FIELD_LABELS[each]} is tentative: {owner} settles it by {until:%-d %B %Y}.")
        elif not content.filled(each):
            found.append(f"{FIELD_LABELS[each]} is missing.")
    return tuple(found)


def content_hash(content: Content) -> str:
    """The hash an approval is bound to: of every word. What a correction changes, an approval is carried over to."""
    written = json.dumps(_written(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _written(content: Content) -> dict[str, Any]:
    frame = content.frame
    return {
        "title": content.title,
        "reason": content.reason,
        "services": sorted(set(content.services)),
        "users": content.users,
        "level": None if content.level is None else content.level.word,
        "impact": content.impact,
        "starts": None if frame is None else _instant(frame.starts),
        "ends": None if frame is None or frame.ends is None else _instant(frame.ends),
        "rollback": content.rollback,
        "rollback_by": None if content.rollback_by is None else _instant(content.rollback_by),
        "answers": sorted(set(content.answers)),
        "tentative": {name: [t.owner, t.until.isoformat()] for name, t in content.tentative.items()},
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is otherwise now, in words for the audience. ``gates``: what it voids."""

    what: str
    before: str
    after: str
    gates: frozenset[Gate] = frozenset()

    @property
    def material(self) -> bool:
        """Whether the audience has to hear of it and an approval falls."""
        return bool(self.gates)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a change of one attribute is judged: what it voids when ``material`` holds for before and after."""

    what: str
    gates: frozenset[Gate]
    material: Callable[[Any, Any], bool]


def _always(_before: Any, _after: Any) -> bool:
    return True


def _worse(before: int | None, after: int | None) -> bool:
    """More than was said; not knowing any more is worse than any number."""
    return before is not None and (after is None or after > before)


def _reworded(before: str, after: str) -> bool:
    """Whether a text says something else: not when every word is its old self but for two letters, and no figure."""
    old, new = before.split(), after.split()
    return len(old) != len(new) or not all(_typing_error(*pair) for pair in zip(old, new, strict=True))


def _typing_error(old: str, new: str) -> bool:
    if old == new:
        return True
    if any(sign.isdigit() for sign in old + new) or min(len(old), len(new)) < 4:
        return old.strip(".,;:!?") == new.strip(".,;:!?")
    return _distance(old.casefold(), new.casefold()) <= 2


def _distance(one: str, other: str) -> int:
    """How many letters to add, drop or replace on the way from one word to the other."""
    row = list(range(len(other) + 1))
    for turn, letter in enumerate(one, 1):
        before, row[0] = row[0], turn
        for place, wanted in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]


def _other_fields(before: Mapping[Field, Tentative], after: Mapping[Field, Tentative]) -> bool:
    """Whether other fields are tentative; a new owner or day is none."""
    return set(before) != set(after)


_ALL: Final = frozenset({Gate.APPROVAL, Gate.WINDOW, Gate.VERIFICATION, Gate.COMMUNICATION})
_WORDS: Final = frozenset({Gate.APPROVAL, Gate.COMMUNICATION})
#: Declared per attribute: when a change is material, and what it voids then.
MATERIAL: Final[Mapping[str, Rule]] = {
    "title": Rule("Title", frozenset(), _always),
    "reason": Rule("Reason", _WORDS, _reworded),
    "services": Rule("Services", _ALL, _always),
    "users": Rule("Users affected", _WORDS, _worse),
    "level": Rule("Level of impact", _WORDS, _worse),
    "impact": Rule("Impact in words", _WORDS, _reworded),
    "frame": Rule("Time frame", _ALL, _always),
    "rollback": Rule("Rollback plan", _WORDS, _reworded),
    "rollback_by": Rule("Point of decision on rolling back", _WORDS, _always),
    "answers": Rule("Who else is touched", _WORDS, _always),
    "tentative": Rule("What is tentative", _WORDS, _other_fields),
}


def changes(before: Content, after: Content) -> tuple[Changed, ...]:
    """Everything that differs, in the order of the form; those without gates are corrections."""
    found = []
    for name, rule in MATERIAL.items():
        old, new = _comparable(name, before), _comparable(name, after)
        if old != new:
            gates = rule.gates if rule.material(getattr(before, name), getattr(after, name)) else frozenset()
            found.append(Changed(rule.what, _told(getattr(before, name)), _told(getattr(after, name)), gates))
    return tuple(found)


def _comparable(name: str, content: Content) -> object:
    value = getattr(content, name)
    if name in ("services", "answers"):
        return frozenset(value)
    if name == "frame" and value is not None:
        return (value.starts, value.ends)
    return dict(value) if name == "tentative" else value


def voided(found: tuple[Changed, ...]) -> frozenset[Gate]:
    """The gates that close because of changes."""
    return frozenset(gate for change in found for gate in change.gates)


def _told(value: object) -> str:
    told = "nothing"
    if isinstance(value, Level):
        told = LEVEL_LABELS[value]
    elif isinstance(value, Frame):
        end = "an end nobody knows yet" if value.ends is None else _utc_in_words(value.ends)
        told = f"{_utc_in_words(value.starts)} to {end}"
    elif isinstance(value, datetime):
        told = _utc_in_words(value)
    elif isinstance(value, Mapping):
        told = ", ".join(FIELD_LABELS[each] for each in Field if each in value) or told
    elif isinstance(value, tuple):
        told = ", ".join(map(str, value)) or told
    elif value is not None and value != "":
        told = str(value)
    return told


def _utc_in_words(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
