"""Taking in a case.

Refuses a report without a summary, and an outside number that already has a case (and says which).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from tierline.cases.actions.changing import REMEMBERED, SUBJECT
from tierline.cases.actions.posting import heard_of_new
from tierline.cases.actions.promise import promise_first
from tierline.cases.actions.telling import tell_duties
from tierline.cases.asking_plans import facts_of, restricted_to
from tierline.cases.extent import UNKNOWN, Extent, extent_troubles
from tierline.cases.lifecycle import CaseState
from tierline.cases.models import CaseRow, OutsideNumber
from tierline.cases.places import NEVER
from tierline.cases.taking_in import Reported, write_new
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, NotAllowed, Unusable
from tierline.plans.decision import Decision
from tierline.plans.queries import PlanbookInForce, planbook_in_force
from tierline.timeline.actions import record

LONGEST_SUMMARY = 200
LONGEST_TEXT = 20_000
REPORTED_BY = ("telephone", "email", "chat", "in-person", "web", "api", "import")


@dataclass(frozen=True, slots=True)
class NewCase:
    """What somebody reported, ready to be taken in. ``numbers`` are (system, number) pairs of other systems."""

    holder: str
    service: str
    summary: str
    reported_by: str
    description: str = ""
    fault_in: str = "unknown"
    needs_tier: int = 1
    audience: str = "veteran"
    flags: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[tuple[str, str], ...] = ()
    reporter_name: str = ""
    reporter_contact: str = ""
    theirs: str = ""
    assignee: str = ""
    extent: Extent = UNKNOWN


@dataclass(frozen=True, slots=True)
class Entered:
    """The case that was made and what the plans say of it. ``restricted``: its maker may not see it again."""

    number: int
    decision: Decision
    restricted: bool


@transaction.atomic
def enter(actor: Actor, new: NewCase, *, at: datetime) -> Entered:
    """Take in one case: row, report, words, place in the holder's queue and first fact in one transaction."""
    in_force = planbook_in_force()
    check_report(actor, new, in_force)
    answers = answers_of(new)
    decision = in_force.planbook.decide(
        facts_of(
            service=new.service, holder=new.holder, fault_in=new.fault_in, needs_tier=new.needs_tier,
            audience=new.audience, flags=new.flags, answers=answers,
        ),
        at,
    )  # fmt: skip
    case = row_of(new, decision, in_force, at=at)
    promise_first(case, new.extent, in_force.planbook, at=at)
    text, numbers = " ".join(texts_of(new)), tuple(dict.fromkeys(new.numbers))
    told = Reported(new.description, answers, new.reporter_name, new.reporter_contact, text, numbers, new.extent)
    if write_new(case, told, heard_of_new(case, new.extent, in_force.planbook, at=at)) < len(numbers):
        raise _one_is_taken(actor, case, numbers)
    record(
        SUBJECT,
        case.pk,
        "entered",
        actor=actor,
        at=at,
        reported_by=new.reported_by,
        decision=decision.as_json(),
        changes=first_changes(case, new.extent),
    )
    if decision.tell:
        tell_duties(case, decision, in_force.planbook, at=at)
    return Entered(case.pk, decision, bool(case.restricted_to))


def first_changes(case: CaseRow, extent: Extent) -> dict[str, Any]:
    """What the first fact says of a new case: every remembered field, and what is known of its extent."""
    return {key: getattr(case, key) for key in REMEMBERED} | extent.differing(UNKNOWN)


def answers_of(new: NewCase) -> dict[str, str]:
    """The intake answers, with what the report itself already answers: its summary and its numbers elsewhere."""
    known = {"summary": new.summary, "ticket-numbers": ", ".join(number for _, number in new.numbers)}
    return {key: text for key, text in {**known, **new.answers}.items() if text.strip()}


def texts_of(new: NewCase) -> tuple[str, ...]:
    """Everything a new case should be found by."""
    return (new.summary, new.description, *new.answers.values(), *(number for _, number in new.numbers))


def row_of(
    new: NewCase, decision: Decision, in_force: PlanbookInForce, *, at: datetime, opened_at: datetime | None = None
) -> CaseRow:
    """The row of a new case, not saved. ``opened_at``: when another system had it first."""
    return CaseRow(
        state=CaseState.NEW,
        holder=new.holder,
        service=new.service,
        fault_in=new.fault_in,
        needs_tier=new.needs_tier,
        audience=new.audience,
        flags=sorted(new.flags),
        restricted_to=list(restricted_to(decision)),
        summary=new.summary.strip(),
        reported_by=new.reported_by,
        trail=[new.holder],
        organisations=[in_force.planbook.teams[new.holder].organisation or new.holder],
        missing=list(decision.missing),
        assignee=new.assignee,
        theirs=new.theirs,
        planbook=in_force.version,
        opened_at=opened_at or at,
        changed_at=at,
        due_at=NEVER,
    )


def check_report(actor: Actor, new: NewCase, in_force: PlanbookInForce) -> None:
    """Refuse whoever may not take it in (NotAllowed) and what cannot be taken in (Unusable, by field)."""
    if new.holder not in actor.teams and not actor.is_tierline:
        raise NotAllowed(f"You are not in the team {new.holder}, so you cannot take in a case for it.")
    troubles: dict[str, str] = {}
    if not new.summary.strip():
        troubles["summary"] = "Say in one line what happened."
    if len(new.summary) > LONGEST_SUMMARY:
        troubles["summary"] = (
            f"Keep the summary under {LONGEST_SUMMARY} characters; the rest goes into the description."
        )
    if max((len(text) for text in (new.description, *new.answers.values())), default=0) > LONGEST_TEXT:
        troubles["description"] = f"Keep each text under {LONGEST_TEXT:,} characters; attach the rest as a file."
    if new.service not in in_force.planbook.services:
        named = f"No plan names a service '{new.service}'. Choose one of the list."
        troubles["service"] = named if new.service else "Choose the service it is about."
    if new.holder not in in_force.planbook.teams:
        troubles["holder"] = f"No plan names a team '{new.holder}'."
    if new.reported_by not in REPORTED_BY:
        troubles["reported_by"] = f"Say how it was reported: one of {', '.join(REPORTED_BY)}."
    if "\x00" in "".join((new.summary, new.description, *new.answers.values(), new.reporter_name)):
        troubles["description"] = "A text holds a character that cannot be stored (NUL). Remove it."
    troubles |= extent_troubles(new.extent, in_force.planbook)
    if troubles:
        raise Unusable("The report cannot be taken in yet: " + " ".join(troubles.values()), troubles)


def _one_is_taken(actor: Actor, case: CaseRow, numbers: tuple[tuple[str, str], ...]) -> Conflict:
    """The refusal for the first number that has a case already."""
    others = OutsideNumber.objects.filter(number__in=[number for _, number in numbers]).exclude(case=case)
    known = {(row.system, row.number): row.case_id for row in others}
    pair = next(pair for pair in numbers if pair in known)
    return Conflict(_taken(actor, pair, known[pair]))


def _taken(actor: Actor, pair: tuple[str, str], other: int) -> str:
    """That a number has a case already; which one, only to somebody who may see it."""
    if CaseRow.objects.visible_to(actor).filter(pk=other).exists():
        return f"{pair[1]} ({pair[0]}) already has a case: {case_reference(other)}. Add to that one instead."
    return f"{pair[1]} ({pair[0]}) already has a case, which your organisation does not see. Ask the next tier for it."
