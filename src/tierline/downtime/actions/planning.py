"""Writing planned work down, changing it, putting it off, calling it off.

Refuses to begin planning with a field that is neither filled nor tentative with an owner and a day, and with a conflict
that blocks and nobody gave a reason for. A correction changes nothing that was approved; a material change voids it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.changing import void_change
from tierline.downtime.actions.conflicting import tell_of_conflicts
from tierline.downtime.actions.saying import holds_control, said_why
from tierline.downtime.actions.telling import Outcome, Told, drop_passing, owe, owe_the_day_before, tell, was_told
from tierline.downtime.actions.turning import (
    SUBJECT,
    carry_approval,
    close_gates,
    content_of,
    keep_revision,
    moved,
    note,
    put_content,
    saved,
    turned,
)
from tierline.downtime.actions.windowing import ask_for_window, end_window
from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import Changed, Content, changes, unready_to_announce, voided
from tierline.downtime.gates import Approval, Gate, Verification, Window
from tierline.downtime.hands import Change, locked, procedure_to_plan_by, require_lead
from tierline.downtime.lifecycle import DowntimeMove, DowntimeState
from tierline.downtime.models import DowntimeRow
from tierline.downtime.surroundings import conflicts_of
from tierline.foundation.trouble import Conflict, Unusable
from tierline.notices.moments import Moment
from tierline.notices.rendering.pager_duty import PUBLISHED, room_for
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.timeline.actions import record

LONGEST: Final = {"title": 120, "reason": 2000, "impact": 2000, "rollback": 4000}
LONGEST_WORK_DAYS: Final = 30


@transaction.atomic
def draft(actor: Actor, procedure: str, content: Content, *, at: datetime, user_message: str = "") -> int:
    """Write planned work down, for now only for those who plan. Returns its number."""
    in_force = planbook_in_force()
    procedural = procedure_to_plan_by(actor, procedure, in_force.planbook, at)
    check_content(content, in_force.planbook)
    teams = sorted(actor.teams & set(procedural.procedure.teams)) or sorted(actor.teams)
    row = DowntimeRow(
        uid=f"draft-{actor.person_id}-{at.timestamp()}",
        procedure=procedure,
        team=teams[0] if teams else procedural.procedure.sender or "",
        organisations=sorted({t.organisation for t in in_force.planbook.teams.values() if t.organisation}),
        owner=actor.name,
        owner_id=actor.person_id,
        approval=Approval.OPEN if procedural.procedure.approval else Approval.NOT_REQUIRED,
        verification=Verification.NOT_ASKED if procedural.procedure.window_verified_by else Verification.NOT_REQUIRED,
        created_at=at,
        changed_at=at,
    )
    put_content(row, content, in_force.planbook)
    row.save()
    row.uid = f"dt-{row.pk}@{settings.MAIL_FROM.rpartition('@')[2]}"
    row.user_message = _user_message(row.pk, user_message)
    row.save()
    keep_revision(Change(row, actor, at, in_force, procedural))
    record(SUBJECT, row.pk, "downtime-drafted", actor=actor, at=at, title=content.title, procedure=procedure)
    return row.pk


def check_content(content: Content, planbook: Planbook) -> None:
    """Refuse what no announcement could say: texts too long, services nobody knows, work of more than a month."""
    troubles: dict[str, str] = {}
    for name, most in LONGEST.items():
        text = getattr(content, name)
        if len(text) > most or holds_control(text):
            troubles[name] = f"Keep it under {most:,} plain characters."
    if not content.title.strip():
        troubles["title"] = "Give it a title in a few words."
    unknown = [word for word in content.services if word not in planbook.services and word not in planbook.systems]
    if unknown:
        troubles["services"] = f"No plan knows {', '.join(unknown)}."
    frame = content.frame
    if frame is not None and frame.ends is not None and (frame.ends - frame.starts).days > LONGEST_WORK_DAYS:
        troubles["ends"] = f"Work of more than {LONGEST_WORK_DAYS} days is no downtime. Check the dates."
    if content.rollback_by and (frame is None or not frame.starts <= content.rollback_by):
        troubles["rollback_by"] = "The point of decision lies after the start."
    if troubles:
        raise Unusable("Something has to be put right first.", troubles)


def _user_message(number: int, words: str) -> str:
    words = " ".join(words.split())
    most = room_for(f"DT-{number}", 9999)
    if len(words) > most:
        raise Unusable(
            f"The text for users has {len(words)} characters; {most} fit.",
            {"user_message": f"Shorten it to {most} characters."},
        )
    if PUBLISHED in words or "\x00" in words:
        raise Unusable(
            f"The text for users may not hold {PUBLISHED}: front ends would show only what follows it.",
            {"user_message": "Write it in plain words."},
        )
    return words


@transaction.atomic
def plan(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Outcome:
    """Begin planning in earnest: word of it is owed at once, and of the day before."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    _require_announceable(change)
    require_conflicts_answered(change)
    moved(change, DowntimeMove.PLAN)
    _plan_window(change)
    owe(change, Moment.PLANNING_STARTED)
    owe_the_day_before(change, with_=Moment.PLANNING_STARTED)
    note(change, "downtime-planned")
    ask_for_window(change)
    outcome = tell(change, Moment.PLANNING_STARTED)
    saved(change)
    tell_of_conflicts(change, because="It is being planned.")
    return outcome


def _plan_window(change: Change) -> None:
    if change.row.window == Window.NONE:
        change.row.window = Window.PENDING


def _require_announceable(change: Change) -> None:
    lacking = unready_to_announce(content_of(change.row))
    if lacking:
        raise Unusable(f"Nothing can be announced yet. {' '.join(lacking)}")


def require_conflicts_answered(change: Change) -> None:
    """Refuse while something blocks and nobody wrote down why the work goes on all the same."""
    found = conflicts_of(change.row.pk, content_of(change.row), change.procedural, change.planbook, at=change.at)
    left = unanswered(found, change.row.answered_conflicts)
    if left:
        raise Conflict(f"{left[0].sentence} Choose another time, or write down why it has to be this one.")


@transaction.atomic
def change_content(
    actor: Actor,
    number: int,
    content: Content,
    *,
    at: datetime,
    version: int | None = None,
    user_message: str | None = None,
) -> tuple[tuple[Changed, ...], Outcome | None]:
    """Say something else. Returns what changed, and what became of the word that is owed of it."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    check_content(content, change.planbook)
    if user_message is not None:
        change.row.user_message = _user_message(number, user_message)
    before, old_hash = content_of(change.row), change.row.content_hash
    found = changes(before, content)
    gates = voided(found)
    state = DowntimeState(change.row.state)
    moved(change, DowntimeMove.CHANGE if gates else DowntimeMove.CORRECT)
    put_content(change.row, content, change.planbook)
    if not found and content == before:
        saved(change)
        return (), None
    turned(change, found)
    if state is DowntimeState.DRAFT:
        note(change, "downtime-drafted", title=content.title, procedure=change.row.procedure)
        saved(change)
        return found, None
    _require_announceable(change)
    said = [[c.what, c.before, c.after, c.material] for c in found]
    if not gates:
        carry_approval(change, old_hash)
        note(change, "downtime-corrected", changes=said)
        saved(change)
        return found, None
    require_conflicts_answered(change)
    close_gates(change, gates)
    if Gate.APPROVAL in gates:
        void_change(change, f"The words have changed since they were put before whoever approves: {_what(found)}.")
    note(change, "downtime-changed", changes=said, voids=sorted(gates))
    outcome = _owe_change(change, found, frame=Gate.WINDOW in gates)
    saved(change)
    tell_of_conflicts(change, because="It was changed.")
    return found, outcome


def _what(found: tuple[Changed, ...]) -> str:
    return ", ".join(each.what for each in found if each.material)


def _owe_change(change: Change, found: tuple[Changed, ...], *, frame: bool) -> Outcome:
    """Word of a change; where nobody has heard of the work yet, the first word says it as it is now."""
    moment = Moment.CHANGED if was_told(change.row, change.at) else Moment.PLANNING_STARTED
    drop_passing(change, Moment.PLANNING_STARTED, Moment.CHANGED)
    owe(change, moment)
    if frame:
        owe_the_day_before(change, with_=moment)
        ask_for_window(change)
    return tell(change, moment, changed=found)


@transaction.atomic
def postpone(actor: Actor, number: int, because: str, *, at: datetime, version: int | None = None) -> Outcome:
    """Put it off without a new time yet. Everyone who heard of it hears of it."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    words = said_why(because)
    before = content_of(change.row)
    moved(change, DowntimeMove.POSTPONE)
    put_content(change.row, replace(before, frame=None, rollback_by=None), change.planbook)
    found = changes(before, content_of(change.row))
    turned(change, found)
    close_gates(change, frozenset(Gate))
    void_change(change, "The downtime was postponed.")
    change.row.last_words = words
    note(change, "downtime-postponed", because=words)
    outcome = _end_of_passing(change, Moment.POSTPONED, found)
    saved(change)
    return outcome


@transaction.atomic
def cancel(actor: Actor, number: int, because: str, *, at: datetime, version: int | None = None) -> Outcome:
    """Call it off for good. Everyone who heard of it hears of it; of a draft nobody did."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    words = said_why(because)
    moved(change, DowntimeMove.CANCEL)
    turned(change)
    change.row.last_words = words
    note(change, "downtime-cancelled", because=words)
    void_change(change, "The downtime was cancelled.")
    outcome = _end_of_passing(change, Moment.CANCELLED, ())
    saved(change)
    return outcome


def _end_of_passing(change: Change, moment: Moment, found: tuple[Changed, ...]) -> Outcome:
    end_window(change)
    told = was_told(change.row, change.at)
    drop_passing(change, Moment.PLANNING_STARTED, Moment.CHANGED, Moment.DAY_BEFORE, Moment.STARTED, Moment.EXTENDED)
    if not told:
        return Outcome(Told.TOLD)
    owe(change, moment)
    return tell(change, moment, changed=found)


@transaction.atomic
def replan(actor: Actor, number: int, content: Content, *, at: datetime, version: int | None = None) -> Outcome:
    """Give what was put off a new time; its approval and verification begin anew."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    check_content(content, change.planbook)
    before = content_of(change.row)
    moved(change, DowntimeMove.REPLAN)
    put_content(change.row, content, change.planbook)
    found = changes(before, content)
    turned(change, found)
    _require_announceable(change)
    require_conflicts_answered(change)
    change.row.last_words, change.row.override, change.row.rolled_back = "", "", False
    close_gates(change, frozenset({Gate.WINDOW}))
    note(change, "downtime-replanned", changes=[[c.what, c.before, c.after, c.material] for c in found])
    outcome = _owe_change(change, found, frame=True)
    saved(change)
    tell_of_conflicts(change, because="It has a new time.")
    return outcome


@transaction.atomic
def answer_conflict(actor: Actor, number: int, key: str, because: str, *, at: datetime) -> None:
    """Write down why the work goes on although something is in its way."""
    change = locked(actor, number, at=at)
    require_lead(change)
    words = said_why(because)
    change.row.answered_conflicts = {
        **change.row.answered_conflicts,
        key[:200]: {"because": words, "by": actor.name, "at": at.isoformat()},
    }
    saved(change)
    note(change, "conflict-answered", conflict=key[:200], because=words)
