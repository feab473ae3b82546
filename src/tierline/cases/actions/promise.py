"""What is promised for a case, worked out again by every verb that could move it.

Of all that, a case's row keeps the next due time, what is due then and when the sweep has to look at it: what lists are
put in order by. That something is overdue or stands still is never stored. Refuses nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from tierline.cases.extent import FIELDS, Extent
from tierline.cases.happenings import KINDS, Course, Happening, course_of, happenings_in
from tierline.cases.models import CaseRow, Report
from tierline.cases.places import NEVER
from tierline.cases.promising import Offer, Promised, Standing, promised
from tierline.plans.clocks import PromiseKind
from tierline.plans.decision import By
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.timeline.fact import Fact
from tierline.timeline.queries import stories_without

SUBJECT: Final = "case"
#: Fields of a case that a policy can ask about, or that end or begin a promise.
MOVING: Final = frozenset({"state", "holder", "service", "audience", "flags", *FIELDS})
#: What facts say at length and promises do not ask for.
AT_LENGTH: Final = ("decision", "text", "ask", "note", "override", "solution", "told", "for_what", "reason", "because")


def moves_promises(kind: str, changes: Iterable[str]) -> bool:
    """Whether a fact of that kind with these changes can move a promise."""
    return kind in KINDS or not MOVING.isdisjoint(changes)


def extent_of(report: Report) -> Extent:
    """How bad the case is, as its report keeps it."""
    return Extent(
        tuple(report.impacts), report.severity, report.workaround, report.reports, report.reports_in_one_day,
        report.users_per_day,
    )  # fmt: skip


def standing_of(case: CaseRow, extent: Extent, course: Course) -> Standing:
    """What is known of a case, as promises ask for it."""
    return Standing(
        service=case.service,
        holder=case.holder,
        entered=course.entered,
        audience="staff" if case.audience == "staff" else "veteran",
        by=course.by,
        flags=frozenset(case.flags),
        impacts=frozenset(extent.impacts),
        severity=extent.severity or None,
        reports=extent.reports,
        reports_in_one_day=extent.reports_in_one_day,
        users_per_day=extent.users_per_day,
        workaround=extent.workaround,
        offer=course.offer,
        question=course.question,
        first_responded=course.first_responded,
        resolved=course.resolved,
        touched=case.changed_at,
        standstills=tuple(course.standstills),
        recorded=frozenset(course.recorded),
    )


def promise(case: CaseRow, extent: Extent, course: Course, planbook: Planbook, *, at: datetime) -> Promised:
    """What is promised now; the row, not saved, gets what lists and the sweep go by."""
    told = promised(planbook, standing_of(case, extent, course), at)
    following, due = told.next_promise, told.next_due
    case.due_at, case.due_kind = due or NEVER, following.kind.value if following else ""
    case.look_at = told.look_again
    # Where no plan has a clock for it, an answer is waited for all the same.
    for asked, answer_by in ((False, course.answer_by), (True, course.take_up_by)):
        if answer_by is not None and answer_by < case.due_at and not _promises_an_answer(told, asked=asked):
            case.due_at, case.due_kind = answer_by, PromiseKind.ACKNOWLEDGEMENT.value
    return told


def promised_for(case: CaseRow, story: Iterable[Fact], planbook: Planbook, *, at: datetime) -> Promised:
    """What is promised for a case by its story; the row is left as it is."""
    course = course_of(case.opened_at, happenings_in(story))
    return promised(planbook, standing_of(case, extent_of(case.report), course), at)


def promise_again(case: CaseRow, happening: Happening, *, at: datetime) -> None:
    """The same for a case whose report is at hand, from its story and what is about to be written there."""
    story = stories_without(SUBJECT, [case.pk], AT_LENGTH).get(case.pk, [])
    course = course_of(case.opened_at, (*happenings_in(story), happening))
    promise(case, extent_of(case.report), course, planbook_in_force().planbook, at=at)


def promise_first(case: CaseRow, extent: Extent, planbook: Planbook, *, at: datetime) -> dict[str, Any]:
    """The promises of a case that is taken in, and what its first fact has to say of them.

    What fell due while only another system had the case is nobody's to carry out here.
    """
    course = Course(case.opened_at)
    told = promise(case, extent, course, planbook, at=at)
    passed = [*(nudge.key for nudge in told.nudges), *(telling.key for telling in told.to_be_told)]
    if not passed:
        return {}
    course.recorded.update(passed)
    promise(case, extent, course, planbook, at=at)
    return {"keys": passed}


def answer_due(case: CaseRow, planbook: Planbook, to: str, by: By, *, at: datetime) -> datetime | None:
    """When the receiver of a hand-off made now would have to acknowledge it; ``None`` where no plan says."""
    course = Course(case.opened_at, offer=Offer(to, by, at))
    told = promised(planbook, standing_of(case, extent_of(case.report), course), at)
    found = (one.due.at for one in told.promises if one.kind is PromiseKind.ACKNOWLEDGEMENT)
    return next(found, None)


def _promises_an_answer(told: Promised, *, asked: bool) -> bool:
    acknowledgements = (one for one in told.promises if one.kind is PromiseKind.ACKNOWLEDGEMENT)
    return any(one.open and one.asked is asked for one in acknowledgements)
