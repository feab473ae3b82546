"""The same creation asked twice is done once: key, case and answer are written in one transaction.

Refuses a key that was used for something else. A second caller with the same key waits until the first is done,
so two that race get one case and the same answer.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tierline.api.models import KeptAnswer
from tierline.api.problems import Refused
from tierline.directory.actor import Actor

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is sent; ``replayed`` when nothing was done for it this time."""

    answer: str
    replayed: bool


def fingerprint_of(said: str) -> str:
    """What tells two calls apart: a digest of what was sent."""
    return hashlib.sha256(said.encode()).hexdigest()


@transaction.atomic
def once(actor: Actor, key: str, fingerprint: str, make: Callable[[], str], *, at: datetime) -> Given:
    """Do ``make`` and keep its answer, or give back the answer kept under this key in the last 24 hours."""
    person = actor.person_id or 0
    wanted = KeptAnswer(person_id=person, key=key, fingerprint=fingerprint, kept_at=at)
    KeptAnswer.objects.bulk_create([wanted], ignore_conflicts=True)
    kept = KeptAnswer.objects.select_for_update().get(person_id=person, key=key)
    if kept.answer and kept.kept_at > at - KEPT_FOR:
        if kept.fingerprint != fingerprint:
            raise Refused(409, "key-reused", "This Idempotency-Key was used for something else. Take a new one.")
        return Given(kept.answer, replayed=True)
    kept.answer, kept.fingerprint, kept.kept_at = make(), fingerprint, at
    kept.save()
    return Given(kept.answer, replayed=False)


def forget_old_answers(*, at: datetime) -> int:
    """Throw away answers older than 24 hours. Returns how many."""
    return KeptAnswer.objects.filter(kept_at__lte=at - KEPT_FOR).delete()[0]
