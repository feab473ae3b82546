"""The one structured text an announcement is: every channel renders this and nothing else. Pure.

Names roles, never people. Refuses a document without a first line that says what, when and whom it hits, and control
characters, which some channels would take for structure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from tierline.notices.moments import Moment


class Status(StrEnum):
    """What MAINTNOTE calls where it stands (NANOG, Maintenance Notification Standard)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    IN_PROCESS = "IN-PROCESS"
    COMPLETED = "COMPLETED"
    RE_SCHEDULED = "RE-SCHEDULED"


HEADINGS: Final = {
    Moment.PLANNING_STARTED: "Planned downtime",
    Moment.CHANGED: "Planned downtime has changed",
    Moment.DAY_BEFORE: "Reminder: planned downtime",
    Moment.STARTED: "Downtime has started",
    Moment.EXTENDED: "Downtime takes longer",
    Moment.ROLLING_BACK: "Downtime: the work is being rolled back",
    Moment.POSTPONED: "Planned downtime is postponed",
    Moment.CANCELLED: "Planned downtime is cancelled",
    Moment.CONCLUDED: "Downtime is over",
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled line or two of the body; ``tentative`` says who settles it by when."""

    label: str
    text: str
    tentative: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """An announcement before it has the form of any channel.

    ``reference`` is what people call the notice (``DT-12``), ``uid`` what calendars do, for good; ``sequence`` grows
    with every change. ``lead`` is the first line: what, when, whom it hits, what to do. ``services`` are labels and
    ``keys`` what those who ask about maintenance call them; ``impact`` a word of MAINTNOTE. ``also_for`` are moments
    that this one message serves too; ``asides`` are sentences beside the matter: which channel was down before.
    """

    reference: str
    uid: str
    sequence: int
    moment: Moment
    status: Status
    title: str
    lead: str
    facts: tuple[Fact, ...]
    services: tuple[str, ...]
    keys: tuple[str, ...]
    impact: str
    starts: datetime | None
    ends: datetime | None
    zone: str
    sender: str
    link: str
    issued_at: datetime
    changes: tuple[Fact, ...] = ()
    also_for: tuple[str, ...] = ()
    late: str = ""
    asides: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.lead.strip():
            raise ValueError("an announcement begins with a line that says what, when and whom it hits")
        texts = (self.title, self.lead, self.sender, *(part for fact in self.facts for part in (fact.label, fact.text)))
        if any(_CONTROL.search(text) for text in texts):
            raise ValueError("an announcement holds no control characters")

    @property
    def heading(self) -> str:
        """What the message is headed with."""
        return HEADINGS[self.moment]

    @property
    def subject(self) -> str:
        """One line for a subject: the reference first, so that a thread is known by it."""
        return " ".join(f"[{self.reference}] {self.heading}: {self.title}".split())

    @property
    def frame_in_utc(self) -> str:
        """The time frame in one line."""
        if self.starts is None:
            return "no time yet"
        end = "open end" if self.ends is None else f"{self.ends.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return f"{self.starts.astimezone(UTC):%Y-%m-%d %H:%M} UTC to {end}"

    @property
    def foot(self) -> str:
        """Who says so, and where more stands."""
        return f"{self.sender} · {self.reference}, revision {self.sequence} · {self.link}"
