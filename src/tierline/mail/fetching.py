"""Fetching mail from the mailbox the settings name, from where the last visit left off.

The place moves on with each mail that is kept, so a visit that breaks off loses and doubles nothing. Refuses nothing:
what goes wrong is written down for the header of every page, and the next visit tries again.
"""

import hashlib
from datetime import datetime

import structlog
from django.conf import settings

from tierline.channels.imap import CannotFetch, Mailbox, arrived, mailbox_at
from tierline.mail.actions import take_mail
from tierline.mail.models import MailboxRow
from tierline.mail.reading import LARGEST

MOST_A_VISIT = 200
log = structlog.get_logger("tierline.mail")


def fetch_mail(*, at: datetime) -> int:
    """Fetch what is new. Returns how many mails were looked at; 0 when no mailbox is set."""
    if not settings.IMAP_URL:
        return 0
    place = MailboxRow.objects.get_or_create(account=account_of(settings.IMAP_URL))[0]
    fetched = 0
    try:
        mailbox = mailbox_at(settings.IMAP_URL)
        visit = arrived(mailbox, validity=place.validity, after=place.last_uid, most=MOST_A_VISIT, largest=LARGEST + 1)
        for message in visit:
            take_mail(message.raw, came_by="imap", at=at)
            place.validity, place.last_uid = message.validity, message.uid
            place.save(update_fields=["validity", "last_uid"])
            fetched += 1
    except CannotFetch as trouble:
        _write_down(place, str(trouble), at=at)
    else:
        _write_down(place, "", at=at)
    return fetched


def account_of(url: str) -> str:
    """A digest that names the mailbox and not its password."""
    try:
        mailbox: Mailbox | None = mailbox_at(url)
    except CannotFetch:
        mailbox = None
    return hashlib.sha256(str(mailbox or "unusable").encode()).hexdigest()


def _write_down(place: MailboxRow, trouble: str, *, at: datetime) -> None:
    if trouble and not place.trouble:
        place.trouble_since = at
        log.warning("mail_not_fetched", mailbox=place.account[:8])
    if not trouble:
        place.trouble_since = None
    place.trouble, place.looked_at = trouble, at
    place.save(update_fields=["trouble", "trouble_since", "looked_at"])
    # What is set now is what counts: the trouble of a mailbox nobody reads any more is none.
    MailboxRow.objects.exclude(pk=place.pk).exclude(trouble="").update(trouble="", trouble_since=None)
