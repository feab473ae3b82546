"""Which channels there are, set up from the settings. Refuses a channel nobody wrote."""

from django.conf import settings

from tierline.channels.channel import Channel
from tierline.channels.email import Email
from tierline.foundation.trouble import Unusable


def channel(name: str) -> Channel:
    """The channel of that name, with this deployment's account."""
    if name == Email.name:
        return Email(url=settings.SMTP_URL, sender=settings.MAIL_FROM)
    raise Unusable(f"There is no channel '{name}'. Add it as a file under channels/ and name it in outbox/registry.py.")
