"""Partners' systems as bonds know them: which are connected, which can be read, what they are called.

Refuses nothing: a system without an account is not connected, and then nothing crosses by itself.
"""

from tierline.channels.channel import NotConnected
from tierline.outbox.registry import tracker, trackers
from tierline.trackers.tracker import ReadsChanges, TakesWebhooks


def connected(system: str | None) -> bool:
    """Whether this deployment has a usable account there."""
    return system is not None and not isinstance(tracker(system), NotConnected)


def readable() -> frozenset[str]:
    """The systems that are asked what is new."""
    return frozenset(name for name in trackers() if isinstance(tracker(name), ReadsChanges))


def telling() -> frozenset[str]:
    """The systems that tell of their own accord."""
    return frozenset(name for name in trackers() if isinstance(tracker(name), TakesWebhooks))


def label_of(system: str) -> str:
    """What people call the system."""
    found = tracker(system) if system in trackers() else None
    return system if found is None or isinstance(found, NotConnected) else found.label
