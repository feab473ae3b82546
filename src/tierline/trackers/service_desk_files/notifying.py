"""A desk's notification mails: number, status, note. Pure.

Anybody can write a From line, so a notification says that there is something to look at; it is never the proof that a
ticket changed. That is the next export.
"""

import re
from dataclasses import dataclass
from typing import Final

from tierline.trackers.service_desk_files.account import Account
from tierline.trackers.tracker import Stage

LONGEST: Final = 20_000  # characters of a mail that are looked at


@dataclass(frozen=True, slots=True)
class Notification:
    """What a mail says of a ticket. ``status`` is the desk's own word; ``stage`` None when the account knows it not."""

    system: str
    number: str
    status: str
    stage: Stage | None
    note: str
    key: str | None


def read_notification(account: Account, *, sender: str, subject: str, text: str) -> Notification | None:
    """What the mail tells of a ticket; None when it is none of the desk's notifications."""
    form = account.mail
    if sender.strip().casefold() not in {address.casefold() for address in form.senders}:
        return None
    found = re.search(form.subject, subject[:500])
    if found is None:
        return None
    status = _group(form.status, "status", text)
    return Notification(
        system=account.system,
        number=found["number"],
        status=status,
        stage=account.stage_of(status) if status else None,
        note=_group(form.note, "note", text),
        key=_group(form.reference, "reference", text) or None,
    )


def _group(pattern: str, name: str, text: str) -> str:
    found = re.search(pattern, text[:LONGEST])
    return found[name].strip() if found else ""
