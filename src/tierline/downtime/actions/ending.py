"""The end of work: nobody but people concludes it, and no window that keeps alarms quiet ends without a word.

Before the end its owner is asked, at the end once more, a quarter of an hour later the deputy and whoever is on call.
A window that ended before the work did is written down and told to those whom its alarms wake. Refuses nothing; each
question goes out once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from tierline.downtime.actions.conflicting import owner_of
from tierline.downtime.actions.telling import link_to, mail_to, when
from tierline.downtime.actions.turning import content_of, note, saved
from tierline.downtime.gates import WINDOW_TRANSITIONS, Window, WindowMove, after
from tierline.downtime.hands import Change, alone
from tierline.downtime.lifecycle import RUNNING
from tierline.downtime.models import DowntimeRow
from tierline.downtime.surroundings import incidents_read_elsewhere
from tierline.notices.audience import Reachable
from tierline.notices.resolving import people_behind, reachable

ASKED_AHEAD: Final = timedelta(minutes=15)
DEPUTY_AFTER: Final = timedelta(minutes=15)
ANSWERED_WITHIN: Final = timedelta(minutes=5)


def ask_before_the_end(*, at: datetime) -> int:
    """Ask the owner of work that is still going on shortly before its end: later, the window could only be set anew."""
    rows = DowntimeRow.objects.filter(state__in=RUNNING, ends_at__gt=at, ends_at__lte=at + ASKED_AHEAD)
    return sum(alone(number, _ask_before, at=at) for number in list(rows.values_list("pk", flat=True)))


def _ask_before(change: Change) -> int:
    ends = change.row.ends_at
    if ends is None or not change.at < ends <= change.at + ASKED_AHEAD:
        return 0
    mail_to(
        change,
        owner_of(change),
        purpose=f"end-nears:{ends:%Y%m%d%H%M}",
        subject=f"[{change.reference}] The end is near: will it be kept?",
        text=f"{content_of(change.row).title} was told to end {when(change, ends)}. The window that keeps "
        "alarms quiet ends then as well. If the work takes longer, give it a later end now, which moves the window "
        f"and is told to everybody; if it is done, conclude it: {link_to(change.row.pk)}\n",
    )
    return 1


def ask_about_open_ends(*, at: datetime) -> int:
    """Ask the owner of work whose end has passed, and a quarter of an hour later the deputy and whoever is on call."""
    rows = DowntimeRow.objects.filter(state__in=RUNNING, ends_at__lte=at).values_list("pk", flat=True)
    return sum(alone(number, _ask_about_end, at=at) for number in list(rows))


def _ask_about_end(change: Change) -> int:
    ends = change.row.ends_at
    if ends is None or ends > change.at:
        return 0
    _ask(change, ends, "owner", owner_of(change))
    if change.at - ends >= DEPUTY_AFTER:
        _ask(change, ends, "deputy", _deputies(change))
    return 1


def _ask(change: Change, ends: datetime, whom: str, people: Iterable[Reachable]) -> None:
    mail_to(
        change,
        people,
        purpose=f"open-end:{ends:%Y%m%d%H%M}:{whom}",
        subject=f"[{change.reference}] The time is over: is the work done?",
        text=f"{content_of(change.row).title} was told to end {when(change, ends)}, and nobody has "
        f"said that it has. Conclude it, or give it a later end that people hear of: {link_to(change.row.pk)}\n",
    )


def _deputies(change: Change) -> tuple[Reachable, ...]:
    procedure, planbook = change.procedural.procedure, change.planbook
    found: list[Reachable] = []
    duty = planbook.duties.get(procedure.sender or "")
    if duty is not None and duty.deputy in planbook.people:
        found.append(reachable(planbook.people[duty.deputy]))
    for word in (procedure.sender, procedure.window_verified_by):
        found += people_behind(planbook, word) if word else ()
    return tuple({person.addresses.get("email", person.id): person for person in found}.values())


def tell_of_lapsed_windows(*, at: datetime) -> int:
    """Write down windows that ended while the work goes on, and tell those whom alarms wake from now on."""
    rows = DowntimeRow.objects.filter(state__in=RUNNING, window_set__has_key="ends").exclude(
        window_set__has_any_keys=["lapsed", "gone"]
    )
    over = [pk for pk, kept in rows.values_list("pk", "window_set") if datetime.fromisoformat(kept["ends"]) <= at]
    return sum(alone(number, _lapsed, at=at) for number in over)


def _lapsed(change: Change) -> int:
    row, at = change.row, change.at
    ends = datetime.fromisoformat(row.window_set["ends"])
    asked_lately = row.window_key and at < ends + ANSWERED_WITHIN  # a later end is on its way there
    if row.state not in RUNNING or ends > at or asked_lately or row.window_set.keys() & {"lapsed", "gone"}:
        return 0
    row.window = after(WINDOW_TRANSITIONS, Window(row.window), WindowMove.PLAN)
    row.window_set = {**row.window_set, "lapsed": True}
    note(change, "window-lapsed", window=row.window_set)
    saved(change)
    mail_to(
        change,
        _woken(change),
        purpose=f"window-lapsed:{ends:%Y%m%d%H%M}",
        subject=f"[{change.reference}] Alarms ring again, and the work goes on",
        text=f"The window that kept alarms quiet ended {when(change, ends)}, and nobody has said that "
        f"{content_of(row).title} is done. Conclude it, or give it a later end, which sets a window anew and is told: "
        f"{link_to(row.pk)}\n",
    )
    return 1


def _woken(change: Change) -> tuple[Reachable, ...]:
    """The owner, whoever sets windows, and whoever is on call."""
    procedure = change.procedural.procedure
    found = [*owner_of(change)]
    for word in (procedure.window_by, procedure.window_verified_by):
        found += people_behind(change.planbook, word) if word else ()
    turns = change.row.on_call.get("now", ())
    found += [Reachable(one["email"], one["name"], {"email": one["email"]}) for one in turns if one["email"]]
    return tuple({person.addresses.get("email", person.id).casefold(): person for person in found}.values())


def tell_of_what_still_burns(change: Change) -> tuple[str, ...]:
    """Write down, inside the house only, what was read as broken on its services and is unresolved as the work ends,
    and tell those whom alarms wake. Returns it in words. What was read last is a few minutes old at most."""
    touched = {*content_of(change.row).services, *change.row.stands_on}
    found = [one for one in incidents_read_elsewhere(change.at) if touched & one.services]
    burning = tuple(f"{one.reference}: {one.title}" for one in found)
    if burning:
        note(change, "still-burning", because="; ".join(burning)[:500])
        listed = chr(10).join(f"- {one}" for one in burning)
        mail_to(
            change,
            _woken(change),
            purpose=f"{change.row.revision}:still-burning",
            subject=f"[{change.reference}] Concluded, and something is still broken there",
            text=f"{content_of(change.row).title} is over, and its alarms are no longer kept quiet. Still unresolved "
            f"on what it touched:\n\n{listed}\n\nIts page: {link_to(change.row.pk)}\n",
        )
    return burning
