"""What is answered, endpoint by endpoint. Instants are RFC 3339 with an offset."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, computed_field

from tierline.api.fields import Told

Instant = datetime


class Reason(Told):
    """One sentence of a plan that a decision rests on."""

    plan: str
    clause: str
    source: str
    text: str


class Decision(Told):
    """What the plans say (the words of ``tierline route``)."""

    outcome: str
    to: str | None
    tier: int | None
    by: str | None
    system: str | None
    tell: list[str]
    missing: list[str]
    because: list[Reason]


class Number(Told):
    """What another system calls the case."""

    system: str
    number: str


class Entered(Told):
    """The case that was made. A restricted one may not be seen again by its maker unless they have the duty."""

    reference: str
    version: int
    restricted: bool
    decision: Decision


class Saved(Told):
    """What a change left behind; ``version`` is also the ETag."""

    reference: str
    version: int
    state: str
    fact: Annotated[int, Field(description="The id of the fact on the case's story")]


class HandOffMade(Told):
    """The hand-off that was offered."""

    reference: str
    hand_off: int


class CaseLine(Told):
    """One case in a list."""

    reference: str
    state: str
    summary: str
    service: str
    holder: str
    offered_to: str | None
    recorded_by: str | None
    assignee: str
    trail: list[str]
    flags: list[str]
    missing: list[str]
    theirs: str
    restricted: bool
    question_to: Annotated[str | None, Field(description="Whose turn it is with its open question; null without one")]
    question_taken: bool
    round_trips: Annotated[int, Field(description="Questions asked whose answer came back")]
    opened_at: Instant
    changed_at: Instant
    due_at: Annotated[Instant | None, Field(description="When the next promise falls due; null when none runs")]
    due_kind: Annotated[str, Field(description="acknowledgement, first-response, resolution; empty when none runs")]
    version: int


class HandOff(Told):
    """One hand-off, past or open."""

    id: int
    state: str
    sender: str
    receiver: str
    tier: int
    by: str
    system: str | None
    ask: str
    note: str
    override: str
    offered_by: str
    offered_at: Instant
    acknowledge_by: Instant
    answered_by: str
    answered_at: Instant | None
    return_reason: Annotated[str, Field(description="Why it came back: the id of a reason; empty when it did not")]
    return_words: str
    returned_by: str
    returned_at: Instant | None

    @computed_field(description="As `return_words`; kept for older callers")  # type: ignore[prop-decorator]  # pydantic's own form
    @property
    def refusal(self) -> str:
        """The words of a return, by the name they had before there were reasons."""
        return self.return_words


class InquiryStep(Told):
    """One step of a question down the ladder."""

    state: str
    sender: str
    receiver: str
    tier: int | None
    by: str
    system: str | None
    note: str
    offered_by: str
    offered_at: Instant
    acknowledge_by: Instant
    answered_by: str
    answered_at: Instant | None
    refusal: str


class Attempt(Told):
    """One try to reach the person."""

    by: str
    outcome: str
    note: str
    made_at: Instant
    written_by: str


class Inquiry(Told):
    """A question to the Veteran or the reporter (kind `ask`), or the telling of what solved the case (`tell`).

    ``turn`` is the team whose turn it is; ``next_channel`` that of the next attempt. ``next_moves`` are the caller's.
    """

    id: int
    reference: str
    kind: str
    state: str
    of_whom: str
    asker: str
    turn: str | None
    ladder: list[str]
    words: str
    note: str
    answer: str
    ending: str
    asked_by: str
    asked_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    steps: list[InquiryStep]
    attempts: list[Attempt]
    channels: list[str]
    next_channel: str | None
    next_moves: list[str]


class InquiryMade(Told):
    """The question (or telling) that is on its way."""

    reference: str
    inquiry: int


class Attachment(Told):
    """One file of a case."""

    id: int
    name: str
    kind: str
    size: int
    added_by: str
    added_at: Instant


class Attachments(Told):
    """The files of a case, oldest first."""

    attachments: list[Attachment]


class AttachmentMade(Told):
    """The file that was kept."""

    reference: str
    attachment: int


class Promise(Told):
    """One promise of time: what, by which clock and level, due when, and how that was counted."""

    kind: Annotated[str, Field(description="acknowledgement, first-response or resolution")]
    state: Annotated[str, Field(description="running, paused, late, kept or kept-late")]
    policy: str
    level: str | None
    within: str
    begins: Instant
    due: Annotated[Instant | None, Field(description="null while it stands still")]
    ended: Instant | None
    zone: str
    sentence: str
    steps: list[str]
    because: Reason


class Case(CaseLine):
    """A case with what its page shows, but for its story. ``next_moves`` are those the caller may make now."""

    description: str
    answers: dict[str, str]
    reporter_name: str
    reporter_contact: str
    reported_by: str
    fault_in: str
    needs_tier: int
    audience: str
    planbook: int
    numbers: list[Number]
    hand_offs: list[HandOff]
    questions: Annotated[int, Field(description="Questions asked, answered or not")]
    inquiries: list[Inquiry]
    attachments: list[Attachment]
    decision: Decision
    next_moves: list[str]
    may_change: bool
    impacts: list[str]
    severity: str
    workaround: bool | None
    reports: int | None
    reports_in_one_day: int | None
    users_per_day: int | None
    promises: list[Promise]


class Queue(Told):
    """A page of a queue, the promise due first on top. ``counts`` stop at 1,000; ``next`` goes into ``cursor``."""

    team: str
    tab: str
    at: Instant
    counts: dict[str, int]
    cases: list[CaseLine]
    next: str | None


class Found(Told):
    """Cases that hold the words, newest first; ``next`` goes into ``before``."""

    words: str
    cases: list[CaseLine]
    next: int | None


class Fact(Told):
    """One thing that happened. ``said`` holds what this kind of fact has to say."""

    id: int
    at: Instant
    actor: str
    kind: str
    said: dict[str, Any]


class Story(Told):
    """A part of a case's story, oldest first; ``next`` goes into ``after``."""

    facts: list[Fact]
    next: int | None


class AsItStood(Told):
    """The case's remembered fields at an instant, and the facts known then."""

    reference: str
    at: Instant
    fields: dict[str, Any]
    facts: list[Fact]


class Gap(Told):
    """What a plan's document leaves open."""

    id: str
    source: str
    text: str


class Plan(Told):
    """One plan in force."""

    id: str
    kind: str
    title: str
    version: int
    document: str
    under: str | None
    clauses: int
    gaps: list[Gap]


class ReturnReason(Told):
    """Why a case may go back to its sender. ``guidance`` is what the sender is told to do next time."""

    id: str
    label: str
    guidance: str
    words_required: bool


class Plans(Told):
    """The planbook in force: its version, its plans, what they leave open, and why cases go back."""

    version: int
    plans: list[Plan]
    return_reasons: list[ReturnReason]


class Finding(Told):
    """What the privacy guard found: in which text of the message, where in it, of which kind."""

    where: str
    start: int
    end: int
    kind: str


class PartnerRecord(Told):
    """A record in a partner's system; ``status`` is the partner's own word, ``stage`` what it means here."""

    id: int
    system: str
    number: str
    url: str
    issue: bool
    title: str
    status: str
    stage: str
    owner: str
    queue: str
    asking: bool


class Bond(Told):
    """The crossing of one case to one record. ``health``: in-step, behind, refused or broken, with why."""

    id: int
    reference: str
    outward: bool
    state: str
    sender: str
    receiver: str
    opened_at: Instant
    ended_at: Instant | None
    health: str
    because: str
    record: PartnerRecord


class CrossedStep(Told):
    """One thing that crossed. ``effect`` is the message of ours in the outbox, ``arrived`` its state there."""

    ours: bool
    kind: str
    author: str
    text: str
    status: str
    at: Instant
    effect: int | None
    arrived: str | None


class BondWithExchange(Bond):
    """A bond with all that crossed, newest first."""

    exchange: list[CrossedStep]


class Bonds(Told):
    """Bonds, those that are worst off first."""

    bonds: list[Bond]


class SentAgain(Told):
    """How many messages try again now."""

    messages: int


class Effect(Told):
    """One message on its way, with attempts and evidence. ``about`` is the case it belongs to."""

    id: int
    channel: str
    state: str
    about: str
    team: str
    message: dict[str, Any]
    attempts: int
    created_at: Instant
    next_try_at: Instant | None
    not_after: Instant
    settled_at: Instant | None
    trouble: str
    evidence: dict[str, Any]
    found: Annotated[
        list[Finding], Field(description="What the privacy guard holds it for; never the words themselves")
    ]
    next_moves: list[str]


class Outbox(Told):
    """A page of messages, newest first; ``next`` goes into ``before``."""

    effects: list[Effect]
    next: int | None


class Me(Told):
    """Who the key belongs to."""

    name: str
    teams: list[str]
    organisations: list[str]
    duties: list[str]
