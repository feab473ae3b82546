"""What callers send about planned work. Every limit is in the schema; unknown keys are refused."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StrictBool, StringConstraints

from tierline.api import fields as f
from tierline.downtime.lifecycle import DowntimeState
from tierline.notices.moments import Moment

_ANY: Final = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
_SOME: Final = r"^[^\x00-\x08\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b-\x1f\x7f]*$"
_LINE: Final = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"

Cursor = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", min_length=32, max_length=32)]
Title = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=120)]
Words = Annotated[str, StringConstraints(pattern=_ANY, max_length=2000)]
Rollback = Annotated[str, StringConstraints(pattern=_ANY, max_length=4000)]
Because = Annotated[
    str, StringConstraints(pattern=_SOME, min_length=1, max_length=500), Field(description="Why; people will read it")
]
MaybeBecause = Annotated[str, StringConstraints(pattern=_ANY, max_length=500)]
Users = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(f.whole)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
Zone = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*$", min_length=1, max_length=60),
    Field(description="The zone people read the times in, like America/New_York; the plan's when left out"),
]
Level = Literal["NO-IMPACT", "REDUCED-REDUNDANCY", "DEGRADED", "OUTAGE"]
Ground = Annotated[f.Slug, f.named("services-and-systems")]
Procedure = Annotated[f.Word, f.named("procedures")]
State = Literal[
    "draft", "planning", "awaiting-approval", "scheduled", "in-progress", "verifying", "concluded", "cancelled",
    "postponed",
]  # fmt: skip
MomentWord = Literal[
    "planning-started", "changed", "day-before", "started", "extended", "rolling-back", "postponed", "cancelled",
    "concluded",
]  # fmt: skip
assert set(State.__args__) == set(DowntimeState)  # type: ignore[attr-defined]  # noqa: S101 - the table's own words
assert set(MomentWord.__args__) == set(Moment)  # type: ignore[attr-defined]  # noqa: S101 - likewise


class Doubt(f.Asked):
    """Who settles a field that is tentative, and by which day."""

    owner: Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=120)]
    until: date


class Doubts(f.Asked):
    """The fields that are tentative while work is planned."""

    reason: Doubt | None = None
    impact: Doubt | None = None
    time_frame: Doubt | None = None
    rollback: Doubt | None = None


class DowntimeContent(f.Asked):
    """What a downtime says, as far as it is known; what is left out stays as it is, ``null`` takes it back.

    ``services`` are services or systems of the plans, ``answers`` the plan's questions that are answered with yes.
    """

    title: Title | None = None
    reason: Words | None = None
    services: Annotated[tuple[Ground, ...] | None, Field(max_length=50)] = None
    users: Users | None = None
    level: Level | None = None
    impact: Words | None = None
    starts: f.Instant | None = None
    ends: f.Instant | None = None
    zone: Zone | None = None
    rollback: Rollback | None = None
    rollback_by: f.Instant | None = None
    answers: Annotated[tuple[f.Word, ...] | None, Field(max_length=50)] = None
    tentative: Doubts | None = None
    user_message: Annotated[
        str | None,
        StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=255),
        Field(description="What users of a tool read while it is down; the marker of the window goes before it"),
    ] = None


class NewDowntime(DowntimeContent):
    """A draft: who acts, which decides what follows, and what is known so far."""

    procedure: Procedure
    title: Title


class WhichDowntimes(f.Asked):
    """Which downtimes, from where on. ``service`` finds what takes it down, by itself or by what it stands on."""

    state: State | None = None
    over: Annotated[
        bool | None, Field(description="true: concluded and cancelled ones only; false: all the others")
    ] = None
    service: f.Slug | None = None
    since: Annotated[f.Instant | None, Field(alias="from", description="Work that lasts beyond this instant")] = None
    until: Annotated[f.Instant | None, Field(description="Work that starts before this instant")] = None
    cursor: Cursor | None = None


class Submitting(f.Asked):
    """The number of the change elsewhere in which the approval is documented, once there is one."""

    record: Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=60)] = ""


class Approving(Submitting):
    """A yes to the words with this hash: the ``content_hash`` of what was read."""

    content_hash: Hash


class Why(f.Asked):
    """Why, in a sentence or two that people will read."""

    because: Because


class Starting(f.Asked):
    """Empty when every gate is open. ``override``: why it has to start although one is not; everybody told hears it."""

    override: MaybeBecause = ""


class Extending(Why):
    """The later end, and why."""

    ends: f.Instant


class Concluding(f.Asked):
    """How it ended, and the last words about it."""

    result: Literal["success", "rolled-back", "partial"]
    words: Words = ""


class Announcing(f.Asked):
    """Which moment is told of."""

    moment: MomentWord


class WhichMoment(f.Asked):
    """Which moment is looked at before it is told."""

    moment: MomentWord


class AudienceAnswer(f.Asked):
    """An answer for a word without people, or for a person without an address, for this downtime only.

    ``about`` is what blocks. ``named`` and ``substitute`` need ``name`` and ``email``, ``other-address`` needs
    ``channel`` and ``address``.
    """

    about: Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=80)]
    kind: Literal["named", "other-address", "substitute", "relayed", "waived"]
    because: Because
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]*$", max_length=30)] = ""
    name: f.Line = ""
    email: f.Contact = ""
    address: f.Contact = ""


class ConflictAnswer(f.Asked):
    """The ``key`` of what stands in the way, and why the work goes on all the same."""

    key: Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=200)]
    because: Because


class WindowRead(f.Asked):
    """The window as it stands where it is set. ``covers`` left out: everything the work names."""

    window: Annotated[str, StringConstraints(pattern=r"^[!-~]+$", min_length=1, max_length=60)]
    starts: f.Instant
    ends: f.Instant
    covers: Annotated[tuple[f.Slug, ...] | None, Field(max_length=100)] = None


class WindowSeen(f.Asked):
    """Which window was looked at on call, and whether it is right; when it is not, in words what is wrong."""

    window: Annotated[str, StringConstraints(pattern=r"^[!-~]+$", min_length=1, max_length=60)]
    right: StrictBool
    words: MaybeBecause = ""


class PassedOn(f.Asked):
    """Whether word was passed on; when it was not, why."""

    done: StrictBool
    words: MaybeBecause = ""


class ToldPart(f.Asked):
    """From which row on."""

    after: Annotated[int, Field(ge=0, le=f.BIGGEST_ID)] = 0
