"""Messages that have not left and are no longer true: in other words, or not at all; and who may still read them.

Refuses what has left: that is changed where it stands. Whoever says a message anew says it once more when it is known
to have arrived: a try that is under way may carry the words before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from tierline.outbox.lifecycle import EffectMove, EffectState, after
from tierline.outbox.models import EffectRow


@transaction.atomic
def say_anew(effect: int, message: Mapping[str, Any]) -> bool:
    """Let a message that waits leave in these words; False for one that left, ended, or is the privacy guard's."""
    row = EffectRow.objects.select_for_update().get(pk=effect)
    if row.state not in (EffectState.PENDING, EffectState.HELD) or row.found:
        return False
    row.message = dict(message)
    row.save(update_fields=["message"])
    return True


@transaction.atomic
def take_back(effect: int, message: Mapping[str, Any], because: str, *, at: datetime) -> bool:
    """Take a message back that was never tried or is held; one that is being tried waits in these words instead, as
    it may be there already. False when it left or ended."""
    row = EffectRow.objects.select_for_update().get(pk=effect)
    if row.state not in (EffectState.PENDING, EffectState.HELD):
        return False
    row.message = dict(message)
    if row.state == EffectState.HELD or row.attempts == 0:
        row.state = after(EffectState(row.state), EffectMove.WITHDRAW)
        row.next_try_at, row.settled_at, row.trouble, row.found = None, at, because, []
    row.save()
    return True


def keep_to(subject: tuple[str, int], channel: str, duties: Iterable[str], *, and_these: Iterable[int] = ()) -> None:
    """Let only holders of these duties read what was sent about a subject by a channel, and some messages beside."""
    about = Q(subject_kind=subject[0], subject_id=subject[1], channel=channel)
    EffectRow.objects.filter(about | Q(pk__in=list(and_these))).update(restricted_to=sorted(duties))
