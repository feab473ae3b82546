"""What every verb shares: turning a downtime to its next revision and closing the gates a change voids.

Refuses nothing itself; moves that the tables do not name raise there.
"""

from collections.abc import Sequence
from typing import Final

from tierline.downtime.content import Changed, Content, content_hash
from tierline.downtime.gates import (
    APPROVAL_TRANSITIONS,
    VERIFICATION_TRANSITIONS,
    WINDOW_TRANSITIONS,
    Approval,
    ApprovalMove,
    Gate,
    Verification,
    VerificationMove,
    Window,
    WindowMove,
    after,
    may,
)
from tierline.downtime.hands import Change
from tierline.downtime.lifecycle import DowntimeMove, DowntimeState
from tierline.downtime.lifecycle import after as state_after
from tierline.downtime.models import DowntimeRow, RevisionRow
from tierline.downtime.stored import from_json, to_json
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import stands_on
from tierline.timeline.actions import record

SUBJECT: Final = "downtime"


def content_of(row: DowntimeRow) -> Content:
    """What a downtime says now."""
    return from_json(row.content)


def put_content(row: DowntimeRow, content: Content, planbook: Planbook) -> None:
    """Let the row say this, and repeat what is asked of it often."""
    row.content, row.content_hash = to_json(content), content_hash(content)
    row.starts_at = content.frame.starts if content.frame else None
    row.ends_at = content.frame.ends if content.frame else None
    row.stands_on = sorted({ground for service in content.services for ground in stands_on(planbook, service)})


def moved(change: Change, move: DowntimeMove) -> None:
    """Make a move of the main line; MoveNotAllowed for any the table does not name."""
    change.row.state = state_after(DowntimeState(change.row.state), move)


def turned(change: Change, changed: Sequence[Changed] = ()) -> None:
    """Begin the next revision of a downtime and keep it."""
    row = change.row
    row.revision += 1
    keep_revision(change, changed)


def keep_revision(change: Change, changed: Sequence[Changed] = ()) -> None:
    """Keep the content as it is in this revision."""
    row = change.row
    RevisionRow.objects.create(
        downtime=row,
        revision=row.revision,
        content=row.content,
        content_hash=row.content_hash,
        changes=[[c.what, c.before, c.after, c.material] for c in changed],
        at=change.at,
        by=change.actor.name,
    )


def close_gates(change: Change, gates: frozenset[Gate]) -> None:
    """Void what a change voids; a gate that was not open stays as it is."""
    row = change.row
    approval, window, verification = Approval(row.approval), Window(row.window), Verification(row.verification)
    if Gate.APPROVAL in gates and may(APPROVAL_TRANSITIONS, approval, ApprovalMove.VOID):
        row.approval = after(APPROVAL_TRANSITIONS, approval, ApprovalMove.VOID)
        row.approved_hash = ""
    if Gate.WINDOW in gates and window is not Window.NONE:
        row.window = after(WINDOW_TRANSITIONS, window, WindowMove.PLAN)
    if Gate.VERIFICATION in gates and may(VERIFICATION_TRANSITIONS, verification, VerificationMove.LAPSE):
        row.verification = after(VERIFICATION_TRANSITIONS, verification, VerificationMove.LAPSE)


def carry_approval(change: Change, old_hash: str) -> None:
    """A correction keeps the approval: it is of the corrected words now, and that is written down."""
    row = change.row
    if row.approval == Approval.APPROVED and row.approved_hash == old_hash != row.content_hash:
        row.approved_hash = row.content_hash
        note(change, "approval-carried", before=old_hash, after=row.content_hash)


def saved(change: Change) -> None:
    """Write the row."""
    change.row.changed_at = change.at
    change.row.save()


def note(change: Change, kind: str, **said: object) -> None:
    """Write a fact of the downtime's timeline."""
    record(SUBJECT, change.row.pk, kind, actor=change.actor, at=change.at, revision=change.row.revision, **said)
