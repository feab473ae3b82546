"""People whom no channel has reached when word is due: reached another way by the plan's steps, each once.

One channel that is down delays no other and loses nobody: what the plan leaves out of the steps is added, so that the
sender is paged and everybody still missing stands on the call sheet. Refuses nothing but what is not the actor's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.telling import dispositions_of, link_to, mail_to, subject_of
from tierline.downtime.actions.turning import SUBJECT
from tierline.downtime.hands import Change, alone, locked, may_tell
from tierline.foundation.trouble import NotAllowed
from tierline.notices.another_way import By, Missing, Step, Taking, deadline, takings, whole
from tierline.notices.queries import ToCall, everyone_told, to_call
from tierline.notices.reaching_otherwise import (
    Carrying,
    Unreached,
    close,
    subjects_to_look_at,
    take,
    unreached,
    write_down_call,
)
from tierline.notices.resolving import as_known, contacts_of, people_behind
from tierline.outbox.breaking import Health
from tierline.outbox.queries import health_of_channels
from tierline.outbox.registry import has_channel
from tierline.plans.downtimes import Procedure, WayStep

PAGING: Final = "pagerduty"  # where the plan names no account to page the sender through
_PATIENCE: Final = timedelta(days=1)
Contacts = dict[str, dict[str, str]]


def reach_another_way(*, at: datetime) -> int:
    """Take every step that is due for whom no channel has reached, and close what nothing waits for any more. Returns
    how many steps were taken."""
    numbers = subjects_to_look_at(SUBJECT, at=at)
    if not numbers:
        return 0
    down = frozenset(name for name, health in health_of_channels(at).items() if health is Health.OPEN)
    return sum(alone(number, partial(_reach, down=down), at=at) for number in numbers)


def _reach(change: Change, down: frozenset[str]) -> int:
    at = change.at
    subject, found = subject_of(change.row), unreached(subject_of(change.row), at=at)
    steps = steps_of(change.procedural.procedure)
    here = frozenset({step.by.value for step in steps} | {step.through for step in steps})
    here = frozenset(name for name in here if name and has_channel(name))
    contacts = _contacts(change) if found else {}
    done = 0
    for one in found:
        due = deadline(one.due_at, one.watched_since)
        wanted = takings(_with_addresses(one.people, contacts), steps, due, at, here=here, down=down)
        done += take(one, wanted, _carrying(change, due), at=at)
        _say_whom_to_call(change, one, wanted)
    missing = [(one.announcement, person.person) for one in found for person in one.people]
    close(subject, missing, _carrying(change, at), at=at)
    return done


def steps_of(procedure: Procedure) -> tuple[Step, ...]:
    """The procedure's steps, with what they leave out."""
    written = procedure.another_way.steps if procedure.another_way else ()
    owner = procedure.sender or procedure.window_by or ""
    return whole([_step(step) for step in written], owner, procedure.window_system or PAGING)


def _step(step: WayStep) -> Step:
    return Step(step.id, By(step.by), step.offset, step.whom or "", step.through or "")


def _contacts(change: Change) -> Contacts:
    named = [person for answer in dispositions_of(change.row) for person in answer.people]
    contacts = contacts_of(change.planbook, as_known(everyone_told(subject_of(change.row))))
    for person in named:
        contacts[person.id] = {**person.addresses, **contacts.get(person.id, {})}
    return contacts


def _with_addresses(people: Sequence[Missing], contacts: Contacts) -> list[Missing]:
    return [
        Missing(
            one.person,
            one.name,
            {**contacts.get(one.person, {}), **one.addresses},
            one.because,
            one.waiting_on,
            one.taken,
        )
        for one in people
    ]


def _carrying(change: Change, until: datetime) -> Carrying:
    row = change.row
    sheet = f"{link_to(row.pk)}call-sheet/"
    not_after = max(until, change.at) + _PATIENCE
    return Carrying(subject_of(row), row.team, row.organisations, not_after, sheet)


def _say_whom_to_call(change: Change, one: Unreached, taken: Sequence[Taking]) -> None:
    """A mail as well to whoever sends word: once an announcement, when the first of its people has to be called."""
    sender, people = change.procedural.procedure.sender, [t for t in taken if t.step.by is By.CALL_SHEET]
    if not people or not sender:
        return
    mail_to(
        change,
        people_behind(change.planbook, sender),
        purpose=f"{one.revision}:{one.moment}:call-sheet",
        subject=f"[{change.reference}] Call those whom no channel has reached",
        text=f"{one.document.heading}: {len(people)} of those who should know by now were not reached by any channel. "
        f"Call them, and write down whom you reached: {link_to(change.row.pk)}call-sheet/\n",
    )


def call_sheet(actor: Actor, number: int, *, at: datetime) -> tuple[tuple[ToCall, dict[str, str]], ...]:
    """Who has to be called, with every number and address there is. Only for those who may tell."""
    with transaction.atomic():
        change = locked(actor, number, at=at)
        _require_telling(change)
        contacts = _contacts(change)
        return tuple((one, contacts.get(one.person, {})) for one in to_call(subject_of(change.row)))


@transaction.atomic
def called(actor: Actor, number: int, sheet: int, *, reached: bool, words: str, at: datetime) -> None:
    """Write down that somebody was called: they know it now, or were not reached, with what was said."""
    change = locked(actor, number, at=at)
    _require_telling(change)
    write_down_call(actor, subject_of(change.row), sheet, reached=reached, words=words, at=at)


def _require_telling(change: Change) -> None:
    if not may_tell(change.actor, change.procedural):
        sender = change.planbook.duty_label(change.procedural.procedure.sender or "")
        raise NotAllowed(f"Whom to call, and at which number, is for those who tell of this downtime: {sender}.")
