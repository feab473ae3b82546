"""Reads of cases: a queue, a case, its story. Every one starts with what the actor may see.

A queue page reads one narrow indexed row a case (keyset pages, bounded counts), so its cost does not grow with the
number of closed cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from tierline.bonds.queries import ShortBond, bonds_of
from tierline.bonds.systems import readable
from tierline.cases.actions.asking import contact_decision, reporter_of
from tierline.cases.actions.attaching import stored_at
from tierline.cases.actions.changing import SUBJECT
from tierline.cases.actions.handing_off import decision_for
from tierline.cases.actions.promise import AT_LENGTH, extent_of, promised_for
from tierline.cases.extent import Extent
from tierline.cases.hands import Hands, may_change, may_make
from tierline.cases.history import AsItStood, as_it_stood
from tierline.cases.inquiry_life import InquiryKind, InquiryState
from tierline.cases.inquiry_queries import InquiryView, inquiries_of
from tierline.cases.left_alone import cases_left_alone
from tierline.cases.lifecycle import (
    MADE_BY_INQUIRIES,
    NOT_WHILE_ASKING,
    CaseMove,
    CaseState,
    HandOffState,
    moves_from,
)
from tierline.cases.models import Attachment, CaseRow, OutsideNumber
from tierline.cases.particulars import AttachmentView, HandOffView, attachments_of, hand_offs_of, known_as
from tierline.cases.places import NEVER, ON_TOP
from tierline.cases.promising import Promised
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_number, case_reference
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.plans.decision import Decision, Outcome
from tierline.plans.queries import planbook_in_force
from tierline.rooms.queries import ToldIn
from tierline.timeline.fact import Fact
from tierline.timeline.queries import stories_without, story, story_page

PAGE = 50
STORY_PAGE = 100
COUNTED_TO = 1000  # a tab says "1,000+" beyond this; counting on would cost more than it tells
TABS = ("new", "todo", "waiting", "overdue")
LINE_FIELDS = (
    "id", "state", "summary", "service", "holder", "offered_to", "recorded_by", "assignee", "trail", "flags",
    "missing", "theirs", "restricted_to", "question_to", "question_taken", "round_trips", "opened_at", "changed_at",
    "due_at", "due_kind", "version", "answered_for",
)  # fmt: skip

_PLACED = f"""
SELECT p.due_at, {", ".join(f"c.{name}" for name in LINE_FIELDS)}
FROM cases_queueplace p JOIN cases_case c ON c.id = p.case_id
WHERE p.team = %(team)s AND {{conditions}}
ORDER BY p.due_at, p.case_id LIMIT %(most)s
"""  # noqa: S608 - composed of this file's own constants
_COUNTS = """
SELECT (SELECT count(*) FROM (SELECT FROM cases_queueplace
                              WHERE team = %(team)s AND tab = 'new' LIMIT %(most)s) a),
       (SELECT count(*) FROM (SELECT FROM cases_queueplace
                              WHERE team = %(team)s AND tab = 'todo' LIMIT %(most)s) b),
       (SELECT count(*) FROM (SELECT FROM cases_queueplace
                              WHERE team = %(team)s AND tab = 'waiting' LIMIT %(most)s) c),
       (SELECT count(*) FROM (SELECT FROM cases_queueplace
                              WHERE team = %(team)s AND due_at > %(top)s AND due_at < %(at)s LIMIT %(most)s) d)
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last page ended: the promise and the number of its last case."""

    due_at: datetime
    number: int

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}~{self.number}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor a page gave out; ValueError for anything else."""
        moment, _, number = text.partition("~")
        due_at = datetime.fromisoformat(moment)
        if due_at.tzinfo is None or not 0 < int(number) < 2**63:
            raise ValueError("not a cursor of this queue")
        return cls(due_at, int(number))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is narrowed to; empty text means no narrowing."""

    service: str = ""
    assignee: str = ""
    flag: str = ""
    missing: bool = False
    left_alone: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in a list. ``due_kind`` is what falls due at ``due_at``: a ``PromiseKind``, or empty."""

    number: int
    reference: str
    state: CaseState
    summary: str
    service: str
    holder: str
    offered_to: str | None
    recorded_by: str | None
    assignee: str
    trail: tuple[str, ...]
    flags: tuple[str, ...]
    missing: tuple[str, ...]
    theirs: str
    restricted: bool
    question_to: str | None
    question_taken: bool
    round_trips: int
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    due_kind: str
    version: int
    answered_for: str | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a team's queue; ``counts`` stop at ``COUNTED_TO``; ``following`` is the next page's cursor."""

    team: str
    tab: str
    lines: tuple[CaseLine, ...]
    counts: Mapping[str, int]
    following: Cursor | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything its page shows. ``moves`` are those this actor may make now."""

    line: CaseLine
    description: str
    answers: Mapping[str, str]
    reporter_name: str
    reporter_contact: str
    reported_by: str
    fault_in: str
    needs_tier: int
    audience: str
    planbook: int
    numbers: tuple[tuple[str, str], ...]
    told: tuple[ToldIn, ...]
    hand_offs: tuple[HandOffView, ...]
    attachments: tuple[AttachmentView, ...]
    decision: Decision
    contact: Decision
    inquiries: tuple[InquiryView, ...]
    bonds: tuple[ShortBond, ...]
    questions: int
    moves: tuple[CaseMove, ...]
    may_change: bool
    story: tuple[Fact, ...]
    extent: Extent
    promised: Promised


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A part of a case's story; ``following`` is the fact to go on behind."""

    facts: tuple[Fact, ...]
    following: int | None


def queue(
    actor: Actor, team: str, tab: str, *, at: datetime, filters: Filters | None = None, after: Cursor | None = None
) -> QueuePage:
    """A page of the team's queue under one tab, the promise due first on top. Two statements."""
    if team not in actor.teams and not actor.is_tierline:
        raise NotAllowed("You are not in that team, so its queue is not yours to read.")
    if tab not in TABS:
        raise NotFound(f"A queue has the tabs {', '.join(TABS)}.")
    rows = _placed(team, tab, filters or Filters(), after, at)
    lines = tuple(line_from(line) for _, *line in rows[:PAGE])
    more = Cursor(rows[PAGE - 1][0], lines[-1].number) if len(rows) > PAGE else None
    return QueuePage(team, tab, lines, _counts(team, at), more, at)


def restricted_cases(actor: Actor) -> list[CaseLine]:
    """Open cases that only the actor's duties may handle, whichever team holds them, newest first; at most a page."""
    if not actor.duties:
        return []
    rows = CaseRow.objects.filter(restricted_to__overlap=sorted(actor.duties)).exclude(restricted_to=[])
    rows = rows.exclude(state=CaseState.CLOSED)
    return [line_of(row) for row in rows.order_by("-id")[:PAGE]]


def _placed(team: str, tab: str, filters: Filters, after: Cursor | None, at: datetime) -> list[tuple[Any, ...]]:
    """Promise and line of each case that stands there, one more than a page.

    Written out: composing this statement took as long as all that PostgreSQL does for the page.
    """
    narrowed = {
        "p.due_at > %(top)s AND p.due_at < %(at)s" if tab == "overdue" else "p.tab = %(tab)s": True,
        "(p.due_at, p.case_id) > (%(due_at)s, %(number)s)": after,
        "c.service = %(service)s": filters.service,
        "c.assignee = %(assignee)s": filters.assignee,
        "c.flags @> ARRAY[%(flag)s]::varchar[]": filters.flag,
        "c.missing <> '{}'": filters.missing,
        "p.case_id = ANY(%(alone)s)": filters.left_alone,
    }
    alone = cases_left_alone(planbook_in_force().planbook, team, at=at) if filters.left_alone else None
    asked: dict[str, str | int | datetime | list[int] | None] = {
        "team": team,
        "tab": tab,
        "at": at,
        "top": ON_TOP,
        "due_at": after.due_at if after else None,
        "number": after.number if after else None,
        "service": filters.service,
        "assignee": filters.assignee,
        "flag": filters.flag,
        "alone": list(alone.numbers) if alone else [],
        "most": PAGE + 1,
    }
    conditions = " AND ".join(condition for condition, wanted in narrowed.items() if wanted)
    with connection.cursor() as cursor:
        cursor.execute(_PLACED.format(conditions=conditions), asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _counts(team: str, at: datetime) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"team": team, "at": at, "top": ON_TOP, "most": COUNTED_TO})
        row = cursor.fetchone()
    return dict(zip(TABS, row, strict=True))


def case(actor: Actor, number: int, *, at: datetime, with_story: bool = True, with_bonds: bool = True) -> CaseView:
    """Everything about one case that its page shows. NotFound when they may not see it. Ten statements at most."""
    row = CaseRow.objects.one_for(actor, number)
    if row is None:
        raise NotFound(f"There is no case {case_reference(number)} that you may see.")
    report, hand_offs = row.report, hand_offs_of(number)
    numbers, told = known_as(number)
    planbook = planbook_in_force().planbook
    facts = story(SUBJECT, number) if with_story else stories_without(SUBJECT, [number], AT_LENGTH).get(number, [])
    inquiries = inquiries_of(row, actor, planbook, at)
    contact = contact_decision(row, planbook, row.holder, reporter_of(row), at)
    return CaseView(
        line=line_of(row),
        description=report.description,
        answers=report.answers,
        reporter_name=report.reporter_name,
        reporter_contact=report.reporter_contact,
        reported_by=row.reported_by,
        fault_in=row.fault_in,
        needs_tier=row.needs_tier,
        audience=row.audience,
        planbook=row.planbook,
        numbers=numbers,
        told=told,
        hand_offs=hand_offs,
        attachments=attachments_of(number),
        decision=decision_for(row, planbook, at),
        contact=contact,
        inquiries=inquiries,
        bonds=bonds_of((SUBJECT, number), readable(), at) if with_bonds else (),
        questions=row.questions,
        moves=_without_what_waits(moves_of(row, actor, hand_offs), contact, inquiries),
        may_change=may_change(actor, _hands(row, hand_offs)),
        story=tuple(facts) if with_story else (),
        extent=extent_of(report),
        promised=promised_for(row, facts, planbook, at=at),
    )


def moves_of(row: CaseRow, actor: Actor, hand_offs: tuple[HandOffView, ...]) -> tuple[CaseMove, ...]:
    """The moves of the transition table that this actor may make now."""
    hands = _hands(row, hand_offs)
    shut = MADE_BY_INQUIRIES | (NOT_WHILE_ASKING if row.question_to is not None else frozenset())
    possible = (move for move in moves_from(CaseState(row.state)) if move not in shut)
    moves = (move for move in possible if may_make(actor, move, hands))
    return tuple(move for move in moves if move is not CaseMove.HAND_BACK or _can_go_back(row, hand_offs))


def _can_go_back(row: CaseRow, hand_offs: tuple[HandOffView, ...]) -> bool:
    """Whether somebody handed the case to its holder, and it may leave them that way."""
    taken = [hand_off for hand_off in hand_offs if hand_off.state is HandOffState.ACKNOWLEDGED]
    return bool(taken) and taken[-1].receiver == row.holder and not row.restricted_to


def _without_what_waits(
    moves: tuple[CaseMove, ...], contact: Decision, inquiries: tuple[InquiryView, ...]
) -> tuple[CaseMove, ...]:
    """Whoever may not contact the reporter closes after a telling, and has them told before; others need no telling.

    Nothing is asked where the plans name nobody who may ask.
    """
    if contact.outcome not in (Outcome.ASK_THROUGH, Outcome.ASK_DIRECTLY, Outcome.RESTRICTED):
        moves = tuple(move for move in moves if move is not CaseMove.ASK)
    if contact.outcome is not Outcome.ASK_THROUGH:
        return tuple(move for move in moves if move is not CaseMove.TELL)
    ended = (InquiryState.LANDED, InquiryState.EXHAUSTED)
    newest = next((one for one in inquiries if one.kind is InquiryKind.TELL), None)
    shut = CaseMove.TELL if newest is not None and newest.state in ended else CaseMove.CLOSE
    return tuple(move for move in moves if move is not shut)


def _hands(row: CaseRow, hand_offs: tuple[HandOffView, ...]) -> Hands:
    records = any(h.state is HandOffState.OFFERED and h.sender_records for h in hand_offs)
    return Hands(row.holder, row.offered_to, row.recorded_by, frozenset(row.restricted_to), records)


def may_work_on(actor: Actor, number: int) -> bool:
    """Whether the actor may do something with the case, by whose hands it is in."""
    row = CaseRow.objects.one_for(actor, number)
    return row is not None and may_change(
        actor, Hands(row.holder, row.offered_to, row.recorded_by, frozenset(row.restricted_to))
    )


def case_as_it_stood(actor: Actor, number: int, moment: datetime) -> AsItStood:
    """The case read back as it stood at ``moment``. NotFound before it was entered, or when it may not be seen."""
    if not CaseRow.objects.visible_to(actor).filter(pk=number).exists():
        raise NotFound(f"There is no case {case_reference(number)} that you may see.")
    stood = as_it_stood(story(SUBJECT, number, until=moment), moment)
    if stood is None:
        raise NotFound(f"{case_reference(number)} had not been entered then. Choose a later moment.")
    return stood


def case_story(actor: Actor, number: int, *, after: int = 0) -> StoryPage:
    """A page of the case's story, oldest first, behind the fact ``after``. NotFound when the case may not be seen."""
    if not CaseRow.objects.visible_to(actor).filter(pk=number).exists():
        raise NotFound(f"There is no case {case_reference(number)} that you may see.")
    facts = story_page(SUBJECT, number, after=after, most=STORY_PAGE + 1)
    return StoryPage(tuple(facts[:STORY_PAGE]), facts[STORY_PAGE - 1].id if len(facts) > STORY_PAGE else None)


def number_behind(actor: Actor, words: str) -> int | None:
    """The case that a reference or another system's number names, when the actor may see it; else None."""
    number = case_number(words)
    if number is None:
        number = OutsideNumber.objects.filter(number=words.strip()).values_list("case_id", flat=True).first()
    if number is None:
        return None
    return CaseRow.objects.visible_to(actor).filter(pk=number).values_list("pk", flat=True).first()


def attachments(actor: Actor, number: int) -> tuple[AttachmentView, ...]:
    """The files of a case, oldest first. NotFound when the case may not be seen."""
    if not CaseRow.objects.visible_to(actor).filter(pk=number).exists():
        raise NotFound(f"There is no case {case_reference(number)} that you may see.")
    return attachments_of(number)


def attachment_file(actor: Actor, number: int, attachment_id: int) -> tuple[AttachmentView, Path]:
    """A file of a case the actor may see, and where its bytes lie."""
    row = Attachment.objects.filter(
        pk=attachment_id, case__in=CaseRow.objects.visible_to(actor).filter(pk=number)
    ).first()
    if row is None:
        raise NotFound("There is no such file that you may see.")
    return _attachment(row), stored_at(row.digest)


def known_numbers(system: str, numbers: list[str]) -> frozenset[str]:
    """Those of ``numbers`` that already have a case. For imports."""
    return frozenset(OutsideNumber.objects.filter(system=system, number__in=numbers).values_list("number", flat=True))


def line_of(row: CaseRow) -> CaseLine:
    """The line of a case whose row is at hand."""
    return line_from([getattr(row, name) for name in LINE_FIELDS])


def line_from(values: Sequence[Any]) -> CaseLine:
    """The line of a case from its ``LINE_FIELDS``, in their order: lists are read without a model object a row."""
    (
        number, state, summary, service, holder, offered_to, recorded_by, assignee, trail, flags, missing, theirs,
        restricted_to, question_to, question_taken, round_trips, opened_at, changed_at, due_at, due_kind, version,
        answered_for,
    ) = values  # fmt: skip
    return CaseLine(
        number=number,
        reference=case_reference(number),
        state=CaseState(state),
        summary=summary,
        service=service,
        holder=holder,
        offered_to=offered_to,
        recorded_by=recorded_by,
        assignee=assignee,
        trail=tuple(trail),
        flags=tuple(flags),
        missing=tuple(missing),
        theirs=theirs,
        restricted=bool(restricted_to),
        question_to=question_to,
        question_taken=question_taken,
        round_trips=round_trips,
        opened_at=opened_at,
        changed_at=changed_at,
        due_at=None if due_at >= NEVER else due_at,
        due_kind=due_kind,
        version=version,
        answered_for=answered_for,
    )


def _attachment(row: Attachment) -> AttachmentView:
    return AttachmentView(row.pk, row.name, row.kind, row.size, row.added_by, row.added_at)
