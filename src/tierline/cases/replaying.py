"""The facts of the newest open cases, so that a changed planbook can be asked about them. Changes nothing.

Refuses what the actor may not see: those cases are not among them.
"""

from dataclasses import dataclass

from tierline.cases.asking_plans import facts_of
from tierline.cases.lifecycle import CaseState
from tierline.cases.models import CaseRow
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.plans.facts import Facts


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case as the plans would be asked about it now."""

    number: int
    reference: str
    summary: str
    facts: Facts


def newest_open_cases(actor: Actor, *, most: int) -> list[OpenCase]:
    """At most ``most`` cases that are not closed and that the actor may see, newest first. One statement."""
    rows = CaseRow.objects.visible_to(actor).exclude(state=CaseState.CLOSED).select_related("report").order_by("-pk")
    return [OpenCase(row.pk, case_reference(row.pk), row.summary, _facts(row)) for row in rows[:most]]


def _facts(row: CaseRow) -> Facts:
    return facts_of(
        service=row.service,
        holder=row.holder,
        fault_in=row.fault_in,
        needs_tier=row.needs_tier,
        audience=row.audience,
        flags=frozenset(row.flags),
        answers=row.report.answers,
    )
