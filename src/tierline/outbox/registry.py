"""Which ways out there are, set up from the settings: e-mail, and a tracker for every account. Refuses none.

A name the plans know and this deployment has no usable account for is a way that is not connected: its messages are
held with the sentence that says why, and released once the account is there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings

from tierline.channels.channel import Answer, Channel, NotConnected
from tierline.channels.email import Email
from tierline.trackers.accounts import UnusableAccount, tracker_of
from tierline.trackers.tracker import Tracker

#: Where messages wait whose way out has no account, so that somebody looks at them.
SYSTEM_QUEUE = "system"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """In place of a channel that is not set up: says so, every time."""

    because: str
    name: ClassVar[str] = "nowhere"
    label: ClassVar[str] = "Not connected"

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:  # noqa: ARG002 - as every channel does
        """Nothing leaves."""
        return NotConnected(self.because)


def channel(name: str) -> Channel:
    """The channel or tracker of that name, with this deployment's account."""
    if name == Email.name:
        return Email(url=settings.SMTP_URL, sender=settings.MAIL_FROM)
    found = tracker(name)
    return Nowhere(found.because) if isinstance(found, NotConnected) else found


def tracker(name: str) -> Tracker | NotConnected:
    """The tracker whose account has that name, to be asked; NotConnected with a sentence when there is none."""
    if settings.TRACKERS_TROUBLE:
        return NotConnected(settings.TRACKERS_TROUBLE)
    if name not in settings.TRACKERS:
        return NotConnected(
            f"There is no account for '{name}', so nothing leaves this machine. "
            "Add it to the file TIERLINE_TRACKERS names (docs/how-to/trackers.md) and restart."
        )
    try:
        return _built(name, json.dumps(settings.TRACKERS[name], sort_keys=True, default=str))
    except UnusableAccount as trouble:
        return NotConnected(str(trouble))


def trackers() -> list[str]:
    """The names of all accounts, in the order of the file."""
    return list(settings.TRACKERS)


def queue(name: str) -> str:
    """The queue of jobs a channel's messages go by: its own, so that none waits for another."""
    return name if name == Email.name or name in settings.TRACKERS else SYSTEM_QUEUE


@lru_cache(maxsize=64)
def _built(name: str, told: str) -> Tracker:
    """One instance for as long as the account stands: it keeps its connection and its token."""
    return tracker_of(name, json.loads(told))
