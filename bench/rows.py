"""One case after another as lines for COPY: row, report, places, hand-offs, number elsewhere and ten facts.

Pure but for the dice. Refuses nothing; the tables' own constraints judge what is written here.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from bench.prototypes import ANSWERS, Kinds, Prototype
from bench.vocabulary import Texts, marks_of
from tierline.cases.lifecycle import CaseState
from tierline.cases.places import NEVER, Standing, places

FACTS = 10
CLOSED = 0.88
OPEN_STATES = {
    CaseState.NEW: 25,
    CaseState.IN_PROGRESS: 25,
    CaseState.OFFERED: 25,
    CaseState.WAITING: 15,
    CaseState.SOLVED: 10,
}
WORDS_TENS = 6  # a report has about sixty words
NULL = "\\N"
WRITER = "Bench Writer"
CASE_COLUMNS = (
    "id, state, holder, offered_to, recorded_by, assignee, service, fault_in, needs_tier, audience, flags, "
    "restricted_to, summary, reported_by, trail, organisations, missing, theirs, planbook, opened_at, "
    "changed_at, due_at, version, question_taken, question_waiting, questions, round_trips, tellings"
)
HAND_OFF_COLUMNS = (
    "case_id, state, sender, service, receiver, tier, by, sender_records, ask, note, decision, override, "
    "planbook, offered_by, offered_at, acknowledge_by, answered_by, answered_at, return_reason, return_words, "
    "returned_by, chased_at"
)
EFFECT_COLUMNS = (
    "key, channel, state, subject_kind, subject_id, team, organisations, restricted_to, message, attempts, created_at, "
    'next_try_at, not_after, settled_at, trouble, evidence, "then", names, wide, found, cleared'
)
MAIL_EVERY, HELD_EVERY = 10, 500  # one case in ten sent a mail; one mail in fifty is held still


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A case before it is written."""

    number: int
    kind: Prototype
    state: CaseState
    chain: tuple[str, ...]
    organisations: tuple[str, ...]
    offered_to: str | None
    due_at: datetime
    chased_at: datetime | None
    opened_at: datetime
    planbook: int
    ticketing: str
    summary: str
    description: str
    notes: tuple[str, ...]

    @property
    def holder(self) -> str:
        """The team that has it."""
        return self.chain[-1]

    @property
    def outside_number(self) -> str:
        """What another system calls it."""
        return f"BN-{self.number:09d}"

    @property
    def found_by(self) -> str:
        """What it is found by."""
        return f"{self.summary} {self.description} {self.outside_number} {' '.join(self.notes)}"


def draft(
    number: int, kinds: Kinds, words: Texts, dice: random.Random, *, opened: datetime, at: datetime, planbook: int
) -> CaseDraft:
    """Draw the case ``number``."""
    chain = kinds.chain(dice)
    kind = kinds.draw(dice, chain[-1])
    closed = dice.random() < CLOSED
    state = CaseState.CLOSED if closed else dice.choices(list(OPEN_STATES), list(OPEN_STATES.values()))[0]
    others = [desk for desk in kinds.desks if desk != chain[-1]]
    offered_to = dice.choice(others) if state is CaseState.OFFERED else None
    seen_by = {kinds.organisations[desk] for desk in (*chain, *([offered_to] if offered_to else []))}
    due_at = at + timedelta(hours=dice.uniform(-48, 72)) if offered_to else NEVER
    return CaseDraft(
        number=number,
        kind=kind,
        state=state,
        chain=chain,
        organisations=tuple(sorted(seen_by)),
        offered_to=offered_to,
        due_at=due_at,
        chased_at=due_at if due_at < at else None,  # the minute's sweep has been there
        opened_at=opened,
        planbook=planbook,
        ticketing=kinds.ticketing,
        summary=words.piece(dice),
        description=f"{words.text(dice, WORDS_TENS)} {' '.join(marks_of(number))}",
        notes=tuple(words.piece(dice) for _ in range(FACTS - 1)),
    )


@dataclass(slots=True)
class Tables:
    """Lines for COPY, a list a table."""

    NAMES: ClassVar = (
        "cases_case", "cases_report", "cases_queueplace", "cases_handoff", "cases_outsidenumber", "cases_searchwords",
        "timeline_fact", "outbox_effect",
    )  # fmt: skip
    cases: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    hand_offs: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)

    def contents(self) -> Iterator[tuple[str, str, Sequence[str]]]:
        """Each table with its columns and lines."""
        yield "cases_case", CASE_COLUMNS, self.cases
        yield "cases_report", "case_id, description, answers, reporter_name, reporter_contact", self.reports
        yield "cases_queueplace", "case_id, team, tab, due_at", self.places
        yield "cases_handoff", HAND_OFF_COLUMNS, self.hand_offs
        yield "cases_outsidenumber", "case_id, system, number", self.numbers
        yield "outbox_effect", EFFECT_COLUMNS, self.effects
        yield "timeline_fact", "subject_kind, subject_id, at, actor, kind, said", self.facts


def tables_of(drafts: Sequence[CaseDraft]) -> Tables:
    """All lines of a batch. Facts stand in the order of time, so those of one case do not lie side by side."""
    tables = Tables()
    stories = []
    for case in drafts:
        tables.cases.append(_case(case))
        tables.reports.append(
            _line(case.number, case.description, json.dumps(ANSWERS | {"summary": case.summary}), "Pat Example",
                  "pat@reporter.example")
        )  # fmt: skip
        standing = Standing(case.state, case.holder, case.offered_to, None, bool(case.kind.restricted_to))
        tables.places += [_line(case.number, team, tab, case.due_at) for team, tab in places(standing)]
        tables.hand_offs += _hand_offs(case)
        tables.numbers.append(_line(case.number, case.ticketing, case.outside_number))
        tables.effects += _effects(case)
        stories.append(_story(case))
    tables.facts += [line for nth in zip(*stories, strict=True) for line in nth]
    return tables


def _case(case: CaseDraft) -> str:
    kind = case.kind
    begun = case.state not in (CaseState.NEW, CaseState.OFFERED)
    return _line(
        case.number, case.state, case.holder, case.offered_to, None, WRITER if begun else "", kind.service,
        kind.fault_in, kind.needs_tier, "veteran", kind.flags, kind.restricted_to, case.summary, "telephone",
        case.chain, case.organisations, kind.missing, "", case.planbook, case.opened_at,
        case.opened_at + timedelta(hours=FACTS), case.due_at, FACTS, False, (), 0, 0, 0,
    )  # fmt: skip


def _hand_offs(case: CaseDraft) -> Iterator[str]:
    steps = list(zip(case.chain, case.chain[1:], strict=False))
    for nth, (sender, receiver) in enumerate(steps, start=1):
        offered = case.opened_at + timedelta(hours=nth)
        yield _line(
            case.number, "acknowledged", sender, case.kind.service, receiver, 2, "ticket", False, case.summary, "",
            case.kind.decision, "", case.planbook, WRITER, offered, offered + timedelta(days=1), WRITER,
            offered + timedelta(hours=2), "", "", "", None,
        )  # fmt: skip
    if case.offered_to:
        offered = case.due_at - timedelta(days=1)
        yield _line(
            case.number, "offered", case.holder, case.kind.service, case.offered_to, 2, "ticket", False, case.summary,
            "", case.kind.decision, "", case.planbook, WRITER, offered, case.due_at, "", None, "", "", "",
            case.chased_at,
        )  # fmt: skip


def _effects(case: CaseDraft) -> Iterator[str]:
    if case.number % MAIL_EVERY == 0:
        sent = case.opened_at + timedelta(hours=1)
        message = json.dumps({"to": "desk@receiver.example", "subject": case.summary, "text": case.description})
        state = "held" if case.number % HELD_EVERY == 0 else "done"
        yield _line(
            f"bench-{case.number}", "email", state, "case", case.number, case.holder, case.organisations, (), message,
            1, sent, None, sent + timedelta(days=3), sent, "", "{}", "", (), False, "[]", "",
        )  # fmt: skip


def _story(case: CaseDraft) -> list[str]:
    """Ten facts: taken in, handed on, begun, written about, and at the end solved and closed."""
    told = [("entered", _entered(case))]
    for sender, receiver in zip(case.chain, case.chain[1:], strict=False):
        offered = f'{{"to": "{receiver}", "by": "ticket", "tier": 2, "decision": {case.kind.decision}}}'
        told.append(("hand-off-offered", offered))
        told.append(
            ("hand-off-acknowledged", f'{{"said": "", "changes": {{"holder": "{receiver}", "was": "{sender}"}}}}')
        )
    end: list[tuple[str, str]] = []
    if case.state is CaseState.CLOSED:
        end = [("solved", f'{{"solution": "{case.summary}"}}'), ("closed", '{"told": "by telephone"}')]
    notes = [("note", f'{{"text": "{note}"}}') for note in case.notes[: FACTS - len(told) - len(end)]]
    return [
        _line("case", case.number, case.opened_at + timedelta(hours=nth), WRITER, kind, said)
        for nth, (kind, said) in enumerate((*told, *notes, *end))
    ]


def _entered(case: CaseDraft) -> str:
    first = {
        "state": "new", "holder": case.chain[0], "service": case.kind.service, "fault_in": case.kind.fault_in,
        "needs_tier": case.kind.needs_tier, "audience": "veteran", "flags": case.kind.flags, "summary": case.summary,
        "restricted_to": case.kind.restricted_to, "trail": case.chain[:1], "organisations": case.organisations,
        "missing": case.kind.missing, "planbook": case.planbook, "assignee": "", "theirs": "", "offered_to": None,
        "recorded_by": None,
    }  # fmt: skip
    return f'{{"reported_by": "telephone", "decision": {case.kind.decision}, "changes": {json.dumps(first)}}}'


def _line(*values: object) -> str:
    return "\t".join(map(_cell, values)) + "\n"


def _cell(value: object) -> str:
    """A value in COPY's text form."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.replace("\\", "\\\\")
    if isinstance(value, tuple):
        return "{" + ",".join(value) + "}"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
