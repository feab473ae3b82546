"""In whose hands a downtime is: who may see it, lead it, approve it, look at its window, tell of it.

The plan's procedure names the duties; its teams may plan and lead. Refuses with the name of the duty that is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction

from tierline.directory.actor import TIERLINE, Actor
from tierline.directory.queries import colleague
from tierline.downtime.models import DowntimeRow
from tierline.foundation.ids import downtime_reference
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Refusal, Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Procedural, procedure_named, procedures_at
from tierline.plans.queries import PlanbookInForce, planbook_in_force, planbook_version, versions

MOST_LOOKED_BACK: Final = 20  # versions of the plans in which a procedure that is gone is looked for
log = structlog.get_logger("tierline.downtime")


class UnknownProcedure(Conflict):
    """A downtime follows a procedure that neither the plans in force nor those before know."""


@dataclass(frozen=True, slots=True)
class Change:
    """A downtime locked to be changed, with the plans it is changed under."""

    row: DowntimeRow
    actor: Actor
    at: datetime
    in_force: PlanbookInForce
    procedural: Procedural

    @property
    def planbook(self) -> Planbook:
        """The plans in force."""
        return self.in_force.planbook

    @property
    def reference(self) -> str:
        """What people call it."""
        return downtime_reference(self.row.pk)


def may_see(actor: Actor, row: DowntimeRow) -> bool:
    """Whether it is known in an organisation of the actor's."""
    return actor.is_tierline or bool(actor.organisations & set(row.organisations))


def may_lead(actor: Actor, procedural: Procedural) -> bool:
    """Whether the actor may plan and carry out work by this procedure."""
    procedure = procedural.procedure
    return bool(actor.teams & set(procedure.teams)) or bool(actor.duties & {procedure.sender, procedure.window_by})


def may_tell(actor: Actor, procedural: Procedural) -> bool:
    """Whether the actor is who sends word by this procedure."""
    sender = procedural.procedure.sender
    return actor.is_tierline or sender is None or sender in actor.duties


def procedures_for(actor: Actor, at: datetime) -> tuple[Procedural, ...]:
    """The procedures by which the actor may plan work now."""
    planbook = planbook_in_force().planbook
    return tuple(known for known in procedures_at(planbook, at) if may_lead(actor, known))


def procedure_to_plan_by(actor: Actor, procedure: str, planbook: Planbook, at: datetime) -> Procedural:
    """The procedure by which the actor wants to plan work; refuses one there is not, and one that is not theirs."""
    procedural = procedure_named(planbook, procedure, at)
    if procedural is None:
        known = ", ".join(one.procedure.id for one in procedures_at(planbook, at)) or "none yet"
        raise Unusable(
            "Choose who acts: it decides what follows.", {"procedure": f"Choose one of those in the plans: {known}."}
        )
    if not may_lead(actor, procedural):
        raise NotAllowed(f"You do not plan work by “{procedural.procedure.label}”.")
    return procedural


def locked(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Change:
    """The downtime, locked, for somebody who may see it. Conflict when it has another revision than ``version``."""
    row = DowntimeRow.objects.select_for_update().filter(pk=number).first()
    if row is None or not may_see(actor, row):
        raise NotFound("There is no such downtime that you may see.")
    if version is not None and row.revision != version:
        raise Conflict(f"{downtime_reference(number)} has changed since you looked. Look again, then decide.")
    in_force = planbook_in_force()
    return Change(row, actor, at, in_force, procedural_of(row, in_force.planbook, at))


def alone(number: int, do: Callable[[Change], int], *, at: datetime) -> int:
    """Do something by the house itself with one downtime, in a transaction of its own. What one refuses is logged and
    keeps no other back."""
    try:
        with transaction.atomic():
            return do(locked(TIERLINE, number, at=at))
    except Refusal as refusal:
        log.warning("downtime_left_alone", downtime=number, refusal=type(refusal).__name__)
        return 0


def procedural_of(row: DowntimeRow, planbook: Planbook, at: datetime) -> Procedural:
    """The procedure a downtime follows; where the plans in force know it no more, as the newest plans had it that did:
    work that was announced is carried through."""
    found = procedure_named(planbook, row.procedure, at) or _as_it_was(row)
    if found is None:
        raise UnknownProcedure(
            f"The plans in force know no procedure {row.procedure}, which {downtime_reference(row.pk)} follows. "
            "Ask the plan editor."
        )
    return found


def _as_it_was(row: DowntimeRow) -> Procedural | None:
    before = (planbook_version(one.number).planbook for one in versions()[1:MOST_LOOKED_BACK])
    known = (procedure_named(planbook, row.procedure, row.created_at) for planbook in before)
    return next((procedural for procedural in known if procedural is not None), None)


def require_lead(change: Change) -> None:
    """Refuse whoever may not lead the work."""
    if not change.actor.is_tierline and not may_lead(change.actor, change.procedural):
        raise NotAllowed(f"Only those who work by “{change.procedural.procedure.label}” can do this.")


def may_verify(actor: Actor, row: DowntimeRow, procedural: Procedural) -> bool:
    """Whether the actor looks at the window: by the duty, or because they were found to be on call."""
    duty = procedural.procedure.window_verified_by
    if duty is None:
        return False
    here = None if duty in actor.duties else colleague(actor.person_id)
    turns = [*row.on_call.get("window", ()), *row.on_call.get("now", ())]
    found = here is not None and here.email.casefold() in {str(one["email"]).casefold() for one in turns}
    return duty in actor.duties or found


def require_duty(change: Change, duty: str | None, what: str) -> None:
    """Refuse whoever does not hold a duty of the procedure."""
    if duty is None or duty not in change.actor.duties:
        label = change.planbook.duty_label(duty) if duty else "nobody"
        raise NotAllowed(f"{what} is for {label}. Ask them.")
