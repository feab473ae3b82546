"""The form of a plan's file: who is in it, what it says, where each sentence comes from.

Refuses unknown keys, ids that are not lower-case words, tiers outside 1 to 4, a clause whose ``then`` does
not fit its kind, patterns that do not compile. References between entries are checked where plans come together
(``loading.py``), because an entry may be declared in one file and used in all.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from tierline.foundation.written_files import Pattern, ZoneName
from tierline.plans.clocks import CalendarEntry, Clock, ServiceTier
from tierline.plans.conditions import Entry, When
from tierline.plans.decision import BUILT_IN, By
from tierline.plans.downtimes import ChannelWord, Downtime
from tierline.plans.entries import Label, Sentence, Slug, Source, Span, require
from tierline.plans.facts import Audience
from tierline.plans.rooms import Room

Tier = Annotated[int, Field(ge=1, le=4)]
Outreach = Literal["email", "telephone", "letter"]
Kind = Literal["restrict", "scope", "contact", "route", "intake", "tell", "duty"]


Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]


class Heading(Entry):
    """A heading of the source document, in its order. ``says`` tells in our words what binds nobody there."""

    title: Label
    level: Annotated[int, Field(ge=1, le=6)] = 2
    says: Sentence | None = None


class Effective(Entry):
    """From the first day in force to the first day no longer; days begin at midnight in ``zone``."""

    from_: date = Field(alias="from")
    until: date | None = None
    zone: ZoneName = "UTC"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        require(self.until is None or self.from_ < self.until, "until has to be a later day than from")
        return self


class Organisation(Entry):
    """An organisation that works under the plans."""

    id: Slug
    label: Label


class Person(Entry):
    """Somebody who holds a duty or reads a team's mail. ``slack``: their member id there, never a handle; ``sms``:
    their mobile telephone with its country code; ``telephone``: where they are called; ``not_on``: channels they do not
    use, so that another is enough."""

    id: Slug
    name: Label
    email: Address
    slack: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")] | None = None
    sms: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9 ().-]{6,24}$")] | None = None
    telephone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9 ().-]{6,24}$")] | None = None
    not_on: tuple[ChannelWord, ...] = ()
    organisation: Slug | None = None


class Group(Entry):
    """Several people under one handle, for instance a chat user group; ``slack`` is the group's id there."""

    id: Slug
    label: Label
    handle: Label | None = None
    slack: Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]{2,20}$")] | None = None
    members: tuple[Slug, ...] = ()


class OnCallSource(Entry):
    """Who knows whose turn it is: ``by`` is an account of this house, ``of`` what it is asked by (``schedule:P…`` or
    ``policy:P…`` of a paging service, the id of a chat group)."""

    by: Literal["pagerduty", "slack"]
    of: Label


class Duty(Entry):
    """A role somebody holds now. ``holders`` and ``deputy`` name people or groups; ``leads`` are the teams its holders
    lead; ``on_call`` is where a duty that goes by turns is looked up."""

    id: Slug
    label: Label
    holders: tuple[Slug, ...] = ()
    deputy: Slug | None = None
    leads: tuple[Slug, ...] = ()
    on_call: OnCallSource | None = None
    source: Source | None = None


class TicketAddress(Entry):
    """How a team receives tickets: its queue in whichever ticketing system is in force."""

    queue: Label


class EmailAddress(Entry):
    """How a team receives e-mail: the people who read it."""

    people: Annotated[tuple[Slug, ...], Field(min_length=1)]


class CallAddress(Entry):
    """How a team hears of cases by telephone: the regular call, when it is held, how often."""

    name: Label
    held: Label
    every: Span


class IssueAddress(Entry):
    """How a team receives engineering issues."""

    tracker: Slug
    project: Label | None = None
    labels: tuple[Label, ...] = ()
    title_prefix: str = ""


class Receives(Entry):
    """The channels a team can be reached by, each with its address."""

    ticket: TicketAddress | None = None
    email: EmailAddress | None = None
    call: CallAddress | None = None
    issue: IssueAddress | None = None


class Team(Entry):
    """A team and the tiers it works; no tier at all is a desk outside, which may only be named.

    ``own_system`` names the system in which the team works its cases when it works them in one of its own: it is told
    by one of the channels, and whoever sent it the case writes down what it answers. ``group`` is tagged where the team
    is to see something in a chat.
    """

    id: Slug
    label: Label
    organisation: Slug | None = None
    tiers: tuple[Tier, ...] = ()
    receives: Receives = Receives()
    own_system: Label | None = None
    chat: Label | None = None
    group: Slug | None = None
    source: Source | None = None

    @field_validator("tiers")
    @classmethod
    def _sorted(cls, tiers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(tiers)))


class System(Entry):
    """A system a fault can be found in. ``behind``: the systems it stands on; ``keys``: what those who ask about
    maintenance call it; ``window_ids``: what it is called where windows that keep alarms quiet are set."""

    id: Slug
    label: Label
    behind: tuple[Slug, ...] = ()
    keys: tuple[Label, ...] = ()
    window_ids: tuple[Label, ...] = ()

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, word: str) -> str:
        require(word not in ("unknown", "user"), "unknown and user are words of the facts, not systems")
        return word


class Service(Entry):
    """A thing a person uses. ``behind``: the systems it stands on; ``tool_team``: who builds it; ``service_tier``: how
    critical it is (1 is most), which is no support tier; ``keys``: what those who ask about maintenance call it;
    ``window_ids``: what it is called where windows that keep alarms quiet are set."""

    id: Slug
    label: Label
    behind: tuple[Slug, ...] = ()
    tool_team: Slug | None = None
    service_tier: ServiceTier | None = None
    keys: tuple[Label, ...] = ()
    window_ids: tuple[Label, ...] = ()
    source: Source | None = None


class Used(Entry):
    """For whose cases, at which receiving teams and in which days a ticketing system is the one in force."""

    receivers: Annotated[tuple[Slug, ...], Field(min_length=1)]
    audience: tuple[Audience, ...] = ("veteran", "staff")
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None


class Ticketing(Entry):
    """A ticketing system: the forms of its record numbers and where it is in force."""

    id: Slug
    label: Label
    records: tuple[Pattern, ...] = ()
    used: tuple[Used, ...] = ()
    source: Source
    text: Sentence


class IntakeField(Entry):
    """A question of the intake form. ``why`` is shown beside it: what the answer is needed for."""

    id: Slug
    label: Label
    why: Sentence
    kind: Literal["line", "text", "instant", "choice", "list"] = "line"
    options: tuple[Label, ...] = ()
    hint: Label | None = None
    source: Source | None = None


class Attempts(Entry):
    """How somebody is tried who is asked or told something: one channel an attempt, in their order.

    ``teams`` are those who try (all when empty).
    """

    id: Slug
    label: Label
    teams: tuple[Slug, ...] = ()
    by: Annotated[tuple[Outreach, ...], Field(min_length=1, max_length=10)]
    source: Source
    text: Sentence


class ReturnReason(Entry):
    """Why a case goes back to its sender. ``guidance`` tells the sender what to do next time; ``words_required``: the
    label alone would tell them nothing."""

    id: Slug
    label: Label
    guidance: Sentence
    words_required: bool = False
    source: Source


class Then(Entry):
    """What a clause decides; which keys may stand here depends on its kind."""

    tell: tuple[Slug, ...] = ()
    out: bool | None = None
    taken_by: Slug | None = None
    directly: bool | None = None
    through: Slug | None = None
    keep: bool | None = None
    to: Slug | None = None
    by: By | None = None
    tier: Tier | None = None
    requires: tuple[Slug, ...] = ()


# For each kind the sets of keys its ``then`` may consist of, required and optional.
_SHAPES: Final[dict[str, tuple[tuple[frozenset[str], frozenset[str]], ...]]] = {
    "restrict": ((frozenset(), frozenset({"tell"})),),
    "scope": ((frozenset({"out"}), frozenset({"taken_by"})),),
    "contact": (
        (frozenset({"directly"}), frozenset()),
        (frozenset({"through", "by"}), frozenset({"tier"})),
    ),
    "route": ((frozenset({"keep"}), frozenset()), (frozenset({"to", "by"}), frozenset({"tier"}))),
    "intake": ((frozenset({"requires"}), frozenset()),),
    "tell": ((frozenset({"tell"}), frozenset()),),
    "duty": ((frozenset(), frozenset()),),
}


class Clause(Entry):
    """One sentence of a plan that a decision can cite, or that binds somebody (kind ``duty``).

    ``topic`` and ``every`` let others find the duties they serve, for instance a report of every day.
    """

    id: Slug
    kind: Kind
    source: Source
    text: Sentence
    when: When = When()
    then: Then = Then()
    binds: tuple[Slug, ...] = ()
    topic: Literal["monitoring", "reporting", "downtime"] | None = None
    every: Span | None = None
    overrides: tuple[str, ...] = ()
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        given = frozenset(key for key in self.then.model_fields_set if getattr(self.then, key) is not None)
        fits = any(need <= given <= need | may for need, may in _SHAPES[self.kind])
        require(fits, f"the keys of then ({', '.join(sorted(given)) or 'none'}) do not fit kind {self.kind}")
        require(self.then.keep is not False, "keep is true or left out")
        require(self.then.directly is not False, "directly is true or left out")
        require(
            self.kind != "scope" or self.then.out or not self.then.taken_by,
            "what is in is taken by nobody else",
        )
        require(self.when.to is None or self.kind == "intake", "only an intake clause asks where a case goes")
        require(self.when.asks is None or self.kind in ("contact", "tell"), "asks belongs to contact clauses")
        require(self.kind != "duty" or bool(self.binds), "a duty clause says whom it binds")
        topical = self.topic is not None or self.every is not None
        require(self.kind == "duty" or not topical, "topic and every belong to duty clauses")
        require(
            self.from_ is None or self.until is None or self.from_ < self.until,
            "until has to be a later day than from",
        )
        return self


class Gap(Entry):
    """What a document leaves open. ``when``: a no-route cites it; ``about``: the entries concerned."""

    id: Slug
    source: Source
    text: Sentence
    when: When | None = None
    about: tuple[Slug, ...] = ()


class Plan(Entry):
    """One file: a support plan, or the charter that plans stand under."""

    kind: Literal["plan", "charter"]
    id: Slug
    title: Label
    version: Annotated[int, Field(ge=1)]
    document: Label
    effective: Effective
    under: Slug | None = None
    headings: tuple[Heading, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    duties: tuple[Duty, ...] = ()
    teams: tuple[Team, ...] = ()
    systems: tuple[System, ...] = ()
    services: tuple[Service, ...] = ()
    ticketing: tuple[Ticketing, ...] = ()
    intake: tuple[IntakeField, ...] = ()
    returns: tuple[ReturnReason, ...] = ()
    calendars: tuple[CalendarEntry, ...] = ()
    clocks: tuple[Clock, ...] = ()
    attempts: tuple[Attempts, ...] = ()
    rooms: tuple[Room, ...] = ()
    downtime: Downtime = Downtime()
    clauses: tuple[Clause, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @model_validator(mode="after")
    def _named_well(self) -> Self:
        require(self.id != BUILT_IN, f"the id {BUILT_IN} is kept for built-in rules")
        require(self.kind == "plan" or self.under is None, "a charter stands under nothing")
        return self
