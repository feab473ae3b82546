"""Signed links for people without an account: whom they name cannot be altered, and opening one does nothing.

Refuses links whose signature does not fit, and those older than a month.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing

from tierline.foundation.trouble import NotFound

_SALT: Final = "tierline.notices.relay"
VALID_FOR: Final = timedelta(days=31)


def relay_link(relay: int, name: str) -> str:
    """The address of the page on which ``name`` says that they passed an announcement on."""
    token = signing.dumps([relay, name], salt=_SALT, compress=True)
    return f"{settings.SITE_ADDRESS.rstrip('/')}/relay/{token}/"


def relay_in(token: str) -> tuple[int, str]:
    """Which relay a link names, and who was sent it. NotFound when it was altered or is too old."""
    try:
        relay, name = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound("This link does not hold any more. Ask whoever sent it for a new one.") from None
    return int(relay), str(name)
