"""Reading planned work: the board, one downtime with everything about it, what strangers may know.

Refuses what the actor may not see as if it were not there. What is public holds roles and services, never people, and
never a draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings

from tierline.directory.actor import TIERLINE, Actor
from tierline.downtime.actions.changing import is_read_back
from tierline.downtime.actions.taking_in import Upstream, changed_notices
from tierline.downtime.actions.telling import asides_for, coverage_for, document_for, subject_of
from tierline.downtime.actions.turning import content_of
from tierline.downtime.actions.working import gates_of, in_the_way
from tierline.downtime.conflicts import Conflict
from tierline.downtime.content import Content, Level
from tierline.downtime.gates import Approval, Gates, Hindrance, Window
from tierline.downtime.hands import (
    Change,
    UnknownProcedure,
    may_lead,
    may_see,
    may_tell,
    may_verify,
    procedural_of,
    visible_to,
)
from tierline.downtime.lifecycle import ENDED, RUNNING, DowntimeMove, DowntimeState, moves_from
from tierline.downtime.models import DowntimeRow
from tierline.downtime.stored import from_json
from tierline.downtime.surroundings import conflicts_of
from tierline.foundation.ids import downtime_reference
from tierline.foundation.trouble import NotFound
from tierline.notices.audience import Coverage, Parity, parity
from tierline.notices.document import Document
from tierline.notices.moments import Moment
from tierline.notices.queries import (
    AnnouncementView,
    DeliveryView,
    ObligationView,
    RelayView,
    announcements,
    deliveries,
    deliveries_after,
    obligations,
    relays,
)
from tierline.notices.resolving import channels_here
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Procedural, hit_by, keys_of
from tierline.plans.queries import PlanbookInForce, planbook_in_force
from tierline.timeline.fact import Fact
from tierline.timeline.queries import story

PAGE: Final = 50
ONE_A_PERSON: Final = frozenset({"message-sent", "message-held"})  # who was told says it better than the story
TO_START: Final = (DowntimeState.PLANNING, DowntimeState.AWAITING_APPROVAL, DowntimeState.SCHEDULED)
KEPT_FOR: Final = timedelta(days=14)  # how long what is over stays on the public page


@dataclass(frozen=True, slots=True)
class Line:
    """A downtime on the board."""

    number: int
    reference: str
    title: str
    state: DowntimeState
    result: str
    services: tuple[str, ...]
    level: Level | None
    starts_at: datetime | None
    ends_at: datetime | None
    procedure: str
    owner: str
    revision: int


@dataclass(frozen=True, slots=True)
class DowntimeView:
    """One downtime as its page shows it. ``moves`` are those the table allows and the actor may make."""

    line: Line
    content: Content
    content_hash: str
    user_message: str
    procedural: Procedural
    gates: Gates
    closed: tuple[Hindrance, ...]
    approval: Mapping[str, Any]
    window: Mapping[str, Any]
    verification: Mapping[str, Any]
    conflicts: tuple[Conflict, ...]
    answered: Mapping[str, Any]
    obligations: tuple[ObligationView, ...]
    announcements: tuple[AnnouncementView, ...]
    relays: tuple[RelayView, ...]
    story: tuple[Fact, ...]
    moves: tuple[DowntimeMove, ...]
    leads: bool
    tells: bool
    approves: bool
    verifies: bool
    rolled_back: bool
    upstream: tuple[Upstream, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out of a moment, to whom, and whether anything blocks it."""

    moment: Moment
    document: Document
    coverage: Coverage
    parity: Parity
    missing: tuple[str, ...]
    labels: Mapping[str, str]
    extras: tuple[str, ...] = ()


def board(actor: Actor, *, past: bool = False) -> list[Line]:
    """Downtimes the actor may see: those to come by their start, or those that are over, newest first."""
    rows = visible_to(actor)
    if past:
        rows = rows.filter(state__in=ENDED).order_by("-changed_at")
    else:
        rows = rows.exclude(state__in=ENDED).order_by("starts_at", "pk")
    return [line_of(row) for row in rows[:PAGE]]


def asks_of(actor: Actor, *, at: datetime) -> dict[int, str]:
    """What downtimes that are not over ask of the actor now, in words, by number."""
    rows = DowntimeRow.objects.filter(organisations__overlap=sorted(actor.organisations)).exclude(state__in=ENDED)
    planbook = planbook_in_force().planbook
    found = ((row.pk, _asked_of(actor, row, planbook, at)) for row in rows[:PAGE])
    return {number: words for number, words in found if words}


def _asked_of(actor: Actor, row: DowntimeRow, planbook: Planbook, at: datetime) -> str:
    try:
        procedural = procedural_of(row, planbook, at)
    except UnknownProcedure:
        return ""
    if row.state == DowntimeState.AWAITING_APPROVAL and procedural.procedure.approval in actor.duties:
        return "Waits for your approval"
    if row.window == Window.SET and may_verify(actor, row, procedural):
        return "Its window waits for your look"
    theirs = row.owner_id == actor.person_id
    if theirs and row.state in RUNNING and row.ends_at is not None and row.ends_at <= at:
        return "Past its end: is the work done?"
    if theirs and row.window == Window.DRIFTED:
        return "The window is not as planned"
    return ""


def row_for(actor: Actor, number: int) -> DowntimeRow:
    """The row, for this package's own reads."""
    row = DowntimeRow.objects.filter(pk=number).first()
    if row is None or not may_see(actor, row):
        raise NotFound("There is no such downtime that you may see.")
    return row


def is_known(actor: Actor, number: int) -> bool:
    """Whether there is such a downtime that the actor may see."""
    row = DowntimeRow.objects.filter(pk=number).first()
    return row is not None and may_see(actor, row)


def downtime(actor: Actor, number: int, *, at: datetime) -> DowntimeView:
    """One downtime with everything about it. NotFound when there is none or the actor may not see it."""
    row, in_force = row_for(actor, number), planbook_in_force()
    procedural = procedural_of(row, in_force.planbook, at)
    content, subject = content_of(row), subject_of(row)
    leads, owed = may_lead(actor, procedural), obligations(subject, at=at)
    gates = gates_of(row, procedural, owed)
    return DowntimeView(
        line=line_of(row),
        content=content,
        content_hash=row.content_hash,
        user_message=row.user_message,
        procedural=procedural,
        gates=gates,
        closed=in_the_way(row, gates, at) if row.state in TO_START else (),
        approval=_approval(row),
        window={"read_at": row.window_read_at, **row.window_set},
        verification={
            "by": row.verified_by,
            "at": row.verified_at,
            "words": row.verification_words,
            "on_call": row.on_call,
        },
        conflicts=conflicts_of(row.pk, content, procedural, in_force.planbook, at=at) if row.state not in ENDED else (),
        answered=row.answered_conflicts,
        obligations=owed,
        announcements=announcements(subject),
        relays=relays(subject, at=at),
        story=tuple(fact for fact in story(*subject) if fact.kind not in ONE_A_PERSON),
        moves=_moves(actor, row, procedural),
        leads=leads,
        tells=may_tell(actor, procedural),
        approves=procedural.procedure.approval in actor.duties and row.state == DowntimeState.AWAITING_APPROVAL,
        verifies=row.window == Window.SET and may_verify(actor, row, procedural),
        rolled_back=row.rolled_back,
        upstream=changed_notices(row.pk),
    )


def _approval(row: DowntimeRow) -> dict[str, Any]:
    return {
        "by": row.approved_by,
        "at": row.approved_at,
        "hash": row.approved_hash,
        "record": row.approval_record,
        "words": row.approval_words,
        "change": row.change,
        "read_back": is_read_back(row),
        "last_words": row.last_words,
        "override": row.override,
    }


def _moves(actor: Actor, row: DowntimeRow, procedural: Procedural) -> tuple[DowntimeMove, ...]:
    if not may_lead(actor, procedural):
        return ()
    asked = {DowntimeMove.APPROVE, DowntimeMove.REJECT}
    needless = DowntimeMove.SUBMIT if row.approval == Approval.NOT_REQUIRED else DowntimeMove.SCHEDULE
    return tuple(move for move in moves_from(DowntimeState(row.state)) if move not in asked and move is not needless)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a downtime stands: its state and revision, what it says, and the zone its plan counts days in."""

    state: DowntimeState
    revision: int
    content: Content
    zone: str


def stand(actor: Actor, number: int, *, at: datetime) -> Stand:
    """Where it stands, for whoever wants to change it or has. One statement beside the plans' look-up."""
    row = row_for(actor, number)
    zone = procedural_of(row, planbook_in_force().planbook, at).zone
    return Stand(DowntimeState(row.state), row.revision, content_of(row), zone)


def preview(actor: Actor, number: int, moment: Moment, *, at: datetime) -> Preview:
    """What would be told of a moment now, and to whom."""
    row, in_force = row_for(actor, number), planbook_in_force()
    procedural = procedural_of(row, in_force.planbook, at)
    change = Change(row, actor, at, in_force, procedural)
    coverage, missing = coverage_for(change, moment)
    words = {word for member in coverage.members for word in member.words}
    labels = {word: _word_label(in_force.planbook, word) for word in words}
    document = replace(document_for(change, moment), asides=asides_for(change))
    extras = channels_here(procedural.extras)[0]
    return Preview(moment, document, coverage, parity(coverage), missing, labels, extras)


def told_of_change(actor: Actor, number: int, content: Content, *, at: datetime) -> tuple[Coverage, tuple[str, ...]]:
    """Who would be told were this what is said from now on, with all that was answered for; and channels that lack."""
    row, in_force = row_for(actor, number), planbook_in_force()
    change = Change(row, actor, at, in_force, procedural_of(row, in_force.planbook, at))
    return coverage_for(change, Moment.CHANGED, content=content)


def _word_label(planbook: Planbook, word: str) -> str:
    if word == "told-before":
        return "told before"
    return planbook.duty_label(word) if word in planbook.duties else planbook.team_label(word)


def who_was_told(actor: Actor, number: int) -> tuple[DeliveryView, ...]:
    """Who was told what, when, by which channel, with what answer."""
    return deliveries(subject_of(row_for(actor, number)))


def page_of_told(actor: Actor, number: int, *, after: int = 0) -> tuple[tuple[DeliveryView, ...], int | None]:
    """``who_was_told`` page by page, in the order of telling, and after which id the next page begins."""
    return deliveries_after(subject_of(row_for(actor, number)), after)


def revisions(actor: Actor, number: int) -> list[tuple[int, datetime, str, list[Any]]]:
    """Every revision: number, when, by whom, what changed. Oldest first."""
    rows = row_for(actor, number).revisions.order_by("revision")
    return [(row.revision, row.at, row.by, list(row.changes)) for row in rows]


def line_of(row: DowntimeRow) -> Line:
    """A downtime as lists show it."""
    content = from_json(row.content)
    return Line(
        row.pk, downtime_reference(row.pk), content.title, DowntimeState(row.state), row.result, content.services,
        content.level, row.starts_at, row.ends_at, row.procedure, row.owner, row.revision,
    )  # fmt: skip


# -- what strangers may know -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeyWindow:
    """A time in which one key is down, as those who ask about maintenance read it. ``ends`` None: nobody knows."""

    id: str
    key: str
    starts: datetime
    ends: datetime | None
    words: str
    now: bool


def public_documents(*, at: datetime) -> list[Document]:
    """What the public page and the feeds show: everything told that is to come, goes on, or ended lately. By start.

    Work by a procedure that no plans know any more can't be put into words; it hides nothing else.
    """
    rows = DowntimeRow.objects.filter(public=True).exclude(state__in=ENDED, changed_at__lt=at - KEPT_FOR)
    in_force = planbook_in_force()
    shown = (_public(row, in_force, at) for row in rows.order_by("starts_at", "pk"))
    return [document for document in shown if document is not None]


_SHOWN_AS: Final = {
    DowntimeState.IN_PROGRESS: Moment.STARTED,
    DowntimeState.VERIFYING: Moment.STARTED,
    DowntimeState.CONCLUDED: Moment.CONCLUDED,
    DowntimeState.CANCELLED: Moment.CANCELLED,
    DowntimeState.POSTPONED: Moment.POSTPONED,
}


def _public(row: DowntimeRow, in_force: PlanbookInForce, at: datetime) -> Document | None:
    try:
        procedural = procedural_of(row, in_force.planbook, at)
    except UnknownProcedure:
        return None
    change = Change(row, TIERLINE, row.changed_at, in_force, procedural)
    moment = _SHOWN_AS.get(DowntimeState(row.state), Moment.PLANNING_STARTED)
    return replace(document_for(change, moment), link=public_link(change.reference))


def public_link(reference: str) -> str:
    """Where strangers read of a downtime: its own page wants a sign-in."""
    return f"{settings.SITE_ADDRESS.rstrip('/')}/status/#{reference}"


def key_windows(*, at: datetime) -> list[KeyWindow]:
    """Every time that is scheduled, goes on or has no end yet, for every key it takes down, by key and start.

    A key is down as well when what it stands on is. Several times of one key stay several, so that a longer one that
    begins later is not lost behind a shorter one.
    """
    planbook = planbook_in_force().planbook
    standing = (DowntimeState.SCHEDULED, DowntimeState.IN_PROGRESS, DowntimeState.VERIFYING)
    rows = DowntimeRow.objects.filter(state__in=standing, starts_at__isnull=False)
    found = []
    for row in rows.order_by("starts_at", "pk"):
        running = row.state in (DowntimeState.IN_PROGRESS, DowntimeState.VERIFYING)
        if row.starts_at is None or (not running and row.ends_at is not None and row.ends_at <= at):
            continue
        # Work that goes on past its end has none that anybody could rely on.
        ends = None if running and row.ends_at is not None and row.ends_at <= at else row.ends_at
        found += [
            KeyWindow(f"{row.pk}-{key}", key, row.starts_at, ends, row.user_message, running)
            for key in keys_hit(planbook, content_of(row))
        ]
    return sorted(found, key=lambda window: (window.key, window.starts, window.id))


def keys_hit(planbook: Planbook, content: Content) -> tuple[str, ...]:
    """The keys of everything a downtime takes down: its services and systems, and the services that stand on them."""
    if content.level is Level.NO_IMPACT:
        return ()
    words = dict.fromkeys([*content.services, *hit_by(planbook, content.services)])
    return tuple(dict.fromkeys(key for word in words for key in keys_of(planbook, word)))
