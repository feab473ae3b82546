"""Keeping count of wrong passwords, so that nobody can try them all. Refuses nothing itself: says who has to wait.

Counted for an e-mail address together with where it is tried from, and more patiently for the address alone, so that a
stranger elsewhere cannot easily lock somebody out. Only digests are kept, for a day.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from tierline.directory.models import WrongPassword

WINDOW = timedelta(minutes=15)
MOST_FROM_ONE_PLACE = 8
MOST_ALTOGETHER = 60
KEPT_FOR = timedelta(days=1)


def must_wait(email: str, place: str, *, at: datetime) -> bool:
    """Whether so many wrong passwords came in the last quarter of an hour that no more are tried."""
    recent = WrongPassword.objects.filter(at__gt=at - WINDOW)
    return (
        recent.filter(digest=_digest(email, place)).count() >= MOST_FROM_ONE_PLACE
        or recent.filter(digest=_digest(email, "")).count() >= MOST_ALTOGETHER
    )


def note_failure(email: str, place: str, *, at: datetime) -> None:
    """Count one wrong password, and forget those of yesterday."""
    WrongPassword.objects.filter(at__lt=at - KEPT_FOR).delete()
    WrongPassword.objects.bulk_create(
        [WrongPassword(digest=_digest(email, place), at=at), WrongPassword(digest=_digest(email, ""), at=at)]
    )


def forget_failures(email: str, place: str) -> None:
    """The right password clears the count of this place."""
    WrongPassword.objects.filter(digest=_digest(email, place)).delete()


def _digest(email: str, place: str) -> str:
    said = f"{email.strip().casefold()}\n{place}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()
