"""The window that keeps alarms quiet: written down or set, read back, held against what was planned, looked at on call.

Refuses a confirmation of another window than the one that is set, and of one that has drifted.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.conflicting import owner_of
from tierline.downtime.actions.saying import said_why
from tierline.downtime.actions.telling import link_to, mail_to
from tierline.downtime.actions.turning import content_of, note, saved
from tierline.downtime.gates import (
    VERIFICATION_TRANSITIONS,
    WINDOW_TRANSITIONS,
    Verification,
    VerificationMove,
    Window,
    WindowMove,
    after,
    may,
)
from tierline.downtime.hands import Change, locked, may_verify, require_duty, require_lead
from tierline.downtime.lifecycle import RUNNING
from tierline.downtime.timing import instant_in_words
from tierline.foundation.trouble import Conflict, Unusable
from tierline.notices.audience import Reachable
from tierline.notices.resolving import people_behind

CLOCKS_DIFFER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SetWindow:
    """A window as it was read where it is set. ``id`` is that system's."""

    id: str
    starts: datetime
    ends: datetime
    services: tuple[str, ...]

    def as_kept(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "id": self.id.strip(),
            "starts": self.starts.astimezone(UTC).isoformat(),
            "ends": self.ends.astimezone(UTC).isoformat(),
            "services": sorted(self.services),
        }


@transaction.atomic
def window_read(actor: Actor, number: int, read: SetWindow, *, at: datetime) -> tuple[str, ...]:
    """Write down the window as it is set; what differs from the plan is returned, and closes the gate.

    Called after each write to the system that keeps windows and at every reading after that, and by hand by whoever
    set it there.
    """
    change = locked(actor, number, at=at)
    require_lead(change)
    row = change.row
    if not read.id.strip() or len(read.id) > 60:
        raise Unusable("Write down the window's id as it stands there.", {"window_id": "Write the id."})
    kept = read.as_kept()
    differs = differences(change, read)
    same = row.window_set == kept
    row.window_set, row.window_read_at = kept, at
    if not same or row.window in (Window.PENDING, Window.DRIFTED):
        row.window = after(WINDOW_TRANSITIONS, Window(row.window), WindowMove.SET)
        _lapse(change)
    if differs:
        row.window = after(WINDOW_TRANSITIONS, Window(row.window), WindowMove.DRIFT)
        note(change, "window-drifted", window=kept, differs=list(differs))
        _tell_owners(change, differs)
    elif not same:
        note(change, "window-set", window=kept)
        _ask_on_call(change)
    saved(change)
    return differs


@transaction.atomic
def window_gone(actor: Actor, number: int, window_id: str, *, at: datetime) -> bool:
    """The window that was set is not there any more. Returns whether that is news."""
    change = locked(actor, number, at=at)
    require_lead(change)
    row = change.row
    window = Window(row.window)
    if row.window_set.get("id") != window_id or row.window_set.get("gone") or row.window_key:
        return False
    if window is not Window.DRIFTED:
        row.window = after(WINDOW_TRANSITIONS, window, WindowMove.DRIFT)
    row.window_set, row.window_read_at = {**row.window_set, "gone": True}, at
    _lapse(change)
    differs = (f"The window {window_id} is not there any more: somebody removed it.",)
    note(change, "window-drifted", window=row.window_set, differs=list(differs))
    _tell_owners(change, differs)
    saved(change)
    return True


def differences(change: Change, read: SetWindow) -> tuple[str, ...]:
    """What of a window is otherwise than planned, in sentences. One set anew while the work goes on begins then."""
    content = content_of(change.row)
    frame = content.frame
    if frame is None:
        return ("No time is planned for it.",)
    found = []
    anew = change.row.state in RUNNING and frame.starts < read.starts <= change.at + CLOCKS_DIFFER
    if read.starts != frame.starts and not anew:
        found.append(
            f"It starts {instant_in_words(read.starts, frame.zone)}, not {instant_in_words(frame.starts, frame.zone)}."
        )
    if frame.ends is not None and read.ends != frame.ends:
        found.append(
            f"It ends {instant_in_words(read.ends, frame.zone)}, not {instant_in_words(frame.ends, frame.zone)}."
        )
    missing = sorted(set(content.services) - set(read.services))
    if missing:
        found.append(f"It does not cover {', '.join(missing)}.")
    return tuple(found)


def _lapse(change: Change) -> None:
    stands = Verification(change.row.verification)
    if may(VERIFICATION_TRANSITIONS, stands, VerificationMove.LAPSE):
        change.row.verification = after(VERIFICATION_TRANSITIONS, stands, VerificationMove.LAPSE)


def _ask_on_call(change: Change) -> None:
    duty = change.procedural.procedure.window_verified_by
    stands = Verification(change.row.verification)
    if duty is None or not may(VERIFICATION_TRANSITIONS, stands, VerificationMove.ASK):
        return
    change.row.verification = after(VERIFICATION_TRANSITIONS, stands, VerificationMove.ASK)
    mail_to(
        change,
        _on_call(change, duty),
        purpose=f"{change.row.revision}:verify:{change.row.window_set['id']}:{change.at:%Y%m%d%H%M%S}",
        subject=f"[{change.reference}] Please look at the window: {content_of(change.row).title}",
        text=f"As {change.planbook.duty_label(duty)} you are asked to look at the window that was set, and to say "
        f"whether it is right: {link_to(change.row.pk)}#window\n",
    )
    note(change, "verification-asked", window=change.row.window_set["id"])


def _on_call(change: Change, duty: str) -> tuple[Reachable, ...]:
    """Whoever was found to be on call at the window's time or now, and everybody behind the duty."""
    kept = change.row.on_call
    found = [one for one in (*kept.get("window", ()), *kept.get("now", ())) if one["email"]]
    looked_up = [Reachable(one["email"], one["name"], {"email": one["email"]}) for one in found]
    everybody = [*people_behind(change.planbook, duty), *looked_up]
    return tuple({one.addresses.get("email", one.id).casefold(): one for one in everybody}.values())


def _tell_owners(change: Change, differs: tuple[str, ...]) -> None:
    duty = change.procedural.procedure.window_by
    title = content_of(change.row).title
    people = (*(people_behind(change.planbook, duty) if duty else ()), *owner_of(change))
    mail_to(
        change,
        {one.addresses.get("email", one.id).casefold(): one for one in people}.values(),
        purpose=f"{change.row.revision}:drifted:{change.row.window_set['id']}:{change.at:%Y%m%d%H%M%S}",
        subject=f"[{change.reference}] The window is not as planned",
        text=f"The window that keeps alarms quiet during {title} was changed where it is set.\n\n"
        f"{' '.join(differs)}\n\n"
        f"Set it right there, or write down which one counts: {link_to(change.row.pk)}#window\n",
    )


@transaction.atomic
def verify(actor: Actor, number: int, window_id: str, *, right: bool, words: str = "", at: datetime) -> None:
    """Whoever is on call says that they looked at the window that is set, and whether it is right."""
    change = locked(actor, number, at=at)
    if not may_verify(actor, change.row, change.procedural):
        require_duty(change, change.procedural.procedure.window_verified_by, "Looking at the window")
    row = change.row
    if row.window != Window.SET or row.window_set.get("id") != window_id:
        raise Conflict(f"That is not the window that is set for {change.reference} now. Look at the new one.")
    move = VerificationMove.CONFIRM if right else VerificationMove.REFUSE
    row.verification = after(VERIFICATION_TRANSITIONS, Verification(row.verification), move)
    row.verified_by, row.verified_at = actor.name, at
    row.verification_words = words[:500] if right else said_why(words)
    if right:
        row.window = after(WINDOW_TRANSITIONS, Window(row.window), WindowMove.VERIFY)
    note(change, "window-verified" if right else "window-refused", window=row.window_set, words=row.verification_words)
    saved(change)


@transaction.atomic
def on_call_changed(actor: Actor, number: int, *, at: datetime) -> None:
    """Somebody else is on call for the time of the work: what was looked at is looked at again."""
    change = locked(actor, number, at=at)
    require_lead(change)
    _lapse(change)
    if change.row.window == Window.VERIFIED:
        change.row.window = after(WINDOW_TRANSITIONS, Window.VERIFIED, WindowMove.SET)
    if change.row.window == Window.SET:
        _ask_on_call(change)
    saved(change)
