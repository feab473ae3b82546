"""Carrying planned work out: starting, extending, rolling back, finishing, concluding. Each is somebody's word.

Refuses to start while a gate is closed, unless somebody overrides it by name and reason, which everybody hears. Refuses
an end that is not later than the one that was told.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.changing import void_change
from tierline.downtime.actions.ending import tell_of_what_still_burns
from tierline.downtime.actions.saying import holds_control, said_why
from tierline.downtime.actions.telling import Outcome, drop_passing, owe, subject_of, tell
from tierline.downtime.actions.turning import close_gates, content_of, moved, note, put_content, saved, turned
from tierline.downtime.actions.windowing import ask_for_window, end_window
from tierline.downtime.content import Frame, changes
from tierline.downtime.gates import (
    Approval,
    Gate,
    Gates,
    Hindrance,
    Verification,
    Window,
    hindrances,
)
from tierline.downtime.hands import Change, locked, require_lead
from tierline.downtime.lifecycle import DowntimeMove, Result
from tierline.downtime.models import DowntimeRow
from tierline.downtime.timing import instant_in_words
from tierline.foundation.trouble import Conflict, Unusable
from tierline.notices.moments import Moment, Standing
from tierline.notices.queries import ObligationView, obligations
from tierline.plans.procedures import Procedural

LONGEST_LAST_WORDS: Final = 2000


def gates_of(row: DowntimeRow, procedural: Procedural, owed: Iterable[ObligationView]) -> Gates:
    """How the four gates stand, by the words that were ever owed."""
    late = [one for one in owed if one.standing is Standing.LATE]
    return Gates(
        Approval(row.approval),
        Window(row.window),
        Verification(row.verification),
        row.approved_hash,
        tuple(dict.fromkeys(procedural.moment_label(one.moment) for one in late)),
    )


def in_the_way(row: DowntimeRow, gates: Gates, at: datetime) -> tuple[Hindrance, ...]:
    """Everything that keeps the work from starting at this instant."""
    found = hindrances(gates, row.content_hash)
    if row.starts_at is not None and at < row.starts_at:
        zone = content_zone(row)
        early = f"It was told to start {instant_in_words(row.starts_at, zone)}; that is not yet."
        found = (*found, Hindrance(Gate.WINDOW, early))
    return found


def content_zone(row: DowntimeRow) -> str:
    """The zone the time frame was given in."""
    frame = content_of(row).frame
    return frame.zone if frame else "UTC"


@transaction.atomic
def start(actor: Actor, number: int, *, at: datetime, override: str = "", version: int | None = None) -> Outcome | None:
    """Begin the work. With closed gates only by an ``override`` with its reason, and that is announced."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    owed = obligations(subject_of(change.row), at=at)
    closed = in_the_way(change.row, gates_of(change.row, change.procedural, owed), at)
    moved(change, DowntimeMove.START)
    if closed and not override.strip():
        raise Conflict(
            f"{change.reference} cannot start: {' '.join(hindrance.sentence for hindrance in closed)} "
            "In an emergency write down why it has to start all the same."
        )
    turned(change)
    overrides = bool(closed)
    change.row.override = said_why(override) if overrides else ""
    note(change, "work-started", override=change.row.override, closed=[h.gate for h in closed])
    outcome = None
    if overrides or change.procedural.moment(Moment.STARTED) is not None:
        owe(change, Moment.STARTED)
        outcome = tell(change, Moment.STARTED)
    saved(change)
    return outcome


@transaction.atomic
def extend(
    actor: Actor, number: int, ends: datetime, because: str, *, at: datetime, version: int | None = None
) -> Outcome:
    """Give the work a later end. Word of it is owed before the end that was told runs out.

    The work goes on, though nobody approved the new end: what was approved is void, and that is seen.
    """
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    words = said_why(because)
    before = content_of(change.row)
    if before.frame is None:
        raise Conflict("This work has no time frame to extend.")
    old = before.frame.ends
    if ends <= at or (old is not None and ends <= old):
        raise Unusable("Give an end that is still to come, and later than the one told.", {"ends": "A later end."})
    moved(change, DowntimeMove.EXTEND)
    put_content(change.row, replace(before, frame=Frame(before.frame.starts, ends, before.frame.zone)), change.planbook)
    found = changes(before, content_of(change.row))
    turned(change, found)
    close_gates(change, frozenset({Gate.APPROVAL, Gate.WINDOW, Gate.VERIFICATION}))
    void_change(change, "The work takes longer than was approved.")
    note(change, "work-extended", ends=ends.isoformat(), because=words)
    ask_for_window(change)
    drop_passing(change, Moment.STARTED, Moment.EXTENDED)
    owe(change, Moment.EXTENDED, before=old)
    outcome = tell(change, Moment.EXTENDED, changed=found, words=words)
    saved(change)
    return outcome


@transaction.atomic
def roll_back(actor: Actor, number: int, because: str, *, at: datetime, version: int | None = None) -> Outcome:
    """Take the work back. Everybody hears it, since the end may move."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    words = said_why(because)
    if change.row.rolled_back:
        raise Conflict(f"{change.reference} is being rolled back already.")
    moved(change, DowntimeMove.ROLL_BACK)
    turned(change)
    change.row.rolled_back = True
    note(change, "work-rolling-back", because=words)
    drop_passing(change, Moment.STARTED, Moment.EXTENDED)
    owe(change, Moment.ROLLING_BACK)
    outcome = tell(change, Moment.ROLLING_BACK, words=words)
    saved(change)
    return outcome


@transaction.atomic
def finish(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> None:
    """The work is done; now somebody looks whether everything works."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    moved(change, DowntimeMove.FINISH)
    note(change, "work-finished")
    saved(change)


@transaction.atomic
def resume(actor: Actor, number: int, because: str, *, at: datetime, version: int | None = None) -> None:
    """It does not work yet: the work goes on."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    words = said_why(because)
    moved(change, DowntimeMove.RESUME)
    note(change, "work-resumed", because=words)
    saved(change)


@transaction.atomic
def conclude(
    actor: Actor, number: int, result: str, words: str, *, at: datetime, version: int | None = None
) -> Outcome:
    """Say that it is over, and how it ended. Everyone who ever heard of it hears it."""
    change = locked(actor, number, at=at, version=version)
    require_lead(change)
    ended = _result(change, result)
    if len(words) > LONGEST_LAST_WORDS or holds_control(words):
        raise Unusable(f"Keep it under {LONGEST_LAST_WORDS:,} plain characters.", {"words": "Shorten it."})
    moved(change, DowntimeMove.CONCLUDE)
    turned(change)
    change.row.result, change.row.last_words = ended, words.strip()
    end_window(change)
    note(change, "downtime-concluded", result=ended, words=words.strip())
    drop_passing(change, *[moment for moment in Moment if moment is not Moment.CONCLUDED])
    owe(change, Moment.CONCLUDED)
    outcome = tell(change, Moment.CONCLUDED)
    tell_of_what_still_burns(change)
    saved(change)
    return outcome


def _result(change: Change, result: str) -> Result:
    try:
        ended = Result(result)
    except ValueError:
        raise Unusable("Say how it ended: done, rolled back, or done in part.", {"result": "Choose one."}) from None
    if ended is Result.SUCCESS and change.row.rolled_back:
        raise Unusable("It was rolled back, so it cannot have ended as done.", {"result": "Choose another."})
    return ended
