"""What every tracker declares and answers. Pure; a tracker of its own lives in the file of its name.

A tracker is a ``Channel`` (the outbox delivers through it) that can also be asked. One **record** is a row in a
partner's system: a ticket there, an incident, an issue. Refuses to interpret: a record carries the partner's own status
word, and beside it the ``Stage`` this deployment says the word means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol, TypedDict, runtime_checkable

from tierline.channels.channel import Answer, NotConnected, Refused, TryAgain


class Stage(StrEnum):
    """What a partner's status word means to us."""

    NEW = "new"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    SOLVED = "solved"
    CLOSED = "closed"  # ended without a person saying it is solved: closed by the system after days, for example
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Note:
    """One comment on a record. ``key`` is set when it carries the hidden key of an effect of ours: an echo."""

    id: str
    text: str
    author: str
    at: datetime
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A row in a partner's system, as it was read.

    ``id`` is what its interface calls it, ``number`` what people call it. ``status`` is the partner's own word, kept as
    it stands. ``revision`` changes with every change there (an ETag, a modification stamp). ``key`` is the hidden key
    of the effect of ours that made it, when it carries one.
    """

    system: str
    id: str
    number: str
    url: str
    title: str
    text: str
    status: str
    stage: Stage
    owner: str
    queue: str
    changed_at: datetime
    revision: str
    key: str | None = None
    particulars: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since a cursor. ``more`` says that asking again at once, with ``cursor``, brings more.

    ``remark``: what could not be read or had to be read anew, in a sentence for people.
    """

    records: Sequence[Record]
    cursor: str
    more: bool = False
    remark: str = ""


class Open(TypedDict, total=False):
    """Message: make a record, or find the one an earlier try made.

    Evidence: ``id number url revision status found``.
    """

    verb: Literal["open"]
    title: str
    text: str
    labels: list[str]
    project: str
    fields: dict[str, str]  # of the partner's form, by the names the account maps (area, facility, severity ...)


class Say(TypedDict, total=False):
    """Message: add a comment to a record, once. Evidence: ``id`` (of the comment), ``found``."""

    verb: Literal["say"]
    record: str
    text: str
    internal: bool  # for the partner's staff only, where it tells that apart; the account says what holds without it


class Move(TypedDict, total=False):
    """Message: change a record's stage, owner, queue or fields. ``if_revision``: refused as a conflict when it changed
    there. Evidence: ``revision status``."""

    verb: Literal["move"]
    record: str
    stage: str
    status: str
    owner: str
    queue: str
    follow_up_at: str
    close_notes: str
    fields: dict[str, str]
    if_revision: str


@dataclass(frozen=True, slots=True)
class Conflicting(Refused):
    """Not done: the record changed there since ``if_revision``, and nothing of theirs was overwritten."""


class Tracker(Protocol):
    """A partner's system. One instance may be used by several workers at once.

    ``deliver`` takes an ``Open``, ``Say`` or ``Move`` under its effect's ``key``: the same key twice is one change
    where the system can be asked. The outbox adds ``attempt`` (1 for the first try) to the message: from the second on,
    what an earlier try may have left is asked for before anything is done again.
    """

    name: ClassVar[str]
    label: ClassVar[str]

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer: ...

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """The record an effect of this key made, if it is there."""
        ...

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """One record as it stands, with its notes."""
        ...


@runtime_checkable
class ReadsChanges(Protocol):
    """Can be asked what is new. An empty cursor starts as far back as the account says, never from the beginning."""

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected: ...


@runtime_checkable
class TakesWebhooks(Protocol):
    """Is told by the partner. Raises ``Unsigned`` when the signature does not hold: such a call is never read."""

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Sequence[Record]]:
        """(the delivery's own id, by which a repeat is known; what it tells)."""
        ...


@runtime_checkable
class TellsWrongKinds(Protocol):
    """Sees records of a kind this desk does not take, such as tasks in place of incidents.

    ``wrong_kind_answer`` is the account's text to answer with; ``say`` takes the ids these records carry.
    """

    @property
    def wrong_kind_answer(self) -> str: ...

    def wrong_kinds(self) -> Sequence[Record] | TryAgain | NotConnected: ...


class Told(Protocol):
    """What a mail of the partner's system says of a record. ``status`` is its own word; empty where it names none."""

    @property
    def number(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def note(self) -> str: ...


@runtime_checkable
class ReadsNotifications(Protocol):
    """Knows the mails its system sends. None for any other; never a proof, because anybody can write a From line."""

    label: ClassVar[str]

    def notification(self, *, sender: str, subject: str, text: str) -> Told | None: ...


class Unsigned(Exception):
    """A webhook whose signature is missing, wrong or too old."""
