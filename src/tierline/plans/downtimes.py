"""Planned downtime as a plan's file writes it: what a message says, when word is owed, and who acts in which way.

Refuses a moment with both a span and a time of day, a relay without a day, freezes that end before they begin, a
redundant pair with the same thing on both sides, a sender of notices without an address, steps to reach somebody that
are out of order.
What follows from it for one piece of work is ``tierline.downtime``'s and ``tierline.notices``'.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tierline.plans.clocks import minute_of
from tierline.plans.conditions import Entry
from tierline.plans.entries import Label, Sentence, Slug, Source, Span, require

ChannelWord = Literal["slack", "email", "teams", "sms"]
StepWord = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=40)]
LATEST = timedelta(hours=12)  # after it was due: word of which nobody hears for longer is no word any more
ConflictKind = Literal[
    "same-service", "redundant-pair", "dependency", "shared-ground", "freeze", "incident", "foreign-window",
    "change-system", "hand-over", "clock-change", "holiday", "near-notice",
]  # fmt: skip
#: ``someone@their.example``, or ``@their.example`` for everybody there.
Written = Annotated[str, StringConstraints(pattern=r"^[^@\s<>\"',;]{0,64}@[^@\s<>\"',;]{1,190}$", to_lower=True)]


class MessagePart(Entry):
    """Something a message has to say."""

    id: Slug
    label: Label
    source: Source


class MomentRule(MessagePart):
    """When word is owed: ``within`` a span of what happened, or ``at`` a time of the calendar day before.

    ``least_lead``: word of the day before never goes out later than so long ahead of the start.
    """

    within: Span | None = None
    at: str | None = None
    least_lead: Span | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        require(self.within is None or self.at is None, "word is owed within a span or at a time of day, not both")
        require(self.least_lead is None or self.at is not None, "least_lead belongs to a time of day")
        if self.at is not None:
            minute_of(self.at)
        return self


class Question(Entry):
    """A yes or no asked when work is planned, on which an audience may depend."""

    id: Slug
    label: Label
    source: Source


class Conditional(Entry):
    """A duty or team that is told only when a question was answered with yes."""

    who: Slug
    when: Slug


class Relay(Entry):
    """Somebody who passes word on to people this house cannot reach, and says when it is done."""

    id: Slug
    label: Label
    by: Slug
    to: Label
    within: Span
    source: Source
    text: Sentence


class WayStep(Entry):
    """One step for people no channel of the procedure has reached: ``by`` another channel to their own address, a
    ``page`` to the duty ``whom`` through the account ``through``, or the ``call-sheet``. Taken so long before or after
    word is due; neither is when it is due.
    """

    id: StepWord
    by: Literal["email", "slack", "sms", "page", "call-sheet"]
    whom: Slug | None = None
    through: Slug | None = None
    before_due: Span | None = None
    after_due: Span | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        paging = self.by == "page"
        require(paging is (self.whom is not None), "a page says whom it is to, and only a page does")
        require(paging is (self.through is not None), "a page says through which account, and only a page does")
        require(self.before_due is None or self.after_due is None, "a step is before or after word is due, not both")
        require(self.offset <= LATEST, "a step is taken within 12 hours of when word is due")
        return self

    @property
    def offset(self) -> timedelta:
        """When it is taken, counted from when word is due; negative is before."""
        return -self.before_due if self.before_due is not None else self.after_due or timedelta()


class AnotherWay(Entry):
    """How people are reached whom no channel has reached when word is due: steps in the order of their times."""

    steps: Annotated[tuple[WayStep, ...], Field(min_length=1)]
    source: Source
    text: Sentence

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require(len({step.id for step in self.steps}) == len(self.steps), "every step has an id of its own")
        offsets = [step.offset for step in self.steps]
        require(offsets == sorted(offsets), "the steps stand in the order in which they are taken")
        return self


class Freeze(Entry):
    """Days in which no work is to be planned: for these services, or for all."""

    id: Slug
    label: Label
    from_: date = Field(alias="from")
    until: date
    services: tuple[Slug, ...] = ()
    source: Source
    text: Sentence

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require(self.from_ < self.until, "until is the first day that is free again, after from")
        return self


class RedundantPair(Entry):
    """Two sides that stand in for one another. Work on one while there is work on the other takes both away."""

    id: Slug
    label: Label
    one: Annotated[tuple[Slug, ...], Field(min_length=1)]
    other: Annotated[tuple[Slug, ...], Field(min_length=1)]
    source: Source

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        require(not set(self.one) & set(self.other), "nothing stands in for itself; name it on one side")
        return self


class NoticeSender(Entry):
    """Another team whose notices of planned work arrive by mail: from which addresses, and for whom it speaks.

    ``speaks_for`` is what a notice of theirs concerns when it names nothing we know. Anybody can write a sender into a
    mail, so this decides what is shown and never that it is true.
    """

    id: Slug
    label: Label
    addresses: Annotated[tuple[Written, ...], Field(min_length=1)]
    speaks_for: tuple[Slug, ...] = ()
    source: Source

    def is_sender(self, address: str) -> bool:
        """Whether a mail of this address is theirs."""
        low = address.lower()
        return any(low == known or (known.startswith("@") and low.endswith(known)) for known in self.addresses)


class Weighed(Entry):
    """How much one kind of conflict weighs by this plan."""

    kind: ConflictKind
    weight: Literal["block", "warn", "info"]
    source: Source


class Procedure(Entry):
    """What is done for a downtime or an incident that starts with ``origin``: who tells whom, how.

    ``teams`` may plan work by it, beside whoever holds ``sender`` or ``window_by``. ``approval`` documents its word
    in ``approval_record``; ``window_by`` sets the window up in ``window_system``. ``room_holds``: the duties and teams
    whose people sit in a room that tags nobody; ``another_way``: how people are reached whom no channel has reached.
    """

    id: Slug
    label: Label
    origin: Label
    teams: tuple[Slug, ...] = ()
    sender: Slug | None = None
    channels: tuple[ChannelWord, ...] = ()
    room: Label | None = None
    room_holds: tuple[Slug, ...] = ()
    audience: tuple[Slug, ...] = ()
    also: tuple[Conditional, ...] = ()
    relays: tuple[Relay, ...] = ()
    approval: Slug | None = None
    approval_record: Slug | None = None
    window_by: Slug | None = None
    window_system: Slug | None = None
    window_verified_by: Slug | None = None
    another_way: AnotherWay | None = None
    source: Source


class Downtime(Entry):
    """Planned downtime: what a message says, when it goes out, and the procedures by who caused it.

    ``quiet`` is how near another notice to the same people may come before both owners hear of it; ``weights`` what
    weighs otherwise here than usual; ``notices_from`` whose notices of their own work are known.
    """

    message: tuple[MessagePart, ...] = ()
    moments: tuple[MomentRule, ...] = ()
    questions: tuple[Question, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    redundant: tuple[RedundantPair, ...] = ()
    weights: tuple[Weighed, ...] = ()
    notices_from: tuple[NoticeSender, ...] = ()
    quiet: Span | None = None
