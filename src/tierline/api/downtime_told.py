"""What is answered about planned work, endpoint by endpoint. Instants are RFC 3339 with an offset. Refuses nothing."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from tierline.api.fields import Told


class DowntimeLine(Told):
    """One downtime in a list."""

    reference: str
    title: str
    state: str
    result: str
    services: list[str]
    level: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    procedure: str
    owner: str
    revision: int


class Downtimes(Told):
    """A page of downtimes; ``next`` is the cursor of the page after it."""

    downtimes: list[DowntimeLine]
    next: str | None


class Settles(Told):
    """Who settles a tentative field, by which day."""

    owner: str
    until: str


class ContentSaid(Told):
    """What a downtime says."""

    title: str
    reason: str
    services: list[str]
    users: int | None
    level: str | None
    impact: str
    starts: str | None
    ends: str | None
    zone: str | None
    rollback: str
    rollback_by: str | None
    answers: list[str]
    tentative: dict[str, Settles]


class ClosedGate(Told):
    """What keeps work from starting, in a sentence that says what would open it."""

    gate: str
    sentence: str


class GatesSaid(Told):
    """How the four gates stand, and what is closed."""

    approval: str
    window: str
    verification: str
    behind: Annotated[list[str], Field(description="Moments that should have been told by now")]
    closed: list[ClosedGate]


class ApprovalSaid(Told):
    """Who said yes to which words, and where that is written down."""

    by: str
    at: datetime | None
    hash: str
    record: str
    words: str
    read_back: bool


class WindowSaid(Told):
    """The window as it was read where it is set; ``id`` empty where none was."""

    id: str
    starts: str | None
    ends: str | None
    covers: list[str]
    read_at: datetime | None
    looked_at_by: str
    looked_at: datetime | None
    words: str


class InTheWay(Told):
    """What stands in the way: ``weight`` block, warn or info; ``answered`` why the work goes on all the same."""

    key: str
    weight: str
    sentence: str
    answered: str | None
    answered_by: str | None


class ObligationSaid(Told):
    """Word that is owed of a moment: since when, by when, and what became of it."""

    id: int
    moment: str
    revision: int
    standing: str
    owed_since: datetime
    due_at: datetime
    because: str
    settled_at: datetime | None
    settled_by: str
    reason: Annotated[str, Field(description="Why it is not told, where somebody waived it")]
    merged_into: str


class AnnouncementSaid(Told):
    """One telling, and the parity that was held then: how many each channel reached, and every difference."""

    id: int
    moment: str
    revision: int
    also_for: list[str]
    issued_at: datetime
    issued_by: str
    people: int
    digest: str
    lead: str
    reached: dict[str, int]
    explained: list[str]
    missing_channels: list[str]


class RelaySaid(Told):
    """Somebody's passing on, and what is known of those at the far end."""

    id: int
    moment: str
    by: str
    to: str
    state: str
    known: str
    due_at: datetime
    answered_by: str
    answered_at: datetime | None
    words: str


class DowntimeMoveSaid(Told):
    """A move: whether the caller can make it now, and the sentences that say why not."""

    move: str
    allowed: bool
    because: list[str]
    by_override: bool


class PartSaid(Told):
    """One thing a notice says otherwise."""

    what: str
    before: str
    after: str


class NoticeChanged(Told):
    """Another team's notice this was planned from, which says something else now; nothing was changed here."""

    id: int
    came_from: str
    called_off: bool
    changed_at: datetime | None
    changes: list[PartSaid]


class Downtime(DowntimeLine):
    """One downtime with everything about it. ``content_hash`` is what an approval is bound to."""

    content: ContentSaid
    content_hash: str
    user_message: str
    gates: GatesSaid
    approval: ApprovalSaid
    override: str
    last_words: str
    window: WindowSaid
    conflicts: list[InTheWay]
    obligations: list[ObligationSaid]
    announcements: list[AnnouncementSaid]
    relays: list[RelaySaid]
    notices_changed: list[NoticeChanged]
    moves: list[DowntimeMoveSaid]


class WordSaid(Told):
    """What became of the word a move owes: told, asked (its sender was asked) or blocked, and by what."""

    told: str
    people: int
    because: str


class DowntimeSaved(Told):
    """What a change left behind; ``revision`` is also the ETag. ``word`` is null where none was owed."""

    reference: str
    revision: int
    state: str
    word: WordSaid | None = None


class ChangeSaid(Told):
    """One thing that is otherwise now, and which gates that voids; none for a correction."""

    what: str
    before: str
    after: str
    voids: list[str]


class ContentSaved(DowntimeSaved):
    """What changed, and every gate that closed because of it."""

    changes: list[ChangeSaid]
    voids: list[str]


class WouldChange(Told):
    """What a change of content would void, if it were made now."""

    changes: list[ChangeSaid]
    voids: list[str]


class WindowWritten(DowntimeSaved):
    """What of the window is otherwise than planned; empty when it is as planned."""

    differs: list[str]


class CellSaid(Told):
    """A person on a channel: the address, or the answer in its place."""

    channel: str
    address: str | None
    answer: str
    note: Annotated[str, Field(description="How the address is known, or why there is none any more")]


class MemberSaid(Told):
    """A person of the audience, and for which words they are in it."""

    person: str
    name: str
    words: list[str]
    cells: list[CellSaid]


class BlockSaid(Told):
    """Why nothing can be sent yet, and about whom."""

    about: str
    sentence: str


class PreviewSaid(Told):
    """What would go out of a moment now, to whom, by which channels, and what is in the way."""

    moment: str
    subject: str
    text: str
    may_be_sent: bool
    blocks: list[BlockSaid]
    channels: list[str]
    missing_channels: list[str]
    members: list[MemberSaid]
    digest: str
    reached: dict[str, int]
    explained: list[str]
    unexplained: list[str]


class ToldRow(Told):
    """One person on one channel of one announcement."""

    moment: str
    revision: int
    name: str
    words: list[str]
    channel: str
    state: str
    at: datetime | None
    answer: str


class WhoWasTold(Told):
    """A page of who was told; ``next`` is where the next one begins (``after``)."""

    told: list[ToldRow]
    next: int | None
