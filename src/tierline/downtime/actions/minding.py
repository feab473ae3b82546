"""What is done by the clock: word of the day before, reminders of what is late, questions about ends that stay open.

Concludes nothing: ends are asked about (``ending.py``). Refuses nothing; the same reminder goes out once.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from tierline.downtime.actions.conflicting import tell_of_conflicts
from tierline.downtime.actions.ending import ask_about_open_ends, ask_before_the_end, tell_of_lapsed_windows
from tierline.downtime.actions.telling import ask_sender, link_to, mail_to, subject_of, tell, when
from tierline.downtime.actions.turning import SUBJECT, content_of, saved
from tierline.downtime.hands import Change, alone
from tierline.downtime.lifecycle import DowntimeState
from tierline.notices.moments import Moment, Standing
from tierline.notices.queries import ObligationView, obligations, owed_by, relays_overdue
from tierline.notices.resolving import people_behind
from tierline.notices.signing import relay_link

AHEAD: Final = timedelta(minutes=10)  # so that word of the day before is on time, not on the dot


def mind(*, at: datetime) -> int:
    """Everything that is due at this instant. Returns how much there was; what one refuses keeps no other back."""
    done = tell_the_day_before(at=at) + remind_of_late_word(at=at) + remind_relayers(at=at)
    return done + ask_before_the_end(at=at) + ask_about_open_ends(at=at) + tell_of_lapsed_windows(at=at)


def tell_the_day_before(*, at: datetime) -> int:
    """Send word of the day before for what is scheduled; ask the sender where it is not."""
    count = 0
    for number, owed in owed_by(SUBJECT, until=at + AHEAD):
        if owed.moment is not Moment.DAY_BEFORE or owed.merged_into:
            continue
        count += alone(number, partial(_tell_the_day_before, owed=owed), at=at)
    return count


def _tell_the_day_before(change: Change, owed: ObligationView) -> int:
    current = {one.id for one in obligations(subject_of(change.row), at=change.at) if one.is_owed}
    if owed.id not in current:
        return 0
    _look_around_again(change)
    if change.row.state != DowntimeState.SCHEDULED:
        ask_sender(change, Moment.DAY_BEFORE, because=f"it is {change.row.state}, not scheduled.")
        return 0
    late = f"Sent late: it was due {when(change, owed.due_at)}." if owed.due_at < change.at else ""
    tell(change, Moment.DAY_BEFORE, late=late)
    saved(change)
    return 1


def _look_around_again(change: Change) -> None:
    """The morning before: has anything come in its way since?"""
    tell_of_conflicts(change, because="It is to start tomorrow, or today.")


def remind_of_late_word(*, at: datetime) -> int:
    """Ask whoever sends word, once more, for what should have been told."""
    late = [(number, owed) for number, owed in owed_by(SUBJECT, until=at) if owed.standing is Standing.LATE]
    return sum(alone(number, partial(_remind_of_late, owed=owed), at=at) for number, owed in late)


def _remind_of_late(change: Change, owed: ObligationView) -> int:
    sender = change.procedural.procedure.sender
    mail_to(
        change,
        people_behind(change.planbook, sender) if sender else (),
        purpose=f"{owed.revision}:{owed.moment}:late",
        subject=f"[{change.reference}] Late: {change.procedural.moment_label(owed.moment)}",
        text=f"Word of {content_of(change.row).title} should have been told by {when(change, owed.due_at)}, "
        f"and was not. Send it, or say why not: {link_to(change.row.pk)}\n",
    )
    return 1


def remind_relayers(*, at: datetime) -> int:
    """Remind, once, whoever was to pass word on and has not said that they did."""
    late = relays_overdue(SUBJECT, at=at)
    return sum(alone(number, partial(_remind, relay=relay.id, to=relay.to), at=at) for number, relay in late)


def _remind(change: Change, relay: int, to: str) -> int:
    for planned in change.procedural.procedure.relays:
        if planned.to != to:
            continue
        for person in people_behind(change.planbook, planned.by):
            mail_to(
                change,
                [person],
                purpose=f"relay:{relay}:reminder",
                subject=f"[{change.reference}] Did you pass this on?",
                text=f"You were asked to pass word of this downtime on to: {to}\n\nSay that it is done, or that it is "
                f"not: {relay_link(relay, person.name)}\n",
            )
    return 1
