"""The auditor: holds what is owed against evidence. Only a clean pass is told outside, so that silence means trouble.

Reads what is late, failed, held or stuck, which indexes answer however much was told before. Refuses nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tierline.notices.another_way import By
from tierline.notices.models import DeliveryRow, ObligationRow, OtherWayRow, RelayRow
from tierline.notices.moments import Owing
from tierline.notices.relays import Relaying
from tierline.outbox.queries import troubled

STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found at an instant. ``undelivered`` counts deliveries whose message failed, is held, was withdrawn by
    nobody's waiver, or has been on its way for too long; ``to_call`` people on a call sheet whom nobody has called."""

    at: datetime
    owed: int
    late: int
    undelivered: int
    relays_unknown: int
    to_call: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything that was owed by now has been told, as far as this house can see."""
        return not (self.late or self.undelivered or self.to_call)


def audit(*, at: datetime) -> Audit:
    """One pass. Five statements, none of which reads what went well."""
    owed = ObligationRow.objects.filter(state=Owing.OWED)
    effects = troubled(stuck_since=at - STUCK_AFTER)
    return Audit(
        at=at,
        owed=owed.count(),
        late=owed.filter(due_at__lt=at).count(),
        undelivered=DeliveryRow.objects.filter(effect_id__in=effects).count(),
        relays_unknown=RelayRow.objects.filter(state=Relaying.ASKED, due_at__lt=at).count(),
        to_call=OtherWayRow.objects.filter(by=By.CALL_SHEET, settled_at=None).count(),
    )


def as_metrics(found: Audit) -> str:
    """The same in the text form of Prometheus."""
    told = {
        "tierline_words_owed": ("Words that are owed and not told yet", found.owed),
        "tierline_words_late": ("Words that should have been told by now", found.late),
        "tierline_deliveries_undelivered": ("Deliveries that failed, are held or are stuck", found.undelivered),
        "tierline_people_to_call": ("People no channel reached, whom nobody has called yet", found.to_call),
        "tierline_relays_unknown": ("Words whose passing on is overdue and not confirmed", found.relays_unknown),
    }
    lines = [f"# HELP {name} {help_}\n# TYPE {name} gauge\n{name} {number}\n" for name, (help_, number) in told.items()]
    return "".join(lines)
