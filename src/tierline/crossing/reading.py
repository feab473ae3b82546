"""Asking partners' systems what is new, and taking what they tell: from where the last reading left off.

What was read and how far are written in one transaction, so a reading that is killed loses and doubles nothing. Refuses
webhooks that are not signed, and to read one system twice at once.
"""

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from tierline.bonds.learning import could_not_read, cursor_of, read_on, take_delivery
from tierline.channels.channel import NotConnected, TryAgain
from tierline.crossing.applying import apply
from tierline.crossing.entering import answer_wrong_kinds
from tierline.crossing.terms import Terms, terms_of
from tierline.foundation.trouble import NotFound
from tierline.outbox.registry import tracker
from tierline.trackers.tracker import ReadsChanges, TakesWebhooks, TellsWrongKinds

MOST_PAGES = 50  # a reading; what is left over is read a minute later
log = structlog.get_logger("tierline.crossing")


def terms(system: str) -> Terms:
    """What crossings into that system mean here, as its account says."""
    account = settings.TRACKERS.get(system)
    return terms_of(account if isinstance(account, Mapping) else {})


def read_system(system: str, *, at: datetime) -> int:
    """Read what is new in one system and bring it to its cases. Returns how many records were looked at."""
    found = tracker(system)
    if isinstance(found, NotConnected) or not isinstance(found, ReadsChanges):
        return 0
    looked_at, wanted = 0, terms(system)
    for _ in range(MOST_PAGES):
        cursor = cursor_of(system)
        changes = found.changes(cursor)
        if isinstance(changes, (TryAgain, NotConnected)):
            could_not_read(system, changes.because, at=at)
            return looked_at
        with transaction.atomic():
            if not read_on(system, behind=cursor, to=changes.cursor, at=at):
                return looked_at
            for read in changes.records:
                apply(read, wanted, at=at)
        looked_at += len(changes.records)
        if not changes.more:
            break
    if isinstance(found, TellsWrongKinds):
        _answer_wrong_kinds(found, wanted, at=at)
    return looked_at


def _answer_wrong_kinds(found: TellsWrongKinds, wanted: Terms, *, at: datetime) -> None:
    records = found.wrong_kinds()
    if not isinstance(records, (TryAgain, NotConnected)):
        with transaction.atomic():
            answer_wrong_kinds(records, found.wrong_kind_answer, wanted, at=at)


def take_webhook(system: str, headers: Mapping[str, str], body: bytes, *, at: datetime) -> bool:
    """Take what a system tells. False when this very delivery was taken before.

    NotFound where no such system tells; ``Unsigned`` when the signature does not hold.
    """
    found = tracker(system) if system in settings.TRACKERS else None
    if found is None or isinstance(found, NotConnected) or not isinstance(found, TakesWebhooks):
        raise NotFound("There is no such door.")
    delivery, records = found.read_webhook(headers, body)
    wanted = terms(system)
    with transaction.atomic():
        if not take_delivery(system, delivery, at=at):
            return False
        for read in records:
            apply(read, wanted, at=at)
    log.info("webhook_taken", system=system, records=len(records))
    return True
