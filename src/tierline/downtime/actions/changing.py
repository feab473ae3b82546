"""The change elsewhere that documents an approval: opened through the outbox, read back, told when it is void.

Granted only when the change is approved by somebody it names *and* its text still carries the hash of the words put
before them. Without an account nothing here happens, and the number is written down by hand. Refuses nothing: what that
system refuses stands in the outbox, and the gate stays closed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from tierline.downtime.actions.conflicting import tell_of_conflicts
from tierline.downtime.actions.telling import document_for, link_to, subject_of
from tierline.downtime.actions.turning import carry_approval, content_of, moved, note, saved
from tierline.downtime.gates import APPROVAL_TRANSITIONS, Approval, ApprovalMove, after
from tierline.downtime.hands import Change, alone
from tierline.downtime.lifecycle import STANDING, DowntimeMove, DowntimeState
from tierline.downtime.models import DowntimeRow
from tierline.notices.moments import Moment
from tierline.notices.rendering.service_now import change_fields
from tierline.outbox.actions import send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared_by_key
from tierline.outbox.registry import tracker, trackers
from tierline.trackers.servicenow import ServiceNow
from tierline.trackers.servicenow_reading import Approvals, Hindrance

LONGEST_WORDS: Final = 500
ASK_AGAIN_AFTER: Final = timedelta(minutes=30)
#: The account's words for columns of a change, and what the renderer calls them.
_FIELDS: Final = {
    "start": "start_date",
    "end": "end_date",
    "rollback": "backout_plan",
    "reason": "justification",
    "impact": "risk_impact_analysis",
}


def account_for(word: str | None) -> str | None:
    """The account in which approvals are documented: the one the plan names, or the only one there is."""
    if word is None:
        return None
    known = [name for name in trackers() if _keeps_changes(name) is not None]
    if word in known:
        return word
    return known[0] if len(known) == 1 else None


def _keeps_changes(name: str) -> ServiceNow | None:
    found = tracker(name)
    return found if isinstance(found, ServiceNow) and found.account.table == "change_request" else None


def is_read_back(row: DowntimeRow) -> bool:
    """Whether the approval is given in a change that stands, in an account that can be asked."""
    kept = row.change
    return bool(kept.get("id")) and not kept.get("void") and _keeps_changes(kept["account"]) is not None


def open_change(change: Change) -> None:
    """Have a change opened for the words put before whoever approves. Inside the move's transaction."""
    row, content = change.row, content_of(change.row)
    account = account_for(change.procedural.procedure.approval_record)
    by_hand = bool(row.approval_record) and row.approval_record != row.change.get("number")
    if account is None or by_hand:
        row.change, row.change_key = {"turn": row.change.get("turn", 0)}, ""
        return
    document = document_for(change, Moment.PLANNING_STARTED)
    impact = next((fact.text for fact in document.facts if "impact" in fact.label.lower()), content.impact)
    written = change_fields(
        document, content_hash=row.content_hash, rollback=content.rollback, reason=content.reason, impact=impact
    )
    turn = int(row.change.get("turn", 0)) + 1
    row.approval_record = ""
    row.change = {"account": account, "turn": turn, "hash": row.content_hash, "revision": row.revision}
    row.change_key = f"downtime-{row.pk}:{row.revision}:change:{turn}"
    message = {
        "verb": "open",
        "title": written["short_description"],
        "text": written["description"],
        "fields": {ours: written[column] for ours, column in _FIELDS.items() if written[column]},
    }
    _sent(change, row.change_key, message)


def _sent(change: Change, key: str, message: dict[str, Any]) -> None:
    send_out(
        key,
        by=change.row.change["account"],
        subject=subject_of(change.row),
        team=change.row.team,
        organisations=change.row.organisations,
        message=message,
        at=change.at,
    )


def void_change(change: Change, because: str) -> None:
    """The change no longer documents these words, and says so to whoever reads it there."""
    row = change.row
    if not row.change.get("account") or row.change.get("void"):
        return
    row.change = {**row.change, "void": because}
    if row.change.get("id"):
        _say_void(change)


def _say_void(change: Change) -> None:
    kept = change.row.change
    text = f"{change.reference}: {kept['void']} What stands here is void for it. {link_to(change.row.pk)}"
    key = f"downtime-{change.row.pk}:change:{kept['turn']}:void"
    _sent(change, key, {"verb": "say", "record": kept["id"], "text": text})


def read_changes_back(*, at: datetime) -> int:
    """Take in what became of changes that were asked for, and what was decided in them. Returns how many."""
    done = 0
    waiting = DowntimeRow.objects.exclude(change_key="").values_list("pk", "change_key")
    for number, key in list(waiting):
        how = fared_by_key(key)
        if how is not None and how.state is not EffectState.PENDING:
            done += alone(number, partial(_opened, key=key, how=how), at=at)
    asked = DowntimeRow.objects.filter(state=DowntimeState.AWAITING_APPROVAL, change__has_key="id")
    for number, kept in list(asked.values_list("pk", "change")):
        keeps = _keeps_changes(kept["account"])
        # Asked before the row is locked: nothing waits for a partner's network.
        read = keeps.approvals(kept["id"]) if keeps is not None else None
        if isinstance(read, Approvals):
            done += alone(number, partial(_decided, record=kept["id"], read=read), at=at)
    return done


def read_hindrances(*, at: datetime) -> int:
    """Read what the system that keeps changes found in the way of ours, each change every half hour. Returns in how
    many it found something else than before."""
    rows = DowntimeRow.objects.filter(state__in=STANDING, change__has_key="id")
    done = 0
    for number, kept in list(rows.values_list("pk", "change")):
        if kept.get("void") or kept.get("asked_at", "") > (at - ASK_AGAIN_AFTER).isoformat():
            continue
        keeps = _keeps_changes(kept["account"])
        # Asked before the row is locked: nothing waits for a partner's network.
        read = keeps.hindrances(kept["id"]) if keeps is not None else None
        if isinstance(read, Sequence):
            done += alone(number, partial(_hindered, record=kept["id"], read=read), at=at)
    return done


def _hindered(change: Change, record: str, read: Sequence[Hindrance]) -> int:
    row, number, at = change.row, change.row.pk, change.at
    if row.change.get("id") != record:
        return 0
    before, found = row.change.get("conflicts", []), [{"id": one.id, "text": one.text} for one in read]
    row.change = {**row.change, "conflicts": found, "asked_at": at.isoformat()}
    DowntimeRow.objects.filter(pk=number).update(change=row.change)
    if before == found:
        return 0
    if found:
        tell_of_conflicts(change, because="It was found where its change is kept.")
    return 1


def _opened(change: Change, key: str, how: Fared) -> int:
    row = change.row
    if row.change_key != key:
        return 0
    if how.state is not EffectState.DONE:
        if row.change.get("trouble") == how.trouble:
            return 0
        row.change = {**row.change, "trouble": how.trouble}
        saved(change)
        return 1
    told, row.change_key = how.evidence, ""
    kept = {name: value for name, value in row.change.items() if name != "trouble"}
    row.change = {**kept, "id": str(told["id"]), "number": str(told["number"]), "url": str(told["url"])}
    row.approval_record = row.approval_record or row.change["number"][:60]
    note(change, "change-opened", record=row.change["number"], hash=row.change["hash"])
    if row.change.get("void"):
        _say_void(change)
    saved(change)
    return 1


def _decided(change: Change, record: str, read: Approvals) -> int:
    row = change.row
    if row.approval != Approval.REQUESTED or row.change.get("id") != record or row.change.get("void"):
        return 0
    if row.change.get("seen") == (seen := _seen(read)):
        return 0
    row.change = {**row.change, "seen": seen, "approval": read.approval, "approvers": _stored(read), "trouble": ""}
    if read.approval == "rejected":
        _refused(change, read)
    elif read.approval == "approved":
        _granted(change, read)
    saved(change)
    return 1


def _seen(read: Approvals) -> str:
    return " ".join([read.revision, *(f"{one.id}:{one.state}:{one.at}" for one in read.approvers)])


def _stored(read: Approvals) -> list[dict[str, str]]:
    """The approvals as they are kept there: the proof."""
    return [dict(one.stored) for one in read.approvers]


def _granted(change: Change, read: Approvals) -> None:
    row = change.row
    yes = [one for one in read.approvers if one.state == "approved"]
    trouble = ""
    if row.change["hash"] not in read.text:
        trouble = f"{read.number} is approved, but its text is no longer what was put before whoever approves."
    elif not yes:
        trouble = f"{read.number} is approved, but nobody is named who approved it. Let the account read who did."
    if trouble:
        row.change["trouble"] = trouble
        note(change, "approval-not-taken", because=trouble, approvers=_stored(read))
        return
    moved(change, DowntimeMove.APPROVE)
    row.public = True
    row.approval = after(APPROVAL_TRANSITIONS, Approval.REQUESTED, ApprovalMove.APPROVE)
    row.approved_hash = row.change["hash"]
    row.approved_by = ", ".join(one.name for one in yes)[:120]
    row.approved_at = max((one.at for one in yes if one.at is not None), default=change.at)
    carry_approval(change, row.approved_hash)  # what was only corrected since is approved with it
    note(change, "downtime-approved", hash=row.change["hash"], record=read.number, approvers=_stored(read))


def _refused(change: Change, read: Approvals) -> None:
    row = change.row
    no = [one for one in read.approvers if one.state == "rejected"]
    words = "; ".join(f"{one.name}: {one.comments}" if one.comments else one.name for one in no)
    moved(change, DowntimeMove.REJECT)
    row.approval = after(APPROVAL_TRANSITIONS, Approval.REQUESTED, ApprovalMove.REJECT)
    row.approval_words = f"{read.number}. {words}".strip()[:LONGEST_WORDS]
    note(change, "downtime-rejected", because=row.approval_words, record=read.number, approvers=_stored(read))
