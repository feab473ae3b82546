"""The window in the system that keeps windows: asked for through the outbox, read back from its own answer, ended.

Only where the plan names such a system, this house has an account there, and the services are known there by ids;
otherwise somebody sets it there and writes it down. Refuses nothing: what that system refuses stands in the outbox, and
the gate stays closed.
"""

from datetime import datetime
from functools import partial
from typing import Any, Final

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.guarding import SetWindow, window_read
from tierline.downtime.actions.telling import subject_of
from tierline.downtime.actions.turning import content_of
from tierline.downtime.gates import WINDOW_TRANSITIONS, Window, WindowMove, after, may
from tierline.downtime.hands import Change, alone
from tierline.downtime.models import DowntimeRow
from tierline.foundation.trouble import Refusal
from tierline.notices.rendering.pager_duty import description, marker
from tierline.outbox.actions import send_out, withdraw_by_key
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared_by_key
from tierline.outbox.registry import has_channel
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import services_and_systems

UNWRITTEN: Final = "This tool is down for planned work."


def ask_for_window(change: Change) -> None:
    """Have the window set as planned, or changed to it. Inside the move's transaction."""
    system, content = change.procedural.procedure.window_system, content_of(change.row)
    ids = window_ids(change.planbook, content.services)
    frame = content.frame
    if system is None or frame is None or frame.ends is None or not ids or not has_channel(system):
        return
    lapsed = bool(change.row.window_set.get("lapsed"))  # what has ended there is not changed any more
    message: dict[str, Any] = {
        "verb": "set-window",
        "description": description(change.reference, change.row.revision, change.row.user_message or UNWRITTEN),
        "start": (max(frame.starts, change.at) if lapsed else frame.starts).isoformat(),
        "end": frame.ends.isoformat(),
        "services": sorted(ids),
    }
    if change.row.window_set.get("id") and not lapsed:
        message["window"] = change.row.window_set["id"]
    change.row.window_key = _sent(change, system, "set", message)


def end_window(change: Change) -> None:
    """Have the window ended: the work is over, off, or put off. The gate of a window that was set closes with it."""
    window = Window(change.row.window)
    if may(WINDOW_TRANSITIONS, window, WindowMove.END):
        change.row.window = after(WINDOW_TRANSITIONS, window, WindowMove.END)
    system = change.procedural.procedure.window_system
    asked, change.row.window_key = change.row.window_key, ""
    known = change.row.window_set.get("id")
    if system is None or not has_channel(system) or not (known or asked):
        return
    if not known and withdraw_by_key(asked, at=change.at):
        return  # it never left
    named = {"window": known} if known else {}
    ending = {"verb": "end-window", **named, "marker": marker(change.reference, change.row.revision)}
    _sent(change, system, "end", ending)


def _sent(change: Change, system: str, what: str, message: dict[str, Any]) -> str:
    key = f"downtime-{change.row.pk}:{change.row.revision}:window:{system}:{what}"
    send_out(
        key,
        by=system,
        subject=subject_of(change.row),
        team=change.row.team,
        organisations=change.row.organisations,
        message=message,
        at=change.at,
        in_turn=True,
    )
    return key


def window_ids(planbook: Planbook, services: tuple[str, ...]) -> frozenset[str]:
    """What the services and systems are called where windows are set; empty when one of them is not known there."""
    known = {entry.id: entry.window_ids for entry in services_and_systems(planbook)}
    if not all(known.get(service) for service in services):
        return frozenset()
    return frozenset(one for service in services for one in known[service])


def read_windows_back(*, at: datetime) -> int:
    """Take in what was answered to windows that were asked for. Returns how many."""
    waiting = DowntimeRow.objects.exclude(window_key="").values_list("pk", "window_key")
    done = 0
    for number, key in list(waiting):
        how = fared_by_key(key)
        if how is not None and how.state is EffectState.DONE:
            done += alone(number, partial(_read_back, how=how), at=at)
    return done


def _read_back(change: Change, how: Fared) -> int:
    number, at = change.row.pk, change.at
    change.row.window_key = ""
    change.row.save(update_fields=["window_key"])
    told = how.evidence
    if change.row.window in (Window.NONE, Window.ENDED):
        return 0
    read = SetWindow(
        str(told["id"]),
        datetime.fromisoformat(str(told["start"])),
        datetime.fromisoformat(str(told["end"])),
        services_covered(change.planbook, frozenset(map(str, told["services"]))),
    )
    try:
        window_read(TIERLINE, number, read, at=at)
    except Refusal:
        return 0
    return 1


def services_covered(planbook: Planbook, ids: frozenset[str]) -> tuple[str, ...]:
    """The services of the plan that a window covers: those all of whose ids it names."""
    entries = services_and_systems(planbook)
    return tuple(entry.id for entry in entries if entry.window_ids and set(entry.window_ids) <= ids)
