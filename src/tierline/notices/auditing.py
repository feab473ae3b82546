"""The auditor: holds what is owed against evidence. Only a clean pass is told outside, so that silence means trouble.

Reads what is late, failed, held or stuck, which indexes answer however much was told before. Refuses nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tierline.notices.another_way import OWN_CHANNELS, By
from tierline.notices.models import DeliveryRow, ObligationRow, OtherWayRow, RelayRow
from tierline.notices.moments import Owing
from tierline.notices.relays import Relaying
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import fared, troubled

STUCK_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found at an instant. ``undelivered`` counts deliveries whose message is held, has been on its way too
    long, or failed for somebody whom nothing else of that announcement has reached; ``to_call`` people on a call sheet
    whom nobody has called."""

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
    """One pass. Five statements, none of which reads what went well; three more where something failed."""
    owed = ObligationRow.objects.filter(state=Owing.OWED)
    effects = troubled(stuck_since=at - STUCK_AFTER)
    return Audit(
        at=at,
        owed=owed.count(),
        late=owed.filter(due_at__lt=at).count(),
        undelivered=_undelivered(effects),
        relays_unknown=RelayRow.objects.filter(state=Relaying.ASKED, due_at__lt=at).count(),
        to_call=OtherWayRow.objects.filter(by=By.CALL_SHEET, settled_at=None).count(),
    )


def _undelivered(effects: Sequence[int]) -> int:
    told = DeliveryRow.objects.filter(effect_id__in=effects).values_list("announcement_id", "person", "effect_id")
    rows = list(told)
    how = fared([effect for _, _, effect in rows if effect is not None]) if rows else {}
    failed = {effect for effect, one in how.items() if one.state is EffectState.FAILED}
    reached = _reached({announcement for announcement, _, effect in rows if effect in failed}) if failed else set()
    return sum(effect not in failed or (announcement, person) not in reached for announcement, person, effect in rows)


def _reached(announcements: Collection[int]) -> set[tuple[int, str]]:
    """By announcement, everybody whom any channel, another way or a call has reached."""
    told = DeliveryRow.objects.filter(announcement__in=announcements, effect_id__isnull=False)
    ways = OtherWayRow.objects.filter(announcement__in=announcements)
    called = set(ways.exclude(called_by="").values_list("announcement_id", "person"))
    own = [by.value for by in OWN_CHANNELS]
    carried = [
        *told.values_list("announcement_id", "person", "effect_id"),
        *ways.filter(by__in=own, effect_id__isnull=False).values_list("announcement_id", "person", "effect_id"),
    ]
    how = fared({effect for _, _, effect in carried if effect is not None})
    went = {effect for effect, one in how.items() if one.state is EffectState.DONE}
    return called | {(announcement, person) for announcement, person, effect in carried if effect in went}


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
