"""The sweep over promises: hand-offs and questions nobody acknowledged in time get a fact, once.

Set-based; overdue itself is never stored.
"""

from datetime import datetime

from django.db import connection, transaction

from tierline.cases.actions.changing import SUBJECT
from tierline.cases.lifecycle import HandOffState
from tierline.cases.models import InquiryStepRow
from tierline.directory.actor import TIERLINE
from tierline.timeline.actions import record_many

BATCH = 5000
_CHASE = """
WITH late AS MATERIALIZED (
    SELECT id FROM cases_handoff
    WHERE state = 'offered' AND chased_at IS NULL AND acknowledge_by < %(at)s
    ORDER BY acknowledge_by LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE cases_handoff h SET chased_at = %(at)s FROM late WHERE h.id = late.id
RETURNING h.id, h.case_id, h.sender, h.receiver, h.acknowledge_by
"""


def chase_overdue_hand_offs(*, at: datetime) -> int:
    """Write down every hand-off that has become overdue since the last sweep. Returns how many."""
    chased = 0
    while batch := _chase_a_batch(at=at):
        chased += batch
    return chased


@transaction.atomic
def chase_overdue_questions(*, at: datetime) -> int:
    """Write down every step of a question that has become overdue since the last sweep. Returns how many."""
    late = list(
        InquiryStepRow.objects.filter(state=HandOffState.OFFERED, chased_at=None, acknowledge_by__lt=at)
        .order_by("acknowledge_by")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("pk", "inquiry__case_id", "inquiry_id", "sender", "receiver", "acknowledge_by")[:BATCH]
    )
    InquiryStepRow.objects.filter(pk__in=[row[0] for row in late]).update(chased_at=at)
    record_many(
        (
            (
                SUBJECT,
                case,
                "inquiry-overdue",
                {"inquiry": inquiry, "from": sender, "to": to, "acknowledge_by": due.isoformat()},
            )
            for _, case, inquiry, sender, to, due in late
        ),
        actor=TIERLINE,
        at=at,
    )
    return len(late)


@transaction.atomic
def _chase_a_batch(*, at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_CHASE, {"at": at, "most": BATCH})
        late = cursor.fetchall()
    record_many(
        (
            (
                SUBJECT,
                case,
                "hand-off-overdue",
                {"hand_off": pk, "from": sender, "to": to, "acknowledge_by": due.isoformat()},
            )
            for pk, case, sender, to, due in late
        ),
        actor=TIERLINE,
        at=at,
    )
    return len(late)
