"""Which ways out there are, set up from the settings: e-mail, and a channel or tracker for every account. Refuses none.

A name the plans know and this deployment has no usable account for is a way that is not connected: its messages are
held with the sentence that says why, and released once the account is there.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings

from tierline.channels.accounts import CHANNELS, UnusableAccount
from tierline.channels.channel import Answer, Channel, NotConnected, Send
from tierline.channels.email import Email
from tierline.channels.knowing_people import KnowsPeople
from tierline.channels.on_call import KnowsOnCall
from tierline.channels.paging_windows import KeepsWindows, TellsIncidents
from tierline.trackers.accounts import tracker_of
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
    if name in settings.CHANNELS and name in settings.TRACKERS:
        return Nowhere(
            f"'{name}' stands in both TIERLINE_CHANNELS and TIERLINE_TRACKERS. Leave it in one of them and restart."
        )
    if name in settings.CHANNELS:
        try:
            return _channel(name, json.dumps(settings.CHANNELS[name], sort_keys=True, default=str))
        except UnusableAccount as trouble:
            return Nowhere(str(trouble))
    found = tracker(name)
    return Nowhere(found.because) if isinstance(found, NotConnected) else found


def tracker(name: str) -> Tracker | NotConnected:
    """The tracker whose account has that name, to be asked; NotConnected with a sentence when there is none."""
    if name not in settings.TRACKERS:
        unread = settings.TRACKERS_TROUBLE or settings.CHANNELS_TROUBLE
        return NotConnected(unread or _no_account(name))
    try:
        return _tracker(name, json.dumps(settings.TRACKERS[name], sort_keys=True, default=str))
    except UnusableAccount as trouble:
        return NotConnected(str(trouble))


def knows_on_call(name: str) -> KnowsOnCall | NotConnected:
    """The channel of that name, to be asked who is on call; NotConnected when there is none or it does not know."""
    found = channel(name)
    if isinstance(found, Nowhere):
        return NotConnected(found.because)
    if isinstance(found, KnowsOnCall):
        return found
    return NotConnected(f"'{name}' does not know who is on call. Ask a paging service, a chat group or a list.")


def keeps_windows(name: str) -> KeepsWindows | NotConnected:
    """The channel of that name, to be asked which windows are set; NotConnected when there is none or it keeps none."""
    found = channel(name)
    if isinstance(found, Nowhere):
        return NotConnected(found.because)
    return found if isinstance(found, KeepsWindows) else NotConnected(f"'{name}' keeps no windows.")


def channels_that_look_people_up() -> list[tuple[str, KnowsPeople]]:
    """The channels whose account says that people are looked up there."""
    found = [(name, channel(name)) for name in settings.CHANNELS]
    return [(name, one) for name, one in found if isinstance(one, KnowsPeople) and one.looks_people_up]


def tells_incidents(name: str) -> TellsIncidents | NotConnected:
    """The channel of that name, to be asked what is broken now; NotConnected when there is none or it cannot tell."""
    found = channel(name)
    if isinstance(found, Nowhere):
        return NotConnected(found.because)
    return found if isinstance(found, TellsIncidents) else NotConnected(f"'{name}' does not know what is broken.")


def trackers() -> list[str]:
    """The names of all accounts of trackers, in the order of the file."""
    return list(settings.TRACKERS)


def ways_out() -> list[str]:
    """The names of everything messages can leave by: e-mail, then the accounts in the order of their files."""
    return list(dict.fromkeys([Email.name, *settings.CHANNELS, *settings.TRACKERS]))


def queue(name: str) -> str:
    """The queue of jobs a channel's messages go by: its own, so that none waits for another."""
    return name if name in ways_out() else SYSTEM_QUEUE


def _no_account(name: str) -> str:
    return (
        f"There is no account for '{name}', so nothing leaves this machine. Add it to the file TIERLINE_TRACKERS names "
        "(docs/how-to/trackers.md) or, for chat and paging, TIERLINE_CHANNELS (docs/how-to/channels.md), and restart."
    )


@lru_cache(maxsize=64)
def _tracker(name: str, told: str) -> Tracker:
    """One instance for as long as the account stands: it keeps its connection and its token."""
    return tracker_of(name, json.loads(told))


@lru_cache(maxsize=64)
def _channel(name: str, told: str) -> Channel:
    """One instance for as long as the account stands; one that sends by another is handed that one's way."""
    built: Channel = CHANNELS.built(name, json.loads(told), way=_way_of)
    return built


def _way_of(name: str) -> Send:
    return lambda key, message: channel(name).deliver(key, message)
