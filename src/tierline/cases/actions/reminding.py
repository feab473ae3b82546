"""The other half of the sweep over promises: nudges and escalations that fell due are carried out, each once.

Only cases whose ``look_at`` has come are looked at, whichever number there are. A message says that something is still
open or late and where, of a hand-off also who waits for whom, never what. A plan published since the last sweep is a
reason to promise every open case anew.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from tierline.cases.actions.changing import place
from tierline.cases.actions.promise import AT_LENGTH, SUBJECT, extent_of, promise
from tierline.cases.happenings import course_of, happenings_in
from tierline.cases.lifecycle import CaseState, HandOffState
from tierline.cases.models import CaseRow
from tierline.cases.promising import Nudge, Promised, ToBeTold
from tierline.cases.wording import Pending, late_text, nudge_text
from tierline.directory.actor import TIERLINE
from tierline.directory.queries import colleagues
from tierline.foundation.ids import case_reference
from tierline.outbox.actions import send_out
from tierline.plans.clocks import PromiseKind
from tierline.plans.planbook import Mailbox, Planbook
from tierline.plans.queries import PlanbookInForce, planbook_in_force
from tierline.timeline.actions import record, record_many
from tierline.timeline.queries import latest, stories_without

BATCH: Final = 500
PLANBOOK: Final = "planbook"
_RENEWED: Final = "promises-renewed"


def carry_out_promises(*, at: datetime) -> int:
    """Carry out what fell due for any case. Returns for how many something was."""
    carried_out = 0
    while (batch := _carry_out_a_batch(planbook_in_force().planbook, at=at)) is not None:
        carried_out += batch
    return carried_out


@transaction.atomic
def _carry_out_a_batch(planbook: Planbook, *, at: datetime) -> int | None:
    """For how many of the next cases something was due; ``None`` when there are no next."""
    rows = CaseRow.objects.filter(look_at__lte=at).order_by("look_at", "pk").select_related("report")
    cases = list(rows.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    if not cases:
        return None
    facts: list[tuple[str, int, str, dict[str, Any]]] = []
    for case, told in _promised(cases, planbook, at=at):
        facts += _carry_out(case, told, planbook, at=at)
    record_many(facts, actor=TIERLINE, at=at)
    for case, _ in _promised(cases, planbook, at=at):  # with what was carried out just now
        if case.look_at is not None and case.look_at <= at:
            case.look_at = None  # nobody to tell and nothing written down; a change of the case looks again
    CaseRow.objects.bulk_update(cases, ["due_at", "due_kind", "look_at"])
    return len({number for _, number, _, _ in facts})


def renew_promises(*, at: datetime) -> int:
    """Promise every open case anew when a plan was published since; the number of cases whose next due time moved."""
    in_force = planbook_in_force()
    if latest(PLANBOOK, [in_force.version], _RENEWED):
        return 0
    moved, after = 0, 0
    while cases := _renew_a_batch(in_force, after, at=at):
        moved += sum(was != case.due_at for case, was in cases)
        after = cases[-1][0].pk
    record(PLANBOOK, in_force.version, _RENEWED, actor=TIERLINE, at=at, moved=moved)
    return moved


@transaction.atomic
def _renew_a_batch(in_force: PlanbookInForce, after: int, *, at: datetime) -> list[tuple[CaseRow, datetime]]:
    rows = CaseRow.objects.filter(pk__gt=after).exclude(state=CaseState.CLOSED).order_by("pk")
    cases = list(rows.select_related("report").select_for_update(of=("self",))[:BATCH])
    were = [case.due_at for case in cases]
    for _ in _promised(cases, in_force.planbook, at=at):
        pass
    CaseRow.objects.bulk_update(cases, ["due_at", "due_kind", "look_at"])
    for case, was in zip(cases, were, strict=True):
        if case.due_at != was:
            place(case)
    return list(zip(cases, were, strict=True))


def _promised(cases: list[CaseRow], planbook: Planbook, *, at: datetime) -> Iterable[tuple[CaseRow, Promised]]:
    """What is promised for each, from their stories as they stand: one statement."""
    stories = stories_without(SUBJECT, [case.pk for case in cases], AT_LENGTH)
    for case in cases:
        course = course_of(case.opened_at, happenings_in(stories.get(case.pk, ())))
        yield case, promise(case, extent_of(case.report), course, planbook, at=at)


# -- one case ---------------------------------------------------------------------------------------------


def _carry_out(
    case: CaseRow, told: Promised, planbook: Planbook, *, at: datetime
) -> Iterable[tuple[str, int, str, dict[str, Any]]]:
    """Put the messages on their way; the facts to be written."""
    if told.nudges:
        yield _nudge(case, told.nudges, planbook, at=at)
    for telling in told.to_be_told:
        yield _escalate(case, telling, planbook, at=at)


def _nudge(
    case: CaseRow, nudges: tuple[Nudge, ...], planbook: Planbook, *, at: datetime
) -> tuple[str, int, str, dict[str, Any]]:
    """One reminder, of the longest span that has passed; those before it came too late to be given by themselves."""
    nudge, boxes = nudges[-1], _reminded(case, planbook)
    reference = case_reference(case.pk)
    text = nudge_text(reference, planbook.team_label(case.holder), str(nudge.after))
    _send(case, nudge.key, boxes, f"[{reference}] Still open after {nudge.after}", text, at=at)
    said = {"after": str(nudge.after), "keys": [one.key for one in nudges], "because": nudge.because.text}
    return SUBJECT, case.pk, "nudged", said | {"to_people": [box.name for box in boxes]}


def _escalate(
    case: CaseRow, telling: ToBeTold, planbook: Planbook, *, at: datetime
) -> tuple[str, int, str, dict[str, Any]]:
    """Tell the duty, or its deputy; one that nobody holds is written down as such."""
    boxes, duty = _told(case, telling, planbook)
    reference = case_reference(case.pk)
    deputy, pending = telling.deputy and not case.restricted_to, _pending(case, telling, planbook)
    text = late_text(reference, duty, str(telling.kind), deputy=deputy, pending=pending)
    _send(case, telling.key, boxes, f"[{reference}] A promise was not kept", text, at=at)
    said = {
        "promise": str(telling.kind),
        "duty": telling.duty,
        "deputy": telling.deputy,
        "keys": [telling.key],
        "because": telling.because.text,
        "to_people": [box.name for box in boxes],
    }
    return SUBJECT, case.pk, "promise-escalated", said


def _pending(case: CaseRow, telling: ToBeTold, planbook: Planbook) -> Pending | None:
    """Who did not answer whom, for a late hand-off; of a restricted case not even that is said."""
    if telling.kind is not PromiseKind.ACKNOWLEDGEMENT or case.restricted_to:
        return None
    hand_off = case.hand_offs.filter(state=HandOffState.OFFERED).first()
    if hand_off is None:
        return None
    return Pending(
        planbook.team_label(hand_off.sender),
        planbook.team_label(hand_off.receiver),
        hand_off.offered_at,
        hand_off.acknowledge_by,
        settings.TIME_ZONE,
        mail_waits=bool(case.answered_for),
    )


def _told(case: CaseRow, telling: ToBeTold, planbook: Planbook) -> tuple[tuple[Mailbox, ...], str]:
    """Whom an escalation tells, and by which duty. Of a restricted case nobody hears but those who handle it."""
    if case.restricted_to:
        label = " or ".join(planbook.duty_label(duty) for duty in case.restricted_to)
        return _handling(case, planbook), label
    boxes = planbook.deputies_of(telling.duty) if telling.deputy else planbook.firsts_of(telling.duty)
    return boxes, planbook.duty_label(telling.duty)


def _handling(case: CaseRow, planbook: Planbook) -> tuple[Mailbox, ...]:
    boxes = (box for duty in case.restricted_to for box in planbook.holders_of(duty))
    return tuple(dict.fromkeys(boxes))


def _reminded(case: CaseRow, planbook: Planbook) -> tuple[Mailbox, ...]:
    """Whom a nudge reminds: those who may handle a restricted case; else whoever works on it, or the whole team."""
    if case.restricted_to:
        return _handling(case, planbook)
    people = colleagues(case.holder)
    named = [one for one in people if case.assignee and one.name == case.assignee] or people
    return tuple(Mailbox(one.name, one.email) for one in named) or planbook.mailboxes_of(case.holder)


def _send(case: CaseRow, key: str, boxes: Iterable[Mailbox], subject: str, text: str, *, at: datetime) -> None:
    for box in boxes:
        send_out(
            f"case-{case.pk}:promise:{key}:{sha256(box.email.encode()).hexdigest()[:16]}",
            by="email",
            subject=(SUBJECT, case.pk),
            team=case.holder,
            organisations=case.organisations,
            restricted_to=case.restricted_to,
            message={"to": box.email, "subject": subject, "text": text},
            at=at,
        )
