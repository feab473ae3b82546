"""Putting planned work before whoever approves it, and their word on it, bound to the very words they read.

Refuses what is missing or tentative, an audience that somebody still has to be named for, words that have changed since
they were read, and anybody who does not hold the duty.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.changing import is_read_back, open_change, void_change
from tierline.downtime.actions.planning import require_conflicts_answered
from tierline.downtime.actions.saying import said_why
from tierline.downtime.actions.telling import coverage_for, link_to, mail_to
from tierline.downtime.actions.turning import content_of, moved, note, saved
from tierline.downtime.content import unready_to_approve
from tierline.downtime.gates import APPROVAL_TRANSITIONS, Approval, ApprovalMove, after
from tierline.downtime.hands import Change, locked, require_duty, require_lead
from tierline.downtime.lifecycle import DowntimeMove
from tierline.foundation.trouble import Conflict, Unusable
from tierline.notices.moments import Moment
from tierline.notices.resolving import people_behind

LONGEST_RECORD: Final = 60
LONGEST_WORDS: Final = 500


@transaction.atomic
def submit(actor: Actor, number: int, *, at: datetime, record: str = "", version: int | None = None) -> None:
    """Put it before whoever approves it; where nobody has to, it is scheduled.

    ``record`` is the number of the change elsewhere in which the approval is documented, once there is one.
    """
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    _require_settled(change)
    if change.row.approval == Approval.NOT_REQUIRED:
        _scheduled(change)
        return
    if record.strip():
        change.row.approval_record = _record(record)
    moved(change, DowntimeMove.SUBMIT)
    change.row.approval = after(APPROVAL_TRANSITIONS, Approval(change.row.approval), ApprovalMove.REQUEST)
    note(change, "approval-requested", hash=change.row.content_hash)
    open_change(change)
    _ask(change)
    saved(change)


@transaction.atomic
def schedule(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> None:
    """Settle what nobody has to approve. Conflict for what somebody has to."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    if change.row.approval != Approval.NOT_REQUIRED:
        duty = change.planbook.duty_label(change.procedural.procedure.approval or "")
        raise Conflict(f"{change.reference} has to be approved first, by {duty}: submit it.")
    _require_settled(change)
    _scheduled(change)


def _scheduled(change: Change) -> None:
    moved(change, DowntimeMove.SCHEDULE)
    change.row.public = True
    note(change, "downtime-scheduled")
    saved(change)


def _require_settled(change: Change) -> None:
    lacking = unready_to_approve(content_of(change.row))
    if lacking:
        raise Unusable(f"It is not settled yet. {' '.join(lacking)}")
    coverage, _ = coverage_for(change, Moment.DAY_BEFORE)
    if coverage.blocks:
        raise Conflict(f"Not everybody can be told yet: {coverage.blocks[0].sentence}")
    require_conflicts_answered(change)


def _ask(change: Change) -> None:
    duty = change.procedural.procedure.approval or ""
    content = content_of(change.row)
    how = f"Read what it says, and approve or reject exactly these words: {link_to(change.row.pk)}approve/"
    if change.row.change.get("account"):
        system = change.planbook.system_label(change.procedural.procedure.approval_record or "")
        how = f"Approve or reject the change in {system}. Its number and link stand here: {link_to(change.row.pk)}"
    mail_to(
        change,
        people_behind(change.planbook, duty),
        purpose=f"{change.row.revision}:approval-requested",
        subject=f"[{change.reference}] Please approve: {content.title}",
        text=f"As {change.planbook.duty_label(duty)} you are asked to approve planned downtime.\n\n{how}\n",
    )


@transaction.atomic
def approve(actor: Actor, number: int, content_hash: str, *, at: datetime, record: str = "") -> None:
    """Say yes to the words with this hash, which are the ones that were read."""
    change = locked(actor, number, at=at)
    duty = change.procedural.procedure.approval
    require_duty(change, duty, "Approving this downtime")
    if content_hash != change.row.content_hash:
        raise Conflict(f"{change.reference} says something else by now than what you read. Read it again, then decide.")
    if is_read_back(change.row):
        raise Conflict(f"This is approved in {change.row.change['number']}, and read back from there. Say yes in it.")
    if record.strip():
        change.row.approval_record = _record(record)
    where = change.procedural.procedure.approval_record
    if where and not change.row.approval_record:
        system = change.planbook.system_label(where)
        raise Unusable(
            f"The plan wants the approval documented in {system}. Write down the number of the change there.",
            {"record": "Write the number, like CHG0031234."},
        )
    moved(change, DowntimeMove.APPROVE)
    change.row.public = True
    change.row.approval = after(APPROVAL_TRANSITIONS, Approval(change.row.approval), ApprovalMove.APPROVE)
    change.row.approved_hash = content_hash
    change.row.approved_by, change.row.approved_at = actor.name, at
    note(change, "downtime-approved", hash=content_hash, record=change.row.approval_record)
    saved(change)


@transaction.atomic
def reject(actor: Actor, number: int, because: str, *, at: datetime) -> None:
    """Say no, with the reason; it goes back to those who plan it."""
    change = locked(actor, number, at=at)
    require_duty(change, change.procedural.procedure.approval, "Rejecting this downtime")
    words = said_why(because)
    moved(change, DowntimeMove.REJECT)
    change.row.approval = after(APPROVAL_TRANSITIONS, Approval(change.row.approval), ApprovalMove.REJECT)
    change.row.approval_words = words
    void_change(change, "It was rejected in Tierline.")
    note(change, "downtime-rejected", because=words)
    saved(change)


def _record(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_RECORD or not text.isprintable():
        raise Unusable("Give the number of the change as it stands there.", {"record": "Shorten it."})
    return text
